"""BibTeX entries that are to be added to the bibliography."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person as PybtexPerson

from papernotes.bibliography import identifiers, reader
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

_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A BibTeX entry: type and field names in lower case, values as LaTeX text.

    ``given_key`` is the key in the BibTeX that the entry was parsed from.
    """

    type: str
    given_key: str
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: SourceEntry) -> Entry:
        """Convert a scanned entry. If a field occurs twice, the first counts."""
        fields: dict[str, str] = {}
        for part in source.fields:
            if part.value:
                fields.setdefault(part.name.lower(), part.value)
        return cls(source.type.lower(), source.key, fields)

    def get(self, name: str) -> str:
        """Return the value of field *name*, or the empty string."""
        return self.fields.get(name, "")

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
    missing = [] if any(entry.get(name) for name in author_fields) else ["author"]
    return missing if entry.year() else [*missing, "year"]


def parse(content: bytes, name: str) -> list[Entry]:
    """Return the entries of BibTeX *content*, in UTF-8. Error messages call its source *name*.

    Raise a CommandError if the content cannot be read, has no entry, or has one without a title.
    """
    read, sources = reader.read_with_sources([(name, content)])
    for problem in read.problems:
        if problem.kind in _UNREADABLE:
            raise CommandError(f"{name}:{problem.line}: {problem.message}")
    entries = [Entry.of(source) for source in sources[name]]
    if not entries:
        raise CommandError(f"{name} holds no BibTeX entry")
    for entry, source in zip(entries, sources[name], strict=True):
        if not entry.title():
            raise CommandError(
                f'{name}:{source.line}: the entry "{source.key}" has no title; add one'
            )
    return entries
