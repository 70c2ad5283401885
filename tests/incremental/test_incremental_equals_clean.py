"""After any edits, the output of an incremental build equals that of a clean one, byte for byte."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import replace
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
from shelf import (
    CONF,
    INDEX,
    KEYS,
    PICTURE,
    QUOTES,
    SETTINGS,
    SLUGS,
    TAGS,
    WORDS,
    Entry,
    NoteFile,
    Shelf,
    build,
)
from sites import SOAK, Site

LOG = logging.getLogger(__name__)


def write_keeping_time(path: Path, content: str) -> None:
    """Write a file, and keep its modification time."""
    stat = path.stat()
    path.write_text(content, encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


slugs = st.sampled_from(SLUGS)
keys = st.sampled_from(KEYS)
some_keys = st.lists(keys, unique=True, max_size=3).map(tuple)
some_links = st.lists(st.sampled_from(KEYS + SLUGS), unique=True, max_size=3).map(tuple)
papers = st.lists(keys, min_size=1, max_size=3).map(lambda keys: f"[{', '.join(keys)}]")
changes = st.one_of(
    st.builds(lambda key: {"key": key}, st.one_of(keys, papers)),
    st.builds(
        lambda tags: {"tags": tuple(tags)},
        st.lists(st.sampled_from(TAGS), unique=True, max_size=2),
    ),
    st.builds(lambda word: {"title": word}, st.sampled_from(WORDS)),
    st.builds(lambda word: {"summary": word}, st.sampled_from(WORDS)),
    st.builds(lambda day: {"read": day}, st.integers(0, 5)),
    st.builds(lambda cited: {"cited": cited}, some_keys),
    st.builds(lambda linked: {"linked": linked}, some_links),
    st.builds(lambda letter: {"letter": letter}, st.sampled_from("abc")),
    st.sampled_from([{"picture": True}, {"picture": False}]),
    st.sampled_from([{"equation": True}, {"equation": False}]),
    st.sampled_from([{"draft": True}, {"draft": False}]),
    st.sampled_from([{"broken": text} for text in ("", "a: b: c", "tag: x", "- x", "read: x")]),
    st.sampled_from([{"main": True}, {"main": False}]),
    st.builds(
        lambda word, key: {"typed": f"{word}:{key}"},
        st.sampled_from(["disputes", "method_in", "uses"]),
        keys,
    ),
    st.builds(lambda quotes: {"quotes": quotes}, st.sampled_from(QUOTES)),
    st.builds(lambda size: {"figure": size}, st.sampled_from(["", "9px", "50%"])),
    st.sampled_from([{"glossary": True}, {"glossary": False}]),
    st.sampled_from(
        [
            {"own": text}
            for text in (
                "",
                "rating: 2",
                "rating: x",
                "method: [b]\nrating: 10",
                "method: [a, b]\nresult: See {note}`alpha`, {cite:t}`k1` and {eq}`second`",
            )
        ]
    ),
    st.builds(lambda slug: {"former": (f"papers/{slug}",)}, slugs),
)

# What entries have beside the usual fields.
MORE = [
    "",
    *[
        f",\n {field}"
        for field in (
            "keywords = {to-read}",
            "url = {https://a.example/x}",
            "doi = {10.1234/w1}",
            "eprint = {1706.05394},\n pages = {1--9},\n read_version = {1},\n latest_version = {2}",
            "retracted = {2024-05-01}",
            "corrected = {2023},\n notice = {10.1234/n}",
            "shortjournal = {Sh. J.}",
        )
    ],
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return a site that the tests edit one after another."""
    shelf = Shelf(Site(tmp_path_factory.mktemp("equal")))
    shelf.write_sources()
    shelf.site.write("page.md", "# A page\n\n[](papers/beta.md), [](#there), ![](picture.svg)\n")
    shelf.write_note("gamma", replace(shelf.notes["gamma"], summary="of [](../page.md)"))
    shelf.check()
    return shelf


def test_search_index_forgets_a_word_with_its_last_page(shelf: Shelf) -> None:
    shelf.site.write("papers/word.md", "---\npaper: k3\n---\n\n# Incomparable\n\nText.\n")
    shelf.check()
    shelf.site.remove("papers/word.md")
    shelf.check()


def test_links_follow_a_document_s_new_title(shelf: Shelf) -> None:
    """Both on a page and in a summary that other pages show."""
    shelf.write_note("beta", replace(shelf.notes["beta"], title="another"))
    shelf.check()
    shelf.site.edit("page.md", "# A page", "(there)=\n\n# Some page")
    shelf.check()


def test_reference_to_a_duplicate_equation_label_has_the_same_target(shelf: Shelf) -> None:
    """The target is in the document that a clean build reads last."""
    shelf.write_note("beta", replace(shelf.notes["beta"], equation=True))
    shelf.check()
    shelf.write_note("gamma", replace(shelf.notes["gamma"], equation=False))
    shelf.check()


def test_pictures_with_the_same_name_get_the_same_numbers(shelf: Shelf) -> None:
    """The numbers do not depend on which was added first."""
    shelf.write_note("deep/er", NoteFile("k3", picture=True))
    shelf.check()
    shelf.write_note("alpha", replace(shelf.notes["alpha"], picture=True))
    shelf.check()
    shelf.remove_note("deep/er")
    shelf.check()


@pytest.mark.parametrize("name", ["part.md", "picture.svg", "papers/alpha.md"])
def test_edit_that_keeps_time_and_size_is_noticed(shelf: Shelf, name: str) -> None:
    path = shelf.site.folder / name
    text = path.read_text(encoding="utf-8")
    write_keeping_time(path, text.replace("one", "six").replace("h9", "h8"))
    shelf.check()


def test_search_index_keeps_the_index_entries_of_pages_that_are_not_written(shelf: Shelf) -> None:
    shelf.site.write("more.md", "# More\n\n{index}`apple; pear` {index}`Plum <see: plums; plum>`\n")
    shelf.check()
    shelf.site.write("page.md", "# A page\n\nAnother text.\n")
    shelf.check()
    shelf.site.remove("more.md")
    shelf.check()


def test_deleted_files_are_removed_from_the_output(shelf: Shelf) -> None:
    """These are a picture, a download, a static file, an extra file and a page."""
    shelf.site.write("_static/more.txt", "more")
    shelf.site.write("extra/more.txt", "more")
    shelf.site.write("more.md", "# More\n\n![](papers/deep/picture.svg) {download}`part.md`\n")
    shelf.check()
    for name in ("_static/more.txt", "extra/more.txt", "more.md"):
        shelf.site.remove(name)
    shelf.check()


def test_document_is_read_again_if_its_toctree_loses_an_entry(shelf: Shelf) -> None:
    shelf.site.remove("chapter.md")
    shelf.check()


def test_build_of_one_file_leaves_other_changes_to_the_next_build(shelf: Shelf) -> None:
    """``sphinx-build … papers/gamma.md`` does not write all pages that are out of date.

    These are pages of documents that it has read, and pages that show changed data.
    """
    path = shelf.site.folder / "works.md"
    write_keeping_time(path, path.read_text(encoding="utf-8").replace("# Works", "# Words"))
    build(shelf.site, shelf.site.folder / "_build", 1, "papers/gamma.md")
    shelf.check()
    shelf.entries["k1"] = Entry(title="On one file")
    shelf.write_bibliography()
    build(shelf.site, shelf.site.folder / "_build", 1, "papers/gamma.md")
    shelf.check()


def test_foreign_files_in_the_output_folder_stay(shelf: Shelf) -> None:
    """They stay even if settings change."""
    foreign = shelf.site.folder / "_build/html/CNAME"
    foreign.write_text("example.org", encoding="utf-8")
    for setting in ("papernotes_feed = False", ""):
        shelf.site.write("conf.py", f"{CONF}{setting}\n")
        build(shelf.site, shelf.site.folder / "_build", 1)
        assert foreign.read_text(encoding="utf-8") == "example.org"
        assert (foreign.parent / "feed.xml").exists() == (not setting)
    foreign.unlink()


class Edits(RuleBasedStateMachine):
    """Random edits of a site, each followed by an incremental and a clean build."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="equal-"))
        self.shelf = Shelf(Site(self.folder))
        self.parallel = 1

    def teardown(self) -> None:
        """Delete the site."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(parallel=st.sampled_from([1, 2]))
    def write_site(self, parallel: int) -> None:
        self.parallel = parallel
        self.shelf.write_sources()
        self.shelf.check(parallel)

    @rule(slug=slugs, key=keys, change=changes)
    def write_note(self, slug: str, key: str, change: dict[str, object]) -> None:
        note = self.shelf.notes.get(slug) or NoteFile(key)
        self.shelf.write_note(slug, replace(note, **change))
        self.shelf.check(self.parallel)

    @rule(slug=slugs, change=changes, more=changes)
    def edit_note_twice(
        self, slug: str, change: dict[str, object], more: dict[str, object]
    ) -> None:
        if slug in self.shelf.notes:
            self.shelf.write_note(slug, replace(self.shelf.notes[slug], **{**more, **change}))
            self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), change=changes)
    def edit_note_and_build_another(self, data: st.DataObject, change: dict[str, object]) -> None:
        slug, another = (data.draw(st.sampled_from(sorted(self.shelf.notes))) for _ in range(2))
        self.shelf.write_note(slug, replace(self.shelf.notes[slug], **change))
        build(self.shelf.site, self.folder / "_build", self.parallel, f"papers/{another}.md")
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data())
    def delete_note(self, data: st.DataObject) -> None:
        self.shelf.remove_note(data.draw(st.sampled_from(sorted(self.shelf.notes))))
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), slug=slugs, redirect=st.booleans())
    def rename_note(self, data: st.DataObject, slug: str, redirect: bool) -> None:
        old = data.draw(st.sampled_from(sorted(self.shelf.notes)))
        if slug in self.shelf.notes:
            return
        note = self.shelf.remove_note(old)
        former = (f"papers/{old}",) if redirect else note.former
        self.shelf.write_note(slug, replace(note, former=former))
        self.shelf.check(self.parallel)

    @rule(
        key=keys,
        author=st.sampled_from(["Ann Author", "Bo Other and Ann Author", "Á"]),
        title=st.sampled_from(["On one", "On {T}wo", "On $x$"]),
        year=st.integers(2001, 2002),
        more=st.sampled_from(MORE),
    )
    def write_entry(self, key: str, author: str, title: str, year: int, more: str) -> None:
        self.shelf.entries[key] = Entry(author, title, year, more)
        self.shelf.write_bibliography()
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.entries)
    @rule(data=st.data(), key=keys)
    def rename_or_delete_entry(self, data: st.DataObject, key: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.shelf.entries)))
        entry = self.shelf.entries.pop(old)
        if key != old:
            self.shelf.entries[key] = entry
        self.shelf.write_bibliography()
        self.shelf.check(self.parallel)

    @rule(cites=st.dictionaries(keys, some_keys, max_size=3))
    def write_citations(self, cites: dict[str, tuple[str, ...]]) -> None:
        self.shelf.write_citations(cites)
        self.shelf.check(self.parallel)

    @rule(broken=st.sampled_from(["", Entry(title="Again").text("k1"), "@article{k9, title = {"]))
    def break_or_repair_bibliography(self, broken: str) -> None:
        self.shelf.broken = broken
        self.shelf.write_bibliography()
        self.shelf.check(self.parallel)

    @rule(name=st.sampled_from(["conf.py", "refs.bib", "index.md", "chapter.md", "picture.svg"]))
    def touch(self, name: str) -> None:
        (self.folder / name).touch()
        self.shelf.check(self.parallel)

    @precondition(lambda self: self.shelf.notes)
    @rule(data=st.data(), letter=st.sampled_from("abc"))
    def edit_note_keeping_time_and_size(self, data: st.DataObject, letter: str) -> None:
        slug = data.draw(st.sampled_from(sorted(self.shelf.notes)))
        note = replace(self.shelf.notes[slug], letter=letter)
        self.shelf.notes[slug] = note
        write_keeping_time(self.folder / f"papers/{slug}.md", note.text())
        self.shelf.check(self.parallel)

    @rule(
        name=st.sampled_from(["picture.svg", "papers/picture.svg", "papers/deep/picture.svg"]),
        number=st.integers(0, 9),
        new_time=st.booleans(),
    )
    def edit_picture(self, name: str, number: int, new_time: bool) -> None:
        if new_time:
            self.shelf.site.write(name, PICTURE.format(number))
        else:
            write_keeping_time(self.folder / name, PICTURE.format(number))
        self.shelf.check(self.parallel)

    @rule(text=st.sampled_from(["one", "two, {cite:t}`k2`", "six"]))
    def edit_included_file(self, text: str) -> None:
        write_keeping_time(self.folder / "part.md", f"Part {text}.\n")
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
                "citations.json",
                "papers/picture-dark.svg",
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

    @rule(
        documents=st.lists(st.sampled_from(["chapter", "page", "tables"]), unique=True),
        option=st.sampled_from([":hidden:", ":numbered:", ":caption: More"]),
    )
    def edit_toctree(self, documents: list[str], option: str) -> None:
        lines = "\n".join(documents)
        text = INDEX.replace(":hidden:", option).replace("chapter", lines)
        self.shelf.site.write("index.md", text)
        self.shelf.check(self.parallel)

    @rule(margin=st.integers(0, 2))
    def edit_style(self, margin: int) -> None:
        self.shelf.site.write("_static/own.css", f"p {{ margin: {margin} }}\n")
        self.shelf.check(self.parallel)


@pytest.mark.soak
def test_incremental_build_equals_a_clean_one_after_random_edits() -> None:
    examples, steps, least = (30, 30, 500) if SOAK else (3, 8, 10)
    checks = 0

    class Counted(Edits):
        """Edits that count their comparisons."""

        def teardown(self) -> None:
            """Count all comparisons except that of the first build."""
            nonlocal checks
            checks += self.shelf.checks - 1
            super().teardown()

    phases = (Phase.explicit, Phase.generate)
    run = settings(max_examples=examples, stateful_step_count=steps, phases=phases)
    run_state_machine_as_test(Counted, settings=run)
    LOG.info("after each of %d edits, the build equalled a clean one", checks)
    assert checks >= least
