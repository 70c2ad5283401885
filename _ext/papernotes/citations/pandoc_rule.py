"""An inline rule of markdown-it for Pandoc's citations.

The rule finds where a citation begins and ends; :mod:`.pandoc_syntax` parses what is in it.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable
from string import punctuation
from weakref import WeakKeyDictionary

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from papernotes.citations.pandoc_syntax import BARRIER, Cite, parse

# Roles that only change the look of their text.
_TEXT_ROLES = set(
    "code command dfn emphasis file guilabel kbd literal mailheader makevar menuselection mimetype"
    " newsgroup program regexp samp strong sub subscript sup superscript".split()
)
_ROLE = re.compile(r"\{([\w+:-]+)\}`")
# A key in braces. Before code, the braces hold the name of a role.
_BRACED = re.compile(r"@\{[^\s{},]+\}(?!`[^`]*`)")
# HTML elements for links and code.
_TAG = re.compile(r"<(/?)(a|code|kbd|pre|samp|script|style|textarea|tt)\b", re.IGNORECASE)
# A character without a meaning in the syntax of citations.
_PLAIN = "\\"
_ESCAPED = {*punctuation, "\n"}
# Keys of markdown-it's environment: whether text is not prose, and the first line of its block.
UNCITED = "papernotes_uncited"
_FIRST_LINE = "papernotes_first_line"


def pandoc_plugin(md: MarkdownIt, is_key: Callable[[str], bool]) -> None:
    """Add citations to *md*, as tokens ``pandoc_citation_open`` and ``pandoc_citation_close``.

    Tokens ``pandoc_place`` between them mark the parts of each item.
    """
    # Behind links, code and all other rules with brackets.
    md.inline.ruler.push("pandoc_citation", _Rule(md, is_key))
    md.core.ruler.before("inline", "pandoc_first_line", _note_first_line)


# Citations, each with its offset in the source of a block, and its line in the block.
_Found = list[tuple[Cite, int, int]]


class _Rule:
    def __init__(self, md: MarkdownIt, is_key: Callable[[str], bool]) -> None:
        self.is_key = is_key
        self.found: WeakKeyDictionary[StateInline, dict[int, _Found]] = WeakKeyDictionary()
        delimiters = {"emphasis", "strikethrough"} & set(md.get_active_rules()["inline"])
        self.emphasis = MarkdownIt("zero").enable(sorted(delimiters))

    def __call__(self, state: StateInline, silent: bool) -> bool:
        """Push the tokens of the citation at the position of *state*, if there is one."""
        if silent or state.src[state.pos] not in "@-[" or state.env.get(UNCITED):
            return False
        if state not in self.found:
            self.found[state] = self.find(state)
        found = self.found[state].get(state.pos, ())
        for cite, start, line in found:
            _push(state, start)
            token = state.push("pandoc_citation_open", "", 1)
            token.meta = {"cite": cite, "line": state.env[_FIRST_LINE] + line}
            for item in cite.items:
                for place in item.places:
                    _push(state, place)
                    state.push("pandoc_place", "", 0)
            _push(state, start + len(cite.source))
            state.push("pandoc_citation_close", "", -1)
        return bool(found)

    def find(self, state: StateInline) -> dict[int, _Found]:
        """Return the citations in the block of *state*, by the positions where they are pushed."""
        if "@" not in state.src:
            return {}
        syntax = self.without_emphasis(_syntax(state))
        breaks = [match.start() for match in re.finditer("\n", state.src)]
        found: dict[int, _Found] = {}
        at = first = 0
        shares = False
        for part in parse(state.src, self.is_key, syntax):
            if isinstance(part, Cite):
                first = first if shares else at
                line = bisect(breaks, syntax.index("@", at))
                found.setdefault(first, []).append((part, at, line))
                # The rest of its bracket is pushed with it, since no other rule applies there.
                shares = part.source.endswith(";")
            at += len(part.source if isinstance(part, Cite) else part)
        return found

    def without_emphasis(self, syntax: str) -> str:
        """Return *syntax* with emphasis replaced, which hides text or separates it from keys."""
        characters = list(syntax)
        opened: list[tuple[int, int]] = []
        hidden: list[tuple[int, int]] = []
        at = keys = 0
        shown = _BRACED.sub(lambda match: "@" + _PLAIN * (len(match[0]) - 1), syntax)
        for token in self.emphasis.parseInline(shown)[0].children or ():
            end = at + len(token.markup if token.nesting else token.content)
            if token.nesting > 0:
                opened.append((at, keys))
            elif token.nesting < 0:
                start, before = opened.pop()
                if keys == before and token.type != "s_close":
                    hidden.append((start, end))
                else:
                    for place in (*range(start, start + end - at), *range(at, end)):
                        characters[place] = BARRIER
            keys += token.content.count("@")
            at = end
        # Outer emphasis comes first; what is inside it is then hidden already.
        for start, end in reversed(hidden):
            if characters[start] != _PLAIN:
                characters[start:end] = _PLAIN * (end - start)
        return "".join(characters)


def _push(state: StateInline, end: int) -> None:
    """Push the tokens of the text from the position of *state* up to *end*."""
    tokens: list[Token] = []
    env = {**state.env, UNCITED: True}
    state.md.inline.parse(state.src[state.pos : end], state.md, env, tokens)
    for token in tokens:
        state.push(token.type, token.tag, token.nesting)
        state.tokens[-1] = token
    state.pos = end


def _syntax(state: StateInline) -> str:
    """Return the source of a block, with replacements for all that is not syntax of citations.

    The length stays the same. Markdown with a meaning of its own becomes :data:`BARRIER`. Markdown
    of which only the text is kept beside a key becomes a character without a meaning.
    """
    scan = StateInline(state.src, state.md, state.env, [])
    parts = []
    tag = ""
    while (start := scan.pos) < scan.posMax:
        if braced := _BRACED.match(scan.src, start):
            scan.pos = braced.end()
        else:
            state.md.inline.skipToken(scan)
        token = scan.src[start : scan.pos]
        for slash, name in _TAG.findall(token) if token.startswith("<") else ():
            if not slash and not tag:
                tag = name.lower()
            elif slash and tag == name.lower():
                tag = ""
        character = BARRIER if tag else _stand_in(token)
        if token.startswith("[") and token.endswith("}") and "@" in token and not tag:
            # Text with attributes is scanned from its first character on.
            token, character = "[", BARRIER
            scan.pos = start + 1
        parts.append(character * len(token) or token)
    return "".join(parts)


def _stand_in(token: str) -> str:
    """Return the character that replaces each one of *token*, or the empty string for none."""
    if token.startswith("\\"):
        return _PLAIN if token[1:2] in _ESCAPED else ""
    if role := _ROLE.match(token):
        return _PLAIN if role[1] in _TEXT_ROLES else BARRIER
    if len(token) == 1 or token[0] not in "`&{[<$!":
        return ""
    return _PLAIN if token[0] in "`&{" or token.endswith("}") else BARRIER


def _note_first_line(state: StateCore) -> None:
    # MyST counts one line too many when it parses inline text.
    state.env[_FIRST_LINE] = -state.inlineMode
