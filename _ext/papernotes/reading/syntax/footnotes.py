"""Footnotes: notes that are written in the text, one sequence of numbers, and their place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from papernotes import nodes as placeholders

# The class of a paragraph that holds nothing but the reference to a footnote.
_DETACHED = "pn-detached"


def setup(app: Sphinx) -> None:
    """Add the role, the directive and the transforms."""
    app.add_role("sidenote", SidenoteRole())
    app.add_directive("sidenote", SidenoteDirective)
    app.add_transform(AttachSidenotes)
    app.add_transform(NumberFootnotes)
    app.add_transform(PlaceFootnotes)


def sidenote_plugin(md: MarkdownIt) -> None:
    """Have *md* read Pandoc's ``^[text]`` as a token ``sidenote`` with the text as its children."""

    def sidenote(state: StateInline, silent: bool) -> bool:
        start = state.pos + 1
        if not state.src.startswith("^[", state.pos):
            return False
        end = parseLinkLabel(state, start)
        content = state.src[start + 1 : end]
        if end < 0 or not content.strip():
            return False
        if not silent:
            token = state.push("sidenote", "", 0)
            token.children = []
            state.md.inline.parse(content, state.md, state.env, token.children)
        state.pos = end + 1
        return True

    md.inline.ruler.after("image", "sidenote", sidenote)


def footnote(document: nodes.document, *blocks: nodes.Element) -> nodes.footnote_reference:
    """Add a footnote of *blocks* to *document*, and return the reference to it.

    docutils would take a reference without a name for that of another footnote, if a name is wrong.
    """
    note = nodes.footnote("", nodes.label(), *blocks)
    note.source, note.line = blocks[0].source, blocks[0].line
    document.note_footnote(note)
    # Transforms number it, and put it in its place.
    document.append(note)
    reference = nodes.footnote_reference("", refid=note["ids"][0])
    note.add_backref(document.set_id(reference))
    reference.resolved = True
    document.note_refid(reference)
    return reference


class SidenoteRole(SphinxRole):
    """``{sidenote}``: a footnote that is written where it is referred to."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the reference."""
        inliner = self.inliner
        memo = SimpleNamespace(
            document=inliner.document, reporter=inliner.reporter, language=inliner.language
        )
        content, messages = inliner.parse(self.text, self.lineno, memo, inliner.parent)
        paragraph = nodes.paragraph("", "", *content)
        self.set_source_info(paragraph)
        return [footnote(inliner.document, paragraph)], messages


class SidenoteDirective(SphinxDirective):
    """``{sidenote}``: a footnote of any blocks, which the paragraph before it refers to."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the reference, in a paragraph of its own for the time being."""
        self.assert_has_content()
        blocks = [node for node in self.parse_content_to_nodes() if isinstance(node, nodes.Element)]
        reference = footnote(self.state.document, *blocks)
        return [nodes.paragraph("", "", reference, classes=[_DETACHED])]


class AttachSidenotes(SphinxTransform):
    """Put the reference to each footnote of a directive at the end of the paragraph before it."""

    # Ahead of all that looks at paragraphs.
    default_priority = 3

    def apply(self, **kwargs: Any) -> None:
        """Move the references; without a paragraph there, they keep one of their own."""
        for holder in list(self.document.findall(nodes.paragraph)):
            if _DETACHED not in holder["classes"]:
                continue
            holder["classes"].remove(_DETACHED)
            before = holder.previous_sibling()
            if before is None:
                continue
            last = next(reversed(list(before.findall(nodes.paragraph))), None)
            # Lists and quotations end with a paragraph, tables and formulas do not.
            if last is not None and before.astext().endswith(last.astext()):
                last += holder.children
                holder.parent.remove(holder)


class NumberFootnotes(SphinxTransform):
    """Number footnotes in the order of the text, whatever their names are.

    The numbers in reStructuredText stay, unless some footnotes have none.
    """

    # After docutils has resolved them (620), and before MyST sorts them by number (623).
    default_priority = 622

    def apply(self, **kwargs: Any) -> None:
        """Write the numbers into the footnotes and the references to them."""
        notes = {
            id_: node
            for node in self.document.findall(nodes.footnote)
            if node.children and isinstance(node[0], nodes.label)
            for id_ in node["ids"]
            if not node[0].children or node[0].astext().isdigit()
        }
        is_markdown = getattr(self.document.settings, "myst_footnote_sort", False)
        if not is_markdown and all(node[0].children for node in notes.values()):
            return
        numbers: dict[str, str] = {}
        references = list(self.document.findall(nodes.footnote_reference))
        remaining = [node for node in reversed(references) if not _is_in_footnote(node)]
        while remaining:
            id_ = remaining.pop().get("refid", "")
            if id_ in notes and id_ not in numbers:
                numbers[id_] = str(len(numbers) + 1)
                # What a note refers to follows it.
                remaining += reversed(list(notes[id_].findall(nodes.footnote_reference)))
        for id_, note in notes.items():
            number = numbers.setdefault(id_, str(len(numbers) + 1))
            note.replace(note[0], nodes.label("", number))
        for node in references:
            if node.get("refid") in numbers:
                node.children = [nodes.Text(numbers[node["refid"]])]
                node.setup_child(node.children[0])


def _is_in_footnote(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.footnote):
            return True
    return False


class PlaceFootnotes(SphinxTransform):
    """Move footnotes from the end of the document to the end of its text."""

    # After MyST has moved them to the end of the document (623).
    default_priority = 630

    def apply(self, **kwargs: Any) -> None:
        """Move the footnotes, and the line above them, ahead of the closing sections."""
        closing = next(self.document.findall(_closes), None)
        last = [node for node in self.document.children if _is_last(node)]
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


def _is_last(node: nodes.Node) -> bool:
    return isinstance(node, nodes.footnote) or (
        isinstance(node, nodes.transition) and "footnotes" in node["classes"]
    )
