"""Visits to pages, with all that goes wrong on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Request


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

        page.on("request", on_request)
        page.on("requestfailed", lambda request: visit.faults.append(f"failed: {request.url}"))
        page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                visit.faults.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        page.goto((address or self.address) + path, wait_until="load")
        return visit
