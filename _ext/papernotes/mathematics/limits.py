r"""Limit formulas to those that math-core converts in milliseconds.

math-core looks for the partner of each opening delimiter of a row. Where it finds none, it reads
the rest of the row again: each delimiter without a partner doubles the time. It also recurses into
groups, and ends the whole process some thousand levels down.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from math_core import LatexError, LatexToMathML

from papernotes.core.limits import MAX_DEPTH
from papernotes.mathematics.tex import COMMANDS

# Large enough for matrices with a thousand entries.
MAX_LENGTH = 20_000
_MAX_TOKENS = 5_000
# Each step takes some 20 ns.
_MAX_STEPS = 2**18
_MAX_ARGUMENTS = 5

_OPENING = "([⌈⌊⌜⌞⎰❲⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼"  # noqa: RUF001
_CLOSING = ")]⌉⌋⌝⌟⎱❳⟆⟧⟩⟫⟭⟯⦄⦆⦈⦊⦌⦎⦐⦒⦔⦖⦘⧙⧛⧽"  # noqa: RUF001
_DELIMITER = r"(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|[^\s\\{}])"
_TOKEN = re.compile(
    rf"""
    (?P<begin>\\begin\s*\{{[^{{}}]*\}}|\\left{_DELIMITER})
  | (?P<end>\\end\s*\{{[^{{}}]*\}}|\\right{_DELIMITER}|\}})
  | (?P<option>\\(?:sqrt|x[hlmrtLR][A-Za-z]+)\s*\[)
  | (?P<open>\\[bB]igg?l{_DELIMITER}
      |\\(?:l(?:vert|Vert|ang(?:le)?|Angle|langle|group|ceil|floor|moustache|[bB]race|brack
        |paren|lbracket|lcorner|lparenthesis)|ulcorner)(?![A-Za-z])
      |\\\{{|[{re.escape(_OPENING)}])
  | (?P<close>\\[bB]igg?r{_DELIMITER}
      |\\(?:r(?:vert|Vert|ang(?:le)?|Angle|rangle|group|ceil|floor|moustache|[bB]race|brack
        |paren|rbracket|rparenthesis)|urcorner|lrcorner)(?![A-Za-z])
      |\\\}}|[{re.escape(_CLOSING)}])
  | \\(?:[bB]igg?m?|middle){_DELIMITER}
  | (?P<switch>\\(?:(?:display|text|script|scriptscript)style(?![A-Za-z])|color\s*\{{[^{{}}]*\}}))
  | (?P<cell>\\\\|&|\\(?:over|atop|choose|brace|brack)(?![A-Za-z]))
  | (?P<script>[_^])
  | (?P<command>\\[A-Za-z]+)
  | (?P<group>\{{)
  | \\. | [^\s]
    """,
    re.VERBOSE | re.DOTALL,
)

# Whatever a formula of this length holds, it is quick unless it has more openers than this.
_SHORT = 400
_FEW = 8
_OPENER = re.compile(rf"[{re.escape(_OPENING)}]|\\(?:l|ulc|\{{|[bB]igg?l)")
_PIECE = re.compile(r"\\[A-Za-z]+|\\.|#\d|.", re.DOTALL)
_COMMAND = re.compile(r"\\[A-Za-z]+")
_PARAMETER = re.compile(r"#[1-9]")


class TooMuchError(ValueError):
    """Raised for a formula that would take too long; the message says what it has too much of."""


def check(tex: str, macros: Mapping[str, str]) -> None:
    """Raise :class:`TooMuchError` unless the formula *tex* is converted in milliseconds.

    *macros* maps names to TeX with arguments.
    """
    if macros and not macros.keys().isdisjoint(c[1:] for c in _COMMAND.findall(tex)):
        tex = "".join(_expanded(tex, macros))
    elif len(tex) <= _SHORT and len(_OPENER.findall(tex)) <= _FEW:
        return
    if count_steps(tex) > _MAX_STEPS:
        raise TooMuchError("too many of its opening brackets are not closed")


def count_steps(tex: str) -> int:
    """Return an upper bound of the steps in which math-core pairs the delimiters of *tex*.

    Raise :class:`TooMuchError` if the formula is nested too deeply, or has too many parts.
    """
    rows = [_Row()]
    steps = pending = chain = 0
    for number, match in enumerate(_TOKEN.finditer(tex)):
        if number >= _MAX_TOKENS:
            raise TooMuchError(f"it has more than {_MAX_TOKENS:,} parts")
        kind, source = match.lastgroup, match[0]
        row = rows[-1]
        row.tokens += 1
        if kind in ("group", "begin", "switch", "option"):
            left = 1 if kind == "option" else max(pending - 1, 0)
            rows.append(_Row(left, chain, kind, source.startswith(r"\begin")))
            pending = chain = 0
        elif kind == "end" or (source == "]" and row.kind == "option"):
            steps += _end_switches(rows) if kind == "end" else 0
            pending, chain = rows[-1].pending, rows[-1].chain
            steps += _end_row(rows)
        elif kind == "cell" and (source != r"\\" or _is_in_environment(rows)):
            steps += _end_switches(rows) + rows[-1].end_cell()
            pending = 0
        else:
            pending = max(pending - 1, 0) + row.note(kind, source, is_argument=pending > 0)
        chain = chain + 1 if pending else 0
        if len(rows) + chain > MAX_DEPTH or rows[-1].open > MAX_DEPTH:
            raise TooMuchError(f"it is nested more than {MAX_DEPTH} levels deep")
    while len(rows) > 1:
        steps += _end_row(rows)
    return steps + rows[0].end_cell()


@dataclass(slots=True)
class _Row:
    """A row, which is the last of the ``pending`` arguments before it, in a chain of commands.

    ``open`` and ``tokens`` count its opening delimiters, and its tokens, since its last cell.
    """

    pending: int = 0
    chain: int = 0
    kind: str | None = None
    is_environment: bool = False
    open: int = 0
    tokens: int = 0
    most_open: int = 0

    def note(self, kind: str | None, source: str, *, is_argument: bool) -> int:
        """Count a delimiter, and return how many arguments the token *source* takes."""
        if kind == "open":
            self.open += 1
        elif kind == "close" and self.open and not is_argument:
            self.open -= 1
        if kind == "script":
            return 1
        return _arity(source) if kind == "command" else 0

    def end_cell(self) -> int:
        """Return the steps of the cell at the end, and begin another."""
        steps = (self.tokens + 1) << self.open
        self.most_open = max(self.most_open, self.open)
        self.open = self.tokens = 0
        return steps


def _is_in_environment(rows: list[_Row]) -> bool:
    """Return whether a line that ends here is one of an environment; elsewhere it ends no row."""
    inner = next((row for row in reversed(rows) if row.kind != "switch"), rows[0])
    return inner.is_environment


def _end_row(rows: list[_Row]) -> int:
    """Remove the last row unless it is the only one, and return the steps of its last cell."""
    steps = rows[-1].end_cell()
    if len(rows) > 1:
        # A delimiter alone in braces is one of the outer row.
        rows[-2].open += rows.pop().most_open
    return steps


def _end_switches(rows: list[_Row]) -> int:
    r"""Remove the rows that end with the cell, such as that of ``\displaystyle``."""
    steps = 0
    while len(rows) > 1 and rows[-1].kind in ("switch", "option"):
        steps += _end_row(rows)
    return steps


@functools.lru_cache(maxsize=4096)
def _arity(command: str) -> int:
    """Return the number of arguments that math-core expects after *command*."""
    for count in range(_MAX_ARGUMENTS):
        try:
            _prober().convert_with_local_state(command + " x" * count, displaystyle=False)
        except LatexError as error:
            if "Expected argument" in str(error):
                continue
        return count
    return _MAX_ARGUMENTS


@functools.cache
def _prober() -> LatexToMathML:
    return LatexToMathML(macros=COMMANDS, fancy_error=False, allow_unreliable_rendering=True)


def _expanded(tex: str, macros: Mapping[str, str]) -> Iterator[str]:
    """Yield the parts of *tex* with its macros expanded.

    Raise :class:`TooMuchError` if they are too many.
    """
    rest = _PIECE.findall(tex)[::-1]
    budget = 4 * _MAX_TOKENS
    while rest:
        piece = rest.pop()
        body = macros.get(piece[1:]) if piece.startswith("\\") else None
        if body is None:
            # A command must not grow by letters that come from elsewhere.
            yield f"{piece} " if _COMMAND.fullmatch(piece) else piece
            continue
        pieces = _PIECE.findall(body)
        count = max((int(part[1]) for part in pieces if _PARAMETER.fullmatch(part)), default=0)
        arguments = [_argument(rest) for _ in range(count)]
        for part in reversed(pieces):
            inserted = arguments[int(part[1]) - 1] if _PARAMETER.fullmatch(part) else [part]
            rest += reversed(inserted)
            budget -= len(inserted)
            if budget < 0:
                raise TooMuchError("its macros expand to too much")
        budget -= 1


def _argument(rest: list[str]) -> list[str]:
    """Remove the argument at the end of the reversed pieces *rest*, and return its pieces."""
    while rest and rest[-1].isspace():
        rest.pop()
    if not rest or rest[-1] != "{":
        return [rest.pop()] if rest else []
    argument, depth = [rest.pop()], 1
    while rest and depth:
        argument.append(rest.pop())
        depth += {"{": 1, "}": -1}.get(argument[-1], 0)
    return argument
