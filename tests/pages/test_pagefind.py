"""What Pagefind's index and Sphinx's own contain, and how the search page uses them."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outputs import build_again, outputs
from pagefind.service import get_executable
from shelf import files
from sites import ROOTS, Build, Site, parse, text
from sphinx.errors import ExtensionError
from sphinx.testing.util import SphinxTestApp

from papernotes.pages import pagefind, pagefind_service

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
    """Turn Pagefind on in a copy of the tiny site, and add a note with many kinds of content."""
    site.write("conf.py", (site.folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    site.edit("conf.py", '["dollarmath"]', '["dollarmath", "colon_fence"]')
    site.edit("conf.py", '"generalization", ', '"generalization", "hidden", ')
    site.write("papers/gamma.md", GAMMA)
    site.write("hidden.md", HIDDEN)
    return site


@pytest.fixture
def site(tiny: Site) -> Site:
    """Return the site, not built yet."""
    return prepare(tiny)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the build of the site, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("search") / "site"
    shutil.copytree(ROOTS / "tiny", folder)
    build = prepare(Site(folder)).build()
    assert build.messages == []
    return build


def indexed_pages(outdir: Path) -> dict[str, dict[str, Any]]:
    """Return Pagefind's record of each page, by its address."""
    pages = {}
    for path in outdir.glob("pagefind/fragment/*.pf_fragment"):
        page = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        pages[page["url"]] = page
    return pages


def pages_by_id(outdir: Path) -> dict[str, str]:
    """Return the address of each page, by its id in Pagefind's results."""
    names = {path.stem: path for path in outdir.glob("pagefind/fragment/*.pf_fragment")}
    text = {id_: gzip.decompress(path.read_bytes()).decode() for id_, path in names.items()}
    return {id_: json.loads(page[page.index("{") :])["url"] for id_, page in text.items()}


def words_of(build: Build, docname: str) -> set[str]:
    """Return the stems by which Sphinx's index finds a page."""
    index = build.read("searchindex.js")
    data = json.loads(index[len("Search.setIndex(") : -1])
    number = data["docnames"].index(docname)
    return {
        word
        for terms in ("terms", "titleterms")
        for word, pages in data[terms].items()
        if number in ([pages] if isinstance(pages, int) else pages)
    }


# -- Contents of the indexes --------------------------------------------------


def test_pagefind_indexes_what_the_author_wrote(built: Build) -> None:
    pages = indexed_pages(built.outdir)
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
    # Pages with lists are found only by their own text.
    assert pages["/works.html"]["content"] == "Works."
    assert pages["/"]["content"] == "A shelf."


def test_both_indexes_omit_references_navigation_lists_and_marked_text(built: Build) -> None:
    pages = indexed_pages(built.outdir)
    # The page has references, BibTeX, a link to the paper, "Cited by", related notes and
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
    # Text and pages that an author excludes.
    assert "An aside" in text(built.page("papers/gamma"))
    assert "aside" not in pages["/papers/gamma.html"]["content"]
    assert "asid" not in words_of(built, "papers/gamma")
    assert "/hidden.html" not in pages


# -- Updates of the index -----------------------------------------------------


def outline(outdir: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in outdir.glob("pagefind/**/*")}


def test_pagefind_s_index_follows_each_change(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    build = site.build()
    before = outline(build.outdir)
    assert before
    # An edit of what is not indexed leaves the index as it is.
    site.edit("refs.bib", "gamma}},".replace("}}", "}"), "gammas},")
    assert site.build().written
    assert outline(build.outdir) == before
    # Pagefind has begun a new one when the build finds that out, and leaves nothing of it.
    compare, begun = pagefind._digest, build.outdir / "pagefind.new"

    def compare_late(records: Path, choices: Any) -> str:
        end = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < end:
            time.sleep(0.01)
        return compare(records, choices)

    monkeypatch.setattr(pagefind, "_digest", compare_late)
    site.edit("papers/gamma.md", "nobody should", "nobody may")
    assert site.build().written
    monkeypatch.undo()
    assert (outline(build.outdir), begun.exists()) == (before, False)
    # Edits of what is indexed: a text, an author, a new note, an excluded note, a deleted note.
    edits: list[Callable[[], None]] = [
        lambda: site.edit("papers/beta.md", "Nothing", "Little"),
        lambda: site.edit("refs.bib", "Bo Beta", "Bea Beta"),
        lambda: site.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nNew.\n"),
        lambda: site.edit("papers/zeta.md", "paper:", "no-search: true\npaper:"),
        lambda: site.remove("papers/gamma.md"),
    ]
    sizes = []
    for edit in edits:
        edit()
        sizes.append(len(indexed_pages(site.build().outdir)))
    assert sizes == [9, 9, 10, 9, 8]
    beta = indexed_pages(build.outdir)["/papers/beta.html"]
    assert ("Little" in beta["content"], "Bea" in beta["meta"]["byline"]) == (True, True)
    build_again(site)


def test_parallel_build_with_pagefind_has_the_same_output(site: Site) -> None:
    serial = outputs(site.build().outdir)
    site.clean()
    assert outputs(site.build(parallel=2).outdir) == serial


def test_pagefind_s_files_are_restored_and_removed_as_a_whole(site: Site) -> None:
    folder = site.build().outdir / "pagefind"
    names = {path.name.split(".")[-1] for path in folder.rglob("*.*")}
    assert names == {"js", "json", "pagefind", "pf_meta", "pf_index", "pf_fragment"}
    assert [path.name for path in folder.glob("*.js")] == ["pagefind.js"]
    # A deleted index is built again, and another search removes it.
    shutil.rmtree(folder)
    site.build()
    assert (folder / "pagefind.js").exists()
    site.edit("conf.py", '= "pagefind"', '= "sphinx"')
    build = site.build()
    assert not list(build.outdir.glob("pagefind*"))
    assert "searchtools.js" in build.read("search.html")


def test_pagefind_s_index_has_the_addresses_of_dirhtml(site: Site) -> None:
    build = site.build("dirhtml")
    assert "/papers/gamma/" in indexed_pages(build.outdir)
    page = parse(build.outdir / "search/index.html")
    (section,) = page.cssselect(".pn-search")
    assert section.get("data-index") == "../pagefind/pagefind.js"
    for name in section.get("data-built-in").split():
        assert (build.outdir / "search" / name).is_file()


@pytest.mark.parametrize("builder", ["epub", "singlehtml", "text", "latex"])
def test_other_formats_have_no_pagefind_index(site: Site, builder: str) -> None:
    build = site.build(builder)
    assert not [path for path in build.outdir.rglob("*") if "pagefind" in path.name]


# -- The search page ----------------------------------------------------------


def test_search_page_offers_all_tags_and_years(built: Build) -> None:
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


def test_only_the_search_page_refers_to_pagefind(built: Build) -> None:
    outdir = built.outdir
    names = {
        path.relative_to(outdir).as_posix()
        for path in outdir.rglob("*.html")
        if "search.js" in path.read_text("utf-8") or "pagefind" in path.read_text("utf-8")
    }
    assert names == {"search.html"}


# -- Without Pagefind ---------------------------------------------------------


def test_sphinx_s_search_is_used_if_pagefind_is_not_installed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pagefind", None)  # type: ignore[arg-type]
    app = SphinxTestApp("html", srcdir=site.folder)
    try:
        app.build()
        status, warnings = app.status.getvalue(), app.warning.getvalue()
    finally:
        app.cleanup()
    assert (status.count("Pagefind is not installed"), warnings) == (1, "")
    assert f'run {sys.executable} -m pip install "pagefind[bin]>=1.5", or set' in status
    build = site.build()
    assert "searchtools.js" in build.read("search.html")
    assert not (build.outdir / "pagefind").exists()
    # Once Pagefind is installed, it indexes all pages.
    monkeypatch.undo()
    build_again(site)


@pytest.mark.parametrize(
    ("program", "output"),
    [(None, "No such file"), ("echo no room >&2\nexit 3", "no room;"), ("exit 3", "with 3;")],
)
def test_failure_of_pagefind_is_reported(
    site: Site, monkeypatch: pytest.MonkeyPatch, program: str | None, output: str
) -> None:
    replace_pagefind(site, program, monkeypatch)
    build = site.build()
    (message,) = build.messages
    assert message.startswith("conf.py:1: WARNING: Pagefind cannot make its index: ")
    assert output in message
    assert message.endswith("[papernotes.no-pagefind]")
    assert not list(build.outdir.glob("pagefind*"))
    monkeypatch.undo()
    assert len(indexed_pages(site.build().outdir)) == 9


def replace_pagefind(site: Site, program: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace Pagefind's program by the shell script *program*, or by a missing file."""
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


def ends(number: int) -> bool:
    """Return whether a process ends within a minute; the end of its input may tell it to."""
    end = time.monotonic() + 60
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.kill(number, 0)
            time.sleep(0.01)
        return False
    return True


def test_failed_build_leaves_no_pagefind_process(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = site.folder / "number"
    script = f'echo $$ > "{number}.new"; mv "{number}.new" "{number}"; exec cat'
    replace_pagefind(site, script, monkeypatch)
    failing = FAILING.replace('"number"', repr(str(number)))
    site.edit("conf.py", '= "pagefind"\n', f'= "pagefind"\n{failing}')
    with pytest.raises(ExtensionError, match="not today"):
        site.build()
    assert ends(int(number.read_text("ascii")))


def test_unknown_papernotes_search_is_reported(site: Site) -> None:
    site.edit("conf.py", '= "pagefind"', '= "lunr"')
    (message,) = site.build().messages
    assert message == (
        'conf.py:1: WARNING: papernotes_search = "lunr" is not a search; use sphinx or pagefind'
        " [papernotes.bad-option]"
    )


RECORDING = """#!{python} -u
import base64, json, sys
from pathlib import Path

asked, message = [], b""
while byte := sys.stdin.buffer.read(1):
    if byte != b",":
        message += byte
        continue
    payload = json.loads(base64.b64decode(message))["payload"]
    asked.append(payload.get("file_path", payload["type"]))
    Path({log!r}).write_text(" ".join(asked))
    message = b""
    answer = {{"message_id": 1, "payload": {{"type": "", "files": []}}}}
    sys.stdout.buffer.write(base64.b64encode(json.dumps(answer).encode()) + b",")
"""


def test_pagefind_gets_the_records_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Its index would follow the order of the folder, which differs between file systems."""
    program, log = tmp_path / "instead", tmp_path / "log"
    program.write_text(RECORDING.format(python=sys.executable, log=str(log)), encoding="utf-8")
    program.chmod(0o755)
    records = tmp_path / "records"
    (records / "papers").mkdir(parents=True)
    for name in ("z.html", "papers/b.html", "a.html", "papers/a.html"):
        (records / name).write_text("Text", encoding="utf-8")
    target = tmp_path / "index"
    pagefind_service.main(str(program), records, target, None, io.StringIO("\n"))
    names = "a.html papers/a.html papers/b.html z.html"
    assert log.read_text("utf-8") == f"NewIndex {names} GetFiles"
    # Without the line of a build that has written its records, there is no index.
    pagefind_service.main(str(program), records, target, None, io.StringIO())
    assert log.read_text("utf-8") == f"NewIndex {names}"


class Edit:
    """The build as the service sees it: it changes records before it says that they are written."""

    def __init__(self, edit: Callable[[], object]) -> None:
        self.edit = edit

    def readline(self) -> str:
        self.edit()
        return "\n"


RECORD = "<!doctype html><html lang=en><body><h1>{0}</h1><p>Common words, and {0}.</p></html>"


def test_index_after_an_edit_is_that_of_all_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins with the records of before, and takes over the files of the last index."""
    program, records, last = str(get_executable()), tmp_path / "records", tmp_path / "last"
    records.mkdir()
    for name in ("a", "b", "c", "d"):
        (records / f"{name}.html").write_text(RECORD.format(name * 5), encoding="utf-8")

    def index(name: str, last: Path | None, edit: Callable[[], object] = list) -> Path:
        build: Any = Edit(edit)
        pagefind_service.main(program, records, tmp_path / name, last, build)
        return tmp_path / name

    def is_shared(folder: Path) -> list[bool]:
        return [path.stat().st_nlink > 1 for path in sorted(folder.glob("fragment/*"))]

    last = index("last", None)
    edits: dict[str, Callable[[], object]] = {
        "edited": lambda: (records / "b.html").write_text(RECORD.format("other")),
        "added": lambda: (records / "ba.html").write_text(RECORD.format("new")),
        "removed": (records / "c.html").unlink,
    }
    for name, edit in edits.items():
        new, clean = index(name, last, edit), index(f"clean-{name}", None)
        assert files(new) == files(clean)
        assert sum(is_shared(new)) == (3 if name == "edited" else 4)
        last = new
    # What cannot be taken over is made anew: here, Pagefind seems not to end its files.
    monkeypatch.setattr(pagefind_service, "_PATIENCE", 0)
    monkeypatch.setattr(pagefind_service, "_is_whole", lambda path, last: False)
    anew = index("anew", last)
    assert (files(anew), any(is_shared(anew))) == (files(last), False)
