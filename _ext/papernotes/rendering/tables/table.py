"""The table of notes that ``{papers}`` with ``:view: table`` shows, whole or in groups.

The table is complete without the script, which sorts and filters its rows. The build computes what
the script needs: the rank of each cell in its column, and the choices of each row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx.environment import BuildEnvironment

from papernotes.catalogue.derive import Catalogue
from papernotes.core.model import Note, Query
from papernotes.domain.records import Record
from papernotes.i18n import _, forms
from papernotes.nodes import notes_table, scrolling
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import empty_list, file_link
from papernotes.rendering.shown import Shown
from papernotes.rendering.tables.columns import Column, Value, columns

# Columns beside the author's own with few values, by which readers filter.
_CHOICES = ("tags", "year")
# How wide a column is in plain text, at least and at most.
_NARROWEST, _WIDEST = 6, 32


@dataclass(frozen=True, slots=True)
class Rows:
    """The notes of one table, their group if they have one, and its heading if there are groups."""

    group: str
    heading: str
    notes: tuple[Note, ...]


def rows(env: BuildEnvironment, catalogue: Catalogue, query: Query) -> list[Rows]:
    """Return the notes that *query* selects, in its groups; a note can be in several.

    The groups are in the order of their values, and notes without one come last.
    """
    notes = catalogue.select(query)
    if not query.group or not notes:
        return [Rows("", "", tuple(notes))] if notes else []
    (column,) = columns(env.config, [query.group.removeprefix("-")])
    of_value: dict[Value, list[Note]] = {}
    without = []
    for note in notes:
        values = column.values(catalogue, note)
        for value in values:
            of_value.setdefault(value, []).append(note)
        if not values:
            without.append(note)
    order = sorted(of_value, key=lambda value: (value.rank, value.text))
    order = order[::-1] if query.group.startswith("-") else order
    groups = [Rows(value.text, value.text, tuple(of_value[value])) for value in order]
    if without:
        groups.append(Rows("", column.missing, tuple(without)))
    return groups


def table(context: RenderContext, query: Query, docname: str, level: int) -> list[nodes.Node]:
    """Return the notes that *query* selects as a table, or as one under a heading for each group.

    The headings are of *level*.
    """
    groups = rows(context.env, context.catalogue, query)
    if not groups:
        return [empty_list(_("No notes yet."))]
    shown = columns(context.env.config, query.columns)
    every = list(dict.fromkeys(note for group in groups for note in group.notes))
    choices = _choices(context.catalogue, shown, every)
    positions = {note.docname: position for position, note in enumerate(every)}
    number = _number(context.domain.records[docname], query)
    # Landmarks of a page need different names.
    name = "%s" if number == 1 else f"%s ({number})"
    whole = notes_table(classes=["pn-tables"], data=_texts(context, name, choices))
    for group in groups:
        if group.heading:
            heading = nodes.rubric("", group.heading, classes=["pn-group-title"])
            heading["heading-level"] = level
            whole += heading
        data = {
            "notes": json.dumps([positions[note.docname] for note in group.notes]),
            "ranks": json.dumps([_ranks(context.catalogue, column, group) for column in shown]),
            "choices": json.dumps(
                [[of_note[note.docname] for note in group.notes] for of_note in choices.values()]
            ),
        }
        box = scrolling(classes=["pn-table"], label=name % (group.heading or _("Notes")), data=data)
        box += _table(context, shown, group, docname)
        whole += box
    if context.domain.writes_site:
        file = file_name(context.domain.records[docname], query)
        link = file_link(file, docname, [nodes.Text("CSV")])
        whole += nodes.paragraph("", "", link, classes=["pn-links", "pn-csv"])
    return [whole]


def table_shows(shown: Shown, query: Query) -> list[object]:
    """Return what the table of the notes that *query* selects shows."""
    env = shown.domain.env
    cells = columns(env.config, query.columns)
    return [
        (group.heading, [[column.shows(shown, note) for column in cells] for note in group.notes])
        for group in rows(env, shown.catalogue, query)
    ]


def file_name(record: Record, query: Query) -> str:
    """Return the name of the CSV file of a table: that of the page, numbered from the second."""
    number = _number(record, query)
    return f"{record.page.docname}{f'.{number}' if number > 1 else ''}.csv"


def _number(record: Record, query: Query) -> int:
    """Return which of the tables of its page the table of *query* is, from 1."""
    return [each for each in record.page.queries if each.view == "table"].index(query) + 1


def _table(
    context: RenderContext, shown: Sequence[Column], group: Rows, docname: str
) -> nodes.table:
    cells = [[column.cell(context, note, docname) for column in shown] for note in group.notes]
    head = nodes.row("", *(nodes.entry("", nodes.paragraph("", column.label)) for column in shown))
    body = [nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in cells]
    widths = [
        max(len(" ".join(node.astext() for node in row[number])) for row in cells)
        for number in range(len(shown))
    ]
    # The name of the note names its row.
    specifications = [
        nodes.colspec(colwidth=min(max(width, len(column.label), _NARROWEST), _WIDEST))
        for column, width in zip(shown, widths, strict=True)
    ]
    if shown[0].name == "title":
        specifications[0]["stub"] = 1
    inside = nodes.tgroup(
        "", *specifications, nodes.thead("", head), nodes.tbody("", *body), cols=len(shown)
    )
    return nodes.table("", inside, classes=["colwidths-auto"])


def _ranks(catalogue: Catalogue, column: Column, group: Rows) -> list[int | None]:
    """Return the rank of each row in *column*, None for cells that have no value."""
    keys = [tuple(value.rank for value in column.values(catalogue, note)) for note in group.notes]
    order = {key: number for number, key in enumerate(sorted(set(filter(None, keys))))}
    return [order.get(key) for key in keys]


def _choices(
    catalogue: Catalogue, shown: Sequence[Column], notes: Sequence[Note]
) -> dict[tuple[str, tuple[str, ...]], dict[str, list[int]]]:
    """Return the label and the choices of each column to filter by, and which each note has."""
    found = {}
    for column in shown:
        is_choice = column.field.choices if column.field else column.name in _CHOICES
        values = {note.docname: column.values(catalogue, note) for note in notes}
        every = {value for of_note in values.values() for value in of_note}
        if is_choice and len(every) > 1:
            order = sorted(every, key=lambda value: (value.rank, value.text))
            numbers = {value: number for number, value in enumerate(order)}
            names = tuple(value.text for value in order)
            found[column.label, names] = {
                docname: [numbers[value] for value in of_note]
                for docname, of_note in values.items()
            }
    return found


def _texts(
    context: RenderContext,
    name: str,
    choices: dict[tuple[str, tuple[str, ...]], dict[str, list[int]]],
) -> dict[str, str]:
    """Return what the script says, in the site's language."""
    found = forms("%(count)d note", "%(count)d notes", context.env.config.language)
    return {
        "label": name % _("Filter"),
        "words": _("Words"),
        "all": _("All"),
        "none": _("No notes found"),
        "choices": json.dumps([list(key) for key in choices], ensure_ascii=False),
        **{f"found-{category}": text for category, text in found.items()},
    }
