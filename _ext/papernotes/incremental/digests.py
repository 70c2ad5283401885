"""Which pages are out of date: those that show something that has changed elsewhere.

Each page has a digest of all that it shows of other documents and of the bibliography. The digests
of the last finished build stand beside its pages, since they describe those: a build that was cut
short, or one of another format in between, leaves them true.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from sphinx.environment import BuildEnvironment

from papernotes.bibliography import formatting
from papernotes.catalogue.archives import ListPage
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.citations.domain import CitationDomain
from papernotes.core.model import Note, Paper
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import Excerpt, Record
from papernotes.mathematics.equations import shown_number


class Digests:
    """Digests of what pages show, for one build.

    They are made of what stands once all documents are read, so that those for finding the pages
    that are out of date are also those to keep.
    """

    def __init__(self, env: BuildEnvironment) -> None:
        self.domain = PaperNotesDomain.of(env)
        self.catalogue = self.domain.catalogue
        self.browse = self.domain.browse
        citations = CitationDomain.of(env)
        self.label = citations.shown_label
        self.tooltip = citations.tooltip
        self.equation = functools.partial(shown_number, env)
        self.standard = env.domains.standard_domain
        self.slugs = {name: data.get("myst_slugs") for name, data in env.metadata.items()}
        self.titles = {name: title.astext() for name, title in env.titles.items()}
        # Pictures that are called otherwise than their files, by document: few sites have any.
        self.renamed: dict[str, list[tuple[str, str]]] = {}
        for path, (docnames, name) in sorted(env.images.items()):
            if name != Path(path).name:
                for docname in docnames:
                    self.renamed.setdefault(docname, []).append((path, name))

    def _once(self, kind: str, name: str, parts: Callable[[str], Iterable[object]]) -> str:
        """Return the digest of *parts* of *name*, which are looked at once in a build."""
        digests = self.domain.digests
        if (kind, name) not in digests:
            digests[kind, name] = _digest(parts(name))
        return digests[kind, name]

    def page(self, docname: str) -> str:
        """Return the digest of what the page *docname* shows that is not its own."""
        return self._once("page", docname, self._page)

    def _page(self, docname: str) -> list[object]:
        record = self.domain.records[docname]
        page = record.page
        parts: list[object] = [self.references(record)]
        parts.extend(map(self.equation, page.equations))
        parts.extend(map(self.target, page.targets))
        parts.append(self.renamed.get(docname))
        if record.noted:
            # The second of two notes on a paper has no place in the catalogue.
            parts.append(docname in self.catalogue.by_docname)
            parts.append(self.header(record.noted.note))
            parts.append(self.mentions(record.noted.note))
            parts.append(self.neighbours(record.noted.note))
        for query in page.queries:
            if query.paged and self.browse.front:
                parts.append(self.sheet(self.browse.front))
                continue
            show = self.line if query.view == "list" else self.card
            parts.append([show(note) for note in self.catalogue.select(query)])
        if page.reading_list:
            parts.append([self.entry(key) for key in self.catalogue.reading_list])
        if page.works:
            parts.append([self.citing(key) for key in self.catalogue.works])
        return parts

    def references(self, record: Record) -> list[object]:
        """Return what the citations, references and note links of a document show."""
        cited = sorted({citation.key for citation in record.page.citations})
        linked = sorted({link.key for link in record.page.note_links})
        return [[(self.citation(key), self.entry(key)) for key in cited], *map(self.title, linked)]

    def made(self, page: str) -> str:
        """Return the digest of *page*, which no document stands for."""
        return self._once("made", page, self._made)

    def _made(self, page: str) -> list[object]:
        shown = self.browse.pages[page]
        if isinstance(shown, ListPage):
            return self.sheet(shown)
        if isinstance(shown, CitationMap):
            keys = sorted({key for pair in shown.citations for key in pair})
            return [shown, [self.mapped(key) for key in keys]]
        groups = self.browse.indexes[shown]
        if shown in ("tags", "years"):
            return [(group.name, group.page, len(group.notes)) for group in groups]
        return [(group.name, [self.title(note.key) for note in group.notes]) for group in groups]

    def mapped(self, key: str) -> list[object]:
        """Return what the citation map shows of the work *key*."""
        paper = self.catalogue.papers.get(key)
        return [
            self.title(key),
            formatting.textual_citation(paper) if paper else key,
            self.entry(key),
        ]

    def sheet(self, sheet: ListPage) -> list[object]:
        """Return what a page's part of a list of notes shows."""
        show = self.line if sheet.view == "list" else self.card
        # Only the pages of tags and years say how many notes there are.
        count = sheet.count if sheet.kind != "front" else None
        about = [sheet.name, sheet.number, sheet.pages, count, sheet.sort]
        return [about, self.titles.get(sheet.pages[0]), [show(note) for note in sheet.notes]]

    def filter(self, notes: Iterable[Note]) -> str:
        """Return the digest of what the front page's filter knows of *notes*."""
        return _digest([self.line(note), note.read, note.tags, note.key] for note in notes)

    def header(self, note: Note) -> list[object]:
        """Return what stands under the title of *note* that is not its own."""
        paper = self.catalogue.papers.get(note.key)
        return [paper and self.work(paper), self.tag_pages(note)]

    def work(self, paper: Paper) -> str:
        """Return the digest of what is shown of a work by itself: its BibTeX and its links."""
        return self._once(
            "work",
            paper.key,
            lambda _: [formatting.bibtex(paper), formatting.target(paper), self.links(paper)],
        )

    def links(self, paper: Paper) -> str:
        """Return the digest of the links to a work."""
        return self._once("links", paper.key, lambda _: formatting.links(paper))

    def tag_pages(self, note: Note) -> list[object]:
        """Return the pages that the tags of *note* link to."""
        return [self.browse.tag_pages.get(tag) for tag in note.tags]

    def neighbours(self, note: Note) -> list[object]:
        """Return what a note shows of those before, after and related."""
        before, after = self.browse.neighbours(note.docname)
        related = self.browse.related.get(note.docname, ())
        near = [other and self.title(other.key) for other in (before, after)]
        return [near, [self.line(other) for other in related]]

    def entry(self, key: str) -> str:
        """Return the digest of what the entry of the work *key* in a list of works shows."""
        return self._once("entry", key, self._entry)

    def _entry(self, key: str) -> list[object]:
        paper = self.catalogue.papers.get(key)
        note = self.catalogue.notes.get(key)
        # All fields of the entry are there for the connectors of reference managers.
        shown = paper and (self.domain.formatted(key), self.work(paper))
        return [key, shown, self.label(key), note and note.docname]

    def citation(self, key: str) -> object:
        """Return what a citation of the work *key* shows, and where it can lead."""
        paper = self.catalogue.papers.get(key)
        if paper is None:
            return key
        note = self.catalogue.notes.get(key)
        people = formatting.people(paper) or paper.title
        when = formatting.year(paper) + self.catalogue.suffixes.get(key, "")
        return [key, people, when, self.label(key), self.tooltip(key), note and note.docname]

    def mentions(self, note: Note) -> list[object]:
        """Return what the section "Cited by" of a note shows."""
        return [
            [
                name,
                self.titles.get(name),
                [
                    [mention.id, *self.excerpt(mention.sentence)]
                    for mention in self.domain.mentions(name, note.key)
                ],
            ]
            for name in self.catalogue.cited_by.get(note.key, ())
            if name != note.docname
        ]

    def excerpt(self, excerpt: Excerpt) -> list[object]:
        """Return what nodes show that come from another document."""
        cited = [self.citation(key) for key in excerpt.citations]
        linked = [self.title(key) for key in excerpt.links]
        led = map(self.target, excerpt.targets)
        return [excerpt.digest, cited, linked, *map(self.equation, excerpt.equations), *led]

    def target(self, name: str) -> list[object]:
        """Return what a link shows that leads to the document or the label *name*."""
        labels = (self.standard.labels.get(name), self.standard.anonlabels.get(name))
        return [name, self.titles.get(name), self.slugs.get(name), *labels]

    def card(self, note: Note) -> str:
        """Return the digest of a note's card."""
        return self._once("card", note.key, lambda _: self._card(note))

    def _card(self, note: Note) -> list[object]:
        summary = self.excerpt(self.domain.noted(note).summary)
        paper = self.catalogue.papers.get(note.key)
        tags = [note.tags, self.tag_pages(note)]
        return [
            self.line(note),
            tags,
            summary,
            paper and self.links(paper),
            self.renamed.get(note.docname),
        ]

    def preview(self, key: str) -> str:
        """Return the digest of the preview of the work *key*."""
        return self._once("preview", key, self._preview)

    def _preview(self, key: str) -> list[object]:
        paper = self.catalogue.papers[key]
        note = self.catalogue.notes.get(key)
        links = [formatting.target(paper), self.links(paper)]
        return [paper.title, links, formatting.byline_source(paper), note and self.card(note)]

    def line(self, note: Note) -> list[object]:
        """Return what a note's line in a plain list shows."""
        paper = self.catalogue.papers.get(note.key)
        return [*self.title(note.key), paper and formatting.byline_source(paper)]

    def citing(self, key: str) -> list[object]:
        """Return what an entry of the list of works shows: the work, and the pages that cite it."""
        pages = self.catalogue.cited_by.get(key, ())
        return [self.entry(key), [(name, self.titles.get(name)) for name in pages]]

    def title(self, key: str) -> list[object]:
        """Return what a link to a note shows."""
        note = self.catalogue.notes.get(key)
        if note is None:
            return [key]
        return [note.docname, self.domain.noted(note).title.digest]


def _digest(parts: Iterable[object]) -> str:
    return hashlib.blake2b(repr(list(parts)).encode(), digest_size=16).hexdigest()
