"""The section "Cited by" of a note: the pages that cite its paper, in the sentences that do."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes

from papernotes.core.model import Note
from papernotes.domain.records import Mention
from papernotes.domain.xrefs import cited_keys, linked_notes, place_link
from papernotes.i18n import _
from papernotes.nodes import mark
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import joined
from papernotes.rendering.shown import Shown


def mentions(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return who cites a paper of the note of *node*, or links to the note."""
    docname = node["docname"]
    note = context.catalogue.by_docname.get(docname)
    if note is None:
        return []
    items = [
        _quotes(context, note, name)
        for name in context.catalogue.mentioned_by.get(docname, ())
        if name != docname
    ]
    if not items:
        return []
    return [
        nodes.section(
            "",
            nodes.title("", _("Cited by")),
            nodes.bullet_list("", *items, classes=["pn-mentions"]),
            ids=["pn-cited-by"],
            classes=["pn-cited-by-section"],
        )
    ]


def mentions_show(shown: Shown, note: Note) -> list[object]:
    """Return what the section "Cited by" of *note* shows."""
    return [
        [
            name,
            shown.page_titles.get(name),
            [
                [mention.id, *shown.excerpt(mention.sentence)]
                for mention in shown.domain.mentions(name, note)
            ],
        ]
        for name in shown.catalogue.mentioned_by.get(note.docname, ())
        if name != note.docname
    ]


def _quotes(context: RenderContext, note: Note, home: str) -> nodes.list_item:
    """Return the title of the page *home* with its sentences that mention *note*."""
    found = list(context.domain.mentions(home, note))
    first = found[0].id if found else ""
    link = place_link(home, first, note.docname, context.page_title(home))
    item = nodes.list_item("", nodes.paragraph("", "", link, classes=["pn-mention-page"]))
    for mention in found:
        sentence = _quote(context, mention, note, home)
        item += nodes.paragraph("", "", *sentence, classes=["pn-mention"])
    return item


def _quote(context: RenderContext, mention: Mention, note: Note, home: str) -> list[nodes.Node]:
    """Return the sentence of *mention* for the page of *note*, what mentions the note marked.

    The marked citation leads to the place that the sentence comes from, since the note that it
    would lead to is the page itself.
    """
    holder = nodes.container("", *context.relocated(mention.sentence, home, note.docname))
    for reference in list(holder.findall(addnodes.pending_xref)):
        linked = [each for to in linked_notes(reference) for each in context.catalogue.linked(to)]
        if set(note.keys) & set(cited_keys(reference)):
            reference["papernotes_place"] = mention.id
            _mark(reference, reference)
        elif note in linked:
            titles = joined(map(context.title, linked), ", ")
            text = reference.children if reference["refexplicit"] else titles
            _mark(reference, place_link(home, mention.id, note.docname, text))
    return holder.children


def _mark(old: nodes.Element, new: nodes.Element) -> None:
    """Replace *old* by *new*, marked."""
    marked = mark()
    old.replace_self(marked)
    marked += new
