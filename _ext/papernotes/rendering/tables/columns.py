"""Columns of tables: what a cell shows of a note, what orders it, and its digest."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from docutils import nodes
from sphinx.config import Config

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten, spans
from papernotes.catalogue.derive import Catalogue
from papernotes.catalogue.status import status
from papernotes.core.fields import Field
from papernotes.core.model import FieldValue, Note, Paper
from papernotes.core.text import fold_plain
from papernotes.domain.marks import status_marks
from papernotes.i18n import _, phrases
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import (
    BYLINE_AUTHORS,
    day_text,
    external,
    joined,
    paper_links,
    tag_list,
)
from papernotes.rendering.shown import Shown
from papernotes.settings import own_fields

# What orders a value of a column: numbers or texts, alike in all cells.
Rank = float | str


@dataclass(frozen=True, slots=True)
class Value:
    """A part of a cell, as text, with what orders it."""

    text: str
    rank: Rank


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name, with its label; ``field`` is set if it is a field of the author's own."""

    name: str
    label: str
    field: Field | None = None

    @property
    def missing(self) -> str:
        """The heading of notes that have nothing in this column."""
        if self.name == "read":
            return _("Not read yet")
        is_word = self.label[1:2].islower()
        return _("No %s") % (self.label[0].lower() + self.label[1:] if is_word else self.label)

    def values(self, catalogue: Catalogue, note: Note) -> list[Value]:
        """Return what *note* has in this column, as plain text."""
        match self.name:
            case _ if self.field:
                own = note.field(self.name)
                return list(map(Value, own.texts, own.ranks)) if own else []
            case "title":
                return [Value(note.title, fold_plain(note.title))]
            case "key":
                return [Value(key, key) for key in note.keys]
            case "read":
                return [Value(note.read.isoformat(), note.read.isoformat())] if note.read else []
            case "tags":
                return [Value(tag, fold_plain(tag)) for tag in note.tags]
            case "year":
                return [Value(year, year) for year in catalogue.years_of(note)]
            case "summary" | "links":
                return []
            case _:
                found = (_of_paper(self.name, paper) for paper in catalogue.papers_of(note))
                return list(dict.fromkeys(value for value in found if value.text))

    def cell(self, context: RenderContext, note: Note, docname: str) -> list[nodes.Node]:
        """Return the blocks of the cell of *note*, for a table on the page *docname*."""
        excerpt = context.domain.noted(note).field(self.name)
        match self.name:
            case _ if excerpt:
                return context.relocated(excerpt, note.docname, docname)
            case "title":
                line = nodes.paragraph("", "", note_card.title_link(context, note, docname))
                for paper in context.catalogue.papers_of(note):
                    line += status_marks(status(paper), before=" ")
                return [line]
            case "summary":
                return context.summary(note, docname)
            case "tags":
                return tag_list(context.archives, note.tags, docname)
            case "links":
                papers = context.catalogue.papers_of(note)
                links = (paper_links(context.domain, paper, docname) for paper in papers)
                lines = (joined([link] for link in each) for each in links)
                return [nodes.paragraph("", "", *line, classes=["pn-links"]) for line in lines]
            case "read" if note.read:
                return [nodes.paragraph("", day_text(context.env.config, note.read))]
        own = note.field(self.name) if self.field else None
        if self.field and own:
            return [nodes.paragraph("", "", *own_value(context.env.config, self.field, own))]
        texts = [value.text for value in self.values(context.catalogue, note)]
        return [nodes.paragraph("", "; ".join(texts))] if texts else []

    def shows(self, shown: Shown, note: Note) -> list[object]:
        """Return what the cell of *note* shows."""
        noted = shown.domain.noted(note)
        match self.name:
            case _ if excerpt := noted.field(self.name):
                # What orders the cells are the sources, which can differ where they look the same.
                return [*shown.excerpt(excerpt), self.values(shown.catalogue, note)]
            case "title":
                papers = shown.catalogue.papers_of(note)
                return [*shown.title(note), *map(shown.status, papers)]
            case "summary":
                return [*shown.excerpt(noted.summary), shown.renamed_images.get(note.docname)]
            case "tags":
                return shown.tags(note)
            case "links":
                return [shown.paper_links(paper) for paper in shown.catalogue.papers_of(note)]
        return list(self.values(shown.catalogue, note))


def columns(config: Config, names: Iterable[str]) -> list[Column]:
    """Return the columns *names*, with their labels in the site's language."""
    labels = {
        "title": _("Title"),
        "paper": _("Paper"),
        "authors": _("Authors"),
        "venue": _("Venue"),
        "year": _("Year"),
        "links": _("Links"),
        "key": _("Key"),
        "read": _("Read on"),
        "tags": _("Tags"),
        "summary": _("Summary"),
    }
    own = own_fields(config)
    return [
        Column(name, own[name].label, own[name])
        if name in own
        # The name of a field of BibTeX is the same in all languages.
        else Column(name, labels.get(name, name.upper() if len(name) < 5 else name.capitalize()))
        for name in names
    ]


def own_value(config: Config, field: Field, value: FieldValue) -> list[nodes.Node]:
    """Return the value of a field of the author's own as inline nodes, unless it is Markdown."""
    if field.kind == "link":
        address = str(value.value)
        return [external(address, [nodes.Text(address.partition("://")[2].rstrip("/"))])]
    if isinstance(value.value, datetime.date):
        return [nodes.Text(day_text(config, value.value))]
    return [nodes.Text(", ".join(value.texts))]


def _of_paper(name: str, paper: Paper) -> Value:
    """Return what the column *name* shows of a paper: a part of its byline, or a field."""
    match name:
        case "authors":
            text = flatten(formatting.byline(paper, BYLINE_AUTHORS, phrases()))
            return Value(text, formatting.sort_key(paper)[0])
        case "paper":
            text = flatten(formatting.title(paper))
        case "venue":
            text = flatten(formatting.short_venue(paper))
        case "type":
            text = paper.type
        case _:
            text = flatten(spans(paper.field(name)))
    return Value(text, fold_plain(text))
