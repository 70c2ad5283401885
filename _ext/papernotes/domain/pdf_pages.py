"""Links to pages of the PDFs of works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.builders import Builder

from papernotes.bibliography import locators
from papernotes.i18n import phrases

if TYPE_CHECKING:
    from papernotes.domain.domain import PaperNotesDomain


def page_address(
    domain: PaperNotesDomain, builder: Builder, docname: str, key: str, page: int
) -> str:
    """Return the address of a *page* of the PDF, or nothing where no link can lead there."""
    paper = domain.catalogue.papers[key]
    pdf = locators.pdf_link(paper)
    if pdf not in domain.paper_links(paper) or builder.format not in ("html", "latex"):
        return ""
    assert pdf is not None
    address = pdf.url
    if pdf.is_file:
        address = domain.file_link(builder, docname, "paper-file", pdf.url, []).get("refuri", "")
    return f"{address.partition('#')[0]}#page={page}" if address else ""


def page_link(
    domain: PaperNotesDomain, builder: Builder, docname: str, key: str, locator: str
) -> nodes.inline:
    """Return the *locator* in words of the site's language; what names a page links there."""
    shown = nodes.inline()
    paper = domain.catalogue.papers.get(key)
    parts = paper and locators.segments(locator, paper, dict(phrases().locators))
    for part in parts or [locators.Segment(locator)]:
        address = part.page and page_address(domain, builder, docname, key, part.page)
        text = nodes.Text(part.text)
        shown += nodes.reference("", "", text, refuri=address) if address else text
    return shown
