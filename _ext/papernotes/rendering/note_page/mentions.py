"""Who cites a note: the section "Cited by" with the sentences that do, and a strip of citations.

The strip stands on a site with a citation map, and is the part of the map that touches the note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx import addnodes
from sphinx_design.shared import create_component

from papernotes.catalogue.derive import Catalogue
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.intents import PROPERTIES, intent_on, intents_of, label
from papernotes.domain.records import Mention
from papernotes.domain.xrefs import cited_keys, linked_notes, place_link
from papernotes.i18n import _, language_classes, ngettext
from papernotes.nodes import mark, navigation
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import hue_class, joined, note_link
from papernotes.rendering.note_list import pager
from papernotes.rendering.note_page import references
from papernotes.rendering.shown import Shown

# The strip names as many works on each side.
_IN_STRIP = 6
# As many sentences of a page are quoted, of those that cite the note for the same reason.
_SENTENCES = 10


def mentions(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return what the note of *node* cites, and who cites a paper of it or links to it."""
    note = context.catalogue.by_docname.get(node["docname"])
    if note is None:
        return []
    found = references.references(context, note)
    return [*_strip(context, note), *found, *_cited_by(context, note)]


def _cited_by(context: RenderContext, note: Note) -> list[nodes.Node]:
    page = context.archives.mentions.get(note.docname)
    names = page.names if page else context.catalogue.citing(note)
    lists = quotes(context, note, names, note.docname)
    if not lists:
        return []
    if page:
        lists += pager(page.pages, page.number, note.docname)
    return [
        nodes.section(
            "",
            nodes.title("", _("Cited by")),
            *lists,
            ids=["pn-cited-by"],
            classes=["pn-cited-by-section"],
        )
    ]


def quotes(
    context: RenderContext, note: Note, names: Iterable[str], docname: str
) -> list[nodes.Node]:
    """Return the sentences of the documents *names* that cite *note*, for the page *docname*."""
    groups: dict[str, list[nodes.Node]] = {name: [] for name in ("", *PROPERTIES)}
    for name in names:
        for intent, found in _by_intent(context, note, name).items():
            groups[intent].append(_quotes(context, note, name, found, docname))
    lists: list[nodes.Node] = []
    for intent, items in groups.items():
        if items:
            lists += [nodes.paragraph("", label(intent), classes=["pn-intent"])] if intent else []
            lists.append(nodes.bullet_list("", *items, classes=["pn-mentions"]))
    return lists


def _by_intent(context: RenderContext, note: Note, home: str) -> dict[str, list[Mention]]:
    """Return the places of the page *home* that mention *note*, by why they do."""
    found: dict[str, list[Mention]] = {}
    for mention in context.domain.mentions(home, note):
        found.setdefault(intent_on(note.keys, mention.intents), []).append(mention)
    return found or {"": []}


def mentions_show(shown: Shown, note: Note) -> list[object]:
    """Return what the strip and the section "Cited by" of *note* show."""
    strip = _citations(shown.domain, note)
    works = [*strip[0], *(each.key for each in strip[1])] if strip else []
    leading = map(shown.catalogue.leading, works)
    page = shown.archives.mentions.get(note.docname)
    return [
        [strip and len(strip[0]), [note_card.work_link_shows(shown, key) for key in works]],
        [each and (each.docname, shown.archives.hue(each)) for each in leading],
        [intents_of(shown.domain, each) for each in (strip[1][:_IN_STRIP] if strip else ())],
        page and page.pages,
        *quotes_show(shown, note, page.names if page else shown.catalogue.citing(note)),
        *references.references_show(shown, note),
    ]


def quotes_show(shown: Shown, note: Note, names: Iterable[str]) -> list[object]:
    """Return what the sentences of the documents *names* that cite *note* show."""
    return [
        [
            name,
            shown.page_titles.get(name),
            _language(shown.catalogue, name),
            [
                [mention.id, mention.intents, *shown.excerpt(mention.sentence)]
                for mention in shown.domain.mentions(name, note)
            ],
        ]
        for name in names
    ]


def _citations(domain: PaperNotesDomain, note: Note) -> tuple[list[str], list[Note]] | None:
    """Return the keys that *note* cites, and the notes that cite it, if the site has a map."""
    if not domain.archives.maps:
        return None
    catalogue = domain.catalogue
    page = domain.records[note.docname].page
    keys = {each.key for each in page.citations} - set(note.keys)
    cited = [key for key in sorted(keys) if key in catalogue.papers]
    names = {name for key in note.keys for name in catalogue.cited_by.get(key, ())}
    citing = [catalogue.by_docname[name] for name in sorted(names) if name in catalogue.by_docname]
    return cited, [each for each in citing if each.docname != note.docname]


def _strip(context: RenderContext, note: Note) -> list[nodes.Node]:
    """Return the works that *note* cites, the note, and the notes that cite it, side by side."""
    cited, citing = _citations(context.domain, note) or ([], [])
    if not cited and not citing:
        return []
    docname, archives = note.docname, context.archives
    works = []
    # Works with a note come first.
    for key in sorted(cited, key=lambda key: context.catalogue.leading(key) is None):
        leading = context.catalogue.leading(key)
        kind = hue_class(archives.hue(leading)) if leading else ["pn-unnoted"]
        link = note_card.work_link(context, key, docname)
        works.append(([link, *_why(context.domain, note, [key])], kind))
    notes = []
    for each in citing:
        link = note_link(each, docname, context.domain.spelled("t", each.key))
        kind = hue_class(archives.hue(each))
        notes.append(([link, *_why(context.domain, each, note.keys)], kind))
    name = context.domain.spelled("t", note.key)
    here = nodes.paragraph("", "", *name, classes=["pn-strip-note"])
    sides = [_side(_("cites"), works), here, _side(_("cited by"), notes)]
    return [navigation("", *sides, label=_("Citations"), classes=["pn-strip"])]


def _why(domain: PaperNotesDomain, note: Note, keys: Sequence[str]) -> list[nodes.Node]:
    """Return why *note* cites one of *keys*, as far as it says so."""
    intents = intents_of(domain, note)
    names = dict.fromkeys(name for key in keys for name in intents.get(key, ()))
    text = ", ".join(map(label, names))
    return [nodes.inline("", f" ({text})", classes=["pn-byline"])] if text else []


def _side(name: str, links: Sequence[tuple[Sequence[nodes.Node], list[str]]]) -> nodes.Element:
    """Return one side of the strip; only the first *links* have room."""
    side = create_component("pn-strip-side", ["pn-strip-side"])
    if not links:
        return side
    items = [
        nodes.list_item("", nodes.paragraph("", "", *link), classes=kind)
        for link, kind in links[:_IN_STRIP]
    ]
    if (rest := len(links) - _IN_STRIP) > 0:
        line = nodes.paragraph("", _more(rest))
        items.append(nodes.list_item("", line, classes=["pn-strip-more"]))
    side += nodes.paragraph("", name, classes=["pn-byline"])
    side += nodes.bullet_list("", *items)
    return side


def _more(count: int) -> str:
    return ngettext("and %(count)d more", "and %(count)d more", count) % {"count": count}


def _quotes(
    context: RenderContext, note: Note, home: str, found: Sequence[Mention], docname: str
) -> nodes.list_item:
    """Return the title of the page *home* with those of its sentences that mention *note*."""
    first = found[0].id if found else ""
    link = place_link(home, first, docname, context.page_title(home))
    title = nodes.paragraph("", "", link, classes=["pn-mention-page"])
    item = nodes.list_item("", title, classes=language_classes(_language(context.catalogue, home)))
    for mention in found[:_SENTENCES]:
        sentence = _quote(context, mention, note, home, docname)
        item += nodes.paragraph("", "", *sentence, classes=["pn-mention"])
    if (rest := len(found) - _SENTENCES) > 0:
        item += nodes.paragraph("", _more(rest), classes=["pn-mention"])
    return item


def _language(catalogue: Catalogue, docname: str) -> str:
    """Return the language of the page *docname*, empty if it is the site's."""
    note = catalogue.by_docname.get(docname)
    return note.language if note else ""


def _quote(
    context: RenderContext, mention: Mention, note: Note, home: str, docname: str
) -> list[nodes.Node]:
    """Return the sentence of *mention* for the page *docname*, what mentions *note* marked.

    The marked citation leads to the place that the sentence comes from, since the note that it
    would lead to is the page itself.
    """
    holder = nodes.container("", *context.relocated(mention.sentence, home, docname))
    for reference in list(holder.findall(addnodes.pending_xref)):
        linked = [each for to in linked_notes(reference) for each in context.catalogue.linked(to)]
        if set(note.keys) & set(cited_keys(reference)):
            reference["papernotes_place"] = mention.id
            _mark(reference, reference)
        elif note in linked:
            titles = joined(map(context.title, linked), ", ")
            text = reference.children if reference["refexplicit"] else titles
            _mark(reference, place_link(home, mention.id, docname, text))
    return holder.children


def _mark(old: nodes.Element, new: nodes.Element) -> None:
    """Replace *old* by *new*, marked."""
    marked = mark()
    old.replace_self(marked)
    marked += new
