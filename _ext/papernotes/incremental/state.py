"""The digests of the last finished build, kept beside its pages."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from papernotes.incremental.doctree_cache import write_whole

STATE_FILE = ".papernotes.json"


@dataclass(frozen=True)
class State:
    """The digests of all that the output folder shows.

    ``pages`` are the pages of documents, ``archive_pages`` the archive pages, ``files`` the files
    beside the pages, and ``search`` is Pagefind's index. ``last_changed`` holds no digests: it says
    when the source of each page was last changed, where that is known. ``copied`` names the files
    that Sphinx has copied into the folder.
    """

    pages: dict[str, str] = field(default_factory=dict)
    archive_pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    search: dict[str, str] = field(default_factory=dict)
    last_changed: dict[str, str] = field(default_factory=dict)
    copied: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, outdir: Path) -> State:
        """Return the state of *outdir*; an empty one where it cannot be read."""
        try:
            found = json.loads((outdir / STATE_FILE).read_text(encoding="utf-8"))
            return cls(**{part.name: dict(found[part.name]) for part in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def save(self, outdir: Path) -> None:
        """Keep the state beside the pages in *outdir*, whole or not at all."""
        text = json.dumps(asdict(self), indent=0, sort_keys=True) + "\n"
        write_whole(outdir / STATE_FILE, text)
