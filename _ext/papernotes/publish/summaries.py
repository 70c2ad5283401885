"""Summaries for use outside the site: as HTML that needs no script and no page, and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes import site_info
from papernotes.core.files import SCHEME
from papernotes.core.model import Note
from papernotes.mathematics import macros
from papernotes.mathematics import renderer as mathematics
from papernotes.nodes import keep_light, previewed, replace_picture
from papernotes.publish.markdown import escaping
from papernotes.publish.plaintext import Prose
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Renderer


@dataclass(frozen=True, slots=True)
class Text:
    """A text as HTML, and as plain text."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A note's title as text, its summary, and the author's own fields in Markdown, by name.

    ``markup`` holds the texts of title and summary for :func:`.escaping.prose`.
    """

    title: str
    summary: Text
    fields: Mapping[str, Text]
    markup: tuple[str, str]


class Summaries:
    """Summaries of notes, each rendered once in a build even if several files hold it."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self._rendered: dict[str, Summary] = {}

    def of(self, notes: Sequence[Note]) -> list[Summary]:
        """Return the summary of each of *notes*."""
        missing = [note for note in notes if note.docname not in self._rendered]
        for note, summary in zip(missing, _render(self.app, missing), strict=True):
            self._rendered[note.docname] = summary
        return [self._rendered[note.docname] for note in notes]


def _render(app: Sphinx, notes: Sequence[Note]) -> Iterator[Summary]:
    """Yield the summary of each of *notes*, with absolute links if the site has an address."""
    if not notes:
        return
    context = RenderContext(app.env)
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    root: str = app.config.root_doc
    prose = Prose(app.config)
    with_tex = Prose(app.config, lambda node: escaping.whole_formula(mathematics.source(node)))
    renderer = Renderer(app, root)

    def settled(excerpt: Iterable[nodes.Node]) -> nodes.Element:
        body = renderer.settle(nodes.container("", *excerpt))
        keep_light(body)
        return body

    def rendered(note: Note, body: nodes.Element) -> Text:
        text = prose.plain([body])
        _detach(app, builder, site_info.page(app, note.docname), body)
        return Text(renderer.write(body.children).strip(), text)

    for note in notes:
        title = renderer.settle(nodes.paragraph("", "", *context.title(note)))
        fields = {
            name: rendered(note, settled(context.relocated(excerpt, note.docname, root)))
            for name, excerpt in context.domain.noted(note).fields
        }
        body = settled(context.summary(note, root))
        markup = (with_tex.one_line([title]), with_tex.one_line([body]))
        yield Summary(prose.one_line([title]), rendered(note, body), fields, markup)


def _detach(
    app: Sphinx, builder: StandaloneHTMLBuilder, address: str, summary: nodes.Element
) -> None:
    """Make *summary*, of the note at *address*, independent of the site's pages and scripts."""
    front = site_info.page(app, app.config.root_doc)
    for node in list(summary.findall(nodes.Element)):
        match node:
            case previewed():
                node.replace_self(node.children)
            case addnodes.download_reference() if "filename" in node:
                node["refuri"] = site_info.absolute(app, f"_downloads/{quote(node['filename'])}")
            case nodes.reference() if "refuri" in node:
                node["refuri"] = site_info.join(front, node["refuri"])
            case nodes.reference() if "refid" in node:
                node["refuri"] = f"{address}#{node['refid']}"
            case nodes.image():
                _place_image(app, builder, node)
            case nodes.math() | nodes.math_block():
                _convert(app, node)


def _place_image(app: Sphinx, builder: StandaloneHTMLBuilder, node: nodes.image) -> None:
    """Make an image's address absolute, or keep only its alternative text if there is no file."""
    if name := builder.images.get(node["uri"]):
        node["uri"] = site_info.absolute(app, f"{builder.imagedir}/{quote(name)}")
    elif not SCHEME.match(node["uri"]):
        replace_picture(node, node.get("alt", ""))


def _convert(app: Sphinx, node: nodes.math | nodes.math_block) -> None:
    """Replace a formula by MathML, whichever math renderer the site's pages use."""
    formulas = mathematics.node_mathml(node, macros.for_converter(app.config))
    shown: list[nodes.Node] = [nodes.raw("", mathml, format="html") for mathml in formulas]
    if not formulas:
        shown = [nodes.literal("", node.astext())]
    if isinstance(node, nodes.math_block):
        shown = [nodes.container("", *shown)]
    node.replace_self(shown)
