"""Previews of works: a file each, which a script loads when a citation is pointed at.

A file is a script rather than a page or JSON: browsers read it from a folder as well as from a
server, and a content security policy of ``script-src 'self'`` lets it through. The preview of a
work is written once, and not into each page that cites the work.
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
    """Yield the preview of each work, with links as from the front page."""
    if not app.config.papernotes_previews:
        return
    root: str = app.config.root_doc
    context = RenderContext(app.env)
    # Made for the first preview that is out of date.
    renderer = functools.cache(lambda: Renderer(app, root))

    def content(key: str) -> bytes:
        element = preview(context, key, root)
        for image in list(element.findall(nodes.image)):
            image.parent.remove(image)
        arguments = (preview_name(key), renderer().fragment(element).html)
        script = ", ".join(json.dumps(argument) for argument in arguments)
        return f"papernotes.preview({script});\n".encode()

    for key in context.catalogue.works:
        name = f"{FOLDER}/{preview_name(key)}.js"
        yield File(name, preview_shows(shown, key), functools.partial(content, key))
