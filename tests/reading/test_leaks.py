"""Nothing private leaves a build: every byte of every file that each builder writes is searched."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest
from sites import PNG, Build, Site

# What begins each word that only a draft has, or that is private: no other word has these letters.
MARK = b"qvx"
CONF = """
project = "Notebook"
author = copyright = "a reader"
version = "1"
html_baseurl = "https://notebook.example/"
extensions = ["papernotes"]
exclude_patterns = ["_*", ".*", "private"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
papernotes_sections = ["bibliography", "reading-list", "tables", "links"]
papernotes_browse = [
    "tags", "years", "authors", "venues", "map", "neighbours", "related", "filter", "overview",
]
papernotes_card_pictures = True
papernotes_contact = "qvxcontact@example.org"
papernotes_fields = {
    "rating": "number",
    "method": {"kind": "choices", "choices": ["SGD", "Adam"]},
    "remark": "text",
    "result": "markdown",
    "place": "link",
    "seen": "day",
}
papernotes_markdown = True
papernotes_obsidian = True
papernotes_page_size = 2
papernotes_pandoc_citations = True
papernotes_pictures = True
papernotes_search = "pagefind"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
html_theme = "marginalia"
"""
NOTE = """\
---
paper: p{number}
tags: [shared, odd{number}]
read: 2021-0{number}-01
rating: {number}
method: [SGD]
---

# Note {number}

The summary of {number} cites [@p1] and [@disputes:p3], and goes on in [[draft|another]].

## Part

More on [@alpha2001, p. 3].

%% an Obsidian qvxcomment %%

<!-- a qvxcomment -->

% a qvxcomment
"""
QUOTES = """
::::{quotes} p3
:imported: zotero:QVXAAAAA

:::{quote} 1
:from: zotero:QVXAAAAA 0011aabb
:page: 5
:colour: qvxcolour

> A qvxquotation.
:::

:::{quote} 2
:from: zotero:QVXBBBBB 0011aabb

> ![p. 7](highlights/qvx-2.png)
:::
::::
"""
DRAFT = r"""---
paper: qvxkey
tags: [qvxtag, shared]
read: 1907-02-03
redirect_from: [papers/qvxformer]
draft: true
rating: 7
method: [Adam]
remark: qvxremark
result: a *qvxresult*
place: https://qvxplace.example/
seen: 1907-02-04
deck: A qvxdeck.
picture: qvxpicture.png
---

(qvxlabel)=
# The qvxtitle $x_{qvx}$

The qvxsummary cites {cite:t}`alpha2001`, [@disputes:p1] and {cite:p}`qvxcited`.

![a qvxalternative](qvxpicture.png)

## A qvxsection

```{figure} qvxpicture.png
:name: qvxfigure

A qvxcaption.
```

```{math}
:label: qvxequation
qvx = 1
```

\begin{align} a &= qvx \label{qvxalign} \end{align}

```{code-block} python
:caption: A qvxprogram
:name: qvxprogram

qvx = 1
```

```{table} A qvxtable
:name: qvxtable

| qvx |
|-----|
| qvx |
```

```{glossary}
qvxterm
: A qvxdefinition.
```

```{py:function} qvxfunction(a)
A qvxobject.
```

{index}`qvxindex` {download}`the data <qvxdata.csv>` {abbr}`q (qvxlong)`[^qvx] ^[A qvxaside.]

[^qvx]: A qvxfootnote.

::::{quotes} qvxkey
:public:

:::{quote} 1

> A qvxquotation.
:::
::::
"""
# The texts of these links are what the author publishes.
LINKS = """\
# Links

{note}`one <qvxkey>`, [two](papers/draft.md), [three](papers/draft.md#a-qvxsection),
{doc}`four <papers/draft>`, [five](#qvxlabel), {ref}`six <qvxlabel>`, {eq}`seven <qvxequation>`,
{any}`eight <papers/draft>`, {numref}`nine <qvxfigure>`, {ref}`ten <qvxtable>`,
{term}`eleven <qvxterm>`, {py:func}`twelve <qvxfunction>`, [[draft|thirteen]].

```{toctree}
papers/draft
```
"""
ENTRY = r"""
@article{p%d, author = {Ann A}, title = {Title}, year = 200%d, journal = {J}, doi = {10.1/%d},
  file = {/home/qvxuser/a.pdf:PDF}, pdf = {/home/qvxuser/a.pdf}, slides = {file:///qvxuser/s.pdf},
  abstract = {A qvxabstract}, keywords = {qvxkeyword}, annote = {A qvxremark}, rating = {qvx},
  code = {https://qvxname:qvxpassword@example.org/}, note = {see /home/qvxuser/notes}}
"""
ENTRIES = """
@string{qvxstring = {A qvxstring}}
@comment{a qvxcomment}
% a qvxcomment
@misc{alpha2001, author = {A. Alpha}, title = {Alpha}, year = 2001, keywords = {to-read}}
@misc{qvxkey, author = {Qvxfamily, Qvx}, title = {On qvx}, year = 1907, howpublished = {Qvxplace},
  doi = {10.1/qvx}, pdf = {files/qvx.pdf}, slides = {files/qvxslides.pdf}}
@misc{qvxcited, author = {Qvx Cited}, title = {What only the draft cites, qvx}, year = 1908}
@misc{qvxunused, author = {Qvx Unused}, title = {What nobody cites, qvx}, year = 1909}
"""
CITATIONS = {
    "version": 1,
    "cites": {"p1": ["p2", "qvxkey"], "qvxkey": ["p3", "alpha2001"]},
    "suggestions": [
        {"id": "W1", "doi": "10.5555/m", "title": "Shown", "cited_by": ["p1", "p2"]},
        {"id": "W2", "doi": "10.5555/n", "title": "Shown, too", "cited_by": ["p1", "qvxkey"]},
    ],
}
TABLES = """\
# Tables

```{papers}
:view: table
:columns: title, authors, year, read, tags, rating, method, remark, result, place, seen, key, links
:group: method
```

```{papers}
:view: list
:sort: -rating
```
"""
BUILDERS = (
    *("html", "dirhtml", "singlehtml", "json", "pickle", "epub", "latex", "text", "man"),
    *("texinfo", "xml"),
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a site with everything that papernotes has, with a draft and private texts."""
    site = Site(tmp_path / "site")
    site.write("conf.py", CONF)
    site.write("index.md", "# Read\n\n```{papers}\n```\n")
    site.write("tables.md", TABLES)
    site.write("bibliography.md", "# Bibliography\n\n```{works}\n```\n")
    site.write("reading-list.md", "# To read\n\n```{reading-list}\n```\n\n```{suggestions}\n```\n")
    site.write("links.md", LINKS)
    site.write("private/qvxhidden.md", "# A qvxpage\n")
    for number in range(1, 7):
        quotes = QUOTES if number == 3 else ""
        site.write(f"papers/p{number}.md", NOTE.format(number=number) + quotes)
    site.write("papers/draft.md", DRAFT)
    site.write("papers/qvxpicture.png", PNG)
    site.write("papers/qvxdata.csv", "qvx\n")
    site.write("papers/highlights/qvx-2.png", PNG)
    site.write("files/qvx.pdf", "%PDF-1.4 qvx")
    site.write("files/qvxslides.pdf", "%PDF-1.4 qvx")
    site.write("refs.bib", "".join(ENTRY % (n, n, n) for n in range(1, 7)) + ENTRIES)
    site.write("citations.json", json.dumps(CITATIONS))
    return site


def contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, as it is and unpacked."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                yield name.encode()
                yield book.read(name)
    elif path.name == "objects.inv":
        yield zlib.decompress(content.split(b"zlib.\n", 1)[1])
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)


def leaks(build: Build) -> list[tuple[str, bytes]]:
    """Return the private words that a build has written, each with its file; not of its cache."""
    found: list[tuple[str, bytes]] = []
    for path in sorted(build.outdir.rglob("*")):
        name = path.relative_to(build.outdir).as_posix()
        texts = [name.encode(), *(contents(path) if path.is_file() else ())]
        found += [
            (name, word)
            for text in texts
            for word in re.findall(rb".{,20}" + MARK + rb"\w*", text.lower())
        ]
    return found


@pytest.mark.parametrize("builder", ["html", "json", "epub", "latex", "text"])
def test_nothing_private_is_published(site: Site, builder: str) -> None:
    assert leaks(site.build(builder)) == []


@pytest.mark.parametrize("builder", BUILDERS)
def test_nothing_is_left_of_what_has_become_private(site: Site, builder: str) -> None:
    site.edit("papers/draft.md", "draft: true", "draft: false")
    site.edit("papers/p3.md", ":imported:", ":public:\n:imported:")
    assert leaks(site.build(builder))
    site.edit("papers/draft.md", "draft: false", "draft: true")
    site.edit("papers/p3.md", ":public:\n", "")
    assert leaks(site.build(builder)) == []


@pytest.mark.parametrize("cache", ["cache", "."])
def test_a_cache_among_the_pages_is_kept(site: Site, cache: str) -> None:
    folder = site.folder / "_build"
    for _ in range(2):
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "text", "-d", folder / cache]
        programs.run([*command, site.folder, folder], check=True)
    assert (folder / "papers/p1.txt").exists()


def test_builders_that_share_a_folder_leave_each_other_s_files(site: Site) -> None:
    folder = site.folder / "_build"
    for builder in ("html", "text", "json", "text", "html"):
        command = [sys.executable, "-m", "sphinx", "-q", "-b", builder, "-d", folder / "cache"]
        programs.run([*command, site.folder, folder / "all"], check=True)
    for name in ("papers/p1.html", "papers/p1.txt", "papers/p1.fjson", "index.html"):
        assert (folder / "all" / name).exists(), name
