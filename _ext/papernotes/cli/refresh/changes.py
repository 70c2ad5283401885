"""Changes of entries, as they are proposed to the author."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """A change of a field from the value *old*, None if missing, to *new*.

    The field with the empty name is the entry's type.
    """

    field: str
    old: str | None
    new: str


@dataclass(frozen=True)
class Proposal:
    """The changes proposed for one entry, and why; without changes, only a message.

    ``external`` says that another program owns the file, so that the changes are only shown.
    """

    key: str
    path: Path
    line: int
    why: str
    changes: tuple[Change, ...] = ()
    external: bool = False
