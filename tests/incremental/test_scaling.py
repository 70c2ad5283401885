"""What a build does, counted: it grows with the site no faster than the site, and with an edit not.

Times depend on the machine, and are in bench/; these counts do not.
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

SETTINGS = """
papernotes_page_size = 10
papernotes_browse = ["tags", "years", "authors", "venues", "map", "neighbours", "related", "filter"]
bibtex_reference_style = "papernotes"
html_baseurl = "https://notes.example/"
papernotes_pictures = False
"""
COUNTED: dict[str, tuple[Any, str]] = {
    "documents read": (PaperNotesDomain, "note_record"),
    "entries made": (lazy_entries.Entries, "_make"),
    "references formatted": (formatting, "reference"),
    "nodes": (nodes.Element, "__init__"),
    "translators": (SphinxComponentRegistry, "create_translator"),
}


def write(folder: Path, notes: int) -> Site:
    sites.make_site(folder, notes, sites.extension)
    site = Site(folder)
    site.write("conf.py", (folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    return site


def count(site: Site) -> tuple[Counter[str], Build]:
    """Build *site*, and return how often it did what is counted, and what it left."""
    found: Counter[str] = Counter()

    def counted(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            found[what] += 1
            return function(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for what, (owner, name) in COUNTED.items():
            patch.setattr(owner, name, counted(what, getattr(owner, name)))
        build = site.build()
    assert build.messages == []
    return found, build


def pages(build: Build) -> int:
    return len(build.written) + len(build.made)


def test_a_note_costs_the_same_on_a_larger_site(tmp_path: Path) -> None:
    small, middle, large = [count(write(tmp_path / str(size), size)) for size in (20, 40, 60)]
    for size, (found, _) in zip((20, 40, 60), (small, middle, large), strict=True):
        # The notes, the front page and the list of works. Each reference is formatted once.
        assert found["documents read"] == size + 2
        assert size < found["references formatted"] == found["entries made"] <= 2 * size
    for what in ("nodes", "translators"):
        first = middle[0][what] - small[0][what]
        second = large[0][what] - middle[0][what]
        assert 0 < second <= 1.1 * first
    # Sphinx makes three for a page: for itself, its title and its contents.
    assert second <= 3 * (pages(large[1]) - pages(middle[1]))


def test_an_edit_costs_what_it_changes(tmp_path: Path) -> None:
    site = write(tmp_path / "site", 40)
    cold, build = count(site)
    a_page = cold["nodes"] / pages(build)
    expected = {"text": (1, 0), "title": (1, 0), "entry": (0, 1), "nothing": (0, 0)}
    for what, edit in program.EDITS.items():
        edit(site.folder)
        found, build = count(site)
        assert (found["documents read"], found["references formatted"]) == expected[what]
        # Those of works whose citations are written, or all where a file has been read anew.
        wanted = cold["entries made"] if what == "entry" else 6 * len(build.written)
        assert found["entries made"] <= wanted
        # Nodes are made for the pages that are written, and for no others.
        assert found["nodes"] <= 3 * a_page * pages(build) + 1
        assert len(build.written) <= {"text": 1, "nothing": 0}.get(what, 20)
