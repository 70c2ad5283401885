"""PDF files with text and annotations, as the tests need them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from pypdf import PdfWriter
from pypdf.annotations import Highlight
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

SIZE = 12  # points
Box = tuple[float, float, float, float]


@dataclass
class Mark:
    """An annotation: a highlight with a box for each of its lines, or one of another *kind*.

    A drawing has *strokes*, the coordinates of their points.
    """

    boxes: Sequence[Box]
    comment: str = ""
    colour: str = "ffd400"
    name: str = ""
    kind: str = "/Highlight"
    has_appearance: bool = True
    strokes: Sequence[Sequence[float]] = ()


@dataclass
class Page:
    """A page with pieces of text, each at the left end of its line; *turned* is in degrees."""

    texts: Sequence[tuple[float, float, str]] = ()
    marks: Sequence[Mark] = ()
    turned: int = 0
    drawn: bytes = b""


@dataclass
class Pdf:
    """A PDF with pages; *first* is the number of the first in print."""

    pages: Sequence[Page]
    first: int = 1
    info: dict[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        writer = PdfWriter()
        # "\x01" is the letter of the font for "fi".
        encoding = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Encoding"),
                NameObject("/BaseEncoding"): NameObject("/WinAnsiEncoding"),
                NameObject("/Differences"): ArrayObject([NumberObject(1), NameObject("/fi")]),
            }
        )
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): encoding,
            }
        )
        for number, each in enumerate(self.pages):
            page = writer.add_blank_page(612, 792)
            stream = DecodedStreamObject()
            shown = [
                b"BT /F1 %d Tf %f %f Td (%s) Tj ET" % (SIZE, x, y, text.encode("latin-1"))
                for x, y, text in each.texts
            ]
            stream.set_data(b"\n".join([each.drawn, *shown]))
            page[NameObject("/Contents")] = writer._add_object(stream)
            fonts = DictionaryObject({NameObject("/F1"): font})
            page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
            page[NameObject("/Rotate")] = NumberObject(each.turned)
            for mark in each.marks:
                writer.add_annotation(number, _annotation(writer, mark))
        if self.first != 1:
            last = len(self.pages) - 1
            writer.set_page_label(0, last, style=PageLabelStyle.DECIMAL, start=self.first)
        writer.add_metadata({f"/{name}": value for name, value in self.info.items()})
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()


def _annotation(writer: PdfWriter, mark: Mark) -> DictionaryObject:
    left, lower, right, upper = zip(*mark.boxes, strict=True)
    around = (min(left), min(lower), max(right), max(upper))
    corners = [
        FloatObject(number)
        for x1, y1, x2, y2 in mark.boxes
        for number in (x1, y2, x2, y2, x1, y1, x2, y1)
    ]
    made = Highlight(rect=around, quad_points=ArrayObject(corners), highlight_color=mark.colour)
    made[NameObject("/Subtype")] = NameObject(mark.kind)
    made[NameObject("/Contents")] = TextStringObject(mark.comment)
    if mark.strokes:
        paths = [ArrayObject(map(FloatObject, stroke)) for stroke in mark.strokes]
        made[NameObject("/InkList")] = ArrayObject(paths)
    if mark.name:
        made[NameObject("/NM")] = TextStringObject(mark.name)
    if mark.has_appearance:
        form = DecodedStreamObject()
        form.set_data(b"1 0.83 0 rg 0 0 10 10 re f")
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 10, 10)])
        drawn = DictionaryObject({NameObject("/N"): writer._add_object(form)})
        made[NameObject("/AP")] = drawn
    return made


def line(x: float, y: float, width: float) -> Box:
    """Return the box of a line of text whose baseline is at *y*; it reaches into others."""
    return (x, y - 6, x + width, y + SIZE + 1)
