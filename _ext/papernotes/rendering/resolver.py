"""Each placeholder becomes what the catalogue says at the time of writing: as document nodes."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.util.i18n import format_date

from papernotes import nodes as placeholders
from papernotes.bibliography import formatting
from papernotes.catalogue.derive import Catalogue
from papernotes.citations.domain import CitationDomain
from papernotes.citations.ids import distinct_ids, latex_anchor
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import Mention
from papernotes.domain.xrefs import cited_keys, linked_keys, without_links
from papernotes.i18n import _
from papernotes.rendering import links, navigation, note_card, work_entry

# How many works a list of all has before it is worth parting by initials.
GROUPED_FROM = 40


class Placer:
    """Makes what stands in the place of placeholders."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        self.domain = PaperNotesDomain.of(env)
        self.citations = CitationDomain.of(env)

    @property
    def catalogue(self) -> Catalogue:
        return self.domain.catalogue

    def shown(self, node: placeholders.Placeholder) -> list[nodes.Node]:
        """Return what stands in the place of *node*, which may be nothing."""
        match node:
            case placeholders.papers():
                return self.papers(node)
            case placeholders.note_header():
                return self.header(node)
            case placeholders.references():
                return self.references(node)
            case placeholders.reading_list():
                return self.reading_list(node)
            case placeholders.mentioned_in():
                return self.mentions(node)
            case placeholders.neighbours():
                return self.neighbours(node)
            case placeholders.works_list():
                return self.works(node)
            case _:
                return []

    # -- What stands on many pages ------------------------------------------------

    def reference(self, key: str, docname: str) -> Sequence[nodes.Node]:
        """Return the reference of the work *key* with its links."""
        return work_entry.reference(
            self.catalogue.papers[key],
            self.domain.formatted(key),
            docname,
            noted=key in self.catalogue.notes,
        )

    def context(self, key: str) -> nodes.Node:
        """Return the description of the work *key* for reference managers."""
        return work_entry.context(self.catalogue.papers[key])

    def title_line(self, note: Note, docname: str) -> Sequence[nodes.Node]:
        """Return the line of *note* in a plain list."""
        return note_card.title_line(face(self.domain, note, docname), docname)

    def title_link(self, note: Note, docname: str) -> nodes.Node:
        """Return the title of *note* as a link to it."""
        return note_card.title_link(face(self.domain, note, docname), docname)

    def page_link(self, name: str, docname: str) -> nodes.Node:
        """Return the title of the page *name* as a link to it."""
        return links.place_link(name, "", docname, self.title(name))

    # -- What stands in the place of each -----------------------------------------

    def papers(self, node: nodes.Element) -> list[nodes.Node]:
        docname, query = node["docname"], node["query"]
        sheet = self.domain.browse.front if query.paged else None
        notes = sheet.notes if sheet else self.catalogue.select(query)
        if not notes:
            return [work_entry.nothing(_("No notes yet."))]
        shown: list[nodes.Node]
        if query.view == "list":
            shown = [note_card.titles([self.title_line(note, docname) for note in notes])]
        else:
            faces = [face(self.domain, note, docname) for note in notes]
            shown = [note_card.grid(faces, docname, min(depth(node) + 1, 6))]
        if sheet is None:
            return shown
        shown += navigation.pager(sheet, docname)
        if not self.domain.browse.filtered:
            return shown
        return [navigation.filtered(shown, sheet.sort, self.env.config.language)]

    def neighbours(self, node: nodes.Element) -> list[nodes.Node]:
        docname, browse = node["docname"], self.domain.browse
        related = [self.title_line(note, docname) for note in browse.related.get(docname, ())]
        before, after = (
            self.title_link(note, docname) if note else None for note in browse.neighbours(docname)
        )
        return [*navigation.related(related), *navigation.neighbours(before, after)]

    def header(self, node: nodes.Element) -> list[nodes.Node]:
        noted = self.domain.records[node["docname"]].noted
        if noted is None:
            return []
        note = noted.note
        paper = self.catalogue.papers.get(note.key)
        title = node.parent[0]
        url = formatting.target(paper) if paper else ""
        if url and isinstance(title, nodes.title):
            linked = links.external(url, without_links(title))
            linked["classes"] += ["pn-paper"]
            title.children = []
            title += linked
        tag_pages = self.domain.browse.tag_pages
        return [
            latex_anchor(note.docname, ""),
            note_card.header(note, paper, self.format_day, tag_pages),
        ]

    def format_day(self, day: datetime.date) -> str:
        noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
        language: str = self.env.config.language
        return format_date(self.env.config.papernotes_date_format, date=noon, language=language)

    def references(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        places: dict[str, dict[str, None]] = defaultdict(dict)
        for citation in self.domain.records[docname].page.citations:
            if citation.id:
                places[citation.key][citation.id] = None
        items = [
            self.work(key, docname, id_, back=list(places[key]))
            for key, id_ in self.citations.reference_ids(docname).items()
        ]
        if items:
            return [work_entry.work_list(items)]
        section = node.parent
        section.parent.remove(section)
        return []

    def work(
        self,
        key: str,
        docname: str,
        id_: str,
        *,
        back: Sequence[str] = (),
        extra: Sequence[nodes.Node] = (),
    ) -> nodes.list_item:
        return work_entry.work(
            self.reference(key, docname),
            self.context(key),
            label=self.citations.shown_label(key),
            id_=id_,
            anchor=latex_anchor(docname, id_),
            back=back,
            extra=extra,
        )

    def reading_list(self, node: nodes.Element) -> list[nodes.Node]:
        items = [
            work_entry.work(self.reference(key, node["docname"]), self.context(key))
            for key in self.catalogue.reading_list
        ]
        return [work_entry.work_list(items) if items else work_entry.nothing(_("Nothing to read."))]

    def works(self, node: nodes.Element) -> list[nodes.Node]:
        docname = node["docname"]
        groups: dict[str, list[nodes.Node]] = {}
        for key, id_ in distinct_ids("work", self.catalogue.works).items():
            item = self.work(key, docname, id_, extra=self.cited_by(key, docname))
            initial = formatting.initial(self.catalogue.papers[key])
            groups.setdefault(initial, []).append(item)
        if not groups:
            return [work_entry.nothing(_("No works yet."))]
        if len(self.catalogue.works) < GROUPED_FROM:
            return [work_entry.work_list([item for items in groups.values() for item in items])]
        return work_entry.work_groups(groups, min(depth(node) + 1, 6), self.env.config.language)

    def cited_by(self, key: str, docname: str) -> list[nodes.Node]:
        citing = self.catalogue.cited_by.get(key, ())
        if not citing:
            return []
        line = nodes.paragraph("", _("Cited by") + " ", classes=["pn-cited-by"])
        for position, name in enumerate(citing):
            if position:
                line += nodes.Text(", ")
            line += self.page_link(name, docname)
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
            work_entry.Quote(
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
        return [work_entry.mentions(quotes, docname)] if quotes else []

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
                _mark(reference, links.place_link(home, mention.id, docname, shown))
        return holder.children


def face(domain: PaperNotesDomain, note: Note, docname: str) -> note_card.CardContent:
    """Return what a card on the page *docname* shows of *note*."""
    noted = domain.noted(note)
    return note_card.CardContent(
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


def depth(node: nodes.Node) -> int:
    """Return how many sections *node* stands in: the level of the heading above it."""
    count = 0
    current = node.parent
    while current is not None:
        count += isinstance(current, nodes.section)
        current = current.parent
    return max(count, 1)


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
