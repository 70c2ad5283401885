"""Archives: the pages generated without a document, and each note's neighbours and related notes.

A long list of notes is split over several pages. The first page of the front page's list is a
document; every other page is generated. Tags, years, authors and venues each have an index. This
module turns the catalogue into records; ``incremental`` finds out which of them have changed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.citation_graph import CitationMap, citation_maps
from papernotes.catalogue.derive import Catalogue
from papernotes.catalogue.index_pages import (
    Group,
    IndexPage,
    Kind,
    WorksPage,
    index_page,
    split_index,
    split_works,
)
from papernotes.catalogue.mention_pages import MentionPage
from papernotes.catalogue.related import related
from papernotes.catalogue.slugs import slug
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Note, Paper, Query, keep
from papernotes.core.text import fold_plain

# The values of ``papernotes_browse``, and what each adds to a site.
PARTS = {
    "overview": "a line above the front page's list: how many notes there are, on which tags and"
    " years, and when the last was read; the years are drawn as bars",
    "tags": "an index of the tags and a page for each, which the tags on cards and notes link to",
    "years": "an index of the years in which the papers appeared, and a page for each",
    "authors": "an index of the authors with the notes on their papers",
    "venues": "an index of the venues with the notes on their papers",
    "neighbours": "links to the previous and the next note, in the order of `papernotes_sort`",
    "related": "up to six related notes at the end of each note",
    "filter": "a filter above the front page's list: all notes by words, tags and year",
    "map": "a picture of which notes cite which works over the years, and the same as a list; with"
    " more than 150 notes the most cited works, and a picture for each tag",
}

MAP_PAGE = "map"
# As many of the largest tags have a colour of their own.
HUES = 8
# A list of more notes has rows instead of cards, unless the author chooses.
CARDS_UP_TO = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list of notes.

    ``kind`` is ``front`` for the front page's list; ``name`` is the tag or year. ``pages`` holds
    the names of all pages of the list; this one is ``pages[number - 1]``. ``notes`` holds the notes
    on this page, ``count`` is the number of notes in the whole list, ``sort`` is their order, and
    ``view`` is how they are shown.
    """

    kind: Literal["front", "tags", "years"]
    name: str
    number: int
    pages: tuple[str, ...]
    notes: tuple[Note, ...]
    count: int
    sort: str
    view: str
    pictures: bool | None = None


# What a generated page shows; a kind stands for the index of that kind.
Content = Kind | IndexPage | WorksPage | ListPage | CitationMap | MentionPage


@dataclass(frozen=True, slots=True)
class Overview:
    """What the front page says of the notes in its list.

    ``tags`` are the largest, in the order of their size; ``tag_count`` is the number of all.
    ``years`` are those in which the papers appeared, the earliest first. ``last`` is the day on
    which the last was read, if any has a day.
    """

    count: int
    tag_count: int
    tags: tuple[Group, ...]
    years: tuple[Group, ...]
    last: datetime.date | None


@dataclass(frozen=True)
class Archives:
    """Everything for browsing.

    - ``front``: the first page of the front page's list, if it has a list that can be split
    - ``overview``: what stands above that list
    - ``list_pages``: maps the name of each generated list page to its part of the list
    - ``indexes``: maps each kind of index to its groups, in the order of the index
    - ``index_pages``: maps the name of each page of the indexes of authors and venues to its part
    - ``works_pages``: maps the name of each page of a long list of all works to its part
    - ``tag_pages``: maps each tag to the name of its page
    - ``order``: the notes in the order of neighbours; ``places`` maps their documents to positions
    - ``related``: maps the document of each note to its related notes
    - ``filtered``: the notes that the front page's filter searches, in the order of titles
    - ``maps``: maps the name of each page with a citation map to the map
    - ``mentions``: maps the name of each page of those that cite a note, if many do, to its part
    """

    front: ListPage | None = None
    overview: Overview | None = None
    list_pages: Mapping[str, ListPage] = field(default_factory=dict)
    indexes: Mapping[Kind, tuple[Group, ...]] = field(default_factory=dict)
    index_pages: Mapping[str, IndexPage] = field(default_factory=dict)
    works_pages: Mapping[str, WorksPage] = field(default_factory=dict)
    tag_pages: Mapping[str, str] = field(default_factory=dict)
    order: tuple[Note, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    related: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    filtered: tuple[Note, ...] = ()
    maps: Mapping[str, CitationMap] = field(default_factory=dict)
    mentions: Mapping[str, MentionPage] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()

    @cached_property
    def pages(self) -> dict[str, Content]:
        """The name of each generated page, with what it shows."""
        indexes = {index_page(kind): kind for kind in self.indexes}
        # The first page of a list of works, and of those that cite a note, is a document.
        split: dict[str, WorksPage | MentionPage] = {**self.works_pages, **self.mentions}
        later = {name: page for name, page in split.items() if page.number > 1}
        return {**indexes, **self.index_pages, **later, **self.maps, **self.list_pages}

    @cached_property
    def hues(self) -> dict[str, int]:
        """The largest tags, in alphabetical order, with the numbers of their colours from 1.

        A new note changes the colours only if it changes which tags are the largest.
        """
        return _hues(self.indexes.get("tags", ()))

    def hue(self, note: Note) -> int | None:
        """Return the number of the colour of *note*: that of its first tag which has one."""
        return next((self.hues[tag] for tag in note.tags if tag in self.hues), None)

    def neighbours(self, docname: str) -> tuple[Note | None, Note | None]:
        """Return the notes before and after the note at *docname*."""
        if docname not in self.places:
            return None, None
        place = self.places[docname]
        before = self.order[place - 1] if place else None
        after = self.order[place + 1] if place + 1 < len(self.order) else None
        return before, after


def view_of(view: str, count: int) -> str:
    """Return how a list of *count* notes is shown, where ``auto`` leaves that to their number."""
    if view != "auto":
        return view
    return "cards" if count <= CARDS_UP_TO else "rows"


def build_archives(
    catalogue: Catalogue,
    parts: Iterable[str],
    *,
    root: str,
    query: Query | None,
    works: Mapping[str, str],
    homes: Iterable[str],
    sizes: Mapping[str, int],
    view: str,
    sort: str,
    paths: Mapping[str, str],
    mentions: Mapping[str, MentionPage],
) -> Archives:
    """Derive the archives from *catalogue*.

    *parts* names the ``PARTS`` that the site has. *root* is the front page's document and *query*
    that of its list, if the list can be split. *homes* are the documents that list all works;
    *works* maps their keys to initials. *sizes* maps each view of lists to the number of
    notes on a page, 0 for all. *view* and *sort* are those of lists that have none of their own.
    *paths* maps the name of each document to its file; *mentions* are those of the archives.
    """
    parts = frozenset(parts)
    builder = _ArchiveBuilder(sizes, view, sort, paths)
    notes = catalogue.select(Query(sort=sort))
    indexes: dict[Kind, tuple[Group, ...]] = {}
    if "tags" in parts:
        groups = _grouped((tag, note) for note in notes for tag in note.tags)
        groups.sort(key=lambda group: (fold_plain(group.name), group.name))
        indexes["tags"] = builder.add_group_pages("tags", groups)
    if "years" in parts:
        groups = _grouped((year, note) for note in notes for year in catalogue.years_of(note))
        groups.sort(key=lambda group: group.name, reverse=True)
        indexes["years"] = builder.add_group_pages("years", groups)
    if "authors" in parts:
        indexes["authors"] = tuple(_authors(catalogue, notes))
    if "venues" in parts:
        indexes["venues"] = tuple(_venues(catalogue, notes))
    index_pages = {
        name: page
        for kind in indexes
        if kind in ("authors", "venues")
        for name, page in split_index(kind, indexes[kind]).items()
    }
    works_pages: dict[str, WorksPage] = {}
    for home in homes:
        works_pages |= split_works(home, works.items(), catalogue.cited_by)
    builder.check_addresses({index_page(kind): None for kind in indexes} | index_pages)
    split: dict[str, WorksPage | MentionPage] = {**works_pages, **mentions}
    builder.check_addresses(name for name, page in split.items() if page.number > 1)
    tags = indexes.get("tags", ())
    tag_pages = {group.name: group.page for group in tags if group.page}
    maps: dict[str, CitationMap] = {}
    if "map" in parts:
        map_pages = {tag: page.replace("tags", MAP_PAGE, 1) for tag, page in tag_pages.items()}
        maps = citation_maps(catalogue, MAP_PAGE, _hues(tags), map_pages)
        builder.check_addresses(maps)
    front = overview = None
    filtered: tuple[Note, ...] = ()
    if query is not None:
        listed = catalogue.select(query)
        front = builder.split_front(root, query, listed)
        if "overview" in parts and listed:
            overview = _overview(catalogue, listed, indexes)
        if "filter" in parts:
            filtered = tuple(catalogue.select(Query(tags=query.tags)))
    order = tuple(notes) if "neighbours" in parts else ()
    return Archives(
        front=front,
        overview=overview,
        list_pages=builder.list_pages,
        indexes=indexes,
        index_pages=index_pages,
        works_pages=works_pages,
        tag_pages=tag_pages,
        order=order,
        places={note.docname: number for number, note in enumerate(order)},
        related=related(notes, catalogue.cited_by, catalogue.mentioned_by)
        if "related" in parts
        else {},
        filtered=filtered,
        maps=maps,
        mentions=mentions,
        problems=tuple(builder.problems),
    )


class _ArchiveBuilder:
    """Split lists into pages, and report pages that would have the same address."""

    def __init__(
        self, sizes: Mapping[str, int], view: str, sort: str, paths: Mapping[str, str]
    ) -> None:
        self.sizes, self.view, self.sort, self.paths = sizes, view, sort, paths
        self.list_pages: dict[str, ListPage] = {}
        self.problems: list[Diagnostic] = []

    def split_front(self, root: str, query: Query, notes: Sequence[Note]) -> ListPage:
        """Add the second and later pages of the front page's list, and return the first."""
        first, *others = self._split("front", "", root, "page", notes, query.sort, query.view)
        first = replace(first, pictures=query.pictures)
        others = [replace(page, pictures=query.pictures) for page in others]
        self._add(others)
        return first

    def add_group_pages(
        self, kind: Literal["tags", "years"], groups: list[Group]
    ) -> tuple[Group, ...]:
        """Add the pages of *groups*, and return the groups with the names of their pages."""
        named = []
        owners: dict[str, Group] = {}
        for group in groups:
            page = f"{kind}/{slug(group.name)}"
            if page in owners:
                self._report_same_page(kind, group, owners[page], page)
                named.append(group)
                continue
            owners[page] = group
            self._add(self._split(kind, group.name, page, page, group.notes, self.sort))
            named.append(Group(group.name, group.notes, page))
        return tuple(named)

    def _split(
        self,
        kind: Literal["front", "tags", "years"],
        name: str,
        first: str,
        folder: str,
        notes: Sequence[Note],
        sort: str,
        view: str = "",
    ) -> list[ListPage]:
        view = view_of(view or self.view, len(notes))
        size = self.sizes[view] or max(len(notes), 1)
        parts = [tuple(notes[start : start + size]) for start in range(0, len(notes), size)] or [()]
        pages = (first, *(f"{folder}/{number}" for number in range(2, len(parts) + 1)))
        return [
            ListPage(kind, name, number, pages, part, len(notes), sort, view)
            for number, part in enumerate(parts, 1)
        ]

    def _add(self, list_pages: Iterable[ListPage]) -> None:
        by_name = {each.pages[each.number - 1]: each for each in list_pages}
        self.check_addresses(by_name)
        self.list_pages.update(by_name)

    def check_addresses(self, pages: Iterable[str]) -> None:
        """Report each of *pages* that has the name of a document."""
        self.problems += [
            Diagnostic(
                self.paths[page],
                1,
                f"the site generates a page {page}, which would overwrite this document's page;"
                " rename the document, or change papernotes_browse or papernotes_page_size",
                DiagnosticKind.SAME_ADDRESS,
            )
            for page in pages
            if page in self.paths
        ]

    def _report_same_page(self, kind: str, group: Group, owner: Group, page: str) -> None:
        here, there = (min(each.notes, key=lambda note: note.docname) for each in (group, owner))
        self.problems.append(
            Diagnostic(
                self.paths[here.docname],
                here.tags_line if kind == "tags" else here.line,
                f'"{group.name}" and "{owner.name}" ({self.paths[there.docname]}:'
                f"{there.tags_line if kind == 'tags' else there.line}) would both have the page"
                f" {page}; spell them alike, or tell them apart by a letter or digit",
                DiagnosticKind.SAME_ADDRESS,
            )
        )


def _hues(tags: Sequence[Group]) -> dict[str, int]:
    """Return the numbers of the colours of the largest of *tags*, by name and in their order."""
    names = {group.name for group in _largest(tags)}
    return {
        group.name: number
        for number, group in enumerate((group for group in tags if group.name in names), 1)
    }


def _largest(groups: Iterable[Group]) -> list[Group]:
    """Return the largest of *groups*, as many as have a colour, in the order of their size."""
    return sorted(groups, key=lambda group: -len(group.notes))[:HUES]


def _overview(
    catalogue: Catalogue, notes: Sequence[Note], indexes: Mapping[Kind, tuple[Group, ...]]
) -> Overview:
    """Return what stands above a list of *notes*; *indexes* knows the pages of tags and years."""
    pages = {(kind, group.name): group.page for kind in indexes for group in indexes[kind]}
    tags = _grouped((tag, note) for note in notes for tag in note.tags)
    tags.sort(key=lambda group: (fold_plain(group.name), group.name))
    years = _grouped((year, note) for note in notes for year in catalogue.years_of(note))
    years.sort(key=lambda group: group.name)
    return Overview(
        count=len(notes),
        tag_count=len(tags),
        tags=tuple(
            Group(each.name, each.notes, pages.get(("tags", each.name), ""))
            for each in _largest(tags)
        ),
        years=tuple(
            Group(each.name, each.notes, pages.get(("years", each.name), "")) for each in years
        ),
        last=max((note.read for note in notes if note.read), default=None),
    )


def _grouped(pairs: Iterable[tuple[str, Note]]) -> list[Group]:
    notes_of: dict[str, list[Note]] = {}
    for name, note in pairs:
        notes_of.setdefault(name, []).append(note)
    return [Group(name, tuple(notes)) for name, notes in notes_of.items()]


def _authors(catalogue: Catalogue, notes: Iterable[Note]) -> list[Group]:
    """Group *notes* by author, or by editor where a paper has no author, in order of family name.

    Names that differ only in accents, case or punctuation are one author.
    """
    shown: dict[str, str] = {}
    notes_of: dict[str, dict[str, Note]] = {}
    for note in notes:
        for paper in catalogue.papers_of(note):
            for folded, name in _indexed_people(paper):
                shown.setdefault(folded, name)
                notes_of.setdefault(folded, {})[note.docname] = note
    return [Group(shown[name], tuple(notes_of[name].values())) for name in sorted(notes_of)]


@keep
def _indexed_people(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return each person as sorted, and as shown in an index."""
    return tuple(
        (formatting.folded_name(person), flatten(formatting.family_first(person)))
        for person in formatting.named_people(paper)
    )


def _venues(catalogue: Catalogue, notes: Iterable[Note]) -> list[Group]:
    """Group *notes* by the venues of their papers, in alphabetical order."""
    shown: dict[str, str] = {}
    notes_of: dict[str, dict[str, Note]] = {}
    for note in notes:
        for paper in catalogue.papers_of(note):
            if venue := flatten(formatting.short_venue(paper)):
                name = fold_plain(venue) or venue
                shown.setdefault(name, venue)
                notes_of.setdefault(name, {})[note.docname] = note
    return [Group(shown[name], tuple(notes_of[name].values())) for name in sorted(notes_of)]
