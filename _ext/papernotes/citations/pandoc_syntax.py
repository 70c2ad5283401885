"""Pandoc's citation syntax: ``[see @key, p. 3; @other]``, ``@key [p. 3]``, ``[-@key]``.

:func:`parse` follows the section "Citation syntax" of Pandoc's manual. It works on plain text.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from papernotes.domain.intents import split

# Replaces text that cannot be part of a citation: an image, a link, a formula.
BARRIER = "\N{OBJECT REPLACEMENT CHARACTER}"

# Addresses are matched to skip them: https://example.org/@user cites nothing. In a key, punctuation
# is single and inside, except for the "://" of addresses that are keys. Two hyphens are a dash, and
# do not suppress the author.
_TOKEN = re.compile(
    r"""
    (?<=[a-z0-9+.-]) :// [^\s\[\]]*
    |
    (?<!\w) (?P<minus> (?: (?<!-) - )? ) @
    (?: (?P<plain> \w (?: \w | [:.#$%&\-+?<>~/](?=\w) | ://(?=\w) )* )
      | \{ (?P<braced> [^\s{},\ufffc]+ ) \}
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OPENING = re.compile(r"[ \t]*(?:\n[ \t]*)?\[")
# Braces delimit locators here, and other texts in the roles' syntax.
_BRACES = str.maketrans("", "", "{}")


class Mode(Enum):
    """How a citation reads; the value is the role that makes the same."""

    TEXTUAL = "t"
    PARENTHETICAL = "p"
    YEAR = "yearpar"


@dataclass(frozen=True, slots=True)
class Item:
    """A cited work, with the text before and after it, and the intent of the citation.

    ``places`` are the offsets in the source where prefix, key, suffix and the text after them
    begin.
    """

    prefix: str
    key: str
    suffix: str
    intent: str = ""
    places: tuple[int, int, int, int] = field(default=(0, 0, 0, 0), compare=False)

    def target(self) -> str:
        """Return the item in the syntax of the library's roles."""
        prefix, suffix = (f"{{{text}}}" if text else "" for text in (self.prefix, self.suffix))
        return f"{prefix}{self.key}{suffix}"


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation; ``source`` is the text that it was read from."""

    mode: Mode
    items: tuple[Item, ...]
    source: str

    def target(self) -> str:
        """Return the items in the syntax of the library's roles."""
        return ",".join(item.target() for item in self.items)

    def spelled(self, texts: list[str]) -> Cite:
        """Return the citation with prefixes and suffixes from *texts*, split at its places."""
        items = tuple(
            replace(item, prefix=_folded(prefix), suffix=_suffix(suffix))
            for item, prefix, suffix in zip(self.items, texts[1::4], texts[3::4], strict=True)
        )
        return replace(self, items=items)


def parse(source: str, is_key: Callable[[str], bool], syntax: str = "") -> list[str | Cite]:
    """Return the citations in *source* and the text between them, in order.

    *is_key* says whether a word after an at-sign outside brackets is a key, since it can also be a
    person's handle. *syntax* has the length of *source*, with replacements for literal text.
    """
    return list(_Parser(source, is_key, syntax or source).segments())


class _Part(NamedTuple):
    """What stands between two semicolons of a bracket, and the keys in it."""

    start: int
    end: int
    keys: list[re.Match[str]]


class _Parser:
    def __init__(self, source: str, is_key: Callable[[str], bool], text: str) -> None:
        self.source = source
        self.is_key = is_key
        self.text = text
        found = _TOKEN.finditer(text)
        self.keys = {match.start(): match for match in found if match["minus"] is not None}
        self.key_places = list(self.keys)
        self.barriers = [match.start() for match in re.finditer(BARRIER, text)]
        self.closings = dict(_brackets(text))

    def segments(self) -> Iterator[str | Cite]:
        done = 0
        for start in sorted({*self.keys, *self.closings}):
            if start < done:
                continue
            read = self.textual if start in self.keys else self.bracketed
            found, end = read(start)
            if found:
                if done < start:
                    yield self.source[done:start]
                yield from found
                done = end
        if done < len(self.source):
            yield self.source[done:]

    def bracketed(self, start: int) -> tuple[list[str | Cite], int]:
        """Read the bracket that opens at *start*; each of its parts must name a key."""
        end = self.closings[start] + 1
        parts = self.parts(start)
        if self.text.startswith("(", end) or not all(part.keys for part in parts):
            return [], start
        return ([self.cite(parts, start, end)] if parts else []), end

    def textual(self, start: int) -> tuple[list[str | Cite], int]:
        """Read the key at *start*, outside brackets, and a bracket with a locator after it."""
        match = self.keys[start]
        if not self.is_key(self.key(match)[1]):
            return [], start
        mode = Mode.YEAR if match["minus"] else Mode.TEXTUAL
        end = match.end()
        item = self.item(start, match, end, end)
        more: list[_Part] = []
        if parts := self.locator(end):
            locator, *more = parts
            item = self.item(start, match, locator.start, locator.end)
            end = locator.end + 1
        cite = Cite(mode, (item,), self.source[start:end])
        if not more:
            return [cite], end
        # Further works in the bracket are a citation of their own. The roles know one way of
        # reading for all works.
        begin = more[0].end - len(self.text[end : more[0].end].lstrip())
        last = more[-1].end + 1
        between = [self.source[end:begin]] if begin > end else []
        return [cite, *between, self.cite(more, begin, last)], last

    def locator(self, end: int) -> list[_Part]:
        """Return the parts of a bracket that follows a key, if the first is a locator."""
        opening = _OPENING.match(self.text, end)
        if opening is None:
            return []
        start = opening.end() - 1
        parts = self.parts(start) if start in self.closings else []
        if not parts or self.text.startswith(("(", "["), self.closings[start] + 1):
            return []
        first, *more = parts
        is_locator = not first.keys and self.text[first.start : first.end].strip()
        return parts if is_locator and all(part.keys for part in more) else []

    def parts(self, start: int) -> list[_Part]:
        """Return the parts of the bracket that opens at *start*; none where it cannot cite.

        That is a bracket with more than text in it, a footnote's, or one around another with keys.
        """
        at = start + 1
        end = self.closings[start]
        if _is_any_within(self.barriers, at, end) or self.text.startswith("^", at):
            return []
        parts = []
        begin = at
        keys: list[re.Match[str]] = []
        while at < end:
            if match := self.keys.get(at):
                keys.append(match)
                at = match.end()
            elif inner := self.closings.get(at):
                if _is_any_within(self.key_places, at, inner):
                    return []
                at = inner + 1
            else:
                if self.text[at] == ";":
                    parts.append(_Part(begin, at, keys))
                    begin, keys = at + 1, []
                at += 1
        return [*parts, _Part(begin, end, keys)]

    def cite(self, parts: list[_Part], start: int, end: int) -> Cite:
        """Return the citation that *parts*, from *start* to *end* of the text, make.

        Without authors only if none of them names one: a role has one way of reading.
        """
        keys = [key for part in parts for key in part.keys]
        mode = Mode.YEAR if all(key["minus"] for key in keys) else Mode.PARENTHETICAL
        items = tuple(item for part in parts for item in self.items(part))
        return Cite(mode, items, self.source[start:end])

    def items(self, part: _Part) -> Iterator[Item]:
        """Yield the works of a part: one, or several that only commas or words stand between.

        Of the text between two, what follows the last comma belongs to the second.
        """
        start = part.start
        for match, following in itertools.zip_longest(part.keys, part.keys[1:]):
            end = begin = following.start() if following else part.end
            if following:
                comma = self.text.rfind(",", match.end(), end)
                end, begin = (comma, comma + 1) if comma >= 0 else (match.end(), match.end())
            yield self.item(start, match, match.end(), end)
            start = begin

    def item(self, begin: int, match: re.Match[str], start: int, end: int) -> Item:
        """Return the work that *match* names, with a prefix from *begin* and that suffix."""
        prefix = _folded(self.source[begin : match.start()])
        suffix = _suffix(self.source[start:end])
        intent, key = self.key(match)
        return Item(prefix, key, suffix, intent, (begin, match.start(), start, end))

    def key(self, match: re.Match[str]) -> tuple[str, str]:
        """Return the intent and the key that *match* names; a key can begin like an intent."""
        word = match["plain"] or match["braced"]
        intent, key = split(word)
        return ("", word) if intent and self.is_key(word) else (intent, key)


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of each bracket that is closed, and of what closes it."""
    opened = []
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            opened.append(match.start())
        elif opened:
            yield opened.pop(), match.start()


def _is_any_within(places: list[int], start: int, end: int) -> bool:
    """Return whether one of *places*, which are in order, is from *start* to *end*."""
    return bisect(places, end) > bisect(places, start - 1)


def _folded(text: str) -> str:
    """Return *text* as the roles can take it: without braces, white space folded."""
    return " ".join(text.translate(_BRACES).split())


def _suffix(text: str) -> str:
    """Return *text*, which follows a key, as the roles can take it."""
    return _folded(text).lstrip(",: ")
