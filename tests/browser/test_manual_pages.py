"""Pages of the manual have no violation in axe, keep the policy and load nothing from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from built_manual import build_manual
from host import serve
from playwright.sync_api import Browser
from test_axe import axe_violations
from visits import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def manual_address(once: Callable[..., Path]) -> Iterator[str]:
    with serve(once("manual", build_manual)) as address:
        yield address


@pytest.mark.parametrize("page", ["tutorial", "reference/settings", "reference/commands"])
def test_page_of_the_manual_is_accessible_and_complete(
    browser: Browser, manual_address: str, page: str
) -> None:
    context = browser.new_context()
    visit = Visitor(context, manual_address).visit(f"{page}.html")
    for width in (320, 1280):
        visit.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme)
            assert (width, scheme, axe_violations(visit.page)) == (width, scheme, [])
    assert visit.faults == []
    context.close()
