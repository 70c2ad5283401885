"""The section "Cited by" of a note: the pages that cite its paper, in the sentences that do."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes

from papernotes.core.model import Note
from papernotes.domain.records import Mention
from papernotes.domain.xrefs import cited_keys, linked_keys, place_link
from papernotes.i18n import _
from papernotes.nodes import mark
from papernotes.rendering.context import RenderContext
from papernotes.rendering.shown import Shown


def mentions(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return who cites the paper of the note of *node*, or links to the note."""
    docname = node["docname"]
    noted = context.domain.records[docname].noted
    if noted is None or docname not in context.catalogue.by_docname:
        return []
    key = noted.note.key
    items = [
        _quotes(context, key, name, docname)
        for name in context.catalogue.cited_by.get(key, ())
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
                for mention in shown.domain.mentions(name, note.key)
            ],
        ]
        for name in shown.catalogue.cited_by.get(note.key, ())
        if name != note.docname
    ]


def _quotes(context: RenderContext, key: str, home: str, docname: str) -> nodes.list_item:
    """Return the title of the page *home* with its sentences that cite *key*."""
    found = list(context.domain.mentions(home, key))
    first = found[0].id if found else ""
    link = place_link(home, first, docname, context.page_title(home))
    item = nodes.list_item("", nodes.paragraph("", "", link, classes=["pn-mention-page"]))
    for mention in found:
        sentence = _quote(context, mention, key, home, docname)
        item += nodes.paragraph("", "", *sentence, classes=["pn-mention"])
    return item


def _quote(
    context: RenderContext, mention: Mention, key: str, home: str, docname: str
) -> list[nodes.Node]:
    """Return the sentence of *mention* for the page *docname*, what cites *key* marked.

    The marked citation leads to the place that the sentence comes from, since the note that it
    would lead to is the page itself.
    """
    holder = nodes.container("", *context.relocated(mention.sentence, home, docname))
    for reference in list(holder.findall(addnodes.pending_xref)):
        if key in cited_keys(reference):
            reference["papernotes_place"] = mention.id
            _mark(reference, reference)
        elif key in linked_keys(reference):
            title = context.title(context.catalogue.notes[key])
            text = reference.children if reference["refexplicit"] else title
            _mark(reference, place_link(home, mention.id, docname, text))
    return holder.children


def _mark(old: nodes.Element, new: nodes.Element) -> None:
    """Replace *old* by *new*, marked."""
    marked = mark()
    old.replace_self(marked)
    marked += new
