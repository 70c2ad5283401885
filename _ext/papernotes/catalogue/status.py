"""What became of a work: whether it was retracted or corrected, or has a newer version.

``papernotes refresh`` writes it into fields of the entry, where an author can write it too.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from papernotes.bibliography.identifiers import DOI_PREFIX, eprint_id, unbrace
from papernotes.core.model import Paper

Kind = Literal["retracted", "concern", "corrected", "version"]

FIELDS = {
    "retracted": "the day on which the work was retracted or withdrawn, such as `2024-05-01`, its"
    " month, its year, or `true` if no date is known",
    "concern": "the same of an expression of concern about the work",
    "corrected": "the same of its last correction",
    "notice": "the DOI of the notice that says so: of the most serious, if there are several",
    "read_version": "the version of the preprint that was read, such as `3`, which `papernotes add`"
    " writes",
    "latest_version": "the last version that arXiv has",
    "latest_date": "the day of that version",
}
DATED = ("retracted", "concern", "corrected")
UNDATED = "true"
_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_VERSION = re.compile(r"v?([1-9]\d{0,3})", re.ASCII)
# Without what has a meaning in BibTeX or in an address.
_NOTICE = re.compile(rf"{DOI_PREFIX}[^\s{{}}\"\\%#<>]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Status:
    """The values of ``FIELDS``; one that is missing or invalid is empty, or 0."""

    retracted: str = ""
    concern: str = ""
    corrected: str = ""
    notice: str = ""
    read_version: int = 0
    latest_version: int = 0
    latest_date: str = ""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What readers are told, the most serious first; after a retraction, only that counts."""
        if self.retracted:
            return ("retracted",)
        found: list[Kind] = [name for name in ("concern", "corrected") if getattr(self, name)]
        if 0 < self.read_version < self.latest_version:
            found.append("version")
        return tuple(found)

    def date(self, kind: Kind) -> str:
        """Return the date of what *kind* says, which may be a year or a month, or nothing."""
        value = self.latest_date if kind == "version" else str(getattr(self, kind))
        return "" if value == UNDATED else value


NONE = Status()


def status(paper: Paper) -> Status:
    """Return what became of *paper*, as far as its entry says so."""
    own = {name: unbrace(value) for name, value in paper.fields if name in FIELDS}
    # Most entries have at most the version that was read, which says nothing by itself.
    if not own.keys() - {"read_version"}:
        return NONE
    valid = {name: value for name, value in own.items() if is_valid(name, value)}
    return Status(
        retracted=valid.get("retracted", ""),
        concern=valid.get("concern", ""),
        corrected=valid.get("corrected", ""),
        notice=valid.get("notice", ""),
        read_version=version_read(dict(paper.fields)),
        latest_version=version_number(valid.get("latest_version", "")),
        latest_date=valid.get("latest_date", ""),
    )


def version_read(fields: dict[str, str]) -> int:
    """Return the version that an entry with *fields* says was read, which ``eprint`` can say."""
    if number := version_number(unbrace(fields.get("read_version", ""))):
        return number
    _, v, digits = eprint_id(fields).rpartition("v")
    return version_number(digits) if v else 0


def version_number(value: str) -> int:
    """Return the number of a version, which may have a "v" before it, or 0."""
    match = _VERSION.fullmatch(value)
    return int(match[1]) if match else 0


def is_date(value: str) -> bool:
    """Return whether *value* is a day, a month or a year."""
    if not _DATE.fullmatch(value):
        return False
    try:
        first_day(value)
    except ValueError:
        return False
    return True


def first_day(value: str) -> datetime.date:
    """Return the day that *value* is, or the first one of that month or year."""
    return datetime.date.fromisoformat(f"{value}-01-01"[:10])


def is_valid(name: str, value: str) -> bool:
    """Return whether the field *name* can have *value*."""
    if name.endswith("_version"):
        return bool(version_number(value))
    if name == "notice":
        return bool(_NOTICE.fullmatch(value))
    return is_date(value) or (name in DATED and value == UNDATED)


def faults(paper: Paper) -> Iterator[str]:
    """Yield what is wrong with the fields of *paper*, and what to do about each."""
    for name, value in paper.fields:
        if name not in FIELDS or not unbrace(value) or is_valid(name, unbrace(value)):
            continue
        wanted = (
            "a version; write its number, such as 3"
            if name.endswith("_version")
            else "a DOI; write one, such as 10.1000/182"
            if name == "notice"
            else "a date; write one, such as 2024-05-01"
        )
        yield f'"{name}" of "{paper.key}" is "{value}", which is not {wanted}, or delete it'
