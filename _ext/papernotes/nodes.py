"""Nodes of the extension: placeholders that stand in a document until all are read, and the fold.

A placeholder carries the name of the document that it was read in, since formats that bind all
pages together move it into another.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

# Sphinx's class for what its search leaves out, and Pagefind's too: what is found where it is from.
UNSEARCHED = "no-search"


class Placeholder(nodes.General, nodes.Element):
    """What a transform replaces when all documents are read; ``docname`` is its document."""


class papers(Placeholder):
    """A list of notes; ``query`` is its :class:`~.model.Query`."""


class reading_list(Placeholder):
    """The works that are to be read."""


class works_list(Placeholder):
    """The works that are cited or noted."""


class note_header(Placeholder):
    """What is known of a note's paper, under the title."""


class references(Placeholder):
    """The works that the page cites."""


class summary_source(Placeholder):
    """The text of a note's front matter for its card; it leaves the document once it is read."""


class mentioned_in(Placeholder):
    """The pages that cite the note's paper or link to the note, with the sentence that does it."""


class neighbours(Placeholder):
    """The notes that are related to the note, and those before and after it."""


class navigation(nodes.General, nodes.Element):
    """Links to other pages; ``label`` says to which, for a screen reader."""


class coins(nodes.Inline, nodes.Element):
    """A work for the browser connectors of reference managers; ``context`` is its description."""


class cited_work(nodes.Inline, nodes.TextElement):
    """One work of a citation in the text; ``preview`` names the file that says more of it."""


class mark(nodes.Inline, nodes.TextElement):
    """The place that a quoted sentence is quoted for."""


class backlinks(nodes.Inline, nodes.TextElement):
    """Links back to the places that cite an entry; a page that is printed does without."""


class works_index(nodes.General, nodes.Element):
    """A long list of works; ``data`` maps names to texts for the script that finds in it."""


class notes_filter(nodes.General, nodes.Element):
    """A list of notes that a script filters; ``data`` maps names to texts for it."""


class fold(nodes.General, nodes.Element):
    """Content that opens on demand, in HTML; ``summary`` is the text that is always seen.

    ``data`` maps names to texts for scripts, which find them as ``data-`` attributes.

    Elsewhere it is left out: it holds what a printed page does without.
    """


class written(nodes.General, nodes.Inline, nodes.Element):
    """Markup that is already HTML, ``html``; what is in it as text is there for the search alone.

    ``cites``, ``formulas`` and ``folds`` say what it holds that a page needs something for.
    """


def visit_written(self: Any, node: written) -> None:
    """Write it."""
    self.body.append(node["html"])
    if node["formulas"]:
        # What Sphinx's own visitors of formulas note, for the page's context.
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


def visit_works_index(self: Any, node: works_index | notes_filter) -> None:
    """Open the list in HTML."""
    self.body.append(self.starttag(node, "div", **_data(node)))


def depart_works_index(self: Any, node: works_index | notes_filter) -> None:
    """Close the list in HTML."""
    self.body.append("</div>\n")


def _data(node: nodes.Element) -> dict[str, str]:
    """Return the texts of *node* as attributes, where scripts find them."""
    texts: dict[str, str] = node.get("data", {})
    return {f"data-{name}": text for name, text in texts.items()}


def depart_fold(self: Any, node: fold) -> None:
    """Close the fold in HTML."""
    self.body.append("</details>\n")


def visit_cited_work(self: Any, node: cited_work) -> None:
    """Open a citation in HTML; a script finds its preview by the attribute."""
    self.body.append(self.starttag(node, "span", "", **{"data-pn-preview": node["preview"]}))


def visit_coins(self: Any, node: coins) -> None:
    """Write the span that connectors look for, of the class that the convention names."""
    if self.config.papernotes_metadata and self.builder.name != "epub":
        span = self.starttag({}, "span", "", CLASS="Z3988", title=node["context"])
        self.body.append(f"{span}</span>")
    raise nodes.SkipNode


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


def through(self: Any, node: nodes.Element) -> None:
    """Let a node's content stand for it."""


def skip(self: Any, node: nodes.Element) -> None:
    """Leave a node out."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Declare the nodes to Sphinx; placeholders never reach a writer."""
    for placeholder in Placeholder.__subclasses__():
        app.add_node(placeholder)
    app.add_node(written, html=(visit_written, None))
    out = (skip, None)
    same = (through, through)
    app.add_node(coins, html=(visit_coins, None), latex=out, text=out, man=out, texinfo=out)
    app.add_node(fold, html=(visit_fold, depart_fold), latex=out, text=out, man=out, texinfo=out)
    app.add_node(
        navigation,
        html=(visit_navigation, depart_navigation),
        latex=out,
        text=out,
        man=out,
        texinfo=out,
    )
    app.add_node(
        backlinks, html=(visit_span, depart_span), latex=out, text=out, man=out, texinfo=out
    )
    app.add_node(
        cited_work,
        html=(visit_cited_work, depart_span),
        latex=same,
        text=same,
        man=same,
        texinfo=same,
    )
    app.add_node(
        mark, html=(visit_mark, depart_mark), latex=same, text=same, man=same, texinfo=same
    )
    app.add_node(
        notes_filter,
        html=(visit_works_index, depart_works_index),
        latex=same,
        text=same,
        man=same,
        texinfo=same,
    )
    app.add_node(
        works_index,
        html=(visit_works_index, depart_works_index),
        latex=same,
        text=same,
        man=same,
        texinfo=same,
    )
