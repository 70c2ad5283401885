"""After an edit, the pages that show it are written again, and no others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from outputs import ALL, build_again
from sites import PNG, Site, text


def test_first_build_writes_every_page(tiny: Site) -> None:
    assert tiny.build().written == ALL


def test_no_page_is_written_when_nothing_changed(tiny: Site) -> None:
    tiny.build()
    assert build_again(tiny).written == set()


EDITS = {
    # The text of a note below its summary is only on its own page.
    "text": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited here.", "Still nothing."),
        {"papers/beta"},
    ),
    # Changes of a card concern the pages with the card.
    "title": (
        lambda site: site.edit("papers/beta.md", "# Beta", "# Beta, again"),
        # Alpha's page links to beta by its title.
        {"papers/beta", "index", "papers/alpha"},
    ),
    "summary": (
        lambda site: site.edit("papers/beta.md", "The summary of beta.", "Another summary."),
        {"papers/beta", "index"},
    ),
    "title of a note that is linked and listed": (
        lambda site: site.edit("papers/alpha.md", "# Alpha of", "# The alpha of"),
        # Beta's page and the list of works name alpha as a note that cites beta.
        {"papers/alpha", "index", "generalization", "plain", "papers/beta", "works"},
    ),
    "tags": (
        lambda site: site.edit("papers/beta.md", "[optimization]", "[generalization]"),
        {"papers/beta", "index", "generalization"},
    ),
    "day": (
        lambda site: site.edit("papers/beta.md", "2021-01-02", "2021-01-03"),
        {"papers/beta"},
    ),
    "citation added": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited", "Here {cite:t}`zeta2006` is"),
        {"papers/beta", "works"},
    ),
    # An entry is shown where a note is on it, where it is cited, or where it is to be read.
    "title of an entry cited in a summary": (
        lambda site: site.edit("refs.bib", "On beta", "On the letter beta"),
        # The cards name the note by its own title.
        {"papers/beta", "papers/alpha", "works"},
    ),
    "people of an entry cited in a summary": (
        lambda site: site.edit("refs.bib", "Bo Other", "Bo Another"),
        {"papers/beta", "papers/alpha", "index", "works"},
    ),
    "people of an entry cited in a sentence that another page quotes": (
        lambda site: site.edit("refs.bib", "Gus Gamma and Gail Gamma", "Gus Gamut and G. Gamma"),
        {"papers/alpha", "plain", "papers/beta", "works"},
    ),
    "entry cited in the text": (
        lambda site: site.edit("refs.bib", "The book of gamma", "The other book"),
        {"papers/alpha", "plain", "works"},
    ),
    "what only reference managers read of a cited entry": (
        lambda site: site.edit("refs.bib", "{Letters Press}", "{Letters Press},\n  isbn = {1}"),
        {"papers/alpha", "plain", "works"},
    ),
    "entry to read": (
        lambda site: site.edit("refs.bib", "On epsilon", "On little epsilon"),
        {"reading"},
    ),
    "entry that nobody shows": (
        lambda site: site.edit("refs.bib", "On zeta", "On the letter zeta"),
        set(),
    ),
    "order of the file": (
        lambda site: site.edit("refs.bib", "@article{alpha2001", "\n\n\n@article{alpha2001"),
        set(),
    ),
    "entry put on the reading list": (
        lambda site: site.edit(
            "refs.bib", "{On zeta},", "{On zeta},\n  keywords = {to-read},"
        ),
        {"reading"},
    ),
    # Notes that are added, deleted or renamed.
    "note added on a work that others cite": (
        lambda site: site.write("papers/gamma.md", "---\npaper: gamma2003\n---\n\n# Gamma\n\nX.\n"),
        {"papers/gamma", "index", "papers/alpha", "plain", "papers/beta", "works"},
    ),
    "note deleted": (
        lambda site: site.remove("papers/delta.md"),
        # Alpha's page loses the sentence that cites it.
        {"index", "papers/alpha", "works"},
    ),
    "note renamed": (
        lambda site: (site.folder / "papers/beta.md").rename(site.folder / "papers/b.md"),
        {"papers/b", "index", "papers/alpha", "works"},
    ),
    "note given another paper": (
        lambda site: site.edit("papers/delta.md", "delta2004", "zeta2006"),
        {"papers/delta", "index", "works"},
    ),
    "work of the same people and year": (
        lambda site: (
            site.edit("refs.bib", "{Zoe Zeta}", "{Gus Gamma and Gail Gamma and Gil Gamma}"),
            site.edit("refs.bib", "year = {2006}", "year = {2003}"),
            site.edit("plain.md", "cites", "cites {cite:t}`zeta2006` and"),
        ),
        # 2003 becomes 2003a and 2003b, also in the sentence that beta's page quotes.
        {"plain", "papers/alpha", "papers/beta", "works"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS.keys())
def test_edit_writes_the_pages_that_show_it(
    tiny: Site, edit: Callable[[Site], object], expected: set[str]
) -> None:
    tiny.build()
    edit(tiny)
    assert build_again(tiny).written == expected


def test_deleted_note_loses_its_page_and_its_card(tiny: Site) -> None:
    tiny.build()
    tiny.remove("papers/delta.md")
    after = tiny.build()
    assert not (after.outdir / "papers/delta.html").exists()
    assert "Delta" not in text(after.page("index"))


def test_edit_already_built_by_another_builder_is_noticed(tiny: Site) -> None:
    """That the pages of one format are up to date says nothing about another format."""
    tiny.build()
    tiny.build("text")
    tiny.edit("refs.bib", "On beta", "On the letter beta")
    tiny.build("text")
    assert build_again(tiny).written == {"papers/beta", "papers/alpha", "works"}


def test_outdated_pages_stay_outdated_until_a_build_writes_them(tiny: Site) -> None:
    tiny.build()
    tiny.edit("refs.bib", "On beta", "On the letter beta")
    # The dummy builder shares the environment and writes nothing, as if killed after reading.
    tiny.build("dummy")
    assert tiny.build().written == {"papers/beta", "papers/alpha", "works"}


def test_every_page_is_written_again_if_the_state_file_is_garbage(tiny: Site) -> None:
    first = tiny.build()
    (first.outdir / ".papernotes.json").write_bytes(b"\xff{")
    assert tiny.build().written == ALL


@pytest.mark.parametrize("change", ["content", "time"])
def test_change_of_the_bibliography_is_detected_by_its_content(tiny: Site, change: str) -> None:
    """A new time alone is no change, and the same time and size can hide a change."""
    tiny.build()
    path = tiny.folder / "refs.bib"
    stat = path.stat()
    if change == "content":
        tiny.edit("refs.bib", "On beta", "On bete")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        build = tiny.build()
        assert build.written == {"papers/beta", "papers/alpha", "works"}
        assert "On bete" in text(build.page("works"))
    else:
        path.touch()
        assert tiny.build().written == set()


def test_what_is_added_later_is_shown_as_in_a_clean_build(tiny: Site) -> None:
    """A picture of a summary, and another language: each was kept in what pages are made of."""
    front = "---\npaper: zeta2006\ntags: [generalization]\nread: 2020-01-01\n"
    note = f"{front}summary: A ![picture](a%20b.png) and ![](q.png).\n---\n\n# Zeta\n\nText.\n"
    tiny.write("papers/zeta.md", note)
    tiny.edit("conf.py", "html_theme", 'papernotes_browse = ["tags"]\nhtml_theme')
    assert len(tiny.build().messages) == 2
    tiny.write("papers/a b.png", PNG)
    tiny.write("papers/q.png", PNG)
    tiny.edit("conf.py", "html_theme", 'language = "fr"\nhtml_theme')
    build = build_again(tiny)
    assert build.messages == []
    assert {Path(image.get("src")).name for image in build.page("index").cssselect("img")} == {
        "a%20b.png",
        "q.png",
    }
    assert "Dans " in text(build.page("works"))
