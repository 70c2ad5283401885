"""BibTeX entries that are to be added to the bibliography."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Entry as PybtexEntry
from pybtex.database import Person as PybtexPerson

from papernotes.bibliography import identifiers, inheritance, reader
from papernotes.bibliography.formatting import NO_WORKS
from papernotes.bibliography.identifiers import Identifier, identify
from papernotes.bibliography.latex import plain
from papernotes.bibliography.names import parse_name
from papernotes.bibliography.scanner import SourceEntry
from papernotes.cli.errors import CommandError
from papernotes.core.diagnostics import DiagnosticKind

# Other faults of an entry are corrected, or left for the author to correct in the file.
_UNREADABLE = frozenset(
    {
        DiagnosticKind.BIB_ENCODING,
        DiagnosticKind.BIB_NAME,
        DiagnosticKind.BIB_SYNTAX,
        DiagnosticKind.UNDEFINED_MACRO,
    }
)

_AND = re.compile(r"(?<!\s)\s++and\s++", re.IGNORECASE)
# The start of an entry, up to the comma after its key, or to its first field if it has no key.
_START = re.compile(
    r"^([ \t]*@(?!(?:comment|preamble|string)\b)[A-Za-z]++\s*+[{(])"
    r"(?:(\s*+)(?=,|[A-Za-z][\w-]*+\s*+=)|\s*+([^,={}()\"\n]++)\s*+(?=,))",
    re.MULTILINE | re.IGNORECASE,
)
_NO_KEY = "no-key-"


@dataclass(frozen=True, slots=True)
class Entry:
    """A BibTeX entry: type and field names in lower case, values as LaTeX text.

    ``given_key`` is the key in the file that the entry was read from, or the empty string.
    ``inherited`` has the fields that it takes from other entries.
    """

    type: str
    given_key: str
    fields: dict[str, str] = field(default_factory=dict)
    inherited: dict[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, source: SourceEntry) -> Entry:
        """Convert a scanned entry. If a field occurs twice, the first counts."""
        fields: dict[str, str] = {}
        for part in source.fields:
            if part.value:
                fields.setdefault(part.name.lower(), part.value)
        return cls(source.type.lower(), source.key, fields)

    def get(self, name: str) -> str:
        """Return the value of field *name*, its own or inherited, or the empty string."""
        return self.fields.get(name) or self.inherited.get(name, "")

    def parents(self) -> list[str]:
        """Return the keys of the entries that this one refers to."""
        values = (self.fields.get(name, "") for name in ("crossref", "xref", "xdata", "entryset"))
        return [key for value in values for part in value.split(",") if (key := part.strip())]

    def first_person(self) -> PybtexPerson | None:
        """Return the first author, or the first editor if there are no authors."""
        value = self.get("author") or self.get("editor")
        first = _AND.split(value, maxsplit=1)[0]
        if first.count("{") != first.count("}"):
            first = next(iter(split_name_list(value)), "")
        return parse_name(first) if first and first.lower() != "others" else None

    def year(self) -> str:
        """Return the year in four digits, or the empty string."""
        match = re.search(r"\d{4}", plain(self.get("year")) or self.get("date"))
        return match[0] if match else ""

    def title(self) -> str:
        """Return the title without markup."""
        return plain(self.get("title"))

    def identifiers(self) -> set[Identifier]:
        """Return the arXiv identifier and the DOI that the entry's fields and URL hold."""
        values = (identifiers.arxiv_id(self.fields), identifiers.doi(self.fields), self.get("url"))
        return {found for value in values if (found := identify(value))}


def missing_author_or_year(entry: Entry) -> list[str]:
    """Return which of "author" and "year" an entry lacks; a build warns of both."""
    author_fields = ("author", "editor", "organization", "institution", "publisher")
    if entry.type in NO_WORKS:
        return []
    missing = [] if any(entry.get(name) for name in author_fields) else ["author"]
    return missing if entry.year() else [*missing, "year"]


def with_inherited(
    entry: Entry,
    find: Callable[[str], Entry | None],
    report: Callable[[str], None] = lambda _: None,
) -> Entry:
    """Return *entry* with the fields that it inherits from the entries that *find* finds.

    Call *report* with what is wrong with a reference.
    """
    if not inheritance.REFERENCES & entry.fields.keys():
        return entry
    whole = _pybtex_entry(entry, entry.given_key)
    inheritance.complete(
        whole,
        lambda key: _pybtex_entry(found, key) if (found := find(key)) else None,
        lambda _, fault: report(fault),
    )
    inherited = {name.lower(): value for name, value in whole.fields.items()}
    return replace(entry, inherited=inherited)


def _pybtex_entry(entry: Entry, key: str) -> PybtexEntry:
    made = PybtexEntry(entry.type, fields=entry.fields)
    made.key = key.lower()
    return made


def parse(content: bytes, name: str) -> list[Entry]:
    """Return the entries of BibTeX *content*, in UTF-8. Error messages call its source *name*.

    Entries may lack a key. Raise a CommandError if the content cannot be read, has no entry, or
    has one without a title.
    """
    read, sources = reader.read_with_sources([(name, _with_keys(content))])
    for problem in read.problems:
        if problem.kind in _UNREADABLE:
            raise CommandError(f"{name}:{problem.line}: {problem.message}")
    entries = [Entry.of(source) for source in sources[name]]
    if not entries:
        raise CommandError(f"{name} holds no BibTeX entry")
    by_key = {entry.given_key.lower(): entry for entry in reversed(entries)}
    for entry, source in zip(entries, sources[name], strict=True):
        complete = with_inherited(entry, lambda key: by_key.get(key.lower()))
        if not complete.title() and entry.type not in NO_WORKS:
            called = "" if source.key.startswith(_NO_KEY) else f' "{source.key}"'
            raise CommandError(f"{name}:{source.line}: the entry{called} has no title; add one")
    return [
        replace(entry, given_key="") if entry.given_key.startswith(_NO_KEY) else entry
        for entry in entries
    ]


def _with_keys(content: bytes) -> bytes:
    """Return BibTeX *content* with a key for each entry that has none, and no spaces in keys."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        # The reader says where.
        return content
    count = itertools.count(1)

    def start(match: re.Match[str]) -> str:
        if match[3]:
            return match[1] + re.sub(r"\s+", "", match[3])
        comma = "" if match.string.startswith(",", match.end()) else ","
        return f"{match[1]}{_NO_KEY}{next(count)}{comma}{match[2]}"

    return _START.sub(start, text).encode()
