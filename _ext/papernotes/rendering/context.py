"""What components know of the site, and how markup that many pages show is made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

from papernotes.citations.domain import CitationDomain
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.xrefs import without_links
from papernotes.rendering.markup import place_link


class RenderContext:
    """The site as components see it, once the catalogue has been derived."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        self.domain = PaperNotesDomain.of(env)
        self.citations = CitationDomain.of(env)
        self.catalogue = self.domain.catalogue
        self.archives = self.domain.archives

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
        return relocated(self.domain.noted(note).summary.nodes(), note.docname, docname)

    def page_title(self, name: str) -> list[nodes.Node]:
        """Return the title of the document *name*, without links."""
        return without_links(self.env.titles[name])

    def page_link(self, name: str, docname: str) -> nodes.Node:
        """Return the title of the document *name* as a link to it."""

        def make(docname: str) -> list[nodes.Node]:
            return [place_link(name, "", docname, self.page_title(name))]

        return self.share("page", name, docname, make, to_itself=name == docname)[0]


def relocated(excerpt: list[nodes.Node], home: str, docname: str) -> list[nodes.Node]:
    """Return the nodes *excerpt* of the document *home*, changed to stand in *docname*.

    Cross-references start from the new page. Ids are dropped, since a page has each only once, and
    so are references to footnotes, which stay in *home*.
    """
    holder = nodes.container("", *excerpt)
    for node in list(holder.findall(nodes.Element)):
        if isinstance(node, nodes.footnote_reference | nodes.target):
            node.parent.remove(node)
            continue
        node["ids"], node["names"] = [], []
        if isinstance(node, addnodes.pending_xref):
            node["refdoc"] = docname
            node["papernotes_home"] = home
    return holder.children


def section_depth(node: nodes.Node) -> int:
    """Return how many sections *node* stands in: the level of the heading above it."""
    count = 0
    current = node.parent
    while current is not None:
        count += isinstance(current, nodes.section)
        current = current.parent
    return max(count, 1)
