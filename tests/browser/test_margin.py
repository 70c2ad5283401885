"""Notes stand in the margin beside their lines, and unfold in place where there is none."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator

import pypdf
import pytest
from margins import write_margins
from playwright.sync_api import Browser, Page, expect
from sites import Build
from test_axe import axe_violations

pytestmark = pytest.mark.browser
# The boxes of the notes that are shown, each with the distance from the top of what refers to it.
BOXES = """() => [...document.querySelectorAll(".pn-note")].map((note) => {
    const { top, bottom, left, right } = note.getBoundingClientRect();
    const reference = document.querySelector(`:not(.label) > a[href="#${note.id}"]`);
    return { top, bottom, left, right, away: top - reference.getBoundingClientRect().top };
}).filter(({ top, bottom }) => top < bottom)"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return write_margins(tmp_path_factory.mktemp("margins")).build()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """Open a window without scripts, for all tests."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def visit(tab: Page, build: Build, name: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto((build.outdir / f"papers/{name}.html").as_uri())


@pytest.mark.parametrize("width", [1168, 1280, 1920])
def test_notes_in_the_margin_do_not_overlap(tab: Page, build: Build, width: int) -> None:
    for name, count in (("many", 100), ("places", 15), ("dense", 12)):
        visit(tab, build, name, width)
        boxes = sorted(tab.evaluate(BOXES), key=lambda box: box["top"])
        assert len(boxes) == count
        for upper, lower in itertools.pairwise(boxes):
            assert upper["bottom"] <= lower["top"] + 0.1
        text = tab.locator("article").bounding_box()
        assert text is not None
        assert all(text["x"] + text["width"] < box["left"] for box in boxes)
        assert all(box["right"] < width for box in boxes)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        # The page is as long as its notes.
        height = tab.evaluate("document.documentElement.scrollHeight")
        assert all(box["bottom"] <= height + 1 for box in boxes)


def test_note_stands_beside_its_line(tab: Page, build: Build) -> None:
    visit(tab, build, "places", 1280)
    boxes = tab.evaluate(BOXES)
    assert all(box["away"] >= -1 for box in boxes)
    # Where there is room.
    assert sum(box["away"] < 1 for box in boxes) >= 7


def test_notes_from_right_to_left_stand_in_the_same_margin(tab: Page, build: Build) -> None:
    visit(tab, build, "from-the-right", 1280)
    text = tab.locator("article").bounding_box()
    assert text is not None
    assert all(text["x"] + text["width"] < box["left"] for box in tab.evaluate(BOXES))
    expect(tab.locator("aside.footnote")).to_have_css("direction", "rtl")
    expect(tab.locator("aside.pn-reference > p")).to_have_css("direction", "ltr")
    # Without the references, which are in the margin, there are no contents.
    expect(tab.locator(".site-toc")).to_be_hidden()


def test_contents_are_beside_the_text_but_not_in_the_margin(tab: Page, build: Build) -> None:
    visit(tab, build, "places", 1280)
    contents = tab.locator(".site-toc-tree")
    expect(contents).to_be_visible()
    shown = contents.get_by_role("link", name="Heading")
    for place in ("Places", "Twice."):
        tab.get_by_text(place).last.scroll_into_view_if_needed()
        expect(shown).to_be_in_viewport()
    box, text = contents.bounding_box(), tab.locator("article").bounding_box()
    assert box is not None
    assert text is not None
    assert box["x"] + box["width"] < text["x"]
    # The references are in the margin.
    expect(tab.get_by_role("link", name="References")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_note_unfolds_below_its_block_and_folds_again(tab: Page, build: Build, width: int) -> None:
    visit(tab, build, "places", width)
    assert tab.evaluate(BOXES) == []
    reference = tab.locator("a[href='#in-item']").first
    reference.click()
    note = tab.locator("#in-item")
    expect(note).to_be_in_viewport()
    expect(reference).to_be_in_viewport()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    block, box = tab.locator("li:has(> * > #in-item) p").first.bounding_box(), note.bounding_box()
    assert block is not None
    assert box is not None
    assert 0 <= box["y"] - block["y"] - block["height"] < 24
    note.get_by_role("link", name="Back to the text").first.click()
    expect(note).to_be_hidden()
    expect(reference).to_be_in_viewport()


def test_reference_of_a_work_unfolds_too_and_is_listed_at_the_end(tab: Page, build: Build) -> None:
    visit(tab, build, "many", 390)
    citation = tab.locator(".bibtex-citation a[href='#ref-k1']")
    citation.click()
    expect(tab.locator("#ref-k1")).to_be_in_viewport()
    expect(citation).to_be_in_viewport()
    expect(tab.locator(".pn-references li")).to_have_count(60)
    expect(tab.locator(".pn-references li").first).to_be_visible()
    tab.set_viewport_size({"width": 1280, "height": 900})
    expect(tab.locator(".pn-references")).to_be_hidden()


def test_notes_are_printed_below_their_blocks(browser: Browser, build: Build) -> None:
    page = browser.new_page()
    page.goto((build.outdir / "papers/places.html").as_uri())
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    page.close()
    assert text.index("In a quotation.") < text.rindex("In a quotation.") < text.index("In an ad")
    # The references of works are in their list alone.
    assert text.count("The title of the work 1") == 1


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_no_violation(browser: Browser, build: Build, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto((build.outdir / "papers/places.html").as_uri() + "#in-item")
    assert axe_violations(page) == []
    page.close()
