"""``sitemap.xml``, by https://www.sitemaps.org/protocol.html, and the ``robots.txt`` that names it.

The pages are those of documents and of the ways through the notes, whichever this build wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from sphinx.application import Sphinx

from papernotes.domain import PaperNotesDomain
from papernotes.publish import last_changed, site_info
from papernotes.publish.files import File

NAME = "sitemap.xml"
ROBOTS = "robots.txt"

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def files(app: Sphinx) -> Iterator[File]:
    """Yield both files, if the site has them."""
    if not (app.config.papernotes_sitemap and site_info.base(app)):
        return
    names = app.env.found_docs | PaperNotesDomain.of(app.env).archives.pages.keys()
    pages = [
        (site_info.page(app, name), last_changed.changed(app.env, name)) for name in sorted(names)
    ]
    shown = [(address, day.isoformat() if day else "") for address, day in pages]
    yield File(NAME, shown, lambda: _sitemap(shown))
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
