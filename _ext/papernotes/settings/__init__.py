"""The extension's settings, each declared once: for Sphinx, the command line and the manual."""

from __future__ import annotations

import codecs
import posixpath
from typing import TYPE_CHECKING

from papernotes.core.fields import Field, declared
from papernotes.core.frontmatter import FIELDS
from papernotes.core.model import SORTS, Author
from papernotes.settings.table import SETTINGS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def setup(app: Sphinx) -> None:
    """Declare the settings to Sphinx, and check them once ``conf.py`` is read."""
    # The command line knows the settings without Sphinx, which the checks need.
    from papernotes.settings import checks

    for setting in SETTINGS:
        app.add_config_value(setting.name, setting.default, setting.rebuild, setting.types)
    app.connect("config-inited", checks.check_settings)


def is_set(config: Config, name: str) -> bool:
    """Return whether conf.py or the command line sets *name*, for which Sphinx has no interface."""
    return name in config._raw_config or name in config.overrides  # noqa: SLF001


def given_author(config: Config) -> str:
    """Return Sphinx's setting ``author``, or an empty string if it names nobody."""
    author = str(config.author)
    return "" if author == config.config_values["author"].default else author


def authors(config: Config) -> tuple[Author, ...]:
    """Return the authors of the notes, once the settings have been checked."""
    return tuple(Author(*pair) for pair in config.papernotes_authors.items())


def sorts(config: Config) -> list[str]:
    """Return the names of the orders of notes."""
    return [*SORTS, *own_fields(config)]


def fault_of_sort(value: str, config: Config) -> str:
    """Return what to write instead of *value* if it is no order of notes, or the empty string."""
    *names, last = sorts(config)
    if value.removeprefix("-") in (*names, last):
        return ""
    return f"{', '.join(names)} or {last}, with - in front for descending"


def own_fields(config: Config) -> dict[str, Field]:
    """Return the author's own fields, by name."""
    return declared(config.papernotes_fields, FIELDS)[0]


def fault_of_bibliography(files: object, encoding: object) -> str:
    """Return what is wrong with ``bibtex_bibfiles`` or ``bibtex_encoding``, and what to do.

    Return the empty string if nothing is wrong. Both are settings of sphinxcontrib-bibtex.
    """
    if not (isinstance(files, list | tuple) and all(isinstance(name, str) for name in files)):
        return (
            f'bibtex_bibfiles = {files!r} is not a list of names; write one, such as ["refs.bib"]'
        )
    try:
        codecs.lookup(str(encoding))
    except (LookupError, ValueError):
        return f'bibtex_encoding = {encoding!r} is not an encoding; write one, such as "utf-8-sig"'
    return ""


def has_style(name: object) -> bool:
    """Return whether pybtex finds a style for references under *name*."""
    from pybtex.plugin import PluginNotFound, find_plugin

    try:
        return isinstance(name, str) and bool(find_plugin("pybtex.style.formatting", name))
    except PluginNotFound:
        return False


def fault_of_external_bibliographies(config: Config) -> str:
    """Return what is wrong with ``papernotes_external_bibliographies``, and what to do.

    Return the empty string if each of its names is in ``bibtex_bibfiles``.
    """
    files = {posixpath.normpath(name) for name in config.bibtex_bibfiles}
    for name in config.papernotes_external_bibliographies:
        if not isinstance(name, str) or posixpath.normpath(name) not in files:
            return (
                f"papernotes_external_bibliographies names {name!r}, which is not in"
                " bibtex_bibfiles; add it there, or correct its name"
            )
    return ""
