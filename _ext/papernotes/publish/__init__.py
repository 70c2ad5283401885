"""Files published beside the pages: feeds, catalogue, sitemap, redirects, cards, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Connect the checks of the settings for published files, and the writer of Markdown."""
    from papernotes import site_info
    from papernotes.publish import markdown, social_cards

    app.connect("config-inited", social_cards.check_fonts)
    app.connect("config-inited", site_info.check_address)
    markdown.setup(app)
