"""Previews of works: one file a work, loaded when the reader points at a citation of the work.

The file is a script, and not a page or JSON: browsers load scripts from a folder as well as from a
server, and a content security policy of ``script-src 'self'`` allows them. So the preview of a work
is written once, and not into every page that cites the work.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

from papernotes.citations.ids import preview_name
from papernotes.publish.files import File
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.note_card import preview, preview_shows
from papernotes.rendering.shown import Shown

FOLDER = "previews"


def files(app: Sphinx, shown: Shown) -> Iterator[File]:
    """Yield the preview of each work, with links relative to the front page."""
    if not app.config.papernotes_previews:
        return
    root: str = app.config.root_doc
    context = RenderContext(app.env)
    # A renderer is expensive to create, and is needed only if a preview is out of date.
    renderer = functools.cache(lambda: Renderer(app, root))

    def content(key: str) -> bytes:
        element = preview(context, key, root)
        _remove_images(element)
        arguments = (preview_name(key), renderer().fragment(element).html)
        script = ", ".join(json.dumps(argument) for argument in arguments)
        return f"papernotes.preview({script});\n".encode()

    for key in context.catalogue.works:
        name = f"{FOLDER}/{preview_name(key)}.js"
        yield File(name, preview_shows(shown, key), functools.partial(content, key))


def _remove_images(element: nodes.Element) -> None:
    """Remove the images below *element*, and links that hold nothing else."""
    for image in list(element.findall(nodes.image)):
        node: nodes.Element = image
        while isinstance(node.parent, nodes.reference) and len(node.parent) == 1:
            node = node.parent
        node.parent.remove(node)
