"""Previews: one file for each work, note or other place, loaded when the reader points at a link.

The file is a script, and not a page or JSON: browsers load scripts from a folder as well as from a
server, and a content security policy of ``script-src 'self'`` allows them. So a preview is written
once, and not into every page with a link to what it shows.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx_design.shared import create_component

from papernotes.citations.ids import preview_name
from papernotes.core.model import Note
from papernotes.domain.xrefs import place_link, without_links
from papernotes.nodes import Placeholder, previewed
from papernotes.publish.files import File
from papernotes.reading.record import first_section, opening_of
from papernotes.reading.summary import shorten
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.previews import Place, place_name, places
from papernotes.rendering.shown import Shown

FOLDER = "previews"


def files(app: Sphinx, shown: Shown) -> Iterator[File]:
    """Yield the previews, with links relative to the front page."""
    if not app.config.papernotes_previews:
        return
    previews = _Previews(app)
    for key in shown.catalogue.works:
        make = functools.partial(previews.work, key)
        yield previews.file(preview_name(key), note_card.preview_shows(shown, key), make)
    # The places of a document stand together.
    page = functools.lru_cache(1)(functools.partial(_digest_of_page, app.builder))
    for place, name in sorted(places(app.env).items()):
        docname, id_ = place
        note = shown.catalogue.by_docname.get(docname)
        if id_ or note is None:
            source = (page(docname), app.config.papernotes_summary_words)
            make = functools.partial(previews.place, place)
            yield previews.file(name, source, make, home=docname)
        elif name == place_name(place):  # and not that of the paper
            make = functools.partial(previews.note, note)
            yield previews.file(name, note_card.card_shows(shown, note), make)


def _digest_of_page(builder: Builder, docname: str) -> bytes:
    """Return the digest of the page *docname*, which shows all that previews of its parts show."""
    assert isinstance(builder, StandaloneHTMLBuilder)
    path = Path(builder.get_output_path(docname))
    # A check writes no pages.
    content = path.read_bytes() if path.is_file() else b""
    return hashlib.blake2b(content, digest_size=16).digest()


class _Previews:
    """Makes the files of previews."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.root: str = app.config.root_doc
        self.context = RenderContext(app.env)

    @functools.cached_property
    def renderer(self) -> Renderer:
        """A renderer, which is expensive to create, and needed only if a preview is out of date."""
        return Renderer(self.app, self.root)

    def file(
        self, name: str, source: object, make: Callable[[], nodes.Element], *, home: str = ""
    ) -> File:
        """Return the preview *name*, which shows what *make* returns, of the document *home*."""

        def content() -> bytes:
            renderer = self.renderer.at(self.root, home=home)
            shown = renderer.settle(make())
            # Previews do not nest.
            for link in list(shown.findall(previewed)):
                link.replace_self(link.children)
            script = ", ".join(json.dumps(part) for part in (name, renderer.write([shown])))
            return f"papernotes.preview({script});\n".encode()

        return File(f"{FOLDER}/{name}.js", source, content)

    def work(self, key: str) -> nodes.Element:
        """Return what is shown of the work *key*."""
        return _without_images(note_card.preview(self.context, key, self.root))

    def note(self, note: Note) -> nodes.Element:
        """Return what is shown of *note*."""
        return _without_images(note_card.note_preview(self.context, note, self.root))

    def place(self, place: Place) -> nodes.Element:
        """Return what is shown of *place*: a block, or the beginning of a section or a page."""
        docname, id_ = place
        document = self.app.env.get_doctree(docname)
        top = first_section(document)
        found = _block(document, id_) or top or document
        note = self.context.catalogue.by_docname.get(docname)
        if note and found is top:
            return self.note(note)
        title: list[nodes.Node] = self.context.page_title(docname)
        of_page = [place_link(docname, "", self.root, title)]
        whole = create_component("pn-preview-content", ["pn-preview-content"])
        shown: list[nodes.Node] = [found]
        if isinstance(found, nodes.section | nodes.document):
            limit: int = self.app.env.config.papernotes_summary_words
            shown = shorten(opening_of(found), limit, docname, id_)
            name = found.next_node(nodes.title)
            if name is not None and found is not top:
                title = without_links(name)
            heading = place_link(docname, id_, self.root, title)
            whole += nodes.paragraph("", "", heading, classes=["pn-preview-title"])
        for node in shown:
            for placeholder in list(node.findall(Placeholder)):
                placeholder.parent.remove(placeholder)
        whole += self.context.moved(shown, docname, self.root).children
        if found is not top:
            whole += nodes.paragraph("", "", *of_page, classes=["pn-byline"])
        return whole


def _block(document: nodes.document, id_: str) -> nodes.Element | None:
    """Return the block of *document* with *id_* or around it, if there is one."""
    node = next((each for each in document.findall(nodes.Element) if id_ in each["ids"]), None)
    # The id of an equation is that of a target before it.
    if isinstance(node, nodes.target):
        after = node.next_node(descend=False, siblings=True)
        node = after if isinstance(after, nodes.Element) else node
    while node is not None:
        match node:
            case nodes.document():
                return None
            case nodes.list_item():
                return nodes.container("", *node.children)
            case nodes.definition_list_item():
                return nodes.definition_list("", node)
            case nodes.Body() | nodes.section():
                return node
        node = node.parent
    return None


def _without_images(root: nodes.Element) -> nodes.Element:
    """Return *root* without the images below it, and links that hold nothing else."""
    for image in list(root.findall(nodes.image)):
        node: nodes.Element = image
        while isinstance(node.parent, nodes.reference) and len(node.parent) == 1:
            node = node.parent
        node.parent.remove(node)
    return root
