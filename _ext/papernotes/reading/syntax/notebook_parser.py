"""The parser of MyST-NB with our plugins and renderer, for which it has no setting.

Only sites with that extension import this module.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from myst_nb import sphinx_ as myst_nb
from myst_parser.parsers.mdit import create_md_parser

from papernotes.reading.parser import Parser, use_plugins
from papernotes.reading.renderer import Renderer


class NotebookRenderer(Renderer, myst_nb.SphinxNbRenderer):  # type: ignore[misc]  # no types
    """Our renderer, which also renders cells."""


class NotebookParser(myst_nb.Parser):  # type: ignore[misc]  # no types
    """MyST-NB's parser for notebooks, and ours for other documents in Markdown."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse *inputstring* into *document*."""
        env = document.settings.env
        configs = (env.myst_config, env.mystnb_config)
        path = env.doc2path(env.docname)
        if myst_nb.create_nb_reader(path, *configs, inputstring) is None:
            Parser().parse(inputstring, document)
            return

        def create(config: Any, renderer: type) -> MarkdownIt:
            md = create_md_parser(config, NotebookRenderer)
            use_plugins(md, env)
            return md

        # The library's own function, with another parser of Markdown in place of the one that it
        # names. Nothing in the library changes.
        library = myst_nb.Parser.parse
        names = {**vars(myst_nb), "create_md_parser": create}
        FunctionType(library.__code__, names, closure=library.__closure__)(
            self, inputstring, document
        )
