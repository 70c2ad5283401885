"""Records of notes, papers and citations, from which everything else is derived.

Records are frozen and hold plain Python values only, because they are pickled with Sphinx's
environment, sent between processes and compared between builds.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


class Pickled:
    """Base of frozen records that Sphinx's environment holds by the thousand.

    dataclasses looks up the fields of each object that it pickles, which takes several times as
    long as their values alone.
    """

    __slots__ = ()
    __match_args__: tuple[str, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in self.__match_args__])


@dataclass(frozen=True, slots=True)
class FormerName:
    """A page name, without suffix, that a note had before, and the line that declares it."""

    docname: str
    line: int


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a field of the author's own.

    ``texts`` are its parts as readers see them, and ``ranks`` what orders them: numbers or texts,
    alike for all values of a field.
    """

    name: str
    value: str | float | datetime.date | tuple[str, ...]
    texts: tuple[str, ...]
    ranks: tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note(Pickled):
    """The content of a note's front matter and heading.

    ``keys`` are the citation keys of its papers, at least one, the main one first; ``title`` is
    the heading as plain text; ``read`` is the day on which the papers were read; ``lines`` are the
    lines of the keys in the file, and ``tags_line`` is that of the tags; ``former_names`` are pages
    that redirect to the note; ``draft`` is true for a draft, which only some builds show; ``main``
    says that links by key lead to this note among several; ``fields`` are the values of the
    author's own fields, in the order of their declaration; ``language`` is the tag of the note's
    language, empty for that of the site.
    """

    docname: str
    keys: tuple[str, ...]
    title: str
    tags: tuple[str, ...] = ()
    read: datetime.date | None = None
    lines: tuple[int, ...] = (1,)
    tags_line: int = 1
    former_names: tuple[FormerName, ...] = ()
    draft: bool = False
    main: bool = False
    fields: tuple[FieldValue, ...] = ()
    language: str = ""

    def field(self, name: str) -> FieldValue | None:
        """Return the value of the field *name*, or None if the note has none."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def key(self) -> str:
        """The key of the main paper."""
        return self.keys[0]

    @property
    def line(self) -> int:
        """The line of the main key."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Person(Pickled):
    """An author or editor, in LaTeX text, split into given and family names as BibTeX does.

    ``suffix`` is "Jr." and the like. ``particle`` is a prefix such as "van" that does not count
    when names are sorted; all other prefixes are a part of ``family``.
    """

    given: str
    family: str
    suffix: str = ""
    particle: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """An author of the notes: the name as text, and the ORCID iD, if it is known."""

    name: str
    orcid: str = ""

    @property
    def address(self) -> str:
        """The address that identifies the author, or the empty string."""
        return f"https://orcid.org/{self.orcid}" if self.orcid else ""


@dataclass(frozen=True, slots=True)
class Paper(Pickled):
    """A work of the bibliography.

    ``fields`` holds lower-case names with LaTeX text: first the entry's own fields in their order,
    then those inherited by ``crossref`` or ``xdata``. ``withheld`` names those of which nothing is
    kept, or less, because all of it would be published; each has the reason. ``path`` and ``line``
    say where the entry begins. These three do not count when works are compared. The other values
    are derived from the fields, and are an empty string or tuple where the entry has no such field;
    ``short_venue`` is one where no shorter name of the venue is known. ``derived`` holds what
    functions with :func:`keep` returned.
    """

    key: str
    type: str
    authors: tuple[Person, ...]
    editors: tuple[Person, ...]
    title: str
    year: str
    venue: str
    fields: tuple[tuple[str, str], ...]
    path: str = field(compare=False)
    line: int = field(compare=False)
    withheld: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    short_venue: str = ""
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    # Works are looked up often, and keys tell nearly all of them apart.
    def __hash__(self) -> int:
        return hash(self.key)

    def field(self, name: str) -> str:
        """Return the LaTeX text of field *name* (lower case), or the empty string."""
        for key, value in self.fields:
            if key == name:
                return value
        return ""


def keep(function: Callable[[Paper], T]) -> Callable[[Paper], T]:
    """Keep what *function* derives from a work with the work, for later builds too.

    The function may depend only on what counts when works are compared. When it returns something
    else than before, raise the ``data_version`` of the domain.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def kept(paper: Paper) -> T:
        if name not in paper.derived:
            paper.derived[name] = function(paper)
        value: T = paper.derived[name]
        return value

    return kept


@dataclass(frozen=True, slots=True)
class Citation(Pickled):
    """A place in a document that cites a work, or links to a note.

    ``key`` is a citation key, or the target of a link to a note, which can be a note's name. ``id``
    identifies the place in the page; it is empty where the page does not show the place, such as in
    a summary that only the card shows. ``intent`` is the property of CiTO that says why the work is
    cited, or empty.
    """

    docname: str
    key: str
    line: int
    id: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """The options of a ``{papers}`` directive.

    ``view`` is empty if the directive does not say how to show the notes.
    ``paged`` says whether the list may be split over several pages. ``columns`` are those of a
    table, and ``group`` is the column that groups its rows, with ``-`` in front for descending.
    ``pictures`` says whether cards show pictures, where the setting does not.
    """

    tags: tuple[str, ...] = ()
    sort: str = "title"
    limit: int | None = None
    view: str = ""
    line: int = 1
    paged: bool = False
    columns: tuple[str, ...] = ()
    group: str = ""
    pictures: bool | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture on the card of a note.

    ``light`` and ``dark`` are paths from the site's folder; ``dark`` is empty where there is one
    picture for all pages. ``width`` and ``height`` are in pixels, and 0 if they are unknown.
    ``apart`` says that the card has files of its own, because the picture is wide, or because the
    note does not show it.
    """

    light: str
    dark: str
    alt: str
    width: int
    height: int
    apart: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the one picture, or of both."""
        return tuple(filter(None, (self.light, self.dark)))


@dataclass(frozen=True, slots=True)
class Page(Pickled):
    """The notes, papers and targets that a document shows; it is outdated when one of them changes.

    ``suggestions`` is how many suggestions it lists at most, or 0 for none. ``key_prefixes`` are
    the prefixes that its ``{bibliography}`` directives put before citation keys, ``equations`` the
    labels of the equations that it refers to, ``targets`` all other documents and labels that it
    links to, ``located`` the keys of works to whose pages it leads.
    """

    docname: str
    citations: tuple[Citation, ...] = ()
    note_links: tuple[Citation, ...] = ()
    queries: tuple[Query, ...] = ()
    reading_list: bool = False
    works: bool = False
    references: bool = False
    suggestions: int = 0
    key_prefixes: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    located: tuple[str, ...] = ()


SORTS = ("title", "read", "year")
VIEWS = ("cards", "rows", "list", "table")
# The columns of tables beside the author's own fields and the fields of BibTeX.
COLUMNS = {
    "title": "the title of the note, with a link to it",
    "paper": "the titles of its papers",
    "authors": "their authors, shortened as on cards",
    "venue": "where they appeared",
    "year": "when",
    "links": "links to abstract, PDF and DOI",
    "key": "the citation keys",
    "read": "the day of `read`",
    "tags": "the tags",
    "summary": "the summary",
}
# The fields of an entry that a table can show, as BibTeX and BibLaTeX name them.
ENTRY_FIELDS = frozenset(
    "abstract address booktitle chapter doi edition editor eprint howpublished institution isbn"
    " issn issue journal journaltitle keywords language location month note number organization"
    " pages publisher school series type url volume".split()
)
