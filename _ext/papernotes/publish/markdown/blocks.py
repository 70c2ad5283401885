"""Blocks of a document as Markdown: headings, paragraphs, lists, code, formulas and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from docutils import nodes
from sphinx import addnodes
from sphinx.locale import admonitionlabels
from sphinx_design.dropdown import dropdown_title
from sphinx_design.shared import PassthroughTextElement
from sphinx_design.tabs import sd_tab_input, sd_tab_label

from papernotes import nodes as placeholders
from papernotes.domain import figures
from papernotes.mathematics import tex
from papernotes.mathematics.equations import figure_number
from papernotes.publish.markdown import escaping
from papernotes.publish.markdown.inline import (
    FORMAT,
    SKIPPED,
    Handlers,
    Inline,
    footnote_label,
    handler,
    left_out,
)
from papernotes.publish.markdown.tables import pipe_table
from papernotes.rendering.markup import SEPARATOR

# The style sheet hides or repeats these.
_LEFT_OUT = {"contents", "pn-neighbours", "pn-strip", "pn-bibtex", "pn-cite", "only-dark"}
_LISTS = (nodes.bullet_list, nodes.enumerated_list)
_BOXES: tuple[type[nodes.Element], ...] = (
    nodes.topic,
    nodes.sidebar,
    nodes.admonition,
    *(getattr(nodes, name) for name in admonitionlabels if hasattr(nodes, name)),
    addnodes.seealso,
)
_TIGHT = re.compile(r"(?:.++\n)++\n(?:[-*] \S|1[.)] ).++(?:\n.++)*+\n?")
# After definitions, this would be one more, whatever its first line is.
_LIKE_DEFINITION = re.compile(r".*\n\n?\s*[:~]\s")
_BLANK_LINES = re.compile(r"\n\s*\n")


class Blocks(Inline):
    """Writes the nodes of a document, for the page *docname*."""

    depth = 0

    def placeholder(self, node: placeholders.Placeholder) -> Sequence[nodes.Node]:
        """Return what stands in the place of *node*."""
        return ()

    def text(self, shown: Iterable[nodes.Node]) -> str:
        """Return the Markdown of block nodes; inline nodes among them make paragraphs."""
        parts = []
        for is_inline, group in groupby(shown, _is_inline):
            if is_inline:
                parts.append(escaping.finish(self.inline(group)))
                continue
            before: nodes.Node | None = None
            second = False
            for node in group:
                # A list that follows another one of its kind needs another sign, to be one itself.
                second = not second and isinstance(node, _LISTS) and type(node) is type(before)
                parts.append(self.block(node, second=second))
                before = node
        return _joined(parts)

    def block(self, node: nodes.Node, *, second: bool = False) -> str:
        """Return the Markdown of a block; *second* says that it is a list just after another."""
        assert isinstance(node, nodes.Element)
        if not _LEFT_OUT.isdisjoint(node["classes"]):
            return ""
        if isinstance(node, _LISTS):
            return self._list(node, second=second)
        return handler(_HANDLERS, type(node))(self, node)

    def blocks(self, node: nodes.Element) -> str:
        """Return the blocks in *node*."""
        return self.text(node.children)

    def paragraph(self, node: nodes.Element) -> str:
        """Return a paragraph, or another block of inline nodes."""
        markup = self.inline(node.children)
        # The first link of a card, to the note, is left out.
        is_of_card = "pn-links" in node["classes"]
        return escaping.finish(markup.removeprefix(SEPARATOR) if is_of_card else markup)

    def section(self, node: nodes.section) -> str:
        """Return a section, or nothing if there is nothing under its heading for a placeholder."""
        self.depth += 1
        parts = [self.text(child) for child in ([node[0]], node.children[1:])]
        self.depth -= 1
        is_empty = not parts[1] and any(isinstance(each, placeholders.Placeholder) for each in node)
        return "" if is_empty else "\n\n".join(filter(None, parts))

    def heading(self, node: nodes.Element) -> str:
        """Return a heading; one without a level becomes bold text."""
        level = node.get("heading-level", 0) if isinstance(node, nodes.rubric) else self.depth
        if not 1 <= level <= 6:
            return self.title(node)
        # Number signs at the end would be taken off.
        text = re.sub("#$", r"\#", escaping.one_line(self.inline(node.children)))
        return f"{'#' * level} {text}" if text else ""

    def title(self, node: nodes.Element) -> str:
        """Return what stands above a part of a page, which is no heading."""
        return escaping.finish(escaping.strong(self.inline(node.children)))

    def caption(self, node: nodes.Element) -> str:
        """Return a caption with its number, which pages have from the builder."""
        env, owner = self.builder.env, node.parent
        kind = env.domains.standard_domain.get_enumerable_node_type(owner)
        number = figures.number(env, self.docname, owner["ids"][0]) if owner["ids"] else ()
        form = self.builder.config.numfig_format.get(kind, "") if number else ""
        shown = f"{form % '.'.join(map(str, number))} " if form else ""
        return escaping.finish(escaping.escape(shown) + self.inline(node.children))

    def _list(self, node: nodes.Element, *, second: bool) -> str:
        """Return a list; *second* says that it needs another sign than the one before it."""
        count = range(len(node.children))
        signs = ["*" if second else "-" for _ in count]
        if isinstance(node, nodes.enumerated_list):
            start, end = node.get("start", 1), ")" if second else "."
            signs = [f"{start + number}{end}" for number in count]
        elif "pn-tags" in node["classes"]:
            return escaping.finish(", ".join(self.inline(_inline_of(item)) for item in node))
        items = [
            _hanging(self._item(item), f"{sign} ") for item, sign in zip(node, signs, strict=True)
        ]
        is_loose = any("\n\n" in item for item in items)
        return ("\n\n" if is_loose else "\n").join(items)

    def _item(self, item: nodes.Node) -> str:
        """Return an item of a list, in which a list can follow its paragraph without a space."""
        inner = item.children if isinstance(item, nodes.list_item) else [item]
        text = self.text(inner)
        is_list = len(inner) == 2 and isinstance(inner[1], _LISTS)
        # A paragraph goes on unless the list begins with 1.
        return text.replace("\n\n", "\n") if is_list and _TIGHT.fullmatch(text) else text

    def container(self, node: nodes.container) -> str:
        """Return what a container holds."""
        if "pn-authors" in node["classes"]:
            # Many authors are two paragraphs on the page, of which one is folded.
            return escaping.finish(self.inline(_inline_of(node)))
        return self.blocks(node)

    def navigation(self, node: placeholders.navigation) -> str:
        """Return the links between the pages of a list; other ones are for people who browse."""
        return self.blocks(node) if "pn-pager" in node["classes"] else ""

    def lines(self, node: nodes.line_block) -> str:
        """Return lines that the author has broken."""
        lines = (self.content(line) for line in node.findall(nodes.line))
        return escaping.finish(escaping.HARD_BREAK.join(lines))

    def definitions(self, node: nodes.Element) -> str:
        """Return definitions, in the syntax of Pandoc and MyST."""
        parts = []
        for item in node.children:
            assert isinstance(item, nodes.Element)
            terms = [child for child in item if isinstance(child, nodes.term | nodes.classifier)]
            term = escaping.finish(", ".join(escaping.one_line(self.inline(t)) for t in terms))
            bodies = [child for child in item if isinstance(child, nodes.definition)]
            texts = [text for body in bodies if (text := self.text(body.children))]
            # Without a term, or without its definition, Markdown has none.
            if term:
                texts = ["\n".join([term, *(_hanging(text, ":   ") for text in texts)])]
            parts += texts
        return _joined(parts)

    def fields(self, node: nodes.Element) -> str:
        """Return fields, or options of a program, as a list."""
        items = []
        for field in node.children:
            assert isinstance(field, nodes.Element)
            name = escaping.strong(escaping.escape(f"{field[0].astext()}:"))
            body = self.text(field.children[1:])
            items.append(_hanging(escaping.finish(name) + (f" {body}" if body else ""), "- "))
        return "\n".join(items)

    def formula(self, node: nodes.math_block) -> str:
        """Return displayed formulas, the last one with the number of all, if they have one."""
        source = tex.tagged(escaping.clean(node.astext()), node.get("rows", {}))
        parts = [tex.unnumbered(part).strip() for part in tex.formulas(source)]
        if parts and (number := self._number(node)):
            parts[-1] = tex.numbered(parts[-1], number)
        shown = (
            escaping.fence(part, "math")
            if "$$" in part or escaping.may_be_html(part)
            else f"$$\n{part}\n$$"
            for part in parts
        )
        return "\n\n".join(shown)

    def _number(self, node: nodes.math_block) -> str:
        """Return the number of a formula, along the toctrees if figures are numbered so."""
        if not node.get("number") or node.get("rows"):
            return ""
        config, id_ = self.builder.config, next(iter(node["ids"]), "")
        if config.numfig and config.math_numfig:
            found = figure_number(self.builder.env, self.docname, id_)
            return str(config.math_numsep).join(".".join(map(str, found)).rsplit(".", 1))
        return str(node["number"])

    def box(self, node: nodes.Element) -> str:
        """Return a box as a quotation with a bold title."""
        title, *rest = node.children or [nodes.title()]
        if not isinstance(title, nodes.title):
            rest = node.children
            title = nodes.title("", admonitionlabels.get(node.tagname, ""))
        return _prefixed("\n\n".join(filter(None, (self.title(title), self.text(rest)))), "> ")

    def table(self, node: nodes.table) -> str:
        """Return a table below its caption."""
        title = [child for child in node.children if isinstance(child, nodes.title)]
        above = self.caption(title[0]) if title else ""
        return "\n\n".join(filter(None, (above, pipe_table(node, self._cell))))

    def _cell(self, entry: nodes.Element) -> str:
        """Return a cell of a table, whose blocks follow each other on one line."""
        return escaping.one_line(" ".join(self._flat(entry)))

    def _flat(self, node: nodes.Element) -> Iterator[str]:
        for is_inline, group in groupby(node.children, _is_inline):
            if is_inline:
                yield self.inline(group)
                continue
            for child in group:
                match child:
                    case nodes.math_block():
                        yield escaping.formula(child.astext())
                    case nodes.literal_block():
                        yield escaping.code(child.astext())
                    case nodes.TextElement():
                        yield self.inline(child.children)
                    case nodes.Element() if handler(_HANDLERS, type(child)) is not left_out:
                        yield from self._flat(child)

    def footnote(self, node: nodes.footnote) -> str:
        """Return a footnote, to which its label leads."""
        label = footnote_label(node[0].astext())
        return _hanging(self.text(node.children[1:]), f"[^{label}]: ", 4)

    def toctree(self, node: nodes.Element) -> str:
        """Return the pages of a toctree that the page shows."""
        titles = self.builder.env.titles
        lines = []
        for title, target in () if node.get("hidden") else node["entries"]:
            is_page = target in titles
            if not is_page and not re.match("https?:", target):
                continue
            address = self.addresses.page(target, self.docname) if is_page else target
            shown = [nodes.Text(title)] if title else titles[target].children if is_page else []
            lines.append(
                f"- {escaping.one_line(self.link(address, shown or [nodes.Text(target)]))}"
            )
        return "\n".join(lines)


def _is_inline(node: nodes.Node) -> bool:
    """Return whether *node* may stand in a paragraph; raw markup is a block."""
    return isinstance(node, nodes.Text | nodes.Inline) and not isinstance(node, nodes.raw)


def _inline_of(node: nodes.Node) -> list[nodes.Node]:
    """Return the inline nodes of all paragraphs in *node*, one after another."""
    if isinstance(node, nodes.TextElement):
        return list(node.children)
    return [each for child in node.children for each in _inline_of(child)]


def _language(node: nodes.Element) -> str:
    language = node.get("language", "")
    return "" if language in ("default", "none") else re.sub(r"[`\s{}]", "", language)


def _raw(node: nodes.raw) -> str:
    """Return markup as it is, and HTML of the author's as the block that it is in Markdown."""
    text = node.astext()
    if node.get("format") == FORMAT:
        return text
    is_html = "html" in node.get("format", "").split()
    return _BLANK_LINES.sub("\n", text.strip()) if is_html else ""


def _hanging(text: str, sign: str, width: int = 0) -> str:
    """Return *text* with *sign* before its first line, and the others as far to the right."""
    space = " " * (width or len(sign))
    lines = text.split("\n")
    rest = (f"{space}{line}" if line else "" for line in lines[1:])
    return "\n".join([f"{sign}{lines[0]}".rstrip(), *rest])


def _joined(parts: Iterable[str]) -> str:
    """Return *parts* one below the other, with a comment where the next would be a definition."""
    joined: list[str] = []
    for part in filter(None, parts):
        if joined and "\n:   " in joined[-1] and _LIKE_DEFINITION.match(part):
            joined.append("<!-- -->")
        joined.append(part)
    return "\n\n".join(joined)


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join(f"{prefix}{line}".rstrip() for line in text.split("\n")) if text else ""


_HANDLERS: Handlers = {
    **dict.fromkeys((*SKIPPED, sd_tab_input, nodes.label), left_out),
    nodes.Element: Blocks.blocks,
    nodes.TextElement: Blocks.paragraph,
    PassthroughTextElement: Blocks.blocks,
    placeholders.Placeholder: lambda writer, node: writer.text(writer.placeholder(node)),
    placeholders.navigation: Blocks.navigation,
    nodes.container: Blocks.container,
    nodes.section: Blocks.section,
    nodes.title: Blocks.heading,
    nodes.subtitle: Blocks.heading,
    nodes.rubric: Blocks.heading,
    dropdown_title: Blocks.title,
    sd_tab_label: Blocks.title,
    nodes.caption: Blocks.caption,
    nodes.definition_list: Blocks.definitions,
    nodes.field_list: Blocks.fields,
    nodes.option_list: Blocks.fields,
    nodes.math_block: Blocks.formula,
    nodes.literal_block: lambda writer, node: escaping.fence(node.astext(), _language(node)),
    nodes.doctest_block: lambda writer, node: escaping.fence(node.astext(), "python"),
    nodes.block_quote: lambda writer, node: _prefixed(writer.blocks(node), "> "),
    nodes.attribution: lambda writer, node: escaping.finish(f"— {writer.content(node)}"),
    **dict.fromkeys(_BOXES, Blocks.box),
    nodes.table: Blocks.table,
    nodes.footnote: Blocks.footnote,
    # MyST draws a line above footnotes, and draws it again when it reads this.
    nodes.transition: lambda writer, node: "" if "footnotes" in node["classes"] else "___",
    nodes.line_block: Blocks.lines,
    nodes.raw: lambda writer, node: _raw(node),
    addnodes.toctree: Blocks.toctree,
    addnodes.desc_signature: lambda writer, node: escaping.fence(node.astext()),
}
