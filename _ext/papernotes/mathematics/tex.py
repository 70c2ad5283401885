r"""TeX formulas as authors write them, made ready for the converter.

The converter reads the mathematics of LaTeX and amsmath, but not all of it, and numbers equations
itself, where here Sphinx does. What it lacks is put into words that it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Commands that the converter does not have, in terms of those that it has.
COMMANDS = {
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "ensuremath": "#1",
    "smash": "#1",
    "mathbbm": r"\mathbb{#1}",
    "mathds": r"\mathbb{#1}",
    "pmb": r"\boldsymbol{#1}",
    "nicefrac": "{#1}/{#2}",
    "sfrac": "{#1}/{#2}",
    "dotsb": r"\cdots",
    "dotsc": r"\ldots",
    "dotsi": r"\cdots",
    "dotsm": r"\cdots",
    "dotso": r"\ldots",
    "strut": r"\mathstrut",
    "hfill": r"\quad",
}

# Environments by others that it has. Those that number become those that do not.
_ENVIRONMENTS = {
    "align": "align*",
    "alignat": "align*",
    "alignat*": "align*",
    "alignedat": "aligned",
    "displaymath": "equation*",
    "eqnarray": "align*",
    "eqnarray*": "align*",
    "equation": "equation*",
    "flalign": "align*",
    "flalign*": "align*",
    "gather": "gather*",
    "math": "equation*",
    "multline": "multline*",
    "split": "aligned",
}

_NUMBERED = frozenset("align alignat eqnarray equation flalign gather multline".split())

_TOKEN = re.compile(
    r"""
    (?P<comment>%[^\n]*\n?)
  | \\(?P<side>begin|end)\s*\{(?P<environment>[^{}]*)\}
      (?:(?<=at\})\s*\{\d+\}|(?<=at\*\})\s*\{\d+\})?
  | (?P<row>\\\\)\s*\*?(?:\s*\[\s*[-+]?[\d.]+\s*[a-z]{2}\s*\])?
  | \\label\s*\{(?P<label>[^{}]*)\}
  | (?P<unnumbered>\\(?:nonumber|notag)(?![A-Za-z]))
  | (?P<tag>\\tag(?![A-Za-z]))
  | (?P<text>\\(?:text|textrm|textnormal|mbox|hbox)\s*\{)
  | \\(?:[A-Za-z]+|.)
  | (?P<brace>[{}])
  | (?P<cell>&)
    """,
    re.VERBOSE | re.DOTALL,
)


def labels(tex: str) -> list[str]:
    r"""Return the names that ``\label`` gives in *tex*."""
    return [match["label"] for match in _TOKEN.finditer(tex) if match["label"]]


def unlabelled(tex: str) -> str:
    r"""Return *tex* without ``\label``."""
    return _TOKEN.sub(lambda match: "" if match["label"] is not None else match[0], tex)


def labelled(tex: str, label: str) -> str:
    r"""Return the environment *tex* with *label* for its first ``\label``, or with one."""
    command = f"\\label{{{label}}}"
    for match in _TOKEN.finditer(tex):
        if match["label"] is not None:
            return tex[: match.start()] + command + tex[match.end() :]
    begin = next((match for match in _TOKEN.finditer(tex) if match["side"] == "begin"), None)
    return tex[: begin.end()] + command + tex[begin.end() :] if begin else tex


def unnumbered(tex: str) -> str:
    """Return *tex* without labels, in environments of LaTeX that do not number."""

    def star(match: re.Match[str]) -> str:
        if match["environment"] in _NUMBERED:
            return match[0].replace("}", "*}", 1)
        return match[0]

    return _TOKEN.sub(star, unlabelled(tex))


def formulas(tex: str) -> list[str]:
    """Return the formulas of a block, which blank lines part."""
    return [part for part in re.split(r"\n\s*\n", tex.strip()) if part]


def prepare(tex: str, *, display: bool) -> str:
    r"""Return the formula *tex* in the terms of the converter.

    In a formula of its own line, rows (``\\``) and columns outside any environment are those of
    ``aligned``, as Sphinx gives them to LaTeX and MathJax, and ``\tag`` needs no environment.
    """
    tex = "".join(_translate(tex))
    if not display:
        return tex
    table, tagged = _outside(tex)
    if table:
        environment = "align*" if tagged else "aligned"
    elif tagged:
        environment = "equation*"
    else:
        return tex
    return f"\\begin{{{environment}}}{tex}\\end{{{environment}}}"


def _translate(tex: str) -> Iterator[str]:
    position = 0
    while match := _TOKEN.search(tex, position):
        yield tex[position : match.start()]
        position = match.end()
        if match["comment"]:
            yield "\n"
        elif match["side"]:
            yield _environment(match["side"], match["environment"])
        elif match["row"]:
            yield match["row"]
        elif match["text"]:
            end = _closing(tex, position)
            yield from _text(match["text"], tex[position:end])
            position = end + 1
        elif match["label"] is None and not match["unnumbered"]:
            yield match[0]
    yield tex[position:]


def _environment(side: str, name: str) -> str:
    if name == "smallmatrix":
        # A subarray is set as small, and may have as many columns.
        return r"\begin{subarray}{c}" if side == "begin" else r"\end{subarray}"
    return f"\\{side}{{{_ENVIRONMENTS.get(name, name)}}}"


def _text(command: str, content: str) -> Iterator[str]:
    r"""Yield ``\text`` with mathematics in it as text and mathematics side by side."""
    for number, part in enumerate(re.split(r"(?<!\\)\$", content)):
        if part:
            yield f"{{{part}}}" if number % 2 else f"{command}{part}}}"


def _closing(tex: str, start: int) -> int:
    """Return where the brace closes that opened before *start*; the end where none does."""
    depth = 1
    for match in re.finditer(r"\\.|[{}]", tex[start:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return start + match.start()
    return len(tex)


def is_closed(tex: str) -> bool:
    """Return whether the braces of *tex* match."""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            return False
    return not depth


def uncommented(tex: str) -> str:
    """Return *tex* without comments, which would go on to the end of the line that it is put on."""
    return _TOKEN.sub(lambda match: "" if match["comment"] else match[0], tex)


def is_whole(tex: str) -> bool:
    r"""Return whether *tex* stays within its formula: braces match, nothing ends it before its end.

    A ``#`` is an error of TeX's outside definitions.
    """
    parts = re.findall(r"\\(?:[A-Za-z]+|.)|[#]", tex, re.DOTALL)
    return is_closed(tex) and not {"#", r"\(", r"\)", r"\[", r"\]"}.intersection(parts)


def _outside(tex: str) -> tuple[bool, bool]:
    """Return whether rows or columns, and whether tags stand outside any environment."""
    depth = 0
    table = tagged = False
    for match in _TOKEN.finditer(tex):
        if match["side"]:
            depth += 1 if match["side"] == "begin" else -1
        elif match["brace"] or match["text"]:
            depth += -1 if match["brace"] == "}" else 1
        elif not depth:
            table = table or bool(match["row"] or match["cell"])
            tagged = tagged or bool(match["tag"])
    return table, tagged
