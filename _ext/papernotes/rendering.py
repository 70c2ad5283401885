"""HTML of nodes that belong to no document: what previews and the pages made by the site hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from .mathematics import formulas
from .nodes import cited_work


@dataclass(frozen=True, slots=True)
class Fragment:
    """The HTML of an element.

    ``cites`` says whether it holds citations, which have previews; ``formulas`` whether it holds
    mathematics, which has a style of its own.
    """

    html: str
    cites: bool
    formulas: bool


def render(app: Sphinx, docname: str, elements: Iterable[nodes.Element]) -> Iterator[Fragment]:
    """Yield the HTML of each element, with links as from the page *docname*.

    All stand in one document, since resolving the links of a document has a price of its own.
    """
    elements = list(elements)
    if not elements:
        return
    translator = resolve(app, docname, elements)
    for element in translator.document.children:
        yield Fragment(
            write(translator, [element]),
            any(True for _ in element.findall(cited_work)),
            any(True for _ in formulas(element)),
        )


def resolve(app: Sphinx, docname: str, elements: Iterable[nodes.Element]) -> HTML5Translator:
    """Resolve the references of elements as on the page *docname*, and return what writes them."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    settings = builder.docsettings.copy()
    settings.env = app.env
    document = new_document(docname, settings)
    document.extend(elements)
    app.env.apply_post_transforms(document, docname)
    # What the builder sets for each document that it writes.
    builder.imgpath = relative_uri(builder.get_target_uri(docname), "_images")
    builder.secnumbers = {}
    builder.fignumbers = {}
    builder.post_process_images(document)
    translator = builder.create_translator(document, builder)
    assert isinstance(translator, HTML5Translator)
    return translator


def write(translator: HTML5Translator, elements: Iterable[nodes.Node]) -> str:
    """Return the HTML of elements that have been resolved."""
    start = len(translator.body)
    for element in elements:
        element.walkabout(translator)
    return "".join(translator.body[start:])
