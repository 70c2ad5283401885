"""Works as markup: references, entries in lists of works, and who cites them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import csl, formatting
from papernotes.bibliography.coins import context_object
from papernotes.bibliography.latex import Span, flatten
from papernotes.core.model import Paper
from papernotes.i18n import _, forms
from papernotes.nodes import backlinks, coins, works_index
from papernotes.rendering.links import _interpose, inline, note_link, paper_links, place_link


def context(paper: Paper) -> nodes.Element:
    """Return the description of a work for the connectors of reference managers."""
    return coins(context=context_object(csl.item(paper)))


def reference(
    paper: Paper, formatted: Iterable[Span], docname: str, *, noted: bool
) -> list[nodes.Node]:
    """Return the *formatted* reference of a work with its links, for the page *docname*.

    *noted* says whether there is a note to link to.
    """
    shown = inline(formatted)
    links = paper_links(paper)
    if noted:
        name = flatten(formatting.title(paper))
        note = note_link(paper.key, docname, [nodes.Text(_("note"))], about=name)
        note["classes"] = ["pn-note-link"]
        links.append(note)
    if links:
        joined = _interpose([link] for link in links)
        shown.append(nodes.inline("", "", nodes.Text(" "), *joined, classes=["pn-links"]))
    return shown


def work(
    shown: Iterable[nodes.Node],
    described: nodes.Node,
    *,
    label: str = "",
    id_: str = "",
    anchor: nodes.Node | None = None,
    back: Sequence[str] = (),
    extra: Sequence[nodes.Node] = (),
) -> nodes.list_item:
    """Return an entry of a list of works.

    *shown* is the work's :func:`reference` and *described* its :func:`context`. *label* stands
    before the entry in the styles that cite by one; *anchor* is a target for formats that do not go
    by *id_*; *back* holds the ids of the places of the page that cite the work; *extra* closes the
    entry.
    """
    line = nodes.paragraph()
    if anchor is not None:
        line += anchor
    if label:
        line += nodes.inline("", f"[{label}] ", classes=["pn-label"])
    line.extend(shown)
    line += back_links(back)
    line += described
    item = nodes.list_item("", line, *extra)
    if id_:
        item["ids"] = [id_]
    return item


def back_links(ids: Sequence[str]) -> list[nodes.Node]:
    """Return links back to the places of the page that cite an entry."""
    if not ids:
        return []
    links: list[nodes.Node] = []
    for number, id_ in enumerate(ids, 1):
        shown = "↩" if len(ids) == 1 else f"↩{number}"
        unseen = nodes.inline("", _("Back to citation %d") % number, classes=["pn-unseen"])
        arrow = nodes.inline("", shown, classes=["pn-arrow"])
        link = nodes.reference("", "", unseen, arrow, refid=id_, internal=True)
        links += [nodes.Text(" "), link]
    return [backlinks("", "", *links, classes=["pn-backlinks"])]


@dataclass(frozen=True)
class Quote:
    """A page that cites a work or links to the note on it, with the sentences that do.

    ``sentences`` holds the id of each place and its inline nodes.
    """

    docname: str
    title: list[nodes.Node]
    sentences: list[tuple[str, list[nodes.Node]]]


def mentions(quotes: Iterable[Quote], docname: str) -> nodes.section:
    """Return the section that closes the note *docname*: who cites its paper, in which words."""
    items = []
    for quote in quotes:
        first = quote.sentences[0][0] if quote.sentences else ""
        link = place_link(quote.docname, first, docname, quote.title)
        item = nodes.list_item("", nodes.paragraph("", "", link, classes=["pn-mention-page"]))
        for _id, sentence in quote.sentences:
            item += nodes.paragraph("", "", *sentence, classes=["pn-mention"])
        items.append(item)
    return nodes.section(
        "",
        nodes.title("", _("Cited by")),
        nodes.bullet_list("", *items, classes=["pn-mentions"]),
        ids=["pn-cited-by"],
        classes=["pn-cited-by-section"],
    )


def work_list(items: Sequence[nodes.Node]) -> nodes.Element:
    """Return entries of works as a list."""
    return nodes.bullet_list("", *items, classes=["pn-works"])


def work_groups(
    groups: Mapping[str, Sequence[nodes.Node]], level: int, language: str
) -> list[nodes.Node]:
    """Return entries of works under the initials of their names, with links to the initials.

    *level* is that of the initials as headings, *language* that of the site.
    """
    letters = nodes.paragraph(classes=["pn-letters"])
    parts: list[nodes.Node] = [letters]
    for number, (initial, items) in enumerate(groups.items(), 1):
        id_ = f"works-{number}"
        if number > 1:
            letters += nodes.Text(" ")
        letters += nodes.reference("", initial, refid=id_, internal=True)
        heading = nodes.rubric("", initial, ids=[id_], classes=["pn-letter"])
        heading["heading-level"] = level
        group = create_component("pn-group", ["pn-group"], children=[heading, work_list(items)])
        parts.append(group)
    found = forms("%(count)d found", "%(count)d found", language)
    texts = {
        "label": _("Find works"),
        **{f"found-{category}": text for category, text in found.items()},
    }
    return [works_index("", *parts, classes=["pn-all-works"], data=texts)]


def nothing(text: str) -> nodes.Element:
    """Return the line that stands where a list is empty."""
    return nodes.paragraph("", text, classes=["pn-empty"])
