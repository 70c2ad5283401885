"""Visits to pages, with all that goes wrong on them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request

# What judges pages, where the Makefile puts it.
CHECKERS = Path(sys.prefix, "checkers", "node_modules")
# Every kind of page, on this project's own site and on the larger one.
KINDS = {
    "front page": ("index.html", "index.html"),
    "note": ("papers/zhang2017understanding.html", "papers/everything.html"),
    "note without mathematics": ("papers/erhan2010why.html", "papers/plain.html"),
    "further page": ("tags/optimization.html", "page/2.html"),
    "tag": ("tags/generalization.html", "tags/generalization.html"),
    "tags": ("tags/index.html", "tags/index.html"),
    "year": ("years/2017.html", "years/2018.html"),
    "years": ("years/index.html", "years/index.html"),
    "authors": ("authors/index.html", "authors/index.html"),
    "venues": ("venues/index.html", "venues/index.html"),
    "bibliography": ("bibliography.html", "bibliography.html"),
    "reading list": ("reading-list.html", "reading-list.html"),
    "search": ("search.html?q=network", "search.html?q=everything"),
    "404": ("404.html", "404.html"),
}
PAGES = [pair for own, large in KINDS.values() for pair in (("own", own), ("large", large))]
# Every kind once, and again those that hold more on the larger site than other names: long lists,
# and all that a note can hold.
LARGER = {"front page", "note", "further page", "bibliography", "search"}
ONCE = [("own", own) for own, _ in KINDS.values()]
ONCE += [("large", large) for kind, (_, large) in KINDS.items() if kind in LARGER]


@dataclass
class Visit:
    """A page that is open, and all that went wrong on it."""

    page: Page
    faults: list[str] = field(default_factory=list)


@dataclass
class Visitor:
    """Opens pages in one context, and notes console errors and requests that should not be."""

    context: BrowserContext
    address: str

    def visit(self, path: str, address: str = "") -> Visit:
        """Open *path* of the site, at *address* if not where it is served."""
        visit = Visit(self.context.new_page())
        page = visit.page

        def on_request(request: Request) -> None:
            if not request.url.startswith((self.address, "data:", "file:")):
                visit.faults.append(f"request to {request.url}")

        def on_failure(request: Request) -> None:
            # The icon is asked for last; who leaves the page before does not wait for it.
            if request.failure != "net::ERR_ABORTED":
                visit.faults.append(f"failed: {request.url}")

        page.on("request", on_request)
        page.on("requestfailed", on_failure)
        # Violations of the policy are errors on the console.
        page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                visit.faults.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        page.goto((address or self.address) + path, wait_until="load")
        return visit
