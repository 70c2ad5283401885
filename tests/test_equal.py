"""An incremental build leaves what a clean build leaves, byte for byte, after whatever edits."""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sites import SOAK, Site
from sphinx.testing.util import SphinxTestApp

LOG = logging.getLogger(__name__)

CONF = """\
project = "equal"
extensions = ["papernotes"]
exclude_patterns = ["_*", "part.md"]
papernotes_sections = ["page", "works"]
papernotes_browse = [
    *["tags", "years", "authors", "venues", "map", "neighbours", "related", "filter"]
]
papernotes_page_size = 2
papernotes_pictures = False
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
myst_enable_extensions = ["dollarmath"]
html_baseurl = "https://example.org/notes/"
html_theme = "alabaster"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_extra_path = ["extra"]
templates_path = ["_templates"]
"""
# One of these stands at the end of conf.py.
SETTINGS = [
    "",
    "papernotes_page_size = 3",
    'papernotes_sort = "-read"',
    'papernotes_browse = ["tags"]',
    "papernotes_feed = False",
    "papernotes_previews = False",
    "papernotes_pictures = True",
    "html_copy_source = False",
    "html_use_index = False",
    'html_baseurl = ""',
    'language = "fr"',
    'html_additional_pages = {"404": "more.html"}',
    "bibtex_reference_style = 'label'",
    "math_number_all = True",
]
INDEX = """\
# A shelf

```{papers}
```

```{toctree}
:hidden:

chapter
```
"""
CHAPTER = """\
# A chapter

![A picture](picture.svg)

$$ a = b $$ (first)

By {eq}`first`, and {eq}`second`, {cite:t}`k0` holds.

```{include} part.md
```
"""
WORKS = "# Works\n\n```{works}\n```\n\n```{reading-list}\n```\n"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M{}0h9v9z"/></svg>\n'

SLUGS = ["alpha", "beta", "gamma", "delta", "deep/er", "été"]
KEYS = [f"k{number}" for number in range(6)]
TAGS = ["vision", "C++", "ML", "ml", "a b"]
WORDS = ["one", "two words", "three *marked* words", "$x^2$", "four"]


@dataclass(frozen=True)
class Written:
    """What a note's file holds."""

    key: str
    tags: tuple[str, ...] = ()
    read: int = 0
    title: str = "one"
    summary: str = "one"
    cited: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    picture: bool = False
    equation: bool = False
    broken: str = ""
    letter: str = "a"

    def text(self) -> str:
        """Return the file's text."""
        front = [f"paper: {self.key}", f"tags: {list(self.tags)}"]
        front += [f"read: 2020-01-0{self.read}"] if self.read else []
        front += [f"redirect_from: {list(self.former)}"] if self.former else []
        front += [self.broken] if self.broken else []
        cites = [f"Here {{cite:t}}`{key}` is cited." for key in self.cited]
        links = [f"There is {{note}}`{key}`." for key in self.linked]
        lines = ["---", *front, "---", "", f"# Title {self.title}", "", f"Summary {self.summary}."]
        lines += cites[:1]
        lines += ["", "![A picture](picture.svg)"] if self.picture else []
        lines += ["", "## Section", "", f"Letter {self.letter}.", *cites[1:], *links]
        lines += ["", "$$ c = d $$ (second)"] if self.equation else []
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Entry:
    """An entry of the bibliography."""

    author: str = "Ann Author"
    title: str = "On one"
    year: int = 2001
    more: str = ""

    def text(self, key: str) -> str:
        """Return the entry as BibTeX."""
        fields = f"author = {{{self.author}}},\n title = {{{self.title}}},\n year = {self.year}"
        return f"@article{{{key},\n {fields},\n journal = {{J}}{self.more}}}\n"


@dataclass
class Shelf:
    """A site that is edited and built."""

    site: Site
    notes: dict[str, Written] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    broken: str = ""
    checks: int = 0

    def begin(self) -> None:
        """Write the files that there are at first."""
        write = self.site.write
        write("conf.py", CONF)
        write("index.md", INDEX)
        write("chapter.md", CHAPTER)
        write("part.md", "Part one.\n")
        write("page.md", "# A page\n\nIt cites {cite:p}`k1` and links {note}`k2`.\n")
        write("works.md", WORKS)
        write("picture.svg", PICTURE.format(0))
        write("papers/picture.svg", PICTURE.format(1))
        write("papers/deep/picture.svg", PICTURE.format(2))
        write("_static/own.css", "p { margin: 0 }\n")
        write("extra/extra.txt", "extra\n")
        write("_templates/more.html", '{% extends "page.html" %}\n')
        for number, key in enumerate(KEYS[:4]):
            self.entries[key] = Entry(title=f"On {key}", year=2001 + number // 2)
        self.note("alpha", Written("k0", tags=("vision",), read=1, cited=("k1", "k2")))
        self.note("beta", Written("k1", tags=("vision", "C++"), read=2, linked=("k0",)))
        self.note("gamma", Written("k2", read=3, equation=True, picture=True))
        self.bibliography()

    def note(self, slug: str, written: Written) -> None:
        """Write a note."""
        self.notes[slug] = written
        self.site.write(f"papers/{slug}.md", written.text())

    def bibliography(self) -> None:
        """Write the bibliography."""
        entries = "\n".join(entry.text(key) for key, entry in self.entries.items())
        self.site.write("refs.bib", entries + self.broken)

    def drop(self, slug: str) -> Written:
        """Delete a note."""
        self.site.remove(f"papers/{slug}.md")
        return self.notes.pop(slug)

    def check(self, parallel: int = 1) -> None:
        """Hold that a build on top leaves what a clean one leaves."""
        clean = self.site.folder / "_clean"
        build(self.site, self.site.folder / "_build", parallel)
        build(self.site, clean, 1)
        ours, theirs = files(self.site.folder / "_build/html"), files(clean / "html")
        shutil.rmtree(clean)
        assert sorted(ours) == sorted(theirs)
        assert [name for name in ours if ours[name] != theirs[name]] == []
        self.checks += 1


def build(site: Site, folder: Path, parallel: int, *names: str) -> None:
    """Build *site* into *folder*; only the files *names*, if there are any."""
    # Sphinx compares files by this module, which remembers by time and size within a process.
    filecmp.clear_cache()
    app = SphinxTestApp("html", srcdir=site.folder, builddir=folder, parallel=parallel)
    try:
        app.build(filenames=[site.folder / name for name in names])
    finally:
        app.cleanup()


def files(folder: Path) -> dict[str, bytes]:
    """Return each file below *folder*."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def keep_time(path: Path, content: str) -> None:
    """Write a file without a new time."""
    stat = path.stat()
    path.write_text(content, encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


slugs = st.sampled_from(SLUGS)
keys = st.sampled_from(KEYS)
some_keys = st.lists(keys, unique=True, max_size=3).map(tuple)
changes = st.one_of(
    st.builds(lambda key: {"key": key}, keys),
    st.builds(
        lambda tags: {"tags": tuple(tags)},
        st.lists(st.sampled_from(TAGS), unique=True, max_size=2),
    ),
    st.builds(lambda word: {"title": word}, st.sampled_from(WORDS)),
    st.builds(lambda word: {"summary": word}, st.sampled_from(WORDS)),
    st.builds(lambda day: {"read": day}, st.integers(0, 5)),
    st.builds(lambda cited: {"cited": cited}, some_keys),
    st.builds(lambda linked: {"linked": linked}, some_keys),
    st.builds(lambda letter: {"letter": letter}, st.sampled_from("abc")),
    st.sampled_from([{"picture": True}, {"picture": False}]),
    st.sampled_from([{"equation": True}, {"equation": False}]),
    st.sampled_from([{"broken": text} for text in ("", "a: b: c", "tag: x", "- x", "read: x")]),
    st.builds(lambda slug: {"former": (f"papers/{slug}",)}, slugs),
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return a site that each test goes on editing."""
    shelf = Shelf(Site(tmp_path_factory.mktemp("equal")))
    shelf.begin()
    shelf.site.write("page.md", "# A page\n\n[](papers/beta.md), [](#there), ![](picture.svg)\n")
    shelf.note("gamma", replace(shelf.notes["gamma"], summary="of [](../page.md)"))
    shelf.check()
    return shelf


def test_a_word_that_its_last_page_has_lost(shelf: Shelf) -> None:
    shelf.site.write("papers/word.md", "---\npaper: k3\n---\n\n# Incomparable\n\nText.\n")
    shelf.check()
    shelf.site.remove("papers/word.md")
    shelf.check()


def test_a_link_to_a_document_whose_title_changes(shelf: Shelf) -> None:
    """On a page, and in a summary that other pages show."""
    shelf.note("beta", replace(shelf.notes["beta"], title="another"))
    shelf.check()
    shelf.site.edit("page.md", "# A page", "(there)=\n\n# Some page")
    shelf.check()


def test_an_equation_of_another_s_label(shelf: Shelf) -> None:
    """References go on leading to that of the document that a clean build reads last."""
    shelf.note("beta", replace(shelf.notes["beta"], equation=True))
    shelf.check()
    shelf.note("gamma", replace(shelf.notes["gamma"], equation=False))
    shelf.check()


def test_pictures_of_one_name(shelf: Shelf) -> None:
    """They are numbered as a clean build does it, whichever came first."""
    shelf.note("deep/er", Written("k3", picture=True))
    shelf.check()
    shelf.note("alpha", replace(shelf.notes["alpha"], picture=True))
    shelf.check()
    shelf.drop("deep/er")
    shelf.check()


@pytest.mark.parametrize("name", ["part.md", "picture.svg", "papers/alpha.md"])
def test_an_edit_of_the_same_time_and_size(shelf: Shelf, name: str) -> None:
    path = shelf.site.folder / name
    text = path.read_text(encoding="utf-8")
    keep_time(path, text.replace("one", "six").replace("h9", "h8"))
    shelf.check()


def test_files_that_are_gone(shelf: Shelf) -> None:
    """A picture, a download, a static file and a page that stood there once are no longer there."""
    shelf.site.write("_static/more.txt", "more")
    shelf.site.write("extra/more.txt", "more")
    shelf.site.write("more.md", "# More\n\n![](papers/deep/picture.svg) {download}`part.md`\n")
    shelf.check()
    for name in ("_static/more.txt", "extra/more.txt", "more.md"):
        shelf.site.remove(name)
    shelf.check()


def test_a_chapter_that_is_gone(shelf: Shelf) -> None:
    """The page whose toctree holds it is read again."""
    shelf.site.remove("chapter.md")
    shelf.check()


def test_a_build_of_one_file(shelf: Shelf) -> None:
    """``sphinx-build … papers/gamma.md`` leaves to the next build what it has not written.

    That is a page that it has read, and one that shows what has changed elsewhere.
    """
    path = shelf.site.folder / "works.md"
    keep_time(path, path.read_text(encoding="utf-8").replace("# Works", "# Words"))
    build(shelf.site, shelf.site.folder / "_build", 1, "papers/gamma.md")
    shelf.check()
    shelf.entries["k1"] = Entry(title="On one file")
    shelf.bibliography()
    build(shelf.site, shelf.site.folder / "_build", 1, "papers/gamma.md")
    shelf.check()


def test_what_others_put_into_the_folder_stays(shelf: Shelf) -> None:
    """Through changes of settings, too."""
    theirs = shelf.site.folder / "_build/html/CNAME"
    theirs.write_text("example.org", encoding="utf-8")
    for setting in ("papernotes_feed = False", ""):
        shelf.site.write("conf.py", f"{CONF}{setting}\n")
        build(shelf.site, shelf.site.folder / "_build", 1)
        assert theirs.read_text(encoding="utf-8") == "example.org"
        assert (theirs.parent / "feed.xml").exists() == (not setting)
    theirs.unlink()


class Edits(RuleBasedStateMachine):
    """Edits of a site, each followed by a build."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="equal-"))
        self.shelf = Shelf(Site(self.folder))
        self.parallel = 1

    def teardown(self) -> None:
        """Delete the site."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(parallel=st.sampled_from([1, 2]))
    def first(self, parallel: int) -> None:
        self.parallel = parallel
        self.shelf.begin()
        self.shelf.check(parallel)

    @rule(slug=slugs, key=keys, change=changes)
    def write_note(self, slug: str, key: str, change: dict[str, object]) -> None:
        written = self.shelf.notes.get(slug) or Written(key)
        self.shelf.note(slug, replace(written, **change))
        self.shelf.check(self.parallel)

    @rule(slug=slugs, change=changes, more=changes)
    def edit_note_twice(
        self, slug: str, change: dict[str, object], more: dict[str, object]
    ) -> None:
        if slug in self.shelf.notes:
            self.shelf.note(slug, replace(self.shelf.notes[slug], **{**more, **change}))
            self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), change=changes)
    def edit_note_and_build_another(self, data: st.DataObject, change: dict[str, object]) -> None:
        slug, another = (data.draw(st.sampled_from(sorted(self.shelf.notes))) for _ in range(2))
        self.shelf.note(slug, replace(self.shelf.notes[slug], **change))
        build(self.shelf.site, self.folder / "_build", self.parallel, f"papers/{another}.md")
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data())
    def delete_note(self, data: st.DataObject) -> None:
        self.shelf.drop(data.draw(st.sampled_from(sorted(self.shelf.notes))))
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), slug=slugs, leads_on=st.booleans())
    def rename_note(self, data: st.DataObject, slug: str, leads_on: bool) -> None:
        old = data.draw(st.sampled_from(sorted(self.shelf.notes)))
        if slug in self.shelf.notes:
            return
        written = self.shelf.drop(old)
        former = (f"papers/{old}",) if leads_on else written.former
        self.shelf.note(slug, replace(written, former=former))
        self.shelf.check(self.parallel)

    @rule(
        key=keys,
        author=st.sampled_from(["Ann Author", "Bo Other and Ann Author", "Á"]),
        title=st.sampled_from(["On one", "On {T}wo", "On $x$"]),
        year=st.integers(2001, 2002),
        more=st.sampled_from(["", ",\n keywords = {to-read}", ",\n url = {https://a.example/x}"]),
    )
    def write_entry(self, key: str, author: str, title: str, year: int, more: str) -> None:
        self.shelf.entries[key] = Entry(author, title, year, more)
        self.shelf.bibliography()
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.entries)
    @rule(data=st.data(), key=keys)
    def rename_or_delete_entry(self, data: st.DataObject, key: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.shelf.entries)))
        entry = self.shelf.entries.pop(old)
        if key != old:
            self.shelf.entries[key] = entry
        self.shelf.bibliography()
        self.shelf.check(self.parallel)

    @rule(broken=st.sampled_from(["", Entry(title="Again").text("k1"), "@article{k9, title = {"]))
    def break_or_mend_bibliography(self, broken: str) -> None:
        self.shelf.broken = broken
        self.shelf.bibliography()
        self.shelf.check(self.parallel)

    @rule(name=st.sampled_from(["conf.py", "refs.bib", "index.md", "chapter.md", "picture.svg"]))
    def touch(self, name: str) -> None:
        (self.folder / name).touch()
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), letter=st.sampled_from("abc"))
    def edit_note_of_the_same_time_and_size(self, data: st.DataObject, letter: str) -> None:
        slug = data.draw(st.sampled_from(sorted(self.shelf.notes)))
        written = replace(self.shelf.notes[slug], letter=letter)
        self.shelf.notes[slug] = written
        keep_time(self.folder / f"papers/{slug}.md", written.text())
        self.shelf.check(self.parallel)

    @rule(
        name=st.sampled_from(["picture.svg", "papers/picture.svg", "papers/deep/picture.svg"]),
        number=st.integers(0, 9),
        timed=st.booleans(),
    )
    def edit_picture(self, name: str, number: int, timed: bool) -> None:
        if timed:
            self.shelf.site.write(name, PICTURE.format(number))
        else:
            keep_time(self.folder / name, PICTURE.format(number))
        self.shelf.check(self.parallel)

    @rule(text=st.sampled_from(["one", "two, {cite:t}`k2`", "six"]))
    def edit_what_is_included(self, text: str) -> None:
        keep_time(self.folder / "part.md", f"Part {text}.\n")
        self.shelf.check(self.parallel)

    @rule(setting=st.sampled_from(SETTINGS))
    def change_settings(self, setting: str) -> None:
        self.shelf.site.write("conf.py", f"{CONF}{setting}\n")
        self.shelf.check(self.parallel)

    @rule(
        name=st.sampled_from(
            [
                "page.md",
                "tags/index.md",
                "papers/plain.md",
                "_static/more.txt",
                "extra/more.txt",
                "extra/robots.txt",
                "_templates/layout.html",
                "chapter.md",
            ]
        ),
        word=st.sampled_from(["", "one", "two"]),
    )
    def write_or_delete_file(self, name: str, word: str) -> None:
        if word:
            text = f"# {word}\n\nIt cites {{cite:p}}`k1`.\n"
            layout = f'{{% extends "!layout.html" %}}\n{{# {word} #}}\n'
            self.shelf.site.write(name, layout if name.endswith(".html") else text)
        else:
            (self.folder / name).unlink(missing_ok=True)
        self.shelf.check(self.parallel)

    @rule(margin=st.integers(0, 2))
    def edit_style(self, margin: int) -> None:
        self.shelf.site.write("_static/own.css", f"p {{ margin: {margin} }}\n")
        self.shelf.check(self.parallel)


@pytest.mark.soak
def test_edits() -> None:
    examples, steps, least = (30, 30, 500) if SOAK else (4, 12, 30)
    checks = 0

    class Counted(Edits):
        """Edits whose builds are counted."""

        def teardown(self) -> None:
            """Count what was held beyond the first build."""
            nonlocal checks
            checks += self.shelf.checks - 1
            super().teardown()

    phases = (Phase.explicit, Phase.generate)
    run = settings(max_examples=examples, stateful_step_count=steps, phases=phases)
    run_state_machine_as_test(Counted, settings=run)
    LOG.info("%d edits, each followed by a build that equals a clean one", checks)
    assert checks >= least
