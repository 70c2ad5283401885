"""The parser of MyST-NB with our plugins and renderer, for which it has no setting.

Only sites with that extension import this module.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from myst_nb import sphinx_ as myst_nb
from myst_parser.parsers.mdit import create_md_parser
from sphinx.environment import BuildEnvironment

from papernotes.core import files
from papernotes.reading import missing_files
from papernotes.reading.parser import Parser, use_plugins
from papernotes.reading.renderer import Renderer
from papernotes.reading.withheld import is_withheld

# The option of a cell in Markdown that takes its code from a file.
_LOAD = re.compile(r"^[ \t]*:?load:[ \t]*(\S.*)$", re.MULTILINE)


def _withhold(env: BuildEnvironment, path: Path, option: re.Match[str]) -> str:
    """Return the line with the *option*, or nothing if no page may show the file, or there is none.

    MyST-NB would end the build.
    """
    line = option.string.count("\n", 0, option.start()) + 1
    name = option[1].strip(" '\"\t\r")
    home = env.doc2path(env.docname, base=False).as_posix()
    fault = files.fault(Path(env.srcdir), home, name) if option[0].lstrip()[0] == ":" else ""
    if fault:
        missing_files.report(env, name, line, fault)
    return "" if fault or is_withheld(env, path.parent / name, str(path), line) else option[0]


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

        inputstring = _LOAD.sub(partial(_withhold, env, Path(path)), inputstring)
        # The library's own function, with another parser of Markdown in place of the one that it
        # names. Nothing in the library changes.
        library = myst_nb.Parser.parse
        names = {**vars(myst_nb), "create_md_parser": create}
        FunctionType(library.__code__, names, closure=library.__closure__)(
            self, inputstring, document
        )
