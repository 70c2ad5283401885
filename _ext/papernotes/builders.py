"""Builders: how they write pages; one for EPUB with MathML, and one that writes no pages."""

from __future__ import annotations

import html
import uuid
from collections.abc import Set
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.dom import minidom
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinxcontrib.serializinghtml import SerializingHTMLBuilder

from papernotes import pictures

# Style sheets of what a book does not have: pages for browsing, what scripts add, and the property
# `direction`, which EPUB forbids.
_UNUSED = tuple(f"_static/{name}.css" for name in ("browse", "direction", "filter", "previews"))

# What Sphinx writes into a book in place of a person that the settings do not name.
_UNKNOWN = "unknown"

# Formats of builders that write each document to a page of its own, or write nothing. Builders of
# other formats combine all documents.
_PAGE_FORMATS = ("html", "text", "xml", "pseudoxml", "")


class BookBuilder(Epub3Builder):
    """Sphinx's EPUB builder, with the property ``mathml`` in the manifest (EPUB 3.3, D.5.3)."""

    def init(self) -> None:
        """Add the media types of the mathematics font and its licence; exclude unused styles."""
        super().init()
        self.config.epub_exclude_files = [*self.config.epub_exclude_files, *_UNUSED]
        self.media_types = {**self.media_types, ".woff2": "font/woff2", ".txt": "text/plain"}

    def content_metadata(self) -> dict[str, Any]:
        """Return what ``content.opf`` says, with an identifier and a description of the book's own.

        Readers take books with the same identifier for the same book.
        """
        metadata = super().content_metadata()
        if self.config.epub_identifier == _UNKNOWN:
            metadata["id"] = metadata["uid"] = self._identifier()
        if self.config.epub_description == _UNKNOWN:
            tagline = self.config.html_theme_options.get("tagline")
            metadata["description"] = html.escape(str(tagline or self.config.epub_title))
        return metadata

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Return what ``toc.ncx`` says, which must have the same identifier."""
        metadata = super().toc_metadata(level, navpoints)
        if self.config.epub_identifier == _UNKNOWN:
            metadata["uid"] = self._identifier()
        return metadata

    def _identifier(self) -> str:
        """Return the same identifier in each build, which is an XML name, as Sphinx needs it."""
        config = self.config
        name = config.html_baseurl or f"{config.project} {config.author}"
        return f"id-{uuid.uuid5(uuid.NAMESPACE_URL, name)}"

    def build_content(self) -> None:
        """Write ``content.opf``, and add the property to the pages that contain MathML."""
        pictures.strip(Path(self.outdir, self.imagedir).rglob("*"))
        pictures.strip(Path(self.outdir, "_static").rglob("*"))
        # Sphinx keeps the previous build's settings in this file, and would add it to the book.
        Path(self.outdir, ".buildinfo.bak").unlink(missing_ok=True)
        kept = [each.name for each in Path(self.outdir).glob(".papernotes*")]
        self.config.epub_exclude_files = [*self.config.epub_exclude_files, *kept]
        super().build_content()
        path = Path(self.outdir, "content.opf")
        package = minidom.parse(str(path))  # noqa: S318 -- Sphinx has just written it
        for role in ("creator", "contributor", "publisher"):
            for person in package.getElementsByTagName(f"dc:{role}"):
                if person.parentNode and f">{_UNKNOWN}<" in person.toxml():
                    person.parentNode.removeChild(person)
        for item in package.getElementsByTagName("item"):
            file = Path(self.outdir, unquote(item.getAttribute("href")))
            if item.getAttribute("media-type") != "application/xhtml+xml" or not file.is_file():
                continue
            if "<math " in file.read_text(encoding="utf-8"):
                known = item.getAttribute("properties").split()
                item.setAttribute("properties", " ".join([*known, "mathml"]))
        path.write_bytes(package.toxml(encoding="utf-8"))

    def build_epub(self) -> None:
        """Write the EPUB file without modification times, so that it is reproducible."""
        names = ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *self.files)
        with ZipFile(Path(self.outdir, f"{self.config.epub_basename}.epub"), "w") as book:
            for name in names:
                # Readers recognise EPUB by this file, which must be first and not compressed.
                method = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                book.writestr(ZipInfo(name), Path(self.outdir, name).read_bytes(), method)


class CheckBuilder(StandaloneHTMLBuilder):
    """Sphinx's HTML builder without its files: what it warns about, a build of pages does too.

    ``writing`` is the document that is being resolved and translated.
    """

    search = False
    copysource = False
    writing = ""

    def get_outdated_docs(self) -> list[str]:  # type: ignore[override]
        """Return nothing: the digests say which pages are out of date."""
        return []

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Prepare, and check the consistency, which Sphinx does only if something has changed."""
        self.env.check_consistency()
        super().prepare_writing(docnames)

    def copy_assets(self) -> None:
        """Copy static files only: extensions expect them at the end, and may change them."""
        self.copy_static_files()

    def write_documents(self, docnames: Set[str]) -> None:
        """Write the documents one by one, to know which of them a warning comes from."""
        self.parallel_ok = False
        for docname in sorted(docnames):
            self.writing = docname
            super().write_documents({docname})
        self.writing = ""

    def get_doc_context(self, docname: str, body: str, metatags: str) -> dict[str, Any]:
        """Return nothing, since no template is rendered."""
        return {}

    def handle_page(self, *arguments: Any, **options: Any) -> None:
        """Write nothing."""

    def finish(self) -> None:
        """Write none of the files beside the pages."""


def publishes(app: Sphinx) -> bool:
    """Return whether the builder writes a site, and not only finds out what it would warn about."""
    return writes_site(app) and not isinstance(app.builder, CheckBuilder)


def binds(app: Sphinx) -> bool:
    """Return whether the builder combines all documents into one output, along the toctrees."""
    builder = app.builder
    return builder.format not in _PAGE_FORMATS or builder.name in ("epub", "singlehtml")


def writes_site(app: Sphinx) -> bool:
    """Return whether the builder writes HTML pages, which it can update one by one."""
    return app.builder.format == "html" and not binds(app) and not writes_data(app)


def writes_data(app: Sphinx) -> bool:
    """Return whether the builder writes HTML as data for other programs, as ``json`` does."""
    return isinstance(app.builder, SerializingHTMLBuilder)


def leave_out_environment(app: Sphinx, exception: Exception | None) -> None:
    """Remove the copy of the cache, which has all that is private, from what ``json`` writes.

    A program that shows the data could only load it with all extensions of the site.
    """
    if writes_data(app):
        Path(app.outdir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def name_nobody(app: Sphinx, config: Config) -> None:
    """Let Sphinx make a book without an author, about which it warns otherwise."""
    for name in ("epub_author", "epub_publisher"):
        if not config[name]:
            config[name] = _UNKNOWN


def setup(app: Sphinx) -> None:
    """Replace Sphinx's EPUB builder."""
    app.add_builder(BookBuilder, override=True)
    # When the settings have been checked (500).
    app.connect("config-inited", name_nobody, priority=600)
    app.connect("build-finished", leave_out_environment)
