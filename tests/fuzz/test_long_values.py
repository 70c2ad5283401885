"""Time grows with the length of a text, whatever it holds.

Each case makes a pattern that backtracks go over the same characters again and again. At this
length, such a pattern needs minutes or hours, and any other some milliseconds.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from docutils import nodes
from markdown_it import MarkdownIt
from time_limits import time_limit

from papernotes.bibliography import identifiers, macros, names, reader
from papernotes.cli.bibfile import clean, entry
from papernotes.cli.errors import CommandError
from papernotes.cli.formats.detect import read_entries
from papernotes.cli.importer import shortcodes
from papernotes.core import frontmatter
from papernotes.core.drafts import says_draft
from papernotes.mathematics import renderer
from papernotes.pictures import without_metadata
from papernotes.publish import social_cards
from papernotes.reading.comments import without_comments
from papernotes.reading.syntax.obsidian import obsidian_plugin

LENGTH = 100_000
NO_FONTS = social_cards.Fonts(())
SPACES = " " * LENGTH


def long(unit: str) -> str:
    return unit * (LENGTH // len(unit))


def bibtex(text: str) -> object:
    return reader.read([("a.bib", text.encode())])


def entries(text: str) -> object:
    with contextlib.suppress(CommandError):
        return read_entries(text.encode(), "a")
    return None


def eprint(text: str) -> object:
    return clean.clean(entry.Entry("misc", "a", {"eprint": text, "title": "A"}))


def paragraph(text: str) -> None:
    renderer._keep_punctuation(nodes.paragraph("", "", nodes.Text(text), nodes.math("", "x")))


CASES: list[tuple[Callable[[Any], object], Any]] = [
    (names.fault_of_list, f"A, B, {SPACES}C"),
    (names.fault_of_list, f"A & B{SPACES}"),
    (names.parse_name, 'family="a' + long(",aa")),
    (identifiers.doi, {"doi": "https://" + long("10.1111")}),
    (macros.definitions, [f"\\def\\a{SPACES}"]),
    (macros.definitions, [f"\\newcommand{SPACES}"]),
    (bibtex, "@misc{a, title = {b}}" + "\n" * LENGTH),
    (bibtex, "@misc{a, title = {" + long("{x}")),
    (bibtex, long("@misc{a, title = {b,\n")),
    (entries, f"@misc({SPACES}"),
    (entries, f"@misc{{a, author = {{A{SPACES}}}, title = {{B}}}}"),
    (entries, json.dumps([{"title": long('<span class="nocase">'), "type": "book"}])),
    (entries, json.dumps([{"title": "A", "note": f"arxiv: 1{SPACES}x"}])),
    (clean.fix_latex, long("\\(")),
    (clean.fix_latex, f"\\url{SPACES}"),
    (eprint, f"{SPACES}x"),
    (says_draft, ["---", f"draft:{SPACES}x", "---"]),
    (lambda text: frontmatter.parse(text, "a.md"), f"---\na{SPACES}\n---\n"),
    (lambda text: frontmatter.parse(text, "a.md"), "---\n" + long("a: b\n") + "---\n"),
    (shortcodes._TAG["hugo"].search, "{{%a" + long("-a")),
    (MarkdownIt().use(obsidian_plugin).parse, "%%a%%" + long("~")),
    (without_comments, long("<style</s")),
    (without_comments, long("<title><!-")),
    (paragraph, long("[") + "a"),
    (lambda text: social_cards.cut(NO_FONTS, text, 24), f"a{SPACES}"),
    (without_metadata, b"\xff\xd8" + b"\xff" * LENGTH),
]


@pytest.mark.parametrize(("function", "text"), CASES)
def test_a_long_text_takes_little_time(function: Callable[[Any], object], text: Any) -> None:
    with time_limit():
        function(text)
