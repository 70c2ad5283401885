"""Cross-references to works and notes: what a ``pending_xref`` cites or links to."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinx.util import docname_join
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

# The name of the domain.
DOMAIN = "papernotes"


def cited_keys(node: pending_xref) -> list[str]:
    """Return the citation keys that a cross-reference cites."""
    if node.get("refdomain") != "cite":
        return []
    return [target.key for target in parse_citation_targets(node["reftarget"])]


def linked_notes(node: pending_xref) -> list[str]:
    """Return the target of a cross-reference, a key or a note's name, if it links to a note."""
    is_link = node.get("refdomain") == DOMAIN and node["reftype"] == "note"
    return [node["reftarget"]] if is_link else []


def target(node: pending_xref) -> list[str]:
    """Return the targets of a cross-reference that leads neither to a work nor to a note.

    A link of Markdown to a place in another document also has the name of the document with the id
    of the place, as in ``papers/one#method``.
    """
    if cited_keys(node) or linked_notes(node) or located_keys(node):
        return []
    name = str(node["reftarget"])
    if (node.get("refdomain"), node["reftype"]) == ("std", "doc"):
        name = docname_join(node.get("refdoc", ""), name)
    id_ = node.get("reftargetid")
    return [name, f"{name}#{id_}"] if id_ else [name]


def located_keys(node: pending_xref) -> list[str]:
    """Return the key of a cross-reference that leads to a page of a work."""
    is_located = node.get("refdomain") == DOMAIN and node["reftype"] == "page"
    return [node["reftarget"]] if is_located else []


def page_link(key: str, locator: str, docname: str) -> pending_xref:
    """Return the place *locator* in the work *key*, which links to the page of its PDF."""
    shown = nodes.inline("", locator)
    return _link("page", key, docname, [shown], papernotes_locator=locator)


def without_links(element: nodes.Element) -> list[nodes.Node]:
    """Return copies of the children of *element*, in which text replaces each link.

    Titles are links wherever they are shown, and links do not nest. References to footnotes are
    left out, because the notes stay on their page.
    """
    copy = element.deepcopy()
    for node in list(copy.findall(nodes.Element)):
        node["ids"], node["names"] = [], []
        if isinstance(node, nodes.footnote_reference):
            node.parent.remove(node)
        elif isinstance(node, nodes.reference | pending_xref):
            node.replace_self(node.children)
    return copy.children


def place_link(target: str, id_: str, docname: str, children: Sequence[nodes.Node]) -> pending_xref:
    """Return a link to the place *id_* of the document *target*, for the page *docname*."""
    return _link("place", target, docname, children, papernotes_id=id_)


def _link(
    kind: str, target: str, docname: str, children: Sequence[nodes.Node], **attributes: str
) -> pending_xref:
    """Return a link of type *kind* to *target*, which the domain resolves."""
    return pending_xref(
        "",
        *children,
        refdomain=DOMAIN,
        reftype=kind,
        reftarget=target,
        refdoc=docname,
        refexplicit=True,
        refwarn=False,
        **attributes,
    )


class NoteRole(XRefRole):
    """The role ``{note}``: a link to the notes on a paper by its key, or to a note by its name."""

    def __init__(self) -> None:
        super().__init__(innernodeclass=nodes.inline)

    def result_nodes(
        self,
        document: nodes.document,
        env: BuildEnvironment,
        node: nodes.Element,
        is_ref: bool,
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Assign the link to the domain, whether the role was called by its short or full name."""
        node["refdomain"], node["reftype"] = DOMAIN, "note"
        # The id lets the note link back to the place that mentions it.
        document.note_explicit_target(node, node)
        return [node], []
