"""Find in Markdown what other programs read as more than text: formulas, and Obsidian's syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reading.syntax.obsidian import CALLOUT, LINE

# Where a token keeps what was found in its text.
_FOUND = "papernotes_unread"
# Where markdown-it's environment keeps the names of the habits that have been found.
_SEEN = "papernotes_habits"
# What stands for an escaped character and for markup: noncharacters, which no text contains.
_ESCAPES = {"\\(": "\ufdd0", "\\)": "\ufdd1", "\\[": "\ufdd2", "\\]": "\ufdd3", "\\\\": "\ufdd4"}
_OTHER = "\ufdd5"
_WRITTEN = {ord(mark): escape for escape, mark in _ESCAPES.items()} | {ord(_OTHER): "…"}
_GOES_ON = '"$$" begins a formula that goes on into the text; close it with "$$"'
_BRACKETS = re.compile(
    "(?:\ufdd0|\ufdd4\\()((?:(?!\ufdd0|\ufdd4\\().)+?)(?:\ufdd1|\ufdd4\\))"
    "|(?:\ufdd2|\ufdd4\\[)((?:(?!\ufdd2|\ufdd4\\[).)+?)(?:\ufdd3|\ufdd4\\])",
    re.DOTALL,
)
# Text in escaped brackets is a formula if it has signs of one.
_SIGNS = re.compile(r"\\[A-Za-z]+|(?<=[\w)}|])\^|(?<![A-Za-z]{2})_|[=+<>]")
_DOLLARS = re.compile(r"(\$\$?)([^$]*)(\$\$?)?")
_BEGINNING = re.compile(r"[\w\\{(|\[+-]")
_MONEY = re.compile(r"\d[\d.,]*(?![\d.,]*[\\^_={])")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_TEX = re.compile(r"\\[A-Za-z]+|[\^_][\w{\\]|=")
# A formula of single letters, numbers and signs.
_LETTERS = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?:(?<![A-Za-z])[A-Za-z](?![A-Za-z])|[^A-Za-z])+")
# What goes on after a blank line in a formula: a heading, or words.
_PROSE = re.compile(r"\n[ \t>]*\n[ \t>]*(?:\#{1,6}\s|(?:[^\W\d_]{2,}[,.;:]?\s+){3})")
# How much of a formula that is not closed a message shows.
_LONG = 40
_ENVIRONMENT = re.compile(r"\\begin\{((?:align|alignat|equation|gather|multline|eqnarray)\*?)\}")
_WIKI = re.compile(r"!?\[\[[^\[\]\n]+\]\]")
_MARK = re.compile(r"(?<![\w=])==(?![\s=])(?:(?!==)[^\n])*+(?<![\s=])==(?![\w=])")
_TASK = re.compile(r"\[[ xX]\]\s")


class _Unread(NamedTuple):
    """What was found: its line in the block, what it is, and the message."""

    line: int
    name: str
    message: str


def unread_plugin(md: MarkdownIt, *, obsidian: bool = False) -> None:
    """Have *md* note what it leaves as text; *obsidian* says whether it reads Obsidian's syntax."""

    def find(state: StateCore) -> None:
        seen: set[str] = state.env.setdefault(_SEEN, set())
        for place, token in enumerate(state.tokens):
            found: list[_Unread] = []
            if token.type == "inline":
                _note_lines(token.children or ())
                text = _text(token.children or ())
                found += _formulas(text)
                if not obsidian:
                    found += _habits(text, _holder(state.tokens, place))
            elif token.type.startswith("math_block") and _PROSE.search(token.content):
                found.append(_Unread(0, "", _GOES_ON))
            elif token.type == "myst_line_comment" and token.content.startswith("%"):
                found += [] if obsidian else [_comment(0)]
            for each in found:
                # One remark for each habit in a document.
                if each.name not in seen:
                    token.meta.setdefault(_FOUND, []).append(each)
                if each.name:
                    seen.add(each.name)

    # Later, text no longer says what was escaped in it.
    md.core.ruler.before("text_join", "papernotes_unread", find)


def _note_lines(children: Iterable[Token]) -> None:
    """Give pictures and links their lines; markdown-it knows only the first of the block."""
    line = 0
    for child in children:
        line += child.type in ("softbreak", "hardbreak")
        if child.type in ("image", "link_open"):
            child.meta[LINE] = line


def problems(meta: Mapping[str, Any], path: str, line: int) -> Iterator[Diagnostic]:
    """Yield the problems that the *meta* of a token holds, which begins on *line* of *path*."""
    for found in meta.get(_FOUND, ()):
        kind = DiagnosticKind.OBSIDIAN if found.name else DiagnosticKind.UNREAD_FORMULA
        yield Diagnostic(path, line + found.line, found.message, kind)


def _text(children: Iterable[Token]) -> str:
    """Return the text of a block, with stand-ins for escapes, code, formulas and the like."""
    return "".join(_piece(child) for child in children)


def _piece(token: Token) -> str:
    match token.type:
        case "text":
            return token.content
        case "text_special":
            # Before a letter, a backslash is kept.
            is_kept = token.content.startswith("\\") and len(token.content) > 1
            return token.content if is_kept else _ESCAPES.get(token.markup, _OTHER)
        case "softbreak" | "hardbreak":
            return "\n"
        case "em_open" | "em_close" | "strong_open" | "strong_close":
            return token.markup
        case "html_inline" | "link_open" | "link_close":
            return ""
    return _OTHER


def _formulas(text: str) -> Iterator[_Unread]:
    """Yield the formulas that are shown as text."""

    def found(position: int, message: str) -> _Unread:
        return _Unread(text.count("\n", 0, position), "", message)

    for match in _BRACKETS.finditer(text):
        tex = " ".join((match[1] or match[2]).translate(_WRITTEN).split())
        # Brackets without a formula are escaped because they would make a link.
        is_set_off = bool(match[1]) or match[2][0].isspace()
        if _SIGNS.search(tex) or (is_set_off and _LETTERS.fullmatch(tex)):
            left, right = ("\\(", "\\)") if match[1] else ("\\[", "\\]")
            dollars = "$" if match[1] else "$$"
            yield found(
                match.start(),
                f'"{left}{tex}{right}" is shown as text; write {dollars}{tex}{dollars}',
            )
    for match in _ENVIRONMENT.finditer(text):
        message = f'"{match[0]}" is not closed; end the formula with \\end{{{match[1]}}}'
        yield found(match.start(), message)
    for start, end, closed in _dollars(text):
        source = " ".join(text[start:end].translate(_WRITTEN).split())
        mark = "$$" if source.startswith("$$") else "$"
        if closed:
            fault = (
                f"is shown as text; write ${source.strip('$ ')}$, without spaces inside the dollar"
                " signs and without digits beside them"
            )
        else:
            fault = f'begins a formula that is not closed; close it with "{mark}"'
        if len(source) > _LONG:
            source = f"{source[:_LONG].rstrip()}…"
        yield found(start, f'"{source}" {fault}, or write \\$ for a dollar sign')


def _dollars(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where each formula between dollar signs that is shown as text begins and ends.

    The last value says whether it is closed; it ends with its line otherwise. Amounts of money are
    no formulas.
    """
    position = 0
    while match := _DOLLARS.search(text, position):
        opening, inside, closing = match.groups()
        closed = closing is not None
        if opening == "$$":
            is_formula = True
        elif _MONEY.match(inside):
            is_formula = bool(_COMMAND.search(inside))
        elif closed:
            is_formula = bool(_TEX.search(inside) or _LETTERS.fullmatch(inside))
        else:
            # After a letter or a digit, the sign is that of a currency.
            is_currency = match.start() and text[match.start() - 1].isalnum()
            begins = _BEGINNING.match(inside) and not is_currency
            is_formula = bool(begins or _TEX.search(inside))
        end = match.end() if closed else match.end(1) + len(inside.partition("\n")[0])
        if is_formula:
            yield match.start(), end, closed
        position = end if is_formula else match.end(1)


def _habits(text: str, holder: str) -> Iterator[_Unread]:
    """Yield what Obsidian would read in the *text* of a block in an element of type *holder*."""

    def found(name: str, match: re.Match[str], what: str) -> _Unread:
        line = text.count("\n", 0, match.start())
        return _Unread(line, name, f'"{match[0].strip()}" is {what}; {_SWITCH}')

    for match in _WIKI.finditer(text):
        embed = match[0].startswith("!")
        yield (
            found("embed", match, "an embedded file in Obsidian, and text here")
            if embed
            else found("link", match, "a link in Obsidian, and text here")
        )
    for match in _MARK.finditer(text):
        yield found("mark", match, "marked text in Obsidian, and has equals signs here")
    for position in (match.start() for match in re.finditer(r"%%.+?%%", text, re.DOTALL)):
        yield _comment(text.count("\n", 0, position))
    if holder == "blockquote" and (callout := CALLOUT.match(text)):
        yield found("callout", callout, "the beginning of a callout in Obsidian, and text here")
    if holder == "list_item" and (task := _TASK.match(text)):
        yield found("task", task, "a task in Obsidian, and text here")


_SWITCH = "write it in MyST, or set papernotes_obsidian = True in conf.py"


def _comment(line: int) -> _Unread:
    message = f'"%%" is the beginning of a comment in Obsidian, and may be shown here; {_SWITCH}'
    return _Unread(line, "comment", message)


def _holder(tokens: list[Token], place: int) -> str:
    """Return the type of the element of which the block at *place* is the first, if any is."""
    before = tokens[place - 2] if place > 1 and tokens[place - 1].type == "paragraph_open" else None
    return before.type.removesuffix("_open") if before and before.nesting == 1 else ""
