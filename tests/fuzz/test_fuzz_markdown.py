"""Fuzz tests of pages as Markdown, which reads back as the text of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from sites import SOAK
from time_limits import time_limit

from papernotes.citations.pandoc_rule import pandoc_plugin
from papernotes.publish.markdown.blocks import Blocks
from papernotes.publish.markdown.escaping import clean
from papernotes.reading.syntax.comments import comment_plugin
from papernotes.reading.syntax.obsidian import obsidian_plugin

pytestmark = pytest.mark.soak

EXTENSIONS = {
    *["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"],
    *["fieldlist", "html_image", "strikethrough", "substitution", "tasklist"],
}
# What some parser of Markdown reads as markup.
MARKUP = [
    *["*", "**", "_", "__", "`", "``", "~~", "==", "%%", "$", "$$", "^", "^[", "[^1]", "[[", "]]"],
    *["[", "](", ")", "![", "!", "<", ">", "<b>", "<!--", "&amp;", "&#35;", "\\", "\\\n", "{", "}"],
    *[
        "{a}",
        "{{",
        "#",
        "# ",
        "-",
        "- ",
        "+",
        "+++",
        "---",
        "===",
        "=",
        "1. ",
        "1) ",
        "1",
        ":",
        ": ",
    ],
    *[
        ":::",
        "```",
        "~~~",
        "|",
        "|-|",
        "--|--",
        "%",
        "@",
        "@a",
        "(a)=",
        "[a]: b",
        ":a: ",
        "\n",
        " ",
    ],
    *["\t", "\u00a0", "\u2028", "\x0c", "\ufdd0", "a", "é", "“", "—", "€", "5", "\\begin{align}"],
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw text in which markup may be."""
    return "".join(draw(st.lists(st.sampled_from(MARKUP) | st.text(max_size=3), max_size=8)))


def of(
    kind: type[nodes.Element], **attributes: Any
) -> Callable[[Sequence[nodes.Node]], nodes.Node]:
    """Return what makes an element of nodes."""
    text = [""] if issubclass(kind, nodes.TextElement) else []
    return lambda children: kind("", *text, *(each.deepcopy() for each in children), **attributes)


PLAIN = texts().map(nodes.Text)
CODE = texts().map(lambda text: nodes.literal(text, text))
FORMULA = st.sampled_from(["x", "a|b", "x_1 + y_2", "\\$", "1", "\\text{a $b$ c}"])
# The rule for dollar signs at the start of a text looks at the end of it.
MATH = FORMULA.map(lambda tex: nodes.inline("", "", nodes.Text("§"), nodes.math(tex, tex)))
LINK = of(nodes.reference, refuri="https://example.org/a_(b)?c=1&amp;d")


# Hypothesis describes strategies in errors that it handles itself. The description of `st.one_of`
# holds those of all its parts, and would grow without bounds in `st.recursive`. That of a function
# is its name and its arguments.
@st.composite
def inside(draw: st.DrawFn, children: st.SearchStrategy[nodes.Node]) -> nodes.Node:
    """Draw an inline element with *children*."""
    make = draw(st.sampled_from([of(nodes.emphasis), of(nodes.strong), LINK]))
    return make(draw(st.lists(children, min_size=1, max_size=3)))


@st.composite
def inlines(draw: st.DrawFn) -> list[nodes.Node]:
    """Draw the content of a paragraph."""
    return draw(st.lists(st.recursive(PLAIN | CODE | MATH, inside, max_leaves=4), max_size=5))


PARAGRAPH = inlines().map(of(nodes.paragraph))
LITERAL = texts().map(lambda text: nodes.literal_block(text, text))
TITLE = inlines().map(of(nodes.rubric, **{"heading-level": 2}))


@st.composite
def around(draw: st.DrawFn, blocks: st.SearchStrategy[nodes.Node]) -> nodes.Node:
    """Draw a block that holds *blocks*."""
    kinds = [nodes.bullet_list, nodes.enumerated_list, nodes.block_quote, nodes.note]
    kind = draw(st.sampled_from([*kinds, nodes.definition_list]))
    several = st.lists(blocks, min_size=1, max_size=3)
    if kind is nodes.definition_list:
        return _definition(draw(inlines()), draw(several))
    if issubclass(kind, nodes.Sequential):
        items = draw(st.lists(several, min_size=1, max_size=3))
        return of(kind)([nodes.list_item("", *each) for each in items])
    return of(kind)(draw(several))


def _definition(term: Sequence[nodes.Node], content: Sequence[nodes.Node]) -> nodes.Node:
    parts = (nodes.term("", "", *term), nodes.definition("", *content))
    return nodes.definition_list("", nodes.definition_list_item("", *parts))


def _table(cells: Sequence[Sequence[Sequence[nodes.Node]]]) -> nodes.Node:
    rows = [
        nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in row))
        for row in cells
    ]
    return nodes.table("", nodes.tgroup("", nodes.thead("", rows[0]), nodes.tbody("", *rows[1:])))


TABLE = st.lists(st.lists(inlines(), min_size=2, max_size=2), min_size=1, max_size=3).map(_table)
BLOCKS = st.recursive(PARAGRAPH | LITERAL | TITLE | TABLE, around, max_leaves=5)


def writer() -> Blocks:
    """Return a writer for a page of a site with no files."""
    builder = SimpleNamespace(supported_image_types=[])
    addresses: Any = SimpleNamespace(builder=builder, link=lambda uri, docname: uri)
    return Blocks(addresses, "page")


def parser() -> MarkdownIt:
    """Return a parser with all that authors can turn on."""
    config = MdParserConfig(
        enable_extensions=EXTENSIONS, dmath_allow_digits=False, dmath_allow_space=False
    )
    md = create_md_parser(config, RendererHTML).use(comment_plugin).use(obsidian_plugin)
    # It looks for comments before it is known what is code.
    md.disable("obsidian_comment")
    return md.use(pandoc_plugin, lambda _: True)


def read(tokens: Iterable[Token]) -> str:
    """Return the text that *tokens* show."""
    shown = []
    for token in tokens:
        if token.children is not None:
            shown.append(f" {read(token.children)} ")
        elif token.type in ("softbreak", "hardbreak"):
            shown.append(" ")
        elif token.nesting == 0 and token.type != "html_block":
            shown.append(token.content)
    return "".join(shown)


def folded(text: str) -> str:
    """Return *text* without white space, of which blocks have more, and lines may have less."""
    return "".join(clean(text).split())


def text_of(node: nodes.Node) -> str:
    """Return the text of *node*, and the title that a box is given."""
    boxes = len(list(node.findall(nodes.note)))
    return "§" + node.astext() + "Note" * boxes


# Making the documents takes longer than reading them.
@settings(max_examples=10_000 if SOAK else 15, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCKS)
def test_markdown_reads_back_as_the_text_of_the_document(block: nodes.Node) -> None:
    # The rule for front matter takes some text at the start of a page for it.
    written = writer().text([nodes.paragraph("", "§"), block])
    shown = read(parser().parse(written))
    assert sorted(folded(shown)) == sorted(folded(text_of(block))), written


def test_a_list_of_long_lines_in_a_loose_item_is_written_in_time() -> None:
    """The time was exponential in the length of a line, which the fuzzer found."""
    lines = nodes.list_item("", nodes.paragraph("", "word " * 40), nodes.paragraph("", "more"))
    inner = nodes.bullet_list("", lines)
    block = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "an item"), inner))
    with time_limit():
        assert "more" in writer().text([block])
