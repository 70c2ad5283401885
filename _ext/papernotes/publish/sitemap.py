"""``sitemap.xml`` (https://www.sitemaps.org/protocol.html), and the ``robots.txt`` that names it.

The sitemap lists the pages of documents and the archive pages, whether this build wrote them or
not.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from sphinx.application import Sphinx

from papernotes import site_info
from papernotes.domain import PaperNotesDomain, last_changed
from papernotes.publish.files import File

NAME = "sitemap.xml"
ROBOTS = "robots.txt"

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def files(app: Sphinx) -> Iterator[File]:
    """Yield both files, if the site has a sitemap."""
    if not (app.config.papernotes_sitemap and site_info.base(app)):
        return
    names = app.env.found_docs | PaperNotesDomain.of(app.env).archives.pages.keys()
    times = last_changed.all_changed(app.env)
    pages = [(site_info.page(app, name), times.get(name, "")) for name in sorted(names)]
    yield File(NAME, pages, lambda: _sitemap(pages))
    robots = f"User-agent: *\nDisallow:\n\nSitemap: {site_info.absolute(app, NAME)}\n".encode()
    yield File(ROBOTS, robots, lambda: robots)


def _sitemap(pages: list[tuple[str, str]]) -> bytes:
    root = ElementTree.Element("urlset", {"xmlns": _NAMESPACE})
    for address, changed in pages:
        url = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(url, "loc").text = address
        if changed:
            ElementTree.SubElement(url, "lastmod").text = changed
    ElementTree.indent(root)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"
