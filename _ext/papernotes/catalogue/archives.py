"""What helps to browse: the pages that no document stands for, and each note's neighbours.

A list of notes goes on over sheets, of which the first sheet of the front page's list is a document
and every other a page of its own; tags, years, authors and venues have an index each. Pure: the
catalogue in, records out; which of them change from build to build is for others to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.citation_graph import CitationMap, citation_map
from papernotes.catalogue.derive import Catalogue
from papernotes.catalogue.related import related
from papernotes.catalogue.slugs import slug
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Note, Person, Query
from papernotes.core.text import fold_plain

Kind = Literal["tags", "years", "authors", "venues"]
# The parts that a site can have, and what each is.
PARTS = {
    "tags": "an index of the tags and a page for each, which the tags on cards and notes link to",
    "years": "an index of the years in which the papers appeared, and a page for each",
    "authors": "an index of the authors with the notes on their papers",
    "venues": "an index of the venues with the notes on their papers",
    "neighbours": "links to the notes before and after, in the order of `papernotes_sort`",
    "related": "up to six related notes at the end of each",
    "filter": "a filter above the front page's list, by words, tags and year over all notes",
    "map": "a picture of which notes cite which works, and the same in words; needs networkx",
}


MAP_PAGE = "map"


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page's part of a list of notes that goes on over pages.

    ``kind`` is ``front`` for the list of the front page; ``name`` is the tag or year. ``pages`` are
    the names of all pages of the list, of which this one is ``pages[number - 1]``; ``count`` is the
    number of all its notes, and ``sort`` their order.
    """

    kind: Literal["front", "tags", "years"]
    name: str
    number: int
    pages: tuple[str, ...]
    notes: tuple[Note, ...]
    count: int
    sort: str
    view: str = "cards"


@dataclass(frozen=True, slots=True)
class Group:
    """Notes with a value in common; ``page`` is the name of its page, if it has one."""

    name: str
    notes: tuple[Note, ...]
    page: str = ""


@dataclass(frozen=True)
class Archives:
    """All that helps to browse.

    ``front`` is the front page's own sheet, where it has a list that can go on; ``sheets`` maps the
    name of each further page to its sheet; ``indexes`` maps the kinds that have an index to their
    groups, in the order of the index; ``order`` are the notes in the order of neighbours;
    ``filtered`` those that the front page's filter finds, in the order of titles; ``map`` says who
    cites whom.
    """

    front: ListPage | None = None
    sheets: Mapping[str, ListPage] = field(default_factory=dict)
    indexes: Mapping[Kind, tuple[Group, ...]] = field(default_factory=dict)
    tag_pages: Mapping[str, str] = field(default_factory=dict)
    order: tuple[Note, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    related: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    filtered: tuple[Note, ...] = ()
    map: CitationMap | None = None
    problems: tuple[Diagnostic, ...] = ()

    @cached_property
    def pages(self) -> dict[str, Kind | ListPage | CitationMap]:
        """The name of each page that no document stands for, with what it shows."""
        found: dict[str, Kind | ListPage | CitationMap] = {
            index_page(kind): kind for kind in self.indexes
        }
        if self.map is not None:
            found[MAP_PAGE] = self.map
        return {**found, **self.sheets}

    def neighbours(self, docname: str) -> tuple[Note | None, Note | None]:
        """Return the notes before and after the note *docname*."""
        if docname not in self.places:
            return None, None
        place = self.places[docname]
        before = self.order[place - 1] if place else None
        after = self.order[place + 1] if place + 1 < len(self.order) else None
        return before, after


def index_page(kind: Kind) -> str:
    """Return the name of an index page."""
    return f"{kind}/index"


def build_archives(
    catalogue: Catalogue,
    parts: Iterable[str],
    *,
    root: str,
    query: Query | None,
    size: int,
    sort: str,
    paths: Mapping[str, str],
) -> Archives:
    """Derive what helps to browse.

    *parts* are those of ``PARTS`` that the site has. *root* is the front page and *query* that of
    its list which can go on, *size* the number of notes a page (0 for all), *sort* the order of
    lists that have none of their own. *paths* maps the name of each document to its file.
    """
    parts = frozenset(parts)
    maker = _ArchiveBuilder(size, sort, paths)
    notes = catalogue.select(Query(sort=sort))
    indexes: dict[Kind, tuple[Group, ...]] = {}
    if "tags" in parts:
        groups = _grouped((tag, note) for note in notes for tag in note.tags)
        groups.sort(key=lambda group: (fold_plain(group.name), group.name))
        indexes["tags"] = maker.paged("tags", groups)
    if "years" in parts:
        groups = _grouped(
            (formatting.year(paper), note)
            for note in notes
            if (paper := catalogue.papers.get(note.key)) and paper.year.strip()
        )
        groups.sort(key=lambda group: group.name, reverse=True)
        indexes["years"] = maker.paged("years", groups)
    if "authors" in parts:
        indexes["authors"] = tuple(_authors(catalogue, notes))
    if "venues" in parts:
        indexes["venues"] = tuple(_venues(catalogue, notes))
    maker.check(index_page(kind) for kind in indexes)
    if "map" in parts:
        maker.check([MAP_PAGE])
    front = None
    filtered: tuple[Note, ...] = ()
    if query is not None:
        front = maker.front(root, query, catalogue.select(query))
        if "filter" in parts:
            filtered = tuple(catalogue.select(Query(tags=query.tags)))
    order = tuple(notes) if "neighbours" in parts else ()
    return Archives(
        front=front,
        sheets=maker.sheets,
        indexes=indexes,
        tag_pages={group.name: group.page for group in indexes.get("tags", ()) if group.page},
        order=order,
        places={note.docname: number for number, note in enumerate(order)},
        related=related(notes, catalogue.cited_by) if "related" in parts else {},
        filtered=filtered,
        map=citation_map(catalogue) if "map" in parts else None,
        problems=tuple(maker.problems),
    )


class _ArchiveBuilder:
    """Makes sheets, and holds that each page has an address of its own."""

    def __init__(self, size: int, sort: str, paths: Mapping[str, str]) -> None:
        self.size, self.sort, self.paths = size, sort, paths
        self.sheets: dict[str, ListPage] = {}
        self.problems: list[Diagnostic] = []

    def front(self, root: str, query: Query, notes: Sequence[Note]) -> ListPage:
        """Make the further sheets of the front page's list, and return its own."""
        first, *further = self._sheets("front", "", root, "page", notes, query.sort, query.view)
        self._add(further)
        return first

    def paged(self, kind: Literal["tags", "years"], groups: list[Group]) -> tuple[Group, ...]:
        """Return *groups* with their pages, the sheets of which are made."""
        found = []
        first_of: dict[str, Group] = {}
        for group in groups:
            page = f"{kind}/{slug(group.name)}"
            if page in first_of:
                self._report_same(kind, group, first_of[page], page)
                found.append(group)
                continue
            first_of[page] = group
            self._add(self._sheets(kind, group.name, page, page, group.notes, self.sort))
            found.append(Group(group.name, group.notes, page))
        return tuple(found)

    def _sheets(
        self,
        kind: Literal["front", "tags", "years"],
        name: str,
        first: str,
        folder: str,
        notes: Sequence[Note],
        sort: str,
        view: str = "cards",
    ) -> list[ListPage]:
        size = self.size or max(len(notes), 1)
        parts = [tuple(notes[start : start + size]) for start in range(0, len(notes), size)] or [()]
        pages = (first, *(f"{folder}/{number}" for number in range(2, len(parts) + 1)))
        return [
            ListPage(kind, name, number, pages, part, len(notes), sort, view)
            for number, part in enumerate(parts, 1)
        ]

    def _add(self, sheets: Iterable[ListPage]) -> None:
        found = {sheet.pages[sheet.number - 1]: sheet for sheet in sheets}
        self.check(found)
        self.sheets.update(found)

    def check(self, pages: Iterable[str]) -> None:
        """Report the pages whose address a document has."""
        self.problems += [
            Diagnostic(
                self.paths[page],
                1,
                f"the page {page} is made by the site, and would be written over this document's;"
                " rename the document, or change papernotes_browse or papernotes_page_size",
                DiagnosticKind.SAME_ADDRESS,
            )
            for page in pages
            if page in self.paths
        ]

    def _report_same(self, kind: str, group: Group, first: Group, page: str) -> None:
        here, there = (min(each.notes, key=lambda note: note.docname) for each in (group, first))
        self.problems.append(
            Diagnostic(
                self.paths[here.docname],
                here.tags_line if kind == "tags" else here.line,
                f'"{group.name}" and "{first.name}" ({self.paths[there.docname]}:'
                f"{there.tags_line if kind == 'tags' else there.line}) would both have the page"
                f" {page}; spell them alike, or tell them apart by a letter or digit",
                DiagnosticKind.SAME_ADDRESS,
            )
        )


def _grouped(pairs: Iterable[tuple[str, Note]]) -> list[Group]:
    found: dict[str, list[Note]] = {}
    for name, note in pairs:
        found.setdefault(name, []).append(note)
    return [Group(name, tuple(notes)) for name, notes in found.items()]


def _authors(catalogue: Catalogue, notes: Iterable[Note]) -> list[Group]:
    """Return the authors, or those who stand for them, by family name."""
    folded: dict[Person, str] = {}
    shown: dict[str, str] = {}
    found: dict[str, dict[str, Note]] = {}
    for note in notes:
        paper = catalogue.papers.get(note.key)
        for person in formatting.named(paper) if paper else ():
            if person not in folded:
                folded[person] = formatting.fold(f"{person.family} {person.given}")
            name = folded[person]
            if name not in shown:
                shown[name] = flatten(formatting.family_first(person))
            found.setdefault(name, {})[note.docname] = note
    return [Group(shown[name], tuple(found[name].values())) for name in sorted(found)]


def _venues(catalogue: Catalogue, notes: Iterable[Note]) -> list[Group]:
    """Return where the papers appeared, in the order of the alphabet."""
    shown: dict[str, str] = {}
    found: dict[str, list[Note]] = {}
    for note in notes:
        paper = catalogue.papers.get(note.key)
        venue = flatten(formatting.short_venue(paper)) if paper else ""
        if venue:
            name = fold_plain(venue) or venue
            shown.setdefault(name, venue)
            found.setdefault(name, []).append(note)
    return [Group(shown[name], tuple(found[name])) for name in sorted(found)]
