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
from .domain import PaperNotesDomain
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
        record = self.domain.records[note.docname]
        assert record.title is not None and record.summary is not None
        title, summary = record.title, record.summary
        return cards.Face(
            note=note,
            paper=self.catalogue.papers.get(note.key),
            title=lambda: _without_links(title.nodes()),
            summary=lambda: _moved(summary.nodes(), note.docname, docname),
        )

    def header(self, node: nodes.Element) -> list[nodes.Node]:
        record = self.domain.records[node["docname"]]
        note = record.note
        if note is None:
            return []
        paper = self.catalogue.papers.get(note.key)
        title = node.parent[0]
        url = works.target(paper) if paper else ""
        if url and isinstance(title, nodes.title):
            linked = cards.external(url, _without_links(title.children))
            linked["classes"] += ["pn-paper"]
            title.children = []
            title += linked
        return [cards.header(note, paper, self.format_day)]

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
        item = cards.work(
            self.catalogue.papers[key],
            docname,
            noted=key in self.catalogue.notes,
            suffix=self.catalogue.suffixes.get(key, ""),
            label=citations.label(key) if labelled else "",
            id_=id_,
            extra=extra or [],
        )
        item[0].insert(0, latex_anchor(docname, id_))
        return item

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
            title = _without_links(self.env.titles[name].deepcopy().children)
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
    return _taken(holder)


def _without_links(content: list[nodes.Node]) -> list[nodes.Node]:
    """Return *content* with the text of each link in its place, since links do not nest."""
    holder = nodes.container("", *content)
    for node in list(holder.findall(nodes.Element)):
        if isinstance(node, nodes.reference | addnodes.pending_xref):
            node.replace_self(node.children)
        else:
            node["ids"], node["names"] = [], []
    return _taken(holder)


def _taken(holder: nodes.Element) -> list[nodes.Node]:
    children = holder.children
    holder.children = []
    return children
