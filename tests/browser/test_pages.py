"""The notebook's pages in Chromium, at several widths, in the light and the dark scheme."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from playwright.sync_api import Browser
from sites import Build
from visits import Visitor

pytestmark = pytest.mark.browser
PAGES = [
    "index.html",
    "papers/vaswani2017attention.html",
    "papers/choromanski2021rethinking.html",
    "bibliography.html",
    "reading-list.html",
    "tags/index.html",
    "tags/machine-translation.html",
    "authors/index.html",
    "map.html",
    "search.html",
]
# Returns the luminance of an element's background, from 0 to 255.
BRIGHTNESS = """element => {
    const [r, g, b] = getComputedStyle(element).backgroundColor.match(/[0-9.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_page_opens_without_a_fault(browser: Browser, address: str, path: str) -> None:
    with contextlib.closing(browser.new_context()) as context:
        visit = Visitor(context, address).open_window()
        page = visit.page
        for width, scheme in itertools.product((320, 390, 1280), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.goto(address + path)
            assert page.locator("h1").is_visible(), (width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, scheme
            brightness = page.locator("body").evaluate(BRIGHTNESS)
            assert brightness > 200 if scheme == "light" else brightness < 60, width
            assert visit.faults == [], (width, scheme)


def test_front_page_shows_its_cards(visitor: Visitor, width: int) -> None:
    page = visitor.visit("index.html").page
    cards = page.locator(".pn-card")
    assert cards.count() == 5
    for number in range(5):
        box = cards.nth(number).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    formula = page.locator(".pn-summary math").first
    assert formula.bounding_box()["height"] > 5
    page.get_by_role("link", name="Read more on The mathematics of").click()
    page.wait_for_url("**/papers/brown1993mathematics.html")


def test_copy_bibtex_button_copies_the_entry(visitor: Visitor) -> None:
    visit = visitor.visit("papers/vaswani2017attention.html")
    page = visit.page
    button = page.get_by_role("button", name="Copy BibTeX")
    assert not button.is_visible()
    page.locator(".pn-bibtex > summary").click()
    button.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".pn-bibtex pre").inner_text()
    assert copied.startswith("@inproceedings{vaswani2017attention,")
    assert "Copied" in page.locator(".pn-bibtex").inner_text()
    assert visit.faults == []


def test_reference_and_bibtex_of_the_note_itself_can_be_copied(visitor: Visitor) -> None:
    visit = visitor.visit("papers/brown1993mathematics.html")
    fold = visit.page.locator(".pn-cite")
    fold.locator("summary").click()
    for name, source, start in (
        ("Copy reference", "p", "a reader ("),
        ("Copy BibTeX", "pre", "@misc{note:brown1993mathematics,"),
    ):
        fold.get_by_role("button", name=name).click()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        assert copied == fold.locator(source).inner_text()
        assert copied.startswith(start)
    assert fold.get_by_text("Copied").count() == 2
    assert visit.faults == []


def test_citation_leads_to_its_reference(visitor: Visitor) -> None:
    page = visitor.visit("papers/choromanski2021rethinking.html").page
    page.locator(".bibtex-citation a").first.click()
    assert page.locator("li:target").inner_text().startswith("Ashish Vaswani")
    assert page.locator("li:target").is_visible()


def test_links_and_buttons_work_from_a_folder(visitor: Visitor, notebook: Build) -> None:
    visit = visitor.visit("index.html", address=f"{notebook.outdir.as_uri()}/")
    visit.page.locator(".pn-card h2 a").first.click()
    visit.page.locator(".pn-header").wait_for()
    visit.page.locator(".pn-bibtex > summary").click()
    assert visit.page.get_by_role("button", name="Copy BibTeX").is_visible()
    assert visit.faults == []


def test_without_scripts_bibtex_is_shown_without_a_copy_button(visitor: Visitor) -> None:
    context = visitor.context.browser.new_context(java_script_enabled=False)
    visit = Visitor(context, visitor.address).visit("papers/vaswani2017attention.html")
    fold = visit.page.locator(".pn-bibtex")
    fold.locator("summary").click()
    assert fold.locator("pre").is_visible()
    assert fold.locator("button").count() == 0
    context.close()
