"""Find the code and the comments in a text, in one pass, whatever the text is.

No search goes over the same characters again and again: each place where something ends is found
once, and remembered for all that begins before it.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from papernotes.cli.importer.collection import Kind

_FENCE = r"(?P<fence>^[ ]{0,3}(?:[*+:-][ ]+)?(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*+)(?:\n|\Z))"
_BEGIN = rf"{_FENCE}|(?P<comment><!--)|(?P<ticks>(?<![`\\])`+)"
# What else protects its content in a kind of collection: where it begins, and where it ends.
_TAGS: Mapping[Kind, tuple[str, str]] = {
    "hugo": (
        r"(?P<tag>\{\{[<%]-?\s*+highlight\b)",
        r"\{\{[<%]-?\s*+/\s*+highlight\s*+[>%]\}\}",
    ),
    "jekyll": (
        r"(?P<tag>\{%-?\s*+(?P<name>comment(?=\s*+-?%\})|raw\b|highlight\b))",
        r"\{%-?\s*+end(?P<of>comment|raw|highlight)\s*+-?%\}",
    ),
    "obsidian": (r"(?P<tag>%%)", r"%%"),
}
_BLANK = re.compile(r"\n[ \t]*+\n")


@dataclass(frozen=True)
class Span:
    """A part of a text; ``kind`` is "fence", "code", "comment", "tag", or "private"."""

    kind: str
    start: int
    end: int


class _Next:
    """The places where *pattern* matches in a *text*, for questions in the order of the text."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.pattern = pattern
        self.text = text
        self.found: re.Match[str] | None = pattern.search(text)

    def after(self, position: int) -> re.Match[str] | None:
        """Return the first match from *position* on."""
        if self.found and self.found.start() < position:
            self.found = self.pattern.search(self.text, position)
        return self.found


class _Scanner:
    """A search in one text; the places where things end are found when they are needed."""

    def __init__(self, kind: Kind | None, text: str) -> None:
        self.text = text
        self.kind = kind
        begin, end = _TAGS.get(kind, ("", "")) if kind else ("", "")
        self.begin = re.compile(f"{begin}|{_BEGIN}" if begin else _BEGIN, re.MULTILINE)
        self.tag_end = end
        self.nexts: dict[str, _Next] = {}
        self.ticks: dict[int, list[int]] = defaultdict(list)
        for run in re.finditer("`+", text):
            self.ticks[len(run[0])].append(run.start())

    def _next(self, pattern: str, position: int) -> re.Match[str] | None:
        if pattern not in self.nexts:
            self.nexts[pattern] = _Next(re.compile(pattern, re.MULTILINE), self.text)
        return self.nexts[pattern].after(position)

    def _in_paragraph(self, start: int, end: int) -> bool:
        blank = self._next(_BLANK.pattern, start)
        return blank is None or end <= blank.start()

    def spans(self) -> Iterator[Span]:
        """Yield the spans in their order."""
        position = 0
        while found := self.begin.search(self.text, position):
            span = self._span(found)
            position = span.end if span else found.end()
            if span:
                yield span

    def _span(self, found: re.Match[str]) -> Span | None:
        groups = found.groupdict()
        if groups["fence"] is not None and not (found["mark"][0] == "`" and "`" in found["info"]):
            mark = found["mark"]
            end = self._next(rf"^[ \t]*+{mark}[`~]*+[ \t]*+$", found.end())
            return Span("fence", found.start(), end.end() if end else len(self.text))
        if groups["comment"] is not None:
            return self._comment(found)
        if groups.get("tag") is not None:
            return self._tag(found)
        start = found.start("mark") if groups["fence"] is not None else found.start()
        return self._code(start)

    def _comment(self, found: re.Match[str]) -> Span | None:
        start = found.start()
        end = self._next("-->", found.end())
        first = self.text.rfind("\n", max(0, start - 4), start) + 1
        begins_line = not self.text[first:start].strip(" ") and start - first <= 3
        if not (first or start <= 3):
            begins_line = False
        if end and (begins_line or self._in_paragraph(start, end.start())):
            return Span("comment", start, end.end())
        return None

    def _tag(self, found: re.Match[str]) -> Span | None:
        start = found.start()
        end = self._next(self.tag_end, found.end())
        if self.kind == "jekyll" and end and end["of"] != found["name"]:
            end = self._next(rf"\{{%-?\s*+end{found['name']}\s*+-?%\}}", found.end())
        if end is None:
            return None
        if self.kind == "obsidian":
            # After a word, as in 50%%, a comment ends in its paragraph.
            word = start and re.match(r"\w", self.text[start - 1])
            if word and (end.start() == found.end() or not self._in_paragraph(start, end.start())):
                return None
            return Span("private", start, end.end())
        is_private = self.kind == "jekyll" and found["name"] == "comment"
        return Span("private" if is_private else "tag", start, end.end())

    def _code(self, start: int) -> Span | None:
        length = len(re.compile("`+").match(self.text, start)[0])  # type: ignore[index]
        places = self.ticks[length]
        at = bisect.bisect_right(places, start)
        if at < len(places) and self._in_paragraph(start, places[at]):
            return Span("code", start, places[at] + length)
        return None


def spans(text: str, kind: Kind | None = None) -> Iterator[Span]:
    """Yield what is code or a comment in *text*, for a *kind* of collection or for any."""
    yield from _Scanner(kind, text).spans()


def code_spans(text: str) -> Iterator[Span]:
    """Yield the code within the paragraph *text*."""
    yield from (span for span in spans(text) if span.kind in ("code", "fence"))


def replace(text: str, found: Iterator[Span], function: Callable[[Span], str]) -> str:
    """Return *text* with what *function* returns in place of each span."""
    parts = []
    position = 0
    for span in found:
        parts += [text[position : span.start], function(span)]
        position = span.end
    return "".join([*parts, text[position:]])


def sub_closed(
    pattern: re.Pattern[str], closing: str, function: Callable[[re.Match[str]], str], text: str
) -> str:
    """Substitute *pattern*, which begins somewhere and ends at the next *closing*, in *text*.

    After the last *closing* nothing can match, and before it everything that begins does.
    """
    last = text.rfind(closing)
    end = last + len(closing) if last >= 0 else 0
    return pattern.sub(function, text[:end]) + text[end:]
