"""The settings of docutils, made once for all documents instead of once for each.

They come from a parser of a hundred command-line options, which takes a tenth of reading.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from docutils.frontend import Values
from docutils.utils import DependencyList
from sphinx.builders import Builder
from sphinx.util.docutils import _get_settings, _parse_str_to_doctree


class DocumentSettings:
    """Makes the settings of documents, as Sphinx's function does whose place it takes."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], tuple[dict[str, Any], Values]] = {}

    def __call__(
        self, *components: Any, defaults: Mapping[str, Any], read_config_files: bool = False
    ) -> Values:
        """Return the settings of a document that *components* read."""
        kinds = tuple(each if isinstance(each, type) else type(each) for each in components)
        given, made = self._made.get((kinds, read_config_files), ({}, None))
        if made is None or given != defaults:
            made = _get_settings(
                *components, defaults=defaults, read_config_files=read_config_files
            )
            self._made[kinds, read_config_files] = (dict(defaults), made)
        settings = copy.copy(made)
        for name, value in vars(made).items():
            if isinstance(value, list | dict | DependencyList):
                setattr(settings, name, copy.deepcopy(value))
        return settings


def document_reader() -> FunctionType:
    """Return ``Builder.read_doc`` with these settings.

    It is Sphinx's own function, and so is the one that it calls, with another in the place of one
    that they name. Nothing in Sphinx changes.
    """
    parse = _replacing(_parse_str_to_doctree, _get_settings=DocumentSettings())
    return _replacing(Builder.read_doc, _parse_str_to_doctree=parse)


def _replacing(function: Any, **names: Any) -> FunctionType:
    """Return *function*, for which the globals *names* are others."""
    changed = FunctionType(function.__code__, {**function.__globals__, **names})
    changed.__kwdefaults__ = function.__kwdefaults__
    return changed
