"""An index of a site's bibliography entries and notes, to find out which papers it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import Identifier
from papernotes.bibliography.names import family_name
from papernotes.bibliography.scanner import SourceEntry
from papernotes.bibliography.titles import comparison_key, with_subtitle
from papernotes.cli import storage
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.site import Site
from papernotes.core import frontmatter
from papernotes.reading.syntax import notebooks


@dataclass(frozen=True)
class IndexedEntry:
    """An entry of the bibliography, with its key, its file and the line on which it begins."""

    entry: Entry
    key: str
    path: Path
    line: int


@dataclass
class Library:
    """The entries and the notes of a site.

    ``contents`` has the bytes of each bibliography file, or None if the file is missing.
    ``sources`` has the entries of each file with their offsets. ``notes`` maps the key of each
    paper that has notes to their files.
    """

    contents: dict[Path, bytes | None]
    sources: dict[Path, list[SourceEntry]]
    notes: dict[str, list[Path]]
    _by_key: dict[str, IndexedEntry] = field(default_factory=dict)
    _by_identifier: dict[Identifier, IndexedEntry] = field(default_factory=dict)
    _by_title: dict[tuple[str, str], IndexedEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site) -> Library:
        """Read the bibliography and the notes of *site*, ignoring the faults in them."""
        contents = {path: storage.read(path) for path in site.bibliography_files()}
        named = {site.relative(path): path for path in contents}
        read, sources = reader.read_with_sources(
            [(name, contents[path]) for name, path in named.items()], site.encoding
        )
        library = cls(
            contents,
            {path: sources.get(name, []) for name, path in named.items()},
            _notes(site),
        )
        for path, entries in library.sources.items():
            library.extend(
                IndexedEntry(Entry.of(source), source.key, path, source.line)
                for source in entries
                if read.places.get(source.key) == (site.relative(path), source.line)
            )
        return library

    def extend(self, entries: Iterable[IndexedEntry]) -> None:
        """Add *entries* to the index."""
        for indexed in entries:
            self._by_key[indexed.key.casefold()] = indexed
            for identifier in indexed.entry.identifiers():
                self._by_identifier.setdefault(identifier.folded(), indexed)
            if (title := comparison_title(indexed.entry))[0]:
                self._by_title.setdefault(title, indexed)

    def by_key(self, key: str) -> IndexedEntry | None:
        """Return the entry with this key; as in BibTeX, case does not count."""
        return self._by_key.get(key.casefold())

    def by_identifier(self, identifier: Identifier) -> IndexedEntry | None:
        """Return the entry with this DOI or arXiv identifier."""
        return self._by_identifier.get(identifier.folded())

    def by_title(self, entry: Entry) -> IndexedEntry | None:
        """Return the entry with the title and the first author of *entry*."""
        title = comparison_title(entry)
        return self._by_title.get(title) if title[0] else None


def comparison_title(entry: Entry) -> tuple[str, str]:
    """Return title and first author of *entry* in the form in which entries are compared."""
    person = entry.first_person()
    family = comparison_key(family_name(person)) if person else ""
    return comparison_key(with_subtitle(entry.fields, "title")), family


def _notes(site: Site) -> dict[str, list[Path]]:
    notes: dict[str, list[Path]] = {}
    for name in site.notes():
        path = site.root / name
        content = storage.read(path)
        if content is not None:
            text = content.decode("utf-8-sig", "replace")
            if name.endswith(notebooks.SUFFIX):
                parsed = notebooks.parse(text, name, {})
            else:
                parsed = frontmatter.parse(text, name)
            if parsed is None:
                continue
            for key in parsed[0].papers:
                same = notes.setdefault(key, [])
                # The one that speaks for all comes first.
                same.insert(0 if parsed[0].main else len(same), path)
    return notes
