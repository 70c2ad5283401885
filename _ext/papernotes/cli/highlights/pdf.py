"""Read the annotations of PDF files with PDFium, and draw parts of pages.

The text of a highlight is made of the letters whose middle it covers. So it has nothing of the
lines around it, and nothing of the other column.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papernotes.cli.errors import CommandError
from papernotes.cli.highlights.annotation import (
    MARGIN,
    Annotation,
    Area,
    Edges,
    around,
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
_FINER = 3
# What Zotero calls its annotations in a PDF that it exports.
_EXPORTED = re.compile("Zotero-([A-Z0-9]{8})")
_SPACE, _HYPHEN = " ", "\x02"


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    edges: Edges

    @property
    def middle(self) -> tuple[float, float]:
        left, lower, right, upper = self.edges
        return (left + right) / 2, (lower + upper) / 2


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF file says: its annotations, and the text that may name the paper.

    ``left_out`` are the kinds of annotations that are not read, with their numbers.
    """

    annotations: list[Annotation]
    beginning: str
    left_out: Counter[str]


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
    left_out: Counter[str] = Counter()
    with _opened(path) as document:
        beginning = "\n".join(document.get_metadata_dict().values())
        if len(document) > MAX_PAGES:
            raise CommandError(f"{show(path)} has more than {MAX_PAGES} pages, which is too much")
        for number in range(len(document)):
            page = document[number]
            label = page_number(document.get_page_label(number)) or str(number + 1)
            if number == 0:
                beginning += "\n" + page.get_textpage().get_text_range()
            found += _annotations(page, number, label, left_out)
            if len(found) > MAX_ANNOTATIONS:
                raise CommandError(
                    f"{show(path)} has more than {MAX_ANNOTATIONS} annotations, which is too much"
                )
            page.close()
    return Document(sorted(_distinct(found), key=lambda each: each.order), beginning, left_out)


def _distinct(annotations: list[Annotation]) -> Iterator[Annotation]:
    """Yield the first of the annotations with the same name."""
    seen: set[str] = set()
    for each in annotations:
        if each.name not in seen:
            seen.add(each.name)
            yield each


def _annotations(
    page: PdfPage, number: int, label: str, left_out: Counter[str]
) -> Iterator[Annotation]:
    """Yield the annotations of *page*, and count in *left_out* those that are not read."""
    from pypdfium2 import raw

    quotes = {
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
    }
    remarks = {raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT}
    areas = {raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_INK}
    others = {
        raw.FPDF_ANNOT_STRIKEOUT: "strikeout",
        raw.FPDF_ANNOT_LINE: "line",
        raw.FPDF_ANNOT_POLYGON: "polygon",
        raw.FPDF_ANNOT_POLYLINE: "polyline",
        raw.FPDF_ANNOT_STAMP: "stamp",
        raw.FPDF_ANNOT_CARET: "caret",
        raw.FPDF_ANNOT_FILEATTACHMENT: "file",
        raw.FPDF_ANNOT_SOUND: "sound",
    }
    count = min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS + 1)
    letters = list(_letters(page)) if count > 0 else []
    for index in range(count):
        handle = raw.FPDFPage_GetAnnot(page, index)
        try:
            kind = raw.FPDFAnnot_GetSubtype(handle)
            if kind not in quotes | remarks | areas:
                left_out.update(filter(None, [others.get(kind)]))
                continue
            lines = _lines(handle) if kind in quotes else []
            text, first = _text(letters, lines)
            edges = around(_corners(lines), 0) if lines else _rectangle(handle)
            drawn = _points(handle) if kind == raw.FPDF_ANNOT_INK else 0
            if drawn:
                edges = around(_corners([edges]), MARGIN)
            # What is marked on a page without text, such as a scan, is shown as a picture.
            is_area = kind in areas or (kind in quotes and not text)
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
                area=Area(number, edges, drawn) if is_area else None,
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


def _text(letters: list[_Letter], lines: list[Edges]) -> tuple[str, int]:
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


def _covers(edges: Edges, point: tuple[float, float]) -> bool:
    left, lower, right, upper = edges
    return left <= point[0] <= right and lower <= point[1] <= upper


def _nearest(letters: list[_Letter], edges: Edges) -> int:
    """Return the number of the letter that is nearest to the upper left corner of *edges*."""
    left, _, _, upper = edges

    def distance(place: int) -> float:
        return abs(letters[place].edges[0] - left) + abs(letters[place].edges[3] - upper)

    return min(range(len(letters)), key=distance, default=0)


def _lines(handle: Any) -> list[Edges]:
    """Return the edges of each line of a highlight; a writer may order the corners in any way."""
    from pypdfium2 import raw

    lines: list[Edges] = []
    corners = raw.FS_QUADPOINTSF()
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(handle), MAX_ANNOTATIONS)):
        if raw.FPDFAnnot_GetAttachmentPoints(handle, index, corners):
            across = (corners.x1, corners.x2, corners.x3, corners.x4)
            up = (corners.y1, corners.y2, corners.y3, corners.y4)
            lines.append((min(across), min(up), max(across), max(up)))
    return lines


def _corners(boxes: list[Edges]) -> list[tuple[float, float]]:
    return [corner for box in boxes for corner in (box[:2], box[2:])]


def _rectangle(handle: Any) -> Edges:
    from pypdfium2 import raw

    found = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(handle, found)
    return found.left, found.bottom, found.right, found.top


def _points(handle: Any) -> int:
    """Return the number of points of a drawing."""
    from pypdfium2 import raw

    count = min(raw.FPDFAnnot_GetInkListCount(handle), MAX_ANNOTATIONS)
    return sum(raw.FPDFAnnot_GetInkListPath(handle, each, None, 0) for each in range(count))


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


def draw(path: Path, area: Area, colour: str = "") -> bytes | None:
    """Return a picture of *area* in the file *path* as PNG, or None if no page has it.

    It has the strokes of a drawing in its *colour*, or those that are in the file.
    """
    from PIL import Image, ImageDraw
    from pypdfium2 import raw

    with _opened(path) as document:
        if not 0 <= area.page < len(document):
            return None
        page = document[area.page]
        scale = min(SCALE, _MAX_PIXELS / max(*page.get_size(), 1.0))
        in_file = bool(area.drawn and not area.strokes)
        whole = page.render(scale=scale, may_draw_forms=False, draw_annots=in_file).to_pil()
        across, down = ctypes.c_int(), ctypes.c_int()

        def place(x: float, y: float, finer: int = 1) -> tuple[int, int]:
            # The page may be turned.
            size = (whole.width * finer, whole.height * finer)
            raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
            return across.value, down.value

        left, lower, right, upper = area.edges
        (x1, y1), (x2, y2) = place(left, lower), place(right, upper)
        box = (
            max(0, min(x1, x2)),
            max(0, min(y1, y2)),
            min(whole.width, max(x1, x2)),
            min(whole.height, max(y1, y2)),
        )
        if box[2] - box[0] < 2 or box[3] - box[1] < 2:
            return None
        picture = whole.crop(box).convert("RGB")
        if area.strokes:
            # Drawn larger, so that strokes are smooth.
            ink = Image.new("L", (picture.width * _FINER, picture.height * _FINER))
            pen, width = ImageDraw.Draw(ink), max(1, round(area.width * scale * _FINER))
            for stroke in area.strokes:
                found = (
                    place(*each, _FINER) for each in zip(stroke[::2], stroke[1::2], strict=True)
                )
                points = [(x - box[0] * _FINER, y - box[1] * _FINER) for x, y in found]
                pen.line(points, 255, width, joint="curve")
                for point in (points[0], points[-1]):
                    pen.circle(point, width / 2, 255)
            picture.paste(colour or "#000000", mask=ink.resize(picture.size))
        stream = io.BytesIO()
        picture.save(stream, "PNG", optimize=True)
        return stream.getvalue()
