"""Whether a site uses the theme, or a theme that inherits it."""

from __future__ import annotations

import tomllib
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.builders import writes_data
from papernotes.theme import FOLDER, NAME


def is_chosen(app: Sphinx) -> bool:
    """Return whether ``html_theme`` is the theme, or one in a folder of themes that inherits it.

    Sphinx loads themes with its builder, which is too late for the defaults of settings.
    """
    name: str = app.config.html_theme
    seen = set()
    while name != NAME:
        seen.add(name)
        parent = _inherited(app, name)
        if parent is None or parent in seen:
            return False
        name = parent
    return True


def _inherited(app: Sphinx, name: str) -> str | None:
    """Return the theme that a theme inherits, or None if Sphinx was not told of its folder."""
    folders = [Path(app.confdir, folder, name) for folder in app.config.html_theme_path]
    registered = app.registry.html_themes.get(name)
    for folder in [*map(Path, filter(None, [registered])), *folders]:
        try:
            if (settings := folder / "theme.toml").is_file():
                return str(tomllib.loads(settings.read_text("utf-8"))["theme"]["inherit"])
            parser = ConfigParser(interpolation=None)
            if parser.read(folder / "theme.conf", encoding="utf-8"):
                return parser.get("theme", "inherit")
        except (KeyError, TypeError, ValueError, ConfigParserError):
            return None  # Sphinx reports it when it loads the theme.
    return None


def is_used(app: Sphinx) -> bool:
    """Return whether the builder writes HTML pages in the theme or in one that inherits it."""
    builder = app.builder
    return (
        isinstance(builder, StandaloneHTMLBuilder)
        and builder.name != "epub"
        and not writes_data(app)
        and any(FOLDER.samefile(folder) for folder in builder.theme.get_theme_dirs())
    )
