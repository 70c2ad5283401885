r"""Rewrite authors' TeX formulas for the converter to MathML.

The converter knows most of the mathematics of LaTeX and amsmath. What it does not know is rewritten
in terms that it knows. It would also number equations, which is left to Sphinx.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

# Commands that the converter does not know, defined by those that it knows.
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

# Environments, and the ones to use instead. Numbered environments become unnumbered ones.
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

_END = re.compile(rf"\s*\\end\s*\{{(?:{'|'.join(sorted(_NUMBERED))})\*\}}\s*$")

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
    r"""Return the arguments of ``\label`` in *tex*."""
    return [match["label"] for match in _TOKEN.finditer(tex) if match["label"]]


def unlabelled(tex: str) -> str:
    r"""Return *tex* without ``\label``."""
    return _TOKEN.sub(lambda match: "" if match["label"] is not None else match[0], tex)


def labelled(tex: str, label: str, others: Mapping[str, str] | None = None) -> str:
    r"""Return the environment *tex* with *label* in place of its first ``\label``, or added.

    *others* maps further labels to those that replace them.
    """
    count = itertools.count()

    def named(match: re.Match[str]) -> str:
        if match["label"] is None:
            return match[0]
        old = match["label"]
        return f"\\label{{{(others or {}).get(old, old) if next(count) else label}}}"

    written = _TOKEN.sub(named, tex)
    if next(count):
        return written
    begin = next((match for match in _TOKEN.finditer(tex) if match["side"] == "begin"), None)
    return f"{tex[: begin.end()]}\\label{{{label}}}{tex[begin.end() :]}" if begin else tex


def tagged(tex: str, numbers: Mapping[str, int]) -> str:
    r"""Return *tex* with the number of each label in *numbers* as a ``\tag`` of its row."""
    return _TOKEN.sub(
        lambda match: (
            f"\\tag{{{numbers[match['label']]}}}" if match["label"] in numbers else match[0]
        ),
        tex,
    )


def unnumbered(tex: str) -> str:
    """Return *tex* without labels, in unnumbered environments of LaTeX."""

    def star(match: re.Match[str]) -> str:
        if match["environment"] in _NUMBERED:
            return match[0].replace("}", "*}", 1)
        return match[0]

    return _TOKEN.sub(star, unlabelled(tex))


def numbered(tex: str, number: str) -> str:
    r"""Return *tex* with *number* as its ``\tag``, in the last row of an environment with rows."""
    tex = unnumbered(tex)
    end = _END.search(tex)
    place = end.start() if end else len(tex)
    return f"{tex[:place]} \\tag{{{number}}}{tex[place:]}"


def formulas(tex: str) -> list[str]:
    """Return the formulas of a block, which are separated by blank lines."""
    return [part for part in re.split(r"\n\s*\n", tex.strip()) if part]


def prepare(tex: str, *, display: bool) -> str:
    r"""Return the formula *tex* in a form that the converter understands.

    In a formula of its own line (*display*), rows (``\\``) and columns outside any environment are
    put into ``aligned``, as Sphinx does for LaTeX and MathJax. ``\tag`` needs no environment.
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
            end = closing(tex, position)
            yield from _text(match["text"], tex[position:end])
            position = end + 1
        elif match["label"] is None and not match["unnumbered"]:
            yield match[0]
    yield tex[position:]


def _environment(side: str, name: str) -> str:
    if name == "smallmatrix":
        # A subarray is as small, and may have several columns.
        return r"\begin{subarray}{c}" if side == "begin" else r"\end{subarray}"
    return f"\\{side}{{{_ENVIRONMENTS.get(name, name)}}}"


def _text(command: str, content: str) -> Iterator[str]:
    r"""Split ``\text`` that contains mathematics into text and mathematics side by side."""
    for number, part in enumerate(re.split(r"(?<!\\)\$", content)):
        if part:
            yield f"{{{part}}}" if number % 2 else f"{command}{part}}}"


def closing(tex: str, start: int) -> int:
    """Return the position of the brace that closes the one before *start*, or the end of *tex*."""
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
    """Return *tex* without comments, which would swallow what follows it on the same line."""
    return _TOKEN.sub(lambda match: "" if match["comment"] else match[0], tex)


def is_whole(tex: str) -> bool:
    r"""Return whether *tex* stays within its formula: braces match, and nothing ends it early.

    Outside definitions, ``#`` is an error in TeX.
    """
    parts = re.findall(r"\\(?:[A-Za-z]+|.)|[#]", tex, re.DOTALL)
    return is_closed(tex) and not {"#", r"\(", r"\)", r"\[", r"\]"}.intersection(parts)


def _outside(tex: str) -> tuple[bool, bool]:
    """Return whether *tex* has rows or columns, and whether it has tags, outside environments."""
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
