"""Locators: their terms in two languages, and the pages of PDFs that they name."""

from __future__ import annotations

import pytest

from papernotes.bibliography.locators import pdf_link, pdf_page, segments
from papernotes.core.model import Paper

ENGLISH = {"page": "p.", "section": "sec.", "equation": "eq.", "theorem": "thm.", "figure": "fig."}
FRENCH = {
    "page": "p.",
    "section": "sect.",
    "chapter": "chap.",
    "equation": "éq.",
    "figure": "fig.",
    "theorem": "th.",
    "appendix": "ann.",
}
PDF = "https://example.org/a.pdf"


def paper(**fields: str) -> Paper:
    given = tuple(fields.items())
    return Paper("a", "article", (), (), "A", "2001", "", given, path="refs.bib", line=1)


@pytest.mark.parametrize(
    ("locator", "english", "french"),
    [
        ("p. 3", "p. 3", "p. 3"),
        ("p.3", "p. 3", "p. 3"),
        ("pp. 33-35 and elsewhere", "pp. 33–35 and elsewhere", "pp. 33–35 and elsewhere"),
        ("page 3", "page 3", "page 3"),
        ("pg. 3", "pg. 3", "p. 3"),
        ("sec. 2", "sec. 2", "sect. 2"),
        ("Sec. 2", "Sec. 2", "Sect. 2"),
        ("section 2.1, p. 4", "section 2.1, p. 4", "section 2.1, p. 4"),
        ("sect. 2", "sect. 2", "sect. 2"),
        ("§ 3", "§ 3", "§ 3"),
        ("eq. (4)", "eq. (4)", "éq. (4)"),
        ("éq. 4", "eq. 4", "éq. 4"),
        ("chapter IV", "chapter IV", "chap. IV"),
        ("fig. 1", "fig. 1", "fig. 1"),
        ("thm. 3", "thm. 3", "th. 3"),
        ("Théorème 3", "Thm. 3", "Théorème 3"),
        ("app. A", "app. A", "ann. A"),
        ("p. xii", "p. xii", "p. xii"),
        ("in part, app a", "in part, app a", "in part, app a"),
        ("99 years later", "99 years later", "99 years later"),
        ("eq", "eq", "eq"),
    ],
)
def test_terms_are_those_of_the_sites_language(locator: str, english: str, french: str) -> None:
    shown = [
        "".join(each.text for each in segments(locator, paper(), terms))
        for terms in (ENGLISH, FRENCH)
    ]
    assert shown == [english, french]


@pytest.mark.parametrize(
    ("locator", "linked"),
    [
        ("p. 235", {"p. 235": 3}),
        ("pp. 234, 236--238 and 240", {"pp. 234": 2, "236–238": 4, "240": 8}),
        ("235", {"235": 3}),
        ("sec. 2, p. 234", {"p. 234": 2}),
        ("see page 234ff", {"page 234": 2}),
        ("p. 245", {}),
        ("p. 234a", {}),
        ("p. xii", {}),
        ("sec. 235", {}),
        ("235 years later", {}),
    ],
)
def test_pages_of_a_locator_link(locator: str, linked: dict[str, int]) -> None:
    found = segments(locator, paper(pdf=PDF, pages="233--242"), ENGLISH)
    assert {each.text: each.page for each in found if each.page} == linked


@pytest.mark.parametrize(
    ("pages", "label", "expected"),
    [
        ("", "7", 7),
        ("233--242", "233", 1),
        ("233--242", "242", 10),
        ("233–42", "240", 8),
        # The PDF's own page, if it can be.
        ("233--242", "4", 4),
        ("233--242", "11", 0),
        ("233--242", "243", 0),
        ("12:1--12:27", "12:5", 5),
        ("12:1--12:27", "5", 5),
        ("12:1--12:27", "13:5", 0),
        ("S12--S20", "S14", 3),
        ("233+", "235", 3),
        # The number of an article.
        ("045002", "3", 3),
        ("045002", "45003", 0),
        ("iv--x", "3", 0),
        ("1--3, 5--9", "6", 0),
        ("", "0", 0),
    ],
)
def test_the_page_of_the_pdf(pages: str, label: str, expected: int) -> None:
    assert pdf_page(paper(pdf=PDF, pages=pages), label) == expected


def test_pages_of_a_preprint_are_counted_from_1() -> None:
    preprint = paper(eprint="1706.03762", pages="233--242")
    pages = [pdf_page(preprint, label) for label in ("14", "234", "243")]
    assert pages == [14, 2, 0]
    assert pdf_page(paper(eprint="1706.03762", pages="1--9"), "15") == 15


def test_an_offset_is_added_to_each_page() -> None:
    book = paper(pdf=PDF, pdfoffset="20", pages="233--242")
    assert [pdf_page(book, label) for label in ("3", "235", "12:5")] == [23, 255, 25]
    assert pdf_page(paper(pdf=PDF, pdfoffset="-232"), "3") == 0
    assert pdf_page(paper(pdf=PDF, pdfoffset="many"), "3") == 3


def test_only_a_pdf_has_pages() -> None:
    assert pdf_link(paper(pdf="https://example.org/a.ps.gz")) is None
    assert pdf_page(paper(pdf="https://example.org/a.ps.gz"), "3") == 0
    assert pdf_page(paper(url="https://example.org/a"), "3") == 0
    assert pdf_page(paper(url="https://example.org/a.pdf"), "3") == 3
    assert pdf_page(paper(pdf="pdf/a.pdf"), "3") == 3
