"""Fuzz test of ``papernotes import``: random folders, with links, odd names and hostile notes.

Nothing from outside the folder reaches the new site, and nothing there is alive that the importer
did not write.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from papernotes.citations.pandoc_rule import pandoc_plugin
from papernotes.cli.errors import CommandError
from papernotes.cli.importer.collection import Kind
from papernotes.cli.importer.importer import Importer
from papernotes.cli.scaffold.description import describe
from papernotes.reading.syntax.extensions import money_plugin, parser_of

pytestmark = pytest.mark.soak

CANARY = "canary"
# Where the files outside are, from the folder that is imported.
OUTSIDE = ["../out/a.md", "../out/a.bib", "../out/a.png", "../out/a.svg", "../out", "..", "/etc"]

NAMES = st.sampled_from(
    "a|b|A|note|index|README|con|what? a: n*|é|e\u0301|_p|a.b|-|\udcff\udc80|\x1b[31m|\n| |_drafts"
    "|2017-01-01-a|\\|😀".split("|")
)
SUFFIXES = st.sampled_from(
    [".md", ".md", ".md", ".markdown", ".bib", ".png", ".svg", ".js", ".html", ""]
)
FOLDERS = st.sampled_from(
    ["", "", "_posts", "content", "docs", "sub", ".git", "static", "s/t", "site"]
)
PLACES = ["a.md", "a.png", "sub/a.png", "b.svg", "a.js", "a.html", "/a.png", "a", "A", *OUTSIDE]

BLOCKS = [
    "```",
    "````",
    "~~~",
    ":::",
    "::::",
    "    ",
    "\t",
    "> ",
    "- ",
    "- - ",
    "1. ",
    "| ",
    "  ",
    ": ",
]
ALIVE = ["{include}", "{literalinclude}", "{raw} html", "{download}", "{eval-rst}", "{code-cell}"]
MARKUP = [
    "`", "``", "`x`", "`../out/a.md`", "``/etc/passwd``", "<", ">", "</", "<!--", "-->", "--!>",
    "<!-->", "<script>", "</script>", "<b>", "</b>", "<sup>", "</sup>", "<br>", "<div>",
    "</div>", "<pre>", "<table>", "<details>", "<summary>", "</summary>", "</details>",
    "<figure>", "<figcaption>", "</figcaption>", "</figure>", '<img src="', '">', '<a href="',
    "</a>", "<code>", "</code>", "&#123;", "&#96;", "&#xfdd8;", "[", "]", "](", ")", "![", "]:",
    "[a]", "[a]: ", "[^1]", "[^1]: ", "^[", "[[", "]]", "![[", "|", "||", "<path:", "<project:",
    "<http://x.example>", "path:", "inv:", "javascript:", "data:text/html,", "#a", "$", "$$",
    "\\(", "\\)", "\\[", "\\]", "\\begin{equation}", "\\end{equation}", "=", "\\", "\\\\", "{",
    "}", "{{", "}}", "{%", "%}", "{{< ", " >}}", "{{% ", " %}}", "/", "notice", "sidenote",
    "figure", "highlight", "raw", "comment", "endcomment", "details", "enddetails", 'src="',
    "relref ", "include ", "cite ", "katex", "%%", "% ", "+++", "(a)=", "---", "===", "# ",
    "## ", "|--|--|", "!!! note", "??? tip", '=== "a"', "[!note]", "@a", "@{a", "[@a", "-@",
    "==", "~~", "**", "*", "_", "^a", "\n:class: x", "\n:file: x", "{#a}", "{: .a}", "\ufdd0",
    "\ufdd8", "\ufdd9", "\x00", "\x1b", "\u2028", "\x85", "\x0b", "\r", "\r\n", "\ufeff",
    "word", "https://arxiv.org/abs/1706.05394", "http://[", "**Venue**: ", "Authors: ",
    "10.1000/x", "doi", "\udcff",
]  # fmt: skip
PIECES = [*BLOCKS, *ALIVE, *ALIVE, *MARKUP, *PLACES]
BODY = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(["\n", "\n", "\n\n", " ", "a"])), max_size=30
).map("".join)
VALUES = [
    "x",
    "{include}`x`",
    "[",
    "{",
    '"',
    "'",
    "&a ",
    "*a",
    "[*a, *a]",
    "!!bool z",
    "!!int y",
    "- ",
    "<<: ",
]
VALUES += [
    '"\\ud800"',
    '"\\ufdd8"',
    '"a\\n```{include} x"',
    "2020-02-30",
    "true",
    "null",
    "|\n  a",
    "10.1000/x",
]
FIELDS = [
    "title",
    "summary",
    "tags",
    "date",
    "link",
    "draft",
    "aliases",
    "a",
    "authors",
    "venue",
    "weight",
]
FRONT = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from([": ", " = "]), st.sampled_from(VALUES)),
    max_size=4,
).map(lambda lines: "".join(f"{name}{sign}{value}\n" for name, sign, value in lines))
TEXT = st.one_of(
    BODY,
    st.tuples(FRONT, BODY).map(lambda both: f"---\n{both[0]}---\n{both[1]}"),
    st.tuples(FRONT, BODY).map(lambda both: f"+++\n{both[0]}+++\n{both[1]}"),
    st.sampled_from(
        ["@misc{a, title={T}, doi={10.1000/x}}", "@misc{a", "<svg onload='x'/>", "<svg/>"]
    ),
)
LINKS = st.sampled_from([*OUTSIDE, ".", "a.md", "sub", "nowhere", "FIFO"]).map(Path)
TREES = st.lists(
    st.tuples(FOLDERS, NAMES, SUFFIXES, st.one_of(TEXT, TEXT, TEXT, LINKS)), max_size=8
)

PARSER = (
    parser_of(
        {
            "myst_enable_extensions": ["deflist", "strikethrough"],
            "myst_disable_syntax": ["html_block", "html_inline"],
        }
    )
    .use(pandoc_plugin, lambda _: True)
    .use(money_plugin)
    .disable("front_matter")
)
OURS = {"math", "note", "sup", "sub", "kbd", "figure-md", "admonition", "tab-set", "tab-item"}
ADDRESS = re.compile(r"(?:https?|ftp)://|mailto:|data:image/(?!svg)|/pictures/|/pages/.*\.md$")


def alive(parser: MarkdownIt, text: str) -> Iterator[str]:
    """Yield the names of directives and roles, and the addresses, that are alive in *text*."""
    for token in parser.parse(text):
        if token.type in ("fence", "colon_fence"):
            name = (token.info.split() or [""])[0]
            if name.startswith("{") and name.endswith("}"):
                yield name[1:-1]
                yield from alive(parser, "\n".join(token.content.splitlines()))
                yield from alive(parser, token.info.partition("}")[2].strip())
            elif token.type == "colon_fence":
                yield ":::"
        tokens = [token]
        while tokens:
            each = tokens.pop()
            tokens += each.children or []
            if each.type == "myst_role":
                yield each.meta["name"]
            elif each.type in ("link_open", "image"):
                yield str(each.attrGet("href") or each.attrGet("src") or "")


def write(root: Path, tree: list[tuple[str, str, str, str | Path]]) -> None:
    for folder, name, suffix, content in tree:
        path = root / folder / f"{name}{suffix}"
        if os.path.lexists(path):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_bytes(content.encode("utf-8", "surrogateescape"))
        elif content.name == "FIFO":
            os.mkfifo(path)
        else:
            path.symlink_to(content)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(get_args(Kind)), TREES)
def test_a_hostile_folder_is_imported_without_what_is_outside_or_alive(
    kind: Kind, tree: list[tuple[str, str, str, str | Path]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for outside in OUTSIDE[:4]:
            (root / "in").mkdir(exist_ok=True)
            path = root / "in" / outside
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"# {CANARY}\n@misc{{{CANARY}, title={{{CANARY}}}}}\n")
        write(root / "in", tree)
        importer = Importer(kind, root / "in", root / "site", describe())
        try:
            importer.run()
        except CommandError:
            return
        names = set()
        for path in (root / "site").rglob("*"):
            relative = path.relative_to(root / "site").as_posix()
            assert relative.casefold() not in names
            names.add(relative.casefold())
            assert not re.search(r'[<>:"\\|?*\0-\x1f]', relative)
            assert len(os.fsencode(path.name)) <= 255
            assert not path.is_file() or CANARY.encode() not in path.read_bytes()
        for path in [*(root / "site").glob("p*/*.md")]:
            text = path.read_text(encoding="utf-8")
            body = text.split("\n---\n", 1)[1]
            for found in alive(PARSER, body):
                assert found in OURS or ADDRESS.match(found), (found, text)
            assert not re.search("[\ufdd0-\ufdd9]", text), text
        assert not re.search(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]", "".join(importer.report()))
