"""Pages that no document stands for, and what every page has in its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Give pages the styles, scripts and links that they need."""
    from papernotes.pages import assets, author_templates

    app.connect("config-inited", author_templates.configure_templates)
    app.connect("builder-inited", assets.add_assets)
    app.connect("html-page-context", assets.add_page_assets)
    app.connect("html-page-context", assets.add_ways)
