"""Placeholders on the pages of a site, which become HTML at once.

What stands in their place is most of a page's nodes. It is put there when the post-transforms of
the page are done, which would go through all of it, some thirty times, for nothing. What stands on
many pages is written once for all of a folder.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes import nodes as placeholders
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.rendering.html_fragments import NO_PAGE, Fragment, Renderer, stand_in
from papernotes.rendering.resolver import Placer, depth, face

# The attribute of a document that keeps the nodes of a note's summary for the head of its page.
SUMMARY = "papernotes_summary"


def add_resolver(app: Sphinx) -> None:
    """Have the placeholders of a site's pages replaced."""
    placing = HtmlResolver()
    # When the catalogue has been derived (400).
    app.connect("env-updated", placing.begin, priority=410)
    app.connect("doctree-resolved", placing.place)


class HtmlResolver:
    """Replaces the placeholders of documents in one build after another."""

    def __init__(self) -> None:
        self._placer: HtmlPlacer | None = None

    def begin(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Forget what has been written: the catalogue has been derived anew."""
        self._placer = HtmlPlacer(app) if PaperNotesDomain.of(env).writes_site else None
        return []

    def place(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Replace the placeholders of a document whose references are resolved."""
        if self._placer is None:
            return
        for node in list(doctree.findall(placeholders.Placeholder)):
            self._placer.replace(node, doctree, docname)


class HtmlPlacer(Placer):
    """Makes what stands in the place of placeholders, as HTML."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(app.env)
        self.app = app
        self._kept: dict[tuple[str, str, str], Fragment] = {}

    @functools.cached_property
    def renderer(self) -> Renderer:
        """What writes for any page; the builder has the settings for it when it begins to write."""
        return Renderer(self.app, NO_PAGE)

    def replace(
        self, node: placeholders.Placeholder, doctree: nodes.document, docname: str
    ) -> None:
        """Put HTML into the place of *node*."""
        level = depth(node)
        renderer = self.renderer.at(docname)
        # A raw node is a target of another format.
        shown = [each for each in self.shown(node) if not isinstance(each, nodes.raw)]
        parts: list[nodes.Node] = []
        for each in shown:
            assert isinstance(each, nodes.Element)
            searched = _searched(each) if isinstance(node, placeholders.note_header) else []
            parts.append(renderer.fragment(each, level).node(*searched))
        if isinstance(node, placeholders.note_header):
            doctree[SUMMARY] = self.summary(docname)
        node.replace_self(parts)

    def summary(self, docname: str) -> list[nodes.Node]:
        """Return the summary of a note, its references resolved."""
        noted = self.domain.records[docname].noted
        if noted is None or not self.env.config.papernotes_metadata:
            return []
        holder = nodes.container("", *face(self.domain, noted.note, docname).summary())
        return self.renderer.at(docname).settle(holder).children

    def reference(self, key: str, docname: str) -> Sequence[nodes.Node]:
        note = self.catalogue.notes.get(key)
        itself = note is not None and note.docname == docname
        return self._keep("reference", key, docname, super().reference, itself=itself)

    def context(self, key: str) -> nodes.Node:
        def make(key: str, _: str) -> Sequence[nodes.Node]:
            return [Placer.context(self, key)]

        return self._keep("context", key, "", make)[0]

    def title_line(self, note: Note, docname: str) -> Sequence[nodes.Node]:
        def make(_: str, docname: str) -> Sequence[nodes.Node]:
            return Placer.title_line(self, note, docname)

        return self._keep("line", note.key, docname, make, itself=note.docname == docname)

    def title_link(self, note: Note, docname: str) -> nodes.Node:
        def make(_: str, docname: str) -> Sequence[nodes.Node]:
            return [Placer.title_link(self, note, docname)]

        itself = note.docname == docname
        return self._keep("link", note.key, docname, make, itself=itself)[0]

    def page_link(self, name: str, docname: str) -> nodes.Node:
        def make(name: str, docname: str) -> Sequence[nodes.Node]:
            return [Placer.page_link(self, name, docname)]

        return self._keep("page", name, docname, make, itself=name == docname)[0]

    def _keep(
        self,
        kind: str,
        key: str,
        docname: str,
        make: Callable[[str, str], Sequence[nodes.Node]],
        *,
        itself: bool = False,
    ) -> Sequence[nodes.Node]:
        """Return what *make* returns for *key* on the page *docname*, written once for a folder.

        Links of a page to itself (*itself*) are those of no other page.
        """
        if itself:
            return make(key, docname)
        place = stand_in(docname)
        found = self._kept.get((kind, key, place))
        if found is None:
            holder = nodes.inline("", "", *make(key, place))
            found = self._kept[kind, key, place] = self.renderer.at(place).inner(holder)
        return [found.node()]


def _searched(header: nodes.Element) -> list[nodes.Node]:
    """Return what the search finds a note by of its *header*: people, venue and tags."""
    parts = [
        part.astext()
        for part in header.children
        if isinstance(part, nodes.paragraph | nodes.bullet_list)
        and "pn-links" not in part["classes"]
    ]
    return [nodes.Text("\n\n".join(parts))]
