"""The records that everything else is derived from.

Records are frozen and hold plain Python values only: they are pickled with Sphinx's environment,
sent between processes and compared between builds. This module knows no other.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FormerName:
    """The name of a page that a note had once, without suffix, and the line that says so."""

    docname: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """What a note's front matter and heading say.

    ``key`` is the citation key of the paper; ``title`` is the heading as plain text; ``read`` is
    the day on which the paper was read; ``line`` and ``tags_line`` are where the key and the tags
    stand in the file; ``former_names`` are pages that lead on to the note.
    """

    docname: str
    key: str
    title: str
    tags: tuple[str, ...] = ()
    read: datetime.date | None = None
    line: int = 1
    tags_line: int = 1
    former_names: tuple[FormerName, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """An author or editor, as BibTeX takes names apart, in LaTeX text."""

    given: str
    family: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A work of the bibliography.

    ``fields`` are the entry's own, in its own order and in LaTeX text, with lower-case names, and
    after them those that it takes from another entry by ``crossref`` or ``xdata``;
    ``path`` and ``line`` say where the entry begins, which makes no other work of it. The other
    values are read from the fields; what the entry does not give is the empty string or tuple.
    """

    key: str
    type: str
    authors: tuple[Person, ...]
    editors: tuple[Person, ...]
    title: str
    year: str
    venue: str
    keywords: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    path: str = field(compare=False)
    line: int = field(compare=False)

    def field(self, name: str) -> str:
        """Return the LaTeX text of field *name* (lower case), or the empty string."""
        for key, value in self.fields:
            if key == name:
                return value
        return ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A place of a document that cites a work, or that links to a note by its key.

    ``id`` is that of the place in the page; it is empty where the page has none, such as in a
    summary that only the card shows.
    """

    docname: str
    key: str
    line: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What a ``{papers}`` directive asks for.

    ``paged`` says whether the list may go on over further pages.
    """

    tags: tuple[str, ...] = ()
    sort: str = "title"
    limit: int | None = None
    view: str = "cards"
    line: int = 1
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a document shows of notes and papers, and so what makes it out of date.

    ``key_prefixes`` are those that its ``{bibliography}`` directives put before citation keys,
    ``equations`` the labels of those that it refers to, ``targets`` the documents and labels that
    it leads to otherwise.
    """

    docname: str
    citations: tuple[Citation, ...] = ()
    note_links: tuple[Citation, ...] = ()
    queries: tuple[Query, ...] = ()
    reading_list: bool = False
    works: bool = False
    references: bool = False
    key_prefixes: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


SORTS = ("title", "read", "year")
VIEWS = ("cards", "list")
