"""CSV of the tables of notes (RFC 4180), one file for each table, beside its page."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterator

from docutils import nodes
from sphinx.application import Sphinx

from papernotes.bibliography import formatting
from papernotes.core.model import Note, Query
from papernotes.domain import PaperNotesDomain
from papernotes.publish.files import File
from papernotes.publish.plaintext import Prose
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.shown import Shown
from papernotes.rendering.tables.columns import Column, columns
from papernotes.rendering.tables.table import file_name, rows, table_shows


def files(app: Sphinx, shown: Shown) -> Iterator[File]:
    """Yield the CSV of each table of notes."""
    # A renderer is expensive to create, and is needed only if a file is out of date.
    cells = functools.cache(lambda: _Cells(app))
    for record in PaperNotesDomain.of(app.env).records.values():
        for query in record.page.queries:
            if query.view == "table":
                source = [query.columns, query.group, table_shows(shown, query)]
                content = functools.partial(_csv, app, query, cells)
                yield File(file_name(record, query), source, content)


class _Cells:
    """Cells as plain text, with days and addresses as programs read them."""

    def __init__(self, app: Sphinx) -> None:
        self.context = RenderContext(app.env)
        self.root: str = app.config.root_doc
        self.renderer = Renderer(app, self.root)
        self.prose = Prose(app.config)

    def text(self, column: Column, note: Note) -> str:
        """Return the text of the cell of *note* in *column*."""
        if column.name == "title":
            return self.prose.title(self.context.title(note))
        papers = self.context.catalogue.papers_of(note)
        if column.name == "links":
            return " ".join(link.url for paper in papers for link in formatting.links(paper))
        if column.name == "summary" or (column.field and column.field.kind == "markdown"):
            holder = nodes.container("", *column.cell(self.context, note, self.root))
            return self.prose.one_line(self.renderer.settle(holder).children)
        values = column.values(self.context.catalogue, note)
        return "; ".join(value.text for value in values)


def _csv(app: Sphinx, query: Query, cells: Callable[[], _Cells]) -> bytes:
    domain = PaperNotesDomain.of(app.env)
    shown = columns(app.config, query.columns)
    group = query.group.removeprefix("-")
    # Where the table is divided by a column that it does not show, the file shows it.
    before = [each.label for each in columns(app.config, [group])] if group else []
    is_shown = group in query.columns
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*([] if is_shown else before), *(column.label for column in shown)])
    for part in rows(app.env, domain.catalogue, query):
        for note in part.notes:
            first = [part.group] if group and not is_shown else []
            writer.writerow([*first, *(cells().text(column, note) for column in shown)])
    return out.getvalue().encode(errors="replace")
