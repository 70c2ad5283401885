"""Convert MathML to a line of text, for places without markup, such as the title of a window."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from xml.etree import ElementTree

_PRIMES = re.compile("[\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}\N{QUADRUPLE PRIME}]+")
_SPACED = frozenset("+−±∓=≠<>≤≥≈≃≡∼∝≪≫≔∈∉⊂⊆∪∩→←↦⇒⇔⟹⟺∧∨∣")
# Operands without parentheses: an accented letter, a word, a character, what has its own already.
_WHOLE = re.compile(r"\w[\u0300-\u036f\u20d0-\u20ef]*|[\w.]+|.|\([^()]*\)|\[[^\[\]]*\]")
# Invisible characters: variation selectors and function application.
_UNSEEN = re.compile("[\ufe00-\ufe0f\u2061-\u2064]")
_ACCENTS = {
    "ˆ": "\u0302",
    "¯": "\u0304",
    "˜": "\u0303",
    "˙": "\u0307",
    "¨": "\u0308",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "´": "\u0301",
    "`": "\u0300",
    "˚": "\u030a",
    "\u0332": "\u0305",  # a line below, used as an overline
}
_BRACES = frozenset("⏞⏟⎴⎵")
# Elements that contain only text, as most elements of a formula do.
_TOKENS = frozenset(("mi", "mn", "ms", "mtext"))


# A formula of a summary is asked for by the search, the head of the page and files beside it.
@functools.lru_cache(maxsize=4096)
def to_text(mathml: str) -> str:
    """Return a ``math`` element as text: ``x^2``, ``(a + b)/c``, ``√n``."""
    math = ElementTree.fromstring(mathml)  # noqa: S314 -- written by math-core
    try:
        text = _text(math)
    except RecursionError:
        text = math.findtext(".//annotation", "")
    return unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", text).split()))


def _text(element: ElementTree.Element) -> str:
    if element.tag in _TOKENS and not len(element):
        return element.text or ""
    if element.tag == "mo":
        return _operator(element)
    return "".join(_linear(element))


def _operand(element: ElementTree.Element) -> str:
    text = _UNSEEN.sub("", _text(element)).strip()
    return text if not text or _WHOLE.fullmatch(text) else f"({text})"


def _linear(element: ElementTree.Element) -> Iterator[str]:
    parts = list(element)
    match element.tag:
        case "annotation":
            pass
        case "msub" | "munder" | "msup" | "mover" | "msubsup" | "munderover":
            yield _with_scripts(element)
        case "mfrac":
            yield f"{_operand(parts[0])}/{_operand(parts[1])}"
        case "mroot":
            yield f"{_operand(parts[1])}√{_operand(parts[0])}"
        case "msqrt":
            content = "".join(map(_text, parts))
            yield f"√{content}" if _WHOLE.fullmatch(content) else f"√({content})"
        case "mspace":
            yield " " if element.get("width", "0").strip("0.") else ""
        case _:
            yield element.text or ""
            for part in parts:
                yield from (_text(part), part.tail or "")
            # Separate columns and rows.
            yield " " if element.tag in ("mtd", "mtr") else ""


def _with_scripts(element: ElementTree.Element) -> str:
    base, *scripts = element
    first = scripts[0].text or ""
    if first in _BRACES:
        return _text(base)
    if element.tag == "mover" and element.get("accent"):
        accent = _text(scripts[0]).strip()
        return _operand(base) + _ACCENTS.get(accent, accent)
    if element.tag == "msup" and _PRIMES.fullmatch(first):
        return _operand(base) + first
    marks = "^" if element.tag in ("msup", "mover") else "_^"
    written = (f"{mark}{_operand(script)}" for mark, script in zip(marks, scripts, strict=False))
    return _operand(base) + "".join(written)


def _operator(element: ElementTree.Element) -> str:
    sign = element.text or ""
    if sign in _SPACED:
        return f" {sign} "
    # U+2061 with a space stands between a function and an argument without parentheses.
    return " " if sign == "\u2061" and element.get("lspace") else sign
