"""What Sphinx loads for ``html_theme = "marginalia"`` if the extension is missing in conf.py."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.errors import ConfigError


def setup(app: Sphinx) -> None:
    """Raise ConfigError: the theme shows what the extension derives."""
    raise ConfigError(
        'The theme "marginalia" belongs to the extension "papernotes", which is missing:'
        ' add "papernotes" to extensions in conf.py.'
    )
