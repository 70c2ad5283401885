"""Builders: which kinds there are, and one for EPUB 3 that declares MathML in its manifest."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote
from xml.dom import minidom
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

# Styles of what a book has not: pages for browsing, and what scripts make.
_UNUSED = tuple(f"_static/{name}.css" for name in ("browse", "filter", "previews"))


# The formats of builders that write a page at a time, or none; those of others bind.
_PAGE_FORMATS = ("html", "text", "xml", "pseudoxml", "")


class BookBuilder(Epub3Builder):
    """Sphinx's builder, with the property ``mathml`` in the manifest (EPUB 3.3, D.5.3)."""

    def init(self) -> None:
        """Add types of the mathematics font and of its licence; leave out scripts' styles."""
        super().init()
        self.config.epub_exclude_files = [*self.config.epub_exclude_files, *_UNUSED]
        self.media_types = {**self.media_types, ".woff2": "font/woff2", ".txt": "text/plain"}

    def build_content(self) -> None:
        """Write the list of files."""
        # Sphinx keeps its last settings under this name, and then takes it for a part of the book.
        Path(self.outdir, ".buildinfo.bak").unlink(missing_ok=True)
        super().build_content()
        path = Path(self.outdir, "content.opf")
        package = minidom.parse(str(path))  # noqa: S318 -- Sphinx has just written it
        for item in package.getElementsByTagName("item"):
            file = Path(self.outdir, unquote(item.getAttribute("href")))
            if item.getAttribute("media-type") != "application/xhtml+xml" or not file.is_file():
                continue
            if "<math " in file.read_text(encoding="utf-8"):
                known = item.getAttribute("properties").split()
                item.setAttribute("properties", " ".join([*known, "mathml"]))
        path.write_bytes(package.toxml(encoding="utf-8"))

    def build_epub(self) -> None:
        """Write the book, in which no file has the time at which it was written."""
        names = ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *self.files)
        with ZipFile(Path(self.outdir, f"{self.config.epub_basename}.epub"), "w") as book:
            for name in names:
                # Programs know the format by this file, which comes first and is not packed.
                method = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                book.writestr(ZipInfo(name), Path(self.outdir, name).read_bytes(), method)


def binds(app: Sphinx) -> bool:
    """Return whether the builder binds all pages together, along the toctrees."""
    builder = app.builder
    return builder.format not in _PAGE_FORMATS or builder.name in ("epub", "singlehtml")


def keeps_state(app: Sphinx) -> bool:
    """Return whether the builder writes a site, whose pages are written again one by one."""
    return app.builder.format == "html" and not binds(app)


def setup(app: Sphinx) -> None:
    """Replace Sphinx's builder of books."""
    app.add_builder(BookBuilder, override=True)
