"""The HTML math renderer ``mathml``, which converts formulas to MathML in the build.

A formula is converted while its document is read, so that errors are reported with file and line,
and all pages that show the formula share the result. Pages need no script to show it. The MathML
contains the TeX, for readers who copy the formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number
from sphinx.util.nodes import get_node_line

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.limits import shortened
from papernotes.core.model import Paper
from papernotes.i18n import _
from papernotes.mathematics import macros, mathml, tex
from papernotes.mathematics.equations import MATHML
from papernotes.mathematics.mathml_text import to_text
from papernotes.reporting import note_problem

NAME = "mathml"
# The variable in the context of a page that tells, by Sphinx, whether the page has formulas.
HAS_FORMULAS = "has_maths_elements"
# The attribute of a formula that keeps its TeX where the text is another one.
_SOURCE = "papernotes_tex"
# Sphinx's name for the document that it makes from a title or a table of contents to render it.
_PARTIAL = "<partial node>"


def is_used(config: Any) -> bool:
    """Return whether formulas become MathML, which they do unless another renderer is set."""
    return config.html_math_renderer in (NAME, None)


def _is_formula(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def formulas(root: nodes.Node) -> Iterator[nodes.Element]:
    """Yield the formula nodes under *root*."""
    for node in root.findall(_is_formula):
        assert isinstance(node, nodes.Element)
        yield node


class ConvertMathematics(SphinxTransform):
    """Convert the formulas of a document while it is read."""

    default_priority = 700

    def apply(self, **kwargs: Any) -> None:
        """Give each formula its MathML: an empty list if it cannot be converted."""
        if not is_used(self.config):
            return
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        definitions = macros.for_converter(self.config)
        for node in formulas(self.document):
            try:
                node[MATHML] = convert(node, definitions)
            except mathml.MathematicsError as error:
                node[MATHML] = []
                problem = _problem(path, get_node_line(node) or 1, node.astext(), error)
                note_problem(self.env, problem)


# Text that must not begin a line, and text that must not end one.
_CLOSING = re.compile(r"[^\w\s(\[{“‘–—]+|[-\w]+")
_OPENING = re.compile(r"(?<![(\[{“‘])[(\[{“‘]++$")


class KeepPunctuation(SphinxPostTransform):
    """Keep browsers from breaking lines between a formula and the punctuation around it."""

    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Wrap each formula and its punctuation in one element."""
        if is_used(self.config):
            _keep_punctuation(self.document)


def _keep_punctuation(root: nodes.Element) -> None:
    for node in list(root.findall(nodes.math)):
        before, after = _text_beside(node, -1), _text_beside(node, 1)
        opening = _OPENING.search(before or "")
        closing = _CLOSING.match(after or "")
        if not (opening or closing):
            continue
        wrapper = nodes.inline(classes=["pn-together"])
        position = node.parent.index(node)
        node.replace_self(wrapper)
        if before is not None and opening:
            wrapper += nodes.Text(opening[0])
            wrapper.parent[position - 1] = nodes.Text(before[: opening.start()])
        wrapper += node
        if after is not None and closing:
            wrapper += nodes.Text(closing[0])
            wrapper.parent[position + 1] = nodes.Text(after[closing.end() :])


def _text_beside(node: nodes.Node, step: int) -> nodes.Text | None:
    position = node.parent.index(node) + step
    if not 0 <= position < len(node.parent):
        return None
    beside = node.parent[position]
    return beside if isinstance(beside, nodes.Text) else None


def _problem(path: str, line: int, source: str, error: mathml.MathematicsError) -> Diagnostic:
    message = (
        f'the formula "{shortened(" ".join(source.split()))}" cannot be shown: {error}; correct it,'
        " until then the page shows its TeX"
    )
    return Diagnostic(path, line, message, DiagnosticKind.BAD_MATH)


def convert(node: nodes.Element, definitions: mathml.Macros) -> list[str]:
    """Return the MathML of a formula node: one string for each formula of a block, or one.

    Raise :class:`.mathml.MathematicsError` as :func:`.mathml.to_mathml` does.
    """
    if isinstance(node, nodes.math):
        return [mathml.to_mathml(node.astext(), "inline", definitions)]
    source = tex.tagged(node.astext(), node.get("rows", {}))
    return [mathml.to_mathml(part, "block", definitions) for part in tex.formulas(source)]


def faults(
    paper: Paper, sources: Iterable[str], definitions: mathml.Macros
) -> Iterator[Diagnostic]:
    """Yield a problem for each of the formulas *sources* of *paper* that cannot be converted."""
    for source in sources:
        try:
            mathml.to_mathml(source, "inline", definitions)
        except mathml.MathematicsError as error:
            yield _problem(paper.path, paper.line, source, error)


def node_mathml(node: nodes.Element, definitions: mathml.Macros) -> list[str]:
    """Return the MathML of a formula node: an empty list if it cannot be converted.

    Formulas from BibTeX, and those read for another renderer, have not been converted yet: convert
    them.
    """
    converted: list[str] | None = node.get(MATHML)
    if converted is None:
        try:
            converted = convert(node, definitions)
        except mathml.MathematicsError:
            converted = []
    return converted


def text_of(node: nodes.Element, definitions: mathml.Macros) -> str:
    """Return a formula node as a line of text, or its TeX if it cannot be converted."""
    return _readable(node, node_mathml(node, definitions))


def plain_text(inline: Iterable[nodes.Node]) -> str:
    """Return the text of inline nodes, with formulas as readable text."""
    return "".join(_plain(node) for node in inline)


def _plain(node: nodes.Node) -> str:
    if _is_formula(node):
        assert isinstance(node, nodes.Element)
        return _readable(node, node.get(MATHML))
    return node.astext() if isinstance(node, nodes.Text) else plain_text(node.children)


def make_readable(root: nodes.Node) -> None:
    """Replace the TeX of the formulas under *root* by readable text.

    The search and the contents of a book use the text of titles. Output with markup still uses the
    MathML.
    """
    for node in formulas(root):
        if converted := node.get(MATHML):
            node[_SOURCE] = source(node)
            node.children = []
            node.append(nodes.Text(_readable(node, converted)))


def source(node: nodes.Element) -> str:
    """Return the TeX of a formula node."""
    return str(node.get(_SOURCE) or node.astext())


class ReadableTitles(SphinxPostTransform):
    """Make the text of headings readable in HTML."""

    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the TeX of formulas in headings by readable text."""
        _make_titles_readable(self.document)


def _make_titles_readable(root: nodes.Element) -> None:
    for title in root.findall(nodes.title):
        make_readable(title)


def convert_nodes(config: Any, root: nodes.Element) -> None:
    """Apply the post-transforms to the formulas under *root*, which belongs to no document."""
    if is_used(config):
        _keep_punctuation(root)
    _make_titles_readable(root)


def _readable(node: nodes.Element, converted: list[str] | None) -> str:
    return " ".join(map(to_text, converted)) if converted else node.astext()


def _mathml_of(translator: Any, node: nodes.Element) -> list[str]:
    return node_mathml(node, macros.for_converter(translator.config))


def _write(translator: Any, node: nodes.Element) -> None:
    """Write the formula, as TeX if it cannot be converted."""
    converted = _mathml_of(translator, node)
    if not converted:
        translator.body.append(translator.starttag({}, "code", "", CLASS="pn-tex"))
        translator.body.append(f"{translator.encode(node.astext())}</code>")
    elif translator.builder.name == "epub":
        translator.body += map(mathml.with_namespaces, converted)
    else:
        translator.body += converted


def _as_text(translator: Any, node: nodes.Element) -> bool:
    """Return whether the formula is to be written as text, because markup would be lost or wrong.

    Sphinx renders titles for ``<title>``, for links to the previous and next page, and for the
    site's tables of contents, on pages that may not load the style sheet of mathematics. Where
    Sphinx strips the markup, the text of the MathML and its TeX would follow each other.
    """
    if translator.document["source"] != _PARTIAL:
        return False
    parent: Any = node.parent
    while parent is not None:
        if isinstance(parent, nodes.list_item):
            # The page's own table of contents is not a toctree, and its page has the style sheet.
            return any(name.startswith("toctree-l") for name in parent["classes"])
        parent = parent.parent
    return True


def visit_math(self: Any, node: nodes.math) -> None:
    """Write an inline formula."""
    if _as_text(self, node):
        self.body.append(self.encode(_readable(node, _mathml_of(self, node))))
        raise nodes.SkipNode
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    _write(self, node)
    self.body.append("</span>")
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number, in a box that scrolls if it is too wide."""
    # furo wraps the formula in a box that takes over its id.
    box = {"classes": node["classes"], "ids": []} if _has_ids_above(node) else node
    classes = "math notranslate pn-equation"
    self.body.append(self.starttag(box, "div", CLASS=classes))
    self.body.append(self.starttag({}, "div", "", CLASS="pn-formula"))
    _write(self, node)
    self.body.append("</div>")
    if node.get("number") and not node.get("rows"):
        number = self.encode(equation_number(self, node))
        self.body.append(f"{self.starttag({}, 'span', '', CLASS='eqno')}({number})")
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _has_ids_above(node: nodes.Element) -> bool:
    parent: Any = node.parent
    return bool(node["ids"]) and isinstance(parent, nodes.Element) and parent["ids"] == node["ids"]


def equation_number(translator: Any, node: nodes.math_block) -> str:
    """Return the number of an equation, along the toctrees if figures are numbered so."""
    return str(get_node_equation_number(translator, node) or node["number"])


def add_page_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the style sheet, which loads the font, and the script to pages with formulas."""
    if context.get(HAS_FORMULAS) and is_used(app.config):
        app.add_css_file("mathematics.css")
        app.add_js_file("mathematics.js", loading_method="defer")


def add_mathematics(app: Sphinx) -> None:
    """Register the renderer for ``html_math_renderer``, and its transforms."""
    app.add_transform(ConvertMathematics)
    app.add_post_transform(KeepPunctuation)
    app.add_post_transform(ReadableTitles)
    app.add_html_math_renderer(NAME, (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", add_page_assets)
