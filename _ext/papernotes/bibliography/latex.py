"""Convert the LaTeX text of BibTeX fields to spans.

BibTeX fields contain LaTeX: accents, ``{DNA}``, ``\\emph``, ``--`` and mathematics. pylatexenc
parses it; the result is a tree of spans that does not depend on an output format.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Literal

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexWalker,
    LatexWalkerError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import std_macro

Kind = Literal["text", "math", "emphasis", "strong", "code", "sub", "sup", "link"]

# An address that is allowed as a link.
SAFE_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)

_PLAIN = re.compile(r"[^\\{}$~%`'\"-]*")
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_DOLLAR = re.compile(r"(?<!\\)\$")
_SCRIPT = re.compile(r"([_^])(?:\{([\w+-]+)\}|(\w))")
_SPACE = re.compile(r"\s+")
_STYLES: dict[str, Kind] = {
    "emph": "emphasis",
    "textit": "emphasis",
    "textsl": "emphasis",
    "textbf": "strong",
    "texttt": "code",
    "textsubscript": "sub",
    "textsuperscript": "sup",
}
# Supported macros that pylatexenc does not know, with their arguments.
_MACRO_SPECS = get_default_latex_context_db()
_MACRO_SPECS.add_context_category(
    "papernotes",
    macros=[
        std_macro("href", "{{"),
        std_macro("textsubscript", "{"),
        std_macro("textsuperscript", "{"),
    ],
)
# Macros whose argument is shown as if it stood alone.
_WRAPPERS = frozenset("mbox text textrm textsc textsf textup underline".split())
_SWITCHES: dict[str, Kind] = {"em": "emphasis", "it": "emphasis", "bf": "strong", "tt": "code"}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text.

    A span of kind ``text`` or ``math`` has ``text``, which for mathematics is TeX without
    delimiters. All other kinds have ``children``; a link also has its http or https address in
    ``text``.
    """

    kind: Kind
    text: str = ""
    children: tuple[Span, ...] = ()


@functools.lru_cache(maxsize=65536)
def spans(source: str) -> tuple[Span, ...]:
    """Return the spans of the LaTeX text *source*.

    White space is collapsed. LaTeX that cannot be parsed is returned unchanged, so that nothing
    that an author typed is lost.
    """
    source = _SPACE.sub(" ", source).strip()
    if _PLAIN.fullmatch(source):
        return (Span("text", source),) if source else ()
    # A per cent sign begins a comment in LaTeX. In a field it nearly always lacks its escape, and
    # the rest of the line must not vanish.
    escaped = _BARE_PERCENT.sub(r"\\%", source)
    if len(_DOLLAR.findall(escaped)) % 2:
        escaped = _DOLLAR.sub(r"\\$", escaped)
    walker = LatexWalker(escaped, latex_context=_MACRO_SPECS, tolerant_parsing=False)
    try:
        nodes, _, _ = walker.get_latex_nodes()
    except (LatexWalkerError, RecursionError, IndexError):
        # pylatexenc raises IndexError for a \verb at the end.
        return (Span("text", source),)
    return _merge_text(_convert(nodes))


def plain(source: str) -> str:
    """Return the LaTeX text *source* without markup, with mathematics as TeX."""
    return flatten(spans(source))


def flatten(parts: tuple[Span, ...]) -> str:
    """Return the text of *parts* without markup."""
    return "".join(part.text if not part.children else flatten(part.children) for part in parts)


def _convert(nodes: list[Any]) -> list[Span]:
    found: list[Span] = []
    verbatim = False
    for position, node in enumerate(nodes):
        if node is None:
            continue
        # Groups in braces after an unknown macro are its arguments.
        verbatim = _is_unknown(node) or (verbatim and isinstance(node, LatexGroupNode))
        if verbatim:
            found.append(Span("text", node.latex_verbatim()))
            continue
        if isinstance(node, LatexMacroNode) and node.macroname in _SWITCHES:
            rest = _merge_text(_convert(nodes[position + 1 :]))
            found.append(Span(_SWITCHES[node.macroname], children=rest))
            break
        found.extend(_convert_one(node))
    return found


def _convert_one(node: Any) -> list[Span]:
    match node:
        case LatexCharsNode():
            return [Span("text", node.chars)]
        case LatexGroupNode():
            return _convert(node.nodelist)
        case LatexMathNode():
            return [_mathematics(node)]
        case LatexMacroNode(macroname="url"):
            address = _verbatim(node, 0)
            return _link(address, (Span("text", address),))
        case LatexMacroNode(macroname="href"):
            return _link(_verbatim(node, 0), _merge_text(_convert([_argument(node, 1)])))
        case LatexMacroNode() if node.macroname in _STYLES:
            inner = _merge_text(_convert([_argument(node, 0)]))
            return [Span(_STYLES[node.macroname], children=inner)] if inner else []
        case LatexMacroNode() if node.macroname in _WRAPPERS:
            return _convert([_argument(node, 0)])
        case _:
            return [Span("text", _text(node))]


def _link(address: str, children: tuple[Span, ...]) -> list[Span]:
    """Return a link, or only its text if the address is not allowed."""
    return [Span("link", address, children)] if SAFE_LINK.fullmatch(address) else [*children]


def _mathematics(node: LatexMathNode) -> Span:
    left, right = node.delimiters
    verbatim = node.latex_verbatim()
    tex = verbatim[len(left) : len(verbatim) - len(right)].strip()
    # The "$_2$" in "H$_2$O" is meant as a subscript, not as a formula without a base.
    if index := _SCRIPT.fullmatch(tex):
        kind: Kind = "sub" if index[1] == "_" else "sup"
        return Span(kind, children=(Span("text", index[2] or index[3]),))
    return Span("math", tex)


_KNOWN = {"url", "href", *_STYLES, *_SWITCHES, *_WRAPPERS}
_TO_TEXT = LatexNodes2Text(strict_latex_spaces=True, keep_comments=True)


def _text(node: Any) -> str:
    """Return the text of *node*, or its LaTeX if pylatexenc fails, as for ``\\sqrt\\sqrt``."""
    try:
        text: str = _TO_TEXT.node_to_text(node)
    except (AttributeError, LookupError, TypeError):
        text = node.latex_verbatim()
    return text


def is_known_macro(name: str) -> bool:
    """Return whether the macro *name*, without its backslash, can be shown."""
    if name in _KNOWN:
        return True
    spec = _TO_TEXT.latex_context.get_macro_spec(name)
    return spec is not None and bool(spec.macroname)


def _is_unknown(node: Any) -> bool:
    return isinstance(node, LatexMacroNode) and not is_known_macro(node.macroname)


def _argument(node: Any, position: int) -> Any:
    arguments = node.nodeargd.argnlist if node.nodeargd else []
    return arguments[position] if position < len(arguments) else None


def _verbatim(node: Any, position: int) -> str:
    argument = _argument(node, position)
    if argument is None:
        return ""
    text: str = argument.latex_verbatim()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return re.sub(r"\\([%#&_~])", r"\1", text)


def _merge_text(parts: list[Span]) -> tuple[Span, ...]:
    """Merge adjacent text spans, so that each word is in one span."""
    joined: list[Span] = []
    for part in parts:
        if part.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1] = Span("text", joined[-1].text + part.text)
        elif part.text or part.children:
            joined.append(part)
    return tuple(joined)
