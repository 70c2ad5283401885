"""The Markdown of a page, made from its document while its placeholders are still nodes.

It shows what the page shows, so that it is out of date exactly when the page is. The process that
writes a page writes its Markdown too, and no document is resolved twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes import nodes as placeholders
from papernotes.bibliography import formatting
from papernotes.builders import publishes
from papernotes.publish import files
from papernotes.publish.markdown.addresses import Addresses, file_name, has_markdown
from papernotes.publish.markdown.blocks import Blocks
from papernotes.publish.markdown.inline import FORMAT
from papernotes.rendering.context import RenderContext, section_depth
from papernotes.rendering.html_fragments import NO_PAGE, Renderer, stand_in
from papernotes.rendering.resolver import resolved


def is_on(app: Sphinx) -> bool:
    """Return whether the build writes pages as Markdown."""
    return bool(app.config.papernotes_markdown) and publishes(app)


def names(app: Sphinx) -> Iterator[str]:
    """Yield the name of the Markdown of each document, as far as it has the name to itself."""
    if is_on(app):
        for docname in sorted(app.env.found_docs):
            name = file_name(docname)
            if name not in app.env.found_docs and not files.is_extra(app, name):
                yield name


class PageWriter:
    """Writes the Markdown of pages, in one build after another."""

    def __init__(self) -> None:
        self._context: MarkdownContext | None = None
        self._names: frozenset[str] = frozenset()

    def start(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Drop what belongs to the previous catalogue."""
        self._context = MarkdownContext(app) if is_on(app) else None
        self._names = frozenset(names(app))
        return []

    def write(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Write the Markdown of a document, unless it is only a part of one."""
        name = file_name(docname)
        if self._context is None or name not in self._names:
            return
        if doctree.get("source") == str(app.env.doc2path(docname)):
            content = self._context.document(doctree, docname)
            path = Path(app.outdir, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


class MarkdownContext(RenderContext):
    """The site as components see it; what many pages show is written once for a folder."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(app.env)
        self.app = app
        self._shared: dict[tuple[str, str, str], nodes.Element] = {}

    @functools.cached_property
    def renderer(self) -> Renderer:
        """What resolves the references of components, made when the builder begins to write."""
        return Renderer(self.app, NO_PAGE)

    @functools.cached_property
    def addresses(self) -> Addresses:
        """The addresses of all pages."""
        return Addresses(self.app)

    def document(self, doctree: nodes.document, docname: str) -> bytes:
        """Return the Markdown of a document."""
        return _encoded(self._front_matter(docname), self.writer(docname).text(doctree.children))

    def made(self, element: nodes.Element, docname: str) -> bytes:
        """Return the Markdown of what components have made for the page *docname*."""
        return _encoded(self.writer(docname).text([self.settle(element, docname)]))

    def writer(self, docname: str) -> Blocks:
        """Return a writer for the page *docname*."""
        return _Writer(self, docname)

    def share(
        self,
        kind: str,
        key: str,
        docname: str,
        make: Callable[[str], Sequence[nodes.Node]],
        *,
        to_itself: bool = False,
    ) -> Sequence[nodes.Node]:
        """Return what *make* returns, as Markdown that all pages of a folder share."""
        if to_itself:
            return make(docname)
        place = stand_in(docname)
        if (kind, key, place) not in self._shared:
            shown = self.settle(nodes.inline("", "", *make(place)), place).children
            writer = self.writer(place)
            # Inline markup is finished with the paragraph that it stands in.
            is_inline = all(isinstance(node, nodes.Text | nodes.Inline) for node in shown)
            text = writer.inline(shown) if is_inline else writer.text(shown)
            found: nodes.Element = nodes.inline() if is_inline else nodes.container()
            found.append(nodes.raw("", text, format=FORMAT))
            self._shared[kind, key, place] = found
        return [self._shared[kind, key, place].deepcopy()]

    def settle(self, element: nodes.Element, docname: str) -> nodes.Element:
        """Resolve the references in *element*, which a component made for the page *docname*."""
        return self.renderer.at(docname).settle(element)

    def _front_matter(self, docname: str) -> str:
        """Return the front matter of a note, without what the author alone needs."""
        note = self.catalogue.by_docname.get(docname)
        if note is None:
            return ""
        values: dict[str, Any] = {"paper": note.keys[0] if len(note.keys) == 1 else [*note.keys]}
        if note.tags:
            values["tags"] = [*note.tags]
        if note.read:
            values["read"] = note.read
        if note.language:
            values["lang"] = note.language
        text = yaml.safe_dump(
            values, allow_unicode=True, sort_keys=False, width=float("inf"), default_flow_style=None
        )
        return f"---\n{text}---"


def _encoded(*parts: str) -> bytes:
    return ("\n\n".join(filter(None, parts)) + "\n").encode(errors="replace")


class _Writer(Blocks):
    """Writes a page, with what stands in the place of its placeholders."""

    def __init__(self, context: MarkdownContext, docname: str) -> None:
        super().__init__(context.addresses, docname)
        self._context = context

    def work(self, id_: str) -> str:
        """Return the address of the note on the work, or else of the work itself."""
        key = self._works.get(id_, "")
        note = self._context.catalogue.leading(key)
        if note and note.docname != self.docname:
            return self.addresses.page(note.docname, self.docname)
        return formatting.target(self._context.catalogue.papers[key]) if key else ""

    @functools.cached_property
    def _works(self) -> dict[str, str]:
        """The works of the page's references, by the ids of their entries."""
        if self.docname not in self._context.domain.records:
            return {}
        ids = self._context.citations.reference_ids(self.docname)
        return {id_: key for key, id_ in ids.items()}

    def placeholder(self, node: placeholders.Placeholder) -> list[nodes.Node]:
        """Return what stands in the place of *node*, which stays where it is for the HTML."""
        copy = node.copy()
        # Components ask for the level of the heading, and may change what is around them.
        around: nodes.Element = copy
        for _ in range(section_depth(node) or 1):
            around = nodes.section("", around)
        nodes.container("", around)
        elements = resolved(self._context, copy)
        return [
            self._context.settle(element, self.docname)
            for element in elements
            if isinstance(element, nodes.Element) and not isinstance(element, nodes.raw)
        ]


def beside(app: Sphinx, docname: str) -> str:
    """Return the name of the Markdown beside the page *docname*, or nothing if there is none."""
    return file_name(docname) if is_on(app) and has_markdown(app.env, docname) else ""
