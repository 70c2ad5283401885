"""What archive pages show: the indexes of tags, years, authors and venues, and the citation map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.catalogue.archives import Group, Kind, index_page
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.citations.ids import distinct_ids
from papernotes.core.text import fold_plain, initial
from papernotes.i18n import _, ngettext
from papernotes.rendering.context import RenderContext
from papernotes.rendering.links import external, note_link, place_link

# From this many groups on, an index has a heading for each initial; from this many notes on, a list
# of its groups.
GROUPED_FROM = 40


def index_title(kind: Kind) -> str:
    """Return the title of an index."""
    return {
        "tags": _("Tags"),
        "years": _("Years"),
        "authors": _("Authors"),
        "venues": _("Venues"),
    }[kind]


def above(kind: Kind, count: int, docname: str) -> nodes.Element:
    """Return the line under the title of a tag or year: how many notes, and all the others."""
    others = {"tags": _("all tags"), "years": _("all years")}[kind]
    link = place_link(index_page(kind), "", docname, [nodes.Text(others)])
    return nodes.paragraph("", f"{_how_many(count)} · ", link, classes=["pn-byline"])


def _how_many(count: int) -> str:
    """Return a number of notes in words."""
    text = ngettext("%(count)d note", "%(count)d notes", count)
    return text % {"count": count}


def counted(groups: Iterable[Group], docname: str) -> nodes.Element:
    """Return an index of groups that have a page each, with the number of their notes."""
    items = []
    for group in groups:
        name: nodes.Node = nodes.Text(group.name)
        if group.page:
            name = place_link(group.page, "", docname, [name])
        count = nodes.inline("", str(len(group.notes)), classes=["pn-count"])
        items.append(nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(" "), count)))
    return nodes.bullet_list("", *items, classes=["pn-index"])


def listed(context: RenderContext, groups: Sequence[Group], docname: str) -> list[nodes.Node]:
    """Return an index of groups with a link to each of their notes."""
    ids = distinct_ids("of", [group.name for group in groups])
    parts: dict[str, nodes.definition_list] = {}
    for group in groups:
        letter = initial(fold_plain(group.name))
        part = parts.setdefault(letter, nodes.definition_list(classes=["pn-groups"]))
        links = [
            nodes.list_item(
                "",
                nodes.paragraph("", "", note_link(note.key, docname, context.title(note))),
            )
            for note in group.notes
        ]
        part += nodes.definition_list_item(
            "",
            nodes.term("", group.name, ids=[ids[group.name]]),
            nodes.definition("", nodes.bullet_list("", *links, classes=["pn-list"])),
        )
    if len(groups) < GROUPED_FROM:
        whole = nodes.definition_list("", classes=["pn-groups"])
        for part in parts.values():
            whole.extend(part.children)
        if len(groups) == 1 or sum(len(group.notes) for group in groups) < GROUPED_FROM:
            return [whole]
        return [_contents(groups, ids), whole]
    letters = nodes.paragraph(classes=["pn-letters"])
    shown: list[nodes.Node] = [letters]
    for number, (letter, part) in enumerate(parts.items(), 1):
        if number > 1:
            letters += nodes.Text(" ")
        letters += nodes.reference("", letter, refid=f"part-{number}", internal=True)
        heading = nodes.rubric("", letter, ids=[f"part-{number}"], classes=["pn-letter"])
        heading["heading-level"] = 2
        shown.append(create_component("pn-group", ["pn-group"], children=[heading, part]))
    return shown


def _contents(groups: Iterable[Group], ids: Mapping[str, str]) -> nodes.Element:
    """Return links to the groups of the same page, which hold too much to be looked through."""
    items = []
    for group in groups:
        link = nodes.reference("", group.name, refid=ids[group.name], internal=True)
        count = nodes.inline("", str(len(group.notes)), classes=["pn-count"])
        items.append(nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(" "), count)))
    return nodes.bullet_list("", *items, classes=["pn-index"])


def cited(context: RenderContext, shown: CitationMap, docname: str) -> nodes.Element:
    """Return the citation map in words: each note that cites, with the works that it cites."""
    items = []
    by_note: dict[str, list[str]] = {}
    for citing, key in shown.citations:
        by_note.setdefault(citing, []).append(key)
    # Notes come in the order of their titles.
    for note in context.catalogue.notes.values():
        if note.key not in by_note:
            continue
        line = nodes.paragraph("", _("cites") + " ")
        for number, key in enumerate(by_note[note.key]):
            if number:
                line += nodes.Text(", ")
            line += _work_link(context, key, docname)
        title = note_link(note.key, docname, context.title(note))
        items.append(
            nodes.definition_list_item("", nodes.term("", "", title), nodes.definition("", line))
        )
    return nodes.definition_list("", *items, classes=["pn-groups"])


def _work_link(context: RenderContext, key: str, docname: str) -> nodes.Node:
    """Return a work's short name as a link to the note on it, or else to the work."""
    name = nodes.Text(context.domain.spell(key, linked=False))
    if key in context.catalogue.notes:
        return note_link(key, docname, [name])
    url = formatting.target(context.catalogue.papers[key])
    return external(url, [name]) if url else name
