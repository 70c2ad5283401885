"""Post-transforms: each placeholder becomes what the catalogue says at the time of writing."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.i18n import format_date

from . import cards, indexes, works
from . import nodes as placeholders
from .catalogue import Catalogue
from .citations import CitationDomain, distinct_ids, latex_anchor
from .domain import (
    Mention,
    PaperNotesDomain,
    cited_keys,
    linked_keys,
    without_links,
)
from .model import Note

# How many works a list of all has before it is worth parting by initials.
GROUPED_FROM = 40


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
                case placeholders.mentioned_in():
                    shown = self.mentions(node)
                case placeholders.neighbours():
                    shown = self.neighbours(node)
                case placeholders.works_list():
                    shown = self.works(node)
                case _:
                    shown = []
            node.replace_self(shown)

    def papers(self, node: nodes.Element) -> list[nodes.Node]:
        docname, query = node["docname"], node["query"]
        sheet = self.domain.browse.front if query.paged else None
        notes = sheet.notes if sheet else self.catalogue.select(query)
        faces = [face(self.domain, note, docname) for note in notes]
        if not faces:
            return [cards.nothing(_("No notes yet."))]
        shown: list[nodes.Node]
        if query.view == "list":
            shown = [cards.titles(faces, docname)]
        else:
            shown = [cards.grid(faces, docname, min(_depth(node) + 1, 6))]
        if sheet is None:
            return shown
        shown += indexes.pager(sheet, docname)
        return [indexes.filtered(shown, sheet.sort)] if self.domain.browse.filtered else shown

    def neighbours(self, node: nodes.Element) -> list[nodes.Node]:
        docname, browse = node["docname"], self.domain.browse
        related = [face(self.domain, note, docname) for note in browse.related.get(docname, ())]
        before, after = (
            face(self.domain, note, docname) if note else None
            for note in browse.neighbours(docname)
        )
        return [*indexes.related(related, docname), *indexes.neighbours(before, after, docname)]

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
        tag_pages = self.domain.browse.tag_pages
        return [
            latex_anchor(note.docname, ""),
            placeholders.page_summary("", *face(self.domain, note, note.docname).summary()),
            cards.header(note, paper, self.format_day, tag_pages),
        ]

    def format_day(self, day: datetime.date) -> str:
        noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
        language: str = self.config.language
        return format_date(self.config.papernotes_date_format, date=noon, language=language)

    def references(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        citations = CitationDomain.of(self.env)
        places: dict[str, dict[str, None]] = defaultdict(dict)
        for citation in self.domain.records[docname].page.citations:
            if citation.id:
                places[citation.key][citation.id] = None
        items = [
            self.work(key, docname, id_, citations, back=list(places[key]))
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
        *,
        back: Sequence[str] = (),
        extra: Sequence[nodes.Node] = (),
    ) -> nodes.list_item:
        return cards.work(
            self.catalogue.papers[key],
            self.domain.formatted(key),
            docname,
            noted=key in self.catalogue.notes,
            label=citations.shown_label(key),
            id_=id_,
            anchor=latex_anchor(docname, id_),
            back=back,
            extra=extra,
        )

    def reading_list(self, node: nodes.Element) -> list[nodes.Node]:
        items = [
            cards.work(
                self.catalogue.papers[key],
                self.domain.formatted(key),
                node["docname"],
                noted=False,
            )
            for key in self.catalogue.reading_list
        ]
        return [cards.work_list(items) if items else cards.nothing(_("Nothing to read."))]

    def works(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        citations = CitationDomain.of(self.env)
        groups: dict[str, list[nodes.Node]] = {}
        for key, id_ in distinct_ids("work", self.catalogue.works).items():
            item = self.work(key, docname, id_, citations, extra=self.cited_by(key, docname))
            initial = works.initial(self.catalogue.papers[key])
            groups.setdefault(initial, []).append(item)
        if not groups:
            return [cards.nothing(_("No works yet."))]
        if len(self.catalogue.works) < GROUPED_FROM:
            return [cards.work_list([item for items in groups.values() for item in items])]
        return cards.work_groups(groups, min(_depth(node) + 1, 6))

    def cited_by(self, key: str, docname: str) -> list[nodes.Node]:
        citing = self.catalogue.cited_by.get(key, ())
        if not citing:
            return []
        line = nodes.paragraph("", _("Cited by") + " ", classes=["pn-cited-by"])
        for position, name in enumerate(citing):
            if position:
                line += nodes.Text(", ")
            line += cards.place_link(name, "", docname, self.title(name))
        return [line]

    def title(self, docname: str) -> list[nodes.Node]:
        return without_links(self.env.titles[docname])

    def mentions(self, node: nodes.Element) -> list[nodes.Node]:
        """Return who cites the note's paper or links to the note, in which sentences."""
        docname = node["docname"]
        noted = self.domain.records[docname].noted
        if noted is None or docname not in self.catalogue.by_docname:
            return []
        key = noted.note.key
        quotes = [
            cards.Quote(
                docname=name,
                title=self.title(name),
                sentences=[
                    (mention.id, self.quoted(mention, key, name, docname))
                    for mention in self.domain.mentions(name, key)
                ],
            )
            for name in self.catalogue.cited_by.get(key, ())
            if name != docname
        ]
        return [cards.mentions(quotes, docname)] if quotes else []

    def quoted(self, mention: Mention, key: str, home: str, docname: str) -> list[nodes.Node]:
        """Return the sentence of *mention* as it can stand in *docname*, what cites *key* marked.

        The marked citation leads to the place that the sentence comes from: the note that it would
        lead to is the page itself.
        """
        holder = nodes.container("", *_moved(mention.sentence.nodes(), home, docname))
        for reference in list(holder.findall(addnodes.pending_xref)):
            if key in cited_keys(reference):
                reference["papernotes_place"] = mention.id
                _mark(reference, reference)
            elif key in linked_keys(reference):
                title = self.domain.noted(self.catalogue.notes[key]).title.nodes()
                shown = reference.children if reference["refexplicit"] else title
                _mark(reference, cards.place_link(home, mention.id, docname, shown))
        return holder.children


class LeaveOutUnseen(SphinxPostTransform):
    """Leave out what only screen readers say, where nothing keeps it from being seen."""

    default_priority = 600
    formats = ("latex", "man", "texinfo", "text")

    def run(self, **kwargs: Any) -> None:
        """Remove it."""
        for node in list(self.document.findall(nodes.inline)):
            if "pn-unseen" in node["classes"]:
                node.parent.remove(node)


def face(domain: PaperNotesDomain, note: Note, docname: str) -> cards.Face:
    """Return what a card on the page *docname* shows of *note*."""
    noted = domain.noted(note)
    return cards.Face(
        note=note,
        paper=domain.catalogue.papers.get(note.key),
        title=noted.title.nodes,
        summary=lambda: _moved(noted.summary.nodes(), note.docname, docname),
        tag_pages=domain.browse.tag_pages,
    )


def _mark(old: nodes.Element, new: nodes.Element) -> None:
    """Put *new*, marked, in the place of *old*."""
    marked = placeholders.mark()
    old.replace_self(marked)
    marked += new


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
