"""The resolver: each placeholder becomes what its component returns.

On the pages of a site it becomes HTML at once, when all post-transforms of the page are done. Most
of a page's nodes stand in place of placeholders, and some thirty post-transforms would traverse
them for nothing. Other formats get nodes, ahead of Sphinx's own post-transforms.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes import nodes as placeholders
from papernotes import site_info
from papernotes.builders import CheckBuilder
from papernotes.catalogue.archives import ListPage
from papernotes.domain import PaperNotesDomain
from papernotes.rendering import note_card, note_list, suggestions, work_entry, works_list
from papernotes.rendering.context import RenderContext, section_depth
from papernotes.rendering.html_fragments import NO_PAGE, NOWHERE, Places, Renderer
from papernotes.rendering.note_page import mentions, neighbours, note_citation, note_header

# The attribute of a document that keeps the nodes of a note's summary for the head of its page.
SUMMARY = "papernotes_summary"

Component = Callable[[RenderContext, nodes.Element], list[nodes.Node]]

COMPONENTS: dict[type[placeholders.Placeholder], Component] = {
    placeholders.papers: note_list.papers,
    placeholders.note_header: note_header.header,
    placeholders.references: work_entry.references,
    placeholders.margin_reference: work_entry.margin_reference,
    placeholders.reading_list: work_entry.reading_list,
    placeholders.works_list: works_list.all_works,
    placeholders.suggestions: suggestions.suggestions,
    placeholders.mentioned_in: mentions.mentions,
    placeholders.neighbours: neighbours.neighbours,
    placeholders.note_citation: note_citation.note_citation,
}


def setup(app: Sphinx) -> None:
    """Add both ways of replacing placeholders."""
    app.add_post_transform(ReplacePlaceholders)
    resolver = HtmlResolver()
    # When the catalogue has been derived (400).
    app.connect("env-updated", resolver.start, priority=410)
    # Behind what is made of the same nodes for other files.
    app.connect("doctree-resolved", resolver.resolve, priority=600)


def resolved(context: RenderContext, node: placeholders.Placeholder) -> list[nodes.Node]:
    """Return what stands in the place of *node*; nothing for one without a component."""
    component = COMPONENTS.get(type(node))
    return component(context, node) if component else []


class ReplacePlaceholders(SphinxPostTransform):
    """Replace the placeholders of a document by nodes, unless its page is of a site."""

    # Ahead of Sphinx's ReferencesResolver (10), which resolves the links that are made here.
    default_priority = 7

    def run(self, **kwargs: Any) -> None:
        """Replace all placeholders; those with nothing to show vanish."""
        if PaperNotesDomain.of(self.env).writes_site:
            return
        context = RenderContext(self.env)
        for node in list(self.document.findall(placeholders.Placeholder)):
            node.replace_self(resolved(context, node))


class HtmlResolver:
    """Replaces the placeholders of a site's pages by HTML, in one build after another."""

    def __init__(self) -> None:
        self._context: HtmlContext | None = None

    def start(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Drop what the previous catalogue was rendered to."""
        self._context = HtmlContext(app) if PaperNotesDomain.of(env).writes_site else None
        return []

    def resolve(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Replace the placeholders of a document whose references are resolved."""
        context = self._context
        if context is None:
            return
        for node in list(doctree.findall(placeholders.Placeholder)):
            is_header = isinstance(node, placeholders.note_header)
            node.replace_self(self._html(context, node, docname))
            if is_header:
                doctree[SUMMARY] = context.resolved_summary(docname)
                context.prepare_lists(docname)

    @staticmethod
    def _html(
        context: HtmlContext, node: placeholders.Placeholder, docname: str
    ) -> list[nodes.Node]:
        depth = section_depth(node)
        renderer = context.renderer.at(docname)
        parts: list[nodes.Node] = []
        for element in resolved(context, node):
            # A raw node is a target of another format.
            if isinstance(element, nodes.raw):
                continue
            assert isinstance(element, nodes.Element)
            is_header = isinstance(node, placeholders.note_header)
            searched = [note_header.searchable_text(element)] if is_header else []
            parts.append(renderer.fragment(element, depth).node(*searched))
        return parts


class HtmlContext(RenderContext):
    """The site as components see it; what many pages show is rendered once in a build."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(app.env)
        self.app = app

    @functools.cached_property
    def renderer(self) -> Renderer:
        """The renderer for any page, made when the builder has its settings and begins to write."""
        return Renderer(self.app, NO_PAGE)

    def address(self, docname: str) -> str:
        """Return the absolute address of a page, or an empty string if the site has no address."""
        return site_info.public_page(self.app, docname)

    @functools.cached_property
    def _places(self) -> Places:
        return Places(self.renderer.builder)

    def share(
        self,
        kind: str,
        key: str,
        docname: str,
        make: Callable[[str], Sequence[nodes.Node]],
        *,
        to_itself: bool = False,
    ) -> Sequence[nodes.Node]:
        """Return what *make* returns, as HTML that all pages share."""
        if to_itself:
            return make(docname)
        fragment = self.domain.fragments.get((kind, key))
        if fragment is None:
            holder = nodes.inline("", "", *make(NOWHERE))
            fragment = self.renderer.at(NOWHERE).inner(holder)
            self.domain.fragments[kind, key] = fragment
        if docname == NOWHERE:
            return [fragment.node()]
        return [replace(fragment, html=self._places.moved(fragment.html, docname)).node()]

    def prepare_lists(self, docname: str) -> None:
        """Render what archive pages show of a note, in the process that writes the note's page.

        Each process that writes archive pages would render nearly all notes again.
        """
        note = self.catalogue.by_docname.get(docname)
        if note is None or isinstance(self.app.builder, CheckBuilder):
            return
        for is_row, pictured in self._looks:
            note_card.listed(self, note, NOWHERE, is_row=is_row, pictured=pictured)

    @functools.cached_property
    def _looks(self) -> list[tuple[bool, bool]]:
        """What notes look like on archive pages: whether as rows, and whether with pictures."""
        pages = (page for page in self.archives.pages.values() if isinstance(page, ListPage))
        looks = {
            (page.view == "rows", self.shows_pictures(page.pictures))
            for page in pages
            if page.view != "list"
        }
        return sorted(looks)

    def resolved_summary(self, docname: str) -> list[nodes.Node]:
        """Return the summary of a note, its references resolved."""
        noted = self.domain.records[docname].noted
        # A check makes no archive pages, which may be the only ones with the summary.
        wanted = self.env.config.papernotes_metadata or isinstance(self.app.builder, CheckBuilder)
        if noted is None or not wanted:
            return []
        holder = nodes.container("", *self.summary(noted.note, docname))
        return self.renderer.at(docname).settle(holder).children
