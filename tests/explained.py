"""A site whose links lead to all that has a preview, on the same page and on others."""

from __future__ import annotations

from pathlib import Path

from sites import Site

CONF = """\
project = "Explained"
author = "Ada Lovelace"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
myst_enable_extensions = ["deflist", "attrs_block"]
myst_heading_anchors = 3
papernotes_sections = ["method"]
papernotes_pandoc_citations = True
papernotes_search = "sphinx"
html_theme = "marginalia"
"""
REFS = """
@article{one2019, title = {One}, author = {Oda One}, year = {2019}, journal = {Letters},
  eprint = {1901.00001}, archiveprefix = {arXiv}}
@article{two2020, title = {Two}, author = {Tim Two}, year = {2020}, journal = {Letters}}
@article{three2021, title = {Three}, author = {Tess Three}, year = {2021}, journal = {Letters}}
@article{zh2018, title = {深度学习}, author = {王小明}, year = {2018}}
"""
INDEX = "# Notes\n\n```{papers}\n```\n"
WIDE = " | ".join(f"Column {number}" for number in range(12))
ONE = (
    r"""---
paper: one2019
tags: [a]
---

# One of the first notes

The summary of one, with $x^2$ and {cite:t}`two2020`. ![](wide.svg)

(method-of-one)=
## The method

It has two steps: first, {term}`loss`; then see the next section. The method of the paper is long,
and so is
this paragraph about it, but not longer than a card.

A second paragraph.

### Its details

"""
    + "They are long. " * 60
    + r"""

## Results

```{math}
:label: energy
E = m c^2
```

(the-curve)=
```{figure} wide.svg
:alt: A curve

The loss falls, as {cite:t}`two2020` say.
```

```{table} All numbers
:name: numbers

| """
    + WIDE
    + " |\n|"
    + " --- |" * 12
    + "\n| "
    + WIDE
    + r""" |
```

```{code-block} python
:caption: A program
:name: program

print("wide")  # with a colour
```

(remark)=
:::{note}
An admonition that stands apart.
:::

Some words of the text that stand between all of this, so that the page is longer than a window.
One more
line, and one more line, and one more line, and one more line, and one more line, and one more line.

## Looking back

See {eq}`energy`, {numref}`the-curve`, {numref}`numbers`, {numref}`program`, [the
method](#method-of-one),
[the details](#its-details), [the remark](#remark), {term}`loss`, and the footnotes.[^short] There
is a long
one.[^long] A claim [@disputes:two2020, p. 3]. A link to [another site](https://example.org/), and
to
[the method of all](../method.md), and {note}`two2020`.

[^short]: A short footnote.
[^long]: A long footnote, with a formula, $a + b$, and *emphasis*. """
    + "It goes on for several sentences. " * 6
    + r"""

    And it has a second paragraph, which cites {cite:t}`three2021`.
"""
)
TWO = r"""---
paper: two2020
tags: [a]
---

# Two

The summary of two.

## Links to the first note

{eq}`energy`, {numref}`the-curve`, {numref}`numbers`, {numref}`program`, [the
method](#method-of-one),
[details](one.md#its-details), [all of it](one.md), {doc}`one`, [the remark](#remark),
{ref}`top-of-both`,
{note}`both`, {note}`one2019`, {note}`zh2018`, {doc}`/method`, [steps](/method.md#steps),
{term}`loss`,
{download}`a file <wide.svg>`, {ref}`genindex`, [](../index.md).

## Several paragraphs

One.
"""
BOTH = r"""---
paper: [two2020, three2021]
tags: [b]
---

(top-of-both)=
# Both of them

Two and three, compared by {eq}`sum`. See {note}`one2019` and {note}`both`.

## Sums

```{math}
:label: sum
a + b
```
"""
CHINESE = """---
paper: zh2018
---

# 关于“泛化”的笔记

本文研究深度学习的泛化能力,见 {note}`one2019`。
"""
METHOD = """# The method of all

How the notes are made. See {note}`one2019`.

```{papers}
:view: list
```

## Steps

1. Read.
2. Write.

```{glossary}
loss
  What is to be small.
```
"""
# As wide as a page.
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300" viewBox="0 0 900 300">'
    '<path d="M20 20v260h860M20 30Q100 250 880 270" fill="none" stroke="#148" stroke-width="4"/>'
    "</svg>\n"
)


def write_explained_site(folder: Path) -> Site:
    """Create *folder* with the site, and return the site."""
    site = Site(folder)
    site.write("conf.py", CONF)
    site.write("refs.bib", REFS)
    site.write("index.md", INDEX)
    site.write("method.md", METHOD)
    notes = {"one": ONE, "two": TWO, "both": BOTH, "zh": CHINESE}
    for name, text in notes.items():
        site.write(f"papers/{name}.md", text)
    site.write("papers/wide.svg", PICTURE)
    site.write("papers/wide-dark.svg", PICTURE.replace("#148", "#9cf"))
    return site
