"""What components know of the site, and how markup that many pages show is made once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join

from papernotes import nodes as placeholders
from papernotes.citations.domain import CitationDomain
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import Excerpt
from papernotes.domain.xrefs import place_link, without_links


class RenderContext:
    """The site as components see it, once the catalogue has been derived."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        self.domain = PaperNotesDomain.of(env)
        self.citations = CitationDomain.of(env)
        self.catalogue = self.domain.catalogue
        self.archives = self.domain.archives

    def address(self, docname: str) -> str:
        """Return the absolute address of a page, which only sites with an address have."""
        return ""

    def share(
        self,
        kind: str,
        key: str,
        docname: str,
        make: Callable[[str], Sequence[nodes.Node]],
        *,
        to_itself: bool = False,
    ) -> Sequence[nodes.Node]:
        """Return what *make* returns for the page *docname*.

        *kind* and *key* name the result, which a subclass may make once for many pages.
        *to_itself* says that it links to the page itself, as on no other page.
        """
        return make(docname)

    def title(self, note: Note) -> list[nodes.Node]:
        """Return the title of *note*, as fresh nodes."""
        return self.domain.noted(note).title.nodes()

    def summary(self, note: Note, docname: str) -> list[nodes.Node]:
        """Return the summary of *note*, as fresh nodes for the page *docname*."""
        return self.relocated(self.domain.noted(note).summary, note.docname, docname)

    def shows_pictures(self, wanted: bool | None) -> bool:
        """Return whether cards show pictures in a list that says *wanted*; only websites have them.

        None leaves it to the setting.
        """
        default: bool = self.env.config.papernotes_card_pictures
        return self.domain.writes_site and (default if wanted is None else wanted)

    def relocated(self, excerpt: Excerpt, home: str, docname: str) -> list[nodes.Node]:
        """Return fresh nodes of *excerpt* from the document *home*, changed to stand in *docname*.

        Ids are dropped, since a page has each only once, and so are numbers.
        """
        moved = self.moved(excerpt.nodes(), home, docname)
        for node in list(moved.findall(nodes.Element)):
            node["ids"], node["names"] = [], []
            if isinstance(node, nodes.figure | nodes.table | nodes.caption):
                _drop_number(node)
        return moved.children

    def moved(self, children: Iterable[nodes.Node], home: str, docname: str) -> nodes.container:
        """Return a container of nodes from the document *home*, changed to stand in *docname*.

        Cross-references start from the new page. References to footnotes are dropped, since the
        footnotes stay in *home*.
        """
        holder = nodes.container("", *children)
        for node in list(holder.findall(nodes.Element)):
            if isinstance(node, nodes.footnote_reference | nodes.target | addnodes.toctree):
                node.parent.remove(node)
            elif isinstance(node, addnodes.pending_xref):
                _make_absolute(node, home, self.env.found_docs)
                node["refdoc"] = docname
                node["papernotes_home"] = home
        return holder

    def page_title(self, name: str) -> list[nodes.Node]:
        """Return the title of the document *name*, without links."""
        return without_links(self.env.titles[name])

    def page_link(self, name: str, docname: str) -> nodes.Node:
        """Return the title of the document *name* as a link to it."""

        def make(docname: str) -> list[nodes.Node]:
            return [place_link(name, "", docname, self.page_title(name))]

        return self.share("page", name, docname, make, to_itself=name == docname)[0]


def _drop_number(node: nodes.Element) -> None:
    """Keep Sphinx from numbering what has a caption; without an id, it would report it."""
    if type(node) is nodes.figure:
        node.replace_self(placeholders.figure("", *node.children, **node.attributes))
    elif type(node) is nodes.table and any(node.findall(nodes.title)):
        node.replace_self(placeholders.table("", *node.children, **node.attributes))
    elif node.parent.get("literal_block"):
        del node.parent["literal_block"]
        node.replace_self(nodes.paragraph("", "", *node.children, classes=["code-block-caption"]))


def _make_absolute(node: addnodes.pending_xref, home: str, documents: Container[str]) -> None:
    """Change a target that is the name of a document relative to *home*."""
    kind = (node.get("refdomain"), node["reftype"])
    name = docname_join(home, node["reftarget"])
    if kind == ("std", "doc"):
        node["reftarget"] = f"/{name}"
    elif kind[1] == "any" and name in documents:
        node["refdomain"], node["reftype"], node["reftarget"] = "std", "doc", f"/{name}"


def section_depth(node: nodes.Node) -> int:
    """Return how many sections *node* stands in: the level of the heading above it."""
    count = 0
    current = node.parent
    while current is not None:
        count += isinstance(current, nodes.section)
        current = current.parent
    return max(count, 1)
