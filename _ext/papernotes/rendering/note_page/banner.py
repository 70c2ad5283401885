"""The banner of a note: what became of its papers, such as that one was retracted."""

from __future__ import annotations

import datetime
from urllib.parse import quote

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.bibliography.identifiers import arxiv_id
from papernotes.catalogue.status import Kind, Status, status
from papernotes.core.model import Note, Paper
from papernotes.i18n import _, phrases
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import day_text, external


def banner(context: RenderContext, note: Note) -> list[nodes.Node]:
    """Return a paragraph for each thing that happened to a paper of *note*."""
    papers = context.catalogue.papers_of(note)
    found = [
        _paragraph(context, paper, state, kind)
        for paper in papers
        for state in [status(paper)]
        for kind in state.kinds
    ]
    return [create_component("pn-banner", ["pn-banner"], children=found)] if found else []


def _paragraph(context: RenderContext, paper: Paper, state: Status, kind: Kind) -> nodes.Node:
    work = {"work": formatting.textual_citation(paper, phrases())}
    versions = {"latest": state.latest_version, "read": state.read_version}
    labels = {
        "retracted": _("Retracted"),
        "concern": _("Expression of concern"),
        "corrected": _("Corrected"),
        "version": _("New version"),
    }
    texts = {
        "retracted": _("%(work)s was retracted: its results may not hold."),
        "concern": _("The publisher has expressed concern about %(work)s."),
        "corrected": _("A correction of %(work)s has been published."),
        "version": _("This note is on version %(read)d of %(work)s; there is version %(latest)d."),
    }
    date = state.date(kind)
    if len(date) == 10:
        date = day_text(context.env.config, datetime.date.fromisoformat(date))
    label = f"{labels[kind]}, {date[:4] if date[4:5] == '-' else date}" if date else labels[kind]
    line = nodes.paragraph("", "", nodes.strong("", label), classes=[f"pn-{kind}"])
    line += nodes.Text(f" · {texts[kind] % (work | versions)}")
    if address := _address(paper, state, kind):
        text = _("Read it") if kind == "version" else _("Read the notice")
        line += [nodes.Text(" "), external(address, [nodes.Text(text)])]
    return line


def _address(paper: Paper, state: Status, kind: Kind) -> str:
    """Return the address of the new version, or of the notice, which is that of the first kind."""
    if kind == "version":
        preprint = arxiv_id(dict(paper.fields)).partition("v")[0]
        return f"https://arxiv.org/abs/{preprint}v{state.latest_version}" if preprint else ""
    is_first = state.notice and kind == state.kinds[0]
    return f"https://doi.org/{quote(state.notice, safe='/:;()')}" if is_first else ""
