"""Mathematics as MathML, made in the build: the HTML math renderer ``mathml``.

latex2mathml converts. The page needs no script for it, and the TeX stays in it as an annotation,
for whoever copies a formula.
"""

from __future__ import annotations

import functools
import html
import re
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert_to_element
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.util.math import get_node_equation_number
from sphinx.util.nodes import get_node_line

from .model import Problem, ProblemKind
from .problems import note_problem

NAME = "mathml"
ATTRIBUTE = "papernotes_mathml"

_ARG = re.compile(r"\\arg(?![A-Za-z])")
_ENVIRONMENT = re.compile(r"\\begin\s*\{")


class MathematicsError(ValueError):
    """TeX that cannot be converted; the message says why."""


@functools.lru_cache(maxsize=4096)
def to_mathml(tex: str, display: str) -> str:
    """Return the TeX formula *tex* as a ``math`` element of MathML.

    *display* is ``inline`` or ``block``. Raise :class:`MathematicsError` where TeX is not closed or
    holds a command that is not known.
    """
    try:
        # latex2mathml does not know \arg.
        math = convert_to_element(_ARG.sub(r"\\operatorname{arg}", tex), display=display)
    except Exception as error:  # its errors have no common ancestor, and some are IndexErrors
        raise MathematicsError(re.sub(r"Error$", "", type(error).__name__)) from error
    for element in math.iter():
        # It leaves symbols as character references, for a text that is not escaped once more.
        element.text = html.unescape(element.text) if element.text else element.text
        if element.tag in ("mi", "mo") and re.fullmatch(r"\\[A-Za-z]+", element.text or ""):
            raise MathematicsError(f"the command {element.text} is not known")
    math.attrib.pop("xmlns", None)
    content = list(math)
    for child in content:
        math.remove(child)
    semantics = ElementTree.SubElement(math, "semantics")
    semantics.extend(content)
    annotation = ElementTree.SubElement(semantics, "annotation", encoding="application/x-tex")
    annotation.text = tex
    return ElementTree.tostring(math, encoding="unicode")


def _aligned(tex: str) -> str:
    r"""Return a display formula in which ``\\`` breaks lines, as MathJax and LaTeX take it."""
    if r"\\" in tex and not _ENVIRONMENT.search(tex):
        return f"\\begin{{aligned}}{tex}\\end{{aligned}}"
    return tex


class ConvertMathematics(SphinxTransform):
    """Convert the formulas of a document while it is read, where the site shows MathML.

    Once is enough for all pages that show a summary, and a fault is noted where it stands.
    """

    default_priority = 700

    def apply(self, **kwargs: Any) -> None:
        """Give each formula its MathML, empty where it cannot be converted."""
        if self.config.html_math_renderer != NAME:
            return
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        for node in self.document.findall(_is_formula):
            assert isinstance(node, nodes.Element)
            try:
                node[ATTRIBUTE] = convert(node)
            except MathematicsError as error:
                node[ATTRIBUTE] = ""
                message = (
                    f'the formula "{node.astext()}" cannot be shown: {error}; mend it, until then'
                    " the page shows its TeX"
                )
                line = get_node_line(node) or 1
                note_problem(self.env, Problem(path, line, message, ProblemKind.BAD_MATH))


def _is_formula(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def convert(node: nodes.Element) -> str:
    """Return the MathML of a formula's node; of several formulas in a block, one after the other.

    Raise :class:`MathematicsError` as :func:`to_mathml` does.
    """
    if isinstance(node, nodes.math):
        return to_mathml(node.astext(), "inline")
    parts = re.split(r"\n\s*\n", node.astext().strip())
    return "\n".join(to_mathml(_aligned(part), "block") for part in parts)


def _write(self: Any, node: nodes.Element) -> None:
    """Write the formula, as TeX where there is no MathML of it."""
    mathml = node.get(ATTRIBUTE)
    if mathml is None:  # made of BibTeX while the page is written
        try:
            mathml = convert(node)
        except MathematicsError:
            mathml = ""
    if mathml:
        self.body.append(mathml)
        return
    self.body.append(self.starttag({}, "code", "", CLASS="pn-tex"))
    self.body.append(f"{self.encode(node.astext())}</code>")


def visit_math(self: Any, node: nodes.math) -> None:
    """Write a formula in the text."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    _write(self, node)
    self.body.append("</span>")
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """Write a formula of its own line, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node.get("number"):
        number = get_node_equation_number(self, node)
        self.body.append(self.starttag({}, "span", "", CLASS="eqno"))
        self.body.append(f"({self.encode(str(number))})")
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    _write(self, node)
    self.body.append("</div>\n")
    raise nodes.SkipNode


def add_mathml(app: Sphinx) -> None:
    """Offer the renderer to ``html_math_renderer``."""
    app.add_transform(ConvertMathematics)
    app.add_html_math_renderer(NAME, (visit_math, None), (visit_math_block, None))
