"""Diagnostics: problems found in an author's files, each with its place and its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

# The type of all warnings; the kind supplies the subtype.
WARNING_TYPE = "papernotes"

Severity = Literal["fault", "remark"]

# Lines of a notebook's cells are numbered as MyST-NB has it: 20003 is line 3 of the second cell.
CELL = 10_000


class DiagnosticKind(Enum):
    """A kind of problem in an author's input.

    Each value holds, in this order: the subtype of the warning, as Sphinx shows it in brackets and
    ``suppress_warnings`` takes it; a description for the manual; which command finds the problem;
    its severity.
    """

    ENCODING = ("encoding", "A document that cannot be decoded, and is left out")
    FILE_NAME = (
        "file-name",
        "A file that is not read because of its name, or whose name not every system can have",
    )
    NO_FOLDER = (
        "no-folder",
        "A folder of notes that does not exist (a remark)",
        "build",
        "remark",
    )
    OUTSIDE = (
        "outside",
        "A document from outside the site's folder, or one that would show a file from there",
    )
    DRAFT_FILE = (
        "draft-file",
        "A page that shows or offers the file of a draft, or of a note with private quotes",
    )
    NESTING = (
        "nesting",
        "A document that includes itself, nests too deeply, or has too many marks in a paragraph",
    )
    RAW_HTML = ("raw-html", "HTML in a `summary:`, which is shown as text")
    CONTROL_CHARACTER = (
        "control-character",
        "A control character, or one that reverses the direction of writing",
    )
    FRONT_MATTER = ("front-matter", "Front matter that is not closed, not YAML or not a mapping")
    MISSING_PAPER = ("missing-paper", "A note that does not name its paper")
    BAD_PAPER = ("bad-paper", "`paper:` is not a citation key or a list of keys")
    BAD_RETRACTION = ("bad-retraction", "`retraction:` is not `acknowledged`")
    BAD_MAIN = ("bad-main", "`main:` is not true or false, or is true in two notes on one paper")
    BAD_CITATION = ("bad-citation", "A citation without a key, or one that is not closed")
    UNKNOWN_KEY = ("unknown-key", "A citation key that is in no bibliography file")
    NO_NOTE = ("no-note", "`{note}` names a paper that has no note")
    UNKNOWN_HIGHLIGHT = (
        "unknown-highlight",
        "`{highlight}` names a quote that no note has, or that has no text",
    )
    BAD_TAGS = ("bad-tags", "`tags:` is not a list of strings, or has more than 100")
    BAD_READ = ("bad-read", "`read:` is not a date")
    BAD_COMMENT = ("bad-comment", "A comment that is not closed, or is shown as text")
    BAD_DRAFT = ("bad-draft", "`draft:` is neither `true` nor `false`")
    BAD_SUMMARY = ("bad-summary", "`summary:` is not text, or has content that no card can show")
    BAD_DECK = ("bad-deck", "`deck:` is not text, or is more than one paragraph")
    BAD_LANG = ("bad-lang", "`lang:` is not the tag of a language")
    BAD_PICTURE = ("bad-picture", "`picture:` is neither the name of a file nor false")
    BAD_REDIRECT = (
        "bad-redirect",
        "`redirect_from:` is not a page name, or names an existing page",
    )
    UNKNOWN_FIELD = ("unknown-field", "A front-matter key that looks like a misspelt one")
    BAD_FIELD = ("bad-field", "A value that a field of `papernotes_fields` cannot have")
    NO_HEADING = (
        "no-heading",
        "A note whose heading is missing, is not of the first level, or shows no text",
    )
    BAD_OPTION = ("bad-option", "A directive's option with an invalid value")
    FAILED_MARKUP = (
        "failed-markup",
        "A directive that fails, and is left out, or a role that fails, and is shown as text",
    )
    UNKNOWN_TAG = ("unknown-tag", "A list of notes asks for a tag that no note has")
    SAME_ADDRESS = (
        "same-address",
        "Two tags or years, or one of them and a document, whose pages would get the same address",
    )
    BAD_MATH = ("bad-math", "A formula that cannot be converted to MathML")
    UNREAD_FORMULA = (
        "unread-formula",
        "A formula that is shown as text: one that is not closed, or one in brackets `\\(…\\)`",
    )
    BAD_MACRO = ("bad-macro", "An invalid macro in `papernotes_macros`")
    NO_MATHJAX = ("no-mathjax", "MathJax is configured but not installed")
    NO_PAGEFIND = ("no-pagefind", "Pagefind cannot index the site")
    DUPLICATE_LABEL = ("duplicate-label", "A label that another equation already has")
    BIB_MISSING = ("bib-missing", "A bibliography file that does not exist")
    BIB_EMPTY = ("bib-empty", "A bibliography without entries (a remark)", "build", "remark")
    BIB_ENCODING = ("bib-encoding", "A bibliography file that cannot be decoded")
    BIB_SYNTAX = ("bib-syntax", "A BibTeX entry with a syntax error, or without a key")
    BIB_VALUE = ("bib-value", "A value in BibTeX that is too long for its LaTeX to be read")
    BIB_NAME = ("bib-name", "A name that BibTeX cannot parse, or a list of people without `and`")
    DUPLICATE_KEY = ("duplicate-key", "Two BibTeX entries with the same key")
    DUPLICATE_FIELD = ("duplicate-field", "A BibTeX field that occurs twice in its entry")
    UNDEFINED_MACRO = ("undefined-macro", "A BibTeX macro that is not defined")
    BAD_CROSSREF = (
        "bad-crossref",
        "An entry whose `crossref` or `xdata` names no entry, or is circular",
    )
    MISSING_FILE = (
        "missing-file",
        "A picture, page or other file that a document names, and that does not exist",
    )
    PICTURE_PLACE = (
        "picture-place",
        "A picture that says where it was taken or drawn, in a format that is published as it is",
    )
    PICTURE_FORMAT = (
        "picture-format",
        "A picture that LaTeX cannot show, without a PDF, PNG or JPEG beside it",
    )
    BAD_LINK = ("bad-link", "An address that is not allowed as a link")
    PRIVATE_VALUE = (
        "private-value",
        "A password in an address, or the place of a file on your computer in an entry",
    )
    BAD_CITATIONS_FILE = (
        "bad-citations-file",
        "A `citations.json` that is not what `papernotes citations` writes",
    )
    BAD_STATUS = (
        "bad-status",
        "A field on what became of a work, such as `retracted`, with no date, version or DOI",
    )
    INCOMPLETE_ENTRY = (
        "incomplete-entry",
        "A paper on the site without an author, year or title",
    )

    # A build does not depend on these; only ``papernotes check`` and ``linkcheck`` report them.
    DUPLICATE_WORK = (
        "duplicate-work",
        "Two entries with the same DOI, arXiv identifier, or title and first author",
        "check",
    )
    MISSING_FIELD = ("missing-field", "An entry without a field that its type requires", "check")
    RETRACTED = (
        "retracted",
        "A note on a retracted work that does not say `retraction: acknowledged`",
        "check",
    )
    BAD_PAGES = ("bad-pages", "Invalid page numbers", "check")
    BAD_YEAR = ("bad-year", "An invalid year or date", "check")
    BAD_DOI = ("bad-doi", "A DOI that is invalid, or written as an address", "check")
    BAD_ARXIV = ("bad-arxiv", "An invalid arXiv identifier", "check")
    SHOUTED_NAME = ("shouted-name", "A person's name in capitals", "check")
    HTML_ENTITY = ("html-entity", "HTML in a field", "check")
    BROKEN_LATEX = ("broken-latex", "LaTeX that cannot be typeset", "check")
    BROKEN_LINK = ("broken-link", "A broken link in a note", "check")
    NO_SUMMARY = ("no-summary", "A note without a summary", "check")
    NO_TAGS = ("no-tags", "A note without tags", "check")
    SIMILAR_TAGS = ("similar-tags", "Tags that differ only in case, or by one letter", "check")
    FUTURE_DAY = ("future-day", "`read:` is a day in the future (a remark)", "check", "remark")
    OBSIDIAN = (
        "obsidian",
        "Syntax of Obsidian, which is shown as text without `papernotes_obsidian` (a remark)",
        "check",
        "remark",
    )
    GONE_LINK = (
        "gone-link",
        "An address that no longer exists (`papernotes linkcheck`)",
        "check",
    )
    UNKNOWN_LINK = (
        "unknown-link",
        "An address whose server refuses programs, or is busy (`papernotes linkcheck`; a remark)",
        "check",
        "remark",
    )
    DUPLICATE_NOTE = ("duplicate-note", "Several notes on one paper (a remark)", "check", "remark")
    UNDECLARED_FIELD = (
        "undeclared-field",
        "A front-matter key that is neither known nor in `papernotes_fields` (a remark)",
        "check",
        "remark",
    )
    UNUSED_ENTRY = (
        "unused-entry",
        "An entry that is not cited, has no note and is not marked to be read (a remark)",
        "check",
        "remark",
    )
    KEY_PATTERN = (
        "key-pattern",
        "A citation key that does not match the pattern (a remark)",
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

    @property
    def label(self) -> str:
        """The kind, as shown after a message and listed in ``suppress_warnings``."""
        return f"{WARNING_TYPE}.{self.subtype}"


@dataclass(frozen=True, slots=True)
class ForeignKind:
    """A kind of warning of Sphinx or of another extension; the *label* is empty if it has none."""

    label: str
    severity: Severity = "fault"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction: *replace* maps the text between the offsets *start* and *end* to a new one."""

    start: int
    end: int
    replace: Callable[[str], str]


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """A fault or a remark about a line of an author's file.

    ``path`` is relative to the source directory, with slashes; ``line`` counts from 1. The message
    says what is wrong and what to do about it, and is complete without the kind. ``fix`` is set
    where a program can correct the fault with certainty.
    """

    path: str
    line: int
    message: str
    kind: DiagnosticKind | ForeignKind = field(compare=False)
    fix: Fix | None = field(default=None, compare=False)

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    @property
    def text(self) -> str:
        """The message, with the place in a notebook, whose editors number no lines."""
        if self.path.endswith(".ipynb") and self.line > CELL:
            return f"{self.message} (cell {self.line // CELL}, line {self.line % CELL})"
        return self.message

    @property
    def label(self) -> str:
        """The kind, as shown after a message and listed in ``suppress_warnings``."""
        return self.kind.label


def without_suppressed(
    diagnostics: Iterable[Diagnostic], suppressed: Iterable[str]
) -> list[Diagnostic]:
    """Return the diagnostics that ``suppress_warnings`` does not list, sorted and unique.

    Files with a fault in their front matter come first: what others miss may follow from it.
    """
    hidden = set(suppressed)
    unique = {each: None for each in diagnostics if hidden.isdisjoint(_names(each.label))}
    causes = {each.path for each in unique if each.kind is DiagnosticKind.FRONT_MATTER}
    return sorted(unique, key=lambda each: (each.path not in causes, each))


def _names(label: str) -> tuple[str, ...]:
    """Return the names by which ``suppress_warnings`` can list a kind."""
    type_ = label.partition(".")[0]
    return (label, type_, f"{type_}.*")
