"""Options of the theme in Chromium: the accent in both schemes, and a logo that moves nothing."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from host import Strict, serve
from playwright.sync_api import Browser, Page
from sites import Site
from test_axe import axe_violations
from visits import Visitor

from papernotes.theme.options import contrast

pytestmark = pytest.mark.browser
ACCENT = {"light": "#8a1c1c", "dark": "#f0a8a8"}
CONF = """\
project = "Shelf"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_sections = ["generalization", "plain", "reading", "works"]
papernotes_search = "sphinx"
html_theme = "marginalia"
html_static_path = ["_static"]
html_favicon = "icon.svg"
html_theme_options = {"accent": "#8a1c1c", "accent_dark": "#f0a8a8", %s}
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">'
    '<path d="M0 0h300v200z"/></svg>\n'
)
# Wait for the fonts, which move lines, and forget what has moved so far.
SETTLE = """async () => {
    await document.fonts.ready;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    shifts.length = 0;
}"""
SHIFTS = """async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return shifts.map(shift => shift.value);
}"""
Opened = Callable[..., Page]


class Late(Strict):
    """A server that sends logos only when the page has been painted."""

    painted = threading.Event()

    def do_GET(self) -> None:  # noqa: N802
        """Send the file."""
        if "logo" in self.path:
            self.painted.wait(10)
        super().do_GET()


@pytest.fixture
def opened(browser: Browser, tiny: Site) -> Iterator[Opened]:
    """Return a function that builds the site with theme options and opens a page of it."""
    contexts, servers = [], []

    def open_page(options: str, more: str = "", width: int = 1280, scheme: str = "light") -> Page:
        tiny.write("conf.py", CONF % options + more)
        for name in ("icon.svg", "logo.svg", "_static/logo-light.svg", "_static/logo-dark.svg"):
            tiny.write(name, SVG)
        build = tiny.build()
        assert build.messages == []
        server = serve(build.outdir, Late)
        address = server.__enter__()
        servers.append(server)
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        context.add_init_script(
            "window.shifts = []; new PerformanceObserver(list => shifts.push(...list.getEntries()))"
            '.observe({ type: "layout-shift", buffered: true });'
        )
        Late.painted.clear()
        visit = Visitor(context, address).visit("papers/alpha.html", until="domcontentloaded")
        visit.page.evaluate(SETTLE)
        Late.painted.set()
        visit.page.wait_for_load_state()
        assert visit.faults == []
        return visit.page

    yield open_page
    for context in contexts:
        context.close()
    for server in servers:
        server.__exit__(None, None, None)


def colour(page: Page, selector: str, name: str) -> str:
    """Return a computed colour as #rrggbb."""
    value = page.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element)[name]", name
    )
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", value)[:3])


@pytest.mark.parametrize("scheme", ACCENT)
def test_accent_is_the_colour_of_links(opened: Opened, scheme: str) -> None:
    page = opened("", scheme=scheme)
    # The one link of the page that leads to no page that has been visited.
    link = colour(page, "article p a[href$='beta.html']:not(.bibtex-citation a)", "color")
    ground = colour(page, "body", "backgroundColor")
    assert link == ACCENT[scheme]
    assert contrast(link, ground) >= 4.5
    mark = colour(page, ".site-sections a[aria-current]", "borderLeftColor")
    assert mark == ACCENT[scheme]
    assert axe_violations(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("options", "more"),
    [
        ("", 'html_logo = "logo.svg"\n'),
        ('"sidebar_hide_name": True', 'html_logo = "logo.svg"\n'),
        ('"light_logo": "logo-light.svg", "dark_logo": "logo-dark.svg"', ""),
    ],
    ids=["beside", "instead", "schemes"],
)
def test_logo_moves_nothing_when_it_comes(
    opened: Opened, options: str, more: str, width: int
) -> None:
    page = opened(options, more, width)
    place = ".site-header" if width == 390 else ".site-sidebar"
    logo = page.locator(f"{place} .site-logo:visible")
    assert logo.count() == 1
    assert logo.evaluate("element => element.complete && element.naturalWidth > 0")
    assert page.evaluate(SHIFTS) == []
    box = logo.bounding_box()
    assert 24 <= box["height"] <= 80
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    header = page.locator(".site-header").bounding_box()
    assert header["height"] <= 50
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_scheme_shows_its_logo(opened: Opened, scheme: str) -> None:
    options = '"light_logo": "logo-light.svg", "dark_logo": "logo-dark.svg"'
    page = opened(options, scheme=scheme)
    shown = page.locator(".site-sidebar .site-logo:visible")
    assert [shown.count(), shown.get_attribute("src")] == [1, f"../_static/logo-{scheme}.svg"]
    other = "dark" if scheme == "light" else "light"
    page.locator(".site-theme").click()
    assert shown.get_attribute("src") == f"../_static/logo-{other}.svg"
