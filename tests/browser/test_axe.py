"""axe-core finds nothing wrong: not on any kind of page, in no scheme, at no width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from visits import CHECKERS, KINDS, PAGES, Visit

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
AXE = """async tags => {
    const { violations, passes } = await axe.run({ runOnly: tags });
    const targets = rule => rule.nodes.map(node => node.target.join(" ")).join(", ");
    return [violations.map(rule => `${rule.id}: ${targets(rule)}`), passes.map(rule => rule.id)];
}"""


def judge(page: Page) -> list[str]:
    """Return what axe finds wrong on a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((CHECKERS / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    violations, passes = page.evaluate(AXE, [*WCAG, "best-practice"])
    # That it has looked: at the landmarks, the contrast and the size of targets, too.
    assert {"region", "color-contrast", "target-size"} <= set(passes)
    return violations


@pytest.mark.parametrize(("site", "path"), PAGES)
def test_axe_finds_nothing(open_page: OpenPage, site: str, path: str) -> None:
    visit = open_page(site, path)
    page = visit.page
    if path.startswith("search"):
        page.locator(".pn-search-found li").first.wait_for()
    # What is out of sight may not be laid out yet; axe would take it to be where it will not stay.
    page.locator(".pn-group").evaluate_all(
        "all => all.forEach(one => { one.style.contentVisibility = 'visible'; })"
    )
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert (width, scheme, judge(page)) == (width, scheme, [])
    assert visit.faults == []


@pytest.mark.parametrize("opened", ["Menu", "On this page", "preview", "BibTeX"])
def test_axe_finds_nothing_on_what_opens(open_page: OpenPage, opened: str) -> None:
    page = open_page("own", KINDS["note"][0], viewport={"width": 320, "height": 900}).page
    if opened == "preview":
        page.locator("[data-pn-preview] > a").first.focus()
        page.locator(".pn-preview").wait_for()
    elif opened == "BibTeX":
        page.locator(".pn-bibtex > summary").click()
    else:
        page.get_by_role("button", name=opened).click()
    assert judge(page) == []
