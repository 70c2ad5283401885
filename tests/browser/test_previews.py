"""Previews open by pointer, keyboard and touch, from a server and from a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from explained import write_explained_site
from host import serve
from playwright.sync_api import Browser, Locator, Page
from sites import Build
from test_axe import axe_violations
from visits import Visitor

pytestmark = pytest.mark.browser
NOTE = "papers/choromanski2021rethinking.html"
PREVIEW = ".pn-preview"


def citation(page: Page, name: str) -> Locator:
    return page.locator(f"article section:not(#pn-cited-by) [data-pn-preview={name}] > a").first


def test_hovering_a_citation_shows_a_preview_of_the_work(visitor: Visitor, width: int) -> None:
    visit = visitor.visit(NOTE)
    page = visit.page
    link = citation(page, "vaswani2017attention")
    link.hover()
    preview = page.locator(PREVIEW)
    preview.wait_for()
    shown = preview.inner_text()
    assert "Attention is all you need" in shown
    assert "Ashish Vaswani et al." in shown
    assert "2017" in shown
    assert "NeurIPS" in shown
    # The preview has the note's summary, with its mathematics.
    assert "Neither recurrence nor convolution" in " ".join(shown.split())
    assert preview.locator("math").count() == 3
    addresses = {a.inner_text(): a.get_attribute("href") for a in preview.locator("a").all()}
    assert addresses["Read the note"] == f"{visitor.address}papers/vaswani2017attention.html"
    assert addresses["abstract"] == "https://arxiv.org/abs/1706.03762"
    assert addresses["PDF"] == "https://arxiv.org/pdf/1706.03762"
    box = preview.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 900
    # The pointer can enter the preview; it closes when the pointer has left preview and link.
    preview.locator(".pn-preview-title").hover()
    page.wait_for_timeout(500)
    assert preview.is_visible()
    page.mouse.move(width - 1, 899)
    preview.wait_for(state="detached")
    # The preview of a work without a note shows its reference.
    citation(page, "rahimi2007random").hover()
    preview.wait_for()
    assert "Ali Rahimi" in preview.inner_text()
    assert "Read the note" not in preview.inner_text()
    assert page.locator(PREVIEW).count() == 1
    page.keyboard.press("Escape")
    preview.wait_for(state="detached")
    assert visit.faults == []


def test_preview_says_which_page_is_cited_and_leads_there(visitor: Visitor) -> None:
    page = visitor.visit("papers/gehring2017convolutional.html").page
    citation(page, "he2016deep").hover()
    page.locator(PREVIEW).wait_for()
    place = "https://arxiv.org/pdf/1512.03385#page=3"
    assert page.locator("article a.pn-locator.reference").get_attribute("href") == place
    link = page.locator(PREVIEW).get_by_role("link", name="p. 772", exact=True)
    assert link.get_attribute("href") == place


def test_preview_is_opened_entered_and_closed_by_keyboard(visitor: Visitor) -> None:
    visit = visitor.visit(NOTE)
    page = visit.page
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    link = citation(page, "vaswani2017attention")
    preview = page.locator(PREVIEW)
    page.keyboard.press("Tab")  # So that :focus-visible applies.
    link.focus()
    preview.wait_for()
    assert link.get_attribute("aria-expanded") == "true"
    assert page.locator("[role=status]").filter(has_text="Attention is all").count() == 1
    page.keyboard.press("Tab")
    assert preview.locator("a").first.evaluate("a => a === document.activeElement")
    page.keyboard.press("Escape")
    preview.wait_for(state="detached")
    assert link.evaluate("a => a === document.activeElement")
    page.wait_for_timeout(400)
    assert preview.count() == 0
    # Returning to the link opens the preview again, without another request.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    preview.wait_for()
    assert len([url for url in requests if "/previews/" in url]) == 1
    # The preview closes when the focus moves elsewhere.
    page.locator("h1 a").first.focus()
    preview.wait_for(state="detached")
    assert visit.faults == []


def test_first_tap_opens_the_preview_and_the_next_follows_the_link(
    visitor: Visitor, width: int
) -> None:
    context = visitor.context.browser.new_context(
        viewport={"width": width, "height": 800}, has_touch=True
    )
    visit = Visitor(context, visitor.address).visit("index.html")
    page = visit.page
    link = page.locator("[data-pn-preview=vaswani2017attention] > a").first
    link.tap()
    preview = page.locator(PREVIEW)
    preview.wait_for()
    assert page.url.endswith("index.html")
    # Links in the preview are relative to the page that shows it.
    note = preview.locator("a", has_text="Read the note").get_attribute("href")
    assert note == f"{visitor.address}papers/vaswani2017attention.html"
    page.locator(".site-footer").tap(position={"x": 1, "y": 1})
    preview.wait_for(state="detached")
    link.tap()
    preview.wait_for()
    link.tap()
    page.wait_for_url("**/vaswani2017attention.html")
    assert visit.faults == []
    context.close()


def test_preview_opens_from_a_folder(visitor: Visitor, notebook: Build) -> None:
    visit = visitor.visit(NOTE, address=f"{notebook.outdir.as_uri()}/")
    citation(visit.page, "vaswani2017attention").hover()
    note = visit.page.locator(f"{PREVIEW} a", has_text="Read the note")
    note.wait_for()
    address = (notebook.outdir / "papers/vaswani2017attention.html").as_uri()
    assert note.get_attribute("href") == address
    assert visit.faults == []


def test_citation_stays_a_link_if_its_preview_fails_to_load(visitor: Visitor) -> None:
    visitor.context.route("**/previews/*.js", lambda route: route.abort())
    page = visitor.visit(NOTE).page
    link = citation(page, "vaswani2017attention")
    link.hover()
    page.wait_for_timeout(500)
    assert page.locator(PREVIEW).count() == 0
    link.click()
    assert page.locator("li:target").inner_text().startswith("Ashish Vaswani")


@pytest.mark.parametrize("name", ["previews/*.js", "preview-box.js"])
def test_preview_that_failed_to_load_is_tried_again(visitor: Visitor, name: str) -> None:
    visitor.context.route(f"**/{name}", lambda route: route.abort())
    page = visitor.visit(NOTE).page
    link = citation(page, "vaswani2017attention")
    with page.expect_event("requestfailed"):
        link.hover()
    assert page.locator(PREVIEW).count() == 0
    visitor.context.unroute(f"**/{name}")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    link.hover()
    page.locator(PREVIEW).wait_for()


def test_without_scripts_a_citation_leads_to_the_references(visitor: Visitor) -> None:
    context = visitor.context.browser.new_context(java_script_enabled=False)
    page = Visitor(context, visitor.address).visit(NOTE).page
    citation(page, "vaswani2017attention").click()
    assert page.locator("li:target").inner_text().startswith("Ashish Vaswani")
    context.close()


# -- All that links explain ------------------------------------------------------


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Build and serve a site that links to all that has a preview; yield its folder and URL."""
    build = write_explained_site(tmp_path_factory.mktemp("explained") / "site").build()
    assert build.messages == []
    with serve(build.outdir) as address:
        yield build.outdir, address


@pytest.fixture(scope="module")
def phone(browser: Browser, explained: tuple[Path, str]) -> Iterator[Visitor]:
    """Return a visitor with a phone in the dark."""
    context = browser.new_context(
        viewport={"width": 320, "height": 600}, color_scheme="dark", has_touch=True
    )
    context.set_default_timeout(10_000)
    yield Visitor(context, explained[1])
    context.close()


@pytest.fixture(scope="module")
def desktop(browser: Browser, explained: tuple[Path, str]) -> Iterator[Visitor]:
    """Return a visitor with a desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 600})
    context.set_default_timeout(10_000)
    yield Visitor(context, explained[1])
    context.close()


def link_to(page: Page, text: str) -> Locator:
    """Return the last link of the text that says *text*."""
    links = page.locator("article :is(section, .pn-noted) > p a")
    words = r"\s+".join(map(re.escape, text.split()))
    return links.filter(has_text=re.compile(f"^{words}$")).last


def point_at(page: Page, link: str) -> Locator:
    """Point at the last link of the text that says *link*, and return its preview."""
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    link_to(page, link).hover()
    preview = page.locator(PREVIEW)
    preview.wait_for()
    return preview


# What the previews of links show, by the text of the link: a selector, and a part of the text.
SHOWN = {
    "(1)": ("math", "(1)"),
    "Fig. 1": ("figcaption", "The loss falls, as Two (2020) say."),
    "Table 1": ("caption", "Table 1 All numbers"),
    "Listing 1": (".highlight .nb", 'print("wide")'),
    "the method": (".pn-preview-title", "It has two steps"),
}
OVERFLOW = """box => [box.getBoundingClientRect(), innerWidth, innerHeight].map(
    it => it.right ? [it.left, it.right, it.top, it.bottom] : it)"""


@pytest.mark.parametrize("path", ["papers/one.html", "papers/two.html"])
def test_links_show_what_they_explain_on_this_page_and_on_others(phone: Visitor, path: str) -> None:
    visit = phone.visit(path)
    page = visit.page
    for link, (selector, words) in SHOWN.items():
        preview = point_at(page, link)
        assert preview.locator(selector).count() >= 1, link
        assert words in " ".join(preview.inner_text().split()), link
        assert preview.locator("[id], [data-pn-preview], .headerlink, .pn-preview").count() == 0
        (left, right, top, bottom), width, height = preview.evaluate(OVERFLOW)
        assert 0 <= left < right <= width, link
        assert 0 <= top < bottom <= height, link
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The table scrolls by itself, and the keyboard reaches it.
    point_at(page, "Table 1")
    assert axe_violations(page) == []
    scrolls = page.locator(f"{PREVIEW} .pn-scrolls")
    assert scrolls.evaluate("it => it.scrollWidth > it.clientWidth")
    assert scrolls.get_attribute("tabindex") == "0"
    # Of two pictures, the automatic scheme shows the dark one.
    point_at(page, "Fig. 1")
    assert [
        picture.get_attribute("src").rpartition("/")[2]
        for picture in page.locator(f"{PREVIEW} img:visible").all()
    ] == ["wide-dark.svg"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(it => it.id)")
    assert len(ids) == len(set(ids))
    assert visit.faults == []


def test_previews_are_named_after_what_they_show(desktop: Visitor) -> None:
    page = desktop.visit("papers/two.html").page
    for link, name in {
        "Fig. 1": "Fig. 1 The loss falls, as Two (2020) say.",
        "loss": "loss",
        "(1)": "(1)",
        "the remark": "Note",
        "Both of them": "Both of them",
    }.items():
        assert point_at(page, link).get_attribute("aria-label") == name


def test_preview_says_why_a_work_is_cited(desktop: Visitor) -> None:
    page = desktop.visit("papers/one.html").page
    page.locator("article [data-pn-intent] > a").first.hover()
    line = page.locator(f"{PREVIEW} .pn-byline")
    shown = line.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert shown == "Tim Two · 2020 · Letters · this text disputes it · p. 3"


def test_what_is_in_sight_has_no_preview(desktop: Visitor) -> None:
    page = desktop.visit("papers/one.html").page
    link = link_to(page, "(1)")
    page.locator("#looking-back").scroll_into_view_if_needed()
    point_at(page, "(1)")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 6000})
    page.mouse.move(0, 0)
    link.hover()
    page.wait_for_timeout(400)
    assert page.locator(PREVIEW).count() == 0
    page.close()


def test_links_that_navigate_have_no_preview(desktop: Visitor) -> None:
    page = desktop.visit("papers/one.html").page
    expanding = page.locator("a[aria-expanded]")
    assert expanding.count() == page.locator("article p a[aria-expanded]").count() > 10
    for place in ("nav", ".pn-backlinks", ".headerlink", ".footnote > .label", ".site-skip"):
        assert page.locator(f"{place} a[aria-expanded], a{place}[aria-expanded]").count() == 0


def test_nothing_of_previews_is_loaded_before_one_is_wanted(desktop: Visitor) -> None:
    visit = desktop.open_window()
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    visit.page.goto(f"{desktop.address}papers/one.html")
    before = [path for path in asked if "preview" in path]
    assert len(before) == 1
    point_at(visit.page, "Fig. 1")
    assert asked[-2:] == ["/_static/preview-box.js", "/_static/previews.css"]
    assert visit.faults == []


def test_preview_in_another_script_has_its_faces(desktop: Visitor) -> None:
    page = desktop.visit("papers/two.html").page
    line = "it => getComputedStyle(it).lineHeight"
    before = page.locator("article p").last.evaluate(line)
    preview = point_at(page, "关于“泛化”的笔记")
    size = preview.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    shown = preview.locator(".pn-summary p").evaluate(line)
    assert float(shown.removesuffix("px")) == pytest.approx(1.75 * size, abs=0.1)
    # The page itself stays as it is.
    assert page.locator("article p").last.evaluate(line) == before


def test_first_tap_opens_a_figure_and_the_next_goes_there(phone: Visitor) -> None:
    page = phone.visit("papers/one.html").page
    link = link_to(page, "Fig. 1")
    link.tap()
    page.locator(f"{PREVIEW} figcaption").wait_for()
    assert "#" not in page.url
    link.tap()
    page.wait_for_url("**#the-curve")
    assert page.locator(PREVIEW).count() == 0
    # A footnote unfolds by itself.
    page.locator("a.footnote-reference").first.tap()
    page.wait_for_timeout(400)
    assert page.locator(PREVIEW).count() == 0
    assert page.locator(".footnote:target").count() == 1


def test_pointer_shows_a_folded_footnote(phone: Visitor) -> None:
    visit = phone.visit("papers/one.html")
    page = visit.page
    page.locator("a.footnote-reference").nth(1).hover()
    preview = page.locator(PREVIEW)
    preview.wait_for()
    assert preview.inner_text().startswith("A long footnote, with a formula")
    assert "which cites Three (2021)" in preview.inner_text()
    assert "↩" not in preview.inner_text()
    assert axe_violations(page) == []
    assert visit.faults == []


def test_tap_follows_a_link_of_which_the_preview_fails_to_load(phone: Visitor) -> None:
    page = phone.open_window().page
    page.route("**/preview-box.js", lambda route: route.abort())
    page.goto(f"{phone.address}papers/two.html")
    link_to(page, "Both of them").tap()
    page.wait_for_url("**/both.html*")


def test_figure_of_another_page_is_shown_from_a_folder(
    desktop: Visitor, explained: tuple[Path, str]
) -> None:
    visit = desktop.visit("papers/two.html", address=f"{explained[0].as_uri()}/")
    picture = point_at(visit.page, "Fig. 1").locator("img:visible")
    assert picture.evaluate("it => it.complete && it.naturalWidth") == 900
    assert visit.faults == []


def test_previews_are_visible_in_forced_colours_and_do_not_move(desktop: Visitor) -> None:
    page = desktop.visit("papers/two.html").page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    preview = point_at(page, "Fig. 1")
    style = preview.evaluate(
        "it => (({borderTopStyle, backgroundColor, animationName, transitionProperty}) =>"
        " [borderTopStyle, backgroundColor !== 'rgba(0, 0, 0, 0)', animationName])"
        "(getComputedStyle(it))"
    )
    assert style == ["solid", True, "none"]
    page.close()
