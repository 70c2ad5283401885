"""Marginalia: an HTML theme for sites of notes, which inherits furo.

``marginalia/`` is the theme as Sphinx knows themes. The modules beside it derive the sidebar, set
the defaults of the theme, check its options and bundle its style sheets and scripts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAME = "marginalia"
FOLDER = Path(__file__).parent / NAME


def setup(app: Sphinx) -> None:
    """Add the theme, and what it needs of a build that uses it."""
    from papernotes.i18n import FOLDER as LOCALE
    from papernotes.theme import bundling, defaults, margin, options, sidebar

    app.add_html_theme(NAME, str(FOLDER))
    # Templates of themes are translated by Sphinx's own catalogue.
    app.add_message_catalog("sphinx", str(LOCALE))
    # Ahead of the handlers that read these settings (500).
    app.connect("config-inited", defaults.set_defaults, priority=100)
    # When the builder has set up its style sheets, and ahead of the bundles (900).
    app.connect("builder-inited", options.check_options)
    app.connect("builder-inited", defaults.add_404_page)
    app.connect("html-page-context", sidebar.add_context)
    margin.setup(app)
    bundling.setup(app)
