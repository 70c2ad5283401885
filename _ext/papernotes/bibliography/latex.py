"""Convert the LaTeX text of BibTeX fields to spans.

BibTeX fields contain LaTeX: accents, ``{DNA}``, ``\\emph``, ``--`` and mathematics. pylatexenc
parses it; the result is a tree of spans that does not depend on an output format.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pylatexenc.latex2text import LatexNodes2Text, SpecialsTextSpec
from pylatexenc.latex2text import get_default_latex_context_db as get_default_text_context_db
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexWalker,
    LatexWalkerError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import MacroSpec, MacroStandardArgsParser, ParsedMacroArgs, std_macro

from papernotes.bibliography.identifiers import address
from papernotes.bibliography.macros import (
    ACCENTS,
    CASES,
    DROPPED,
    SILENT,
    SYMBOLS,
    WRAPPERS,
    accented,
)
from papernotes.core.limits import MAX_VALUE, is_deep_latex

Kind = Literal["text", "math", "emphasis", "strong", "code", "sub", "sup", "link", "group"]

# An address that is allowed as a link.
SAFE_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)

_PLAIN = re.compile(r"[^\\{}$~%`'\"-]*")
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_DOLLAR = re.compile(r"(?<!\\)\$")
_SCRIPT = re.compile(r"([_^])(?:\{([\w+-]+)\}|(\w))")
_SPACE = re.compile(r"\s+")
_STYLES: dict[str, Kind] = {
    "emph": "emphasis",
    "mkbibemph": "emphasis",
    "mkbibitalic": "emphasis",
    "textit": "emphasis",
    "textsl": "emphasis",
    "mkbibbold": "strong",
    "textbf": "strong",
    "texttt": "code",
    "textsubscript": "sub",
    "textsuperscript": "sup",
}
_SWITCHES: dict[str, Kind] = {
    "em": "emphasis",
    "it": "emphasis",
    "itshape": "emphasis",
    "sl": "emphasis",
    "slshape": "emphasis",
    "bf": "strong",
    "bfseries": "strong",
    "tt": "code",
    "ttfamily": "code",
}
# What stands after a switch is one level below it.
_SWITCH = re.compile(rf"\\(?:{'|'.join(_SWITCHES)})(?![A-Za-z])")
_MOST = 50
_QUOTES = frozenset(("enquote", "mkbibquote"))
_ADDRESSES = frozenset(("burl", "nolinkurl", "path", "url"))


class _AccentArgument(MacroStandardArgsParser):  # type: ignore[misc]  # pylatexenc has no types
    r"""Parse the letter below an accent, which may be another accent with its letter: ``\`\^a``."""

    def __init__(self) -> None:
        super().__init__("{")

    def parse_args(
        self, w: LatexWalker, pos: int, parsing_state: Any = None
    ) -> tuple[ParsedMacroArgs, int, int]:
        """Return the argument at *pos*, its position and its length."""
        if w.get_token(pos, parsing_state=parsing_state).tok == "macro":
            letter, start, length = w.get_latex_nodes(
                pos, read_max_nodes=1, parsing_state=parsing_state
            )
            return ParsedMacroArgs(argspec="{", argnlist=letter), start, length
        found: tuple[ParsedMacroArgs, int, int] = super().parse_args(w, pos, parsing_state)
        return found


_MACRO_SPECS = get_default_latex_context_db()
_MACRO_SPECS.add_context_category(
    "papernotes",
    macros=[
        std_macro("href", "{{"),
        *(
            std_macro(name, "{")
            for name in [*_STYLES, *_QUOTES, *_ADDRESSES, *DROPPED, *CASES, "ensuremath"]
        ),
        *(std_macro(name, "{" * count) for name, count in WRAPPERS.items()),
        *(MacroSpec(name, _AccentArgument()) for name in ACCENTS),
        *(std_macro(name, "") for name in [*SYMBOLS, *SILENT, *_SWITCHES]),
    ],
    prepend=True,
)

# What a character with a meaning in LaTeX is written as; BibTeX counts escaped braces, too.
ESCAPES = {
    **{char: f"\\{char}" for char in "&%#_$"},
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text.

    A span of kind ``text`` or ``math`` has ``text``, which for mathematics is TeX without
    delimiters. All other kinds have ``children``; a link also has its http or https address in
    ``text``. A group is text in braces, which stands for its children; see
    :func:`spans_with_groups`.
    """

    kind: Kind
    text: str = ""
    children: tuple[Span, ...] = ()


@functools.lru_cache(maxsize=65536)
def spans(source: str) -> tuple[Span, ...]:
    """Return the spans of the LaTeX text *source*, without groups.

    White space is collapsed. LaTeX that cannot be parsed is returned unchanged, so that nothing
    that an author typed is lost.
    """
    return _without_groups(spans_with_groups(source))


def spans_with_groups(source: str) -> tuple[Span, ...]:
    """Return the spans of the LaTeX text *source*, with a group for each pair of braces.

    In BibTeX, braces protect capitals. Those around an accent do not.
    """
    source = _SPACE.sub(" ", source).strip()
    if _PLAIN.fullmatch(source):
        return (Span("text", source),) if source else ()
    if len(source) > MAX_VALUE or is_deep_latex(source) or len(_SWITCH.findall(source)) > _MOST:
        return (Span("text", source),)
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


def _without_groups(parts: tuple[Span, ...]) -> tuple[Span, ...]:
    if all(part.kind in ("text", "math") for part in parts):
        return parts
    found: list[Span] = []
    for part in parts:
        children = _without_groups(part.children)
        found.extend(children if part.kind == "group" else [Span(part.kind, part.text, children)])
    return _merge_text(found)


def plain(source: str) -> str:
    """Return the LaTeX text *source* without markup, with mathematics as TeX."""
    return flatten(spans(source))


def flatten(parts: tuple[Span, ...]) -> str:
    """Return the text of *parts* without markup."""
    return "".join(part.text if not part.children else flatten(part.children) for part in parts)


def formulas(parts: tuple[Span, ...]) -> Iterator[str]:
    """Yield the TeX of each formula in *parts*."""
    for part in parts:
        yield from formulas(part.children)
        if part.kind == "math":
            yield part.text


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
            inner = _merge_text(_convert(node.nodelist))
            is_special = node.latex_verbatim().startswith("{\\")
            return [*inner] if is_special or not inner else [Span("group", children=inner)]
        case LatexMathNode():
            return [_mathematics(node)]
        case LatexMacroNode(macroname="href"):
            return _link(_verbatim(node, 0), _inner(node, 1))
        case LatexMacroNode(macroname="ensuremath"):
            return [Span("math", _verbatim(node, 0))]
        case LatexMacroNode():
            return _convert_macro(node, node.macroname)
        case _:
            return [Span("text", _text(node))]


def _convert_macro(node: Any, name: str) -> list[Span]:
    if name in SILENT or name in DROPPED:
        return []
    if name in _ADDRESSES:
        target = _verbatim(node, 0)
        return _link(target, (Span("text", target),))
    if name in _STYLES:
        inner = _inner(node)
        return [Span(_STYLES[name], children=inner)] if inner else []
    if name in WRAPPERS:
        return [*_inner(node, WRAPPERS[name] - 1)]
    if name in _QUOTES:
        return [Span("text", "“"), *_inner(node), Span("text", "”")]
    if name in CASES:
        return [_in_case(part, CASES[name]) for part in _inner(node)]
    if name in ACCENTS:
        return [Span("text", accented(name, flatten(_inner(node))))]
    if name in SYMBOLS:
        # BibTeX does not change the capitals of "\TeX".
        return [Span("group", children=(Span("text", SYMBOLS[name]),))]
    return [Span("text", _text(node))]


def _inner(node: Any, position: int = 0) -> tuple[Span, ...]:
    """Return the spans of an argument of a macro, without the braces around it."""
    argument = _argument(node, position)
    nodes = argument.nodelist if isinstance(argument, LatexGroupNode) else [argument]
    return _merge_text(_convert(nodes))


def _in_case(part: Span, change: Callable[[str], str]) -> Span:
    if part.children:
        return Span(part.kind, part.text, tuple(_in_case(child, change) for child in part.children))
    return Span(part.kind, change(part.text) if part.kind == "text" else part.text)


def _link(target: str, children: tuple[Span, ...]) -> list[Span]:
    """Return a link, or only its text if the address is not allowed."""
    return [Span("link", target, children)] if SAFE_LINK.fullmatch(target) else [*children]


def _mathematics(node: LatexMathNode) -> Span:
    left, right = node.delimiters
    verbatim = node.latex_verbatim()
    tex = verbatim[len(left) : len(verbatim) - len(right)].strip()
    # The "$_2$" in "H$_2$O" is meant as a subscript, not as a formula without a base.
    if index := _SCRIPT.fullmatch(tex):
        kind: Kind = "sub" if index[1] == "_" else "sup"
        return Span(kind, children=(Span("text", index[2] or index[3]),))
    return Span("math", tex)


_KNOWN = frozenset(("href", "ensuremath", *_STYLES, *_SWITCHES, *_QUOTES, *_ADDRESSES))
_TABLES = (SYMBOLS, SILENT, DROPPED, WRAPPERS, CASES, ACCENTS)
_TO_TEXT_SPECS = get_default_text_context_db()
# pylatexenc takes an ampersand for the end of a table's cell, and drops it.
_TO_TEXT_SPECS.add_context_category(
    "papernotes", specials=[SpecialsTextSpec("&", "&")], prepend=True
)


class _ToText(LatexNodes2Text):  # type: ignore[misc]  # pylatexenc has no types
    """pylatexenc's conversion, which writes ``%s`` for arguments that are missing."""

    def apply_simplify_repl(self, node: Any, simplify_repl: Any, what: str) -> Any:
        arguments = (node.nodeargd.argnlist or ()) if getattr(node, "nodeargd", None) else ()
        given = sum(argument is not None for argument in arguments)
        if isinstance(simplify_repl, str) and simplify_repl.count("%s") > given:
            raise LookupError(what)
        return super().apply_simplify_repl(node, simplify_repl, what)


_TO_TEXT = _ToText(_TO_TEXT_SPECS, strict_latex_spaces=True, keep_comments=True)


def _text(node: Any) -> str:
    """Return the text of *node*, or its LaTeX if pylatexenc fails, as for ``\\sqrt\\sqrt``."""
    try:
        text: str = _TO_TEXT.node_to_text(node)
    except (AttributeError, LookupError, TypeError):
        text = node.latex_verbatim()
    return text


def escape(text: str) -> str:
    """Return plain *text* as LaTeX that shows it."""
    return "".join(ESCAPES.get(char, char) for char in text)


def is_known_macro(name: str) -> bool:
    """Return whether the macro *name*, without its backslash, can be shown."""
    if name in _KNOWN or any(name in table for table in _TABLES):
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
    return address(text)


def _merge_text(parts: list[Span]) -> tuple[Span, ...]:
    """Merge adjacent text spans, so that each word is in one span."""
    joined: list[Span] = []
    for part in parts:
        if part.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1] = Span("text", joined[-1].text + part.text)
        elif part.text or part.children:
            joined.append(part)
    return tuple(joined)
