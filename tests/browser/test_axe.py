"""axe-core finds no violation on any kind of page, in either colour scheme, at any width."""

from __future__ import annotations

import itertools
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


def axe_violations(page: Page) -> list[str]:
    """Run axe on a page, and return the violations."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((CHECKERS / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    violations, passes = page.evaluate(AXE, [*WCAG, "best-practice"])
    # These rules have run: landmarks, contrast and the size of targets.
    assert {"region", "color-contrast", "target-size"} <= set(passes)
    return violations


def looks(site: str, path: str) -> list[tuple[int, str]]:
    """Return the widths and colour schemes in which a page is checked.

    The page of a note is checked in all, and on the notebook the front page too; the others have
    no colours that these lack.
    """
    if path in KINDS["note"] or (site, path) == ("notebook", "index.html"):
        return list(itertools.product((320, 1280), ("light", "dark")))
    return [(320, "dark"), (1280, "light")]


@pytest.mark.parametrize(("site", "path"), PAGES)
def test_axe_finds_no_violation_on_a_page(open_tab: OpenPage, site: str, path: str) -> None:
    visit = open_tab(site, path)
    page = visit.page
    if path.startswith("search"):
        page.locator(".pn-search-found li").first.wait_for()
    # With content-visibility: auto, groups out of sight are not laid out, and axe would see their
    # contents in the wrong place.
    page.locator(".pn-group").evaluate_all(
        "all => all.forEach(one => { one.style.contentVisibility = 'visible'; })"
    )
    for width, scheme in looks(site, path):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert (width, scheme, axe_violations(page)) == (width, scheme, [])
    assert visit.faults == []


@pytest.mark.parametrize("opened", ["Menu", "On this page", "preview", "BibTeX"])
def test_axe_finds_no_violation_in_drawers_and_previews(open_page: OpenPage, opened: str) -> None:
    page = open_page("notebook", KINDS["note"][0], viewport={"width": 320, "height": 900}).page
    if opened == "preview":
        page.locator("[data-pn-preview] > a").first.focus()
        page.locator(".pn-preview").wait_for()
    elif opened == "BibTeX":
        page.locator(".pn-bibtex > summary").click()
    else:
        page.get_by_role("button", name=opened).click()
    assert axe_violations(page) == []
