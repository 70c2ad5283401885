"""Works that many papers of the site cite, and that its bibliography lacks."""

from __future__ import annotations

import shlex
from collections.abc import Container
from urllib.parse import quote

from docutils import nodes

from papernotes.catalogue.literature import Suggestion
from papernotes.i18n import _, ngettext
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import SEPARATOR, empty_list, external, joined
from papernotes.rendering.shown import Shown

# So many of the papers that cite a work are named.
NAMED = 6


def suggestions(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the list, the works first that most papers cite."""
    found = context.domain.literature.suggestions[: node["limit"]]
    if not found:
        return [empty_list(_("No suggestions."))]
    items = [_item(context, each, node["docname"]) for each in found]
    return [nodes.bullet_list("", *items, classes=["pn-works"])]


def suggestions_show(shown: Shown, limit: int) -> list[object]:
    """Return what the list shows: of the papers that cite a work, those that are shown."""
    return [
        [
            each,
            *(
                note_card.work_link_shows(shown, key)
                for key in _named(shown.catalogue.papers, each)
            ),
        ]
        for each in shown.domain.literature.suggestions[:limit]
    ]


def _named(papers: Container[str], suggestion: Suggestion) -> list[str]:
    """Return the keys of the first papers that cite the work, among those that the site shows."""
    return [key for key in suggestion.cited_by if key in papers][:NAMED]


def _item(context: RenderContext, suggestion: Suggestion, docname: str) -> nodes.list_item:
    identifier = suggestion.identifier
    is_preprint = identifier.kind == "arXiv"
    resolver = "https://arxiv.org/abs/" if is_preprint else "https://doi.org/"
    address = resolver + quote(identifier.value, safe="/:;()")
    name = suggestion.title or str(identifier)
    title: list[nodes.Node] = [external(address, [nodes.Text(name)])]
    if suggestion.year:
        title.append(nodes.Text(f"{SEPARATOR}{suggestion.year}"))
    record = external(f"https://openalex.org/{suggestion.id}", [nodes.Text("OpenAlex")])
    links = [[external(address, [nodes.Text("arXiv" if is_preprint else _("DOI"))])], [record]]
    title += [nodes.Text(" "), nodes.inline("", "", *joined(links), classes=["pn-links"])]
    count = len(suggestion.cited_by)
    said = ngettext("Cited by %d paper here", "Cited by %d papers here", count) % count
    keys = _named(context.catalogue.papers, suggestion)
    works = joined(([note_card.work_link(context, key, docname)] for key in keys), ", ")
    citing = [nodes.Text(f"{said}: " if works else said), *works]
    if works and count > len(keys):
        citing.append(nodes.Text(", …"))
    command = f"papernotes add {shlex.quote(identifier.value)}"
    return nodes.list_item(
        "",
        nodes.paragraph("", "", *title),
        nodes.paragraph("", "", *citing, classes=["pn-cited-by"]),
        nodes.paragraph("", "", nodes.literal(command, command)),
    )
