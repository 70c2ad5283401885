"""Pages need no other host, no server and no script, and load few bytes.

Pages are served with the README's content security policy.  A visit records its violations and
requests to other hosts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from host import serve
from large import write_large_site
from playwright.sync_api import Browser, Page, expect
from sites import NOTEBOOK, Build, parse
from visits import BYTES, KINDS, ONCE, Visit, Visitor, loaded

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
NOTE = KINDS["note"][0]


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
def test_no_control_violates_the_policy(open_page: OpenPage, site: str, path: str) -> None:
    visit = open_page(site, path)
    try_everything(visit.page)
    visit.page.reload()
    assert visit.faults == []


def test_server_sends_the_readme_s_policy_and_violations_are_recorded(open_page: OpenPage) -> None:
    visit = open_page("notebook", NOTE)
    visit.page.evaluate("document.body.setAttribute('style', 'color: red')")
    visit.page.evaluate("new Image().src = 'https://example.org/'")
    visit.page.wait_for_timeout(100)
    assert any("style-src 'self'" in fault for fault in visit.faults)
    assert any("img-src 'self' data:" in fault for fault in visit.faults)


@pytest.mark.parametrize("site", ["notebook", "large"])
def test_no_page_loads_from_another_host(builds: dict[str, Build], site: str) -> None:
    not_loaded = "@rel='canonical' or @rel='alternate'"
    loaded = f"//script/@src | //link[not({not_loaded})]/@href | //img/@src | //iframe/@src"
    for path in builds[site].outdir.rglob("*.html"):
        page = parse(path)
        assert [name for name in page.xpath(loaded) if urlsplit(name).netloc] == [], path
        # JSON-LD is data, although its element is <script>.
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


def test_search_field_of_the_sidebar_leads_to_a_note(open_page: OpenPage) -> None:
    visit = open_page("notebook", "index.html", viewport={"width": 1280, "height": 900})
    field = visit.page.locator(".site-sidebar input")
    field.fill("performers")
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
def test_chosen_scheme_is_applied_before_the_page_is_painted(
    open_page: OpenPage, system: str
) -> None:
    page = open_page("notebook", NOTE, color_scheme=system).page
    other = "dark" if system == "light" else "light"
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="Colours").click()
    after = page.evaluate(colour)
    assert after != before
    page.context.add_init_script(FIRST_SEEN)
    # The page waits for a late script.
    page.route("**/theme.js*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(page.url.replace(NOTE, "index.html"))
    assert page.evaluate("window.seen") == other
    assert page.evaluate(colour) == after
    # The third scheme follows the system again.
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("button", name="Colours").click()
    assert page.evaluate(colour) == before
    page.emulate_media(color_scheme=other)
    assert page.evaluate(colour) == after


def test_scheme_can_be_chosen_if_storage_is_denied(open_page: OpenPage) -> None:
    visit = open_page("notebook", NOTE)
    denied = "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } })"
    visit.page.context.add_init_script(denied)
    visit.page.reload()
    visit.page.get_by_role("button", name="Colours").click()
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visit.faults == []


# -- Without scripts -----------------------------------------------------------


@pytest.mark.parametrize("site", ["notebook", "large"])
def test_links_lead_from_the_front_page_to_every_page(builds: dict[str, Build], site: str) -> None:
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
    pages = {path for path in outdir.rglob("*.html") if path.name not in UNLINKED}
    assert pages - reached == set()


# The page of servers, a page that needs scripts, and a page that the large site does not link.
UNLINKED = {"404.html", "search.html", "components.html"}


@pytest.mark.parametrize(("site", "path"), ONCE)
def test_page_is_complete_without_scripts(open_tab: OpenPage, site: str, path: str) -> None:
    size = {"width": 320, "height": 900}
    visit = open_tab(site, path, java_script_enabled=False, viewport=size)
    page = visit.page
    assert page.locator("h1").is_visible()
    # Controls that need scripts are hidden.
    for needs_script in (".site-theme", ".site-search", ".pn-copy", ".pn-find"):
        expect(page.locator(f"{needs_script}:visible")).to_have_count(0)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Papers").first.click()
    expect(page.locator(".pn-card").first).to_be_visible()
    assert visit.faults == []


def test_search_page_says_that_it_needs_scripts(open_page: OpenPage) -> None:
    page = open_page("notebook", "search.html", java_script_enabled=False).page
    assert "Searching needs JavaScript" in page.locator("main, article").inner_text()


# -- Size ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "path"),
    [("notebook", f"papers/{path.stem}.html") for path in sorted(NOTEBOOK.glob("papers/*.md"))]
    + [("large", KINDS["note without mathematics"][1])],
)
def test_note_s_page_loads_few_files_and_bytes(open_page: OpenPage, site: str, path: str) -> None:
    visit = open_page(site, path, viewport={"width": 1280, "height": 20_000})
    sizes = loaded(visit.page)
    without_mathematics = {url: size for url, size in sizes.items() if "/math" not in url}
    assert len(sizes) <= 10, sizes
    assert sum(without_mathematics.values()) <= BYTES, sizes


COMMON = {"theme.js"}
PLAIN = {"page.css"}


@pytest.mark.parametrize(
    ("path", "used"),
    [
        (
            "index.html",
            {
                "page-mathematics.css",
                "archives.css",
                "cards.css",
                "languages.css",
                "previews-mathematics.js",
                "filter.js",
            },
        ),
        ("papers/plain.html", PLAIN | {"papernotes.js", "status.css"}),
        (
            "papers/everything.html",
            {"page-mathematics.css", "blocks.css", "code.css", "margin.css"}
            | {"papernotes-previews-mathematics.js"},
        ),
        ("bibliography.html", PLAIN | {"archives.css", "works.css", "works.js", "status.css"}),
        # Of the papers that cite a suggested work, one was retracted.
        ("reading-list.html", PLAIN | {"status.css"}),
        ("404.html", PLAIN),
        ("search.html", PLAIN | {"blocks.css", "search.css", "search.js"}),
        ("components.html", PLAIN | {"sphinx-design.min.css", "furo-extensions.css"}),
    ],
)
def test_page_links_only_the_assets_it_uses(large_site: Build, path: str, used: set[str]) -> None:
    page = parse(large_site.outdir / path)
    linked = page.xpath("//script/@src | //link[@rel='stylesheet']/@href")
    assert {Path(urlsplit(name).path).name for name in linked} == COMMON | used


# -- 404.html ------------------------------------------------------------------


def test_404_page_has_its_styles_and_links_at_any_depth(browser: Browser, tmp_path: Path) -> None:
    """With the site's address, 404.html refers to its files by absolute URLs."""
    site = write_large_site(tmp_path / "site", notes=2)
    out = tmp_path / "site/_build/html"
    out.mkdir(parents=True)
    with serve(out) as address, browser.new_context() as context:
        site.build(confoverrides={"html_baseurl": address})
        visit = Visitor(context, address).visit("papers/of/no/such/name.html")
        page = visit.page
        # The page itself has the status 404. Nothing else is missing, or against the policy.
        status = "console: Failed to load resource: the server responded with a status of 404"
        assert [fault.partition(" (")[0] for fault in visit.faults] == [status]
        assert page.locator("h1").inner_text() == "Page not found"
        assert page.locator(".site-page").evaluate("one => getComputedStyle(one).display") == "flex"
        page.locator("article a").click()
        page.wait_for_url(f"{address}index.html")
