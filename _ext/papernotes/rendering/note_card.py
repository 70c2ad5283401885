"""Notes as markup: cards, lines of a list, previews and the header of a note."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.core.model import Note, Paper
from papernotes.i18n import _, phrases
from papernotes.nodes import fold
from papernotes.rendering.links import (
    SEPARATOR,
    _interpose,
    byline,
    external,
    inline,
    note_link,
    paper_links,
    place_link,
)
from papernotes.rendering.work_entry import context


@dataclass(frozen=True)
class CardContent:
    """All that a card or a line of a list shows of a note.

    ``paper`` is None where the bibliography does not hold the key. ``title`` and ``summary`` return
    fresh nodes that belong to no document. ``tag_pages`` maps each tag that has a page to its name.
    """

    note: Note
    paper: Paper | None
    title: Callable[[], list[nodes.Node]]
    summary: Callable[[], list[nodes.Node]]
    tag_pages: Mapping[str, str]


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


def card(face: CardContent, docname: str, level: int) -> nodes.Element:
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


def preview(paper: Paper, face: CardContent | None, docname: str) -> nodes.Element:
    """Return what the preview of a work shows, with links as from the page *docname*.

    *face* is that of the note on the work, if there is one.
    """
    url = formatting.target(paper)
    title = inline(formatting.title(paper), linked=not url)
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


def grid(faces: Iterable[CardContent], docname: str, level: int) -> nodes.Element:
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


def title_line(face: CardContent, docname: str) -> list[nodes.Node]:
    """Return a note's line in a plain list: title, and who wrote the paper when and where."""
    line: list[nodes.Node] = [title_link(face, docname)]
    if face.paper is not None:
        about = byline(face.paper)
        line.append(nodes.inline("", "", nodes.Text(SEPARATOR), *about, classes=["pn-byline"]))
    return line


def title_link(face: CardContent, docname: str) -> nodes.Element:
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
        names = formatting.byline(paper, 0, phrases())
        when = nodes.Text(formatting.year(paper, phrases()))
        whole += nodes.paragraph("", "", *inline(names), classes=["pn-authors"])
        where = _interpose([inline(formatting.short_venue(paper)), [when]])
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
        source = formatting.bibtex(paper)
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
