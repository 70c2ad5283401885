"""Put footnotes behind the blocks that refer to them, for a margin beside the text.

``margin.css`` moves each one to the line of its reference, if the page is wide enough, and folds it
otherwise. It knows the line by the names of anchors, which are unique in the element around a block
and its notes.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes import nodes as placeholders
from papernotes.builders import writes_site
from papernotes.citations.domain import CitationDomain
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _
from papernotes.nodes import margin_note
from papernotes.theme.usage import is_used

# The class of the element around a block and its notes, that of a note, and that of an entry of the
# references that is also a note.
AROUND = "pn-noted"
NOTE = "pn-note"
PLACED = "pn-placed"
# On how many lines of a block notes can stand; margin.css has a class for each. Further notes stand
# below them.
LINES = 9
_LINE = "pn-line-"
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
)


def setup(app: Sphinx) -> None:
    """Add the transform to builds that write one page for each document, in the theme."""
    app.connect("builder-inited", _add_transform)


def _add_transform(app: Sphinx) -> None:
    if is_used(app) and writes_site(app):
        app.add_post_transform(PlaceInMargin)


class PlaceInMargin(SphinxPostTransform):
    """Move each footnote behind the block that first refers to it.

    Footnotes without a reference stay at the end. If ``papernotes_references`` says so, the
    references of works stand behind the block that first cites the work, too.
    """

    formats = ("html",)
    # After furo has put tables into boxes (500).
    default_priority = 590

    def run(self, **kwargs: Any) -> None:
        """Move the footnotes, and remove the line above those that are left, if none is."""
        # Lists of notes are as wide as text and margin.
        if any(self.document.findall(placeholders.papers)):
            return
        footnotes = {
            id_: node for node in self.document.findall(nodes.footnote) for id_ in node["ids"]
        }
        # Parts of pages that are rendered by themselves have no list of references.
        lists = list(self.document.findall(placeholders.references))
        works = self.works() if lists and self.config.papernotes_references == "margin" else {}
        remaining = [*self.document.findall(_has_ids)][::-1]
        while remaining:
            node = remaining.pop()
            assert isinstance(node, nodes.Element)
            if _is_last(node):
                continue
            notes = [note for id_ in node["ids"] for note in works.get(id_, ())]
            if footnote := footnotes.pop(node.get("refid", ""), None):
                notes.append(_moved(footnote, node))
            for note in notes:
                # A work has its note beside what cites it first.
                if note.parent is None:
                    _place(note, node)
                    # What a note refers to follows it.
                    remaining += [*note.findall(_has_ids)][::-1]
        if works:
            _mark_placed(lists, list(itertools.chain(*works.values())))
        _remove_line(self.document)

    def works(self) -> dict[str, list[margin_note]]:
        """Return the notes for the works that each place of the page cites, by its id."""
        docname = self.env.docname
        page = PaperNotesDomain.of(self.env).records[docname].page
        notes = {
            key: margin_note(
                "",
                placeholders.margin_reference(docname=docname, key=key),
                ids=[id_],
                classes=[NOTE, "pn-reference", placeholders.UNSEARCHED],
                role="note",
            )
            for key, id_ in CitationDomain.of(self.env).reference_ids(docname).items()
        }
        found: defaultdict[str, list[margin_note]] = defaultdict(list)
        for citation in page.citations:
            if citation.key in notes:
                found[citation.id].append(notes[citation.key])
        return found


def _mark_placed(lists: Iterable[nodes.Element], notes: Sequence[margin_note]) -> None:
    """Tell the *lists* of references which of their works have one of *notes* in the margin."""
    keys = {
        reference["key"]
        for note in notes
        if note.parent is not None
        for reference in note.findall(placeholders.margin_reference)
    }
    for closing in lists:
        closing["placed"] = sorted(keys)
        if all(note.parent is not None for note in notes):
            closing.parent["classes"].append(PLACED)


def _remove_line(document: nodes.document) -> None:
    """Remove the line above footnotes if there are none."""
    for line in list(document.findall(nodes.transition)):
        if "footnotes" in line["classes"] and not isinstance(
            line.next_node(descend=False, siblings=True), nodes.footnote
        ):
            line.parent.remove(line)


def _has_ids(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and bool(node["ids"])


def _is_last(node: nodes.Node) -> bool:
    """Return whether *node* stands in a footnote that stays at the end."""
    block = _block(node)
    return isinstance(block, nodes.footnote) and not isinstance(block, margin_note)


def _moved(footnote: nodes.footnote, reference: nodes.Element) -> margin_note:
    """Return the note that replaces *footnote*, which leads back to *reference*."""
    footnote.parent.remove(footnote)
    note = margin_note("", *footnote.children, **footnote.attributes, role="doc-footnote")
    note["classes"] += ["footnote", NOTE]
    last = note.children[-1]
    if not isinstance(last, nodes.paragraph):
        last = nodes.paragraph()
        note += last
    last += [nodes.Text(" "), _ways_back(note["backrefs"])]
    # The number leads to the place where the note is.
    note["backrefs"] = reference["ids"][:1]
    return note


def _ways_back(ids: Sequence[str]) -> nodes.Node:
    """Return links back to the references with *ids*, which fold the note again."""
    line = placeholders.backlinks("", classes=["pn-backlinks"])
    for number, id_ in enumerate(ids, 1):
        unseen = nodes.inline("", _("Back to the text"), classes=["pn-unseen"])
        arrow = nodes.Text("↩" if len(ids) == 1 else f"↩{number}")
        line += nodes.reference("", "", unseen, arrow, refid=id_, internal=True)
    return line


def _place(note: margin_note, node: nodes.Element) -> None:
    """Put *note* behind the block of *node*, on whose line it can stand."""
    if isinstance(node, nodes.section):
        # It has the ids of what its heading cites.
        title = node[0]
        assert isinstance(title, nodes.Element)
        node = title
    around, holder, position = _room(_block(node))
    holder.insert(position, note)
    line = next(iter(_lines(node)), "")
    if not line:
        taken = {name for other in around.findall(margin_note) for name in _lines(other)}
        free = (f"{_LINE}{number}" for number in range(1, LINES + 1))
        line = next((name for name in free if name not in taken), "")
        node["classes"] += [line] if line else []
    note["classes"] += [line] if line else []


def _lines(node: nodes.Element) -> list[str]:
    return [name for name in node["classes"] if name.startswith(_LINE)]


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


def _room(block: nodes.Element) -> tuple[nodes.Element, nodes.Element, int]:
    """Return the element around *block* and its notes, and the place for the next of them.

    The place is an element, and a position in it.
    """
    parent = block.parent
    if isinstance(block, nodes.term):
        # Between terms and definitions, a list has no place for a note.
        around = parent.parent
        holder = parent[-1]
        position = 0
    elif isinstance(block, nodes.title):
        # A heading stays a child of its section.
        around = holder = parent
        position = parent.index(block) + 1
    elif isinstance(parent, nodes.container) and AROUND in parent["classes"]:
        around = holder = parent
        position = parent.index(block) + 1
    else:
        around = holder = nodes.container()
        parent.replace(block, around)
        around += block
        position = 1
    assert isinstance(holder, nodes.Element)
    around["classes"] += [AROUND] if AROUND not in around["classes"] else []
    while position < len(holder) and isinstance(holder[position], margin_note):
        position += 1
    return around, holder, position
