"""Where footnotes stand on a page that a note's references and its ways on close."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from . import nodes as placeholders


class PlaceFootnotes(SphinxTransform):
    """Put footnotes under the text that they belong to, ahead of what closes the page."""

    # MyST has moved them to the end of the document (623).
    default_priority = 630

    def apply(self, **kwargs: Any) -> None:
        """Move them, with the line above them."""
        closing = next(self.document.findall(_closes), None)
        last = [node for node in self.document.children if _is_footnote(node)]
        if closing is not None and last:
            for node in last:
                self.document.remove(node)
            position = closing.parent.index(closing)
            closing.parent.insert(position, last)


def _closes(node: nodes.Node) -> bool:
    of_note = placeholders.mentioned_in | placeholders.neighbours
    return isinstance(node, of_note) or (
        isinstance(node, nodes.section) and "pn-references" in node["classes"]
    )


def _is_footnote(node: nodes.Node) -> bool:
    return isinstance(node, nodes.footnote) or (
        isinstance(node, nodes.transition) and "footnotes" in node["classes"]
    )
