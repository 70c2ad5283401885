"""The directives. Each leaves a placeholder; what is shown is known when all documents are read."""

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

_GOES_ON = "papernotes_list_that_goes_on"

OPTIONS = {
    "tags": "only notes with one of these tags, separated by commas",
    "sort": "the order: `title` (default), `read` or `year`, with `-` in front for descending",
    "limit": "how many at most",
    "view": "`cards` (default), or `list` for a line each",
}


class _ListDirective(SphinxDirective):
    """A directive that becomes a list."""

    def problem(self, kind: DiagnosticKind, message: str) -> None:
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        note_problem(self.env, Diagnostic(path, self.lineno, message, kind))

    def place(self, placeholder: placeholders.Placeholder) -> list[nodes.Node]:
        placeholder["docname"] = self.env.docname
        self.set_source_info(placeholder)
        return [placeholder]


class PapersDirective(_ListDirective):
    """``{papers}``: cards or a list of the notes, of all or of those with a tag."""

    # Values are looked at in `run`, where a bad one gets a message of its own and a default.
    option_spec: ClassVar = dict.fromkeys(OPTIONS, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the placeholder; a value that has no meaning is reported and left out."""
        limit = self.limit()
        query = Query(
            tags=self.tags(), sort=self.sort(), limit=limit, view=self.view(),
            line=self.lineno, paged=limit is None and self.goes_on(),
        )  # fmt: skip
        return self.place(placeholders.papers(query=query))

    def goes_on(self) -> bool:
        """Return whether the list may go on over further pages: the front page's first one."""
        if self.env.docname != self.config.root_doc or self.env.temp_data.get(_GOES_ON):
            return False
        self.env.temp_data[_GOES_ON] = True
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
            f':sort: does not know "{value}"; use title, read or year, with - in front for'
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
            f':limit: is not a number above 0: "{value}"; write one, or none',
        )
        return None

    def view(self) -> str:
        value: str = self.options.get("view", VIEWS[0]).strip()
        if value in VIEWS:
            return value
        self.problem(
            DiagnosticKind.BAD_OPTION, f':view: does not know "{value}"; use {" or ".join(VIEWS)}'
        )
        return VIEWS[0]


class ReadingListDirective(_ListDirective):
    """``{reading-list}``: the entries with the keyword ``to-read`` that have no note."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return self.place(placeholders.reading_list())


class WorksDirective(_ListDirective):
    """``{works}``: every work that the site cites or notes, with the pages that cite it."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return self.place(placeholders.works_list())
