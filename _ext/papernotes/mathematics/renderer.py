"""Mathematics as MathML, made in the build: the HTML math renderer ``mathml``.

A formula is converted while its document is read, so that a fault is noted where it stands, and all
pages that show it share the result. The page needs no script for it. Its TeX stays in it, for
whoever copies it.
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

from papernotes.bibliography.latex import Span
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Paper
from papernotes.i18n import _
from papernotes.mathematics import macros, mathml, tex
from papernotes.mathematics.mathml_text import to_text
from papernotes.reporting import note_problem

NAME = "mathml"
ATTRIBUTE = "papernotes_mathml"
# What Sphinx says in the context of a page with formulas.
HOLDS = "has_maths_elements"
# What Sphinx calls the document that it makes of a title or a table of contents, to render it.
_PARTIAL = "<partial node>"


def is_used(config: Any) -> bool:
    """Return whether formulas become MathML: it is asked for, or nothing else is."""
    return config.html_math_renderer in (NAME, None)


def _is_formula(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def formulas(root: nodes.Node) -> Iterator[nodes.Element]:
    """Yield the nodes of formulas under *root*."""
    for node in root.findall(_is_formula):
        assert isinstance(node, nodes.Element)
        yield node


class ConvertMathematics(SphinxTransform):
    """Convert the formulas of a document while it is read."""

    default_priority = 700

    def apply(self, **kwargs: Any) -> None:
        """Give each formula its MathML, empty where it cannot be converted."""
        if not is_used(self.config):
            return
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        given = macros.for_converter(self.config)
        for node in formulas(self.document):
            try:
                node[ATTRIBUTE] = convert(node, given)
            except mathml.MathematicsError as error:
                node[ATTRIBUTE] = []
                problem = _problem(path, get_node_line(node) or 1, node.astext(), error)
                note_problem(self.env, problem)


# What does not begin a line, and what does not end one.
_CLOSING = re.compile(r"[^\w\s(\[{“‘–—]+|[-\w]+")
_OPENING = re.compile(r"[(\[{“‘]+$")


class KeepPunctuation(SphinxPostTransform):
    """Keep a formula on one line with the punctuation around it, where browsers would part them."""

    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Put formula and punctuation into one element."""
        if is_used(self.config):
            _keep_punctuation(self.document)


def _keep_punctuation(root: nodes.Element) -> None:
    for node in list(root.findall(nodes.math)):
        before, after = _text_beside(node, -1), _text_beside(node, 1)
        opening = _OPENING.search(before or "")
        closing = _CLOSING.match(after or "")
        if not (opening or closing):
            continue
        together = nodes.inline(classes=["pn-together"])
        position = node.parent.index(node)
        node.replace_self(together)
        if before is not None and opening:
            together += nodes.Text(opening[0])
            together.parent[position - 1] = nodes.Text(before[: opening.start()])
        together += node
        if after is not None and closing:
            together += nodes.Text(closing[0])
            together.parent[position + 1] = nodes.Text(after[closing.end() :])


def _text_beside(node: nodes.Node, step: int) -> nodes.Text | None:
    position = node.parent.index(node) + step
    if not 0 <= position < len(node.parent):
        return None
    beside = node.parent[position]
    return beside if isinstance(beside, nodes.Text) else None


def _problem(path: str, line: int, source: str, error: mathml.MathematicsError) -> Diagnostic:
    message = (
        f'the formula "{" ".join(source.split())}" cannot be shown: {error}; correct it, until then'
        " the page shows its TeX"
    )
    return Diagnostic(path, line, message, DiagnosticKind.BAD_MATH)


def convert(node: nodes.Element, given: mathml.Macros) -> list[str]:
    """Return the MathML of a formula's node: of each of the formulas that a block may hold.

    Raise :class:`.mathml.MathematicsError` as :func:`.mathml.to_mathml` does.
    """
    if isinstance(node, nodes.math):
        return [mathml.to_mathml(node.astext(), "inline", given)]
    return [mathml.to_mathml(part, "block", given) for part in tex.formulas(node.astext())]


def faults(paper: Paper, parts: Iterable[Span], given: mathml.Macros) -> Iterator[Diagnostic]:
    """Yield a problem for each formula in *parts*, which are of *paper*, that has no MathML."""
    for part in parts:
        yield from faults(paper, part.children, given)
        if part.kind == "math":
            try:
                mathml.to_mathml(part.text, "inline", given)
            except mathml.MathematicsError as error:
                yield _problem(paper.path, paper.line, part.text, error)


def made(node: nodes.Element, given: mathml.Macros) -> list[str]:
    """Return the MathML of a formula's node, which is empty where there is none.

    Where it was not made when the document was read, as of BibTeX or for another renderer, it is
    made now.
    """
    found: list[str] | None = node.get(ATTRIBUTE)
    if found is None:
        try:
            found = convert(node, given)
        except mathml.MathematicsError:
            found = []
    return found


def text_of(node: nodes.Element, given: mathml.Macros) -> str:
    """Return a formula's node as a line of text, or its TeX where there is no MathML of it."""
    return _readable(node, made(node, given))


def plain_text(found: Iterable[nodes.Node]) -> str:
    """Return the text of inline nodes, formulas as readable as a line of text can make them."""
    return "".join(_plain(node) for node in found)


def _plain(node: nodes.Node) -> str:
    if _is_formula(node):
        assert isinstance(node, nodes.Element)
        return _readable(node, node.get(ATTRIBUTE))
    return node.astext() if isinstance(node, nodes.Text) else plain_text(node.children)


def make_readable(root: nodes.Node) -> None:
    """Give the formulas under *root* a readable text, for whoever takes the text of a title.

    That are the search, and the contents of a book. What has markup still has the MathML.
    """
    for node in formulas(root):
        if made := node.get(ATTRIBUTE):
            node.children = []
            node.append(nodes.Text(_readable(node, made)))


class ReadableTitles(SphinxPostTransform):
    """Make the text of headings readable where pages are written from MathML."""

    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Make them readable."""
        _make_titles_readable(self.document)


def _make_titles_readable(root: nodes.Element) -> None:
    for title in root.findall(nodes.title):
        make_readable(title)


def convert_nodes(config: Any, root: nodes.Element) -> None:
    """Do to the formulas under *root*, which is of no document, what the post-transforms do."""
    if is_used(config):
        _keep_punctuation(root)
    _make_titles_readable(root)


def _readable(node: nodes.Element, made: list[str] | None) -> str:
    return " ".join(map(to_text, made)) if made else node.astext()


def _mathml_of(translator: Any, node: nodes.Element) -> list[str]:
    return made(node, macros.for_converter(translator.config))


def _write(translator: Any, node: nodes.Element) -> None:
    """Write the formula, as TeX where there is no MathML of it."""
    made = _mathml_of(translator, node)
    if not made:
        translator.body.append(translator.starttag({}, "code", "", CLASS="pn-tex"))
        translator.body.append(f"{translator.encode(node.astext())}</code>")
    elif translator.builder.name == "epub":
        translator.body += map(mathml.with_namespaces, made)
    else:
        translator.body += made


def _as_text(translator: Any, node: nodes.Element) -> bool:
    """Return whether the formula goes where markup is lost or does not belong.

    That is a title that Sphinx renders for ``<title>``, for links to the page before and after, and
    for tables of contents of the site, which stand on pages that do without the style of
    mathematics. Markup that is lost leaves MathML and TeX, one after the other.
    """
    if translator.document["source"] != _PARTIAL:
        return False
    parent: Any = node.parent
    while parent is not None:
        if isinstance(parent, nodes.list_item):
            # Of the contents of the page itself, which has the style.
            return any(name.startswith("toctree-l") for name in parent["classes"])
        parent = parent.parent
    return True


def visit_math(self: Any, node: nodes.math) -> None:
    """Write a formula in the text."""
    if _as_text(self, node):
        self.body.append(self.encode(_readable(node, _mathml_of(self, node))))
        raise nodes.SkipNode
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    _write(self, node)
    self.body.append("</span>")
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """Write a formula of its own line, with its number, in a box that scrolls if it is wide."""
    # furo puts the formula into a box that takes its id.
    whole = {"classes": node["classes"], "ids": []} if _has_ids_above(node) else node
    classes = "math notranslate pn-equation"
    self.body.append(self.starttag(whole, "div", CLASS=classes))
    self.body.append(self.starttag({}, "div", "", CLASS="pn-formula"))
    _write(self, node)
    self.body.append("</div>")
    if node.get("number"):
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
    """Return the number of an equation, by figure numbers where the page has those."""
    return str(get_node_equation_number(translator, node) or node["number"])


def add_page_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page with formulas the style, and with it the font, and the script that they need."""
    if context.get(HOLDS) and is_used(app.config):
        app.add_css_file("mathematics.css")
        app.add_js_file("mathematics.js", loading_method="defer")


def add_mathematics(app: Sphinx) -> None:
    """Offer the renderer to ``html_math_renderer``."""
    app.add_transform(ConvertMathematics)
    app.add_post_transform(KeepPunctuation)
    app.add_post_transform(ReadableTitles)
    app.add_html_math_renderer(NAME, (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", add_page_assets)
