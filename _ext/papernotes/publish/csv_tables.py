"""CSV of the tables of notes (RFC 4180), one file for each table, beside its page."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterator

from sphinx.application import Sphinx

from papernotes import site_info
from papernotes.catalogue.derive import Catalogue
from papernotes.core.model import Note, Query
from papernotes.domain import PaperNotesDomain
from papernotes.publish.files import File
from papernotes.publish.summaries import Summaries, Summary
from papernotes.rendering.shown import Shown
from papernotes.rendering.tables.columns import Column, columns
from papernotes.rendering.tables.table import file_name, rows, table_shows

# What a program for tables would calculate, and with it run or send what a title from elsewhere
# says. Numbers stay numbers.
_FORMULA = re.compile(r"\s*(?![-+]?[\d.]+(?:[eE][-+]?\d+)?\Z)[=+@\-\uff1d\uff0b\uff20\uff0d].")


def files(app: Sphinx, shown: Shown, summaries: Summaries) -> Iterator[File]:
    """Yield the CSV of each table of notes."""
    for record in PaperNotesDomain.of(app.env).records.values():
        for query in record.page.queries:
            if query.view == "table":
                source = [query.columns, query.group, table_shows(shown, query)]
                content = functools.partial(_csv, app, query, summaries)
                yield File(file_name(record, query), source, content)


def _csv(app: Sphinx, query: Query, summaries: Summaries) -> bytes:
    catalogue = PaperNotesDomain.of(app.env).catalogue
    shown = columns(app.config, query.columns)
    # A table that is divided by a column which it does not show has this column here.
    group = query.group.removeprefix("-")
    divided = columns(app.config, [group] if group and group not in query.columns else [])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_inert(column.label) for column in (*divided, *shown))
    for part in rows(app.env, catalogue, query):
        for note, summary in zip(part.notes, summaries.of(part.notes), strict=True):
            cells = [_text(app, catalogue, column, note, summary) for column in shown]
            writer.writerow(map(_inert, [*(part.group for _ in divided), *cells]))
    return out.getvalue().encode(errors="replace")


def _inert(text: str) -> str:
    """Return *text* with an apostrophe, which makes it text, before what would be a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _text(app: Sphinx, catalogue: Catalogue, column: Column, note: Note, summary: Summary) -> str:
    """Return a cell as plain text, with days and addresses as programs read them."""
    if column.name in summary.fields:
        return " ".join(summary.fields[column.name].text.split())
    match column.name:
        case "title":
            return summary.title
        case "summary":
            return " ".join(summary.summary.text.split())
        case "links":
            papers = catalogue.papers_of(note)
            links = (site_info.paper_links(app, paper) for paper in papers)
            return " ".join(url for each in links for url in each.values())
    return "; ".join(value.text for value in column.values(catalogue, note))
