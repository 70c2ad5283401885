"""What OpenAlex answered within the last month, so that no run asks for it again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field
from pathlib import Path

from papernotes.cli import storage
from papernotes.cli.remote.openalex import OpenAlexWork
from papernotes.cli.site import Site

MAX_AGE = 30 * 86400.0  # seconds


@dataclass
class Memory:
    """Answers by what was asked for, a DOI or an identifier, with their times in seconds.

    The answer is a list of records, which is empty if OpenAlex knows none.
    """

    path: Path
    clock: Callable[[], float] = time.time
    answers: dict[str, tuple[float, list[OpenAlexWork]]] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site) -> Memory:
        """Return the memory of *site*, not yet loaded."""
        name = hashlib.sha256(os.fsencode(site.root.resolve())).hexdigest()[:32]
        return cls(storage.cache_folder() / f"{name}-openalex.json")

    def load(self) -> None:
        """Read the file; start empty if it cannot be read."""
        try:
            loaded = json.loads(self.path.read_text(encoding="utf-8"))
            self.answers = {
                name: (float(when), [_work(*work) for work in works])
                for name, (when, works) in loaded.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self.answers = {}

    def fresh(self, name: str) -> list[OpenAlexWork] | None:
        """Return the answer for *name*, if it is not too old."""
        when, works = self.answers.get(name, (0.0, []))
        return works if 0 <= self.clock() - when < MAX_AGE else None

    def record(self, name: str, works: Iterable[OpenAlexWork]) -> None:
        """Remember the answer for *name*."""
        self.answers[name] = (self.clock(), list(works))

    def save(self) -> None:
        """Write the answers to the file, without those that are too old."""
        kept = {
            name: (when, [astuple(work) for work in works])
            for name, (when, works) in sorted(self.answers.items())
            if self.fresh(name) is not None
        }
        with storage.lock(self.path), storage.Draft(self.path, json.dumps(kept).encode()) as draft:
            draft.replace(storage.read(self.path))


def _work(id_: str, doi: str, title: str, year: int, references: list[str]) -> OpenAlexWork:
    return OpenAlexWork(str(id_), str(doi), str(title), int(year), tuple(map(str, references)))
