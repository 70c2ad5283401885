"""A site that shows everything that papernotes has, under a theme of another project."""

from __future__ import annotations

from pathlib import Path

from large import ENTRIES, PICTURE, PLAIN
from sites import TESTS, Site

# The module of each theme, by its name.
THEMES = {
    "furo": "furo",
    "alabaster": "alabaster",
    "pydata-sphinx-theme": "pydata_sphinx_theme",
    "sphinx-book-theme": "sphinx_book_theme",
}
CONF = """\
project = "Handbook"
html_theme = "{theme}"
html_baseurl = "https://example.org/handbook/"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
myst_enable_extensions = ["deflist"]
papernotes_browse = [
    "tags", "years", "authors", "venues", "neighbours", "related", "filter", "map",
]
papernotes_page_size = 4
html_favicon = "papers/picture.svg"
# Without a mode, pydata-sphinx-theme complains in the console.
html_context = {{"default_mode": "auto"}}
"""
INDEX = """\
# Handbook

Words before the cards, and a citation: {cite:p}`accents2019`.

```{papers}
```

```{toctree}
:hidden:

lists
works
```
"""
LISTS = """\
# Lists

```{papers}
:view: list
```

## To be read

```{reading-list}
```
"""
NOTE = """\
---
paper: note{number}
tags: [generalization, number {number}]
read: 2021-0{number}-01
---

# A note of which the title is long enough to break on a phone, number {number}

The summary of a note, with $x_{number}$ and {{cite:t}}`everything2020`.

## Section

And {{note}}`everything2020`, by {{eq}}`energy`.
"""
ENTRY = """
@article{{note{number},
  author = {{Ann Author and Bea Bauer and Cleo Cerf and Dag Dahl and Eve Ek}},
  title = {{A title that is long enough to break on a phone, number {number}}},
  journal = {{Journal}},
  year = {{201{number}}},
  eprint = {{150{number}.01234}},
  archiveprefix = {{arXiv}},
}}
"""
# A page of each kind, on which something of papernotes' is.
PAGES = (
    "index",
    "page/2",
    "papers/everything",
    "papers/note1",
    "lists",
    "works",
    "tags/index",
    "tags/generalization",
    "authors/index",
    "map",
)


def write_site(folder: Path, theme: str) -> Site:
    """Write the site to *folder*, under the theme of that name."""
    site = Site(folder)
    numbers = range(1, 6)
    site.write("conf.py", CONF.format(theme=THEMES[theme]))
    site.write("refs.bib", ENTRIES + "".join(ENTRY.format(number=number) for number in numbers))
    site.write("index.md", INDEX)
    site.write("lists.md", LISTS)
    site.write("works.md", "# Works\n\n```{works}\n```\n")
    site.write("papers/everything.md", (TESTS / "everything.md").read_text("utf-8"))
    site.write("papers/plain.md", PLAIN)
    site.write("papers/picture.svg", PICTURE)
    for number in numbers:
        site.write(f"papers/note{number}.md", NOTE.format(number=number))
    return site
