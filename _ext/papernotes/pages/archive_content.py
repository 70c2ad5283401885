"""Content of archive pages: indexes of tags, years, authors and venues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docutils import nodes

from papernotes.catalogue.index_pages import Group, IndexPage, Kind, index_page
from papernotes.catalogue.mention_pages import MentionPage
from papernotes.citations.ids import distinct_ids
from papernotes.core.text import fold_plain, initial
from papernotes.domain.xrefs import place_link
from papernotes.i18n import _, ngettext
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import hue_class, under_initials
from papernotes.rendering.note_list import pager
from papernotes.rendering.note_page.mentions import quotes

# An index of this many groups or more has a heading for each initial. A shorter index of this many
# notes or more has a table of contents.
GROUPED_FROM = 40


def index_title(kind: Kind) -> str:
    """Return the title of an index."""
    return {
        "tags": _("Tags"),
        "years": _("Years"),
        "authors": _("Authors"),
        "venues": _("Venues"),
    }[kind]


def list_header(kind: Kind, count: int, docname: str) -> nodes.Element:
    """Return the line under the title of a tag or year: its number of notes, and its index."""
    index_text = {"tags": _("all tags"), "years": _("all years")}[kind]
    link = place_link(index_page(kind), "", docname, [nodes.Text(index_text)])
    notes = ngettext("%(count)d note", "%(count)d notes", count) % {"count": count}
    return nodes.paragraph("", f"{notes} · ", link, classes=["pn-byline"])


def mentions_of(context: RenderContext, page: MentionPage, docname: str) -> list[nodes.Node]:
    """Return a page of those that cite a note, with a link to the note."""
    note = context.catalogue.by_docname[page.docname]
    link = note_card.title_link(context, note, docname)
    return [
        nodes.paragraph("", "", link, classes=["pn-byline"]),
        *quotes(context, note, page.names, docname),
        *pager(page.pages, page.number, docname),
    ]


def index_of_pages(groups: Iterable[Group], docname: str, hues: Mapping[str, int]) -> nodes.Element:
    """Return an index that links to the page of each group; *hues* are the colours of tags."""
    items = []
    for group in groups:
        name: nodes.Node = nodes.Text(group.name)
        if group.page:
            name = place_link(group.page, "", docname, [name])
        item = _index_item(name, group)
        item["classes"] += hue_class(hues.get(group.name))
        items.append(item)
    return nodes.bullet_list("", *items, classes=["pn-index"])


def _index_item(name: nodes.Node, group: Group) -> nodes.list_item:
    count = nodes.inline("", str(len(group.notes)), classes=["pn-count"])
    return nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(" "), count))


def index_of_notes(context: RenderContext, index: IndexPage, docname: str) -> list[nodes.Node]:
    """Return a page of an index that lists the notes of each group."""
    groups = index.groups
    ids = distinct_ids("of", [group.name for group in groups])
    parts: dict[str, nodes.definition_list] = {}
    for group in groups:
        letter = initial(fold_plain(group.name))
        part = parts.setdefault(letter, nodes.definition_list(classes=["pn-groups"]))
        links = note_card.title_list(
            [note_card.title_link(context, note, docname)] for note in group.notes
        )
        part += nodes.definition_list_item(
            "",
            nodes.term("", group.name, ids=[ids[group.name]]),
            nodes.definition("", links),
        )
    if len(index.pages) > 1:
        here = index.pages[index.number - 1]
        return [
            *under_initials(parts, "part", 2, index.initials, here, docname),
            *pager(index.pages, index.number, docname),
        ]
    if len(groups) < GROUPED_FROM:
        whole = nodes.definition_list("", classes=["pn-groups"])
        for part in parts.values():
            whole.extend(part.children)
        if len(groups) == 1 or sum(len(group.notes) for group in groups) < GROUPED_FROM:
            return [whole]
        return [_table_of_contents(groups, ids), whole]
    return under_initials(parts, "part", 2)


def _table_of_contents(groups: Iterable[Group], ids: Mapping[str, str]) -> nodes.Element:
    """Return links to *groups* on the same page; *ids* maps their names to ids."""
    items = [
        _index_item(nodes.reference("", group.name, refid=ids[group.name], internal=True), group)
        for group in groups
    ]
    return nodes.bullet_list("", *items, classes=["pn-index"])
