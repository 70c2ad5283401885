"""The directives, each of which leaves a placeholder until all documents have been read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from papernotes import nodes as placeholders
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import COLUMNS, ENTRY_FIELDS, VIEWS, Query
from papernotes.reporting import note_problem
from papernotes.settings import fault_of_sort, own_fields

# Set in a document that has a list with further pages.
_HAS_PAGED_LIST = "papernotes_has_paged_list"

# So many suggestions are listed without ``:limit:``.
_SUGGESTIONS = 20

OPTIONS = {
    "tags": "only notes with one of these tags, separated by commas",
    "sort": "the order: `title` (default), `read`, `year` or a field of yours, with `-` in front"
    " for descending",
    "limit": "the largest number of notes to list",
    "view": "`cards`, `rows` for title, byline and one line of the summary, `list` for one line a"
    " note, or `table`; by default cards or rows, as `papernotes_view` says",
    "pictures": "`yes` or `no`: whether cards show pictures, instead of what the site says",
    "columns": "the columns of a table, separated by commas; by default title, authors, year and"
    " your own fields",
    "group": "the column by which a table is divided, with `-` in front for descending",
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

    def limit(self) -> int | None:
        value = self.options.get("limit", "").strip()
        if not value and "limit" not in self.options:
            return None
        if re.fullmatch(r"0*[1-9]\d{0,8}", value, re.ASCII):
            return int(value)
        self.problem(
            DiagnosticKind.BAD_OPTION,
            f':limit: "{value}" is not a number above 0; write a number, or delete the option',
        )
        return None


class PapersDirective(_ListDirective):
    """``{papers}``: a list of all notes, or of the notes with a tag, as cards or lines."""

    # `run` checks the values, so that a wrong one gets our own message and a default.
    option_spec: ClassVar = dict.fromkeys(OPTIONS, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the placeholder; report options with a wrong value, and use their defaults."""
        limit, view = self.limit(), self.view()
        is_table = view == "table"
        query = Query(
            tags=self.tags(), sort=self.sort(), limit=limit, view=view, line=self.lineno,
            paged=limit is None and not is_table and self.is_paged(),
            columns=self.columns() if is_table else (), group=self.group() if is_table else "",
            pictures=self.pictures(),
        )  # fmt: skip
        for name in ("columns", "group"):
            if name in self.options and not is_table:
                message = f":{name}: is for tables; add :view: table, or delete it"
                self.problem(DiagnosticKind.BAD_OPTION, message)
        return self.place(placeholders.papers(query=query))

    def is_paged(self) -> bool:
        """Return whether the list may have further pages, as the first of the front page."""
        if self.env.docname != self.config.root_doc or self.env.current_document.get(
            _HAS_PAGED_LIST
        ):
            return False
        self.env.current_document[_HAS_PAGED_LIST] = True
        return True

    def tags(self) -> tuple[str, ...]:
        text = unicodedata.normalize("NFC", self.options.get("tags", ""))
        tags = (tag.strip() for tag in text.split(","))
        return tuple(dict.fromkeys(tag for tag in tags if tag))

    def sort(self) -> str:
        default: str = self.config.papernotes_sort
        value: str = self.options.get("sort", default).strip()
        if wanted := fault_of_sort(value, self.config):
            self.problem(DiagnosticKind.BAD_OPTION, f':sort: "{value}" is unknown; write {wanted}')
            return default
        return value

    def pictures(self) -> bool | None:
        if "pictures" not in self.options:
            return None
        value: str = self.options["pictures"].strip().lower()
        if value not in ("", "yes", "no"):
            message = f':pictures: "{value}" is unknown; write yes or no'
            self.problem(DiagnosticKind.BAD_OPTION, message)
            return None
        return value != "no"

    def columns(self) -> tuple[str, ...]:
        text = self.options.get("columns", "")
        names = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
        known = tuple(name for name in names if self.is_column("columns", name))
        return known or ("title", "authors", "year", *own_fields(self.config))

    def group(self) -> str:
        name: str = self.options.get("group", "").strip()
        column = name.removeprefix("-")
        if not name or not self.is_column("group", column):
            return ""
        own = own_fields(self.config).get(column)
        if column in ("links", "summary") or (own and own.kind == "markdown"):
            message = f':group: "{column}" has no values to group by; choose another column'
            self.problem(DiagnosticKind.BAD_OPTION, message)
            return ""
        return name

    def is_column(self, option: str, name: str) -> bool:
        """Return whether *name* is a column; report it if not."""
        names = {**COLUMNS, **own_fields(self.config)}
        if name in names or name in ENTRY_FIELDS:
            return True
        near = difflib.get_close_matches(name.lower(), [*names, *ENTRY_FIELDS], n=1, cutoff=0.6)
        advice = f'did you mean "{near[0]}"?' if near else f"use some of {', '.join(names)}"
        self.problem(DiagnosticKind.BAD_OPTION, f':{option}: "{name}" is no column; {advice}')
        return False

    def view(self) -> str:
        value: str = self.options.get("view", "").strip()
        if value in VIEWS or "view" not in self.options:
            return value
        self.problem(
            DiagnosticKind.BAD_OPTION,
            f':view: "{value}" is unknown; write {", ".join(VIEWS[:-1])} or {VIEWS[-1]}',
        )
        return ""


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


class SuggestionsDirective(_ListDirective):
    """``{suggestions}``: the works that many papers cite and the bibliography lacks."""

    option_spec: ClassVar = {"limit": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return self.place(placeholders.suggestions(limit=self.limit() or _SUGGESTIONS))
