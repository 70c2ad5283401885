"""Post-transforms: each placeholder becomes what the catalogue says at the time of writing."""

from __future__ import annotations

import datetime
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.i18n import format_date

from . import cards, works
from . import nodes as placeholders
from .catalogue import Catalogue
from .citations import CitationDomain, distinct_ids, latex_anchor
from .domain import PaperNotesDomain, without_links
from .model import Note
from .style import NAME as OWN_STYLE


class Place(SphinxPostTransform):
    """Replace the placeholders of a document."""

    # Ahead of Sphinx's ReferencesResolver (10), which resolves the links that are made here.
    default_priority = 7

    @property
    def domain(self) -> PaperNotesDomain:
        return PaperNotesDomain.of(self.env)

    @property
    def catalogue(self) -> Catalogue:
        return self.domain.catalogue

    def run(self, **kwargs: Any) -> None:
        """Replace them all; those that have nothing to show vanish."""
        for node in list(self.document.findall(placeholders.Placeholder)):
            match node:
                case placeholders.papers():
                    shown = self.papers(node)
                case placeholders.note_header():
                    shown = self.header(node)
                case placeholders.references():
                    shown = self.references(node)
                case placeholders.reading_list():
                    shown = self.reading_list(node)
                case placeholders.works_list():
                    shown = self.works(node)
                case _:
                    shown = []
            node.replace_self(shown)

    def papers(self, node: nodes.Element) -> list[nodes.Node]:
        docname, query = node["docname"], node["query"]
        faces = [self.face(note, docname) for note in self.catalogue.select(query)]
        if not faces:
            return [cards.nothing(_("No notes yet."))]
        if query.view == "list":
            return [cards.titles(faces, docname)]
        return [cards.grid(faces, docname, min(_depth(node) + 1, 6))]

    def face(self, note: Note, docname: str) -> cards.Face:
        noted = self.domain.noted(note)
        return cards.Face(
            note=note,
            paper=self.catalogue.papers.get(note.key),
            title=noted.title.nodes,
            summary=lambda: _moved(noted.summary.nodes(), note.docname, docname),
        )

    def header(self, node: nodes.Element) -> list[nodes.Node]:
        noted = self.domain.records[node["docname"]].noted
        if noted is None:
            return []
        note = noted.note
        paper = self.catalogue.papers.get(note.key)
        title = node.parent[0]
        url = works.target(paper) if paper else ""
        if url and isinstance(title, nodes.title):
            linked = cards.external(url, without_links(title))
            linked["classes"] += ["pn-paper"]
            title.children = []
            title += linked
        return [latex_anchor(note.docname, ""), cards.header(note, paper, self.format_day)]

    def format_day(self, day: datetime.date) -> str:
        noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
        language: str = self.config.language
        return format_date(self.config.papernotes_date_format, date=noon, language=language)

    def references(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        citations = CitationDomain.of(self.env)
        items = [
            self.work(key, docname, id_, citations)
            for key, id_ in citations.reference_ids(docname).items()
        ]
        if items:
            return [cards.work_list(items)]
        section = node.parent
        section.parent.remove(section)
        return []

    def work(
        self,
        key: str,
        docname: str,
        id_: str,
        citations: CitationDomain,
        extra: list[nodes.Node] | None = None,
    ) -> nodes.list_item:
        labelled = self.config.bibtex_reference_style not in (OWN_STYLE, "author_year")
        return cards.work(
            self.catalogue.papers[key],
            docname,
            noted=key in self.catalogue.notes,
            suffix=self.catalogue.suffixes.get(key, ""),
            label=citations.entry_label(key) if labelled else "",
            id_=id_,
            anchor=latex_anchor(docname, id_),
            extra=extra or [],
        )

    def reading_list(self, node: nodes.Element) -> list[nodes.Node]:
        items = [
            cards.work(self.catalogue.papers[key], node["docname"], noted=False)
            for key in self.catalogue.reading_list
        ]
        return [cards.work_list(items) if items else cards.nothing(_("Nothing to read."))]

    def works(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        citations = CitationDomain.of(self.env)
        items = [
            self.work(key, docname, id_, citations, self.cited_by(key, docname))
            for key, id_ in distinct_ids("work", self.catalogue.works).items()
        ]
        return [cards.work_list(items) if items else cards.nothing(_("No works yet."))]

    def cited_by(self, key: str, docname: str) -> list[nodes.Node]:
        citing = self.catalogue.cited_by.get(key, ())
        if not citing:
            return []
        line = nodes.paragraph("", _("Cited by") + " ", classes=["pn-cited-by"])
        for position, name in enumerate(citing):
            if position:
                line += nodes.Text(", ")
            title = without_links(self.env.titles[name])
            line += addnodes.pending_xref(
                "",
                nodes.inline("", "", *title),
                refdomain="std",
                reftype="doc",
                reftarget=f"/{name}",
                refdoc=docname,
                refexplicit=True,
                refwarn=True,
            )
        return [line]


def _depth(node: nodes.Node) -> int:
    """Return how many sections *node* stands in: the level of the heading above it."""
    depth = 0
    current = node.parent
    while current is not None:
        depth += isinstance(current, nodes.section)
        current = current.parent
    return max(depth, 1)


def _moved(excerpt: list[nodes.Node], home: str, docname: str) -> list[nodes.Node]:
    """Return the nodes *excerpt* of document *home* as they can stand in *docname*.

    Cross-references start from there; ids stay behind, since a page has each once, and so do
    references to footnotes.
    """
    holder = nodes.container("", *excerpt)
    for node in list(holder.findall(nodes.Element)):
        if isinstance(node, nodes.footnote_reference | nodes.target):
            node.parent.remove(node)
            continue
        node["ids"], node["names"] = [], []
        if isinstance(node, addnodes.pending_xref):
            node["refdoc"] = docname
            node["papernotes_home"] = home
    return holder.children
