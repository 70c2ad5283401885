"""The sentence in which a document cites: from inline nodes, the ones around a citation.

Boundaries are looked for in plain text only; what stands inside a formula, a citation, emphasis or
code never ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes

# A full stop, question or exclamation mark with what closes after it, and then white space before
# something that can begin a sentence; or the full stop of Chinese and Japanese.
_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s+[^\sa-z,;:)])|[.!?][\"'”’)\]]*(?=\s*$)|[。！？]")  # noqa: RUF001
# Full stops that end an abbreviation or an initial, and no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|al|approx|cf|ch|chs|ed|eds|eq|eqs|e\.g|fig|figs|i\.e|no|nos|pp?|resp|sec|secs|"
    r"st|tab|thm|vol|vs|viz|dr|mr|mrs|ms|prof)|\bet seq)\.$",
    re.IGNORECASE,
)


def ends(text: str) -> list[int]:
    """Return the positions in *text* at which a sentence has ended."""
    return [
        match.end()
        for match in _END.finditer(text)
        if not _ABBREVIATION.search(text[: match.start() + 1])
    ]


@dataclass(frozen=True, slots=True)
class Extent:
    """A sentence in a block: from the node ``first``, of its text the position ``start``, to the
    node ``last``, of its text up to ``end``.

    ``start`` counts only where the sentence begins inside a text, ``end`` where it ends in one.
    """

    first: int
    start: int
    last: int
    end: int | None


def around(block: Sequence[nodes.Node], position: int) -> Extent:
    """Return the extent of the sentence around the node at *position* of the inline *block*."""
    first, start = 0, 0
    for number in range(position - 1, -1, -1):
        node = block[number]
        if isinstance(node, nodes.Text) and (found := _inner_ends(node)):
            first, start = number, found[-1]
            break
    for number in range(position + 1, len(block)):
        node = block[number]
        if isinstance(node, nodes.Text) and (found := ends(str(node))):
            return Extent(first, start, number, found[0])
    return Extent(first, start, len(block) - 1, None)


def take(block: Sequence[nodes.Node], extent: Extent) -> list[nodes.Node]:
    """Return a copy of the sentence at *extent* of the inline nodes *block*."""
    taken: list[nodes.Node] = []
    for number in range(extent.first, extent.last + 1):
        node = block[number]
        if not isinstance(node, nodes.Text):
            taken.append(node.deepcopy())
            continue
        text = str(node)[: extent.end if number == extent.last else None]
        if number == extent.first and extent.start:
            text = text[extent.start :].lstrip()
        if text:
            taken.append(nodes.Text(text))
    return taken


def _inner_ends(node: nodes.Text) -> list[int]:
    """Return where a sentence ends in *node*, which stands before the citation.

    A text that ends with a full stop and no space goes on in the node after it.
    """
    text = str(node)
    found = ends(text)
    if found and found[-1] == len(text.rstrip()) and not text[-1:].isspace():
        found.pop()
    return found
