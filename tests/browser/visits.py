"""Open pages in a browser, and record everything that goes wrong on them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, Page, Request

Until = Literal["domcontentloaded", "load"]
# axe-core and the Nu HTML Checker, where the Makefile installs them.
CHECKERS = Path(sys.prefix, "checkers", "node_modules")
# The most that a note may load, in bytes, without what is for mathematics alone.
BYTES = 100 * 1024
# Every kind of page, on the notebook and on the large site.
KINDS = {
    "front page": ("index.html", "index.html"),
    "note": ("papers/vaswani2017attention.html", "papers/everything.html"),
    "note without mathematics": ("papers/brown1993mathematics.html", "papers/plain.html"),
    "further page": ("tags/attention.html", "page/2.html"),
    "tag": ("tags/machine-translation.html", "tags/generalization.html"),
    "tags": ("tags/index.html", "tags/index.html"),
    "year": ("years/2017.html", "years/2018.html"),
    "years": ("years/index.html", "years/index.html"),
    "authors": ("authors/index.html", "authors/index.html"),
    "venues": ("venues/index.html", "venues/index.html"),
    "map": ("map.html", "map.html"),
    "bibliography": ("bibliography.html", "bibliography.html"),
    "reading list": ("reading-list.html", "reading-list.html"),
    "search": ("search.html?q=network", "search.html?q=everything"),
    "404": ("404.html", "404.html"),
}
# Kinds that only the large site has.
LONG = [("large", "bibliography/2.html"), ("large", "cited-by/papers/tolera2017n0/2.html")]
PAGES = [
    pair for small, large in KINDS.values() for pair in (("notebook", small), ("large", large))
]
PAGES += LONG
# Every kind once, and again those that have more on the large site than another text: long lists,
# and everything that a note can have.
LARGER = {"front page", "note", "further page", "bibliography", "search"}
ONCE = [("notebook", small) for small, _ in KINDS.values()]
ONCE += [("large", large) for kind, (_, large) in KINDS.items() if kind in LARGER]
ONCE += LONG


@dataclass
class Visit:
    """An open page, and everything that went wrong on it."""

    page: Page
    faults: list[str] = field(default_factory=list)


def loaded(page: Page) -> dict[str, int]:
    """Return the size in bytes of the page, and of each file that it has loaded, by URL."""
    page.evaluate("document.fonts.ready")
    urls = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    icons = page.locator("link[rel~=icon]").evaluate_all("links => links.map(link => link.href)")
    return {url: len(page.request.get(url).body()) for url in [page.url, *urls, *icons]}


@dataclass
class Visitor:
    """A browser context for a site at *address*."""

    context: BrowserContext
    address: str

    def visit(self, path: str, address: str = "", until: Until = "load") -> Visit:
        """Open *path* of the site, and record errors and requests to other hosts.

        *address* replaces the site's address, for example by that of a folder; *until* is the
        event to wait for.
        """
        visit = self.open_window()
        visit.page.goto((address or self.address) + path, wait_until=until)
        return visit

    def open_window(self) -> Visit:
        """Open an empty window, which records what goes wrong on the pages that it will show."""
        visit = Visit(self.context.new_page())
        page = visit.page

        def on_request(request: Request) -> None:
            if not request.url.startswith((self.address, "data:", "file:")):
                visit.faults.append(f"request to {request.url}")

        def on_failure(request: Request) -> None:
            # The icon is requested last; leaving the page earlier aborts the request.
            if request.failure != "net::ERR_ABORTED":
                visit.faults.append(f"failed: {request.url}")

        page.on("request", on_request)
        page.on("requestfailed", on_failure)
        # Violations of the content security policy are console errors.
        page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                visit.faults.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        return visit
