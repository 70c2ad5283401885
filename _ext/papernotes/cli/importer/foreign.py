"""Leave nothing alive in a converted document that the importer did not write.

A directive, a role, and a link or a picture within the site are alive: a build runs them, or reads
a file for them. The author of the old site wrote none of them for MyST. So the result is parsed as
MyST will parse it. What the importer wrote carries a mark. Each other place that may be alive gets
a number, which shows in the tokens of the parser; those that are alive become text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from papernotes.cli.importer.marks import BREAK, OURS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

# The settings of an imported site by which its documents are parsed.
EXTENSIONS = ("deflist", "strikethrough")
_SETTINGS = {
    "myst_enable_extensions": EXTENSIONS,
    "myst_disable_syntax": ["html_block", "html_inline"],
}
# A text without these holds nothing alive.
_SIGNS = re.compile(r"[{%+]|\]\(|\]:|<[A-Za-z]|:::|\)=")
# Where numbers go: before the label of a definition ends, and after what begins the others. An
# environment of amsmath is no role, and must stay one.
_DEFINITION = re.compile(r"(\[(?!\^)(?:[^\[\]\\\n]|\\.){1,999}+\]:[ \t]*+<?)(?=\S)")
_PLACE = re.compile(
    r"\{(?!(?:equation|multline|gather|align|alignat|flalign|matrix|pmatrix|bmatrix|Bmatrix|vmatrix"
    r"|Vmatrix|eqnarray)\*?\})(?=[\w:+-]++\}`)|\]\([ \t]*+<?(?=\S)"
    r"|<(?=[A-Za-z][A-Za-z0-9+.-]{1,31}+:)"
)
# The same where they cannot have a number, since what follows on the next line may be a block.
_AT_END = re.compile(r"\]([(:])(?=[ \t]*+$)", re.MULTILINE)
_OUTSIDE = re.compile(
    r"(?:https?|ftp)://|mailto:|data:image/(?:png|jpe?g|gif|webp|avif|bmp)[;,]", re.IGNORECASE
)
_PREFIX = re.compile(
    r"(?:[ \t>]|[*+-](?=[ \t])|\d{1,9}[.)](?=[ \t])|\[\^[^\]\s]++\]:|:(?=[ \t]))*+"
)
_COLONS = re.compile(rf"({_PREFIX.pattern})(?=:::)")
# The tokens of blocks that only MyST has; the importer writes none.
_LINES = frozenset({"myst_line_comment", "myst_block_break", "myst_target"})
_ROUNDS = 8
# The characters of a paragraph from which on its work is estimated: the inline parser stops at each
# character that may be markup, and copies what follows.
_LONG = 10_000
_MARKUP = re.compile(r"[!-&*+:<-@\[-`{-~-]")
_MAX_WORK = 10**9


@dataclass
class _Alive:
    """What of a text is alive: the numbers of places, lines to escape, and lines of directives.

    ``at_end`` says whether a place without a number is; ``lost`` whether one was not found again.
    """

    places: dict[int, str] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    directives: dict[int, tuple[str, str]] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    at_end: bool = False

    def __bool__(self) -> bool:
        return bool(self.places or self.lines or self.directives or self.at_end)


class _TooLongError(Exception):
    """The text of a paragraph is so long that MyST would take minutes for it."""


@dataclass(frozen=True)
class Guard:
    """A guard of the documents of a new site, which *parser* parses as the site will."""

    parser: MarkdownIt

    def disarm(self, text: str, report: Callable[[str], None]) -> str:
        """Return *text* without marks, and with what the importer did not write as text.

        *report* takes the beginning of each such place.
        """
        text = text.replace(BREAK, " ")
        if not _SIGNS.search(text):
            return text.replace(OURS, "")
        for _ in range(_ROUNDS):
            nonce = _unused(text)
            numbered = _numbered(text, nonce)
            try:
                alive = self._alive(numbered, nonce)
            except _TooLongError:
                break
            if not alive:
                return text.replace(OURS, "")
            for shown in alive.shown:
                report(shown)
            text = _escaped(numbered, nonce, alive)
        report("the whole text")
        return as_code(text.replace(OURS, ""))

    def _alive(self, numbered: str, nonce: str) -> _Alive:
        alive = _Alive()
        self._collect(numbered, 0, nonce, alive)
        return alive

    def _collect(self, text: str, line: int, nonce: str, alive: _Alive) -> None:
        """Add to *alive* what is alive in *text*, which begins on *line*."""
        lines: list[str] = []
        for token in self.parser.parse(text):
            start, end = token.map or (0, 0)
            if token.type in ("fence", "colon_fence"):
                name = (token.info.split() or [""])[0]
                if name.startswith(f"{{{nonce}our"):
                    self._collect(token.content, line + start + 1, nonce, alive)
                    self._collect(token.info.partition("}")[2].strip(), line + start, nonce, alive)
                elif token.type == "colon_fence":
                    lines = lines or text.split("\n")
                    whole = not any(f"{nonce}our" in each for each in lines[start:end])
                    alive.lines.update(range(line + start, line + (end if whole else start + 1)))
                    alive.shown.append(f":::{token.info}")
                elif name.startswith("{") and name.endswith("}"):
                    alive.directives[line + start] = (token.markup, token.info)
                    alive.shown.append(f"{token.markup}{token.info}")
            elif token.type in _LINES:
                alive.lines.update(range(line + start, line + end))
            for each in _with_children(token):
                self._collect_place(each, nonce, alive)

    @staticmethod
    def _collect_place(token: Token, nonce: str, alive: _Alive) -> None:
        value = _value(token)
        if value is None:
            return
        number = re.match(rf"{nonce}(\d+)x(.*)", value, re.DOTALL)
        address = number[2] if number else value
        if address.startswith(f"{nonce}our"):
            return
        if token.type != "myst_role" and _OUTSIDE.match(address):
            return
        if number:
            alive.places[int(number[1])] = ""
        elif token.type == "myst_role":
            return
        else:
            alive.at_end = True
        of = f"{{{address}}}`{token.content}`" if token.type == "myst_role" else address
        alive.shown.append(of)


def guard(keys: Container[str]) -> Guard:
    """Return a guard of a new site whose bibliography has the citation *keys*."""
    # MyST takes long to load.
    from papernotes.citations.pandoc_rule import pandoc_plugin
    from papernotes.reading.syntax.extensions import money_plugin, parser_of

    parser = parser_of(_SETTINGS).use(pandoc_plugin, keys.__contains__).disable("front_matter")
    parser.core.ruler.before("inline", "papernotes_length", _check_length)
    return Guard(parser.use(money_plugin))


def _check_length(state: StateCore) -> None:
    """Raise a _TooLongError if the inline parser, whose work grows with the square, would hang."""
    for token in state.tokens:
        text = token.content if token.type == "inline" else ""
        if len(text) > _LONG and len(text) * len(_MARKUP.findall(text)) > _MAX_WORK:
            raise _TooLongError


def _value(token: Token) -> str | None:
    """Return what may carry a number in *token*: the name of a role, or an address."""
    if token.type == "myst_role":
        return str(token.meta["name"])
    if token.type in ("link_open", "image"):
        return str(token.attrGet("href" if token.type == "link_open" else "src") or "")
    return None


def _with_children(token: Token) -> Iterator[Token]:
    """Yield *token* and what is in it: the text of a picture has tokens of its own."""
    tokens = [token]
    while tokens:
        each = tokens.pop()
        yield each
        tokens += each.children or []


def _unused(text: str) -> str:
    """Return letters and digits that *text* does not hold."""
    return next(name for number in itertools.count() if (name := f"zq{number}z") not in text)


def _numbered(text: str, nonce: str) -> str:
    """Return *text* with a number at each place that may be alive, and letters for marks."""
    count = itertools.count()
    text = _DEFINITION.sub(lambda match: f"{match[1]}{nonce}{next(count)}x", text)
    text = _PLACE.sub(lambda match: f"{match[0]}{nonce}{next(count)}x", text)
    return text.replace(OURS, f"{nonce}our")


def _escaped(numbered: str, nonce: str, alive: _Alive) -> str:
    """Return the text with its marks again, and with backslashes before what is *alive*."""
    lines = numbered.split("\n")
    for at in sorted(alive.lines | alive.directives.keys(), reverse=True):
        if at in alive.directives:
            lines[at : at + 1] = _as_code_block(lines[at], *alive.directives[at])
        elif colons := _COLONS.match(lines[at]):
            lines[at] = f"{colons[1]}\\{lines[at][colons.end() :]}"
        elif (prefix := _PREFIX.match(lines[at])) and lines[at][prefix.end() : prefix.end() + 1]:
            lines[at] = f"{prefix[0]}\\{lines[at][prefix.end() :]}"

    def escape(match: re.Match[str]) -> str:
        if int(match[2]) not in alive.places:
            return match[1]
        # The backslash stands before the sign without which the rest is text.
        sign = match[1].lstrip("]")
        return f"{match[1][: len(match[1]) - len(sign)]}\\{sign}"

    text = re.sub(rf"((?:\{{|\][(:][ \t]*+<?|<))?{nonce}(\d+)x", escape, "\n".join(lines))
    if alive.at_end:
        text = _AT_END.sub(r"]\\\1", text)
    return text.replace(f"{nonce}our", OURS)


def _as_code_block(line: str, markup: str, info: str) -> list[str]:
    """Return the first lines of a code block in place of the directive that begins on *line*."""
    at = line.rfind(markup + info) if line.endswith(markup + info) else line.find(markup)
    before = line[: max(at, 0)]
    return [f"{before}{markup}text", re.sub(r"[^>\s]", " ", before) + info.strip()]


def as_code(text: str, language: str = "text") -> str:
    """Return *text* as a block of code."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
