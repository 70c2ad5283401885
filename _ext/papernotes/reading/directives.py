"""The directives, each of which leaves a placeholder until all documents have been read."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from papernotes import nodes as placeholders
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import VIEWS, Query
from papernotes.reporting import note_problem
from papernotes.settings import is_sort

# Set in a document that has a list with further pages.
_HAS_PAGED_LIST = "papernotes_has_paged_list"

OPTIONS = {
    "tags": "only notes with one of these tags, separated by commas",
    "sort": "the order: `title` (default), `read` or `year`, with `-` in front for descending",
    "limit": "the largest number of notes to list",
    "view": "`cards` (default), or `list` for one line a note",
}


class _ListDirective(SphinxDirective):
    """A directive for a list of notes or works."""

    def problem(self, kind: DiagnosticKind, message: str) -> None:
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        note_problem(self.env, Diagnostic(path, self.lineno, message, kind))

    def place(self, placeholder: placeholders.Placeholder) -> list[nodes.Node]:
        placeholder["docname"] = self.env.docname
        self.set_source_info(placeholder)
        return [placeholder]


class PapersDirective(_ListDirective):
    """``{papers}``: a list of all notes, or of the notes with a tag, as cards or lines."""

    # `run` checks the values, so that a wrong one gets our own message and a default.
    option_spec: ClassVar = dict.fromkeys(OPTIONS, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the placeholder; report options with a wrong value, and use their defaults."""
        limit = self.limit()
        query = Query(
            tags=self.tags(), sort=self.sort(), limit=limit, view=self.view(),
            line=self.lineno, paged=limit is None and self.is_paged(),
        )  # fmt: skip
        return self.place(placeholders.papers(query=query))

    def is_paged(self) -> bool:
        """Return whether the list may have further pages, as the first of the front page."""
        if self.env.docname != self.config.root_doc or self.env.temp_data.get(_HAS_PAGED_LIST):
            return False
        self.env.temp_data[_HAS_PAGED_LIST] = True
        return True

    def tags(self) -> tuple[str, ...]:
        text = unicodedata.normalize("NFC", self.options.get("tags", ""))
        tags = (tag.strip() for tag in text.split(","))
        return tuple(dict.fromkeys(tag for tag in tags if tag))

    def sort(self) -> str:
        default: str = self.config.papernotes_sort
        value: str = self.options.get("sort", default).strip()
        if is_sort(value):
            return value
        self.problem(
            DiagnosticKind.BAD_OPTION,
            f':sort: "{value}" is unknown; write title, read or year, with - in front for'
            " descending",
        )
        return default

    def limit(self) -> int | None:
        value = self.options.get("limit", "").strip()
        if not value and "limit" not in self.options:
            return None
        if value.isascii() and value.isdigit() and int(value):
            return int(value)
        self.problem(
            DiagnosticKind.BAD_OPTION,
            f':limit: "{value}" is not a number above 0; write a number, or delete the option',
        )
        return None

    def view(self) -> str:
        value: str = self.options.get("view", VIEWS[0]).strip()
        if value in VIEWS:
            return value
        self.problem(
            DiagnosticKind.BAD_OPTION, f':view: "{value}" is unknown; write {" or ".join(VIEWS)}'
        )
        return VIEWS[0]


class ReadingListDirective(_ListDirective):
    """``{reading-list}``: the entries with the keyword ``to-read`` that have no note."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return self.place(placeholders.reading_list())


class WorksDirective(_ListDirective):
    """``{works}``: all works that the site cites or has notes on, with the citing pages."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return self.place(placeholders.works_list())
