"""The sentence in which a document cites: from inline nodes, the ones around a citation.

Boundaries are looked for in plain text only; what stands inside a formula, a citation, emphasis or
code never ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def around(block: Sequence[nodes.Node], position: int) -> list[nodes.Node]:
    """Return a copy of the sentence around the node at *position* of the inline nodes *block*."""
    before: list[nodes.Node] = []
    for node in reversed(block[:position]):
        if isinstance(node, nodes.Text) and (found := _inner_ends(node, block)):
            if rest := str(node)[found[-1] :].lstrip():
                before.insert(0, nodes.Text(rest))
            break
        before.insert(0, node.deepcopy())
    after: list[nodes.Node] = []
    for node in block[position + 1 :]:
        if isinstance(node, nodes.Text) and (found := ends(str(node))):
            after.append(nodes.Text(str(node)[: found[0]]))
            break
        after.append(node.deepcopy())
    return [*before, block[position].deepcopy(), *after]


def _inner_ends(node: nodes.Text, block: Sequence[nodes.Node]) -> list[int]:
    """Return where a sentence ends in *node*, which stands before the citation.

    A text that ends with a full stop and no space goes on in the node after it.
    """
    text = str(node)
    found = ends(text)
    if found and found[-1] == len(text.rstrip()) and not text[-1:].isspace():
        found.pop()
    return found
