"""Convert document nodes to plain text, for places that hold no markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx.config import Config

from papernotes.bibliography.latex import Span
from papernotes.mathematics import macros, renderer

# Nodes that have no text, or whose text means nothing outside the page.
_SKIPPED = (
    nodes.comment,
    nodes.footnote_reference,
    nodes.raw,
    nodes.substitution_definition,
    nodes.system_message,
    nodes.target,
)
_UNSEEN = "pn-unseen"


class Prose:
    """Writes plain text, with each formula as a readable line, or as *formula* returns it."""

    def __init__(
        self, config: Config, formula: Callable[[nodes.Element], str] | None = None
    ) -> None:
        self.macros = macros.for_converter(config)
        self._formula = formula or (lambda node: renderer.text_of(node, self.macros))

    def plain(self, excerpt: Iterable[nodes.Node]) -> str:
        """Return the text of resolved nodes, with an empty line between paragraphs."""
        return "\n\n".join(block for node in excerpt for block in self._blocks(node))

    def one_line(self, excerpt: Iterable[nodes.Node]) -> str:
        """Return the text of resolved nodes on one line."""
        return " ".join(self.plain(excerpt).split())

    def title(self, excerpt: Iterable[nodes.Node]) -> str:
        """Return the text of a title's inline nodes, which belong to no document."""
        return self.one_line([nodes.paragraph("", "", *excerpt)])

    def flatten(self, spans: Iterable[Span]) -> str:
        """Return the text of spans, such as those of a work's title or names."""
        return "".join(
            renderer.text_of(nodes.math(span.text, span.text), self.macros)
            if span.kind == "math"
            else self.flatten(span.children)
            if span.children
            else span.text
            for span in spans
        )

    def _blocks(self, node: nodes.Node) -> list[str]:
        match node:
            case _ if isinstance(node, _SKIPPED):
                return []
            case nodes.math_block():
                return [self._formula(node)]
            case nodes.literal_block():
                return [node.astext().rstrip()]
            case nodes.list_item():
                blocks = [block for child in node.children for block in self._blocks(child)]
                return [
                    f"- {block}" if not number else block for number, block in enumerate(blocks)
                ]
            case nodes.image():
                return [alt] if (alt := node.get("alt", "")) else []
            case nodes.row():
                cells = (" ".join(self._blocks(cell)) for cell in node.children)
                return [" | ".join(cells)]
            case nodes.Element() if not isinstance(node, nodes.TextElement | nodes.Inline):
                return [block for child in node.children for block in self._blocks(child)]
            case _:
                text = " ".join(self._inline(node).split())
                return [text] if text else []

    def _inline(self, node: nodes.Node) -> str:
        match node:
            case _ if isinstance(node, _SKIPPED):
                return ""
            case nodes.Text():
                return node.astext()
            case nodes.math():
                return self._formula(node)
            case nodes.image():
                return str(node.get("alt", ""))
            case nodes.Element() if _UNSEEN in node.get("classes", ()):
                return ""
            case _:
                return "".join(self._inline(child) for child in node.children)


def shorten(text: str, max_length: int) -> str:
    """Return *text*, cut after a word and ended by an ellipsis if it exceeds *max_length*."""
    if len(text) <= max_length:
        return text
    cut = text[:max_length]
    word = cut.rsplit(None, 1)[0]
    # Scripts without spaces are cut after any letter.
    return (word if len(word) * 2 > max_length else cut).rstrip(
        " ,;:–—\u3001\u3002\uff0c\uff1a\uff1b"
    ) + "…"
