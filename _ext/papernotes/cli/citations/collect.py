"""Collect what the papers of a bibliography cite, and write it to ``citations.json``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from papernotes.bibliography.formatting import NO_WORKS
from papernotes.bibliography.titles import comparison_key
from papernotes.catalogue import literature
from papernotes.catalogue.literature import Suggestion
from papernotes.cli import storage
from papernotes.cli.citations.memory import Memory
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.remote.openalex import BATCH_SIZE, OpenAlex, OpenAlexWork
from papernotes.cli.site import Site

# A suggestion is cited by so many papers at least, and the file has so many suggestions at most.
MIN_COUNT, MAX_SUGGESTIONS = 2, 100
Ask = Callable[[Sequence[str]], Iterator[OpenAlexWork]]


@dataclass(frozen=True)
class Collected:
    """The content of the file, and what the user is told of it.

    ``unknown`` has the keys of works that OpenAlex does not know, or that have no identifier.
    """

    content: bytes
    papers: int
    citations: int
    suggestions: int
    unknown: tuple[str, ...]


class Collector:
    """Asks OpenAlex through a *memory*; *step* is called with a description of each request."""

    def __init__(self, openalex: OpenAlex, memory: Memory, step: Callable[[str], None]) -> None:
        self.openalex = openalex
        self.memory = memory
        self.step = step

    def collect(self, site: Site) -> Collected:
        """Return what the papers of *site* cite."""
        entries = {each.key: each for each in _entries(Library.of(site))}
        dois = {key: _dois(each) for key, each in entries.items()}
        asked = [doi for each in dois.values() for doi in each]
        works = self._ask(asked, self.openalex.citing, lambda work: work.doi)
        own: dict[str, str] = {}
        references: dict[str, set[str]] = {}
        for key, each in dois.items():
            found = [work for doi in each for work in works[doi]]
            if found:
                references[key] = {id_ for work in found for id_ in work.references}
            for work in found:
                own.setdefault(work.id, key)
        cites: dict[str, set[str]] = {}
        citing: dict[str, list[str]] = defaultdict(list)
        for key, ids in references.items():
            cites[key] = {own[id_] for id_ in ids if id_ in own} - {key}
            for id_ in ids - own.keys():
                citing[id_].append(key)
        suggestions = list(self._suggestions(citing, entries, set(asked)))
        cites = {key: cited for key, cited in cites.items() if cited}
        return Collected(
            literature.write(cites, suggestions),
            papers=len(references),
            citations=sum(map(len, cites.values())),
            suggestions=len(suggestions),
            unknown=tuple(key for key in entries if key not in references),
        )

    def _suggestions(
        self,
        citing: Mapping[str, Sequence[str]],
        entries: Mapping[str, IndexedEntry],
        dois: Set[str],
    ) -> Iterator[Suggestion]:
        """Yield the works that most of the papers cite, without those that are there already.

        A work may be there as its preprint or its publication, which have other identifiers.
        """
        often = [id_ for id_, keys in citing.items() if len(keys) >= MIN_COUNT]
        # Some have no DOI, so that nothing could add them.
        best = sorted(often, key=lambda id_: (-len(citing[id_]), id_))[: 2 * MAX_SUGGESTIONS]
        works = self._ask(best, self.openalex.described, lambda work: work.id)
        titles = {comparison_key(each.entry.title()) for each in entries.values()}
        found = [work for id_ in best for work in works[id_] if work.doi and work.title]
        new = [
            work
            for work in found
            if work.doi not in dois and comparison_key(work.title) not in titles
        ]
        for work in new[:MAX_SUGGESTIONS]:
            yield Suggestion(work.id, work.doi, work.title, work.year, tuple(citing[work.id]))

    def _ask(
        self, names: Sequence[str], ask: Ask, name_of: Callable[[OpenAlexWork], str]
    ) -> dict[str, list[OpenAlexWork]]:
        """Return the records for each of *names*, of which *ask* takes some at a time."""
        known = {name: self.memory.fresh(name) for name in names}
        missing = [name for name, works in known.items() if works is None]
        try:
            for start in range(0, len(missing), BATCH_SIZE):
                batch = missing[start : start + BATCH_SIZE]
                self.step(f"asking OpenAlex about {start + len(batch)} of {len(missing)} works")
                found: dict[str, list[OpenAlexWork]] = {name: [] for name in batch}
                for work in ask(batch):
                    if name_of(work) in found:
                        found[name_of(work)].append(work)
                for name, works in found.items():
                    known[name] = sorted(works, key=lambda work: work.id)
                    self.memory.record(name, known[name] or [])
        finally:
            # A run that fails, or is stopped, need not ask for these again.
            if missing:
                self.memory.save()
        return {name: works or [] for name, works in known.items()}


def _entries(library: Library) -> Iterator[IndexedEntry]:
    for path, sources in library.sources.items():
        for source in sources:
            indexed = library.by_key(source.key)
            is_first = indexed and (indexed.path, indexed.line) == (path, source.line)
            if indexed and is_first and indexed.entry.type not in NO_WORKS:
                yield indexed


def _dois(indexed: IndexedEntry) -> list[str]:
    """Return the DOI of a work and that of its preprint, in lower case."""
    found = sorted(
        indexed.entry.identifiers(), key=lambda each: (each.kind, each.value), reverse=True
    )
    dois = [f"10.48550/arxiv.{i.value}" if i.kind == "arXiv" else i.value for i in found]
    return [doi.lower() for doi in dois]


def save(site: Site, content: bytes) -> bool:
    """Write the file, unless it already has this *content*; return whether it was written."""
    path = site.root / literature.NAME
    # The lock of all commands, so that no draft of another is taken for a stale one.
    with storage.lock(*site.bibliography_files()):
        storage.remove_stale_drafts(site.root)
        while (before := storage.read(path)) != content:
            try:
                with storage.Draft(path, content) as draft:
                    draft.replace(before)
            except storage.Changed:
                continue
            return True
    return False
