r"""Convert TeX formulas to MathML.

The package math-core does the conversion. It was compared with latex2mathml by 114 formulas of the
kinds that papers contain, drawn by Chromium with the same font. latex2mathml did not know commands
in 4 of them, and set some 40 unlike TeX (limits beside their operators, rows of ``aligned`` in one
line, ``\boldsymbol`` light, no lines in arrays). math-core did not know commands in 6, all of which
:mod:`.tex` rewrites, and set 5 wrongly, which are corrected here, in ``mathematics.css`` or in the
font. Temml is as good, but needs Node.

The element tree that math-core produces is corrected here. Its style attributes, which a strict
content security policy blocks, become MathML attributes, or classes of ``mathematics.css``.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from xml.etree import ElementTree

from math_core import LatexError, LatexToMathML

from papernotes.core.limits import MAX_DEPTH
from papernotes.core.text import FORBIDDEN_CHARACTER
from papernotes.mathematics import limits, radicals, symbols
from papernotes.mathematics import tex as latex

MATHML = "http://www.w3.org/1998/Math/MathML"
XHTML = "http://www.w3.org/1999/xhtml"

# Pairs of a macro's name, without the backslash, and its TeX, with arguments #1 to #9.
Macros = tuple[tuple[str, str], ...]

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]+;")

# A symbol that math-core knows only by its command.
_REFUSED = re.compile("Unicode input is not supported for this symbol yet: '(.)'")

# The class of ``mathematics.css`` for each style declaration that math-core writes.
_CLASSES = {
    "border-left: 0.05em solid currentcolor": "pn-math-line-left",
    "border-left: 0.05em dashed currentcolor": "pn-math-dashes-left",
    "border-right: 0.05em solid currentcolor": "pn-math-line-right",
    "border-right: 0.05em dashed currentcolor": "pn-math-dashes-right",
    "border-top: 0.05em solid currentcolor": "pn-math-line-top",
    "border-top: 0.05em dashed currentcolor": "pn-math-dashes-top",
    "border-bottom: 0.05em solid currentcolor": "pn-math-line-bottom",
    "border-bottom: 0.05em dashed currentcolor": "pn-math-dashes-bottom",
    "font-variant-caps: small-caps": "pn-math-small-caps",
    "justify-items: end": "pn-math-right",
    "justify-items: start": "pn-math-left",
    "math-shift: compact": "pn-math-compact",
    "padding-bottom: 0": "pn-math-close",
    "padding-left: 0": "pn-math-flush-left",
    "padding-left: 0.1em": "pn-math-narrow",
    "padding-left: 0.1667em": "pn-math-thin-left",
    "padding-left: 0.2778em": "pn-math-thick-left",
    "padding-left: 1em": "pn-math-quad-left",
    "padding-right: 0": "pn-math-flush-right",
    "padding-right: 0.1em": "pn-math-narrow",
    "padding-right: 0.1667em": "pn-math-thin-right",
    "padding-right: 0.2778em": "pn-math-thick-right",
    "padding-top: 0": "pn-math-close",
    "padding-top: 0.1667em": "pn-math-low",
    "text-align: left": "pn-math-left",
    "text-align: right": "pn-math-right",
    "width: 100%": "pn-math-wide",
    "width: 50%": "pn-math-half",
    "width: 7.5%": "pn-math-margin",
}
# The classes of what math-core writes for ``\mathop``.
_OPERATOR = {"pn-math-flush-left", "pn-math-thin-right"}


class MathematicsError(ValueError):
    """Raised for TeX that cannot be converted; the message says why."""


@functools.lru_cache(maxsize=4)
def _converter(macros: Macros) -> LatexToMathML:
    return LatexToMathML(
        macros={**latex.COMMANDS, **dict(macros)},
        fancy_error=False,
        allow_unreliable_rendering=True,
    )


def fault_of_macros(macros: Mapping[str, str]) -> str:
    """Return what is wrong with *macros*, or the empty string."""
    if not all(latex.is_closed(tex) for tex in macros.values()):
        return "its braces do not match"
    try:
        for tex in macros.values():
            limits.count_steps(tex)
        _converter(tuple(macros.items()))
    except limits.TooMuchError as error:
        return str(error)
    except LatexError as error:
        return _reason(error)
    return ""


@functools.lru_cache(maxsize=4096)
def to_mathml(tex: str, display: str, macros: Macros = ()) -> str:
    """Return the TeX formula *tex* as a ``math`` element of MathML, without namespaces.

    *display* is ``inline`` or ``block``. Raise :class:`MathematicsError` if the TeX is incomplete,
    contains an unknown command or a character that no page may contain, or takes too long.
    """
    block = display == "block"
    if len(tex) > limits.MAX_LENGTH:
        raise MathematicsError(f"it has more than {limits.MAX_LENGTH:,} characters")
    if match := FORBIDDEN_CHARACTER.search(tex):
        raise MathematicsError(f"the character U+{ord(match[0]):04X} is not allowed")
    source = _convert(latex.prepare(symbols.spelled(tex), display=block), macros, block=block)
    source = _ENTITY.sub(lambda match: html.unescape(match[0]), source)
    math = _parse(source)
    if math.find(".//a") is not None:
        raise MathematicsError("it refers to an equation by \\eqref; use the role {eq} instead")
    if _is_deep(math):
        raise MathematicsError(f"it is nested more than {MAX_DEPTH} levels deep")
    for element in math.iter():
        _correct(element)
        if block:
            _set_limits(element)
    for element in list(math.iter()):
        _wrap_styles(element)
        _mark_root(element)
    content = list(math)
    for child in content:
        math.remove(child)
    semantics = ElementTree.SubElement(math, "semantics")
    if len(content) == 1 and "pn-math-wide" in content[0].get("class", ""):
        # The parent of a full-width element must have the full width, too.
        semantics.set("class", "pn-math-wide")
    row = semantics if len(content) == 1 else ElementTree.SubElement(semantics, "mrow")
    row.extend(content)
    annotation = ElementTree.SubElement(semantics, "annotation", encoding="application/x-tex")
    annotation.text = tex
    return ElementTree.tostring(math, encoding="unicode")


def _parse(source: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(source)  # noqa: S314 -- written by math-core
    except ElementTree.ParseError as error:
        # math-core gives an attribute twice where two commands ask for it.
        raise MathematicsError("its delimiters contradict each other") from error


def _is_deep(math: ElementTree.Element) -> bool:
    """Return whether elements nest more deeply than what serializes them may recurse."""
    level = [math]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _convert(prepared: str, macros: Macros, *, block: bool) -> str:
    """Return what math-core makes of *prepared*, with commands for symbols that it refuses."""
    try:
        limits.check(prepared, dict(macros))
        return _converter(macros).convert_with_local_state(prepared, displaystyle=block)
    except limits.TooMuchError as error:
        raise MathematicsError(str(error)) from error
    except LatexError as error:
        refused = _REFUSED.search(str(error))
        if not refused:
            raise MathematicsError(_reason(error)) from error
    symbol = refused[1]
    replaced = symbols.replace(prepared, symbol, symbols.name(symbol) or f"\\text{{{symbol}}}")
    if replaced == prepared:
        raise MathematicsError(f"the symbol {symbol} is not known")
    return _convert(replaced, macros, block=block)


def _reason(error: LatexError) -> str:
    """Return math-core's message without the position, which refers to the prepared TeX."""
    reason = re.sub(r"^(?:macro\d+:)?\d+: |\.$", "", str(error))
    return re.sub(r"Unknown (\w+) \"(.*)\"", r"the \1 \2 is not known", reason)


def _correct(element: ElementTree.Element) -> None:
    """Correct one element of math-core's output."""
    if style := element.attrib.pop("style", ""):
        _translate(element, style)
    if element.tag == "mover" and element[1].text == "~":
        # Fonts do not stretch the ASCII tilde.
        element[1].text = "\N{SMALL TILDE}"


def _wrap_styles(parent: ElementTree.Element) -> None:
    """Move the style of the children of *parent* to ``mstyle`` elements.

    In MathML Core any element may have these attributes; in MathML 3, which EPUB uses, only
    ``mstyle`` may.
    """
    for position, child in enumerate(parent):
        if child.tag == "mstyle":
            continue
        style: dict[str, str] = {
            name: child.attrib.pop(name)
            for name in ("displaystyle", "scriptlevel")
            if name in child.attrib and (name, child.tag) != ("displaystyle", "mtable")
        }
        if child.tag == "mrow" and style:
            child.tag = "mstyle"
            child.attrib.update(style)
        # Tables are not smaller than their surroundings.
        elif style and (child.tag, style) != ("mtable", {"scriptlevel": "0"}):
            parent[position] = ElementTree.Element("mstyle", style)
            parent[position].append(child)


def _translate(element: ElementTree.Element, style: str) -> None:
    """Replace the declarations of a style attribute with attributes and classes."""
    kept = []
    for declaration in filter(None, style.split(";")):
        name, value = (part.strip() for part in declaration.split(":"))
        if name == "color":
            element.set("mathcolor", value)
        elif name == "font-size":
            element.set("mathsize", value)
        elif element.tag == "mspace" and name == "width":
            element.set("width", value)
        elif element.tag == "mspace" and name == "margin-left":
            # Round to TeX's units, 18 of which are 1 em.
            units = round(float(value.strip("-emr")) * 18)
            _add_class(element, f"pn-math-back-{min(max(units, 1), 18)}")
        elif known := _CLASSES.get(f"{name}: {value}"):
            _add_class(element, known)
        else:
            kept.append(declaration)
    if kept:
        element.set("style", ";".join(kept))


def _add_class(element: ElementTree.Element, name: str) -> None:
    classes = element.get("class", "").split()
    if name not in classes:
        element.set("class", " ".join([*classes, name]))


def _mark_root(element: ElementTree.Element) -> None:
    """Mark a root by the size of its sign, when all styles in it are in place."""
    if sign := radicals.sign_class(element):
        _add_class(element, sign)


def _set_limits(element: ElementTree.Element) -> None:
    r"""Move the scripts of ``\mathop{…}`` below and above it, as TeX does in displayed formulas."""
    place = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}.get(str(element.tag))
    if place and element[0].tag == "mpadded":
        _translate(element[0], element[0].attrib.pop("style", ""))
        if set(element[0].get("class", "").split()) == _OPERATOR:
            element.tag = place


def with_namespaces(mathml: str) -> str:
    """Return a ``math`` element with the namespaces that XHTML requires and HTML does not."""
    math = ElementTree.fromstring(mathml)  # noqa: S314 -- written by math-core
    math.set("xmlns", MATHML)
    for text in math.iter("mtext"):
        for child in text:
            child.set("xmlns", XHTML)
    return ElementTree.tostring(math, encoding="unicode")
