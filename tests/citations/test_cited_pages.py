"""A locator that names a page of a PDF leads there, on each page that shows the citation."""

from __future__ import annotations

import shutil

import lxml.html
import pytest
from sites import ROOTS, Build, Site, text

SETTINGS = {"bibtex_reference_style": "papernotes", "papernotes_pandoc_citations": True}
ENTRIES = """
@article{eta2007,
  author = {Eva Eta},
  title = {On eta},
  journal = {Letters},
  year = {2007},
  pages = {233--242},
  pdf = {pdf/The eta.pdf},
}
"""
PAGE = """# Page

[see @delta2004, p. 3; @eta2007, sec. 2, pp. 235-236, 245]

@delta2004 [p. 3]

-@delta2004 [p. 3]

@eta2007 [sec. 2]

[@gamma2003, p. 3]
"""
DELTA = "https://example.org/delta.pdf#page="


@pytest.fixture(scope="module")
def located(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    site = Site(tmp_path_factory.mktemp("locators") / "site")
    shutil.copytree(ROOTS / "tiny", site.folder)
    site.edit("refs.bib", "@misc{zeta2006", f"{ENTRIES}\n@misc{{zeta2006")
    site.edit("papers/beta.md", "The summary of beta.", "As [@eta2007, p. 235] has it.")
    site.edit("papers/beta.md", "Nothing is cited", "[@delta2004, p. 7] says that nothing is cited")
    site.write("pdf/The eta.pdf", b"%PDF")
    site.write("plain.md", PAGE)
    return site, site.build(confoverrides=SETTINGS)


def locators(tree: lxml.html.HtmlElement) -> dict[str, str]:
    return {text(link): link.get("href") for link in tree.cssselect("a.pn-locator")}


def test_pages_lead_to_the_pdf(located: tuple[Site, Build]) -> None:
    _, build = located
    assert build.messages == []
    cited = build.page("plain").cssselect(".bibtex-citation")
    assert [(text(each), locators(each)) for each in cited] == [
        (
            "(see Delta, 2004, p. 3; Eta, 2007, sec. 2, pp. 235–236, 245)",
            {"p. 3": f"{DELTA}3", "pp. 235–236": "_files/pdf/The%20eta.pdf#page=3"},
        ),
        ("Delta (2004, p. 3)", {"p. 3": f"{DELTA}3"}),
        ("(2004, p. 3)", {"p. 3": f"{DELTA}3"}),
        ("Eta (2007, sec. 2)", {}),
        ("(Gamma et al., 2003, p. 3)", {}),
    ]
    # Links are side by side, and not in each other.
    assert not build.page("plain").cssselect("a a")
    # The preview says the place, with its first page.
    works = cited[0].cssselect("[data-pn-preview]")
    assert [(work.get("data-pn-locator"), work.get("data-pn-page")) for work in works] == [
        ("p. 3", f"{DELTA}3"),
        ("sec. 2, pp. 235–236, 245", "_files/pdf/The%20eta.pdf#page=3"),
    ]


def test_pages_lead_to_the_pdf_from_other_pages(located: tuple[Site, Build]) -> None:
    _, build = located
    [card] = [each for each in build.page("index").cssselect(".pn-card") if locators(each)]
    assert locators(card) == {"p. 235": "_files/pdf/The%20eta.pdf#page=3"}
    assert locators(build.page("papers/beta")) == {
        "p. 235": "../_files/pdf/The%20eta.pdf#page=3",
        "p. 7": f"{DELTA}7",
    }
    # The note says with which page it is cited.
    quoted = build.page("papers/delta").cssselect(".pn-mention mark")
    assert [text(quote) for quote in quoted if "p. 7" in locators(quote)] == ["(Delta, 2004, p. 7)"]
    assert "_files/pdf/The%20eta.pdf#page=3" not in build.read("works.html")


def test_a_locator_follows_its_entry(located: tuple[Site, Build]) -> None:
    site, _ = located
    site.edit("refs.bib", "pages = {233--242},", "pages = {233--242}, pdfoffset = {-230},")
    build = site.build(confoverrides=SETTINGS)
    assert build.written == {"plain", "papers/beta", "papers/delta", "index"}
    assert locators(build.page("index")) == {"p. 235": "_files/pdf/The%20eta.pdf#page=5"}
    # Without a site, a file has no address.
    written = site.build("text", confoverrides=SETTINGS).read("plain.txt")
    assert "(see Delta, 2004, p. 3; Eta, 2007, sec. 2, pp. 235–236, 245)" in written
    latex = site.build("latex", confoverrides=SETTINGS).read("tiny.tex")
    assert r"\sphinxhref{https://example.org/delta.pdf\#page=3}{p. 3}" in latex
    assert "eta.pdf" not in latex
