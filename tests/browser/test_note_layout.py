"""The page of a note in Chromium, at several widths: what only a browser can measure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gallery import write_gallery
from playwright.sync_api import Browser, Page
from sites import Build

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return write_gallery(tmp_path_factory.mktemp("note-page")).build()


@pytest.fixture(scope="module")
def tab(browser: Browser, build: Build) -> Iterator[Page]:
    """Open the note that has most, for all tests; each sets the width that it needs."""
    page = browser.new_page()
    page.goto((build.outdir / "papers/many.html").as_uri())
    page.evaluate("document.fonts.ready")
    yield page
    page.close()


def set_width(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})


# The white space behind each root, in em.
WHITE = """() => [...document.querySelectorAll("msqrt, mroot")].map((root) => {
    const { fontSize, marginRight } = getComputedStyle(root);
    const inner = root.tagName === "mroot" ? root.firstElementChild : root.lastElementChild;
    const white = root.getBoundingClientRect().right - inner.getBoundingClientRect().right;
    return (white + parseFloat(marginRight)) / parseFloat(fontSize);
})"""


def test_no_white_space_stands_behind_roots(tab: Page) -> None:
    set_width(tab, 1280)
    *low, fraction = tab.evaluate(WHITE)
    assert len(low) == 4
    assert max(map(abs, low)) < 0.02
    assert fraction < 0.2


# How many characters of usual text a line of the note holds.
CHARACTERS = """() => {
    const line = document.createElement("p");
    line.style.cssText = "width: max-content; white-space: nowrap";
    line.textContent = "The quick brown fox jumps over the lazy dog, and nobody minds. ".repeat(4);
    const article = document.querySelector("article section");
    article.append(line);
    const characters = line.textContent.length / line.getBoundingClientRect().width;
    line.remove();
    return characters * article.getBoundingClientRect().width;
}"""


@pytest.mark.parametrize("width", [600, 700, 767, 768, 769, 1024, 1280, 1920])
def test_lines_have_at_most_75_characters(tab: Page, width: int) -> None:
    set_width(tab, width)
    assert 60 <= tab.evaluate(CHARACTERS) <= 75


def test_one_layout_holds_at_each_width(tab: Page) -> None:
    sizes = []
    for width in (767, 768, 769):
        set_width(tab, width)
        sizes.append(tab.locator("article").evaluate("it => getComputedStyle(it).fontSize"))
        padding = tab.locator(".site-main").evaluate("it => getComputedStyle(it).paddingLeft")
        sizes.append(padding)
    assert sizes == ["18px", "20px", "20px", "48px", "20px", "48px"]


def test_heads_of_tables_keep_their_words_on_a_phone(tab: Page) -> None:
    set_width(tab, 320)
    head = tab.locator("th p", has_text="Internationalization").first
    rows = head.evaluate("""it => {
        const range = document.createRange();
        range.selectNodeContents(it);
        return range.getClientRects().length;
    }""")
    assert rows == 1
    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_bibtex_opens_below_the_line_of_links(tab: Page) -> None:
    set_width(tab, 1280)
    summary = tab.locator(".pn-bibtex > summary")
    links = tab.locator(".pn-access > .pn-links").bounding_box()
    summary.click()
    # Opening it moves nothing.
    assert abs(summary.bounding_box()["y"] - links["y"]) < 4
    assert tab.locator(".pn-bibtex pre").bounding_box()["y"] > links["y"] + links["height"]
    summary.click()


def test_names_unfold_by_keyboard(tab: Page) -> None:
    more = tab.locator(".pn-authors summary")
    more.focus()
    tab.keyboard.press("Enter")
    assert tab.get_by_text("Ada Number79").first.is_visible()
    tab.keyboard.press("Enter")
