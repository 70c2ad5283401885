"""The header of a note: the paper, the day it was read, tags, links and BibTeX."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.citations.ids import latex_anchor
from papernotes.core.model import Note, Paper
from papernotes.domain.xrefs import without_links
from papernotes.i18n import _, ngettext, phrases
from papernotes.nodes import fold
from papernotes.rendering import work_entry
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import (
    day_text,
    draft_mark,
    external,
    inline,
    joined,
    paper_links,
    tag_list,
    venue,
)
from papernotes.rendering.note_page import banner
from papernotes.rendering.shown import Shown
from papernotes.rendering.tables.columns import columns

# So many authors are named; a fold has the others.
NAMES = 12


def header(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the header of the note that the placeholder *node* stands in.

    The title of a note on one paper becomes a link to the paper.
    """
    noted = context.domain.records[node["docname"]].noted
    if noted is None:
        return []
    note = noted.note
    papers = context.catalogue.papers_of(note)
    title = node.parent[0]
    url = formatting.target(papers[0]) if len(note.keys) == 1 and papers else ""
    if url and isinstance(title, nodes.title):
        link = external(url, without_links(title))
        link["classes"] += ["pn-paper"]
        # Links do not nest.
        footnotes = list(title.findall(nodes.footnote_reference))
        title.children = []
        title += [link, *footnotes]
    if note.draft and isinstance(title, nodes.title):
        title.extend(draft_mark())
    anchor = latex_anchor(note.docname, "")
    return [anchor, *banner.banner(context, note), _header(context, note, papers)]


def header_shows(shown: Shown, note: Note) -> list[object]:
    """Return what the header of *note* shows that is not in its own file."""
    papers = [shown.paper(paper) for paper in shown.catalogue.papers_of(note)]
    excerpts = [shown.excerpt(excerpt) for _, excerpt in shown.domain.noted(note).fields]
    return [papers, shown.tags(note), excerpts]


def searchable_text(header: nodes.Element) -> nodes.Text:
    """Return what the search finds a note by in its *header*: people, venue and tags."""
    parts = [
        part.astext()
        for part in header.findall(nodes.paragraph)
        if "pn-links" not in part["classes"]
    ]
    return nodes.Text("\n\n".join(parts))


def _header(context: RenderContext, note: Note, papers: Sequence[Paper]) -> nodes.Element:
    whole = create_component("pn-header", ["pn-header"])
    is_single = len(note.keys) == 1
    if papers and is_single:
        whole += _people_and_venue(context, papers[0])
    elif papers:
        items = [nodes.list_item("", *_paper(context, note, paper)) for paper in papers]
        whole += nodes.bullet_list("", *items, classes=["pn-papers"])
    read: list[nodes.Node] = []
    if note.read is not None:
        read = [nodes.Text(_("Read on %s") % day_text(context.env.config, note.read))]
    whole += _links(context, note, read, papers[0] if papers and is_single else None)
    if note.fields:
        whole += _own_fields(context, note)
    whole.extend(tag_list(context.archives, note.tags, note.docname))
    if papers and is_single:
        whole += work_entry.context_object(context, note.key)
    return whole


def _own_fields(context: RenderContext, note: Note) -> nodes.Element:
    """Return the author's own fields of *note*, each with its label."""
    names = [field.name for field in note.fields]
    items = [
        nodes.definition_list_item(
            "",
            nodes.term("", column.label),
            nodes.definition("", *column.cell(context, note, note.docname)),
        )
        for column in columns(context.env.config, names)
    ]
    return nodes.definition_list("", *items, classes=["pn-fields"])


def _paper(context: RenderContext, note: Note, paper: Paper) -> list[nodes.Node]:
    """Return one of the several papers of a note: its title, and what a single paper shows."""
    url = formatting.target(paper)
    title = inline(formatting.title(paper), linked=not url)
    if url:
        link = external(url, title)
        link["classes"] += ["pn-paper"]
        title = [link]
    title.append(work_entry.context_object(context, paper.key))
    parts: list[nodes.Node] = [nodes.paragraph("", "", *title, classes=["pn-paper-title"])]
    return [*parts, *_people_and_venue(context, paper), *_links(context, note, [], paper)]


def _people_and_venue(context: RenderContext, paper: Paper) -> list[nodes.Node]:
    # Other formats show no folds.
    at_most = NAMES if context.domain.writes_site else len(formatting.people(paper))
    first, rest, count = formatting.long_byline(paper, at_most, phrases())
    line = nodes.paragraph("", "", *inline(first))
    names: list[nodes.Node] = [line]
    if rest:
        line += nodes.Text(", ")
        summary = ngettext("and %d more", "and %d more", count) % count
        names.append(fold("", nodes.paragraph("", "", *inline(rest)), summary=summary))
    when = nodes.Text(formatting.year(paper, phrases()))
    where = joined([venue(paper), [when]])
    return [
        create_component("pn-authors", ["pn-authors"], children=names),
        nodes.paragraph("", "", *where, classes=["pn-venue"]),
    ]


def _links(
    context: RenderContext, note: Note, first: list[nodes.Node], paper: Paper | None
) -> list[nodes.Node]:
    """Return a line of *first*, and of the links to *paper*, if any, and its BibTeX."""
    links = paper_links(context.domain, paper, note.docname) if paper else []
    line = joined([first, *([link] for link in links)])
    parts: list[nodes.Node] = []
    if line:
        parts.append(nodes.paragraph("", "", *line, classes=["pn-links"]))
    if paper:
        parts.append(_bibtex(context, paper))
    return [create_component("pn-access", ["pn-access"], children=parts)] if parts else []


def _bibtex(context: RenderContext, paper: Paper) -> nodes.Element:
    also = tuple(context.env.config.papernotes_bibtex_fields)
    block = bibtex_block(formatting.bibtex(paper, also))
    return fold("", block, summary=_("BibTeX"), classes=["pn-bibtex"], data=copy_texts())


def bibtex_block(source: str) -> nodes.literal_block:
    """Return a block of BibTeX, which nobody translates.

    It has no raw source, since Sphinx highlights what has: that takes more room than the text.
    """
    return nodes.literal_block("", source, language="none", classes=["notranslate"])


def copy_texts() -> dict[str, str]:
    """Return what the script that copies BibTeX says, in the site's language."""
    return {
        "copy": _("Copy BibTeX"),
        "copied": _("Copied"),
        "selected": _("Selected, not copied"),
    }
