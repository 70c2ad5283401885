"""Works as entries of a list: the references of a page and the reading list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from docutils import nodes

from papernotes.bibliography import formatting
from papernotes.bibliography.export import coins, csl
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.status import status
from papernotes.citations.ids import latex_anchor
from papernotes.domain.marks import status_marks
from papernotes.domain.records import Record
from papernotes.i18n import _, language_classes, told_language
from papernotes.nodes import backlinks, sign_link
from papernotes.nodes import coins as coins_node
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import (
    empty_list,
    inline,
    joined,
    note_link,
    paper_links,
)
from papernotes.rendering.shown import Shown


def references(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the works that the page of the placeholder *node* cites.

    Those that *node* says are ``placed`` have their id elsewhere. Without any works, the section
    around *node* is removed.
    """
    docname = node["docname"]
    places = _places(context, docname)
    items = []
    for key, id_ in context.citations.reference_ids(docname).items():
        item = labelled_entry(context, key, docname, id_, back=places[key])
        if key in node.get("placed", ()):
            item["ids"], item["classes"] = [], [*item["classes"], "pn-placed"]
        items.append(item)
    if items:
        return [works_list(items)]
    section = node.parent
    section.parent.remove(section)
    return []


def margin_reference(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the reference of the work of the placeholder *node*, beside what first cites it."""
    docname, key = node["docname"], node["key"]
    label = context.citations.shown_label(key)
    classes = _language(context, key)
    line = nodes.paragraph("", f"[{label}] " if label else "", classes=classes)
    line.extend(_reference(context, key, docname))
    line += _back_links(_places(context, docname)[key])
    return [line]


def _places(context: RenderContext, docname: str) -> dict[str, list[str]]:
    """Return the ids of the places of the page *docname* that cite each work, by its key."""
    places: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for citation in context.domain.records[docname].page.citations:
        places[citation.key] |= {citation.id: None} if citation.id else {}
    return {key: list(ids) for key, ids in places.items()}


def references_show(shown: Shown, record: Record) -> list[object]:
    """Return what the citations, references and note links of a document show."""
    cited = sorted({citation.key for citation in record.page.citations})
    linked = sorted({link.key for link in record.page.note_links})
    works = [(shown.citation(key), entry_shows(shown, key)) for key in cited]
    return [works, *map(shown.linked, linked)]


def reading_list(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the works that are waiting to be read."""
    items = [_entry(context, key, node["docname"]) for key in context.catalogue.reading_list]
    return [works_list(items) if items else empty_list(_("Nothing to read."))]


def reading_list_shows(shown: Shown) -> list[object]:
    """Return what the reading list shows."""
    return [entry_shows(shown, key) for key in shown.catalogue.reading_list]


def entry_shows(shown: Shown, key: str) -> str:
    """Return the digest of what the entry of the work *key* shows."""

    def parts(key: str) -> list[object]:
        paper = shown.catalogue.papers.get(key)
        notes = shown.catalogue.on(key)
        # Reference managers read all fields of the entry.
        entry = paper and (shown.domain.formatted(key).digest, shown.paper(paper))
        names = [note.docname for note in notes]
        titles = [shown.title(note) for note in notes] if len(notes) > 1 else []
        return [key, entry, shown.label(key), names, titles]

    return shown.once("entry", key, parts)


def context_object(context: RenderContext, key: str) -> nodes.Node:
    """Return the description of the work *key* for the connectors of reference managers."""

    def make(_: str) -> list[nodes.Node]:
        paper = context.catalogue.papers[key]
        return [coins_node(context=coins.context_object(csl.item(paper)))]

    return context.share("context", key, "", make)[0]


def _reference(context: RenderContext, key: str, docname: str) -> Sequence[nodes.Node]:
    """Return the reference of the work *key* with its links."""
    notes = context.catalogue.on(key)

    def make(docname: str) -> list[nodes.Node]:
        paper = context.catalogue.papers[key]
        shown = inline(context.domain.formatted(key).reference)
        shown += status_marks(status(paper), before=" ")
        links: list[list[nodes.Node]] = [
            [link] for link in paper_links(context.domain, paper, docname)
        ]
        if len(notes) == 1:
            name = flatten(formatting.title(paper))
            link = note_link(notes[0], docname, [nodes.Text(_("note"))], about=name)
            link["classes"] = ["pn-note-link"]
            links.append([link])
        else:
            links.append(note_card.links_to_notes(context, notes, docname))
        if line := joined(links):
            shown.append(nodes.inline("", "", nodes.Text(" "), *line, classes=["pn-links"]))
        return shown

    to_itself = any(note.docname == docname for note in notes)
    return context.share("reference", key, docname, make, to_itself=to_itself)


def labelled_entry(
    context: RenderContext, key: str, docname: str, id_: str, *, back: Sequence[str] = ()
) -> nodes.list_item:
    """Return the entry of the work *key* that citations lead to, with the label they show."""
    return _entry(
        context,
        key,
        docname,
        label=context.citations.shown_label(key),
        id_=id_,
        anchor=latex_anchor(docname, id_),
        back=back,
    )


def _entry(
    context: RenderContext,
    key: str,
    docname: str,
    *,
    label: str = "",
    id_: str = "",
    anchor: nodes.Node | None = None,
    back: Sequence[str] = (),
) -> nodes.list_item:
    """Return the entry of the work *key*.

    *anchor* is a target for formats that ignore *id_*; *back* holds the ids of the places of the
    page that cite the work.
    """
    line = nodes.paragraph()
    if anchor is not None:
        line += anchor
    if label:
        line += nodes.inline("", f"[{label}] ", classes=["pn-label"])
    line.extend(_reference(context, key, docname))
    line += _back_links(back)
    line += context_object(context, key)
    item = nodes.list_item("", line, classes=_language(context, key))
    if id_:
        item["ids"] = [id_]
    return item


def _language(context: RenderContext, key: str) -> list[str]:
    """Return the classes for the direction in which the title of the work *key* is written."""
    title = flatten(formatting.title(context.catalogue.papers[key]))
    return language_classes(told_language(title))[1:]


def _back_links(ids: Sequence[str]) -> list[nodes.Node]:
    """Return links back to the places of the page that cite an entry."""
    if not ids:
        return []
    links: list[nodes.Node] = []
    for number, id_ in enumerate(ids, 1):
        shown = "↩" if len(ids) == 1 else f"↩{number}"
        label = _("Back to citation %d") % number
        links += [nodes.Text(" "), sign_link("", shown, refid=id_, label=label)]
    return [backlinks("", "", *links, classes=["pn-backlinks"])]


def works_list(items: Iterable[nodes.Node]) -> nodes.Element:
    """Return entries as a list."""
    return nodes.bullet_list("", *items, classes=["pn-works"])
