"""Unicode's symbols in formulas, by their names in TeX, which pylatexenc knows."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from docutils import nodes
from pylatexenc.latexencode import get_builtin_uni2latex_dict
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.mathematics import tex

# Text in a formula, where a symbol is a letter like others.
_TEXT = re.compile(r"\\(?:text[a-z]*|mbox|hbox|tag\*?|label|operatorname\*?)\s*\{")
_TEXT_OF = r"\text{%s}"
_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": "grave",
    "\N{COMBINING ACUTE ACCENT}": "acute",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "hat",
    "\N{COMBINING TILDE}": "tilde",
    "\N{COMBINING MACRON}": "bar",
    "\N{COMBINING OVERLINE}": "overline",
    "\N{COMBINING BREVE}": "breve",
    "\N{COMBINING DOT ABOVE}": "dot",
    "\N{COMBINING DIAERESIS}": "ddot",
    "\N{COMBINING RING ABOVE}": "mathring",
    "\N{COMBINING CARON}": "check",
    "\N{COMBINING RIGHT ARROW ABOVE}": "vec",
}
_ACCENTED = re.compile(rf"(\\[A-Za-z]+|[^\W_])([{''.join(_ACCENTS)}])")
# Over what follows a root, or else the sign alone.
_ROOTS = {"√": r"\sqrt", "∛": r"\sqrt[3]", "∜": r"\sqrt[4]"}
_ROOT_SIGN = r"\surd"
_ROOT = re.compile(rf"([{''.join(_ROOTS)}])\s*(?=(\\?\w|\{{))?")
_PRIMES = {mark: r"\prime" * count for count, mark in enumerate("′″‴⁗", 1)}
_PRIMES["\N{REVERSED PRIME}"] = r"\backprime"
_PRIME = re.compile(rf"\^\s*([{''.join(_PRIMES)}])")
# Of these, pylatexenc knows the names in text alone.
_NAMES = {
    "\N{SUPERSCRIPT ONE}": "^1",
    "\N{SUPERSCRIPT TWO}": "^2",
    "\N{SUPERSCRIPT THREE}": "^3",
    "\N{NOT SIGN}": r"\lnot",
    "\N{DEGREE SIGN}": r"^\circ",
    "\N{MIDDLE DOT}": r"\cdot",
    "\N{VULGAR FRACTION ONE QUARTER}": r"\tfrac{1}{4}",
    "\N{VULGAR FRACTION ONE HALF}": r"\tfrac{1}{2}",
    "\N{VULGAR FRACTION THREE QUARTERS}": r"\tfrac{3}{4}",
    "\N{MULTIPLICATION SIGN}": r"\times",
    "\N{DIVISION SIGN}": r"\div",
    "\N{DAGGER}": r"\dagger",
    "\N{DOUBLE DAGGER}": r"\ddagger",
    "\N{BULLET}": r"\bullet",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots",
    "\N{PRIME}": "'",
    "\N{LEFTWARDS ARROW}": r"\leftarrow",
    "\N{UPWARDS ARROW}": r"\uparrow",
    "\N{RIGHTWARDS ARROW}": r"\rightarrow",
    "\N{DOWNWARDS ARROW}": r"\downarrow",
}
# TeX's names in pylatexenc for which LaTeX needs more than amsmath and amssymb.
_OTHER_NAMES = {r"\image": r"\Im", r"\VDash": r"\Vdash", r"\mathscr": r"\mathcal"}


@functools.cache
def name(symbol: str) -> str:
    """Return TeX for *symbol* in a formula, or the empty string if it has no name there."""
    if symbol in _NAMES:
        return _NAMES[symbol]
    found = get_builtin_uni2latex_dict().get(ord(symbol), "")
    if not found.startswith("\\ensuremath{"):
        return ""
    written = found.removeprefix("\\ensuremath{").removesuffix("}")
    return re.sub(r"\\[A-Za-z]+", lambda match: _OTHER_NAMES.get(match[0], match[0]), written)


def spelled(source: str) -> str:
    """Return the formula *source* with commands for roots, primes and accents in Unicode."""
    if source.isascii():
        return source

    def spell(part: str) -> str:
        part = "".join(map(_decomposed, part))
        part = _ACCENTED.sub(lambda match: f"\\{_ACCENTS[match[2]]}{{{match[1]}}}", part)
        part = _ROOT.sub(lambda match: (_ROOTS[match[1]] if match[2] else _ROOT_SIGN) + " ", part)
        return _PRIME.sub(lambda match: f"^{{{_PRIMES[match[1]]}}}", part)

    return _outside_text(source, spell)


def _decomposed(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return parts if len(parts) == 2 and parts[1] in _ACCENTS else letter


def replace(source: str, symbol: str, command: str) -> str:
    """Return the formula *source* with *command* in place of *symbol*, but not in text."""
    return _outside_text(source, lambda part: part.replace(symbol, _in_place(command)))


def _in_place(command: str) -> str:
    # In braces, a relation would lose the space around it.
    if re.fullmatch(r"\\[A-Za-z]+", command):
        return f"{command} "
    return f"{{{command}}}" if re.search(r"[\\^_]", command) else command


def _outside_text(source: str, convert: Callable[[str], str]) -> str:
    parts = []
    position = 0
    while match := _TEXT.search(source, position):
        end = tex.closing(source, match.end())
        parts += [convert(source[position : match.start()]), source[match.start() : end]]
        position = end
    return "".join([*parts, convert(source[position:])])


class NameSymbolsForLatex(SphinxPostTransform):
    """Write symbols by their names in LaTeX, whose fonts for formulas have no others."""

    default_priority = 180
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace the symbols in each formula."""
        for kind in (nodes.math, nodes.math_block):
            for node in self.document.findall(kind):
                source = node.astext()
                if not source.isascii():
                    node.children = []
                    node.append(nodes.Text(_outside_text(spelled(source), _named)))


def _named(part: str) -> str:
    return re.sub(
        r"[^\x00-\x7f]", lambda match: _in_place(name(match[0]) or _TEXT_OF % match[0]), part
    )
