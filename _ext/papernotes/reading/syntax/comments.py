"""Comments of HTML, on sites where ``myst_disable_syntax`` makes text of HTML."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

# The end of a comment, from behind its second hyphen on, as browsers find it.
_END = re.compile(r"-?>|.*?--!?>", re.DOTALL)


def comment_plugin(md: MarkdownIt) -> None:
    """Have *md* read comments of HTML even if it reads no HTML.

    They are private, and would be text as well. What follows on the last line of one is text.
    """
    rules = md.get_active_rules()
    if "html_block" not in rules["block"]:
        options = {"alt": ["paragraph", "reference", "blockquote"]}
        md.block.ruler.before("heading", "papernotes_comment", _block, options)  # type: ignore[arg-type]
    if "html_inline" not in rules["inline"]:
        md.inline.ruler.before("html_inline", "papernotes_comment", _Inline())


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith("<!--", at):
        return False
    if silent:
        return True
    closing = _END.match(state.src, at + 4)
    last = start + state.src.count("\n", at, closing.end()) if closing else end
    # A comment that is not closed hides what follows.
    state.line = min(last + 1, end)
    rest = state.src[closing.end() : state.eMarks[last]].strip() if closing and last < end else ""
    content = state.getLines(start, state.line, state.blkIndent, False).strip()
    token = state.push("html_block", "", 0)
    token.map = [start, state.line]
    token.content = content.removesuffix(rest)
    if rest:
        state.push("paragraph_open", "p", 1).map = [last, state.line]
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = rest, [last, state.line], []
        state.push("paragraph_close", "p", -1)
    return True


class _Inline:
    """A rule for comments within paragraphs."""

    def __init__(self) -> None:
        # A text, and the position from which on it has no end of a comment.
        self.unclosed = ("", 0)

    def __call__(self, state: StateInline, silent: bool) -> bool:
        if not state.src.startswith("<!--", state.pos):
            return False
        if state.src is self.unclosed[0] and state.pos >= self.unclosed[1]:
            return False
        closing = _END.match(state.src, state.pos + 4)
        if closing is None:
            self.unclosed = (state.src, state.pos)
            return False
        if not silent:
            state.push("html_inline", "", 0).content = state.src[state.pos : closing.end()]
        state.pos = closing.end()
        return True
