"""What closes a note: related notes, and the notes before and after it."""

from __future__ import annotations

from docutils import nodes

from papernotes.core.model import Note
from papernotes.i18n import _
from papernotes.nodes import navigation
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.shown import Shown


def neighbours(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the related notes, and the links to the notes before and after, of a note."""
    docname = node["docname"]
    return [*_related(context, docname), *_before_and_after(context, docname)]


def neighbours_show(shown: Shown, note: Note) -> list[object]:
    """Return what *note* shows of its neighbours and of related notes."""
    near = [other and shown.title(other) for other in shown.archives.neighbours(note.docname)]
    related = shown.archives.related.get(note.docname, ())
    return [near, [note_card.line_shows(shown, other) for other in related]]


def _related(context: RenderContext, docname: str) -> list[nodes.Node]:
    lines = [
        note_card.title_line(context, note, docname)
        for note in context.archives.related.get(docname, ())
    ]
    if not lines:
        return []
    return [
        nodes.section(
            "",
            nodes.title("", _("Related notes")),
            note_card.title_list(lines),
            ids=["pn-related"],
            classes=["pn-related-section"],
        )
    ]


def _before_and_after(context: RenderContext, docname: str) -> list[nodes.Node]:
    before, after = context.archives.neighbours(docname)
    steps = [(before, _("Previous note"), "pn-before"), (after, _("Next note"), "pn-after")]
    items = []
    for note, text, name in steps:
        if note is None:
            continue
        step = nodes.inline("", text, classes=["pn-step"])
        link = note_card.title_link(context, note, docname)
        items.append(nodes.paragraph("", "", step, nodes.Text(" "), link, classes=[name]))
    if not items:
        return []
    return [navigation("", *items, label=_("Neighbouring notes"), classes=["pn-neighbours"])]
