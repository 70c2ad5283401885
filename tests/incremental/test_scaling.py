"""The work of a build grows linearly with the site; after an edit it does not grow with the site.

The tests count operations, because times depend on the machine.  bench/ measures times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes
from sites import Build, Site
from sphinx.registry import SphinxComponentRegistry

from bench import __main__ as program
from bench import sites
from papernotes.bibliography import formatting, lazy_entries
from papernotes.domain import PaperNotesDomain
from papernotes.reading import parser
from papernotes.rendering import note_card

SETTINGS = """
papernotes_page_size = 5
papernotes_browse = ["tags", "years", "authors", "venues", "map", "neighbours", "related", "filter"]
bibtex_reference_style = "papernotes"
html_baseurl = "https://notes.example/"
papernotes_pictures = False
"""
COUNTED: dict[str, tuple[Any, str]] = {
    "documents read": (PaperNotesDomain, "note_record"),
    "entries made": (lazy_entries.Entries, "_make"),
    "references formatted": (formatting, "reference"),
    "cards": (note_card, "card"),
    "parsers": (parser, "create_md_parser"),
    "nodes": (nodes.Element, "__init__"),
    "translators": (SphinxComponentRegistry, "create_translator"),
}


def write(folder: Path, notes: int) -> Site:
    sites.make_site(folder, notes, sites.extension)
    site = Site(folder)
    site.write("conf.py", (folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    return site


def count(site: Site) -> tuple[Counter[str], Build]:
    """Build *site*, and count the operations in COUNTED."""
    counts: Counter[str] = Counter()

    def counted(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            counts[what] += 1
            return function(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for what, (owner, name) in COUNTED.items():
            patch.setattr(owner, name, counted(what, getattr(owner, name)))
        build = site.build()
    assert build.messages == []
    return counts, build


def pages(build: Build) -> int:
    return len(build.written) + len(build.made)


def test_cost_of_a_note_does_not_grow_with_the_site(tmp_path: Path) -> None:
    sizes = (10, 20, 30)
    small, middle, large = [count(write(tmp_path / str(size), size)) for size in sizes]
    for size, (counts, _) in zip(sizes, (small, middle, large), strict=True):
        # The documents are the notes, the front page and the list of works. Each reference is
        # formatted once. Each note is a card on the front page, and once more for all archive
        # pages, whichever folders they are in.
        assert counts["documents read"] == size + 2
        assert size < counts["references formatted"] == counts["entries made"] <= 2 * size
        # For notes, for notes in other scripts, and for documents without front matter.
        assert counts["parsers"] <= 3
        assert counts["cards"] == size + min(size, 24)
    for what in ("nodes", "translators"):
        first = middle[0][what] - small[0][what]
        second = large[0][what] - middle[0][what]
        assert 0 < second <= 1.1 * first
    # Sphinx creates three translators for a page: for its body, its title and its contents.
    assert second <= 3 * (pages(large[1]) - pages(middle[1]))


def test_cost_of_an_edit_depends_on_the_pages_it_changes(tmp_path: Path) -> None:
    site = write(tmp_path / "site", 20)
    cold, build = count(site)
    a_page = cold["nodes"] / pages(build)
    expected = {"text": (1, 0), "title": (1, 0), "entry": (0, 1), "nothing": (0, 0)}
    for what, edit in program.EDITS.items():
        edit(site.folder)
        counts, build = count(site)
        assert (counts["documents read"], counts["references formatted"]) == expected[what]
        # Entries are parsed for the citations on written pages, and all if refs.bib has changed.
        most = cold["entries made"] if what == "entry" else 6 * len(build.written)
        assert counts["entries made"] <= most
        # Nodes are created only for the pages that are written.
        assert counts["nodes"] <= 3 * a_page * pages(build) + 1
        assert len(build.written) <= {"text": 1, "nothing": 0}.get(what, 20)
