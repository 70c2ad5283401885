"""What Obsidian adds to Markdown, as a plugin for markdown-it.

Task lists are an extension of MyST's, which :mod:`.extensions` turns on.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from papernotes.core.wiki_links import WikiLink

# Where a token keeps its line in its block.
LINE = "papernotes_line"
PICTURES = frozenset(".avif .bmp .gif .jpeg .jpg .png .svg .webp".split())

_LINK = re.compile(
    r"(?P<embed>!?)\[\[(?P<target>[^\[\]|#\n]*?)\\?(?:#(?P<heading>[^\[\]|\n]*?))?"
    r"(?:\\?\|(?P<text>[^\[\]\n]*))?\]\]"
)
CALLOUT = re.compile(r"\[!([\w-]+)(?:\|[^\]\n]*)?\]([-+]?)[ \t]*")
_MARK, _END_OF_MARK = re.compile(r"(?<!=)==(?![\s=])"), re.compile(r"(?<!\s)==(?!=)")
# Code, which is kept, or a comment, which ends with the text if it is not closed.
_COMMENT = re.compile(
    r"(?P<code>^[ >]*(?P<fence>`{3,}+|~{3,}+)[^\n]*\n(?:.*?^[ >]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
    r"|(?<!`)(?P<ticks>`++)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|(?<!\\)%%.*?(?:%%|\Z)",
    re.DOTALL | re.MULTILINE,
)


def obsidian_plugin(md: MarkdownIt) -> None:
    """Add links in two brackets, embedded files, callouts, marks and comments to *md*."""
    md.core.ruler.before("block", "obsidian_comment", _drop_comments)
    md.core.ruler.after("block", "obsidian_callout", _open_callouts)
    md.inline.ruler.before("link", "wikilink", _wikilink)
    md.inline.ruler.before("link", "mark", _mark)
    # What interrupts text for the rules above.
    md.inline.add_terminator_char("=")


def _link_of(match: re.Match[str]) -> WikiLink:
    parts = {name: (match[name] or "").strip() for name in ("target", "heading", "text")}
    return WikiLink(source=match[0], embed=bool(match["embed"]), **parts)


def _wikilink(state: StateInline, silent: bool) -> bool:
    match = _LINK.match(state.src, state.pos)
    if match is None or not (match["target"] or match["heading"]):
        return False
    if not silent:
        line = state.src.count("\n", 0, state.pos)
        state.push("wikilink", "", 0).meta = {"link": _link_of(match), LINE: line}
    state.pos = match.end()
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    start, end = state.pos, state.posMax
    if not _MARK.match(state.src, start):
        return False
    state.pos = start + 2
    while state.pos < end and not _END_OF_MARK.match(state.src, state.pos):
        state.md.inline.skipToken(state)
    found, close = state.pos < end, state.pos
    state.pos = start
    if not found:
        return False
    if not silent:
        state.push("mark_open", "mark", 1)
        state.pos, state.posMax = start + 2, close
        state.md.inline.tokenize(state)
        state.posMax = end
        state.push("mark_close", "mark", -1)
    state.pos = close + 2
    return True


def _drop_comments(state: StateCore) -> None:
    if "%%" in state.src:
        # The lines keep their numbers.
        state.src = _COMMENT.sub(
            lambda match: match[0] if match["code"] else "\n" * match[0].count("\n"), state.src
        )


def _open_callouts(state: StateCore) -> None:
    """Turn quotations that begin with a word such as ``[!note]`` into callouts with a title."""
    source, tokens = state.tokens[:], state.tokens
    tokens.clear()
    # For each quotation that is open, whether it is a callout.
    callouts: list[bool] = []
    left_out: set[int] = set()
    for place, token in enumerate(source):
        if place not in left_out:
            tokens.append(token)
        if token.type == "blockquote_close" and callouts.pop():
            token.type = "callout_close"
        if token.type != "blockquote_open":
            continue
        inline = source[place + 2] if source[place + 1].type == "paragraph_open" else None
        match = CALLOUT.match(inline.content) if inline else None
        callouts.append(match is not None)
        if inline is None or match is None:
            continue
        token.type = "callout_open"
        token.meta = {"kind": match[1].lower(), "fold": match[2]}
        title, _, rest = inline.content[match.end() :].partition("\n")
        if title.strip():
            tokens += _title(inline, title.strip())
        if rest:
            inline.content = rest
            inline.map = [inline.map[0] + 1, inline.map[1]] if inline.map else None
        else:
            left_out |= {place + 1, place + 2, place + 3}


def _title(inline: Token, text: str) -> list[Token]:
    shown = Token("inline", "", 0, map=inline.map, content=text, children=[], block=True)
    return [Token("callout_title_open", "", 1), shown, Token("callout_title_close", "", -1)]
