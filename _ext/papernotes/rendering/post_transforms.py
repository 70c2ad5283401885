"""Post-transforms that adapt the markup of components to formats other than HTML pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from docutils.utils import get_source_line
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.latex import LaTeXBuilder
from sphinx.locale import _ as sphinx_text
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.images import guess_mimetype

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import is_inside
from papernotes.domain import PaperNotesDomain, figures
from papernotes.nodes import keep_light, replace_picture
from papernotes.reading.record import line_of
from papernotes.reading.withheld import homes
from papernotes.rendering.markup import SEPARATOR
from papernotes.reporting import warn

# Formats that ignore classes.
PLAIN = ("latex", "man", "texinfo", "text")


def setup(app: Sphinx) -> None:
    """Add the post-transforms."""
    app.add_post_transform(DropScreenReaderText)
    app.add_post_transform(LightPictures)
    app.add_post_transform(LightPicturesOfBooks)
    app.add_post_transform(PicturesForLatex)
    app.add_post_transform(PicturesAsText)
    app.add_post_transform(FlatManual)
    app.add_post_transform(InlineTags)
    app.add_post_transform(AppendAddresses)
    app.add_post_transform(NumberCaptions)
    app.add_post_transform(UniqueIds)


class DropScreenReaderText(SphinxPostTransform):
    """Remove text that is for screen readers alone, in formats that would show it."""

    default_priority = 600
    formats = PLAIN

    def run(self, **kwargs: Any) -> None:
        """Remove the text with the space before it."""
        for node in list(self.document.findall(nodes.inline)):
            if "pn-unseen" in node["classes"]:
                parent, position = node.parent, node.parent.index(node)
                if position and parent[position - 1].astext() == " ":
                    del parent[position - 1]
                parent.remove(node)


class LightPictures(SphinxPostTransform):
    """Keep of pictures with a dark one only the light one, in formats with white pages."""

    # Before Sphinx converts pictures (100).
    default_priority = 90
    formats: tuple[str, ...] = PLAIN

    def run(self, **kwargs: Any) -> None:
        """Remove the dark pictures."""
        keep_light(self.document)


class LightPicturesOfBooks(LightPictures):
    """Do so in EPUBs, whose readers show dark pages without telling style sheets."""

    formats = ()
    builders = ("epub",)


class PicturesForLatex(SphinxPostTransform):
    """Give LaTeX a picture that it can show: of one in SVG, the PDF, PNG or JPEG beside it.

    It would stop at any other.
    """

    # After Sphinx and its extensions have converted pictures (200).
    default_priority = 300
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace the pictures, and report those that cannot be shown."""
        for picture in list(self.document.findall(nodes.image)):
            files: dict[str, str] = picture.get("candidates", {})
            known = {*LaTeXBuilder.supported_image_types, "?"}
            if not files or known & {*files, guess_mimetype(files.get("*", ""))}:
                continue
            path = PurePosixPath(next(iter(files.values())))
            beside = (path.with_suffix(suffix) for suffix in (".pdf", ".png", ".jpg", ".jpeg"))
            other = next(filter(self._is_ours, beside), None)
            if other is not None:
                self.env.images.add_file(self.env.docname, str(other))
                picture["candidates"], picture["uri"] = {"*": str(other)}, str(other)
                continue
            source = Path(get_source_line(picture)[0] or "")
            root = Path(self.env.srcdir)
            home = source.relative_to(root) if source.is_relative_to(root) else source
            fault = (
                f'LaTeX cannot show the picture "{path.name}"; save it as "{path.stem}.pdf", too,'
                " until then its alternative text stands there"
            )
            kind = DiagnosticKind.PICTURE_FORMAT
            warn(Diagnostic(home.as_posix(), line_of(picture), fault, kind))
            replace_picture(picture, picture.get("alt", ""))

    def _is_ours(self, path: PurePosixPath) -> bool:
        file = Path(self.env.srcdir, path)
        return file.is_file() and is_inside(file.resolve(), homes(self.env))


class PicturesAsText(SphinxPostTransform):
    """Write what a picture shows, where Sphinx would write it together with the caption."""

    default_priority = 600
    formats = ("man", "text")

    def run(self, **kwargs: Any) -> None:
        """Replace each picture by its alternative text."""
        for picture in list(self.document.findall(nodes.image)):
            alt = picture.get("alt")
            text = sphinx_text("[image: %s]") % alt if alt else sphinx_text("[image]")
            replace_picture(picture, text)


class FlatManual(SphinxPostTransform):
    """Give manual pages what their writer knows: paragraphs, and links that lead out of the page.

    It would write empty addresses behind the others, join the paragraphs of a card, and end no line
    behind the caption of a figure.
    """

    # After all references have been resolved.
    default_priority = 650
    formats = ("man",)

    def run(self, **kwargs: Any) -> None:
        """Replace containers and inner links by their content, and captions by paragraphs."""
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, nodes.caption) and isinstance(node.parent, nodes.figure):
                node.replace_self(nodes.paragraph("", "", *node.children))
            is_inner = isinstance(node, nodes.reference) and ":" not in node.get("refuri", "")
            is_box = isinstance(node, nodes.container) and not node.get("literal_block")
            if is_inner or is_box:
                index = node.parent.index(node)
                node.parent[index : index + 1] = node.children


class InlineTags(SphinxPostTransform):
    """Put the tags of a note on one line, as style sheets do in HTML."""

    # After placeholders have been replaced, and the links in them resolved.
    default_priority = 600
    formats = PLAIN

    def run(self, **kwargs: Any) -> None:
        """Replace each list of tags by a paragraph."""
        for tags in list(self.document.findall(nodes.bullet_list)):
            if "pn-tags" not in tags["classes"]:
                continue
            line = nodes.paragraph()
            for tag in tags.findall(nodes.paragraph):
                line += [nodes.Text(SEPARATOR)] if line.children else []
                line += tag.children
            tags.replace_self(line)


class AppendAddresses(SphinxPostTransform):
    """Write the addresses of links in notes and lists out in plain text.

    The address of a note is the name of its file. When several links of a block lead to one
    address, it is written after the last. The link of a title is repeated among the links under it,
    and not written out. Other documents stay as Sphinx writes them.
    """

    # Ahead of Sphinx's ReferencesResolver (10), which hides that a link leads to a note.
    default_priority = 8
    formats = ("text",)

    def run(self, **kwargs: Any) -> None:
        """Add the addresses after the texts of links."""
        record = PaperNotesDomain.of(self.env).records[self.env.docname]
        for block in self.document.findall(nodes.TextElement):
            if isinstance(block, nodes.Inline | nodes.title | nodes.rubric):
                continue
            if record.noted is None and not _is_derived(block):
                continue
            last: dict[str, nodes.Element] = {}
            for link in block.findall(nodes.Element):
                if address := self._address(link):
                    last[address] = link
            for address, link in last.items():
                if link.astext() not in (address, address.removeprefix("mailto:")):
                    link.parent.insert(link.parent.index(link) + 1, nodes.Text(f" <{address}>"))

    def _address(self, link: nodes.Element) -> str:
        """Return the address to write after *link*, or the empty string."""
        if isinstance(link, nodes.reference):
            address: str = link.get("refuri", "")
            return address if address.startswith(("http:", "https:", "mailto:")) else ""
        if not {"pn-more", "pn-note-link"} & set(link.get("classes", ())):
            return ""
        home = posixpath.dirname(self.env.docname)
        return posixpath.relpath(f"{link['reftarget']}.txt", home or ".")


def _is_derived(node: nodes.Element | None) -> bool:
    """Return whether *node* stands in the markup of a component, such as a card or a list."""
    while node is not None:
        classes: list[str] = node.get("classes", [])
        if any(name.startswith("pn-") for name in classes):
            return True
        node = node.parent
    return False


class NumberCaptions(SphinxPostTransform):
    """Write the numbers of figures, tables and code blocks out, and those in references to them.

    Sphinx writes them in HTML, and LaTeX and Texinfo count by themselves.
    """

    # After references have been resolved (10).
    default_priority = 600
    formats = ("man", "text")

    def run(self, **kwargs: Any) -> None:
        """Put the numbers ahead of captions, and their text in the place of references."""
        for node, home in list(_with_homes(self.document, self.env.docname)):
            if isinstance(node, addnodes.number_reference):
                node.replace_self(node.children)
            elif isinstance(node, nodes.caption | nodes.title) and node.parent["ids"]:
                number = figures.number(self.env, home, node.parent["ids"][0])
                kind = self.env.domains.standard_domain.get_enumerable_node_type(node.parent)
                if number and kind:
                    form = f"{self.config.numfig_format[kind]} "
                    node.insert(0, nodes.Text(form % ".".join(map(str, number))))


class UniqueIds(SphinxPostTransform):
    """Make the ids of all documents unique on the one page of singlehtml, and the links to them.

    Sphinx keeps the ids of documents as they are, so that an id can occur more than once, and it
    writes links with two fragments. The ids of sections and figures are left to Sphinx.
    """

    # After all references have been resolved.
    default_priority = 650
    builders = ("singlehtml",)

    def run(self, **kwargs: Any) -> None:
        """Rename ids and the references to them."""
        placed = list(_with_homes(self.document, self.config.root_doc))
        renamed: dict[tuple[str, str], str] = {}
        for node, home in placed:
            if isinstance(node, nodes.Inline | nodes.list_item | nodes.footnote):
                renamed |= {(home, id_): f"document-{home}-{id_}" for id_ in node["ids"]}
                node["ids"] = [renamed[home, id_] for id_ in node["ids"]]
        for node, home in placed:
            if (there := (home, node.get("refid", ""))) in renamed:
                node["refid"] = renamed[there]
            if backrefs := node.get("backrefs"):
                node["backrefs"] = [renamed.get((home, id_), id_) for id_ in backrefs]
            document, _, id_ = str(node.get("refuri", "")).removeprefix("#document-").partition("#")
            if document and id_ and node["refuri"].startswith("#document-"):
                node["refuri"] = f"#{renamed.get((document, id_), id_)}"


def _with_homes(node: nodes.Element, home: str) -> Iterator[tuple[nodes.Element, str]]:
    """Yield the elements below *node*, each with the name of its document."""
    for child in node.children:
        if isinstance(child, nodes.Element):
            of = child["docname"] if isinstance(child, addnodes.start_of_file) else home
            yield child, of
            yield from _with_homes(child, of)
