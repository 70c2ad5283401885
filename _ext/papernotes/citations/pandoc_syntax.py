"""Pandoc's citation syntax: ``[see @key, p. 3; @other]``, ``@key [p. 3]``, ``[-@key]``.

:func:`parse` takes text apart by the rules of Pandoc's manual, "Citation syntax", and knows of no
document.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

# Stands in the text for what cannot be a part of a citation: an image, a link, a formula.
BARRIER = "\N{OBJECT REPLACEMENT CHARACTER}"
# From here on, characters for private use stand for what can be reduced to text: emphasis, code.
FIRST_MARK = "\U000f0000"

# An address is matched to be passed over: https://example.org/@user cites nobody. In a key,
# punctuation stands singly and inside, but for the "://" of addresses that are keys. Two hyphens
# are a dash, of which none takes the author away.
_TOKEN = re.compile(
    r"""
    (?<![\w@{]) [a-z][a-z0-9+.-]* :// [^\s\[\]]*
    |
    (?<!\w) (?P<minus> (?: (?<!-) - )? ) @
    (?: (?P<plain> \w (?: \w | [:.#$%&\-+?<>~/](?=\w) | ://(?=\w) )* )
      | \{ (?P<braced> [^\s{},\ufffc\U000f0000-\U000fffff]+ ) \}
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OPENING = re.compile(r"[ \t]*\n?[ \t]*\[")
# Braces mark off locators, and would mark off texts in what the roles read.
_BRACES = str.maketrans("", "", "{}")


class Mode(Enum):
    """How a citation reads; the value is the role that makes the same."""

    TEXTUAL = "t"
    PARENTHETICAL = "p"
    YEAR = "yearpar"


@dataclass(frozen=True, slots=True)
class Item:
    """A work that is cited, with the text before and after it."""

    prefix: str
    key: str
    suffix: str

    def target(self) -> str:
        """Return the item as the library's roles read it."""
        prefix, suffix = (f"{{{text}}}" if text else "" for text in (self.prefix, self.suffix))
        return f"{prefix}{self.key}{suffix}"


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation; ``source`` is the text that it was read from."""

    mode: Mode
    items: tuple[Item, ...]
    source: str

    def target(self) -> str:
        """Return the items as the library's roles read them."""
        return ",".join(item.target() for item in self.items)


def parse(
    text: str, is_key: Callable[[str], bool], escaped: Container[int] = ()
) -> list[str | Cite]:
    """Return the citations in *text* and the text between them, in their order.

    *is_key* tells whether a word after an at-sign outside brackets is a key, since it may as well
    be a person's handle. *escaped* are the places of at-signs and opening brackets that stand for
    themselves.
    """
    return list(_Parser(text, is_key, escaped).segments())


class _Part(NamedTuple):
    """What stands between two semicolons of a bracket, and the keys in it."""

    start: int
    end: int
    keys: list[re.Match[str]]


class _Parser:
    def __init__(
        self, text: str, is_key: Callable[[str], bool], escaped: Container[int] = ()
    ) -> None:
        self.text = text
        self.is_key = is_key
        self.keys = {
            match.start(): match for match in keys(text) if match.end("minus") not in escaped
        }
        self.closings = {start: end for start, end in _brackets(text) if start not in escaped}

    def segments(self) -> Iterator[str | Cite]:
        done = 0
        for start in sorted({*self.keys, *self.closings}):
            if start < done:
                continue
            read = self.textual if start in self.keys else self.bracketed
            found, end = read(start)
            if found:
                if done < start:
                    yield self.text[done:start]
                yield from found
                done = end
        if done < len(self.text):
            yield self.text[done:]

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
        if not self.is_key(_key(match)):
            return [], start
        mode = Mode.YEAR if match["minus"] else Mode.TEXTUAL
        end = match.end()
        suffix = ""
        more: list[_Part] = []
        if parts := self.locator(end):
            locator, *more = parts
            suffix = suffix_of(self.text[locator.start : locator.end])
            end = locator.end + 1
        cite = Cite(mode, (Item("", _key(match), suffix),), self.text[start:end])
        if not more:
            return [cite], end
        # Further works in the bracket are a citation of their own. The roles know one way of
        # reading for all works.
        rest = self.text[end:]
        begin = end + len(rest) - len(rest.lstrip())
        last = more[-1].end + 1
        between = [self.text[end:begin]] if begin > end else []
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
        if BARRIER in self.text[at:end] or self.text.startswith("^", at):
            return []
        parts = []
        begin = at
        keys: list[re.Match[str]] = []
        while at < end:
            if match := self.keys.get(at):
                keys.append(match)
                at = match.end()
            elif inner := self.closings.get(at):
                if any(at < key < inner for key in self.keys):
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
        return Cite(mode, items, self.text[start:end])

    def items(self, part: _Part) -> Iterator[Item]:
        """Yield the works of a part: one, or several that only commas or words stand between.

        Of the text between two, what follows the last comma belongs to the second.
        """
        prefix = self.text[part.start : part.keys[0].start()]
        for match, following in itertools.zip_longest(part.keys, part.keys[1:]):
            suffix = self.text[match.end() : following.start() if following else part.end]
            next_prefix = ""
            if following:
                suffix, _, next_prefix = suffix.rpartition(",")
            yield Item(folded(prefix), _key(match), suffix_of(suffix))
            prefix = next_prefix


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of each bracket that is closed, and of what closes it."""
    opened = []
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            opened.append(match.start())
        elif opened:
            yield opened.pop(), match.start()


def openings(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place of each opening bracket before a key, and the text from there to the key."""
    start = 0
    for match in keys(text):
        for opening in re.finditer(r"\[", text[start : match.start()]):
            at = start + opening.start()
            yield at, text[at : match.end()]
        start = match.end()


def keys(text: str) -> Iterator[re.Match[str]]:
    """Yield each at-sign with its key; it stands at the end of the group ``minus``."""
    return (match for match in _TOKEN.finditer(text) if match["minus"] is not None)


def _key(match: re.Match[str]) -> str:
    return match["plain"] or match["braced"]


def folded(text: str) -> str:
    """Return *text* as the roles can take it: without braces, white space folded."""
    return " ".join(text.translate(_BRACES).split())


def suffix_of(text: str) -> str:
    """Return *text*, which follows a key, as the roles can take it."""
    return folded(text).lstrip(",: ")
