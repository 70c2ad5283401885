"""Addresses in the Markdown of a page: relative, to the Markdown of pages that have it."""

from __future__ import annotations

import posixpath
from urllib.parse import quote, urlsplit, urlunsplit

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from papernotes import site_info
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.domain import PaperNotesDomain

SUFFIX = ".md"


def file_name(docname: str) -> str:
    """Return the name of the Markdown of the page *docname*, below the output folder.

    It is the same for all builders, although some give each page a folder.
    """
    return f"{docname}{SUFFIX}"


def has_markdown(env: BuildEnvironment, docname: str) -> bool:
    """Return whether *docname* is a page that can be Markdown, as citation maps cannot."""
    pages = PaperNotesDomain.of(env).archives.pages
    return docname in env.found_docs or not isinstance(pages.get(docname), CitationMap | None)


class Addresses:
    """Changes addresses that stand on pages into those that stand in their Markdown."""

    def __init__(self, app: Sphinx) -> None:
        builder = app.builder
        assert isinstance(builder, StandaloneHTMLBuilder)
        self.builder = builder
        self.images = app.env.images
        names = app.env.found_docs | PaperNotesDomain.of(app.env).archives.pages.keys()
        self._pages = {
            posixpath.normpath(builder.get_target_uri(name)): name
            for name in names
            if has_markdown(app.env, name)
        }

    def link(self, uri: str, docname: str) -> str:
        """Return the address *uri* of the page *docname*, or nothing if it leads to the page."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            # Such as http://[x]/.
            return uri
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            return uri
        if not parts.path:
            return ""
        home = posixpath.dirname(self.builder.get_target_uri(docname))
        path = posixpath.normpath(posixpath.join(home, parts.path))
        name = self._pages.get(path)
        if name is None:
            return urlunsplit(parts._replace(path=relative(path, docname)))
        return "" if name == docname else relative(quote(file_name(name)), docname)

    def page(self, name: str, docname: str) -> str:
        """Return the address of the page *name* for the Markdown of the page *docname*."""
        return self.link(self.builder.get_relative_uri(docname, name), docname)

    def image(self, path: str, docname: str) -> str:
        """Return the address of the image *path*, a file of the site or an address."""
        if path not in self.images:
            return path
        return relative(f"{self.builder.imagedir}/{quote(self.images[path][1])}", docname)

    def download(self, name: str, docname: str) -> str:
        """Return the address of the file *name* that readers download."""
        return relative(f"_downloads/{quote(name)}", docname)


def relative(path: str, docname: str) -> str:
    """Return the address of *path*, below the output folder, for the page *docname*."""
    return posixpath.relpath(path, posixpath.dirname(docname) or ".")


def absolute(app: Sphinx, docname: str) -> str:
    """Return the address of the Markdown of *docname*, absolute if the site has an address."""
    return site_info.absolute(app, quote(file_name(docname)))
