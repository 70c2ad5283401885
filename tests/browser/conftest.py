"""A browser: the machine's own Chromium, and this project's site on the loopback address."""

from __future__ import annotations

import functools
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sites import Build
from visits import Visitor


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def address(own_site: Build) -> Iterator[str]:
    """Serve this project's site and return its address."""
    handler = functools.partial(Quiet, directory=own_site.outdir)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


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
