"""Pages without a document, and the metadata, styles and scripts of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Connect the handlers that give pages their templates, styles, scripts and links."""
    from papernotes.pages import assets, author_templates

    app.connect("config-inited", author_templates.configure_templates)
    app.connect("builder-inited", assets.add_assets)
    app.connect("html-page-context", assets.add_page_assets)
    app.connect("html-page-context", assets.add_navigation)
