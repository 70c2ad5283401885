"""Diagnostics: what is wrong in an author's files, where, and of which kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

# The type of all warnings; a kind is its subtype.
WARNING_TYPE = "papernotes"

Severity = Literal["fault", "remark"]


class DiagnosticKind(Enum):
    """What can be wrong with an author's input.

    The first value is the subtype of the warning, as it stands in brackets after the message and
    in Sphinx's ``suppress_warnings``; the second says what it is about.
    """

    ENCODING = ("encoding", "A document in another encoding, which is left out")
    FILE_NAME = ("file-name", "A file of a note with a name that not every system can hold")
    OUTSIDE = ("outside", "A note that takes in a file from outside the site's folder, or is one")
    NESTING = ("nesting", "A document that includes itself, or is nested too deeply")
    RAW_HTML = ("raw-html", "HTML in a `summary:`, which is shown as text")
    CONTROL_CHARACTER = ("control-character", "A control character, which no page can hold")
    FRONT_MATTER = ("front-matter", "Front matter that is not closed, no YAML or no mapping")
    MISSING_PAPER = ("missing-paper", "A note that does not name its paper")
    BAD_PAPER = ("bad-paper", "`paper:` is not a citation key")
    BAD_CITATION = ("bad-citation", "A citation that names no key, or is not closed")
    UNKNOWN_KEY = ("unknown-key", "A citation key that no bibliography file has")
    DUPLICATE_NOTE = ("duplicate-note", "Two notes on one paper")
    NO_NOTE = ("no-note", "`{note}` names a paper that has no note")
    BAD_TAGS = ("bad-tags", "`tags:` is not a list of strings")
    BAD_READ = ("bad-read", "`read:` is not a day of the calendar")
    BAD_SUMMARY = ("bad-summary", "`summary:` is not text, or holds what no card can show")
    BAD_REDIRECT = ("bad-redirect", "`redirect_from:` names no page, or one that is there")
    UNKNOWN_FIELD = ("unknown-field", "A front-matter key that looks like a misspelt one")
    NO_HEADING = ("no-heading", "A note without a heading, or with one that shows nothing")
    BAD_OPTION = ("bad-option", "A directive's option with a value that it does not know")
    UNKNOWN_TAG = ("unknown-tag", "A list of notes asks for a tag that no note has")
    SAME_ADDRESS = (
        "same-address",
        "Two tags or years, or one and a document, whose pages would have the same address",
    )
    BAD_MATH = ("bad-math", "A formula that cannot be converted to MathML")
    BAD_MACRO = ("bad-macro", "A macro in `papernotes_macros` that TeX cannot take")
    NO_MATHJAX = ("no-mathjax", "MathJax is asked for and not installed")
    NO_PAGEFIND = ("no-pagefind", "Pagefind cannot make its index of the site")
    DUPLICATE_LABEL = ("duplicate-label", "A label that another equation has")
    BIB_MISSING = ("bib-missing", "A bibliography file that is not there")
    BIB_ENCODING = ("bib-encoding", "A bibliography file in another encoding")
    BIB_SYNTAX = ("bib-syntax", "A BibTeX entry that cannot be read to its end")
    BIB_NAME = ("bib-name", "A person's name that BibTeX cannot take apart")
    DUPLICATE_KEY = ("duplicate-key", "Two BibTeX entries with one key")
    DUPLICATE_FIELD = ("duplicate-field", "A BibTeX field that stands twice in its entry")
    UNDEFINED_MACRO = ("undefined-macro", "A BibTeX macro that is not defined")
    BAD_CROSSREF = (
        "bad-crossref",
        "An entry whose `crossref` or `xdata` leads nowhere, or in a circle",
    )
    BAD_LINK = ("bad-link", "An address that is not let through as a link")
    INCOMPLETE_ENTRY = (
        "incomplete-entry",
        "A paper that the site shows has no author, year or title",
    )

    # What a build has no need to know, and only ``papernotes check`` and ``linkcheck`` look for.
    DUPLICATE_WORK = (
        "duplicate-work",
        "Two entries with one DOI, one arXiv identifier, or one title and first author",
        "check",
    )
    MISSING_FIELD = ("missing-field", "An entry that lacks what its kind needs", "check")
    BAD_PAGES = ("bad-pages", "Pages that cannot be", "check")
    BAD_YEAR = ("bad-year", "A year or date that cannot be", "check")
    BAD_DOI = ("bad-doi", "A DOI that cannot be, or that is written as an address", "check")
    BAD_ARXIV = ("bad-arxiv", "An arXiv identifier that cannot be", "check")
    SHOUTED_NAME = ("shouted-name", "A person's name in capitals", "check")
    HTML_ENTITY = ("html-entity", "HTML in a field", "check")
    BROKEN_LATEX = ("broken-latex", "LaTeX that cannot be typeset", "check")
    BROKEN_LINK = ("broken-link", "A link in a note that is none", "check")
    NO_SUMMARY = ("no-summary", "A note without a summary", "check")
    NO_TAGS = ("no-tags", "A note without tags", "check")
    SIMILAR_TAGS = ("similar-tags", "Tags that differ only in case, or by one letter", "check")
    GONE_LINK = (
        "gone-link",
        "An address that leads nowhere any more (`papernotes linkcheck`)",
        "check",
    )
    UNKNOWN_LINK = (
        "unknown-link",
        "An address whose server refuses programs, or is busy (`papernotes linkcheck`; no fault)",
        "check",
        "remark",
    )
    UNUSED_ENTRY = (
        "unused-entry",
        "An entry that nobody cites or notes and that is not to be read (no fault)",
        "check",
        "remark",
    )
    KEY_PATTERN = (
        "key-pattern",
        "A key that does not follow the pattern (no fault)",
        "check",
        "remark",
    )

    def __init__(
        self,
        subtype: str,
        meaning: str,
        found_by: Literal["build", "check"] = "build",
        severity: Severity = "fault",
    ) -> None:
        self.subtype = subtype
        self.meaning = meaning
        self.found_by = found_by
        self.severity = severity


@dataclass(frozen=True, slots=True)
class Fix:
    """How a fault in a text is corrected: *replace* the part from *start* to *end*, as offsets."""

    start: int
    end: int
    replace: Callable[[str], str]


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One thing that is wrong, or worth a remark, in an author's file.

    ``path`` is relative to the source directory, with slashes; ``line`` counts from 1. The message
    says what is wrong and what to do about it, and is complete without the kind. ``fix`` corrects
    what a program can correct without a doubt.
    """

    path: str
    line: int
    message: str
    kind: DiagnosticKind = field(compare=False)
    fix: Fix | None = field(default=None, compare=False)

    @property
    def severity(self) -> Severity:
        """Whether it is a fault, or only a remark."""
        return self.kind.severity

    @property
    def label(self) -> str:
        """The kind as it stands behind a message and in ``suppress_warnings``."""
        return f"{WARNING_TYPE}.{self.kind.subtype}"


def without_suppressed(
    diagnostics: Iterable[Diagnostic], suppressed: Iterable[str]
) -> list[Diagnostic]:
    """Return the diagnostics that ``suppress_warnings`` does not hold, each once, sorted."""
    silent = set(suppressed)
    if silent & {WARNING_TYPE, f"{WARNING_TYPE}.*"}:
        return []
    return sorted({each: None for each in diagnostics if each.label not in silent})
