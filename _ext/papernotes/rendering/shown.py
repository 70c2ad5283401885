"""What a page shows of other documents and of the bibliography, as parts of its digest.

Each component says in a function ``…_shows`` what it shows. The functions are made of the parts
that this module has in common for all of them.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from sphinx.environment import BuildEnvironment

from papernotes.bibliography import formatting, locators
from papernotes.catalogue.status import status
from papernotes.citations.domain import CitationDomain
from papernotes.core.model import Note, Paper
from papernotes.domain import PaperNotesDomain, figures
from papernotes.domain.places import named
from papernotes.domain.records import Excerpt
from papernotes.mathematics.equations import equation_target
from papernotes.rendering.previews import note_name


def digest(parts: Iterable[object]) -> str:
    """Return the digest of *parts*, which are equal if their representations are."""
    return hashlib.blake2b(repr(list(parts)).encode(), digest_size=16).hexdigest()


def _objects(env: BuildEnvironment) -> dict[str, list[tuple[object, ...]]]:
    """Return what documents describe, such as functions and options of programs, by last word.

    References to it may leave out the words before.
    """
    found: dict[str, list[tuple[object, ...]]] = {}
    standard = env.domains.standard_domain
    for domain in env.domains.sorted():
        if domain not in (standard, PaperNotesDomain.of(env)):
            for each in sorted(domain.get_objects()):
                found.setdefault(_last_word(each[0]), []).append((domain.name, *each))
    for (program, option), place in sorted(standard.progoptions.items(), key=str):
        found.setdefault(_last_word(option), []).append((program, *place))
    return found


def _last_word(name: str) -> str:
    """Return the last word of the name of an object, such as that of a function without module."""
    words = re.findall(r"\w+", name.partition("(")[0])
    return words[-1] if words else ""


class Shown:
    """The parts that digests are made of, once all documents are read.

    The digests that find outdated pages are also those that are kept for the next build.
    """

    def __init__(self, env: BuildEnvironment) -> None:
        self.config = env.config
        self.domain = PaperNotesDomain.of(env)
        self.catalogue = self.domain.catalogue
        self.archives = self.domain.archives
        citations = CitationDomain.of(env)
        self.label = citations.shown_label
        self.tooltip = citations.tooltip
        self.lists = citations.lists
        self.equation = functools.partial(equation_target, env)
        self._number = functools.partial(figures.number, env)
        self._named = functools.partial(named, env)
        self._objects = _objects(env)
        self._slugs = {name: data.get("myst_slugs") for name, data in env.metadata.items()}
        self.page_titles = {name: title.astext() for name, title in env.titles.items()}
        # Images whose published name is not that of their file, by document; few sites have any.
        self.renamed_images: dict[str, list[tuple[str, str]]] = {}
        for path, (docnames, name) in sorted(env.images.items()):
            if name != Path(path).name:
                for docname in docnames:
                    self.renamed_images.setdefault(docname, []).append((path, name))

    def once(self, kind: str, name: str, parts: Callable[[str], Iterable[object]]) -> str:
        """Return the digest of *parts* of *name*, computed once in a build."""
        digests = self.domain.digests
        if (kind, name) not in digests:
            digests[kind, name] = digest(parts(name))
        return digests[kind, name]

    def title(self, note: Note) -> list[object]:
        """Return what a link to *note* shows."""
        return [note.docname, note.language, self.domain.noted(note).title.digest]

    def linked(self, target: str) -> list[object]:
        """Return what a link to the notes that *target* stands for shows."""
        draft = self.domain.title_of_draft(target)
        notes = self.catalogue.linked(target)
        return [target, draft, *[(self.title(note), self._preview(note)) for note in notes]]

    def _preview(self, note: Note | None) -> str | None:
        """Return the name of the preview of *note*, which marks links to it."""
        return note_name(self.catalogue, note) if note else None

    def byline(self, note: Note) -> list[object]:
        """Return what the byline of *note* shows."""
        papers = self.catalogue.papers_of(note)
        if len(papers) == 1:
            return [formatting.byline_source(papers[0]), *self.status(papers[0])]
        suffixes = self.catalogue.suffixes
        return [
            (
                formatting.byline_source(paper),
                paper.title,
                suffixes.get(paper.key),
                *self.status(paper),
            )
            for paper in papers
        ]

    def citation(self, key: str) -> str:
        """Return the digest of what a citation of the work *key* shows, and where it can lead."""
        return self.once("citation", key, self._citation)

    def _citation(self, key: str) -> list[object]:
        paper = self.catalogue.papers.get(key)
        listed = self.lists.of(key)
        if paper is None:
            return [key, listed]
        note = self.catalogue.leading(key)
        people = formatting.people(paper) or paper.title
        when = formatting.year(paper) + self.catalogue.suffixes.get(key, "")
        published = locators.pdf_link(paper) in self.domain.paper_links(paper)
        located = [published, *locators.source(paper)]
        shown = [key, people, when, self.label(key), self.tooltip(key), located]
        return [*shown, note and note.docname, *self.status(paper), listed]

    def located(self, key: str) -> list[object]:
        """Return where links to pages of the work *key* lead."""
        paper = self.catalogue.papers.get(key)
        return [key, paper and (self.paper_links(paper), locators.source(paper))]

    def target(self, name: str) -> list[object]:
        """Return what a link to the document or the label *name* shows."""
        places = list(self._named(name))
        numbers = [self._number(*place[:2]) for place in places]
        preview = self._preview(self.catalogue.by_docname.get(name))
        led = [*places, *self._objects.get(_last_word(name), ())]
        return [name, self.page_titles.get(name), self._slugs.get(name), *led, *numbers, preview]

    def excerpt(self, excerpt: Excerpt) -> list[object]:
        """Return what nodes from another document show."""
        citations = [self.citation(key) for key in excerpt.citations]
        titles = [self.linked(target) for target in excerpt.links]
        targets = map(self.target, excerpt.targets)
        return [excerpt.digest, citations, titles, *map(self.equation, excerpt.equations), *targets]

    def paper_links(self, paper: Paper) -> str:
        """Return the digest of the links to a work."""
        return self.once("links", paper.key, lambda _: self.domain.paper_links(paper))

    def paper(self, paper: Paper) -> str:
        """Return the digest of what is shown of a work by itself: its BibTeX and its links."""
        return self.once(
            "work",
            paper.key,
            lambda _: [
                formatting.bibtex(paper, tuple(self.config.papernotes_bibtex_fields)),
                formatting.target(paper),
                self.paper_links(paper),
                *self.status(paper),
            ],
        )

    def status(self, paper: Paper) -> list[object]:
        """Return what the mark of *paper* shows of what became of it."""
        found = status(paper)
        return [found] if found.kinds else []

    def tags(self, note: Note) -> list[object]:
        """Return what the list of the tags of *note* shows: their names, pages and colours."""
        pages, hues = self.archives.tag_pages, self.archives.hues
        return [(tag, pages.get(tag), hues.get(tag)) for tag in note.tags]
