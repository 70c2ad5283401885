"""Document nodes: placeholders for what is derived, and elements that docutils does not have.

A placeholder stands in a document until all documents are read. It carries the name of its
document, because formats that bind all pages together move it into another.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx

# The class of what the search index leaves out, because the reader finds it on the page that it is
# from. Sphinx and Pagefind both know it.
UNSEARCHED = "no-search"

# The class of the sentence below the title of a note.
DECK = "pn-deck"

# The class of a block of quotes from a work.
QUOTES = "pn-quotes"

# The width of a bar and the space around it, in pixels.
_BAR = 14

# What opens a node in a format, and what closes it, if anything does.
_Visitors = tuple[Callable[[Any, Any], None], Callable[[Any, Any], None] | None]


class Placeholder(nodes.General, nodes.Element):
    """Stands for derived content until all documents are read; ``docname`` is its document."""


class papers(Placeholder):
    """A list of notes; ``query`` is a :class:`~papernotes.core.model.Query`."""


class reading_list(Placeholder):
    """The works that are waiting to be read."""


class works_list(Placeholder):
    """All works that a page cites or a note is on."""


class suggestions(Placeholder):
    """The works that many papers cite and the bibliography lacks; ``limit`` is their number."""


class note_header(Placeholder):
    """The header under a note's title."""


class references(Placeholder):
    """The works that the page cites."""


class margin_reference(Placeholder):
    """The reference of the work ``key``, beside the place that first cites it."""


class front_matter_source(Placeholder):
    """The summary or another text of a note's front matter, ``name``, until the note is read."""


class mentioned_in(Placeholder):
    """The pages that cite the note's paper or link to the note, with their sentences."""


class neighbours(Placeholder):
    """Related notes, and the notes before and after."""


class note_citation(Placeholder):
    """The reference and the BibTeX of the note itself."""


class navigation(nodes.General, nodes.Element):
    """Links to other pages; ``label`` names them for screen readers."""


class abbreviated(nodes.Inline, nodes.TextElement):
    """A short name; ``full`` is the name in full, for those who point at it."""


class coins(nodes.Inline, nodes.Element):
    """A work for the browser connectors of reference managers; ``context`` describes it."""


class previewed(nodes.Inline, nodes.TextElement):
    """A link in the text to what has a preview; ``preview`` names the file of the preview.

    ``data`` says what the preview shows of a citation itself.
    """


class mark(nodes.Inline, nodes.TextElement):
    """The part of a quoted sentence that it is quoted for."""


class figure(nodes.figure):
    """A copy of a figure: without a number, for which Sphinx looks by the class."""


class table(nodes.table):
    """A copy of a table with a caption: without a number."""


class margin_note(nodes.footnote):
    """A note in HTML that stands behind the block that refers to it, not at the end.

    ``role`` is that of a footnote or of another note.
    """


class backlinks(nodes.Inline, nodes.TextElement):
    """Links back to the places that cite an entry; print leaves them out."""


class works_index(nodes.General, nodes.Element):
    """A long list of works; ``data`` maps names to texts for the script that searches it."""


class notes_filter(nodes.General, nodes.Element):
    """A list of notes that a script filters; ``data`` maps names to texts for the script."""


class notes_table(nodes.General, nodes.Element):
    """Tables of notes that a script sorts and filters; ``data`` maps names to texts for it."""


class thumbnail(nodes.General, nodes.Element):
    """The picture of a card, which other formats leave out.

    ``name`` is that of the file below the folder of pictures, ``alt`` its alternative text, and
    ``size`` its width and height in pixels, or zeros. ``lazy`` says whether a browser may wait
    until readers scroll to it.
    """


class bars(nodes.General, nodes.Element):
    """A picture of bars: one for each child, which it leads to if the child is a link.

    ``heights`` are those of the bars, from 0 to 100, and ``titles`` say what they stand for. The
    texts of the first and of the last child are the labels. Screen readers and the Tab key skip the
    picture, so the page must say the same in words.
    """


class bar(nodes.General, nodes.Element):
    """A bar of ``share``, from 0 to 100, of the width of the page, which a text beside it says."""


class scrolling(nodes.General, nodes.Element):
    """A box that scrolls what is too wide for it; ``label`` names it, ``data`` is for a script."""


class sign_link(nodes.reference):
    """A link within the page whose text is a sign; ``label`` is its name for screen readers."""


class download(nodes.reference):
    """A link to a file that browsers save instead of showing it."""


class fold(nodes.General, nodes.Element):
    """Content that opens on demand in HTML; ``summary`` is the text that is always visible.

    ``data`` maps names to texts for scripts, which read them from ``data-`` attributes.
    """


class written(nodes.General, nodes.Inline, nodes.Element):
    """Markup that is already HTML, ``html``; its children are text for the search index alone.

    ``previews``, ``formulas`` and ``folds`` say whether it holds links with previews, formulas or
    folds, for which the page needs a style or a script.
    """


def visit_written(self: Any, node: written) -> None:
    """Write the HTML as it is."""
    self.body.append(node["html"])
    if node["formulas"]:
        # Sphinx's own visitors of formulas set this for the context of the page.
        self._has_maths_elements = True
    raise nodes.SkipNode


def visit_fold(self: Any, node: fold) -> None:
    """Open the fold in HTML."""
    self.body.append(self.starttag(node, "details", **_data(node)))
    self.body.append(self.starttag({}, "summary", suffix=""))
    self.body.append(f"{self.encode(node['summary'])}</summary>\n")


def visit_navigation(self: Any, node: navigation) -> None:
    """Open a landmark in HTML."""
    self.body.append(self.starttag(node, "nav", **{"aria-label": node["label"]}))


def depart_navigation(self: Any, node: navigation) -> None:
    """Close a landmark in HTML."""
    self.body.append("</nav>\n")


def visit_scrolling(self: Any, node: scrolling) -> None:
    """Open a box in HTML, which the keyboard reaches, since it scrolls."""
    region = {"role": "region", "aria-label": node["label"], "tabindex": "0"}
    self.body.append(self.starttag(node, "div", **region, **_data(node)))


def visit_bars(self: Any, node: bars) -> None:
    """Write the picture as SVG, which is as wide as the page has room."""
    box = ElementTree.Element("div", {"class": "pn-bars", "aria-hidden": "true"})
    width = _BAR * len(node.children)
    scale = {"viewBox": f"0 0 {width} 100", "preserveAspectRatio": "none"}
    picture = ElementTree.SubElement(box, "svg", {**scale, "width": str(width), "height": "48"})
    for number, child in enumerate(node.children):
        assert isinstance(child, nodes.Element)
        address = child.get("refuri")
        link = {"href": address, "tabindex": "-1"} if address else {}
        group = ElementTree.SubElement(picture, "a" if link else "g", link)
        ElementTree.SubElement(group, "title").text = node["titles"][number]
        height = node["heights"][number]
        # All of the height takes the pointer, not just the bar.
        place = {"x": str(_BAR * number), "width": str(_BAR), "y": "0", "height": "100"}
        bar = {"x": str(_BAR * number + 1), "width": str(_BAR - 2), "class": "pn-bar"}
        bar |= {"y": str(100 - height), "height": str(height)}
        ElementTree.SubElement(group, "rect", {**place, "class": "pn-bar-place"})
        ElementTree.SubElement(group, "rect", bar)
    for child in (node.children[0], node.children[-1]):
        ElementTree.SubElement(box, "span").text = child.astext()
    self.body.append(ElementTree.tostring(box, encoding="unicode"))
    raise nodes.SkipNode


def visit_bar(self: Any, node: bar) -> None:
    """Write the bar as SVG."""
    scale = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none", "width": "100", "height": "8"}
    picture = ElementTree.Element("svg", {"class": "pn-share", "aria-hidden": "true", **scale})
    shape = {"class": "pn-bar", "width": str(node["share"]), "height": "8"}
    ElementTree.SubElement(picture, "rect", shape)
    self.body.append(ElementTree.tostring(picture, encoding="unicode"))
    raise nodes.SkipNode


def visit_thumbnail(self: Any, node: thumbnail) -> None:
    """Write the picture in HTML; its size keeps the page from moving once it is there."""
    address = posixpath.join(self.builder.imgpath, quote(node["name"]))
    width, height = node["size"]
    size = {"width": str(width), "height": str(height)} if width and height else {}
    loading = {"loading": "lazy"} if node["lazy"] else {}
    self.body.append(
        self.emptytag(node, "img", "", src=address, alt=node["alt"], **size, **loading)
    )
    raise nodes.SkipNode


def visit_download(self: Any, node: download) -> None:
    """Open a link to a file in HTML."""
    attributes = {"href": node["refuri"], "download": ""}
    self.body.append(self.starttag(node, "a", "", **attributes))


def visit_sign_link(self: Any, node: sign_link) -> None:
    """Open a link within the page in HTML."""
    attributes = {"href": f"#{node['refid']}", "aria-label": node["label"]}
    self.body.append(self.starttag(node, "a", "", **attributes))


def depart_link(self: Any, node: nodes.reference) -> None:
    """Close a link in HTML."""
    self.body.append("</a>")


def visit_data(self: Any, node: works_index | notes_filter | notes_table) -> None:
    """Open the list in HTML."""
    self.body.append(self.starttag(node, "div", **_data(node)))


def depart_data(self: Any, node: nodes.Element) -> None:
    """Close the list in HTML."""
    self.body.append("</div>\n")


def _data(node: nodes.Element) -> dict[str, str]:
    """Return the texts of *node* as attributes, which scripts read."""
    texts: dict[str, str] = node.get("data", {})
    return {f"data-{name}": text for name, text in texts.items()}


def depart_fold(self: Any, node: fold) -> None:
    """Close the fold in HTML."""
    self.body.append("</details>\n")


def visit_previewed(self: Any, node: previewed) -> None:
    """Open a link in HTML; the attribute leads a script to its preview."""
    data = {"data-pn-preview": node["preview"], **_data(node)}
    self.body.append(self.starttag(node, "span", "", **data))


def visit_coins(self: Any, node: coins) -> None:
    """Write the span that connectors look for; COinS prescribes its class."""
    if self.config.papernotes_metadata and self.builder.name != "epub":
        span = self.starttag({}, "span", "", CLASS="Z3988", title=node["context"])
        self.body.append(f"{span}</span>")
    raise nodes.SkipNode


def visit_abbreviated(self: Any, node: abbreviated) -> None:
    """Open a short name in HTML."""
    self.body.append(self.starttag(node, "abbr", "", title=node["full"]))


def depart_abbreviated(self: Any, node: abbreviated) -> None:
    """Close a short name in HTML."""
    self.body.append("</abbr>")


def visit_margin_note(self: Any, node: margin_note) -> None:
    """Open a note in HTML, without the list that docutils puts around footnotes."""
    self.body.append(self.starttag(node, "aside", role=node["role"]))


def depart_margin_note(self: Any, node: margin_note) -> None:
    """Close a note in HTML."""
    self.body.append("</aside>\n")


def visit_mark(self: Any, node: mark) -> None:
    """Open a mark in HTML."""
    self.body.append(self.starttag(node, "mark", ""))


def depart_mark(self: Any, node: mark) -> None:
    """Close a mark in HTML."""
    self.body.append("</mark>")


def visit_span(self: Any, node: nodes.Element) -> None:
    """Open inline markup in HTML."""
    self.body.append(self.starttag(node, "span", ""))


def depart_span(self: Any, node: nodes.Element) -> None:
    """Close inline markup in HTML."""
    self.body.append("</span>")


def pass_through(self: Any, node: nodes.Element) -> None:
    """Write only the content of a node."""


def skip(self: Any, node: nodes.Element) -> None:
    """Leave a node out."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Declare the nodes to Sphinx; placeholders never reach a writer."""
    for placeholder in Placeholder.__subclasses__():
        app.add_node(placeholder)
    app.add_node(written, html=(visit_written, None))
    app.add_node(margin_note, html=(visit_margin_note, depart_margin_note))
    # Other formats leave these out: readers of a printed page have no use for them.
    left_out = (skip, None)
    _add_node(app, coins, (visit_coins, None), left_out)
    _add_node(app, fold, (visit_fold, depart_fold), left_out)
    _add_node(app, thumbnail, (visit_thumbnail, None), left_out)
    _add_node(app, bars, (visit_bars, None), left_out)
    _add_node(app, bar, (visit_bar, None), left_out)
    _add_node(app, navigation, (visit_navigation, depart_navigation), left_out)
    _add_node(app, backlinks, (visit_span, depart_span), left_out)
    _add_node(app, sign_link, (visit_sign_link, depart_link), left_out)
    # Of these, other formats show the content.
    content = (pass_through, pass_through)
    _add_node(app, previewed, (visit_previewed, depart_span), content)
    _add_node(app, abbreviated, (visit_abbreviated, depart_abbreviated), content)
    _add_node(app, mark, (visit_mark, depart_mark), content)
    _add_node(app, notes_filter, (visit_data, depart_data), content)
    _add_node(app, works_index, (visit_data, depart_data), content)
    _add_node(app, notes_table, (visit_data, depart_data), content)
    _add_node(app, scrolling, (visit_scrolling, depart_data), content)
    _add_node(app, download, (visit_download, depart_link), left_out)


def replace_picture(picture: nodes.image, text: str, *classes: str) -> None:
    """Put *text* in the place of a picture, which may be a link and need not stand in a text."""
    shown: nodes.Element = nodes.inline("", text, classes=list(classes))
    picture.replace_self(shown)
    if isinstance(shown.parent, nodes.reference):
        shown = shown.parent
    if not isinstance(shown.parent, nodes.TextElement):
        paragraph = nodes.paragraph()
        shown.replace_self(paragraph)
        paragraph += shown


def keep_light(root: nodes.Element) -> None:
    """Keep of each pair of pictures below *root* the light one, as it was before it had a pair."""
    for pair in list(root.findall(nodes.Element)):
        if "pn-schemes" in pair["classes"]:
            light = pair[0]
            assert isinstance(light, nodes.Element)
            light["classes"].remove("only-light")
            pair.parent.replace(pair, light)


def _add_node(app: Sphinx, node: type[nodes.Element], html: _Visitors, others: _Visitors) -> None:
    app.add_node(node, html=html, latex=others, text=others, man=others, texinfo=others)
