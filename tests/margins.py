"""A site whose note has many footnotes and citations, in all places that a text has."""

from __future__ import annotations

from pathlib import Path

from sites import Site

CONF = """\
project = "Margins"
author = "Ada Lovelace"
extensions = ["papernotes", "sphinx_design"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
html_theme = "marginalia"
myst_enable_extensions = ["deflist"]
papernotes_pandoc_citations = True
papernotes_pictures = False
papernotes_references = "margin"
"""
PLACES = """\
---
paper: k1
---

# Places

Text.

## Places

- In an item.[^in-item]

> In a quotation.[^in-quotation]

:::{note}
In an admonition.[^in-admonition]
:::

| Head[^in-head] | b |
|---|---|
| Cell[^in-cell] | c |

Term[^in-term]
: Definition.[^in-definition]

### Heading[^in-heading]

```{figure} none.svg
:alt: None

Caption.[^in-caption]
```

::::{grid} 1
:::{grid-item-card} Title
A card.[^in-card]
:::
::::

Twice.[^in-item] A note of a note.[^outer] {sidenote}`By a **role**, $x^2$.` In place.^[Of [@k1].]

[^in-item]: In an item.
[^in-quotation]: In a quotation.
[^in-admonition]: In an admonition.
[^in-head]: In a head.
[^in-cell]: In a cell.
[^in-term]: In a term.
[^in-definition]: In a definition.
[^in-heading]: In a heading.
[^in-caption]: In a caption.
[^in-card]: In a card.
[^outer]: Outer.[^inner] $a_1 + b_2 + c_3 + d_4 + e_5 + f_6 + g_7 + h_8 + i_9 + j_{10} + k_{11}$
[^inner]: Inner.
"""
DENSE = "---\npaper: k2\n---\n\n# Dense\n\n" + "A^[note] " * 12
LAST = """\
---
paper: k3
summary: Short^[hidden] text{sidenote}`hidden`.[^1]
---

# Last *one^[Of the title.]*

## On @k4

One.[^1]

[^1]: First.
[^lone]: Alone.[^inner]
[^inner]: Inner.
[^self]: Self.[^self]
"""
FROM_THE_RIGHT = """\
---
paper: k4
lang: ar
---

# ملاحظة

نص.^[حاشية] [@k1]
"""
LONG = """\
[^{0}]: A list:

    - one
    - two

    $$
    \\sum_{{i=1}}^n a_i + b_i + c_i + d_i + e_i + f_i + g_i + h_i + j_i = 0
    $$

    ```python
    a_line_that_is_longer_than_the_margin_is_wide = another_name_that_is_long + 1
    ```

    The end.
"""


def write_margins(folder: Path) -> Site:
    """Write the site to *folder*, and return it."""
    site = Site(folder)
    site.write("conf.py", CONF)
    site.write("index.md", "# Margins\n\nText.[^1]\n\n```{papers}\n```\n\n[^1]: Of the list.\n")
    entries = (
        f"@article{{k{number}, title={{The title of the work {number}}}, author={{Ann Number and"
        f" Bob Writer}}, year={{{2000 + number % 2}}}, journal={{Letters}},"
        f" doi={{10.5555/{number}}}}}\n"
        for number in range(61)
    )
    site.write("refs.bib", "".join(entries))
    site.write("papers/none.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    site.write("papers/many.md", many())
    site.write("papers/places.md", PLACES)
    site.write("papers/dense.md", DENSE)
    site.write("papers/last.md", LAST)
    site.write("papers/from-the-right.md", FROM_THE_RIGHT)
    return site


def many() -> str:
    """Return a note of 40 footnotes and 60 citations, 20 of them in the footnotes."""
    lines = ["---\npaper: k0\n---\n\n# Many\n"]
    notes = []
    for number in range(40):
        cited = "" if number % 2 else f" [@k{3 * number // 2 + 1}; @k{3 * number // 2 + 2}]"
        # Paragraphs of one to three sentences, each with a note.
        end = "\n" if number % 3 else ""
        words = "What the model learns depends on the order of the examples. " * (1 + number % 4)
        lines.append(f"{words}It was seen{cited}.[^{number}] The rest of the text goes on.{end}")
        if number % 14 == 3:
            notes.append(LONG.format(number))
        else:
            cites = "" if number % 2 else f" See @k{3 * number // 2 + 3}."
            notes.append(f"[^{number}]: {'A note of a few words. ' * (1 + number % 5)}{cites}\n")
    return "\n".join([*lines, "", *notes])
