"""Check the values of the settings when ``conf.py`` is read.

A value that is not valid is reported and replaced, so that the rest of the build goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from sphinxcontrib.bibtex.plugin import find_plugin

from papernotes.bibliography.identifiers import parse_orcid
from papernotes.catalogue.archives import PARTS
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.extras import install_command
from papernotes.core.fields import declared
from papernotes.core.frontmatter import FIELDS
from papernotes.core.text import FORBIDDEN_CHARACTER, is_visible
from papernotes.i18n import babel_language
from papernotes.reporting import logger, warn
from papernotes.settings import (
    fault_of_bibliography,
    fault_of_external_bibliographies,
    fault_of_sort,
    given_author,
    has_style,
)
from papernotes.settings.table import COLOUR_AND_WORD, EXPECTED, LIST_VIEWS, SEARCHES, SETTINGS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def _is_folder(value: str) -> bool:
    """Return whether *value* is a relative path without empty parts or parts of dots alone."""
    return all(part.strip(".") for part in value.strip("/").split("/"))


def _has_pagefind() -> bool:
    """Return whether Pagefind and its executable, which has a package of its own, are installed."""
    if not find_spec("pagefind"):
        return False
    from pagefind.service import get_executable

    return get_executable() is not None


class _Check(NamedTuple):
    """A test that values of a setting must pass, or else are reported and replaced."""

    name: str
    is_valid: Callable[[Any], bool]
    message: str
    fallback: Any


def _has_reference_style(name: object) -> bool:
    """Return whether sphinxcontrib-bibtex finds a style for citations under *name*."""
    try:
        return isinstance(name, str) and bool(
            find_plugin("sphinxcontrib.bibtex.style.referencing", name)
        )
    except ImportError:
        return False


# The settings that name styles, with their defaults.
_STYLES = (
    ("bibtex_default_style", "alpha", has_style),
    ("bibtex_tooltips_style", "", has_style),
    ("bibtex_reference_style", "label", _has_reference_style),
    ("bibtex_foot_reference_style", "foot", _has_reference_style),
)
# Sphinx's names of languages, such as zh_CN or sr@latin.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[_@.-][A-Za-z0-9]+)*")

_CHECKS = (
    _Check(
        "papernotes_feed_limit",
        lambda limit: limit >= 0,
        "{name} = {value} is below 0; write how many notes the feed holds at most, or 0 for all",
        0,
    ),
    _Check(
        "papernotes_page_size",
        lambda size: size >= 0,
        "{name} = {value} is not a number of notes; use one above 0, or 0 for all",
        24,
    ),
    _Check(
        "papernotes_page_rows",
        lambda size: size >= 0,
        "{name} = {value} is not a number of notes; use one above 0, or 0 for all",
        50,
    ),
    _Check(
        "papernotes_view",
        lambda view: view in LIST_VIEWS,
        f'{{name}} = "{{value}}" is not a view of lists; use {", ".join(LIST_VIEWS[:-1])} or'
        f" {LIST_VIEWS[-1]}",
        "auto",
    ),
    _Check(
        "papernotes_summary_words",
        lambda words: words >= 0,
        "{name} = {value} is not a number of words; use one above 0, or 0 for all",
        80,
    ),
    _Check(
        "papernotes_venue_names",
        lambda names: all(
            isinstance(part, str) and part for pair in names.items() for part in pair
        ),
        "{name} = {value!r} does not map names to shorter ones; write texts in quotes, such as"
        ' {{"Symposium on Graph Drawing": "GD"}}',
        {},
    ),
    _Check(
        "papernotes_highlight_colours",
        lambda words: all(
            isinstance(part, str) and form.fullmatch(part)
            for pair in words.items()
            for form, part in zip(COLOUR_AND_WORD, pair, strict=True)
        ),
        '{name} = {value!r} does not map colours to words; write each as {{"#ffd400": "claim"}},'
        " with letters, digits and spaces",
        {},
    ),
    _Check(
        "papernotes_references",
        lambda place: place in (True, False, "end", "margin"),
        '{name} = "{value}" is no place for references; use "end", "margin" or False',
        "end",
    ),
    _Check(
        "papernotes_search",
        lambda search: search in SEARCHES,
        f'{{name}} = "{{value}}" is not a search; use {" or ".join(SEARCHES)}',
        "sphinx",
    ),
    _Check(
        "papernotes_folder",
        _is_folder,
        '{name} = "{value}" is not a folder beside conf.py; write the name of one, such as'
        ' "papers"',
        "papers",
    ),
)


def check_settings(app: Sphinx, config: Config) -> None:
    """Replace values that are not valid, with a warning for each."""
    _check_types(config)
    _check_language(config)
    _check_suppressed(config)
    _check_bibliography(config)
    for check in _CHECKS:
        value = config[check.name]
        if not check.is_valid(value):
            _warn(check.message.format(name=check.name, value=value))
            setattr(config, check.name, check.fallback)
    config.papernotes_folder = config.papernotes_folder.strip("/")
    _check_browse(config)
    _check_authors(config)
    fields, faults = declared(config.papernotes_fields, FIELDS)
    for fault in faults:
        _warn(fault)
    config.papernotes_fields = {name: field.declaration for name, field in fields.items()}
    if wanted := fault_of_sort(config.papernotes_sort, config):
        _warn(f'papernotes_sort = "{config.papernotes_sort}" is not an order; use {wanted}')
        config.papernotes_sort = "title"
    if config.papernotes_search == "pagefind" and not _has_pagefind():
        # This is not the author's fault, and the site is complete with Sphinx's search: no warning.
        logger.info(
            "Pagefind is not installed, and the site is searched with Sphinx's own; run"
            f' {install_command("search")}, or set papernotes_search = "sphinx"'
        )
        config.papernotes_search = "sphinx"


def _warn(message: str) -> None:
    warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))


def _check_types(config: Config) -> None:
    """Replace values of a wrong type, which Sphinx would report but keep, with the defaults."""
    for setting in SETTINGS:
        value = config[setting.name]
        parts = value if isinstance(value, list | tuple) else ()
        if isinstance(value, setting.types) and all(isinstance(part, str) for part in parts):
            continue
        _warn(
            f"{setting.name} = {value!r} is not {EXPECTED[setting.types[-1]]}; correct it, until"
            f" then it is {setting.default!r}"
        )
        setattr(config, setting.name, setting.default)


def _check_language(config: Config) -> None:
    """Replace a language that Sphinx and docutils would end with a traceback at.

    They make names of files of it. Of one that is unknown to Babel, Sphinx would warn at each date.
    """
    language = config.language
    if not _LANGUAGE.fullmatch(language):
        _warn(f'language = "{language}" is not a language code; write one such as en, fr or pt_BR')
        config.language = "en"
    elif "-" in language:
        config.language = language.replace("-", "_")
        _warn(f'language = "{language}" is not in Sphinx\'s form; write "{config.language}"')
    elif babel_language(language) != language:
        _warn(f'language = "{language}" is unknown to Babel; correct it, or dates are in English')


def _check_suppressed(config: Config) -> None:
    """Replace a ``suppress_warnings`` that Sphinx would end at when it warns."""
    given = config.suppress_warnings
    kinds = given if isinstance(given, list | tuple | set | frozenset) else [given]
    if kinds is not given or not all(isinstance(kind, str) for kind in kinds):
        config.suppress_warnings = [kind for kind in kinds if isinstance(kind, str)]
        advice = 'write one, such as ["ref.doc"]'
        _warn(f"suppress_warnings = {given!r} is not a list of kinds; {advice}")


def _check_bibliography(config: Config) -> None:
    """Replace wrong settings of sphinxcontrib-bibtex, which does not check them itself."""
    while fault := fault_of_bibliography(config.bibtex_bibfiles, config.bibtex_encoding):
        _warn(fault)
        if fault.startswith("bibtex_bibfiles"):
            files = config.bibtex_bibfiles
            config.bibtex_bibfiles = [files] if isinstance(files, str) else []
        else:
            config.bibtex_encoding = "utf-8-sig"
    if fault := fault_of_external_bibliographies(config):
        _warn(fault)
    for name, fallback, has in _STYLES:
        value = config[name]
        if value != fallback and not has(value):
            _warn(
                f"{name} = {value!r} is no style that is installed; correct it, until then it is"
                f' "{fallback}"'
            )
            config[name] = fallback


def _check_authors(config: Config) -> None:
    """Take the authors from ``papernotes_authors`` or ``author``, and give Sphinx their names.

    Where nobody is named, Sphinx would name "Author name not set".
    """
    authors: dict[str, str] = {}
    for name, orcid in config.papernotes_authors.items():
        shown = _one_line(name) if isinstance(name, str) else ""
        if not (is_visible(shown) and isinstance(orcid, str)):
            _warn(
                f"papernotes_authors has {name!r}: {orcid!r}, which is not a name with an ORCID iD;"
                ' write texts in quotes, such as {"Ada Lovelace": ""}; until then it is ignored'
            )
            continue
        found = parse_orcid(orcid)
        if orcid.strip() and not found:
            _warn(
                f'papernotes_authors gives "{shown}" the ORCID iD "{orcid}", which is mistyped:'
                " it is not 16 digits, or the last does not fit the others; copy it from"
                " https://orcid.org, until then it is not shown"
            )
        authors[shown] = found
    author = given_author(config)
    if not authors and is_visible(author):
        authors = {_one_line(author): ""}
    config.papernotes_authors = authors
    config.author = author or ", ".join(authors)


def _one_line(text: str) -> str:
    return " ".join(FORBIDDEN_CHARACTER.sub("", text).split())


def _check_browse(config: Config) -> None:
    """Remove unknown parts from ``papernotes_browse``."""
    if unknown := [part for part in config.papernotes_browse if part not in PARTS]:
        _warn(f'papernotes_browse does not know "{unknown[0]}"; use some of {", ".join(PARTS)}')
        config.papernotes_browse = [part for part in config.papernotes_browse if part in PARTS]
