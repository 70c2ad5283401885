"""Test what is read of PDF files: the text of highlights, their places and their pictures."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pdfs import Mark, Page, Pdf, line
from PIL import Image

from papernotes.cli.errors import CommandError
from papernotes.cli.highlights import pdf
from papernotes.cli.highlights.annotation import Annotation, Area

LEFT = (
    (72, 700, "Nothing here is marked, nor above."),
    (72, 686, "The model mem-"),
    (72, 672, "orises \x01rst, and then"),
    (72, 658, "it generalises."),
)
RIGHT = ((330, 686, "Another column stands"), (330, 672, "beside the text."))


def read(tmp_path: Path, *pages: Page, first: int = 1) -> list[Annotation]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(bytes(Pdf(pages, first)))
    return pdf.read(path).annotations


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_highlight_has_its_own_lines_and_column(tmp_path: Path, turned: int) -> None:
    mark = Mark([line(72, 686, 95), line(72, 672, 130)], "a comment,\nof two lines")
    (found,) = read(tmp_path, Page([*LEFT, *RIGHT], [mark], turned), first=41)
    assert found.text == "The model memorises first, and then"
    assert (found.page, found.colour, found.area) == ("41", "#ffd400", None)
    assert found.comment == "a comment,\nof two lines"


def test_annotations_are_in_the_order_of_reading(tmp_path: Path) -> None:
    marks = [
        Mark([line(330, 686, 130)], name="second column", has_appearance=False),
        Mark([line(72, 658, 90)], name="below"),
        Mark([(60, 690, 80, 710)], "a remark", name="remark", kind="/Text"),
        Mark([line(72, 686, 90)], name="first", colour="ff6666"),
    ]
    found = read(tmp_path, Page([*LEFT, *RIGHT], marks), Page([(72, 700, "Last")], [marks[1]]))
    assert [each.text or each.comment for each in found] == [
        "a remark",
        "The model mem",
        "it generalises.",
        "Another column stands",
    ]
    assert [each.colour for each in found] == ["#ffd400", "#ff6666", "#ffd400", "#ffd400"]
    assert len({each.name for each in found}) == 4
    assert all(len(each.name) == len("pdf:01234567") for each in found)


@pytest.mark.parametrize("turned", [0, 90])
def test_areas_and_scans_become_pictures(tmp_path: Path, turned: int) -> None:
    # A red box, 100 points wide and 50 high.
    drawn = b"1 0 0 rg 100 600 100 50 re f"
    marks = [
        Mark([(100, 600, 200, 650)], kind="/Square"),
        Mark([line(300, 606, 80)], "of a scan"),
    ]
    area, scan = read(tmp_path, Page([], marks, turned, drawn))
    assert (area.text, scan.text, scan.comment) == ("", "", "of a scan")
    assert area.area == Area(0, (100, 600, 200, 650))
    assert str(area.area) == "1 100 600 200 650"
    assert scan.area
    content = pdf.draw(tmp_path / "paper.pdf", area.area)
    assert content
    picture = Image.open(io.BytesIO(content))
    assert picture.size == ((200, 100) if turned == 0 else (100, 200))
    assert picture.getpixel((50, 50)) == (255, 0, 0)
    assert pdf.draw(tmp_path / "paper.pdf", Area(0, (100, 600, 100, 600))) is None
    assert pdf.draw(tmp_path / "paper.pdf", Area(7, (100, 600, 200, 650))) is None


STROKES = ((100.0, 600.0, 200.0, 650.0), (200.0, 650.0, 150.0, 650.0, 150.0, 600.0))


@pytest.mark.parametrize("turned", [0, 90])
def test_drawings_become_pictures_with_their_strokes(tmp_path: Path, turned: int) -> None:
    box = (100, 600, 200, 650)
    marks = [Mark([box], kind="/Ink", strokes=STROKES, colour="0000ff", has_appearance=False)]
    (found,) = read(tmp_path, Page([], marks, turned))
    assert found.area == Area(0, (96, 596, 204, 654), 5)
    assert str(found.area) == "1 96 596 204 654 5"
    # Of Zotero's, the file has nothing.
    (tmp_path / "other.pdf").write_bytes(bytes(Pdf([Page(turned=turned)])))
    area = Area(0, found.area.edges, 5, STROKES, 2)
    for content in (
        pdf.draw(tmp_path / "paper.pdf", found.area),
        pdf.draw(tmp_path / "other.pdf", area, "#0000ff"),
    ):
        assert content
        picture = Image.open(io.BytesIO(content))
        assert picture.size == ((216, 116) if turned == 0 else (116, 216))
        colours = {colour for _, colour in picture.getcolors(100_000) or ()}
        assert {(255, 255, 255), (0, 0, 255)} <= colours
        inside = picture.getpixel((108, 30) if turned == 0 else (30, 108))
        assert inside != (255, 255, 255)


def test_annotations_of_other_kinds_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    box = (100, 600, 200, 650)
    kinds = ["/Stamp", "/StrikeOut", "/Stamp", "/Link", "/Popup", "/Circle", "/FreeText"]
    marks = [Mark([box], "words", kind=kind) for kind in kinds]
    path.write_bytes(bytes(Pdf([Page([], marks)])))
    document = pdf.read(path)
    assert document.left_out == {"stamp": 2, "strikeout": 1}
    assert [bool(each.area) for each in document.annotations].count(True) == 1
    assert [each.comment for each in document.annotations] == ["words", "words"]


def test_files_that_are_no_pdf_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    for content in (b"", b"%PDF-1.7\nno more", b"<html>"):
        path.write_bytes(content)
        with pytest.raises(CommandError, match="cannot be read as a PDF"):
            pdf.read(path)
    with pytest.raises(CommandError, match="cannot be read as a PDF"):
        pdf.read(tmp_path / "missing.pdf")


def test_the_beginning_names_the_paper(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    page = Page([(72, 700, "arXiv:1706.05394v2")])
    path.write_bytes(bytes(Pdf([page, Page(LEFT)], info={"Subject": "doi:10.1000/x"})))
    beginning = pdf.read(path).beginning
    assert "arXiv:1706.05394v2" in beginning
    assert "doi:10.1000/x" in beginning
    assert "memorises" not in beginning
