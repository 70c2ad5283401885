"""Pages adapt to readers' settings: zoom, large text, forced colours, reduced motion, print."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from visits import KINDS, ONCE, Visit

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
NOTE = KINDS["note"][0]
EVERYTHING = KINDS["note"][1]

# Returns how far the page overflows the window's width, and the elements outside the window, unless
# they are in a box that scrolls or visually hidden.
OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    const unseen = element => element.closest(".pn-unseen, .site-skip");
    const scrolls = element => element.closest(".table-wrapper, .pn-formula, pre, p, h1, h2, h3");
    const out = [...document.body.querySelectorAll("*")].filter(element =>
        element.checkVisibility() && !unseen(element) && !scrolls(element.parentElement)
        && [...element.getClientRects()].some(box => box.right > width + 1 || box.left < -1));
    const names = out.map(element => element.outerHTML.slice(0, 80));
    return [document.documentElement.scrollWidth - width, names];
}"""


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_page_never_overflows_the_window(open_tab: OpenPage, site: str, path: str) -> None:
    page = open_tab(site, path).page
    # 1280 px zoomed to 400 %, a phone, widths near the breakpoints, and text at 200 %.
    for width, height, text in [
        (320, 256, 100),
        (320, 800, 100),
        (320, 800, 200),
        (700, 800, 100),
        (1010, 800, 100),
        (1170, 800, 100),
        (1280, 800, 100),
        (1280, 800, 200),
    ]:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("size => document.documentElement.style.fontSize = size", f"{text}%")
        assert (width, text, page.evaluate(OVERFLOW)) == (width, text, [0, []])


@pytest.mark.parametrize(("width", "kind"), [(1280, "across"), (390, "down")])
def test_only_what_touches_a_work_stays_strong_on_the_map(
    open_tab: OpenPage, width: int, kind: str
) -> None:
    page = open_tab("notebook", "map.html", viewport={"width": width, "height": 900}).page
    picture = page.locator(f".pn-map-{kind}")
    shown = page.locator(".pn-map > svg").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.getAttribute('class'))"
    )
    assert shown == [f"pn-map-{kind}"]

    def strengths() -> tuple[str, int]:
        """Return the opacity of the base, and how many works show what touches them."""
        opacity = picture.locator(".pn-map-base").evaluate("base => getComputedStyle(base).opacity")
        strong = "all => all.filter(one => getComputedStyle(one).visibility === 'visible').length"
        return opacity, picture.locator(".pn-map-strong").evaluate_all(strong)

    assert strengths() == ("1", 0)
    picture.locator("a.pn-map-target > rect").first.hover()
    assert strengths() == ("0.2", 1)
    page.mouse.move(0, 0)
    page.keyboard.press("Tab")
    picture.locator("a.pn-map-target").last.focus()
    assert strengths() == ("0.2", 1)


def test_large_text_keeps_its_measure(open_page: OpenPage) -> None:
    """At 200 %, the sidebars give up their space so that lines stay long enough."""
    page = open_page("notebook", NOTE, viewport={"width": 1280, "height": 800}).page
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    size = "article => [article.clientWidth, parseFloat(getComputedStyle(article).fontSize)]"
    width, font = page.locator("article").evaluate(size)
    assert font == 36
    assert width / font > 25


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_state_and_icons_are_visible_in_forced_colours(open_page: OpenPage, scheme: str) -> None:
    """Lines replace background colours, and icons are drawn in system colours."""
    page = open_page(
        "notebook", NOTE, forced_colors="active", color_scheme=scheme,
        viewport={"width": 1280, "height": 800},
    ).page  # fmt: skip
    style = "(element, [part, name]) => getComputedStyle(element, part)[name]"
    paper = page.locator("body").evaluate(style, ["", "backgroundColor"])
    border = [
        page.locator(f".site-sections a{which}").first.evaluate(style, ["", "borderLeftColor"])
        for which in ("[aria-current]", ":not([aria-current])")
    ]
    assert border[0] != paper
    assert border[1] == paper
    assert page.locator(".site-theme svg").evaluate(style, ["", "stroke"]) != paper
    loupe = page.locator(".site-sidebar .site-search").evaluate(
        style, ["::before", "backgroundColor"]
    )
    assert loupe != paper
    page.keyboard.press("Tab")
    outline = page.locator(":focus").evaluate(style, ["", "outlineColor"])
    assert outline != paper


@pytest.mark.parametrize(("site", "path"), [("notebook", NOTE), ("notebook", "index.html")])
def test_nothing_moves_with_reduced_motion(open_page: OpenPage, site: str, path: str) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter(element => {
        const style = getComputedStyle(element);
        return style.scrollBehavior === "smooth" || style.animationName !== "none"
            || style.transitionDuration.split(", ").some(time => parseFloat(time) > 0);
    }).map(element => element.localName)"""
    assert open_page(site, path, reduced_motion="reduce").page.evaluate(moving) == []
    # Without the preference, scrolling is smooth.
    assert open_page(site, path).page.evaluate(moving) == ["html"]


# -- Print ---------------------------------------------------------------------


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_print_has_only_the_text_in_dark_on_white(open_tab: OpenPage, site: str, path: str) -> None:
    page = open_tab(site, path, color_scheme="dark").page
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    furniture = "header, aside.site-sidebar, nav, footer, button, input, .headerlink, .site-skip"
    assert page.locator(f":is({furniture}):visible").count() == 0
    assert page.locator("h1").is_visible()
    colours = """() => [...document.querySelectorAll("body, h1, article p")].map(element => {
        const style = getComputedStyle(element);
        return [style.backgroundColor, style.color];
    })"""
    (paper, ink), *others = page.evaluate(colours)
    assert brightness(paper) > 240
    assert brightness(ink) < 60
    assert all(brightness(ink) < 140 for _, ink in others)


def brightness(colour: str) -> float:
    """Return the luminance of a CSS colour, from 0 to 255."""
    red, green, blue = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")][:3]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def printed_lines(page: Page, height: int = 297) -> list[list[str]]:
    """Print a page on sheets *height* mm high, and return the lines of each sheet."""
    pdf = page.pdf(width="210mm", height=f"{height}mm")
    return [
        [line.strip() for line in sheet.extract_text().splitlines() if line.strip()]
        for sheet in PdfReader(io.BytesIO(pdf)).pages
    ]


def test_print_shows_the_urls_of_external_links_only(open_page: OpenPage) -> None:
    page = open_page("large", EVERYTHING).page
    text = " ".join(line for sheet in printed_lines(page) for line in sheet)
    assert "https://example.org/a/long/address" in text.replace("- ", "-")
    # Neither URLs within the site nor navigation are printed.
    assert "plain.html" not in text
    assert "On this page" not in text
    assert "CC BY" not in text


def test_no_heading_is_the_last_line_of_a_printed_sheet(open_page: OpenPage) -> None:
    page = open_page("notebook", NOTE).page
    headings = set(page.locator("h2, h3").all_inner_texts())
    headings = {heading.removesuffix("#").strip() for heading in headings}
    feet = []
    # Sheets of many heights, so that each heading comes near the end of some sheet.
    for height in range(150, 300, 10):
        feet += [sheet[-1] for sheet in printed_lines(page, height)[:-1]]
    assert len(feet) > 20
    assert headings & set(feet) == set()
