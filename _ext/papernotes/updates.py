"""Which pages are out of date: those that show something that has changed elsewhere.

Each page has a digest of all that it shows of other documents and of the bibliography. The digests
of the last finished build stand beside its pages, since they describe those: a build that was cut
short, or one of another format in between, leaves them true.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from .domain import PaperNotesDomain, Record
from .model import Note

STATE_FILE = ".papernotes.json"


class Digests:
    """Digests of what pages show, for one build."""

    def __init__(self, domain: PaperNotesDomain, titles: dict[str, str]) -> None:
        self.domain = domain
        self.catalogue = domain.catalogue
        self.titles = titles
        self._works: dict[str, str] = {}
        self._cards: dict[str, str] = {}

    def page(self, docname: str) -> str:
        """Return the digest of what the page *docname* shows that is not its own."""
        record = self.domain.records[docname]
        page = record.page
        parts: list[object] = []
        if record.noted:
            parts.append(self.work(record.noted.note.key))
            # The second of two notes on a paper has no place in the catalogue.
            parts.append(docname in self.catalogue.by_docname)
        for query in page.queries:
            show = self.line if query.view == "list" else self.card
            parts.append([show(note) for note in self.catalogue.select(query)])
        parts.append(self.citations(record))
        if page.reading_list:
            parts.append([self.work(key) for key in self.catalogue.reading_list])
        if page.works:
            parts.append([self.citing(key) for key in self.catalogue.works])
        return _digest(parts)

    def citations(self, record: Record) -> list[object]:
        """Return digests of what the citations and links of a document lead to."""
        keys = {citation.key for citation in record.page.citations}
        links = {link.key for link in record.page.note_links}
        return [*map(self.work, sorted(keys)), *map(self.title, sorted(links))]

    def card(self, note: Note) -> str:
        """Return the digest of a note's card."""
        if note.key not in self._cards:
            summary = self.domain.noted(note).summary
            cited = [self.work(key) for key in summary.citations]
            linked = [self.title(key) for key in summary.links]
            shown = [self.line(note), note.tags, summary.digest, cited, linked]
            self._cards[note.key] = _digest(shown)
        return self._cards[note.key]

    def line(self, note: Note) -> list[object]:
        """Return what a note's line in a plain list shows."""
        return [*self.title(note.key), self.work(note.key)]

    def work(self, key: str) -> str:
        """Return the digest of a work: its entry, the letter after its year, its note."""
        if key not in self._works:
            paper = self.catalogue.papers.get(key)
            note = self.catalogue.notes.get(key)
            self._works[key] = _digest(
                [
                    key,
                    paper and (paper.type, paper.authors, paper.editors, paper.fields),
                    self.catalogue.suffixes.get(key),
                    note and note.docname,
                ]
            )
        return self._works[key]

    def citing(self, key: str) -> list[object]:
        """Return what an entry of the list of works shows: the work, and the pages that cite it."""
        pages = self.catalogue.cited_by.get(key, ())
        return [self.work(key), [(name, self.titles.get(name)) for name in pages]]

    def title(self, key: str) -> list[object]:
        """Return what a link to a note shows."""
        note = self.catalogue.notes.get(key)
        if note is None:
            return [key]
        return [note.docname, self.domain.noted(note).title.digest]


def _digest(parts: Iterable[object]) -> str:
    return hashlib.blake2b(repr(list(parts)).encode(), digest_size=16).hexdigest()


def load(outdir: Path) -> dict[str, str]:
    """Return the digest of each page in *outdir*; none where they cannot be read."""
    try:
        state = json.loads((outdir / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def save(outdir: Path, digests: dict[str, str]) -> None:
    """Keep the digest of each page in *outdir*, whole or not at all."""
    text = json.dumps(digests, indent=0, sort_keys=True) + "\n"
    path = outdir / STATE_FILE
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
