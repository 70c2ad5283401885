"""After an edit, the pages that show it are written again, and no other."""

from __future__ import annotations

import os
from collections.abc import Callable

import lxml.html
import pytest
from outputs import ALL, build_again
from sites import Site, text


def test_first_build_writes_every_page(tiny: Site) -> None:
    assert tiny.build().written == ALL


def test_nothing_changed(tiny: Site) -> None:
    tiny.build()
    assert build_again(tiny).written == set()


EDITS = {
    # The text of a note, below its summary: its own page.
    "text": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited here.", "Still nothing."),
        {"papers/beta"},
    ),
    # What a card shows: the pages with the card.
    "title": (
        lambda site: site.edit("papers/beta.md", "# Beta", "# Beta, again"),
        # Alpha's page links to it by its title, and the list of works says that it cites.
        {"papers/beta", "index", "papers/alpha"},
    ),
    "summary": (
        lambda site: site.edit("papers/beta.md", "The summary of beta.", "Another summary."),
        {"papers/beta", "index"},
    ),
    "title of a note that is linked and listed": (
        lambda site: site.edit("papers/alpha.md", "# Alpha of", "# The alpha of"),
        # Beta's page says that it is cited there, and so does the list of works.
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
    "a citation more": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited", "Here {cite:t}`zeta2006` is"),
        {"papers/beta", "works"},
    ),
    # The bibliography: an entry is shown where it is noted, cited or to be read.
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
    # Notes that come and go.
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
        # 2003 becomes 2003a and 2003b, in the sentence that is quoted, too.
        {"plain", "papers/alpha", "papers/beta", "works"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS.keys())
def test_edit(tiny: Site, edit: Callable[[Site], object], expected: set[str]) -> None:
    tiny.build()
    edit(tiny)
    assert build_again(tiny).written == expected


def test_deleted_note_leaves_no_page(tiny: Site) -> None:
    tiny.build()
    tiny.remove("papers/delta.md")
    after = tiny.build()
    assert not (after.outdir / "papers/delta.html").exists()
    assert "Delta" not in text(after.page("index"))


def test_an_edit_that_another_builder_saw_first(tiny: Site) -> None:
    """The pages of one format are not fresh because those of another are."""
    tiny.build()
    tiny.build("text")
    tiny.edit("refs.bib", "On beta", "On the letter beta")
    tiny.build("text")
    assert build_again(tiny).written == {"papers/beta", "papers/alpha", "works"}


def test_a_build_that_was_cut_short(tiny: Site) -> None:
    """Pages that were due stay due until a build has written them."""
    tiny.build()
    tiny.edit("refs.bib", "On beta", "On the letter beta")
    # The dummy builder shares the environment and writes nothing, as if killed after reading.
    tiny.build("dummy")
    assert tiny.build().written == {"papers/beta", "papers/alpha", "works"}


def test_a_state_file_that_is_garbage(tiny: Site) -> None:
    first = tiny.build()
    (first.outdir / ".papernotes.json").write_bytes(b"\xff{")
    assert tiny.build().written == ALL


@pytest.mark.parametrize("change", ["content", "time"])
def test_bibliography_is_known_by_its_content(tiny: Site, change: str) -> None:
    """Neither a new time nor the same time and size deceive."""
    tiny.build()
    path = tiny.folder / "refs.bib"
    stat = path.stat()
    if change == "content":
        tiny.edit("refs.bib", "On beta", "On bete")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert "On bete" in text(_then(tiny, {"papers/beta", "papers/alpha", "works"}))
    else:
        path.touch()
        _then(tiny, set())


def _then(site: Site, expected: set[str]) -> lxml.html.HtmlElement:
    after = site.build()
    assert after.written == expected
    return after.page("works")
