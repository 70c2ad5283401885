"""The header of a note: the paper, the day it was read, tags, links and BibTeX."""

from __future__ import annotations

import datetime

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.i18n import format_date
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.citations.ids import latex_anchor
from papernotes.core.model import Note, Paper
from papernotes.domain.xrefs import without_links
from papernotes.i18n import _, phrases
from papernotes.nodes import fold
from papernotes.rendering import note_card, work_entry
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import draft_mark, external, inline, joined, paper_links
from papernotes.rendering.shown import Shown


def header(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the header of the note that the placeholder *node* stands in.

    The note's title becomes a link to the paper.
    """
    noted = context.domain.records[node["docname"]].noted
    if noted is None:
        return []
    note = noted.note
    paper = context.catalogue.papers.get(note.key)
    title = node.parent[0]
    url = formatting.target(paper) if paper else ""
    if url and isinstance(title, nodes.title):
        link = external(url, without_links(title))
        link["classes"] += ["pn-paper"]
        title.children = []
        title += link
    if note.draft and isinstance(title, nodes.title):
        title.extend(draft_mark())
    return [latex_anchor(note.docname, ""), _header(context, note, paper)]


def header_shows(shown: Shown, note: Note) -> list[object]:
    """Return what the header of *note* shows that is not in its own file."""
    paper = shown.catalogue.papers.get(note.key)
    return [paper and shown.paper(paper), shown.tag_pages(note)]


def searchable_text(header: nodes.Element) -> nodes.Text:
    """Return what the search finds a note by in its *header*: people, venue and tags."""
    parts = [
        part.astext()
        for part in header.children
        if isinstance(part, nodes.paragraph | nodes.bullet_list)
        and "pn-links" not in part["classes"]
    ]
    return nodes.Text("\n\n".join(parts))


def _header(context: RenderContext, note: Note, paper: Paper | None) -> nodes.Element:
    whole = create_component("pn-header", ["pn-header"])
    if paper is not None:
        names = formatting.byline(paper, 0, phrases())
        when = nodes.Text(formatting.year(paper, phrases()))
        whole += nodes.paragraph("", "", *inline(names), classes=["pn-authors"])
        where = joined([inline(formatting.short_venue(paper)), [when]])
        whole += nodes.paragraph("", "", *where, classes=["pn-venue"])
    groups: list[list[nodes.Node]] = []
    if note.read is not None:
        groups.append([nodes.Text(_("Read on %s") % _day(context.env, note.read))])
    groups += [[link] for link in (paper_links(paper) if paper else [])]
    if groups:
        whole += nodes.paragraph("", "", *joined(groups), classes=["pn-links"])
    whole.extend(note_card.tags(context, note, note.docname))
    if paper is not None:
        whole += work_entry.context_object(context, note.key)
        whole += _bibtex(paper)
    return whole


def _bibtex(paper: Paper) -> nodes.Element:
    source = formatting.bibtex(paper)
    # Without syntax highlighting, whose markup would take more room than the text.
    block = nodes.literal_block(source, source, language="none")
    return fold(
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


def _day(env: BuildEnvironment, day: datetime.date) -> str:
    noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
    language: str = env.config.language
    return format_date(env.config.papernotes_date_format, date=noon, language=language)
