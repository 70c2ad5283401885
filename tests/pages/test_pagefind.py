"""What the search finds: Pagefind's index, read as its script reads it, and Sphinx's own."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outputs import build_again, outputs
from sites import ROOTS, Build, Site, parse, text
from sphinx.errors import ExtensionError
from sphinx.testing.util import SphinxTestApp

SETTINGS = """
papernotes_search = "pagefind"
papernotes_browse = ["tags", "neighbours", "related"]
"""
GAMMA = """---
paper: gamma2003
tags: [C++, "a, b: c"]
---

# Gamma & \\<co>

Formulas read well, $\\frac{a}{b}$, and *words* stand<br>together.

- One point
- Another, with a note[^n]

## What was tried

| Method | Error |
| ------ | ----- |
| Plain  | 7 %   |

```python
first = second
```

:::{container} no-search
An aside that nobody should find.
:::

### Deeper

{cite:t}`alpha2001` tried it. See {note}`beta2002`.

[^n]: Of small print.
"""


HIDDEN = "---\nno-search: true\n---\n\n# Hidden\n\nNowhere.\n"


def prepare(site: Site) -> Site:
    """Let Pagefind search a copy of the tiny site, with a note that has much in it."""
    site.write("conf.py", (site.folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    site.edit("conf.py", '["dollarmath"]', '["dollarmath", "colon_fence"]')
    site.edit("conf.py", '"generalization", ', '"generalization", "hidden", ')
    site.write("papers/gamma.md", GAMMA)
    site.write("hidden.md", HIDDEN)
    return site


@pytest.fixture
def shelf(tiny: Site) -> Site:
    """Return the site to build."""
    return prepare(tiny)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the site built."""
    folder = tmp_path_factory.mktemp("search") / "site"
    shutil.copytree(ROOTS / "tiny", folder)
    build = prepare(Site(folder)).build()
    assert build.messages == []
    return build


def found(outdir: Path) -> dict[str, dict[str, Any]]:
    """Return what Pagefind knows of each page, by its address."""
    pages = {}
    for path in outdir.glob("pagefind/fragment/*.pf_fragment"):
        page = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        pages[page["url"]] = page
    return pages


def pages_by_id(outdir: Path) -> dict[str, str]:
    """Return the address of each page, by the id that Pagefind's results have."""
    names = {path.stem: path for path in outdir.glob("pagefind/fragment/*.pf_fragment")}
    text = {id_: gzip.decompress(path.read_bytes()).decode() for id_, path in names.items()}
    return {id_: json.loads(page[page.index("{") :])["url"] for id_, page in text.items()}


def words_of(build: Build, docname: str) -> set[str]:
    """Return the words by which Sphinx's index finds a page, as it stems them."""
    index = build.read("searchindex.js")
    data = json.loads(index[len("Search.setIndex(") : -1])
    number = data["docnames"].index(docname)
    return {
        word
        for terms in ("terms", "titleterms")
        for word, pages in data[terms].items()
        if number in ([pages] if isinstance(pages, int) else pages)
    }


# What is found.


def test_pages_are_found_by_what_their_author_wrote(built: Build) -> None:
    pages = found(built.outdir)
    page = pages["/papers/gamma.html"]
    assert page["content"] == (
        "Gamma & <co> Formulas read well, a/b, and words stand together. One point. Another, with a"
        " note. Gil Gamma, Gus Gamma and Gail Gamma. Letters Press · 2003. C++ a, b: c."
        " What was tried. Method | Error. Plain | 7 % first = second. Deeper."
        " Alpha [Alp01] tried it. See Beta. Of small print."
    )
    assert page["meta"] == {
        "title": "Gamma & <co>",
        "byline": "Gil Gamma, Gus Gamma and Gail Gamma\xa0· 2003\xa0· Letters Press",
    }
    choices = json.loads(built.read("pagefind/choices.json"))
    named = {
        (kind, name): {pages_by_id(built.outdir)[id_] for id_ in ids}
        for kind, names in choices.items()
        for name, ids in names.items()
    }
    assert named == {
        ("tag", "C++"): {"/papers/alpha.html", "/papers/gamma.html"},
        ("tag", "a, b: c"): {"/papers/gamma.html"},
        ("tag", "generalization"): {"/papers/alpha.html"},
        ("tag", "optimization"): {"/papers/beta.html"},
        ("year", "2001"): {"/papers/alpha.html"},
        ("year", "2002"): {"/papers/beta.html"},
        ("year", "2003"): {"/papers/gamma.html"},
        ("year", "2004"): {"/papers/delta.html"},
    }
    anchors = {anchor["id"]: anchor["text"] for anchor in page["anchors"]}
    assert anchors == {"what-was-tried": "What was tried", "deeper": "Deeper"}
    shown = built.page("papers/gamma")
    for id_, heading in anchors.items():
        assert text(shown.get_element_by_id(id_)).startswith(heading)
    assert pages["/papers/alpha.html"]["meta"]["title"] == "Alpha of x^2"
    # Pages of lists are found by what is theirs, which is little.
    assert pages["/works.html"]["content"] == "Works."
    assert pages["/"]["content"] == "A shelf."


def test_both_leave_out_what_is_found_elsewhere(built: Build) -> None:
    pages = found(built.outdir)
    # On the page they are: references, BibTeX, the link to the paper, who cites it, related notes,
    # neighbours.
    shown = text(built.page("papers/beta"))
    for words in ("@inproceedings", "DOI", "Cited by", "See Beta", "Related notes", "Next note"):
        assert (words in shown, words in pages["/papers/beta.html"]["content"]) == (True, False)
    assert words_of(built, "papers/beta").isdisjoint(
        {"inproceed", "doi", "cite by", "gamma", "relat", "next", "neighbour", "tri", "bibtex"}
    )
    assert {"meet", "beta", "optim"} <= words_of(built, "papers/beta")
    assert "The book of gamma" in text(built.page("papers/alpha"))
    assert "book" not in pages["/papers/alpha.html"]["content"]
    assert "book" not in words_of(built, "papers/alpha")
    # Lists of notes and works.
    for docname in ("index", "works", "generalization", "reading"):
        assert words_of(built, docname).isdisjoint({"summari", "anna", "alpha", "epsilon"})
    # What an author marks.
    assert "An aside" in text(built.page("papers/gamma"))
    assert "aside" not in pages["/papers/gamma.html"]["content"]
    assert "asid" not in words_of(built, "papers/gamma")
    assert "/hidden.html" not in pages


# The index is that of the pages.


def outline(outdir: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in outdir.glob("pagefind/**/*")}


def test_the_index_follows_each_change(shelf: Site) -> None:
    build = shelf.build()
    before = outline(build.outdir)
    assert before
    # An edit of what is not searched, and none at all, leave it.
    shelf.edit("refs.bib", "gamma}},".replace("}}", "}"), "gammas},")
    assert shelf.build().written
    assert outline(build.outdir) == before
    # What is searched: a text, who wrote the paper, a note more, a note less, an option of one.
    edits: list[Callable[[], None]] = [
        lambda: shelf.edit("papers/beta.md", "Nothing", "Little"),
        lambda: shelf.edit("refs.bib", "Bo Beta", "Bea Beta"),
        lambda: shelf.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nNew.\n"),
        lambda: shelf.edit("papers/zeta.md", "paper:", "no-search: true\npaper:"),
        lambda: shelf.remove("papers/gamma.md"),
    ]
    sizes = []
    for edit in edits:
        edit()
        sizes.append(len(found(shelf.build().outdir)))
    assert sizes == [9, 9, 10, 9, 8]
    beta = found(build.outdir)["/papers/beta.html"]
    assert ("Little" in beta["content"], "Bea" in beta["meta"]["byline"]) == (True, True)
    build_again(shelf)


def test_whoever_builds_gets_the_same_bytes(shelf: Site) -> None:
    one = outputs(shelf.build().outdir)
    shelf.clean()
    assert outputs(shelf.build(parallel=2).outdir) == one


def test_no_part_of_an_index_is_left_behind(shelf: Site) -> None:
    folder = shelf.build().outdir / "pagefind"
    names = {path.name.split(".")[-1] for path in folder.rglob("*.*")}
    assert names == {"js", "json", "pagefind", "pf_meta", "pf_index", "pf_fragment"}
    assert [path.name for path in folder.glob("*.js")] == ["pagefind.js"]
    # One that is gone comes again, and goes when it is not wanted.
    shutil.rmtree(folder)
    shelf.build()
    assert (folder / "pagefind.js").exists()
    shelf.edit("conf.py", '= "pagefind"', '= "sphinx"')
    build = shelf.build()
    assert not list(build.outdir.glob("pagefind*"))
    assert "searchtools.js" in build.read("search.html")


def test_addresses_are_those_of_the_builder(shelf: Site) -> None:
    build = shelf.build("dirhtml")
    assert "/papers/gamma/" in found(build.outdir)
    page = parse(build.outdir / "search/index.html")
    (section,) = page.cssselect(".pn-search")
    assert section.get("data-index") == "../pagefind/pagefind.js"
    for name in section.get("data-built-in").split():
        assert (build.outdir / "search" / name).is_file()


@pytest.mark.parametrize("builder", ["epub", "singlehtml", "text", "latex"])
def test_other_formats_have_no_index(shelf: Site, builder: str) -> None:
    build = shelf.build(builder)
    assert not [path for path in build.outdir.rglob("*") if "pagefind" in path.name]


# The page.


def test_the_page_offers_what_there_is_to_choose(built: Build) -> None:
    page = built.page("search")
    assert text(page.cssselect("h1")[0]) == "Search"
    options = {
        select.get("name"): [text(option) for option in select] for select in page.iter("select")
    }
    assert options == {
        "tag": ["All tags", "a, b: c", "C++", "generalization", "optimization"],
        "year": ["All years", "2004", "2003", "2002", "2001"],
    }
    assert page.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    assert "Searching needs JavaScript" in text(page.cssselect("noscript")[0])


def test_nothing_of_it_is_on_other_pages(built: Build) -> None:
    outdir = built.outdir
    names = {
        path.relative_to(outdir).as_posix()
        for path in outdir.rglob("*.html")
        if "search.js" in path.read_text("utf-8") or "pagefind" in path.read_text("utf-8")
    }
    assert names == {"search.html"}


# Without Pagefind.


def test_without_pagefind_sphinx_searches(shelf: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pagefind", None)  # type: ignore[arg-type]
    app = SphinxTestApp("html", srcdir=shelf.folder)
    try:
        app.build()
        said, warned = app.status.getvalue(), app.warning.getvalue()
    finally:
        app.cleanup()
    assert (said.count("Pagefind is not installed"), warned) == (1, "")
    assert 'pip install "sphinx-papernotes[search]"' in said
    build = shelf.build()
    assert "searchtools.js" in build.read("search.html")
    assert not (build.outdir / "pagefind").exists()
    # Once it is there, it knows all pages.
    monkeypatch.undo()
    build_again(shelf)


@pytest.mark.parametrize(
    ("program", "said"),
    [(None, "No such file"), ("echo no room >&2\nexit 3", "no room;"), ("exit 3", "with 3;")],
)
def test_a_pagefind_that_fails_is_told(
    shelf: Site, monkeypatch: pytest.MonkeyPatch, program: str | None, said: str
) -> None:
    instead_of_pagefind(shelf, program, monkeypatch)
    build = shelf.build()
    (message,) = build.messages
    assert message.startswith("conf.py:1: WARNING: Pagefind cannot make its index: ")
    assert said in message
    assert message.endswith("[papernotes.no-pagefind]")
    assert not list(build.outdir.glob("pagefind*"))
    monkeypatch.undo()
    assert len(found(shelf.build().outdir)) == 9


def instead_of_pagefind(site: Site, program: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have *program* run for Pagefind, a shell's script, or a file that is not there."""
    path = site.folder.parent / "instead"
    if program is not None:
        path.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(path))


FAILING = """
import pathlib, time

def setup(app):
    def fail(app):
        while not pathlib.Path("number").exists():
            time.sleep(0.01)
        raise RuntimeError("not today")

    app.connect("html-collect-pages", fail, priority=900)
"""


def test_a_build_that_fails_leaves_no_pagefind_behind(
    shelf: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = shelf.folder / "number"
    script = f'echo $$ > "{number}.new"; mv "{number}.new" "{number}"; exec sleep 600'
    instead_of_pagefind(shelf, script, monkeypatch)
    failing = FAILING.replace('"number"', repr(str(number)))
    shelf.edit("conf.py", '= "pagefind"\n', f'= "pagefind"\n{failing}')
    with pytest.raises(ExtensionError, match="not today"):
        shelf.build()
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text("ascii")), 0)


def test_an_unknown_search_is_told(shelf: Site) -> None:
    shelf.edit("conf.py", '= "pagefind"', '= "lunr"')
    (message,) = shelf.build().messages
    assert message == (
        'conf.py:1: WARNING: papernotes_search = "lunr" is no search; use sphinx or pagefind'
        " [papernotes.bad-option]"
    )
