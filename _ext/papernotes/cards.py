"""Markup: what is known of notes and works, as document nodes. The only place that makes it.

Links to notes are left as cross-references of the domain, which knows the address from each page.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx_design.shared import create_component

from . import csl, works
from .coins import context_object
from .latex import Span, flatten
from .model import Note, Paper
from .nodes import backlinks, coins, fold, works_index
from .wording import _, forms, phrases

_TAGS: dict[str, type[nodes.TextElement]] = {
    "emphasis": nodes.emphasis,
    "strong": nodes.strong,
    "code": nodes.literal,
    "sub": nodes.subscript,
    "sup": nodes.superscript,
}
# The first space holds, so that no line begins with the dot.
SEPARATOR = "\N{NO-BREAK SPACE}· "


# How many authors a card names; of more it names the first.
FEW = 3


@dataclass(frozen=True)
class Face:
    """All that a card or a line of a list shows of a note.

    ``paper`` is None where the bibliography does not hold the key. ``title`` and ``summary`` return
    fresh nodes that belong to no document. ``tag_pages`` maps each tag that has a page to its name.
    """

    note: Note
    paper: Paper | None
    title: Callable[[], list[nodes.Node]]
    summary: Callable[[], list[nodes.Node]]
    tag_pages: Mapping[str, str]


def inline(parts: Iterable[Span], *, linked: bool = True) -> list[nodes.Node]:
    """Return spans as inline nodes; links only if *linked*, since links do not nest."""
    found: list[nodes.Node] = []
    for part in parts:
        match part.kind:
            case "text":
                found.append(nodes.Text(part.text))
            case "math":
                found.append(nodes.math(part.text, part.text))
            case "link" if linked and part.text.lower().startswith(("http://", "https://")):
                found.append(external(part.text, inline(part.children, linked=False)))
            case "link":
                found += inline(part.children, linked=False)
            case _:
                children = inline(part.children, linked=linked)
                found.append(_TAGS[part.kind]("", "", *children))
    return found


def external(url: str, children: Sequence[nodes.Node]) -> nodes.reference:
    """Return a link to another site."""
    return nodes.reference("", "", *children, refuri=url, internal=False)


def note_link(
    key: str, docname: str, children: Sequence[nodes.Node], *, about: str = ""
) -> pending_xref:
    """Return a link to the note on the work *key*, for the page *docname*.

    *about* is what a screen reader adds to a text that many links of a page have.
    """
    link = pending_xref(
        "",
        *children,
        refdomain="papernotes",
        reftype="note",
        reftarget=key,
        refdoc=docname,
        refexplicit=True,
        refwarn=False,
    )
    if about:
        link += [nodes.Text(" "), nodes.inline("", _("on %s") % about, classes=["pn-unseen"])]
    return link


def _interpose(groups: Iterable[Sequence[nodes.Node]]) -> list[nodes.Node]:
    joined: list[nodes.Node] = []
    for group in groups:
        if not group:
            continue
        if joined:
            joined.append(nodes.Text(SEPARATOR))
        joined.extend(group)
    return joined


def byline(paper: Paper) -> list[nodes.Node]:
    """Return "authors · year · venue"."""
    return _interpose(
        [
            inline(works.byline(paper, FEW, phrases())),
            [nodes.Text(works.year(paper, phrases()))],
            inline(works.short_venue(paper)),
        ]
    )


def link_texts() -> dict[works.LinkKind, str]:
    """Return what the links to a paper are called."""
    return {"abstract": _("abstract"), "PDF": _("PDF"), "DOI": _("DOI")}


def paper_links(paper: Paper) -> list[nodes.Node]:
    """Return a link each to what the paper has: abstract, PDF, DOI."""
    texts = link_texts()
    return [external(link.url, [nodes.Text(texts[link.kind])]) for link in works.links(paper)]


def tags(note: Note, tag_pages: Mapping[str, str], docname: str) -> list[nodes.Node]:
    """Return the note's tags as a list, or nothing; those that have a page link to it."""
    if not note.tags:
        return []
    items = []
    for tag in note.tags:
        shown: nodes.Node = nodes.Text(tag)
        if page := tag_pages.get(tag):
            shown = place_link(page, "", docname, [shown])
        items.append(nodes.list_item("", nodes.paragraph("", "", shown)))
    return [nodes.bullet_list("", *items, classes=["pn-tags"])]


def card(face: Face, docname: str, level: int) -> nodes.Element:
    """Return the card of a note, for the page *docname*.

    *level* is that of the title as a heading.
    """
    note, paper = face.note, face.paper
    heading = nodes.rubric("", "", note_link(note.key, docname, face.title()))
    heading["heading-level"] = level
    heading["classes"] += ["sd-card-title", "pn-card-title"]
    body = create_component("card-body", ["sd-card-body"], children=[heading])
    if paper is not None:
        body += nodes.paragraph("", "", *byline(paper), classes=["pn-byline"])
    body += create_component("pn-summary", ["pn-summary"], children=face.summary())
    more = note_link(note.key, docname, [nodes.Text(_("Read more"))], about=note.title)
    more["classes"] = ["pn-more"]
    links = [more, *(paper_links(paper) if paper else [])]
    line = nodes.paragraph("", "", *_interpose([link] for link in links), classes=["pn-links"])
    labels = tags(note, face.tag_pages, docname)
    footer = create_component("card-footer", ["sd-card-footer"], children=[*labels, line])
    whole = create_component(
        "card", ["sd-card", "sd-sphinx-override", "pn-card"], children=[body, footer]
    )
    return create_component("grid-item", ["sd-col", "sd-d-flex-row"], children=[whole])


def preview(paper: Paper, face: Face | None, docname: str) -> nodes.Element:
    """Return what the preview of a work shows, with links as from the page *docname*.

    *face* is that of the note on the work, if there is one.
    """
    url = works.target(paper)
    title = inline(works.title(paper), linked=not url)
    heading = [external(url, title)] if url else title
    whole = create_component("pn-preview-content", ["pn-preview-content"])
    whole += nodes.paragraph("", "", *heading, classes=["pn-preview-title"])
    whole += nodes.paragraph("", "", *byline(paper), classes=["pn-byline"])
    links: list[nodes.Node] = []
    if face is not None:
        whole += create_component("pn-summary", ["pn-summary"], children=face.summary())
        links.append(note_link(paper.key, docname, [nodes.Text(_("Read the note"))]))
    links += paper_links(paper)
    if links:
        line = _interpose([link] for link in links)
        whole += nodes.paragraph("", "", *line, classes=["pn-links"])
    return whole


def grid(faces: Iterable[Face], docname: str, level: int) -> nodes.Element:
    """Return the cards of notes as a grid, for the page *docname*."""
    return grid_of([card(face, docname, level) for face in faces])


def grid_of(items: Sequence[nodes.Node]) -> nodes.Element:
    """Return cards as a grid of sphinx-design."""
    row = create_component(
        "grid-row",
        ["sd-row", "sd-row-cols-1", "sd-row-cols-xs-1", "sd-g-3"],
        children=items,
    )
    return create_component(
        "grid-container",
        ["sd-container-fluid", "sd-sphinx-override", "pn-grid"],
        children=[row],
    )


def titles(lines: Iterable[Sequence[nodes.Node]]) -> nodes.Element:
    """Return lines of notes as a plain list."""
    items = [nodes.list_item("", nodes.paragraph("", "", *line)) for line in lines]
    return nodes.bullet_list("", *items, classes=["pn-list"])


def title_line(face: Face, docname: str) -> list[nodes.Node]:
    """Return a note's line in a plain list: title, and who wrote the paper when and where."""
    line: list[nodes.Node] = [title_link(face, docname)]
    if face.paper is not None:
        about = byline(face.paper)
        line.append(nodes.inline("", "", nodes.Text(SEPARATOR), *about, classes=["pn-byline"]))
    return line


def title_link(face: Face, docname: str) -> nodes.Element:
    """Return a note's title as a link to it."""
    return note_link(face.note.key, docname, face.title())


def header(
    note: Note,
    paper: Paper | None,
    format_day: Callable[[datetime.date], str],
    tag_pages: Mapping[str, str],
) -> nodes.Element:
    """Return what stands under a note's title: the paper, the day read, tags, links, BibTeX."""
    whole = create_component("pn-header", ["pn-header"])
    if paper is not None:
        names = works.byline(paper, 0, phrases())
        when = nodes.Text(works.year(paper, phrases()))
        whole += nodes.paragraph("", "", *inline(names), classes=["pn-authors"])
        where = _interpose([inline(works.short_venue(paper)), [when]])
        whole += nodes.paragraph("", "", *where, classes=["pn-venue"])
    groups: list[list[nodes.Node]] = []
    if note.read is not None:
        groups.append([nodes.Text(_("Read on %s") % format_day(note.read))])
    groups += [[link] for link in (paper_links(paper) if paper else [])]
    if groups:
        whole += nodes.paragraph("", "", *_interpose(groups), classes=["pn-links"])
    whole.extend(tags(note, tag_pages, note.docname))
    if paper is not None:
        whole += context(paper)
        source = works.bibtex(paper)
        # Colours would take more room than the text.
        block = nodes.literal_block(source, source, language="none")
        whole += fold(
            "",
            block,
            summary=_("BibTeX"),
            classes=["pn-bibtex"],
            # What the script says, in the site's language.
            data={
                "copy": _("Copy BibTeX"),
                "copied": _("Copied"),
                "selected": _("Selected, not copied"),
            },
        )
    return whole


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
        name = flatten(works.title(paper))
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


def place_link(target: str, id_: str, docname: str, children: Sequence[nodes.Node]) -> pending_xref:
    """Return a link to the place *id_* of the document *target*, for the page *docname*."""
    return pending_xref(
        "",
        *children,
        refdomain="papernotes",
        reftype="place",
        reftarget=target,
        papernotes_id=id_,
        refdoc=docname,
        refexplicit=True,
        refwarn=False,
    )


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
