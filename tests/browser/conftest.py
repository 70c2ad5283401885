"""Fixtures of the browser tests: the installed Chromium, and sites on the loopback address."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from host import serve
from large import write_large_site
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sites import Build
from visits import Visit, Visitor


@pytest.fixture(scope="session")
def address(notebook: Build) -> Iterator[str]:
    """Serve the notebook, and yield its URL."""
    with serve(notebook.outdir) as address:
        yield address


@pytest.fixture(scope="session")
def large_site(once: Callable[..., Build]) -> Build:
    """Build the large generated site, whose long lists go on over pages as if it were larger."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("papernotes.catalogue.index_pages.WORKS_LINKS", 300)
        patch.setattr("papernotes.catalogue.mention_pages.ON_NOTE", 3)
        build = once("large", lambda folder: write_large_site(folder / "site").build())
    assert build.messages == []
    return build


@pytest.fixture(scope="session")
def builds(notebook: Build, large_site: Build) -> dict[str, Build]:
    """Return both sites, by their names in `visits.PAGES`."""
    return {"notebook": notebook, "large": large_site}


@pytest.fixture(scope="session")
def addresses(address: str, large_site: Build) -> Iterator[dict[str, str]]:
    """Serve both sites, and yield their URLs by name."""
    with serve(large_site.outdir) as large_address:
        yield {"notebook": address, "large": large_address}


@pytest.fixture
def open_page(browser: Browser, addresses: dict[str, str]) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page of a site in a new browser context.

    Keyword arguments are options of the context.
    """
    with contextlib.ExitStack() as stack:

        def open_in_context(site: str, path: str, address: str = "", **options: Any) -> Visit:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            return Visitor(context, addresses[site]).visit(path, address)

        yield open_in_context


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Return the windows of this module's tabs, by their options."""
    contexts: dict[str, BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_tab(
    browser: Browser, addresses: dict[str, str], windows: dict[str, BrowserContext]
) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page of a site in a new tab, like `open_page`.

    It is for tests that leave nothing in the browser's storage: tabs with the same options share a
    window, which takes longer to open than a page.
    """
    with contextlib.ExitStack() as stack:

        def open_in_tab(site: str, path: str, **options: Any) -> Visit:
            name = repr(sorted(options.items()))
            if name not in windows:
                windows[name] = browser.new_context(**options)
                windows[name].set_default_timeout(10_000)
                windows[name].new_page()  # keeps the window open
            visit = Visitor(windows[name], addresses[site]).visit(path)
            stack.callback(visit.page.close)
            return visit

        yield open_in_tab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium; without one, fail with a message on how to install it."""
    executable = os.environ.get("CHROMIUM") or _find_chromium()
    # The sandbox does not work for root, nor in most containers.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    # Without this, each window gets a list of suggestions below its address field, which takes as
    # much time as a page.
    arguments += ["--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


def _find_chromium() -> str:
    script = Path(__file__).parent / "find-chromium"
    result = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


# The windows of a phone and of a desktop. What a test shows depends on the scheme or on the width,
# if on either. test_pages.py and test_axe.py see all four pairs.
@pytest.fixture(params=[("dark", 390), ("light", 1280)], ids=["dark-390", "light-1280"])
def window(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Return the colour scheme that the reader prefers, and the width of the window."""
    scheme, width = request.param
    return scheme, width


@pytest.fixture
def scheme(window: tuple[str, int]) -> str:
    """Return the colour scheme that the reader prefers."""
    return window[0]


@pytest.fixture
def width(window: tuple[str, int]) -> int:
    """Return the width of a phone's or a desktop's window."""
    return window[1]


@pytest.fixture
def visitor(browser: Browser, address: str, scheme: str, width: int) -> Iterator[Visitor]:
    """Return a visitor of the notebook, with a colour scheme and a width."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(10_000)
    yield Visitor(context, address)
    context.close()
