"""Read BibTeX files into entries and diagnostics.

pybtex parses the files. In addition, a fault never affects the next entry, every entry has its file
and line, and a file in the wrong encoding is still read.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from pybtex.bibtex.utils import split_name_list
from pybtex.database import BibliographyData, Entry
from pybtex.database.input.bibtex import Parser

from papernotes.bibliography import formatting, inheritance, venues
from papernotes.bibliography.identifiers import arxiv_id, unbrace
from papernotes.bibliography.lazy_entries import PEOPLE, Entries
from papernotes.bibliography.macros import definitions, expand
from papernotes.bibliography.names import Name, family_name, fault_of_list, parse_name
from papernotes.bibliography.scanner import Scanner, SourceEntry
from papernotes.bibliography.titles import with_subtitle
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.limits import MAX_VALUE
from papernotes.core.model import Paper, Person
from papernotes.core.text import replace_control_characters

TO_READ = "to-read"
# Only lists of people that match this can hold a fault; to look at each name of each is slow.
_SUSPECT = re.compile(r"(?:^|\sand\s+)\{[^\\]|[;&]|\bal\b|,(?:(?!\sand\s)[^,])*,", re.IGNORECASE)


@dataclass(frozen=True)
class Bibliography:
    """The content of the bibliography files.

    ``entries`` are pybtex entries; ``places`` maps each key to the file and line of its entry;
    ``keys`` lists the keys of each file; ``digest`` is equal for equal input. Look-ups of keys are
    case-sensitive, as in biber; keys that differ only in case are duplicates, as in BibTeX.
    ``venue_names`` maps names of venues to shorter ones, and adds to those that are well known.
    """

    entries: Entries = field(default_factory=Entries)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()
    preamble: tuple[str, ...] = ()
    digest: str = ""
    venue_names: Mapping[str, str] = field(default_factory=dict)
    # The papers requested so far; the next build will request them again.
    _papers: dict[str, Paper] = field(default_factory=dict, compare=False, repr=False)

    @property
    def data(self) -> BibliographyData:
        """Entries and preamble as a pybtex database, for libraries that expect one."""
        data = BibliographyData(preamble=self.preamble)
        data.entries = self.entries
        return data

    def __contains__(self, key: str) -> bool:
        return key in self.places

    def paper(self, key: str) -> Paper:
        """Return the work with this *key*; raise KeyError if there is none."""
        if key not in self._papers:
            path, line = self.places[key]
            self._papers[key] = _paper(key, self.entries[key], path, line, self.venue_names)
        return self._papers[key]

    def take_over(self, earlier: Bibliography) -> None:
        """Take over what was derived from the works of *earlier* that are here unchanged."""
        for key, before in earlier._papers.items():
            if key in self and (paper := self.paper(key)) == before:
                paper.derived.update(before.derived)

    def to_read(self) -> list[str]:
        """Return the keys of the entries with the keyword ``to-read``, in file order."""
        return [
            key for key, value in self.entries.values_of("keywords") if TO_READ in _keywords(value)
        ]

    def nearest(self, key: str) -> list[str]:
        """Return up to three keys similar to *key*, the most similar first."""
        folded = {known.casefold(): known for known in self.places}
        near = difflib.get_close_matches(key.casefold(), folded, n=3, cutoff=0.6)
        return [folded[match] for match in near]


def digest(
    sources: Iterable[tuple[str, bytes | None]],
    encoding: str,
    venue_names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a digest of the arguments of :func:`read`; it is equal for equal input."""
    state = hashlib.blake2b(repr((encoding, *venue_names.items())).encode(), digest_size=16)
    for path, content in sources:
        state.update(f"\0{path}\0{-1 if content is None else len(content)}\0".encode())
        state.update(content or b"")
    return state.hexdigest()


def load(paths: Iterable[Path], root: Path) -> list[tuple[str, bytes | None]]:
    """Return, for each of *paths*, the path relative to *root*, with slashes, and the content.

    The content is None if the file cannot be read.
    """
    sources: list[tuple[str, bytes | None]] = []
    for path in paths:
        name = Path(os.path.relpath(path, root)).as_posix()
        try:
            sources.append((name, path.read_bytes()))
        except OSError:
            sources.append((name, None))
    return sources


def read(
    sources: list[tuple[str, bytes | None]],
    encoding: str = "utf-8-sig",
    venue_names: Mapping[str, str] = MappingProxyType({}),
) -> Bibliography:
    """Read bibliography files, given as names and contents, in their order.

    Macros defined in one file are known in the files after it. Of two entries with the same key,
    the first counts. A fault in a file becomes a diagnostic; no exception is raised.
    *venue_names* maps names of venues to shorter ones.
    """
    found = _read(_Reader(), sources, encoding)
    return replace(
        found, venue_names=dict(venue_names), digest=digest(sources, encoding, venue_names)
    )


def read_with_sources(
    sources: list[tuple[str, bytes | None]], encoding: str = "utf-8-sig"
) -> tuple[Bibliography, dict[str, list[SourceEntry]]]:
    """Read as :func:`read` does, and also return the positions of the entries in each file.

    Offsets refer to the text of the file with LF as line ends. The entries are all those that were
    parsed to their ends, including those with a duplicate key.
    """
    reader = _Reader(keeps_sources=True)
    return _read(reader, sources, encoding), reader.sources


def _read(reader: _Reader, sources: list[tuple[str, bytes | None]], encoding: str) -> Bibliography:
    keys: dict[str, tuple[str, ...]] = {}
    for path, content in sources:
        before = len(reader.places)
        reader.read_file(path, content, encoding)
        keys[path] = tuple(reader.places)[before:]
    reader.follow_references()
    return Bibliography(
        entries=reader.entries,
        places=reader.places,
        keys=keys,
        problems=tuple(sorted(reader.problems)),
        preamble=tuple(reader.data.preamble_list),
        digest=digest(sources, encoding),
    )


class _Reader(Parser):  # type: ignore[misc]  # pybtex has no types
    """pybtex's parser, which collects faults instead of raising them."""

    def __init__(self, *, keeps_sources: bool = False) -> None:
        super().__init__()
        self.keeps_sources = keeps_sources
        self.path = ""
        self.problems: list[Diagnostic] = []
        self.places: dict[str, tuple[str, int]] = {}
        self.entries = Entries()
        self.referring: list[str] = []
        self.sources: dict[str, list[SourceEntry]] = {}
        self.line = 0

    def problem(self, line: int, kind: DiagnosticKind, message: str) -> None:
        self.problems.append(Diagnostic(self.path, line, message, kind))

    def read_file(self, path: str, content: bytes | None, encoding: str) -> None:
        self.path = path
        if content is None:
            self.problem(
                1,
                DiagnosticKind.BIB_MISSING,
                "no such bibliography file; create it, or correct bibtex_bibfiles in conf.py",
            )
            return
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            self.problem(
                # The error counts bytes from the end of the byte order mark.
                error.object.count(b"\n", 0, error.start) + 1,
                DiagnosticKind.BIB_ENCODING,
                f"the file is not {encoding.removesuffix('-sig').upper()}: it has the byte"
                f" 0x{error.object[error.start]:02x} here; save the file in that encoding",
            )
            text = content.decode(encoding, errors="replace")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text, problems = replace_control_characters(text, path)
        self.problems += problems
        sources = self.sources.setdefault(path, []) if self.keeps_sources else None
        scanner = Scanner(text, self.macros, self.problem, sources)
        for kind, body in scanner:
            self.line = scanner.command_line
            match kind.lower():
                case "string":
                    pass
                case "preamble":
                    self.process_preamble(*body)
                case _ if body[0] is not None:
                    self.process_entry(kind, *body)

    def process_entry(
        self, entry_type: str, key: str, fields: Iterable[tuple[str, list[str]]]
    ) -> None:
        if key in self.entries:
            path, line = self.places[self.entries[key].key]
            self.problem(
                self.line,
                DiagnosticKind.DUPLICATE_KEY,
                f'the key "{key}" is already used by the entry at {path}:{line}, which counts;'
                " rename or delete one of them",
            )
            return
        values: dict[str, str] = {}
        names: set[str] = set()
        for name, parts in fields:
            folded = name.lower()
            if folded in names:
                self.problem(
                    self.line,
                    DiagnosticKind.DUPLICATE_FIELD,
                    f'the entry "{key}" has the field "{name}" twice, the first one counts; delete'
                    " one of them",
                )
                continue
            names.add(folded)
            value = values[name] = " ".join("".join(parts).split())
            if folded in PEOPLE:
                if _SUSPECT.search(value):
                    self.check_people(value, key)
            elif len(value) > MAX_VALUE and folded in formatting.PUBLISHED_FIELDS:
                self.problem(
                    self.line,
                    DiagnosticKind.BIB_VALUE,
                    f'the field "{name}" of the entry "{key}" has {len(value):,} characters, and'
                    f" its LaTeX is not read; shorten it to {MAX_VALUE:,}",
                )
        self.entries.add(key, entry_type, values)
        self.places[key] = (self.path, self.line)
        if names & inheritance.REFERENCES:
            self.referring.append(key)

    def follow_references(self) -> None:
        """Resolve what may be in different files: macros of preambles, and entries of entries."""
        if macros := definitions(self.data.preamble_list):
            self.entries.rewrite(lambda name, value: expand(name, value, macros))

        def report(entry: Entry, fault: str) -> None:
            self.path, line = self.places[entry.key]
            message = f'in the entry "{entry.key}", {fault}'
            self.problem(line, DiagnosticKind.BAD_CROSSREF, message)

        for key in self.referring:
            inheritance.complete(self.entries[key], self.entries.get, report)
        for key in self.referring:
            self.entries.store(key)

    def check_people(self, people: str, key: str) -> None:
        """Report the invalid names in *people*, an author or editor field of the entry *key*."""
        for text in split_name_list(people):
            if fault := fault_of_list(text):
                message = f'the name "{text}" in the entry "{key}" {fault}'
            elif text.count(",") > 2 and parse_name(text) is None:
                message = (
                    f'a name in the entry "{key}" has too many commas: "{text}"; write "Family,'
                    ' Given", with "and" between two people'
                )
            else:
                continue
            self.problem(self.line, DiagnosticKind.BIB_NAME, message)


def _paper(key: str, entry: Entry, path: str, line: int, own: Mapping[str, str]) -> Paper:
    fields: dict[str, str] = {}
    withheld: list[tuple[str, str]] = []
    for field_name, value in entry.fields.items():
        name = field_name.lower()
        fields[name], fault = formatting.public_value(name, value)
        if fault:
            withheld.append((name, fault))
    persons = {
        role.lower(): tuple(_person(person) for person in people)
        for role, people in entry.persons.items()
    }
    type_ = entry.type.lower()
    venue = _venue(type_, fields)
    return Paper(
        key=key,
        type=type_,
        authors=persons.get("author", ()),
        editors=persons.get("editor", ()),
        title=with_subtitle(fields, "title"),
        year=_year(fields),
        venue=venue,
        fields=tuple(fields.items()),
        path=path,
        line=line,
        withheld=tuple(withheld),
        short_venue=venues.short_name(type_, fields, venue, own),
    )


def _person(name: Name) -> Person:
    given = " ".join([*name.first_names, *name.middle_names])
    suffix = " ".join(name.lineage_names)
    if name.keeps_prefix:
        return Person(given, family_name(name), suffix)
    return Person(given, " ".join(name.last_names), suffix, " ".join(name.prelast_names))


def _year(fields: Mapping[str, str]) -> str:
    """Return the ``year``, or else the year of BibLaTeX's ``date`` (ISO 8601)."""
    if year := fields.get("year"):
        return unbrace(year)
    match = re.match(r"-?\d{4}", fields.get("date", ""))
    return match[0] if match else ""


def _venue(type_: str, fields: Mapping[str, str]) -> str:
    """Return the venue: journal, proceedings, institution, publisher or archive."""
    names = ["journal", "journaltitle", "booktitle", "maintitle"]
    if type_ in ("techreport", "report", "phdthesis", "mastersthesis", "thesis"):
        names = ["institution", "school"]
    for name in [*names, "howpublished", "publisher", "organization", "institution", "school"]:
        if value := with_subtitle(fields, name):
            return value
    return "arXiv" if arxiv_id(fields) else ""


def _keywords(text: str) -> tuple[str, ...]:
    parts = re.split(r"[,;]", unbrace(text))
    return tuple(word for part in parts if (word := unbrace(part)))
