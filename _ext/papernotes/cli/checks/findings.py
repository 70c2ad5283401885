"""What ``papernotes check`` and ``linkcheck`` find, beside the problems that a build reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from papernotes.core.diagnostics import Problem, ProblemKind

WARNING_TYPE = "papernotes"


class Finding(Enum):
    """What can be wrong that a build has no need to know.

    The values are the subtype and what it is about, as those of a ProblemKind, and whether it is
    only told and no fault.
    """

    DUPLICATE_WORK = (
        "duplicate-work",
        "Two entries with one DOI, one arXiv identifier, or one title and first author",
    )
    MISSING_FIELD = ("missing-field", "An entry that lacks what its kind needs")
    BAD_PAGES = ("bad-pages", "Pages that cannot be")
    BAD_YEAR = ("bad-year", "A year or date that cannot be")
    BAD_DOI = ("bad-doi", "A DOI that cannot be, or that is written as an address")
    BAD_ARXIV = ("bad-arxiv", "An arXiv identifier that cannot be")
    SHOUTED_NAME = ("shouted-name", "A person's name in capitals")
    HTML_ENTITY = ("html-entity", "HTML in a field")
    BROKEN_LATEX = ("broken-latex", "LaTeX that cannot be typeset")
    BROKEN_LINK = ("broken-link", "A link in a note that is none")
    NO_SUMMARY = ("no-summary", "A note without a summary")
    NO_TAGS = ("no-tags", "A note without tags")
    SIMILAR_TAGS = ("similar-tags", "Tags that differ only in case, or by one letter")
    GONE_LINK = ("gone-link", "An address that leads nowhere any more (`papernotes linkcheck`)")
    UNKNOWN_LINK = (
        "unknown-link",
        "An address whose server refuses programs, or is busy (`papernotes linkcheck`; no fault)",
        True,
    )
    UNUSED_ENTRY = (
        "unused-entry",
        "An entry that nobody cites or notes and that is not to be read (no fault)",
        True,
    )
    KEY_PATTERN = ("key-pattern", "A key that does not follow the pattern (no fault)", True)

    def __init__(self, subtype: str, meaning: str, told: bool = False) -> None:
        self.subtype = subtype
        self.meaning = meaning
        self.told = told


@dataclass(frozen=True, slots=True)
class Mend:
    """How a fault is mended: what replaces what is written between two places of a text."""

    start: int
    end: int
    mended: Callable[[str], str]


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One thing that was found; ``path`` is relative to the site's folder, lines count from 1."""

    path: str
    line: int
    message: str
    kind: Finding | ProblemKind = field(compare=False)
    mend: Mend | None = field(default=None, compare=False)

    @property
    def told(self) -> bool:
        """Whether it is only told and no fault."""
        return isinstance(self.kind, Finding) and self.kind.told

    @property
    def label(self) -> str:
        """The kind as it stands behind a message and in ``suppress_warnings``."""
        return f"{WARNING_TYPE}.{self.kind.subtype}"


def of_problem(problem: Problem) -> Remark:
    """Return a problem that a build would report as a remark."""
    return Remark(problem.path, problem.line, problem.message, problem.kind)


def without_suppressed(remarks: Iterable[Remark], suppressed: Iterable[str]) -> list[Remark]:
    """Return the remarks that ``suppress_warnings`` does not hold, each once, in their order."""
    silent = set(suppressed)
    if silent & {WARNING_TYPE, f"{WARNING_TYPE}.*"}:
        return []
    found = {remark: None for remark in remarks if remark.label not in silent}
    return sorted(found)
