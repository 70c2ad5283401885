"""Digests of pages, by which a build finds those that are out of date.

The digest of a page covers all that it shows of other documents and of the bibliography. The
digests of the last finished build are kept beside its pages. So they stay true after a build that
was interrupted, and after a build of another format.
"""

from __future__ import annotations

from sphinx.environment import BuildEnvironment

from papernotes.bibliography import formatting
from papernotes.catalogue.archives import ListPage
from papernotes.catalogue.citation_graph import CitationMap, known_citations
from papernotes.catalogue.index_pages import IndexPage, WorksPage
from papernotes.catalogue.mention_pages import MentionPage
from papernotes.domain.intents import intents_of
from papernotes.incremental.toctrees import Toctrees
from papernotes.rendering import note_list, suggestions, work_entry, works_list
from papernotes.rendering.note_page import mentions, neighbours, note_citation, note_header
from papernotes.rendering.shown import Shown


class Digests:
    """Digests of what pages show, for one build."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.shown = Shown(env)
        self._toctrees = Toctrees(env)

    def _frame(self) -> object:
        """Return what the theme shows beside the text of every page: its sidebar, or toctrees."""
        shown = self.shown
        return shown.domain.frame or shown.once("frame", "", lambda _: self._toctrees.navigation())

    def page(self, docname: str) -> str:
        """Return the digest of what the page *docname* shows of other documents and of entries."""
        return self.shown.once("page", docname, self._page)

    def _page(self, docname: str) -> list[object]:
        shown = self.shown
        record = shown.domain.records[docname]
        page = record.page
        parts: list[object] = [self._frame(), work_entry.references_show(shown, record)]
        parts += [self._toctrees.page(docname), shown.lists.on(docname)]
        parts.extend(map(shown.equation, page.equations))
        parts.extend(map(shown.target, page.targets))
        parts.extend(map(shown.located, page.located))
        parts.append(shown.renamed_images.get(docname))
        if record.noted:
            note = record.noted.note
            parts.append(note_header.header_shows(shown, note))
            parts.append(mentions.mentions_show(shown, note))
            parts.append(neighbours.neighbours_show(shown, note))
            parts.append(note_citation.note_citation_shows(shown, note))
        parts += [note_list.papers_shows(shown, query) for query in page.queries]
        if page.reading_list:
            parts.append(work_entry.reading_list_shows(shown))
        if page.suggestions:
            parts.append(suggestions.suggestions_show(shown, page.suggestions))
        if page.works:
            parts.append(works_list.all_works_show(shown, docname))
        return parts

    def archive_page(self, page: str) -> str:
        """Return the digest of the archive page *page*."""
        return self.shown.once(
            "archive page",
            page,
            lambda name: [self._frame(), self._archive_page(name)],
        )

    def _archive_page(self, page: str) -> list[object]:
        shown, archives = self.shown, self.shown.archives
        content = archives.pages[page]
        if isinstance(content, ListPage):
            return note_list.page_shows(shown, content)
        if isinstance(content, CitationMap):
            keys = {work.key for work in content.works} | {key for key, _ in content.most_cited}
            keys.update(*content.cited.values())
            citing = [shown.title(shown.catalogue.by_docname[name]) for name in content.cited]
            tags = [*content.lanes, *(tag for tag, _ in content.tags)]
            colours = [(archives.tag_pages.get(tag), archives.hues.get(tag)) for tag in tags]
            works = [self._mapped(key) for key in sorted(keys)]
            why = [
                intents_of(shown.domain, shown.catalogue.by_docname[name]) for name in content.cited
            ]
            known = known_citations(content, shown.domain.literature.cites)
            return [content, colours, citing, works, why, *known]
        if isinstance(content, MentionPage):
            note = shown.catalogue.by_docname[content.docname]
            quotes = mentions.quotes_show(shown, note, content.names)
            return [content, shown.title(note), *quotes]
        if isinstance(content, WorksPage):
            return works_list.works_page_shows(shown, content)
        if isinstance(content, IndexPage):
            names = [
                (group.name, [shown.title(note) for note in group.notes])
                for group in content.groups
            ]
            return [content.number, content.pages, content.initials, names]
        hues = archives.hues if content == "tags" else {}
        return [
            (group.name, group.page, len(group.notes), hues.get(group.name))
            for group in archives.indexes[content]
        ]

    def _mapped(self, key: str) -> list[object]:
        """Return what the citation map shows of the work *key*."""
        paper = self.shown.catalogue.papers.get(key)
        name = formatting.textual_citation(paper) if paper else key
        return [self.shown.linked(key), name, work_entry.entry_shows(self.shown, key)]
