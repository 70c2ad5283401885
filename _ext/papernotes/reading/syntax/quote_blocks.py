"""Find the blocks of quotes in the text of a note: ``{quotes}``, with a ``{quote}`` for each.

The command that writes the blocks and the role that cites a quote read them without a build.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

BLOCK, QUOTE = "quotes", "quote"
# Lines as Markdown has them; Python knows further ends of lines.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_DIRECTIVE = re.compile(r"\{([\w:-]+)\}\s*(.*)")
# Directives whose content is no Markdown, and how deep directives are looked into.
_VERBATIM = frozenset(
    "code code-block code-cell csv-table eval-rst math parsed-literal raw sourcecode".split()
)
_MAX_DEPTH = 8
# A block wherever it stands, and its options: with what may be before them, such as a quotation's
# mark or a quote in JSON.
_BEGIN = re.compile(rf"(?:`{{3}}|~{{3}}|:{{3}})[ \t]*\{{{BLOCK}\}}|\.\.[ \t]+{BLOCK}::")
_INNER = re.compile(r"^[\s>\"]*:[\w-]+:")
_PUBLIC = re.compile(r"^[\s>\"]*:public:")
_OPTION = re.compile(r":([\w-]+):[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive with its argument, options and lines.

    It begins on the line ``start`` of the text, from 0, and ends ahead of ``end``. ``content`` are
    the lines between its fences, and ``body`` those after the options. ``is_closed`` says whether
    it has a closing fence.
    """

    argument: str
    start: int
    end: int
    is_closed: bool
    options: Mapping[str, str]
    content: tuple[str, ...]
    body: tuple[str, ...]

    @property
    def quotation(self) -> str:
        """What is quoted, as Markdown on one line: the lines of a quotation, or else all lines."""
        lines = [line.lstrip() for line in self.body]
        quoted = [line[1:].strip() for line in lines if line.startswith(">")]
        return " ".join(" ".join(quoted or lines).split())


@dataclass(frozen=True, slots=True)
class Block:
    """A block of quotes on the work ``key``."""

    directive: Directive
    quotes: tuple[Directive, ...]

    @property
    def key(self) -> str:
        """The citation key of the work."""
        return self.directive.argument


def find_blocks(text: str) -> list[Block]:
    """Return the blocks in the *text* of a note, also those in other directives."""
    if f"{{{BLOCK}}}" not in text:
        return []
    return list(_blocks(LINE.findall(text.removeprefix("\ufeff")), 0, _MAX_DEPTH))


def _blocks(lines: Sequence[str], offset: int, depth: int) -> Iterator[Block]:
    for name, directive in _directives(lines, offset):
        inside = directive.start + 1
        if name == BLOCK:
            found = _directives(directive.content, inside)
            yield Block(directive, tuple(quote for name, quote in found if name == QUOTE))
        elif depth and name not in _VERBATIM:
            yield from _blocks(directive.content, inside, depth - 1)


def may_be_private(text: str) -> bool:
    """Return whether some block in *text*, wherever it stands, is not marked as public.

    A block can stand in other directives, in quotations and in the cells of a notebook. What only
    looks like one counts as well: it is better to show too little.
    """
    lines = text.splitlines()
    return any(
        _BEGIN.search(line)
        and not any(
            _PUBLIC.search(each) for each in itertools.takewhile(_INNER.search, lines[n + 1 :])
        )
        for n, line in enumerate(lines)
    )


def _directives(lines: Sequence[str], offset: int) -> Iterator[tuple[str, Directive]]:
    """Yield the directives in *lines*, the first of which is line *offset* of the text, by name."""
    parser = MarkdownIt("commonmark").use(colon_fence_plugin).use(front_matter_plugin)
    # Only blocks matter.
    parser.disable("inline")
    bare = [line.rstrip("\r\n") for line in lines]
    for token in parser.parse("\n".join(bare)):
        match = _DIRECTIVE.fullmatch(token.info.strip())
        if token.type not in ("fence", "colon_fence") or token.level or not match or not token.map:
            continue
        start, end = token.map
        is_closed = end - start > 1 and _closes(bare[end - 1], token)
        content = tuple(bare[start + 1 : end - is_closed])
        options = _options(content)
        place = (start + offset, end + offset, is_closed)
        body = content[len(options) :]
        yield match[1], Directive(match[2].strip(), *place, options, content, body)


def _closes(line: str, token: Token) -> bool:
    fence = line.strip()
    return len(fence) >= len(token.markup) and not fence.strip(token.markup[0])


def _options(content: tuple[str, ...]) -> dict[str, str]:
    """Return the options at the beginning of *content*, one a line."""
    options: dict[str, str] = {}
    for line in content:
        match = _OPTION.fullmatch(line.strip())
        if match is None or match[1] in options:
            break
        options[match[1]] = match[2].strip().strip("\"'")
    return options
