"""An annotation of a paper, whichever program made it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from papernotes.core.text import CONTROL_CHARACTER

MAX_TEXT = 10_000  # characters of a quote or a comment
# Ligatures, which a font may have for letters, and hyphens that show at the end of a line only.
_LETTERS = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st", 0xAD: None,
}  # fmt: skip
_IGNORED = re.compile("[\\s\\\\\\-\u2010\u2011\u00ad]")
# The markup that Zotero has in comments.
_MARKUP = re.compile(r"</?(?:b|i|sub|sup|u)>")


# The left, lower, right and upper edge of a part of a page, in points.
Edges = tuple[float, float, float, float]
# What is left around a drawing, so that no stroke is cut.
MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page: the page from 0, and its left, lower, right and upper edge in points.

    ``drawn`` is the number of points of a drawing in it. The drawing is in the file, or has
    ``strokes`` of a ``width``: the coordinates of their points, one after the other.
    """

    page: int
    edges: Edges
    drawn: int = 0
    strokes: tuple[tuple[float, ...], ...] = ()
    width: float = 0.0

    def __str__(self) -> str:
        """Return the number of the page, the edges in whole points, and that of drawn points."""
        place = " ".join(str(round(number)) for number in (self.page + 1, *self.edges))
        return f"{place} {self.drawn}" if self.drawn else place


def around(points: Iterable[tuple[float, float]], margin: float) -> Edges:
    """Return the edges of what lies around *points*, at a distance of *margin*."""
    across, up = zip(*points, strict=True)
    return min(across) - margin, min(up) - margin, max(across) + margin, max(up) + margin


@dataclass(frozen=True, slots=True)
class Annotation:
    """A highlight, a comment, or a marked part of a page.

    ``name`` is the same in each run, such as ``zotero:ABCD1234``. ``order`` sorts the annotations
    of a paper. ``page`` is the number in print. ``colour`` is hexadecimal, or empty. A picture is
    drawn of ``area``, and ``attachment`` names its file in Zotero. ``twin`` is the name of the same
    annotation in the other source, a PDF that Zotero has exported or Zotero itself.
    """

    name: str
    order: str
    text: str = ""
    comment: str = ""
    page: str = ""
    colour: str = ""
    area: Area | None = None
    attachment: str = ""
    twin: str = ""


def pdf_name(named: str) -> str:
    """Return the name of the annotation of a PDF that is *named* so there."""
    return f"pdf:{hashlib.blake2b(named.encode(), digest_size=4).hexdigest()}"


def comparable(text: str) -> str:
    """Return *text* without what differs where two programs read it in a PDF.

    These are spaces, hyphens, ligatures, and what is escaped in Markdown.
    """
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text))


def line(text: str) -> str:
    """Return *text* on one line, without control characters and ligatures, and not too long."""
    text = " ".join(CONTROL_CHARACTER.sub(" ", text.translate(_LETTERS)).split())
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT].rstrip()}…"


def paragraphs(comment: str) -> str:
    """Return a *comment* with a paragraph on each line, without Zotero's markup."""
    lines = (line(part) for part in _MARKUP.sub("", comment)[: 2 * MAX_TEXT].splitlines())
    return "\n".join(filter(None, lines))


def page_number(label: str) -> str:
    """Return the number of a page as an option can have it, or nothing."""
    label = label.strip()
    return label if re.fullmatch(r"[\w.:/-]{1,20}", label) else ""
