"""Cross-references to works and notes: what a ``pending_xref`` cites or links to."""

from __future__ import annotations

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

# The name of the domain that the links belong to.
DOMAIN = "papernotes"


def cited_keys(node: pending_xref) -> list[str]:
    """Return the citation keys that a cross-reference cites."""
    if node.get("refdomain") != "cite":
        return []
    return [target.key for target in parse_citation_targets(node["reftarget"])]


def linked_keys(node: pending_xref) -> list[str]:
    """Return the citation key whose note a cross-reference links to, if it does."""
    is_link = node.get("refdomain") == DOMAIN and node["reftype"] == "note"
    return [node["reftarget"]] if is_link else []


def target(node: pending_xref) -> list[str]:
    """Return what a cross-reference leads to that is neither a work nor a note."""
    return [] if cited_keys(node) or linked_keys(node) else [str(node["reftarget"])]


def without_links(element: nodes.Element) -> list[nodes.Node]:
    """Return a copy of what *element* holds, with the text of each link in its place.

    Titles are links themselves wherever they are shown, and links do not nest.
    """
    copy = element.deepcopy()
    for node in list(copy.findall(nodes.Element)):
        node["ids"], node["names"] = [], []
        if isinstance(node, nodes.reference | pending_xref):
            node.replace_self(node.children)
    return copy.children


class NoteRole(XRefRole):
    """The role ``{note}``: a link to the note on a paper, by citation key."""

    def __init__(self) -> None:
        super().__init__(innernodeclass=nodes.inline)

    def result_nodes(
        self,
        document: nodes.document,
        env: BuildEnvironment,
        node: nodes.Element,
        is_ref: bool,
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Let the link be the domain's, under whichever name the role was called."""
        node["refdomain"], node["reftype"] = DOMAIN, "note"
        # The place has an id, so that the note can say where it is mentioned.
        document.note_explicit_target(node, node)
        return [node], []
