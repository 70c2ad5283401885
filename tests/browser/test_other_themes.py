"""Pages under other themes, on a phone and a desktop: no error, no overflow, and axe is content."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from host import Quiet, serve
from playwright.sync_api import Browser, Page
from themed import PAGES, THEMES, write_site
from visits import CHECKERS, Visit, Visitor

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
SIZES = {"phone": 390, "desktop": 1280}
SCHEMES = {theme: ("light",) if theme == "alabaster" else ("light", "dark") for theme in THEMES}

# The outermost elements of papernotes' markup.
OURS = """const ours = [...document.querySelectorAll("[class*='pn-']")].filter(element =>
    [...element.classList].some(name => name.startsWith("pn-"))
    && !element.parentElement.closest("[class^='pn-'], [class*=' pn-']"));"""
AXE = """async () => {
    %s
    const { violations, passes } = await axe.run({ include: ours }, { runOnly: [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
    ] });
    const found = violations.filter(rule => ["serious", "critical"].includes(rule.impact));
    const targets = rule => rule.nodes.map(node => node.target.join(" ")).join(", ");
    return [found.map(rule => `${rule.id}: ${targets(rule)}`), passes.map(rule => rule.id)];
}"""
# What leaves the page to its side, except in a box that scrolls.
OUTSIDE = """() => {
    %s
    const scrolls = element => element
        && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    return ours.flatMap(root => [root, ...root.querySelectorAll("*")]).filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (box.left < 0 || box.right > innerWidth + 0.5)
            && !scrolls(element.parentElement);
    }).map(element => `${element.tagName} ${element.getAttribute("class")}`);
}"""
# Cards, and the parts of a card, that cover one another.
OVERLAPS = """() => {
    const cover = (one, other) => {
        const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
        return a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    };
    const groups = [[...document.querySelectorAll(".pn-card")]];
    for (const part of document.querySelectorAll(".pn-card > *, .pn-card, .pn-header"))
        groups.push([...part.children]);
    return groups.flatMap(group => group.flatMap((one, number) =>
        group.slice(number + 1).filter(other => cover(one, other)).map(other =>
            `${one.className} and ${other.className}`)));
}"""


@pytest.fixture(scope="module", params=list(THEMES))
def theme(request: pytest.FixtureRequest) -> str:
    """Return the name of a theme."""
    return str(request.param)


@pytest.fixture(scope="module")
def served(theme: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build and serve the site under the theme, and yield its URL."""
    site = write_site(tmp_path_factory.mktemp("themed") / "site", theme)
    # Without the override, Sphinx's test application replaces the theme alabaster.
    build = site.build(confoverrides={"html_theme": THEMES[theme]})
    assert build.messages == []
    with serve(build.outdir, Quiet) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, served: str) -> Iterator[OpenPage]:
    """Return a function that opens a page at a width, in a colour scheme, in the same window.

    A new window takes longer than a page in it.
    """
    context = browser.new_context()
    context.set_default_timeout(10_000)
    visit = Visitor(context, served).open_window()

    def open_in_window(path: str, width: int, scheme: str) -> Visit:
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.goto(f"{served}{path}.html", wait_until="load")
        return visit

    yield open_in_window
    context.close()


def serious_findings(page: Page) -> list[str]:
    """Run axe on papernotes' markup, and return what is serious."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((CHECKERS / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found, passes = page.evaluate(AXE % OURS)
    assert {"color-contrast", "link-name"} <= set(passes)
    return found


@pytest.mark.parametrize("size", SIZES)
def test_pages_show_everything_in_its_place_and_legibly(
    open_page: OpenPage, theme: str, size: str
) -> None:
    """A phone shows the dark scheme, a desktop the light one: colours do not depend on widths."""
    width, scheme = SIZES[size], SCHEMES[theme][-1 if size == "phone" else 0]
    for path in PAGES:
        visit = open_page(path, width, scheme)
        page = visit.page
        assert (path, page.evaluate(OUTSIDE % OURS)) == (path, [])
        assert (path, page.evaluate(OVERLAPS)) == (path, [])
        assert (path, serious_findings(page)) == (path, [])
        assert (path, visit.faults) == (path, [])
    # The tests above have seen what they are about.
    cards = open_page("index", width, scheme).page.locator(".pn-card")
    assert cards.count() == 4
    assert cards.first.bounding_box()["width"] > 0.5 * width / (1 if size == "phone" else 2.5)


def test_what_a_reader_opens_stays_on_the_page_and_is_legible(
    open_page: OpenPage, theme: str
) -> None:
    for scheme in SCHEMES[theme]:
        visit = open_page("papers/note1", 390, scheme)
        page = visit.page
        page.locator("[data-pn-preview] > a").first.focus()
        preview = page.locator(".pn-preview")
        preview.wait_for()
        assert "Everything that a note can hold" in preview.inner_text()
        assert page.evaluate(OUTSIDE % OURS) == []
        assert (scheme, serious_findings(page)) == (scheme, [])
        page.locator("[data-pn-preview$=equation-energy] > a").focus()
        page.locator(".pn-preview .pn-equation").wait_for()
        assert page.evaluate(OUTSIDE % OURS) == []
        assert (scheme, serious_findings(page)) == (scheme, [])
        page.keyboard.press("Escape")
        page.locator(".pn-bibtex > summary").click()
        assert page.get_by_role("button", name="Copy BibTeX").is_visible()
        assert page.evaluate(OUTSIDE % OURS) == []
        assert (scheme, serious_findings(page)) == (scheme, [])
        front = open_page("index", 390, scheme)
        front.page.locator(".pn-filter-fold > summary").click()
        front.page.locator(".pn-filter-line").wait_for()
        assert front.page.evaluate(OUTSIDE % OURS) == []
        assert (scheme, serious_findings(front.page)) == (scheme, [])
        assert front.faults == []


def test_a_reference_that_is_pointed_to_is_legible(open_page: OpenPage, theme: str) -> None:
    for scheme in SCHEMES[theme]:
        page = open_page("papers/note1", 1280, scheme).page
        page.locator(".bibtex-citation a").first.click()
        assert page.locator("li:target").evaluate("e => getComputedStyle(e).backgroundColor") != (
            "rgba(0, 0, 0, 0)"
        )
        # Where the jump ends, the theme's bar can cover a part of a link.
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        assert (scheme, serious_findings(page)) == (scheme, [])


def test_cards_have_the_page_s_own_ground(open_page: OpenPage, theme: str) -> None:
    """Themes draw boxes for the parts of cards of sphinx-design; ours have one box."""
    for scheme in SCHEMES[theme]:
        page = open_page("index", 1280, scheme).page
        assert page.locator(".pn-card .pn-byline").first.bounding_box()["height"] > 15
        for part in (".pn-card > .sd-card-body", ".pn-card > .sd-card-footer"):
            ground = page.locator(part).first.evaluate("e => getComputedStyle(e).backgroundColor")
            assert (part, scheme, ground) == (part, scheme, "rgba(0, 0, 0, 0)")
            edge = page.locator(part).first.evaluate("e => getComputedStyle(e).borderTopWidth")
            assert (part, scheme, edge) == (part, scheme, "0px")


def test_the_number_of_an_equation_is_behind_it(open_page: OpenPage) -> None:
    page = open_page("papers/everything", 1280, "light").page
    formula = page.locator(".pn-equation .pn-formula").first.bounding_box()
    number = page.locator(".pn-equation .eqno").first.bounding_box()
    assert number["x"] >= formula["x"] + formula["width"]


def test_formulas_are_as_large_as_the_text_around_them(open_page: OpenPage) -> None:
    """The letters of their font are lower than those of other faces at the same size."""
    page = open_page("papers/everything", 1280, "light").page
    size = "it => parseFloat(getComputedStyle(it).fontSize)"
    inline = page.locator("p math").first
    text = inline.evaluate("it => parseFloat(getComputedStyle(it.closest('p')).fontSize)")
    assert inline.evaluate(size) > 1.1 * text
    assert page.locator(".pn-equation math").first.evaluate(size) > 1.1 * text
