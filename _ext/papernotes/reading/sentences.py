"""Find the sentence around a citation, among inline nodes.

Only plain text can end a sentence: formulas, citations, emphasis and code never do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes

# A full stop, question or exclamation mark with closing quotes or brackets, followed by white space
# and a character that can begin a sentence; or a full stop of Chinese or Japanese.
_END = re.compile(r"[.!?][\"'”’)\]]*+(?=\s++[^\sa-z,;:)]|\s*+\Z)|[。！？]")  # noqa: RUF001
# Full stops of abbreviations and initials, which end no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|al|approx|cf|ch|chs|ed|eds|eq|eqs|e\.g|fig|figs|i\.e|no|nos|pp?|resp|sec|secs|"
    r"st|tab|thm|vol|vs|viz|dr|mr|mrs|ms|prof)|\bet seq)\.$",
    re.IGNORECASE,
)
# What can decide whether a full stop ends a sentence; more would be slow in a long text.
_LONGEST = 16


def ends(text: str) -> list[int]:
    """Return the positions in *text* where a sentence has ended."""
    return [
        match.end()
        for match in _END.finditer(text)
        if not _ABBREVIATION.search(text[max(match.start() - _LONGEST, 0) : match.start() + 1])
    ]


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of a sentence in a block of nodes.

    It begins at position ``start`` of the text of node number ``first``, or at the node's beginning
    if that is 0. It ends at position ``end`` of node number ``last``, or at the node's end if that
    is None.
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
        if isinstance(node, nodes.Text) and (found := inner_ends(node)):
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


def inner_ends(node: nodes.Text) -> list[int]:
    """Return where sentences end in *node*, after which other nodes stand.

    A full stop at the very end of the text, without a space after it, ends none, because the
    sentence continues in the next node.
    """
    text = str(node)
    found = ends(text)
    if found and found[-1] == len(text.rstrip()) and not text[-1:].isspace():
        found.pop()
    return found
