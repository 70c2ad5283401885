"""Put footnotes behind the blocks that refer to them, for a margin beside the text.

``margin.css`` moves each one to the line of its reference, if the page is wide enough, and folds it
otherwise. It knows the line by the names of anchors, which are unique in the element around a block
and its notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.i18n import _
from papernotes.nodes import backlinks, margin_note, papers
from papernotes.rendering.post_transforms import with_homes
from papernotes.theme.usage import is_used

# The class of the element around a block and its notes, and those of a note.
AROUND = "pn-noted"
NOTE = "pn-note"
# How many notes of a block can stand on its lines; margin.css has a class for each. Further ones
# stand below each other.
LINES = 9
# Blocks in which a note can stand beside what refers to it. All others are left as they are, and
# followed by the note: tables and code scroll, and cards have no margin.
_OPEN = (
    nodes.Admonition,
    nodes.block_quote,
    nodes.bullet_list,
    nodes.compound,
    nodes.definition,
    nodes.definition_list,
    nodes.definition_list_item,
    nodes.document,
    nodes.enumerated_list,
    nodes.list_item,
    nodes.section,
    addnodes.start_of_file,
)


def setup(app: Sphinx) -> None:
    """Add the transform to a build that uses the theme."""
    app.connect("builder-inited", _add_transform)


def _add_transform(app: Sphinx) -> None:
    if is_used(app):
        app.add_post_transform(PlaceInMargin)


class PlaceInMargin(SphinxPostTransform):
    """Move each footnote behind the block that first refers to it.

    Footnotes without a reference stay at the end.
    """

    formats = ("html",)
    # After furo has put tables into boxes (500), and before ids are made unique (650).
    default_priority = 590

    def run(self, **kwargs: Any) -> None:
        """Move the footnotes, and remove the line above those that are left, if none is."""
        # Lists of notes are as wide as text and margin.
        if any(self.document.findall(papers)):
            return
        placed = list(with_homes(self.document, self.env.docname))
        notes = {
            (home, id_): node
            for node, home in placed
            if isinstance(node, nodes.footnote)
            for id_ in node["ids"]
        }
        remaining = [pair for pair in placed if isinstance(pair[0], nodes.footnote_reference)]
        remaining.reverse()
        while remaining:
            reference, home = remaining.pop()
            # Only the first reference gets the note.
            note = notes.pop((home, reference.get("refid", "")), None)
            if note is not None and (moved := _place(note, reference)) is not None:
                # What a note refers to follows it.
                inner = list(moved.findall(nodes.footnote_reference))
                remaining += [(node, home) for node in reversed(inner)]
        for line in list(self.document.findall(nodes.transition)):
            if "footnotes" in line["classes"] and not isinstance(
                line.next_node(descend=False, siblings=True), nodes.footnote
            ):
                line.parent.remove(line)


def _place(note: nodes.footnote, reference: nodes.Element) -> margin_note | None:
    """Move *note* behind the block of *reference*, and return it; not if that is at the end."""
    block = _block(reference)
    if isinstance(block, nodes.footnote) and not isinstance(block, margin_note):
        return None
    note.parent.remove(note)
    moved = margin_note("", *note.children, **note.attributes)
    moved["classes"] += [NOTE]
    last = moved.children[-1]
    if not isinstance(last, nodes.paragraph):
        last = nodes.paragraph()
        moved += last
    last += [nodes.Text(" "), _ways_back(moved["backrefs"])]
    # The number leads to the place where the note is.
    moved["backrefs"] = reference["ids"][:1]
    around = _around(block)
    earlier = [node for node in around.children if isinstance(node, margin_note)]
    if len(earlier) < LINES:
        name = f"pn-line-{len(earlier) + 1}"
        moved["classes"].append(name)
        reference["classes"].append(name)
    around.insert(around.index(earlier[-1] if earlier else block) + 1, moved)
    return moved


def _block(node: nodes.Node) -> nodes.Element:
    """Return the block around *node* that a note can follow."""
    block = node
    while not isinstance(node, nodes.document):
        if not _is_open(node.parent):
            block = node.parent
        node = node.parent
    assert isinstance(block, nodes.Element)
    return block


def _is_open(node: nodes.Node) -> bool:
    if isinstance(node, nodes.container):
        return not node["classes"] or AROUND in node["classes"]
    return isinstance(node, _OPEN)


def _around(block: nodes.Element) -> nodes.Element:
    """Return the element around *block* and its notes, which is made if there is none."""
    parent = block.parent
    if isinstance(block, nodes.title):
        # A heading stays a child of its section.
        parent["classes"] += [AROUND] if AROUND not in parent["classes"] else []
    elif not (isinstance(parent, nodes.container) and AROUND in parent["classes"]):
        around = nodes.container("", classes=[AROUND])
        parent.replace(block, around)
        around += block
        return around
    return parent


def _ways_back(ids: Sequence[str]) -> nodes.Node:
    """Return links back to the references with *ids*, which fold the note again."""
    line = backlinks("", classes=["pn-backlinks"])
    for number, id_ in enumerate(ids, 1):
        unseen = nodes.inline("", _("Back to the text"), classes=["pn-unseen"])
        arrow = nodes.inline("", "↩" if len(ids) == 1 else f"↩{number}", classes=["pn-arrow"])
        line += nodes.reference("", "", unseen, arrow, refid=id_, internal=True)
    return line
