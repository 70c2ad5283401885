"""Inline nodes as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx_design.badges_buttons import sd_line_break
from sphinx_design.icons import sd_icon

from papernotes import nodes as placeholders
from papernotes.mathematics import renderer
from papernotes.publish.markdown import escaping
from papernotes.publish.markdown.addresses import Addresses

# The format of raw nodes that hold inline markup, or blocks, of Markdown.
FORMAT = "papernotes-markdown"
# What readers of plain text have no use for.
SKIPPED = (
    nodes.comment,
    nodes.substitution_definition,
    nodes.system_message,
    nodes.target,
    addnodes.index,
    addnodes.highlightlang,
    nodes.meta,
    placeholders.backlinks,
    placeholders.bar,
    placeholders.bars,
    placeholders.coins,
    placeholders.thumbnail,
    placeholders.written,
    sd_icon,
)
# What a page shows to screen readers alone, or on dark pages, or where a link would lead nowhere.
_UNSEEN = {"pn-unseen", "only-dark", "pn-off"}
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_CHECKBOX = re.compile(r"<input\b[^>]*\btype=.?checkbox", re.IGNORECASE)
_CHECKED = re.compile(r"\schecked\b", re.IGNORECASE)

# Writes a node of one class.
Handlers = Mapping[type[nodes.Node], Callable[[Any, Any], str]]


class Inline:
    """Writes inline nodes as markup, which :func:`.escaping.finish` makes a paragraph of."""

    def __init__(self, addresses: Addresses, docname: str) -> None:
        self.addresses, self.docname = addresses, docname
        self.builder: StandaloneHTMLBuilder = addresses.builder
        self._is_in_link = False

    def inline(self, shown: Iterable[nodes.Node]) -> str:
        """Return the markup of inline nodes."""
        return "".join(map(self.one, shown))

    def one(self, node: nodes.Node) -> str:
        """Return the markup of one inline node."""
        if isinstance(node, nodes.Text):
            return escaping.escape(node.astext())
        assert isinstance(node, nodes.Element)
        if not _UNSEEN.isdisjoint(node["classes"]):
            return ""
        return handler(_HANDLERS, type(node))(self, node)

    def content(self, node: nodes.Element) -> str:
        """Return what *node* holds."""
        return self.inline(node.children)

    def reference(self, node: nodes.reference) -> str:
        """Return a link, except for that of a card to its note, which the title is too."""
        if "pn-more" in node["classes"]:
            return ""
        uri = node.get("refuri", "")
        address = self.addresses.link(uri, self.docname)
        # Places of a page have no addresses in Markdown, but works have.
        address = address or self.work(node.get("refid") or uri.partition("#")[2])
        return self.link(address, node.children)

    def work(self, id_: str) -> str:
        """Return the address of the work with the entry *id_* in the page's references, if any."""
        return ""

    def download(self, node: addnodes.download_reference) -> str:
        """Return a link to a file of the site, or elsewhere."""
        address = node.get("refuri", "")
        if "filename" in node:
            address = self.addresses.download(node["filename"], self.docname)
        return self.link(address, node.children)

    def abbreviation(self, node: nodes.abbreviation) -> str:
        """Return a short name with what it stands for."""
        explained = f" ({node['explanation']})" if node.get("explanation") else ""
        return self.content(node) + escaping.escape(explained)

    def link(self, address: str, shown: Iterable[nodes.Node]) -> str:
        """Return a link, or its text if it leads nowhere or stands in another one."""
        if not address or self._is_in_link:
            return self.inline(shown)
        self._is_in_link = True
        text = self.inline(shown)
        self._is_in_link = False
        inner = text.strip()
        return text.replace(inner, f"[{inner}]({escaping.address(address)})", 1) if inner else ""

    def image(self, node: nodes.image) -> str:
        """Return a picture: of several files, the one that pages show."""
        found = node.get("candidates") or {}
        kinds = [kind for kind in self.builder.supported_image_types if kind in found]
        path = found[kinds[0]] if kinds else node["uri"]
        address = escaping.address(self.addresses.image(path, self.docname))
        return f"![{escaping.escape(' '.join(node.get('alt', '').split()))}]({address})"


def _raw(node: nodes.raw) -> str:
    """Return markup as it is; of HTML, only breaks of lines and boxes of tasks."""
    text = node.astext()
    if node.get("format") == FORMAT:
        return text
    if "html" not in node.get("format", "").split():
        return ""
    if _BREAK.match(text):
        return escaping.HARD_BREAK
    if _CHECKBOX.search(text):
        return "[x] " if _CHECKED.search(text) else "[ ] "
    return ""


def footnote_label(label: str) -> str:
    """Return the label of a footnote as Markdown can have it."""
    return re.sub(r"[^\w-]", "", label) or "-".join(f"{ord(each):x}" for each in label)


def handler(handlers: Handlers, kind: type[nodes.Node]) -> Callable[[Any, Any], str]:
    """Return the one of *handlers* for nodes of the class *kind*, or of the nearest above it."""
    return next(handlers[each] for each in kind.__mro__ if each in handlers)


def left_out(writer: Inline, node: nodes.Element) -> str:
    """Leave *node* out."""
    return ""


_HANDLERS: Handlers = {
    **dict.fromkeys(SKIPPED, left_out),
    nodes.Element: Inline.content,
    nodes.raw: lambda writer, node: _raw(node),
    nodes.math: lambda writer, node: escaping.formula(renderer.source(node)),
    nodes.literal: lambda writer, node: escaping.code(node.astext()),
    nodes.emphasis: lambda writer, node: escaping.emphasis(writer.content(node)),
    nodes.title_reference: lambda writer, node: escaping.emphasis(writer.content(node)),
    nodes.strong: lambda writer, node: escaping.strong(writer.content(node)),
    nodes.superscript: lambda writer, node: f"<sup>{writer.content(node)}</sup>",
    nodes.subscript: lambda writer, node: f"<sub>{writer.content(node)}</sub>",
    nodes.image: Inline.image,
    nodes.footnote_reference: lambda writer, node: f"[^{footnote_label(node.astext())}]",
    nodes.reference: Inline.reference,
    addnodes.download_reference: Inline.download,
    nodes.abbreviation: Inline.abbreviation,
    sd_line_break: lambda writer, node: escaping.HARD_BREAK,
}
