"""Files published beside the pages: feeds, catalogue, sitemap, redirects and social cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Connect the checks of the settings for published files."""
    from papernotes import site_info
    from papernotes.publish import social_cards

    app.connect("config-inited", social_cards.check_fonts)
    app.connect("config-inited", site_info.check_address)
