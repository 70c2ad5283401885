"""Notes on other pages: as a card, as a line of a list, as a link, and in the preview of a work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.core.model import Note
from papernotes.i18n import _, language_classes
from papernotes.nodes import thumbnail
from papernotes.reading.summary import first_line
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import (
    SEPARATOR,
    byline,
    draft_mark,
    external,
    hue_class,
    inline,
    joined,
    note_byline,
    note_link,
    paper_links,
    tag_list,
)
from papernotes.rendering.shown import Shown

# So many cards are few enough to be large.
FEW = 8
# As many words of its summary as fill the line of a row on a wide screen.
_LINE_WORDS = 24


def card(
    context: RenderContext,
    note: Note,
    docname: str,
    level: int,
    *,
    pictured: bool = False,
    below: bool = True,
) -> nodes.Element:
    """Return the card of *note* for the page *docname*; its title is a heading of *level*.

    *pictured* says whether it shows the note's picture, and *below* whether readers have to scroll
    to it.
    """
    papers = context.catalogue.papers_of(note)
    heading = nodes.rubric("", "", note_link(note, docname, context.title(note)))
    heading.extend(draft_mark() if note.draft else ())
    heading["heading-level"] = level
    heading["classes"] += ["sd-card-title", "pn-card-title"]
    classes = ["sd-card-body", *language_classes(note.language)]
    body = create_component("card-body", classes, children=[heading])
    if papers:
        names = note_byline(context.catalogue, note)
        body += nodes.paragraph("", "", *names, classes=["pn-byline"])
    body += _summary(context, note, docname)
    more = note_link(note, docname, [nodes.Text(_("Read more"))], about=note.title)
    more["classes"] = ["pn-more"]
    # The links of several papers would not say which paper they lead to.
    links = [more, *(paper_links(context.domain, papers[0], docname) if len(papers) == 1 else [])]
    line = nodes.paragraph("", "", *joined([link] for link in links), classes=["pn-links"])
    tags = tag_list(context.archives, note.tags, docname)
    footer = create_component("card-footer", ["sd-card-footer"], children=[*tags, line])
    hue = hue_class(context.archives.hue(note))
    picture = _picture(context, note, below=below) if pictured else []
    whole = create_component(
        "card",
        ["sd-card", "sd-sphinx-override", "pn-card", *hue],
        children=[*picture, body, footer],
    )
    return create_component("grid-item", ["sd-col"], children=[whole])


def _picture(context: RenderContext, note: Note, *, below: bool) -> list[nodes.Node]:
    """Return the picture of the card of *note*, if it has one, with that for dark pages."""
    picture = context.domain.noted(note).picture
    if picture is None:
        return []
    classes = [["only-light"], ["only-dark"]] if picture.dark else [[]]
    shown = [
        thumbnail(
            name=("cards/" if picture.apart else "") + context.env.images[path][1],
            alt=picture.alt,
            size=(picture.width, picture.height),
            lazy=below,
            classes=names,
        )
        for path, names in zip(picture.files, classes, strict=True)
    ]
    about = ["pn-card-picture", *(["pn-schemes"] if picture.dark else [])]
    return [create_component("pn-card-picture", about, children=shown)]


def card_shows(shown: Shown, note: Note) -> str:
    """Return the digest of what the card of *note* shows."""

    def parts(_: str) -> list[object]:
        return [
            line_shows(shown, note),
            [shown.tags(note), shown.archives.hue(note)],
            shown.excerpt(shown.domain.noted(note).summary),
            [shown.paper_links(paper) for paper in shown.catalogue.papers_of(note)],
            shown.renamed_images.get(note.docname),
            shown.domain.noted(note).picture,
        ]

    return shown.once("card", note.docname, parts)


def grid(cards: Sequence[nodes.Node], count: int) -> nodes.Element:
    """Return *cards*, which are some of *count*, as a grid of sphinx-design; few are larger."""
    row = create_component(
        "grid-row",
        ["sd-row", "sd-row-cols-1", "sd-row-cols-xs-1", "sd-g-3"],
        children=cards,
    )
    return create_component(
        "grid-container",
        [
            "sd-container-fluid",
            "sd-sphinx-override",
            "pn-grid",
            *(["pn-few"] if count <= FEW else []),
        ],
        children=[row],
    )


def title_link(context: RenderContext, note: Note, docname: str) -> nodes.Node:
    """Return the title of *note* as a link to it."""

    def make(docname: str) -> list[nodes.Node]:
        return [_title_link(context, note, docname)]

    return context.share("link", note.docname, docname, make, to_itself=note.docname == docname)[0]


def _title_link(context: RenderContext, note: Note, docname: str) -> nodes.Element:
    link = note_link(note, docname, context.title(note))
    # A title within a line of another language keeps the direction of the line.
    link["classes"] += language_classes(note.language)[:1]
    return link


def work_link(context: RenderContext, key: str, docname: str) -> nodes.Node:
    """Return the short name of a work, as a link to its note or else to the work, if possible."""
    name = context.domain.spelled("t", key)
    if note := context.catalogue.leading(key):
        return note_link(note, docname, name)
    url = formatting.target(context.catalogue.papers[key])
    return external(url, name) if url else nodes.inline("", "", *name)


def work_link_shows(shown: Shown, key: str) -> list[object]:
    """Return what a link to the work *key* shows, and where it leads."""
    paper = shown.catalogue.papers.get(key)
    return [shown.citation(key), paper and formatting.target(paper)]


def title_line(context: RenderContext, note: Note, docname: str) -> Sequence[nodes.Node]:
    """Return the line of *note* in a plain list: its title, and its paper's authors and date."""

    def make(docname: str) -> list[nodes.Node]:
        line: list[nodes.Node] = [_title_link(context, note, docname)]
        line += draft_mark() if note.draft else ()
        if about := note_byline(context.catalogue, note):
            line.append(nodes.inline("", "", nodes.Text(SEPARATOR), *about, classes=["pn-byline"]))
        return line

    return context.share("line", note.docname, docname, make, to_itself=note.docname == docname)


def line_shows(shown: Shown, note: Note) -> str:
    """Return the digest of what the line of *note* shows."""

    def parts(_: str) -> list[object]:
        return [*shown.title(note), note.draft, shown.byline(note)]

    return shown.once("line", note.docname, parts)


def row(context: RenderContext, note: Note, docname: str) -> nodes.Element:
    """Return the row of *note* in a long list: its title, its byline and a line of its summary."""
    title = note_link(note, docname, context.title(note))
    about = [
        nodes.paragraph("", "", title, *(draft_mark() if note.draft else ()), classes=["pn-title"])
    ]
    if names := note_byline(context.catalogue, note):
        about.append(nodes.paragraph("", "", *names, classes=["pn-byline"]))
    if line := first_line(context.summary(note, docname), _LINE_WORDS):
        about.append(nodes.paragraph("", "", *line, classes=["pn-line"]))
    classes = [*hue_class(context.archives.hue(note)), *language_classes(note.language)]
    return nodes.list_item("", *about, classes=classes)


def listed(
    context: RenderContext, note: Note, docname: str, *, is_row: bool, pictured: bool
) -> Sequence[nodes.Node]:
    """Return *note* as the row or the card that all archive pages share."""

    def make(docname: str) -> list[nodes.Node]:
        if is_row:
            return [row(context, note, docname)]
        return [card(context, note, docname, 2, pictured=pictured)]

    kind = f"{'row' if is_row else 'card'}{' with picture' * pictured}"
    return context.share(kind, note.docname, docname, make)


def rows(shown: Iterable[nodes.Node]) -> nodes.Element:
    """Return rows of notes as a list."""
    return nodes.bullet_list("", *shown, classes=["pn-rows"])


def title_list(lines: Iterable[Sequence[nodes.Node]]) -> nodes.Element:
    """Return lines of notes as a plain list."""
    items = [nodes.list_item("", nodes.paragraph("", "", *line)) for line in lines]
    return nodes.bullet_list("", *items, classes=["pn-list"])


def preview(context: RenderContext, key: str, docname: str) -> nodes.Element:
    """Return what the preview of the work *key* shows, with links as from the page *docname*."""
    paper = context.catalogue.papers[key]
    notes, leading = context.catalogue.on(key), context.catalogue.linked(key)
    url = formatting.target(paper)
    title = inline(formatting.title(paper), linked=not url)
    heading = [external(url, title)] if url else title
    whole = create_component("pn-preview-content", ["pn-preview-content"])
    whole += nodes.paragraph("", "", *heading, classes=["pn-preview-title"])
    whole += nodes.paragraph("", "", *byline(paper), classes=["pn-byline"])
    # Of several notes, only one with ``main: true`` speaks for all.
    if len(notes) == 1 or (notes and len(leading) == 1):
        whole += _summary(context, leading[0], docname)
    if len(notes) == 1:
        first: list[nodes.Node] = [note_link(notes[0], docname, [nodes.Text(_("Read the note"))])]
    else:
        first = links_to_notes(context, notes, docname)
    if line := joined([first, *([link] for link in paper_links(context.domain, paper, docname))]):
        whole += nodes.paragraph("", "", *line, classes=["pn-links"])
    return whole


def note_preview(context: RenderContext, note: Note, docname: str) -> nodes.Element:
    """Return what the preview of *note* shows, with links as from the page *docname*."""
    classes = ["pn-preview-content", *language_classes(note.language)]
    whole = create_component("pn-preview-content", classes)
    title = note_link(note, docname, context.title(note))
    heading = [title, *(draft_mark() if note.draft else ())]
    whole += nodes.paragraph("", "", *heading, classes=["pn-preview-title"])
    if names := note_byline(context.catalogue, note):
        whole += nodes.paragraph("", "", *names, classes=["pn-byline"])
    whole += _summary(context, note, docname)
    return whole


def links_to_notes(context: RenderContext, notes: Sequence[Note], docname: str) -> list[nodes.Node]:
    """Return links to several *notes*, by their titles, for the page *docname*."""
    links = [note_link(note, docname, context.title(note)) for note in notes]
    for link in links:
        link["classes"] = ["pn-note-link"]
    line = joined(([link] for link in links), ", ")
    return [nodes.Text(_("notes:") + " "), *line] if line else []


def preview_shows(shown: Shown, key: str) -> str:
    """Return the digest of what the preview of the work *key* shows."""

    def parts(key: str) -> list[object]:
        paper = shown.catalogue.papers[key]
        notes = [(note.main, card_shows(shown, note)) for note in shown.catalogue.on(key)]
        links = [formatting.target(paper), shown.paper_links(paper)]
        return [
            paper.title,
            links,
            formatting.byline_source(paper),
            shown.status(paper),
            notes,
        ]

    return shown.once("preview", key, parts)


def _summary(context: RenderContext, note: Note, docname: str) -> nodes.Element:
    classes = ["pn-summary", *language_classes(note.language)]
    return create_component("pn-summary", classes, children=context.summary(note, docname))
