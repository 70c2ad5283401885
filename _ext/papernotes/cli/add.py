"""``papernotes add``: add papers to the bibliography, with a note or on the reading list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.formatting import NO_WORKS
from papernotes.bibliography.identifiers import Identifier
from papernotes.bibliography.reader import TO_READ, Bibliography
from papernotes.cli import note_template, storage
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.append import Appended, append, layout_of
from papernotes.cli.bibfile.entry import Entry, with_inherited
from papernotes.cli.errors import CommandError
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.site import Site, show

_MAX_ATTEMPTS = 20


@dataclass(frozen=True)
class Incoming:
    """A cleaned entry to add; ``keyed`` if the author chose its key."""

    entry: Entry
    keyed: bool = False


@dataclass(frozen=True)
class AddOptions:
    """How to add papers.

    ``key`` is the key that the author asks for, or the empty string. ``again`` allows a paper with
    the title and first author of another, ``new_note`` another note on a paper that has one.
    """

    today: datetime.date
    to_read: bool = False
    key: str = ""
    again: bool = False
    new_note: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result for one paper: its entry, whether the entry is new, and the notes on it.

    ``why`` says how the paper was recognized if the bibliography already had it.
    """

    indexed: IndexedEntry
    added: bool
    why: str = ""
    notes: tuple[Path, ...] = ()


def add(site: Site, options: AddOptions, papers: Sequence[Incoming | Identifier]) -> list[Outcome]:
    """Add papers, all of them or none.

    An Identifier stands for a paper that the bibliography already has; it gets a note if it has
    none. Raise a CommandError, with nothing written, if a paper cannot be added.
    """
    keys.check_pattern(site.config.papernotes_key_pattern)
    with storage.lock(*site.bibliography_files()):
        for path in {path.resolve().parent for path in site.own_bibliography_files()}:
            storage.remove_stale_drafts(path)
        storage.remove_stale_drafts(site.root / site.folder)
        for _ in range(_MAX_ATTEMPTS):
            try:
                return _Addition(site, options).run(papers)
            except storage.Changed:
                # Another program saved the file meanwhile: start again from its new content.
                continue
    target = show(site.file_for_new_entries())
    raise CommandError(
        f"another program keeps writing to {target}; stop that program, and try again"
    )


class _Addition:
    def __init__(self, site: Site, options: AddOptions) -> None:
        self.site = site
        self.options = options
        self.library = Library.of(site)
        self.new: list[tuple[str, Entry]] = []
        # Maps the keys that the entries came with to their keys in the bibliography.
        self.keys: dict[str, str] = {}
        # The entries by the keys that they came with, and the keys that they refer to.
        self.given: dict[str, Entry] = {}
        self.parents: set[str] = set()

    def run(self, papers: Sequence[Incoming | Identifier]) -> list[Outcome]:
        for paper in papers:
            if isinstance(paper, Incoming):
                self.parents.update(key.casefold() for key in paper.entry.parents())
                if paper.keyed:
                    self.given.setdefault(paper.entry.given_key.casefold(), paper.entry)
        outcomes = [self._find_or_add(paper) for paper in papers]
        for paper, outcome in zip(papers, outcomes, strict=True):
            if isinstance(paper, Incoming) and paper.keyed:
                self.keys.setdefault(paper.entry.given_key.casefold(), outcome.indexed.key)
        self.new = [(key, _with_new_references(entry, self.keys)) for key, entry in self.new]
        target = self.site.file_for_new_entries() if self.new else None
        before = self.library.contents[target] if target else None
        appended = self._append(target, before or b"") if target else None
        to_note = self._keys_to_note(
            outcome
            for paper, outcome in zip(papers, outcomes, strict=True)
            if not self._is_parent(paper)
        )
        with ExitStack() as drafts:
            notes = {
                key: drafts.enter_context(storage.Draft(path, text.encode(), is_new=True))
                for key, (path, text) in self._new_notes(to_note, appended).items()
            }
            if target and appended:
                draft = drafts.enter_context(storage.Draft(target, appended.content))
                # Write the entry first: if the run is killed before it creates the note, the next
                # run completes it. A note without an entry would be a fault.
                draft.replace(before)
            paths = {key: _create_note(note) for key, note in notes.items()}
        sources = appended.sources if appended else []
        lines = {source.key: source.line for source in sources}
        return [_complete(outcome, paths, lines) for outcome in outcomes]

    def _append(self, target: Path, content: bytes) -> Appended:
        sources = self.library.sources[target]
        layout = layout_of(content, self.site.encoding, sources)
        return append(target, content, self.site.encoding, layout, self.new)

    def _find_or_add(self, paper: Incoming | Identifier) -> Outcome:
        if isinstance(paper, Identifier):
            indexed = self.library.by_identifier(paper)
            if indexed is None:
                raise CommandError(
                    f"{paper} has just been removed from the bibliography; try again"
                )
            return self._existing(indexed, f"{paper} is already in the bibliography")
        entry = with_inherited(paper.entry, self._find, partial(_refuse, paper.entry))
        for identifier in sorted(entry.identifiers(), key=str):
            if indexed := self.library.by_identifier(identifier):
                return self._existing(indexed, f"{identifier} is already in the bibliography")
        if not self.options.again and (indexed := self.library.by_title(entry)):
            why = f'"{entry.title()}" by the same author is already in the bibliography'
            return self._existing(indexed, why)
        keyed = paper.keyed and not self.options.key
        if keyed and (indexed := self.library.by_key(entry.given_key)):
            why = f'the key "{entry.given_key}" is already in the bibliography'
            return self._existing(indexed, why)
        key = self._key(entry)
        if self.options.to_read and not self._is_parent(paper):
            entry = _on_reading_list(entry)
        self.new.append((key, entry))
        indexed = IndexedEntry(entry, key, self.site.file_for_new_entries(), 0)
        self.library.extend([indexed])
        return Outcome(indexed, added=True)

    def _find(self, key: str) -> Entry | None:
        """Return the entry that another refers to by *key*: a new one, or one of the site."""
        if entry := self.given.get(key.casefold()):
            return entry
        indexed = self.library.by_key(key)
        return indexed.entry if indexed else None

    def _is_parent(self, paper: Incoming | Identifier) -> bool:
        """Return whether *paper* is only what others refer to, such as the book of a chapter."""
        if isinstance(paper, Identifier):
            return False
        entry = paper.entry
        return entry.type in NO_WORKS or (
            paper.keyed and entry.given_key.casefold() in self.parents
        )

    def _existing(self, indexed: IndexedEntry, why: str) -> Outcome:
        added = any(key == indexed.key for key, _ in self.new)
        notes = tuple(self.library.notes.get(indexed.key, ()))
        return Outcome(indexed, added=added, why=why, notes=notes)

    def _key(self, entry: Entry) -> str:
        if self.options.key:
            if indexed := self.library.by_key(self.options.key):
                where = f"{show(indexed.path)}:{indexed.line}"
                raise CommandError(
                    f'the key "{self.options.key}" is taken by "{indexed.entry.title()}"'
                    f" ({where}); choose another"
                )
            return self.options.key
        key = keys.make_key(entry, self.site.config.papernotes_key_pattern)
        if entry.type in NO_WORKS:
            key = entry.given_key or key
        return keys.make_unique(key, lambda key: self.library.by_key(key) is not None)

    def _keys_to_note(self, outcomes: Iterable[Outcome]) -> list[str]:
        if self.options.to_read:
            return []
        found = {outcome.indexed.key: None for outcome in outcomes}
        return [key for key in found if self.options.new_note or key not in self.library.notes]

    def _new_notes(
        self, missing: Sequence[str], appended: Appended | None
    ) -> dict[str, tuple[Path, str]]:
        """Return the path and the text of a new note for each of the keys *missing*."""
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
            raise CommandError(f"{show(folder)} cannot be created: {error.strerror}") from error
        return {
            key: (
                folder / f"{_slug(key)}.md",
                note_template.render(self.site, papers[key], self.options.today),
            )
            for key in missing
        }


def _refuse(entry: Entry, fault: str) -> None:
    raise CommandError(f'in the entry "{entry.given_key or entry.title()}", {fault}')


def _complete(outcome: Outcome, notes: dict[str, Path], lines: dict[str, int]) -> Outcome:
    """Return *outcome* with the line of a new entry and the path of a new note."""
    indexed = outcome.indexed
    if indexed.line == 0:
        indexed = replace(indexed, line=lines[indexed.key])
    new = [notes[indexed.key]] if indexed.key in notes else []
    return replace(outcome, indexed=indexed, notes=(*outcome.notes, *new))


def _with_new_references(entry: Entry, new_keys: dict[str, str]) -> Entry:
    """Return *entry* with the new keys of its parent entries."""
    fields = dict(entry.fields)
    for name in {"crossref", "xref", "xdata", "entryset"} & fields.keys():
        parents = (key.strip() for key in fields[name].split(","))
        fields[name] = ",".join(new_keys.get(key.casefold(), key) for key in parents)
    return replace(entry, fields=fields)


def _on_reading_list(entry: Entry) -> Entry:
    fields = {name: value for name, value in entry.fields.items() if name != "read_version"}
    entry = replace(entry, fields=fields)
    keywords = entry.get("keywords")
    if TO_READ in map(str.strip, re.split("[,;]", keywords)):
        return entry
    keywords = f"{keywords}, {TO_READ}" if keywords else TO_READ
    return replace(entry, fields={**entry.fields, "keywords": keywords})


def _slug(key: str) -> str:
    """Return *key* as a file name without its suffix."""
    return re.sub(r"[^\w.+-]+", "-", key).strip("-.") or "note"


def _create_note(draft: storage.Draft) -> Path:
    """Put a new note in place, with a number in its file name if the name is taken."""
    wanted = draft.real
    number = 1
    while True:
        try:
            draft.create()
        except FileExistsError:
            number += 1
            draft.real = wanted.with_name(f"{wanted.stem}-{number}.md")
        else:
            return draft.real
