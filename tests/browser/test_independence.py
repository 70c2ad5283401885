"""Pages need nothing but themselves: no other host, no server, no script, and little of anything.

Every page that these tests open is served under the content security policy of the README, and a
visit notes what breaks it, with all requests to elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from host import serve
from large import write_large_site
from playwright.sync_api import Browser, Page, expect
from sites import PROJECT, Build, parse
from visits import KINDS, ONCE, Visit, Visitor

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
NOTE = KINDS["note"][0]
BYTES = 100 * 1024


def try_everything(page: Page) -> None:
    """Use all controls that a page has."""
    for citation in page.locator("[data-pn-preview] > a").all()[:1]:
        citation.hover()
        page.locator(".pn-preview").wait_for()
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Colours").click()
    for summary in page.locator("article summary").all():
        summary.click()
    for button in page.get_by_role("button", name="Copy BibTeX").all():
        button.click()
    for field in page.locator(".pn-find").all():
        field.fill("a")


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_policy_holds_whatever_is_done(open_page: OpenPage, site: str, path: str) -> None:
    visit = open_page(site, path)
    try_everything(visit.page)
    visit.page.reload()
    assert visit.faults == []


def test_policy_is_that_of_the_readme_and_strict(open_page: OpenPage) -> None:
    """The host sends it, and a visit would see it broken."""
    visit = open_page("own", NOTE)
    visit.page.evaluate("document.body.setAttribute('style', 'color: red')")
    visit.page.evaluate("new Image().src = 'https://example.org/'")
    visit.page.wait_for_timeout(100)
    assert any("style-src 'self'" in fault for fault in visit.faults)
    assert any("img-src 'self' data:" in fault for fault in visit.faults)


@pytest.mark.parametrize("site", ["own", "large"])
def test_no_page_names_a_resource_elsewhere(builds: dict[str, Build], site: str) -> None:
    told = "@rel='canonical' or @rel='alternate'"
    loaded = f"//script/@src | //link[not({told})]/@href | //img/@src | //iframe/@src"
    for path in builds[site].outdir.rglob("*.html"):
        page = parse(path)
        assert [name for name in page.xpath(loaded) if urlsplit(name).netloc] == [], path
        # What says in JSON what the page is, is no script.
        inline = "//script[not(@src) and not(@type='application/ld+json')]"
        assert page.xpath(f"//style | //@style | {inline}") == [], path


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_pages_work_from_a_folder(
    open_page: OpenPage, builds: dict[str, Build], site: str, path: str
) -> None:
    visit = open_page(site, path, f"{builds[site].outdir.as_uri()}/")
    if not path.startswith("search"):
        try_everything(visit.page)
    assert visit.faults == []


def test_search_finds(open_page: OpenPage) -> None:
    visit = open_page("own", "index.html", viewport={"width": 1280, "height": 900})
    field = visit.page.locator(".site-sidebar input")
    field.fill("memorization")
    field.press("Enter")
    visit.page.locator(".pn-search-found a").first.click()
    visit.page.wait_for_url("**/papers/*.html*")
    assert visit.faults == []


# -- The colour scheme ---------------------------------------------------------

FIRST_SEEN = """addEventListener("DOMContentLoaded", () => sessionStorage.removeItem("seen"));
new MutationObserver(() => {
    if (document.body && !window.seen) window.seen = getComputedStyle(document.body).colorScheme;
}).observe(document, { childList: true, subtree: true });"""


@pytest.mark.parametrize("system", ["light", "dark"])
def test_scheme_that_was_chosen_is_there_before_the_page(open_page: OpenPage, system: str) -> None:
    page = open_page("own", NOTE, color_scheme=system).page
    other = "dark" if system == "light" else "light"
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="Colours").click()
    after = page.evaluate(colour)
    assert after != before
    page.context.add_init_script(FIRST_SEEN)
    # However late the script comes, the page waits for it.
    page.route("**/theme.js*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(page.url.replace(NOTE, "index.html"))
    assert page.evaluate("window.seen") == other
    assert page.evaluate(colour) == after
    # The third scheme is the system's again.
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("button", name="Colours").click()
    assert page.evaluate(colour) == before
    page.emulate_media(color_scheme=other)
    assert page.evaluate(colour) == after


def test_storage_may_be_denied(open_page: OpenPage) -> None:
    visit = open_page("own", NOTE)
    denied = "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } })"
    visit.page.context.add_init_script(denied)
    visit.page.reload()
    visit.page.get_by_role("button", name="Colours").click()
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visit.faults == []


# -- Without scripts -----------------------------------------------------------


@pytest.mark.parametrize("site", ["own", "large"])
def test_links_lead_everywhere(builds: dict[str, Build], site: str) -> None:
    """Whatever is there to read is some links away from the front page."""
    outdir = builds[site].outdir
    reached: set[Path] = set()
    ahead = [outdir / "index.html"]
    while ahead:
        path = ahead.pop()
        if path not in reached:
            reached.add(path)
            links = map(urlsplit, parse(path).xpath("//a/@href"))
            inside = [unquote(link.path) for link in links if not link.netloc and link.path]
            ahead += [(path.parent / name).resolve() for name in inside if name.endswith(".html")]
    there = {path for path in outdir.rglob("*.html") if path.name not in UNLINKED}
    assert there - reached == set()


# What servers show, what needs a script, and a page that the larger site links from nowhere.
UNLINKED = {"404.html", "search.html", "components.html"}


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_without_scripts_nothing_is_missing(open_page: OpenPage, site: str, path: str) -> None:
    size = {"width": 320, "height": 900}
    visit = open_page(site, path, java_script_enabled=False, viewport=size)
    page = visit.page
    assert page.locator("h1").is_visible()
    # What cannot work is not there.
    for needs_script in (".site-theme", ".site-search", ".pn-copy", ".pn-find"):
        expect(page.locator(f"{needs_script}:visible")).to_have_count(0)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Papers").first.click()
    expect(page.locator(".pn-card").first).to_be_visible()
    assert visit.faults == []


def test_search_page_says_that_it_needs_scripts(open_page: OpenPage) -> None:
    page = open_page("own", "search.html", java_script_enabled=False).page
    assert "Searching needs JavaScript" in page.locator("main, article").inner_text()


# -- Weight --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "path"),
    [("own", f"papers/{path.stem}.html") for path in sorted(PROJECT.glob("papers/*.md"))]
    + [("large", KINDS["note without mathematics"][1])],
)
def test_notes_are_light(open_page: OpenPage, site: str, path: str) -> None:
    visit = open_page(site, path, viewport={"width": 1280, "height": 20_000})
    page = visit.page
    page.evaluate("document.fonts.ready")
    sizes = {page.url: len(page.request.get(page.url).body())}
    for url in page.evaluate("performance.getEntriesByType('resource').map(one => one.name)"):
        sizes[url] = len(page.request.get(url).body())
    icon = page.locator("link[rel~=icon]").evaluate("link => link.href")
    sizes[icon] = len(page.request.get(icon).body())
    without_mathematics = {url: size for url, size in sizes.items() if "/math" not in url}
    assert len(sizes) <= 10, sizes
    assert sum(without_mathematics.values()) <= BYTES, sizes


COMMON = {"theme.js"}
PLAIN = {"page.css"}


@pytest.mark.parametrize(
    ("path", "used"),
    [
        ("index.html", {"page-mathematics.css", "previews-mathematics.js", "filter.js"}),
        ("papers/plain.html", PLAIN | {"papernotes.js"}),
        (
            "papers/everything.html",
            {"page-mathematics.css", "code.css", "papernotes-previews-mathematics.js"},
        ),
        ("bibliography.html", PLAIN | {"works.css", "works.js"}),
        ("reading-list.html", PLAIN),
        ("404.html", PLAIN),
        ("search.html", PLAIN | {"search.css", "search.js"}),
        ("components.html", PLAIN | {"sphinx-design.min.css", "furo-extensions.css"}),
    ],
)
def test_pages_link_what_they_use(large_site: Build, path: str, used: set[str]) -> None:
    page = parse(large_site.outdir / path)
    linked = page.xpath("//script/@src | //link[@rel='stylesheet']/@href")
    assert {Path(urlsplit(name).path).name for name in linked} == COMMON | used


# -- The page for what is not there --------------------------------------------


def test_missing_page_is_whole_at_any_depth(browser: Browser, tmp_path: Path) -> None:
    """Where the site knows its address, what 404.html needs is found from every other."""
    site = write_large_site(tmp_path / "site", notes=2)
    out = tmp_path / "site/_build/html"
    out.mkdir(parents=True)
    with serve(out) as address, browser.new_context() as context:
        told = {"html_baseurl": address, "html_context.site_url": address}
        site.build(confoverrides=told)
        page = Visitor(context, address).visit("papers/of/no/such/name.html").page
        assert page.locator("h1").inner_text() == "Page not found"
        assert page.locator(".site-page").evaluate("one => getComputedStyle(one).display") == "flex"
        page.locator("article a").click()
        page.wait_for_url(f"{address}index.html")
