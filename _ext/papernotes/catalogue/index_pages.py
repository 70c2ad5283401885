"""Pages of long indexes: of authors, of venues, and of works.

A page ends where it would become heavy. Each knows the initials of the whole index, with the pages
on which they begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from papernotes.core.model import Note
from papernotes.core.text import fold_plain, initial

Kind = Literal["tags", "years", "authors", "venues"]
# An index of authors or venues has no more lines on a page, so that pages stay light.
INDEX_LINES = 1000
# A page of works has no more links. The entry of a work weighs about as much as ten links to pages
# that cite it, each of some 90 bytes.
WORKS_LINKS = 2400
LINKS_OF_ENTRY = 10
# The entry of a work names no more pages that cite it.
CITING_PAGES = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Notes that share a tag, year, author or venue; ``page`` is the name of its page, if any."""

    name: str
    notes: tuple[Note, ...]
    page: str = ""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One page of the index of authors or of venues, ``pages[number - 1]``.

    ``groups`` are those on this page. ``initials`` holds the initials of all groups, each with the
    name of the page on which it begins.
    """

    kind: Kind
    number: int
    pages: tuple[str, ...]
    groups: tuple[Group, ...]
    initials: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WorksPage:
    """One page of the list of all works that begins in a document, ``pages[0]``.

    ``works`` maps each initial on this page to the keys of its works. ``initials`` is as in
    ``IndexPage``.
    """

    number: int
    pages: tuple[str, ...]
    works: tuple[tuple[str, tuple[str, ...]], ...]
    initials: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> list[str]:
        """The keys of the works on this page, in their order."""
        return [key for _, keys in self.works for key in keys]


def index_page(kind: Kind) -> str:
    """Return the name of the index page of *kind*."""
    return f"{kind}/index"


def split_index(kind: Kind, groups: Iterable[Group]) -> dict[str, IndexPage]:
    """Return the pages of an index by name; a group with many notes goes on over several."""
    parts: list[list[Group]] = [[]]
    lines = 0
    for group in groups:
        for start in range(0, len(group.notes), INDEX_LINES - 1):
            notes = group.notes[start : start + INDEX_LINES - 1]
            if lines + 1 + len(notes) > INDEX_LINES:
                parts.append([])
                lines = 0
            parts[-1].append(Group(group.name, notes))
            lines += 1 + len(notes)
    pages = (index_page(kind), *(f"{kind}/{number}" for number in range(2, len(parts) + 1)))
    letters = ((initial(fold_plain(group.name)) for group in part) for part in parts)
    initials = _initials(pages, letters)
    return {
        page: IndexPage(kind, number, pages, tuple(part), initials)
        for number, (page, part) in enumerate(zip(pages, parts, strict=True), 1)
    }


def split_works(
    home: str, works: Iterable[tuple[str, str]], cited_by: Mapping[str, Sequence[str]]
) -> dict[str, WorksPage]:
    """Return the pages by name of a list of *works* that begins in the document *home*.

    *works* are keys with initials, in their order; *cited_by* maps keys to the pages that cite the
    works. A list that fits on the page of its document has no pages.
    """
    parts: list[dict[str, list[str]]] = [{}]
    links = 0
    for key, letter in works:
        weight = LINKS_OF_ENTRY + min(len(cited_by.get(key, ())), CITING_PAGES)
        if links and links + weight > WORKS_LINKS:
            parts.append({})
            links = 0
        parts[-1].setdefault(letter, []).append(key)
        links += weight
    if len(parts) == 1:
        return {}
    pages = (home, *(f"{home}/{number}" for number in range(2, len(parts) + 1)))
    initials = _initials(pages, parts)
    return {
        page: WorksPage(
            number, pages, tuple((each, tuple(keys)) for each, keys in part.items()), initials
        )
        for number, (page, part) in enumerate(zip(pages, parts, strict=True), 1)
    }


def _initials(
    pages: Iterable[str], letters: Iterable[Iterable[str]]
) -> tuple[tuple[str, str], ...]:
    """Return each of the *letters* on *pages*, with the page on which it is first."""
    initials: dict[str, str] = {}
    for page, found in zip(pages, letters, strict=True):
        for letter in found:
            initials.setdefault(letter, page)
    return tuple(initials.items())
