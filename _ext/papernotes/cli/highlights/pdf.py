"""Read the annotations of PDF files with PDFium, and draw parts of pages.

The text of a highlight is made of the letters whose middle it covers. So it has nothing of the
lines around it, and nothing of the other column.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papernotes.cli.errors import CommandError
from papernotes.cli.highlights.annotation import (
    Annotation,
    Area,
    line,
    page_number,
    paragraphs,
    pdf_name,
)
from papernotes.cli.site import show
from papernotes.core.extras import install_command

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MAX_ANNOTATIONS = MAX_PAGES = 10_000
SCALE = 2.0  # pixels for a point
_MAX_PIXELS = 4000.0  # of the longer side of a page
# What Zotero calls its annotations in a PDF that it exports.
_EXPORTED = re.compile("Zotero-([A-Z0-9]{8})")
_SPACE, _HYPHEN = " ", "\x02"
# The quotation of a highlight, which has a quadrangle for each line.
_Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    edges: _Edges

    @property
    def middle(self) -> tuple[float, float]:
        left, lower, right, upper = self.edges
        return (left + right) / 2, (lower + upper) / 2


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF file says: its annotations, and the text that may name the paper."""

    annotations: list[Annotation]
    beginning: str


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[PdfDocument]:
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError as error:
        raise CommandError(
            f"PDF files are read with pypdfium2, which is not installed; run"
            f" {install_command('pdf')}"
        ) from error
    try:
        with contextlib.closing(PdfDocument(path)) as document:
            yield document
    except (OSError, PdfiumError) as error:
        raise CommandError(
            f"{show(path)} cannot be read as a PDF: {error}; check the file"
        ) from error


def read(path: Path) -> Document:
    """Return the annotations in the file *path*; raise a CommandError if it cannot be read."""
    found: list[Annotation] = []
    with _opened(path) as document:
        beginning = "\n".join(document.get_metadata_dict().values())
        if len(document) > MAX_PAGES:
            raise CommandError(f"{show(path)} has more than {MAX_PAGES} pages, which is too much")
        for number in range(len(document)):
            page = document[number]
            label = page_number(document.get_page_label(number)) or str(number + 1)
            if number == 0:
                beginning += "\n" + page.get_textpage().get_text_range()
            found += _annotations(page, number, label)
            if len(found) > MAX_ANNOTATIONS:
                raise CommandError(
                    f"{show(path)} has more than {MAX_ANNOTATIONS} annotations, which is too much"
                )
            page.close()
    return Document(sorted(_distinct(found), key=lambda each: each.order), beginning)


def _distinct(annotations: list[Annotation]) -> Iterator[Annotation]:
    """Yield the first of the annotations with the same name."""
    seen: set[str] = set()
    for each in annotations:
        if each.name not in seen:
            seen.add(each.name)
            yield each


def _annotations(page: PdfPage, number: int, label: str) -> Iterator[Annotation]:
    from pypdfium2 import raw

    quotes = {
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
    }
    count = min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS + 1)
    letters = list(_letters(page)) if count > 0 else []
    for index in range(count):
        handle = raw.FPDFPage_GetAnnot(page, index)
        try:
            kind = raw.FPDFAnnot_GetSubtype(handle)
            if kind not in {*quotes, raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_SQUARE}:
                continue
            lines = _lines(handle) if kind in quotes else []
            text, first = _text(letters, lines)
            edges = _around(lines) if lines else _rectangle(handle)
            # What is marked on a page without text, such as a scan, is shown as a picture.
            is_area = kind == raw.FPDF_ANNOT_SQUARE or (kind in quotes and not text)
            comment = paragraphs(_string(handle, "Contents"))
            if not (text or comment or is_area):
                continue
            first = first if text else _nearest(letters, edges)
            named = _string(handle, "NM") or repr((number, kind, [round(edge) for edge in edges]))
            yield Annotation(
                name=pdf_name(named),
                twin=f"zotero:{exported[1]}" if (exported := _EXPORTED.fullmatch(named)) else "",
                order=f"{number:05}|{first:06}|{99_999 - max(0, min(99_999, round(edges[3]))):05}",
                text=text,
                comment=comment,
                page=label,
                colour=_colour(handle),
                area=Area(number, edges) if is_area else None,
            )
        finally:
            raw.FPDFPage_CloseAnnot(handle)


def _letters(page: PdfPage) -> Iterator[_Letter]:
    """Yield the letters of *page* in the order of reading, and the spaces between them."""
    from pypdfium2 import raw

    text = page.get_textpage()
    edges = [ctypes.c_double() for _ in range(4)]
    for index in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, index) or 0x20)
        raw.FPDFText_GetCharBox(text, index, *edges)
        left, right, lower, upper = (edge.value for edge in edges)
        yield _Letter(letter, (left, lower, right, upper))


def _text(letters: list[_Letter], lines: list[_Edges]) -> tuple[str, int]:
    """Return the text in *lines*, and the number of its first letter among all *letters*."""
    parts: list[str] = []
    first = len(letters)
    for edges in lines:
        covered = [
            place
            for place, letter in enumerate(letters)
            if not letter.text.isspace() and _covers(edges, letter.middle)
        ]
        if not covered:
            continue
        first = min(first, covered[0])
        part = ""
        for before, place in zip([covered[0], *covered], covered, strict=False):
            between = letters[before + 1 : place]
            if any(letter.text.isspace() for letter in between):
                part += _SPACE
            part += letters[place].text
        # PDFium marks the hyphen of a word that goes on in the next line.
        parts.append(part[:-1] if part.endswith(_HYPHEN) else part + _SPACE)
    return line("".join(parts).replace(_HYPHEN, "-")), first


def _covers(edges: _Edges, point: tuple[float, float]) -> bool:
    left, lower, right, upper = edges
    return left <= point[0] <= right and lower <= point[1] <= upper


def _nearest(letters: list[_Letter], edges: _Edges) -> int:
    """Return the number of the letter that is nearest to the upper left corner of *edges*."""
    left, _, _, upper = edges

    def distance(place: int) -> float:
        return abs(letters[place].edges[0] - left) + abs(letters[place].edges[3] - upper)

    return min(range(len(letters)), key=distance, default=0)


def _lines(handle: Any) -> list[_Edges]:
    """Return the edges of each line of a highlight; a writer may order the corners in any way."""
    from pypdfium2 import raw

    lines: list[_Edges] = []
    corners = raw.FS_QUADPOINTSF()
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(handle), MAX_ANNOTATIONS)):
        if raw.FPDFAnnot_GetAttachmentPoints(handle, index, corners):
            across = (corners.x1, corners.x2, corners.x3, corners.x4)
            up = (corners.y1, corners.y2, corners.y3, corners.y4)
            lines.append((min(across), min(up), max(across), max(up)))
    return lines


def _rectangle(handle: Any) -> _Edges:
    from pypdfium2 import raw

    found = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(handle, found)
    return found.left, found.bottom, found.right, found.top


def _around(lines: list[_Edges]) -> _Edges:
    left, lower, right, upper = zip(*lines, strict=True)
    return min(left), min(lower), max(right), max(upper)


def _string(handle: Any, name: str) -> str:
    """Return the text *name* of an annotation, which PDFium gives in UTF-16 with a zero behind."""
    from pypdfium2 import raw

    key = name.encode()
    size = raw.FPDFAnnot_GetStringValue(handle, key, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(handle, key, buffer, size)
    return bytes(buffer)[: max(size - 2, 0)].decode("utf-16-le", "replace")


def _colour(handle: Any) -> str:
    """Return the colour of an annotation; PDFium tells that of one without an appearance."""
    from pypdfium2 import raw

    raw.FPDFAnnot_SetAP(handle, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None)
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFAnnot_GetColor(handle, raw.FPDFANNOT_COLORTYPE_Color, *parts):
        return ""
    return "#" + "".join(f"{part.value:02x}" for part in parts[:3])


def draw(path: Path, area: Area) -> bytes | None:
    """Return a picture of *area* in the file *path* as PNG, or None if no page has it."""
    from pypdfium2 import raw

    with _opened(path) as document:
        if not 0 <= area.page < len(document):
            return None
        page = document[area.page]
        scale = min(SCALE, _MAX_PIXELS / max(*page.get_size(), 1.0))
        picture = page.render(scale=scale, may_draw_forms=False, draw_annots=False).to_pil()
        corners = []
        across, down = ctypes.c_int(), ctypes.c_int()
        left, lower, right, upper = area.edges
        for corner in ((left, lower), (right, upper)):
            # The page may be turned.
            raw.FPDF_PageToDevice(page, 0, 0, *picture.size, 0, *corner, across, down)
            corners.append((across.value, down.value))
        (x1, y1), (x2, y2) = corners
        box = (
            max(0, min(x1, x2)),
            max(0, min(y1, y2)),
            min(picture.width, max(x1, x2)),
            min(picture.height, max(y1, y2)),
        )
        if box[2] - box[0] < 2 or box[3] - box[1] < 2:
            return None
        stream = io.BytesIO()
        picture.crop(box).convert("RGB").save(stream, "PNG", optimize=True)
        return stream.getvalue()
