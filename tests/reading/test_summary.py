"""A card shows the beginning of a note up to a number of words, and never a part of a thing."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from lxml.html import HtmlElement
from myst_parser.parsers.docutils_ import Parser
from sites import Site, text

from papernotes.reading.summary import first_line, shorten

TEN = "One two three four five six seven eight nine ten. "
PICTURE = "![shown](a.png)\n\n"
TABLE = "| shown | shown |\n|---|---|\n| shown | shown |\n\n"
CODE = "```text\nshown\nshown\nshown\n```\n\n"
FORMULA = "$$\nshown\n$$\n\n"


def opening(source: str) -> list[nodes.Node]:
    settings = {"myst_enable_extensions": ["dollarmath", "deflist"], "report_level": 5}
    document = publish_doctree(source, parser=Parser(), settings_overrides=settings)
    return list(document.children)


def shown(source: str, words: int) -> str:
    """Return the text of the summary of *source*, with one space between words."""
    found = shorten(opening(source), words, "papers/a")
    return " ".join("\n".join(node.astext() for node in found).split())


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        (TEN * 3, 0, TEN * 3),
        (TEN * 3, 30, TEN * 3),
        (TEN * 3, 29, TEN * 2 + "…"),
        (f"{TEN}\n\n{TEN}{TEN}", 20, TEN * 2 + "…"),
        (f"{TEN}\n\n{TEN}", 12, TEN + "…"),
        # Neither a formula nor code nor emphasis ends a sentence, whatever is in it.
        (f"{TEN}Here $a. B$ and `a. B` and *a. B* go on. {TEN}", 19, TEN + "…"),
        (f"{TEN}See Fig. 3 by A. Smith et al. (2017) and so on. {TEN}", 15, TEN + "…"),
        # What is announced and left out is not announced.
        (f"{TEN}It is given by:\n\n{FORMULA}{TEN}", 20, TEN + "…"),
        (f"It is given by:\n\n{FORMULA}{TEN}", 5, "It is given by: …"),
        # There is at least one sentence, unless it is far too long.
        (TEN * 3, 6, TEN + "…"),
        ("word " * 30, 10, "word " * 10 + "…"),
        (
            "word " * 8 + "[a long link of many words](https://b.example) " + "word " * 30,
            10,
            "word " * 8 + "…",
        ),
        (f"- {TEN}\n- {TEN}\n- {TEN}", 25, TEN * 2 + "…"),
        (f"> {TEN}\n>\n> {TEN}", 12, TEN + "…"),
        ("吾輩は猫である。" * 6, 20, "吾輩は猫である。" * 5 + " …"),
        (f"<div>\n\n{TEN}\n\n</div>\n\n{TEN}", 12, TEN + "…"),
        (f"{TEN}<b>Here {TEN}{TEN}</b>", 22, TEN + "Here " + TEN + "…"),
    ],
)
def test_summary_ends_with_a_sentence(source: str, words: int, expected: str) -> None:
    assert shown(source, words) == " ".join(expected.split())


@pytest.mark.parametrize("block", [PICTURE, TABLE, CODE, FORMULA, "term\n: shown\n\n"])
def test_what_is_no_text_is_shown_whole_or_not_at_all(block: str) -> None:
    fits = shorten(opening(f"{block}{TEN}{TEN}"), 65, "papers/a")
    assert not isinstance(fits[0], nodes.paragraph) or list(fits[0].findall(nodes.image))
    assert "…" not in fits[-1].astext()
    assert "shown" not in shown(f"{TEN}\n\n{block}{TEN}{TEN}", 11)


@pytest.mark.parametrize("block", [PICTURE, TABLE, CODE])
def test_text_goes_on_around_what_has_no_room(block: str) -> None:
    assert shown(f"{TEN}\n\n{block}{TEN}", 20) == f"{TEN}{TEN}…"


def test_a_long_opening_is_cut_wherever_it_is_shown(tiny: Site) -> None:
    tiny.edit("papers/alpha.md", "Its second paragraph.", "A sentence of five words. " * 40)
    tiny.edit("papers/beta.md", "read:", f"summary: {'A whole sentence. ' * 60}\nread:")
    build = tiny.build()
    assert build.messages == []

    def card(number: int) -> HtmlElement:
        return build.page("index").find_class("pn-summary")[number]

    assert 70 <= len(text(card(0)).split()) <= 81
    (more,) = card(0).xpath(".//a[. = '…']")
    assert more.get("href") == "papers/alpha.html"
    assert text(card(1)).count("A whole sentence.") == 60
    feed = build.read("feed.xml")
    assert (feed.count("of five words"), feed.count("A whole sentence.")) == (13, 60)
    assert build.read("papers/alpha.html").count("A sentence of five words.") >= 40
    build = tiny.build(confoverrides={"papernotes_summary_words": 0})
    assert text(card(0)).count("A sentence of five words.") == 40


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        (TEN, 10, TEN.strip()),
        (TEN * 2, 12, TEN + "One two…"),
        (TEN * 2, 10, TEN.strip() + "\N{NO-BREAK SPACE}…"),
        # The line is text, wherever the first text stands.
        (f"{PICTURE}{FORMULA}- {TEN}\n- Another", 10, TEN.strip()),
        (f"Seen ![shown](a.png) *in* part. {TEN}", 4, "Seen  in part. One…"),
        # A formula is whole or left out.
        ("One $a + b$ two", 3, "One …"),
        ("吾輩は猫である。" * 6, 4, "吾輩は猫である。\N{NO-BREAK SPACE}…"),
        (f"{TABLE}{CODE}", 10, ""),
    ],
)
def test_first_line_is_the_first_text_cut_after_a_word(
    source: str, words: int, expected: str
) -> None:
    line = first_line(opening(source), words)
    assert "".join(node.astext() for node in line) == expected
