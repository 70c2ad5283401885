"""Previews of cited works open by pointer, keyboard and touch, from a server and from a folder."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page
from sites import Build
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


def test_without_scripts_a_citation_leads_to_the_references(visitor: Visitor) -> None:
    context = visitor.context.browser.new_context(java_script_enabled=False)
    page = Visitor(context, visitor.address).visit(NOTE).page
    citation(page, "vaswani2017attention").click()
    assert page.locator("li:target").inner_text().startswith("Ashish Vaswani")
    context.close()
