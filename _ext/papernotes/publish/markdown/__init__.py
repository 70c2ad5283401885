"""Pages as Markdown for programs: a file beside each page, and ``llms.txt``, which lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Write the Markdown of a page when its references are resolved, ahead of its HTML."""
    from papernotes.publish.markdown.pages import PageWriter

    writer = PageWriter()
    # When the catalogue has been derived (400).
    app.connect("env-updated", writer.start, priority=410)
    # When other extensions have resolved nodes of their own (500), ahead of our HTML (600).
    app.connect("doctree-resolved", writer.write, priority=590)
