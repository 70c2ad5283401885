"""Pages can be used by keyboard: the focus is always visible, and drawers open and close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from visits import KINDS, PAGES, Visit

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
NOTE = KINDS["note"][0]

# Describes the focused element: its name, whether it is visible and outlined, and whether nothing
# covers it.
FOCUSED = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const style = getComputedStyle(element);
    const { left, top, width, height } = element.getClientRects()[0];
    const over = document.elementFromPoint(left + width / 2, top + height / 2);
    return {
        name: element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 60),
        seen: element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        on_top: element.contains(over) || Boolean(over?.contains(element)),
    };
}"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    ("site", "path"), [("notebook", small) for small, _ in KINDS.values()] + [PAGES[3]]
)
def test_focus_is_always_visible(open_tab: OpenPage, site: str, path: str, width: int) -> None:
    size = {"width": width, "height": 600}
    page = open_tab(site, path, viewport=size, reduced_motion="reduce").page
    if path.startswith("search"):
        page.wait_for_load_state("networkidle")  # The results move what is below them.
    # Previews would come and go as the focus passes; test_previews.py tests them.
    page.route("**/previews/*.js", lambda route: route.abort())
    # At a phone's width go backwards: the bar at the top could cover what is scrolled to.
    key = "Tab" if width == 1280 else "Shift+Tab"
    reached: list[dict[str, Any]] = []
    page.keyboard.press(key)
    while focused := page.evaluate(FOCUSED):
        reached.append(focused)
        page.keyboard.press(key)
    assert reached[0 if key == "Tab" else -1]["name"] == "Skip to content"
    assert len(reached) > 5
    for fault in ("seen", "outlined", "on_top"):
        assert [element["name"] for element in reached if not element[fault]] == []


def test_skip_link_moves_the_focus_to_the_text(open_page: OpenPage) -> None:
    page = open_page("notebook", NOTE, viewport={"width": 1280, "height": 600}).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('h1 a')")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("button", "inside"), [("Menu", "Papers"), ("On this page", "References")])
def test_drawer_opens_and_closes_by_keyboard(
    open_page: OpenPage, button: str, inside: str, scripts: bool
) -> None:
    size = {"width": 320, "height": 600}
    page = open_page("notebook", NOTE, viewport=size, java_script_enabled=scripts).page
    link = page.get_by_role("link", name=inside, exact=True)
    opener = page.get_by_role("button", name=button)
    close = page.get_by_role("button", name="Close")
    link = page.locator("[popover] a", has_text=inside).last
    for way_out in ("Escape", "button"):
        assert not link.is_visible()
        opener.focus()
        page.keyboard.press("Enter")
        link.wait_for()
        page.keyboard.press("Tab")
        assert close.evaluate("button => button === document.activeElement")
        page.keyboard.press("Escape" if way_out == "Escape" else "Enter")
        link.wait_for(state="hidden")
        assert opener.evaluate("button => button === document.activeElement")


def test_contents_drawer_closes_when_a_link_is_followed(open_page: OpenPage) -> None:
    page = open_page("notebook", NOTE, viewport={"width": 320, "height": 600}).page
    page.get_by_role("button", name="On this page").click()
    page.locator(".site-toc a", has_text="References").click()
    page.locator(".site-toc").wait_for(state="hidden")
    assert page.locator("#references:target").count() == 1


def test_contents_mark_the_current_section(open_page: OpenPage) -> None:
    size = {"width": 1280, "height": 600}
    page = open_page("notebook", NOTE, viewport=size, reduced_motion="reduce").page
    current = page.locator(".site-toc a[aria-current]")
    assert current.count() == 0
    for name in ("What it costs", "References"):
        page.locator(".site-toc a", has_text=name).click()
        page.locator(".site-toc a[aria-current]", has_text=name).wait_for()
        assert current.count() == 1


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (320, ["Menu", "Colours: light, dark or automatic", "On this page"]),
        (1100, ["Colours: light, dark or automatic", "On this page"]),
        (1280, ["Colours: light, dark or automatic"]),
    ],
)
def test_bar_shows_the_buttons_that_the_width_needs(
    open_page: OpenPage, width: int, expected: list[str]
) -> None:
    page = open_page("notebook", NOTE, viewport={"width": width, "height": 600}).page
    buttons = page.locator(".site-button:visible")
    assert buttons.evaluate_all("all => all.map(one => one.ariaLabel)") == expected
    for button in buttons.all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


def test_wide_boxes_scroll_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("large", KINDS["note"][1], viewport={"width": 320, "height": 600}).page
    boxes = page.locator("article [tabindex='0']")
    kinds = "all => all.map(one => one.className.split(' ')[0] || one.localName)"
    assert boxes.evaluate_all(kinds) == ["pn-formula", "table-wrapper", "pre", "pre"]
    for box in boxes.all():
        box.focus()
        page.keyboard.press("ArrowRight")
        expect(box).not_to_have_js_property("scrollLeft", 0)
