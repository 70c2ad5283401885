"""A browser: the machine's own Chromium, and sites on the loopback address."""

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
from playwright.sync_api import Browser, sync_playwright
from sites import Build
from visits import Visit, Visitor


@pytest.fixture(scope="session")
def address(own_site: Build) -> Iterator[str]:
    """Serve this project's site and return its address."""
    with serve(own_site.outdir) as address:
        yield address


@pytest.fixture(scope="session")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the larger site."""
    build = write_large_site(tmp_path_factory.mktemp("large") / "site").build()
    assert build.messages == []
    return build


@pytest.fixture(scope="session")
def builds(own_site: Build, large_site: Build) -> dict[str, Build]:
    """Return both sites, by the names that PAGES has for them."""
    return {"own": own_site, "large": large_site}


@pytest.fixture(scope="session")
def addresses(address: str, large_site: Build) -> Iterator[dict[str, str]]:
    """Serve both and return their addresses."""
    with serve(large_site.outdir) as large_address:
        yield {"own": address, "large": large_address}


@pytest.fixture
def open_page(browser: Browser, addresses: dict[str, str]) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page of a site in a context of its own, with options."""
    with contextlib.ExitStack() as stack:

        def opened(site: str, path: str, address: str = "", **options: Any) -> Visit:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            return Visitor(context, addresses[site]).visit(path, address)

        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium; without one the tests fail and say how to get it."""
    executable = os.environ.get("CHROMIUM") or _find()
    # The sandbox wants privileges that containers and root do not have.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield started
        started.close()


def _find() -> str:
    script = Path(__file__).parent / "find-chromium"
    found = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Return a colour scheme that a reader can prefer."""
    return str(request.param)


@pytest.fixture(params=[390, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """Return the width of a phone and of a desk."""
    return int(request.param)


@pytest.fixture
def visitor(browser: Browser, address: str, scheme: str, width: int) -> Iterator[Visitor]:
    """Return a visitor with a scheme and a width."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(10_000)
    yield Visitor(context, address)
    context.close()
