"""Pages as Markdown, and ``llms.txt``."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import TESTS, Build, Site

ON = {"papernotes_markdown": True}
HARD = r"""---
paper: delta2004
tags: ["a*b"]
lang: de
deck: A sentence with $x$.
---

# Hard $x^2$ and *em*

Snake_case, \*stars\*, \[brackets\], 1 < 2, \<b>, \$5. <!-- private --> See {eq}`first`,
{cite:t}`gamma2003` and [itself](delta.md).[^n]

1\. is no item.

[^n]: A footnote.

    Its second paragraph.

```{math}
:label: first
a = b
```

```{math}
:label: second
\begin{align} a &= b \\ c &= d \end{align}
```

| a | b |
|:--|--:|
| `x\|y` | $\lvert x \rvert$ |

- one
  1. a
  2. b

* two

+ three

```{note}
A box.

    code
```

::::{tab-set}
:::{tab-item} Label
Under a tab.
:::
::::

![A \[picture\]](picture.svg)

    ```

Term
: Its definition.

+++

```
: code
```

- Term
  : Of an item.

```{only} latex
Hidden.
```

H{sub}`2`O<br>{abbr}`SGD (descent)` {download}`picture.svg`
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>\n'
CONF = """
papernotes_markdown = True
papernotes_browse = ["tags", "map"]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
papernotes_page_size = 2
"""
NOTE = """\
---
paper: alpha2001
tags: [generalization, C++]
read: 2020-08-31
---

# Alpha of $x^2$

Anna Alpha

Journal of Letters · 2001

Read on 31 August 2020 · [abstract](https://arxiv.org/abs/math/0101001) · \
[PDF](https://arxiv.org/pdf/math/0101001)

[generalization](../tags/generalization.md), [C++](../tags/c-plus-plus.md)

A summary with $p = 2n + d$ that cites Beta and Other \\[[BO02](beta.md)\\].

Its second paragraph.

## The first section

Here \\[[GGG03](https://example.org/gamma)\\] is cited, and [Beta](beta.md) linked.

## References

- \\[BO02\\] Bo Beta and Bo Other (2002). [On beta](https://doi.org/10.1000/beta). In \
*Proceedings of the 3rd Meeting on Letters*. [DOI](https://doi.org/10.1000/beta) · [note](beta.md)
- \\[GGG03\\] Gil Gamma, Gus Gamma and Gail Gamma (2003). [*The book of gamma*]\
(https://example.org/gamma). Letters Press. [abstract](https://example.org/gamma)

## Cited by

- [An ordinary page](../plain.md)

  It links to [Alpha of $x^2$](../plain.md) and cites Gamma *et al.* \\[[GGG03](../plain.md)\\].
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the tiny site with a note that has much of what Markdown can say."""
    site = _site(tmp_path_factory.mktemp("markdown"))
    return site.build()


def _site(folder: Path) -> Site:
    site = Site(folder)
    for path in (TESTS / "roots/tiny").rglob("*"):
        if path.is_file():
            site.write(path.relative_to(TESTS / "roots/tiny").as_posix(), path.read_bytes())
    site.write("conf.py", (folder / "conf.py").read_text("utf-8") + CONF)
    site.write("papers/delta.md", HARD)
    site.write("papers/picture.svg", SVG)
    site.write("hidden.md", "---\nnosearch: true\norphan: true\n---\n\n# Hidden\n\nA secret.\n")
    return site


def test_note_has_head_text_references_and_mentions(made: Build) -> None:
    assert made.read("papers/alpha.md").replace("\N{NO-BREAK SPACE}", " ") == NOTE


def test_markup_of_every_kind(made: Build) -> None:
    text = made.read("papers/delta.md")
    for part in (
        "tags: [a*b]\nlang: de\n",
        "# Hard $x^2$ and *em*\n\nA sentence with $x$.\n",
        r"Snake_case, \*stars\*, \[brackets\], 1 < 2, \<b>, \$5.",
        "See (1),\n",
        "and itself.[^1]",
        "\n1\\. is no item.\n",
        "[^1]: A footnote.\n\n    Its second paragraph.",
        "$$\na = b \\tag{1}\n$$",
        "d \\tag{2} \\end{align*}\n$$",
        "| a | b |\n| :-- | --: |\n| `x\\|y` | $\\lvert x \\rvert$ |",
        "- one\n  1. a\n  2. b\n\n* two\n\n- three",
        "> **Note**\n>\n> A box.\n>\n> ```\n> code\n> ```",
        "**Label**\n\nUnder a tab.",
        r"![A \[picture\]](../_images/picture.svg)",
        "````\n```\n````",
        # Without the comment, the code would be a further definition.
        "Term\n:   Its definition.\n\n<!-- -->\n\n```\n: code\n```",
        "- Term\n  :   Of an item.",
        "H<sub>2</sub>O\\\nSGD (descent) [`picture.svg`](../_downloads/",
    ):
        assert part in text
    assert "Hidden" not in text
    assert "private" not in text


def test_lists_of_notes_and_archive_pages_lead_to_markdown(made: Build) -> None:
    assert "## [Alpha of $x^2$](papers/alpha.md)\n" in made.read("index.md")
    assert "\n\nPage 1 of 2 [Next](page/2.md)" in made.read("index.md")
    assert "](../papers/" in made.read("page/2.md")
    assert made.read("tags/c-plus-plus.md").startswith(
        "# C++\n\n1 note · [all tags](../tags/index.md)\n"
    )
    # A map is a picture.
    assert (made.outdir / "map.html").is_file()
    assert not (made.outdir / "map.md").exists()


def test_markdown_reads_back_without_a_warning(made: Build, tmp_path: Path) -> None:
    site = Site(tmp_path / "again")
    for path in made.outdir.rglob("*"):
        name = path.relative_to(made.outdir).as_posix()
        beside = name.split("/")[0] in ("_images", "_downloads", "refs.bib")
        if path.is_file() and (beside or (path.suffix == ".md" and name[0] != "_")):
            site.write(name, path.read_bytes())
    conf = (TESTS / "roots/tiny/conf.py").read_text("utf-8") + CONF
    site.write(
        "conf.py", conf + 'papernotes_browse = []\nsuppress_warnings = ["toc.not_included"]\n'
    )
    # The site generates pages of tags again.
    assert [line for line in site.build().messages if "same-address" not in line] == []


def test_llms_txt_lists_notes_and_pages(made: Build) -> None:
    text = made.read("llms.txt")
    assert text.startswith("# tiny\n\n## Notes\n\n- [Alpha of $x^2$](https://example.org/notes/")
    assert "papers/alpha.md): " in text
    assert "A summary with $p = 2n + d$ that cites" in text
    assert "\n## Other pages\n\n- [" in text
    assert "(https://example.org/notes/plain.md): It links to Alpha of" in text
    assert "\n## Optional\n\n- [papers.json](https://example.org/notes/papers.json): " in text
    assert "Hidden" not in text
    assert "secret" not in text


def test_pages_name_their_markdown(made: Build) -> None:
    for page, address in (("papers/alpha", "alpha.md"), ("tags/index", "index.md")):
        (link,) = made.page(page).cssselect("link[type='text/markdown']")
        assert (link.get("rel"), link.get("href")) == ("alternate", address)
    assert not made.page("search").cssselect("link[type='text/markdown']")
    assert ".md" not in made.read("sitemap.xml")


def test_markdown_is_off_by_itself_and_vanishes(tiny: Site) -> None:
    assert not list(_markdown(tiny.build()))
    assert "papers/alpha.md" in set(_markdown(tiny.build(confoverrides=ON)))
    assert not list(_markdown(tiny.build()))


def _markdown(made: Build) -> list[str]:
    names = [path.relative_to(made.outdir).as_posix() for path in made.outdir.rglob("*")]
    return [name for name in names if name.endswith((".md", "llms.txt")) and name[0] != "_"]


def test_nothing_is_left_of_drafts_and_of_former_titles(tiny: Site) -> None:
    assert "papers/delta.md" in _markdown(tiny.build(confoverrides=ON))
    tiny.edit("papers/delta.md", "paper: delta2004", "paper: delta2004\ndraft: true")
    tiny.edit("papers/beta.md", "# Beta", "# Gamma ray")
    made = tiny.build(confoverrides=ON)
    assert "papers/delta.md" not in _markdown(made)
    assert "Delta" not in made.read("llms.txt") + made.read("index.md") + made.read(
        "papers/alpha.md"
    )
    for name in ("index.md", "papers/alpha.md", "llms.txt"):
        assert "Gamma ray" in made.read(name)


def test_pages_in_folders_and_files_of_the_authors(tiny: Site) -> None:
    tiny.write("extra/papers/beta.md", "mine\n")
    tiny.write("extra/llms.txt", "mine\n")
    settings = ON | {"html_extra_path": ["extra"]}
    made = tiny.build("dirhtml", confoverrides=settings)
    assert "(beta.md)" in made.read("papers/alpha.md")
    assert 'type="text/markdown" href="../alpha.md"' in made.read("papers/alpha/index.html")
    assert 'type="text/markdown" href="index.md"' in made.read("index.html")
    assert (made.read("papers/beta.md"), made.read("llms.txt")) == ("mine\n", "mine\n")
