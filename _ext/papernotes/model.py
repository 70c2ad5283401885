"""The records that everything else is derived from.

Records are frozen and hold plain Python values only: they are pickled with Sphinx's environment,
sent between processes and compared between builds. This module knows no other.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum

# What XML 1.0 cannot hold (production Char), and with it no book, feed or formula.
NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What is read in the place of such a character.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class ProblemKind(Enum):
    """What can be wrong with an author's input.

    The first value is the subtype of the warning, as it stands in brackets after the message and
    in Sphinx's ``suppress_warnings``; the second says what it is about.
    """

    ENCODING = ("encoding", "A document in another encoding, which is left out")
    FILE_NAME = ("file-name", "A file of a note with a name that not every system can hold")
    OUTSIDE = ("outside", "A note that takes in a file from outside the site's folder, or is one")
    NESTING = ("nesting", "A document that includes itself, or is nested too deeply")
    RAW_HTML = ("raw-html", "HTML in a `summary:`, which is shown as text")
    CONTROL_CHARACTER = ("control-character", "A control character, which no page can hold")
    FRONT_MATTER = ("front-matter", "Front matter that is not closed, no YAML or no mapping")
    MISSING_PAPER = ("missing-paper", "A note that does not name its paper")
    BAD_PAPER = ("bad-paper", "`paper:` is not a citation key")
    BAD_CITATION = ("bad-citation", "A citation that names no key, or is not closed")
    UNKNOWN_KEY = ("unknown-key", "A citation key that no bibliography file has")
    DUPLICATE_NOTE = ("duplicate-note", "Two notes on one paper")
    NO_NOTE = ("no-note", "`{note}` names a paper that has no note")
    BAD_TAGS = ("bad-tags", "`tags:` is not a list of strings")
    BAD_READ = ("bad-read", "`read:` is not a day of the calendar")
    BAD_SUMMARY = ("bad-summary", "`summary:` is not text, or holds what no card can show")
    BAD_REDIRECT = ("bad-redirect", "`redirect_from:` names no page, or one that is there")
    UNKNOWN_FIELD = ("unknown-field", "A front-matter key that looks like a misspelt one")
    NO_HEADING = ("no-heading", "A note without a heading, or with one that shows nothing")
    BAD_OPTION = ("bad-option", "A directive's option with a value that it does not know")
    UNKNOWN_TAG = ("unknown-tag", "A list of notes asks for a tag that no note has")
    SAME_ADDRESS = (
        "same-address",
        "Two tags or years, or one and a document, whose pages would have the same address",
    )
    BAD_MATH = ("bad-math", "A formula that cannot be converted to MathML")
    BAD_MACRO = ("bad-macro", "A macro in `papernotes_macros` that TeX cannot take")
    NO_MATHJAX = ("no-mathjax", "MathJax is asked for and not installed")
    NO_PAGEFIND = ("no-pagefind", "Pagefind cannot make its index of the site")
    DUPLICATE_LABEL = ("duplicate-label", "A label that another equation has")
    BIB_MISSING = ("bib-missing", "A bibliography file that is not there")
    BIB_ENCODING = ("bib-encoding", "A bibliography file in another encoding")
    BIB_SYNTAX = ("bib-syntax", "A BibTeX entry that cannot be read to its end")
    BIB_NAME = ("bib-name", "A person's name that BibTeX cannot take apart")
    DUPLICATE_KEY = ("duplicate-key", "Two BibTeX entries with one key")
    DUPLICATE_FIELD = ("duplicate-field", "A BibTeX field that stands twice in its entry")
    UNDEFINED_MACRO = ("undefined-macro", "A BibTeX macro that is not defined")
    BAD_CROSSREF = (
        "bad-crossref",
        "An entry whose `crossref` or `xdata` leads nowhere, or in a circle",
    )
    BAD_LINK = ("bad-link", "An address that is not let through as a link")
    INCOMPLETE_ENTRY = (
        "incomplete-entry",
        "A paper that the site shows has no author, year or title",
    )

    def __init__(self, subtype: str, meaning: str) -> None:
        self.subtype = subtype
        self.meaning = meaning


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in an author's file.

    ``path`` is relative to the source directory, with slashes; ``line`` counts from 1. The message
    says what is wrong and what to do about it, and is complete without the kind.
    """

    path: str
    line: int
    message: str
    kind: ProblemKind = field(compare=False)


def fault_of_encoding(content: bytes, path: str, encoding: str) -> Problem | None:
    """Return what keeps the document *content* from being text in this *encoding*."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return Problem(
            path,
            error.object.count(b"\n", 0, error.start) + 1,
            f"the file is not {encoding.removesuffix('-sig').upper()}: the byte"
            f" 0x{error.object[error.start]:02x} stands here; save the file in that encoding, until"
            " then the site does without the page",
            ProblemKind.ENCODING,
        )
    return None


def is_visible(text: str) -> bool:
    """Return whether *text* shows anything, which spaces and what formats or controls do not."""
    unseen = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return any(unicodedata.category(char) not in unseen for char in text)


def without_controls(text: str, path: str) -> tuple[str, list[Problem]]:
    """Return *text* without characters that no page can hold, and a problem for each line of them.

    A replacement character stands for each, so that it is seen where something was.
    """
    if not NO_CHARACTER.search(text):
        return text, []
    problems = [
        Problem(
            path,
            number,
            f"the control character U+{ord(found[0]):04X} stands in this line; delete it",
            ProblemKind.CONTROL_CHARACTER,
        )
        for number, line in enumerate(text.split("\n"), 1)
        if (found := NO_CHARACTER.search(line))
    ]
    return NO_CHARACTER.sub(REPLACEMENT, text), problems


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
