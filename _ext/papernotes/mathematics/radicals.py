"""Mark roots by the size of their sign, for a correction in Chromium.

MathML Core gives a root the width of its content and of the widest sign that the font has, whatever
sign it gets; Chromium leaves the difference as white space behind the root, up to 0.42 em. Firefox
does not. A style sheet cannot know which sign is drawn, so the height of the content is estimated
here, with the measures of STIX Two Math, and rather too high than too low: an error then leaves
white space, and covers nothing.
"""

from __future__ import annotations

import unicodedata
from xml.etree.ElementTree import Element

# The classes of ``mathematics.css``, and the height of the content that their sign encloses, in em.
_SIGNS = (("pn-math-root-1", 1.0), ("pn-math-root-2", 1.35))
_LOW = frozenset("acemnorsuvwxzαγεϵηικμνπρςστυχω\N{MINUS SIGN}+-=<>≤≥±·⋅×∗∘.,;…")
_DESCENDING = frozenset("gjpqyQβγζημξρφϕχψ,;")
_BRACKETS = frozenset("()[]{}|‖⌊⌋⌈⌉⟨⟩/∣∥")
_LARGE = frozenset("∫∬∭∮∑∏∐⋃⋂⨁⨂⋁⋀")
_ROWS = ("mrow", "mstyle")
_TOKENS = ("mi", "mn", "mo", "mtext", "mspace")


def sign_class(root: Element) -> str:
    """Return the class for the sign of *root*; empty for a tall one, and for other elements."""
    if root.tag not in ("msqrt", "mroot"):
        return ""
    extents = [_extent(child) for child in (root[:1] if root.tag == "mroot" else root)]
    height = max((up for up, _ in extents), default=0) + max((low for _, low in extents), default=0)
    return next((name for name, most in _SIGNS if height <= most), "")


def _extent(element: Element) -> tuple[float, float]:
    """Return how far *element* reaches above and below the base line, at most, in em."""
    parts = [_extent(child) for child in element]
    if element.tag in _ROWS:
        return max((up for up, _ in parts), default=0), max((low for _, low in parts), default=0)
    if element.tag in _TOKENS and not (parts or _LARGE & set(element.text or "")):
        return _extent_of_text(element.text or "")
    if element.tag == "mover" and element[1].tag == "mo":
        return parts[0][0] + 0.25, parts[0][1]
    if element.tag in ("msub", "msup", "msubsup") and len(parts) > 1:
        (up, low), *scripts = parts
        if element.tag != "msub":
            # A higher base raises its superscript.
            raised = 0.86 if up <= 0.5 else 1.0
            up = max(up, raised + 0.7 * max(scripts[-1][0] - 0.72, 0))
        if element.tag != "msup":
            # A lower base lowers its subscript.
            low = (0.27 if scripts[0][1] <= 0.02 else 0.45) + (0.2 if low > 0.02 else 0)
        return up, low
    return 9, 9


def _extent_of_text(text: str) -> tuple[float, float]:
    letters = [unicodedata.normalize("NFKD", letter)[0] for letter in text if not letter.isspace()]
    up, low = 0.5, 0.02
    for letter in letters:
        if letter in _BRACKETS:
            up, low = max(up, 0.76), max(low, 0.24)
        elif letter not in _LOW:
            up = max(up, 0.78 if letter in "βδζξλθ∂" else 0.72)
        if letter in _DESCENDING:
            low = max(low, 0.24)
    return (up, low) if letters else (0, 0)
