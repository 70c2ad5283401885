"""HTML of nodes that belong to no document, which is all that components return."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import NoUri
from sphinx.util.docutils import SphinxTranslator
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from papernotes import nodes as placeholders
from papernotes.mathematics import renderer

# Nodes that post-transforms do not change once the references in them are resolved. Containers
# count only if a component made them with sphinx-design.
_PLAIN = frozenset(
    (
        nodes.Text,
        nodes.bullet_list,
        nodes.definition,
        nodes.definition_list,
        nodes.definition_list_item,
        nodes.colspec,
        nodes.emphasis,
        nodes.entry,
        nodes.enumerated_list,
        nodes.inline,
        nodes.list_item,
        nodes.paragraph,
        nodes.raw,
        nodes.reference,
        nodes.row,
        nodes.rubric,
        nodes.section,
        nodes.strong,
        nodes.subscript,
        nodes.superscript,
        nodes.table,
        nodes.tbody,
        nodes.term,
        nodes.tgroup,
        nodes.thead,
        nodes.title,
        placeholders.abbreviated,
        placeholders.backlinks,
        placeholders.bar,
        placeholders.coins,
        placeholders.fold,
        placeholders.mark,
        placeholders.navigation,
        placeholders.notes_filter,
        placeholders.notes_table,
        placeholders.scrolling,
        placeholders.sign_link,
        placeholders.thumbnail,
        placeholders.works_index,
        placeholders.written,
    )
)
_COMPONENTS = ("card", "grid-", "pn-")
_DOMAINS = ("cite", "papernotes")
# A name that no page has, since file names hold no NUL.
NO_PAGE = "\0"
# One that is so deep that no author's link climbs as high as the links from it.
NOWHERE = "/".join(NO_PAGE * 9)

# Opens or closes a node in HTML.
Handler = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Fragment:
    """The HTML of an element.

    ``previews`` says whether it holds links with previews; ``formulas`` whether it holds
    mathematics, which has its own style sheet; ``folds`` whether it holds folds, which have a
    script.
    """

    html: str
    previews: bool = False
    formulas: bool = False
    folds: bool = False

    def node(self, *searched: nodes.Node) -> placeholders.written:
        """Return a node that writes the HTML, and that the search finds by the text *searched*."""
        return placeholders.written(
            "",
            *searched,
            html=self.html,
            previews=self.previews,
            formulas=self.formulas,
            folds=self.folds,
        )


class Renderer:
    """Writes elements as HTML, with links as from the page *docname*.

    Elements of ordinary inline markup and lists skip the post-transforms of documents, whose
    traversals take several times as long as all the rest.
    """

    def __init__(self, app: Sphinx, docname: str) -> None:
        builder = app.builder
        assert isinstance(builder, StandaloneHTMLBuilder)
        self.app, self.builder, self.docname = app, builder, docname
        settings = builder.docsettings.copy()
        settings.env = app.env
        self.numbers: dict[str, dict[str, tuple[int, ...]]] = {}
        self.document = new_document(docname, settings)
        translator = builder.create_translator(self.document, builder)
        assert isinstance(translator, HTML5Translator)
        self.translator = translator
        self._handlers: dict[type[nodes.Node], tuple[Handler, Handler]] = {}

    def at(self, docname: str, *, home: str = "") -> Renderer:
        """Return a renderer for the page *docname* that uses the same translator.

        A translator is expensive to create and does not depend on the page. Figures and the like
        have the numbers that they have in the document *home*.
        """
        other = copy.copy(self)
        other.docname = docname
        other.numbers = self.app.env.toc_fignumbers.get(home, {})
        return other

    def fragments(self, elements: Iterable[nodes.Element]) -> Iterator[Fragment]:
        """Yield the HTML of each element."""
        return map(self.fragment, elements)

    def fragment(self, element: nodes.Element, depth: int = 0) -> Fragment:
        """Return the HTML of *element*, which stands in *depth* sections."""
        settled = self.settle(element)
        return self._fragment([settled], settled, depth)

    def inner(self, holder: nodes.Element) -> Fragment:
        """Return the HTML of the children of *holder*."""
        settled = self.settle(holder)
        return self._fragment(settled.children, settled)

    def settle(self, element: nodes.Element) -> nodes.Element:
        """Resolve the references in *element*, and return the element that takes its place."""
        self.document.children = []
        self.document.append(element)
        # The element itself comes from a component.
        inside = list(element.findall())[1:]
        links = [node for node in inside if type(node) is pending_xref]
        if all(map(_is_plain, inside)) and self._resolve(links):
            if any(type(node) is nodes.math for node in inside):
                renderer.convert_nodes(self.app.config, element)
            return element
        self._begin_page()
        self.app.env.apply_post_transforms(self.document, self.docname)
        self.builder.post_process_images(self.document)
        settled = self.document.children[0]
        assert isinstance(settled, nodes.Element)
        return settled

    def _fragment(
        self, shown: Iterable[nodes.Node], settled: nodes.Element, depth: int = 0
    ) -> Fragment:
        previews = formulas = folds = False
        for node in settled.findall():
            kind = type(node)
            if kind is placeholders.written:
                assert isinstance(node, nodes.Element)
                previews, formulas = previews or node["previews"], formulas or node["formulas"]
                folds = folds or node["folds"]
            elif kind is placeholders.previewed:
                previews = True
            elif kind is nodes.math or kind is nodes.math_block:
                formulas = True
            elif kind is placeholders.fold:
                folds = True
        return Fragment(self.write(shown, depth), previews, formulas, folds)

    def write(self, elements: Iterable[nodes.Node], depth: int = 0) -> str:
        """Return the HTML of settled nodes, which stand in *depth* sections."""
        self._begin_page()
        self.translator.section_level = depth
        start = len(self.translator.body)
        for element in elements:
            self._walk(element)
        html = "".join(self.translator.body[start:])
        del self.translator.body[start:]
        return html

    def _walk(self, node: nodes.Node) -> bool:
        """Write *node* as its method ``walkabout`` does, and return whether nothing may follow.

        That method makes a message for debugging of each call, and Sphinx's writer then looks for
        the name of each class of the node.
        """
        visit, depart = self._handlers.get(type(node)) or self._find_handlers(type(node))
        departs, stops = True, False
        try:
            try:
                visit(node)
            except nodes.SkipNode:
                return False
            except nodes.SkipDeparture:
                departs = False
            try:
                for child in node.children[:]:
                    if self._walk(child):
                        stops = True
                        break
            except nodes.SkipSiblings:
                pass
        except nodes.SkipChildren:
            pass
        except nodes.StopTraversal:
            stops = True
        if departs:
            depart(node)
        return stops

    def _find_handlers(self, kind: type[nodes.Node]) -> tuple[Handler, Handler]:
        """Return what opens and what closes a node of *kind*."""
        translator = self.translator
        if type(translator).dispatch_visit is not SphinxTranslator.dispatch_visit:
            return translator.dispatch_visit, translator.dispatch_departure
        names = [each.__name__ for each in kind.__mro__]
        opening = (getattr(translator, f"visit_{name}", None) for name in names)
        closing = (getattr(translator, f"depart_{name}", None) for name in names)
        self._handlers[kind] = (
            next(filter(None, opening), translator.unknown_visit),
            next(filter(None, closing), translator.unknown_departure),
        )
        return self._handlers[kind]

    def _begin_page(self) -> None:
        """Set what a builder sets for each page ahead of its writer.

        A fragment belongs to no document, whose sections have numbers.
        """
        builder, address = self.builder, self.builder.get_target_uri(self.docname)
        builder.secnumbers, builder.fignumbers = {}, self.numbers
        builder.imgpath = relative_uri(address, "_images")
        builder.dlpath = relative_uri(address, "_downloads")
        builder.current_docname = self.docname
        self.translator.docnames = [self.docname]

    def _resolve(self, links: Iterable[pending_xref]) -> bool:
        """Resolve links to works, notes and pages; return whether all of them lead somewhere."""
        for link in links:
            domain = self.app.env.get_domain(link["refdomain"])
            shown = link[0].deepcopy()
            try:
                resolved = domain.resolve_xref(
                    self.app.env,
                    link["refdoc"],
                    self.builder,
                    link["reftype"],
                    link["reftarget"],
                    link,
                    shown,  # type: ignore[arg-type]  # Sphinx hands on a text too
                )
            except NoUri:
                return False
            if resolved is None:
                return False
            link.replace_self(resolved)
        return True


def _is_plain(node: nodes.Node) -> bool:
    kind = type(node)
    if kind in _PLAIN:
        return True
    if kind is pending_xref:
        return node.get("refdomain") in _DOMAINS  # type: ignore[attr-defined]
    if kind is nodes.container:
        return str(node.get("design_component", "")).startswith(_COMPONENTS)  # type: ignore[attr-defined]
    if kind is nodes.literal_block:
        return bool(node.get("language") == "none")  # type: ignore[attr-defined]
    if kind is nodes.literal:
        return "kbd" not in node["classes"]  # type: ignore[index]
    return kind is nodes.math


def stand_in(docname: str) -> str:
    """Return a made-up page name in the folder of *docname*.

    Links from it suit every page of the folder, except links of a page to itself. An index gets a
    name of its own, since dirhtml writes it at another depth.
    """
    folder, slash, name = docname.rpartition("/")
    return f"{folder}{slash}{'index' if name == 'index' else NO_PAGE}"


class Places:
    """Makes links that were written for the page :data:`NOWHERE` suit other pages."""

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        self._address = builder.get_target_uri
        climb = relative_uri(self._address(NOWHERE), "")
        self._links = re.compile(f'(="){re.escape(climb)}([^"#]*)')
        self._targets: dict[tuple[str, str], str] = {}

    def moved(self, html: str, docname: str) -> str:
        """Return *html* with links as from the folder of *docname*."""
        base = self._address(stand_in(docname))

        def link(match: re.Match[str]) -> str:
            target = match[2]
            address = self._targets.get((base, target))
            if address is None:
                address = self._targets[base, target] = relative_uri(base, target)
            return match[1] + address

        return self._links.sub(link, html)
