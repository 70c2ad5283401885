"""``papernotes add``: papers into the bibliography, each with a note or on the reading list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import Identifier
from papernotes.bibliography.reader import TO_READ, Bibliography
from papernotes.cli import note_template, storage
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.append import Appended, append, layout_of
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.errors import CommandError
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.site import Site, show

_TRIES = 20


@dataclass(frozen=True)
class Incoming:
    """A cleaned entry that is to be added; ``keyed`` where the author gave it a key."""

    entry: Entry
    keyed: bool = False


@dataclass(frozen=True)
class Wanted:
    """How papers are to be added.

    ``key`` is the key that the author asks for, if any; ``again`` says that a paper with title and
    first author of another may be added.
    """

    today: datetime.date
    to_read: bool = False
    key: str = ""
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a paper: its entry, whether that is new, and its note.

    ``why`` says how it was found to be there already.
    """

    held: IndexedEntry
    added: bool
    why: str = ""
    note: Path | None = None


def add(site: Site, wanted: Wanted, incoming: Sequence[Incoming | Identifier]) -> list[Outcome]:
    """Add papers, all of them or, where a CommandError is raised, none.

    An Identifier stands for a paper that is there already, and that lacks at most its note.
    """
    keys.check_pattern(site.config.papernotes_key_pattern)
    with storage.lock(site.bibliography_files()[0]):
        for path in {path.resolve().parent for path in site.bibliography_files()}:
            storage.sweep(path)
        storage.sweep(site.root / site.folder)
        for _ in range(_TRIES):
            try:
                return _Addition(site, wanted).run(incoming)
            except storage.Changed:
                # Someone saved the bibliography in between: begin again from what it is now.
                continue
    target = show(site.bibliography_files()[0])
    raise CommandError(f"{target} is written to all the time; end what does it, and try again")


class _Addition:
    def __init__(self, site: Site, wanted: Wanted) -> None:
        self.site = site
        self.wanted = wanted
        self.library = Library.of(site)
        self.target = site.bibliography_files()[0]
        self.new: list[tuple[str, Entry]] = []
        # The keys of the site, by those that the entries came with.
        self.keys: dict[str, str] = {}

    def run(self, incoming: Sequence[Incoming | Identifier]) -> list[Outcome]:
        outcomes = [self._place(one) for one in incoming]
        for one, outcome in zip(incoming, outcomes, strict=True):
            if isinstance(one, Incoming) and one.keyed:
                self.keys.setdefault(one.entry.given_key, outcome.held.key)
        self.new = [(key, _referring(entry, self.keys)) for key, entry in self.new]
        before = self.library.contents[self.target]
        appended = self._append(before or b"") if self.new else None
        missing = self._missing_notes(outcomes)
        with ExitStack() as drafts:
            notes = {
                key: drafts.enter_context(storage.Draft(path, text.encode()))
                for key, (path, text) in self._notes(missing, appended).items()
            }
            if appended:
                draft = drafts.enter_context(storage.Draft(self.target, appended.content))
                # The entry first: a run that is killed before the note is made has left what the
                # next one completes. A note without an entry would be a fault.
                draft.replace(before)
            paths = {key: _create(note) for key, note in notes.items()}
        sources = appended.sources if appended else []
        lines = {source.key: source.line for source in sources}
        return [_complete(outcome, paths, lines) for outcome in outcomes]

    def _append(self, content: bytes) -> Appended:
        sources = self.library.sources[self.target]
        layout = layout_of(content, self.site.encoding, sources)
        return append(self.target, content, self.site.encoding, layout, self.new)

    def _place(self, incoming: Incoming | Identifier) -> Outcome:
        if isinstance(incoming, Identifier):
            held = self.library.by_identifier(incoming)
            if held is None:
                raise CommandError(
                    f"{incoming} has just been taken out of the bibliography; try again"
                )
            return self._there(held, f"{incoming} is there already")
        entry = incoming.entry
        for identifier in sorted(entry.identifiers(), key=str):
            if held := self.library.by_identifier(identifier):
                return self._there(held, f"{identifier} is there already")
        if not self.wanted.again and (held := self.library.by_title(entry)):
            return self._there(held, f'"{entry.title()}" by the same author is there already')
        asked = incoming.keyed and not self.wanted.key
        if asked and (held := self.library.by_key(entry.given_key)):
            return self._there(held, f'the key "{entry.given_key}" is there already')
        key = self._key(entry)
        if self.wanted.to_read:
            entry = _to_be_read(entry)
        self.new.append((key, entry))
        held = IndexedEntry(entry, key, self.target, 0)
        self.library.extend([held])
        return Outcome(held, added=True)

    def _there(self, held: IndexedEntry, why: str) -> Outcome:
        added = any(key == held.key for key, _ in self.new)
        return Outcome(held, added=added, why=why, note=self.library.notes.get(held.key))

    def _key(self, entry: Entry) -> str:
        if self.wanted.key:
            if held := self.library.by_key(self.wanted.key):
                where = f"{show(held.path)}:{held.line}"
                raise CommandError(
                    f'the key "{self.wanted.key}" is taken by "{held.entry.title()}"'
                    f" ({where}); choose another"
                )
            return self.wanted.key
        key = keys.make_key(entry, self.site.config.papernotes_key_pattern)
        return keys.make_unique(key, lambda key: self.library.by_key(key) is not None)

    def _missing_notes(self, outcomes: Iterable[Outcome]) -> list[str]:
        if self.wanted.to_read:
            return []
        found = {o.held.key: None for o in outcomes if o.held.key not in self.library.notes}
        return list(found)

    def _notes(
        self, missing: Sequence[str], appended: Appended | None
    ) -> dict[str, tuple[Path, str]]:
        """Return the path and the text of the note on each of the papers *missing* one."""
        if not missing:
            return {}
        read = appended.read if appended else Bibliography()
        if any(key not in read for key in missing):
            loaded = reader.load(self.site.bibliography_files(), self.site.root)
            old = reader.read(loaded, self.site.encoding)
            papers = {key: (read if key in read else old).paper(key) for key in missing}
        else:
            papers = {key: read.paper(key) for key in missing}
        folder = self.site.root / self.site.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{show(folder)} cannot be made: {error.strerror}") from error
        return {
            key: (
                folder / f"{_slug(key)}.md",
                note_template.write(self.site, papers[key], self.wanted.today),
            )
            for key in missing
        }


def _complete(outcome: Outcome, notes: dict[str, Path], lines: dict[str, int]) -> Outcome:
    """Return *outcome* with the line of an entry that was added, and with a note that was made."""
    held = outcome.held
    if held.line == 0:
        held = replace(held, line=lines[held.key])
    if held.key in notes:
        return replace(outcome, held=held, note=notes[held.key])
    return replace(outcome, held=held)


def _referring(entry: Entry, names: dict[str, str]) -> Entry:
    """Return *entry* with the new keys of the entries that it takes from."""
    fields = dict(entry.fields)
    for name in {"crossref", "xref", "xdata"} & fields.keys():
        given = (key.strip() for key in fields[name].split(","))
        fields[name] = ",".join(names.get(key, key) for key in given)
    return replace(entry, fields=fields)


def _to_be_read(entry: Entry) -> Entry:
    given = entry.get("keywords")
    if TO_READ in re.split(r"\s*[,;]\s*", given):
        return entry
    keywords = f"{given}, {TO_READ}" if given else TO_READ
    return replace(entry, fields={**entry.fields, "keywords": keywords})


def _slug(key: str) -> str:
    """Return *key* as the name of a file."""
    return re.sub(r"[^\w.+-]+", "-", key).strip("-.") or "note"


def _create(draft: storage.Draft) -> Path:
    """Put a new note in its place, under a name with a number if its own is taken."""
    own = draft.real
    number = 1
    while True:
        try:
            draft.create()
        except FileExistsError:
            number += 1
            draft.real = own.with_name(f"{own.stem}-{number}.md")
        else:
            return draft.real
