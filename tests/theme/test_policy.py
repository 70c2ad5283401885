"""No page of the theme has what a strict content security policy forbids, whatever is on it."""

from __future__ import annotations

from pathlib import Path

from large import CITATIONS, ENTRIES, PICTURE
from sites import PNG, TESTS, Site, parse

CONF = """
project = "Policy"
author = copyright = "a reader"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
html_baseurl = "https://policy.example/"
html_use_index = True
html_theme = "marginalia"
html_theme_options = {
    "tagline": "A tagline", "footer": "A footer", "accent": "#24509f", "accent_dark": "#a0c0ff",
    "license": "CC0", "license_url": "https://license.example/",
    "sidebar_links": [("Elsewhere", "https://elsewhere.example/")],
}
papernotes_browse = [
    "tags", "years", "authors", "venues", "map", "neighbours", "related", "filter", "overview",
]
papernotes_card_pictures = True
papernotes_drafts = True
papernotes_fields = {"rating": "number"}
papernotes_obsidian = True
papernotes_page_size = 1
papernotes_references = "margin"
papernotes_sections = ["lists"]
myst_enable_extensions = [
    "amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "tasklist",
]
"""
LISTS = """\
# Lists

```{papers}
:view: table
:columns: title, rating, read, summary
:group: rating
```

```{papers}
:view: rows
```

```{papers}
:view: list
```

```{works}
```

```{reading-list}
```

```{suggestions}
```
"""
# What docutils, Sphinx and sphinx-design write with inline styles, or might.
SIZES = """\
---
paper: [plain2018, accents2019]
draft: true
rating: 3
read: 2020-01-01
tags: [vision]
redirect_from: [papers/former]
---

# Sizes

![A picture](p.png){width=50%} ![A picture](p.png){w=5em h=3px} ![[p.png|100x50]]^[An aside.]

```{image} picture.svg
:scale: 50
:width: 50%
:height: 3em
```

```{figure} p.png
:figwidth: 50%
:scale: 20

A caption.
```

```{table} A table
:widths: 1 2
:width: 40%

| a   | b   |
|:----|----:|
| 1   | 2   |
```

```{hlist}
:columns: 2

- a
- b
```

```{centered} Centred
```

```{code-block} python
:linenos:
:lineno-start: 5

pass
```

::::{grid} 1
:gutter: 1

:::{grid-item-card} A card
:columns: 6
:img-top: p.png
:width: 50%

A text.
:::
::::

````{card-carousel} 2
```{card} A card
:img-background: p.png

A text.
```
````

::::{tab-set}
:::{tab-item} A tab
A text.
:::
::::

- [x] A task

```{glossary}
term
: A definition.
```

```{option} -x
An option.
```

{style="color: red"}
{index}`A paragraph` {octicon}`alert;2em` with [a span]{style="color: red"} and
$\\textcolor{red}{x} \\hspace{1em} \\phantom{x} \\cancel{x}$.
"""


def test_no_page_has_styles_or_scripts_within(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.write("conf.py", CONF)
    site.write("index.md", "# Notes\n\n```{papers}\n```\n")
    site.write("lists.md", LISTS)
    site.write("refs.bib", ENTRIES)
    site.write("citations.json", CITATIONS)
    site.write("papers/sizes.md", SIZES)
    site.write("papers/everything.md", (TESTS / "everything.md").read_bytes())
    site.write("papers/picture.svg", PICTURE)
    site.write("papers/p.png", PNG)
    build = site.build()
    assert build.messages == []
    pages = {
        path.relative_to(build.outdir).as_posix(): path for path in build.outdir.rglob("*.html")
    }
    assert pages.keys() >= {
        *("index.html", "page/2.html", "papers/sizes.html", "papers/former.html", "lists.html"),
        *("tags/vision.html", "years/index.html", "authors/index.html", "venues/index.html"),
        *("map.html", "search.html", "genindex.html", "404.html"),
    }
    for name, path in pages.items():
        page = parse(path)
        # JSON-LD is data, although its element is <script>.
        inline = "//script[not(@src) and not(@type='application/ld+json')]"
        handlers = "//@*[starts-with(name(), 'on')]"
        assert page.xpath(f"//style | //@style | {inline} | {handlers}") == [], name
