"""MyST's renderer, with Pandoc's citations.

Together with the parser, this is the only module that uses MyST beyond its public interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from markdown_it.tree import SyntaxTreeNode
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.mocking import MockInliner

from papernotes.citations.domain import CitationDomain
from papernotes.citations.pandoc_rule import UNCITED

if TYPE_CHECKING:
    from docutils.parsers.rst.states import Inliner

# Directives that turn their text into code or into a link.
_NO_PROSE_DIRECTIVES = ("parsed-literal", "button-link", "button-ref")


class Renderer(SphinxRenderer):
    """MyST's renderer, which renders Pandoc's citations as the library's roles do."""

    def render_pandoc_citation(self, token: SyntaxTreeNode) -> None:
        """Call the role that is equivalent to the citation."""
        holder = self.current_node
        while isinstance(holder, nodes.Inline):
            holder = holder.parent
        if isinstance(holder, nodes.field_name):
            self.render_children(token)
            return
        texts: list[list[str]] = [[]]
        for child in token.children:
            if child.type == "pandoc_place":
                texts.append([])
            else:
                texts[-1].append(self._text(child))
        cite = token.meta["cite"].spelled(["".join(parts) for parts in texts])
        name = cite.mode.value
        role = CitationDomain.of(self.document.settings.env).role(name)
        assert role is not None
        # Roles treat <, and a leading !, as their own syntax unless they are escaped.
        text = re.sub("[<!]", "\0\\g<0>", cite.target())
        line = max((token.map or (1,))[0] + token.meta["line"], 1)
        inliner = cast("Inliner", MockInliner(self))
        found, _ = role(f"cite:{name}", cite.source, text, line, inliner)
        self.current_node.extend(found)

    def render_pandoc_place(self, token: SyntaxTreeNode) -> None:
        """Render nothing: the place matters only inside a citation."""

    def _text(self, token: SyntaxTreeNode) -> str:
        """Return the text of *token* without markup."""
        holder = nodes.inline()
        with self.current_node_context(holder):
            self.rules[f"render_{token.type}"](token)
        # Line breaks are raw nodes.
        found = holder.findall(nodes.Text)
        return "".join(" " if isinstance(text.parent, nodes.raw) else text for text in found)

    def dict_to_fm_field_list(self, *args: Any, **kwargs: Any) -> nodes.field_list:
        """Render front matter without citations, as it was written."""
        with self._uncited():
            return super().dict_to_fm_field_list(*args, **kwargs)

    def run_directive(self, name: str, *args: Any, **kwargs: Any) -> list[nodes.Element]:
        """Run a directive, without citations if its text is not prose."""
        if name not in _NO_PROSE_DIRECTIVES:
            return super().run_directive(name, *args, **kwargs)
        with self._uncited():
            return super().run_directive(name, *args, **kwargs)

    @contextmanager
    def _uncited(self) -> Iterator[None]:
        before = self.md_env.get(UNCITED)
        self.md_env[UNCITED] = True
        try:
            yield
        finally:
            self.md_env[UNCITED] = before
