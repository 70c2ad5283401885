r"""The LaTeX macros of BibTeX fields: symbols, accents, and those that preambles define.

pylatexenc knows most symbols; the tables here add what bibliographies hold besides.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from papernotes.core.limits import MAX_VALUE

# Fields that hold URLs, identifiers or file names rather than LaTeX text.
VERBATIM = frozenset(
    "doi url pdf file eprint key crossref xref xdata related archiveprefix eprinttype primaryclass"
    " eprintclass isbn issn date urldate code slides video poster data pdfoffset notice"
    " read_version latest_version".split()
)
SYMBOLS = {
    "BibTeX": "BibTeX",
    "KOMAScript": "KOMA-Script",
    "LaTeX": "LaTeX",
    "LaTeXe": "LaTeX2ε",
    "LuaLaTeX": "LuaLaTeX",
    "LuaTeX": "LuaTeX",
    "MF": "METAFONT",
    "No": "№",
    "OHORN": "Ơ",
    "P": "¶",
    "S": "§",
    "SS": "ẞ",
    "TeX": "TeX",
    "UHORN": "Ư",
    "XeLaTeX": "XeLaTeX",
    "XeTeX": "XeTeX",
    "cdprime": "\N{MODIFIER LETTER DOUBLE PRIME}",
    "copyright": "©",
    "cprime": "\N{MODIFIER LETTER PRIME}",
    "ddag": "‡",
    "euro": "€",
    "fg": "»",
    "flq": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    "flqq": "«",
    "frq": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "frqq": "»",
    "glq": "\N{SINGLE LOW-9 QUOTATION MARK}",
    "glqq": "„",
    "grq": "‘",
    "grqq": "“",
    "linebreak": " ",
    "lq": "‘",
    "newblock": " ",
    "newline": " ",
    "nobreakspace": "\u00a0",
    "og": "«",
    "ohorn": "ơ",
    "par": " ",
    "pdfLaTeX": "pdfLaTeX",
    "pdfTeX": "pdfTeX",
    "pounds": "£",
    "rq": "’",
    "slash": "/",
    "space": " ",
    "textbar": "|",
    "textgreater": ">",
    "textless": "<",
    "textquotedbl": '"',
    "textunderscore": "_",
    "uhorn": "ư",
}
# Macros that only say how the text is set. They take no argument.
SILENT = frozenset(
    "/ @ allowbreak boldmath break footnotesize frenchspacing hfill hskip huge ignorespaces Large"
    " large leavevmode md mdseries nobreak nobreakdash noindent nolinebreak normalfont normalsize"
    " null protect raggedright relax rm rmfamily sc scriptsize scshape sf sffamily small string"
    " tiny unskip up upshape xspace".split()
)
# Macros whose last argument is shown as if it stood alone, with the number of arguments.
WRAPPERS = {
    **dict.fromkeys(
        "bibfnamefont bibnamefont citenamefont ensuretext hbox hologo mathit mathrm mbox mkbibacro"
        " natexlab nocase text textcyrillic textgreek textlf textlnum textmd textnormal textrm"
        " textsc textsf textup uline underline".split(),
        1,
    ),
    **dict.fromkeys("bibinfo foreignlanguage textcolor".split(), 2),
}
# Macros whose one argument is not shown, such as those that change how BibTeX sorts an entry.
DROPPED = frozenset(
    "color fontencoding hphantom index label NoopSort noop noopSort noopsort phantom"
    " selectlanguage SortNoop sortnoop vphantom".split()
)
CASES = {
    "MakeLowercase": str.lower,
    "MakeUppercase": str.upper,
    "lowercase": str.lower,
    "uppercase": str.upper,
}
ACCENTS = {
    "'": "\N{COMBINING ACUTE ACCENT}",
    "`": "\N{COMBINING GRAVE ACCENT}",
    '"': "\N{COMBINING DIAERESIS}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "~": "\N{COMBINING TILDE}",
    "=": "\N{COMBINING MACRON}",
    ".": "\N{COMBINING DOT ABOVE}",
    "G": "\N{COMBINING DOUBLE GRAVE ACCENT}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}",
    "U": "\N{COMBINING VERTICAL LINE ABOVE}",
    "b": "\N{COMBINING MACRON BELOW}",
    "c": "\N{COMBINING CEDILLA}",
    "d": "\N{COMBINING DOT BELOW}",
    "f": "\N{COMBINING INVERTED BREVE}",
    "h": "\N{COMBINING HOOK ABOVE}",
    "k": "\N{COMBINING OGONEK}",
    "newtie": "\N{COMBINING DOUBLE INVERTED BREVE}",
    "polhk": "\N{COMBINING OGONEK}",
    "r": "\N{COMBINING RING ABOVE}",
    "t": "\N{COMBINING DOUBLE INVERTED BREVE}",
    "textcommabelow": "\N{COMBINING COMMA BELOW}",
    "textogonekcentered": "\N{COMBINING OGONEK}",
    "textroundcap": "\N{COMBINING INVERTED BREVE}",
    "u": "\N{COMBINING BREVE}",
    "v": "\N{COMBINING CARON}",
}
# An accent on nothing, as in the address "\~{}ann".
_ALONE = {"'": "\N{ACUTE ACCENT}", "`": "`", '"': "¨", "^": "^", "~": "~"}
_DOTLESS = str.maketrans("ıȷ", "ij")


def accented(name: str, text: str) -> str:
    """Return *text* with the accent of the macro *name* on its first letter.

    Where letters have several accents, authors write them in any order. The order with the fewest
    characters is that of the alphabet which has the letter, such as Vietnamese.
    """
    if not text.strip():
        return _ALONE.get(name, "")
    letters = unicodedata.normalize("NFD", text.lstrip().translate(_DOTLESS))
    marks = [*itertools.takewhile(unicodedata.combining, letters[1:])]
    tail = unicodedata.normalize("NFC", letters[len(marks) + 1 :])
    orders = itertools.permutations([*marks, ACCENTS[name]]) if len(marks) < 4 else [marks]
    forms = (unicodedata.normalize("NFC", letters[0] + "".join(order)) for order in orders)
    return min(forms, key=len) + tail


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro of a preamble: how many arguments it takes, and its text with ``#1`` for them."""

    arguments: int
    body: str


_BRACED = r"(?:[^{}]++|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\})*+"
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*+"
    rf"(?:\{{\s*+\\([A-Za-z]++)\s*+\}}|\\([A-Za-z]++))\s*+(?:\[(\d)\])?\s*+\{{({_BRACED})\}}"
    rf"|\\def\s*+\\([A-Za-z]++)\s*+((?:#\d)*+)\s*+\{{({_BRACED})\}}"
)
_ARGUMENT = re.compile(rf"\s*+(?:\{{({_BRACED})\}}|(\\[A-Za-z]+|\\.|[^\\{{}}]))")
# Macros of macros: more than this is a definition by itself.
_DEEPEST = 5


def definitions(preamble: Iterable[str]) -> dict[str, Macro]:
    r"""Return the macros that *preamble* defines by ``\newcommand``, ``\def`` and their like."""
    found: dict[str, Macro] = {}
    for match in _DEFINITION.finditer(" ".join(preamble)):
        braced, bare, count, body, name, parameters, text = match.groups()
        if name:
            found[name] = Macro(parameters.count("#"), text)
        else:
            found[braced or bare] = Macro(int(count or 0), body)
    return found


def expand(name: str, source: str, macros: Mapping[str, Macro]) -> str:
    """Return the value of the field *name* with the *macros* of a preamble replaced."""
    if name.lower() in VERBATIM:
        return source
    for _ in range(_DEEPEST):
        before, source = source, _expand_once(source, macros)
        if source == before or len(source) > MAX_VALUE:
            # A macro that grows without end is shown as it is written.
            return before
    return source


def _expand_once(source: str, macros: Mapping[str, Macro]) -> str:
    done: list[str] = []
    position = length = 0
    for match in re.finditer(r"\\(?:([A-Za-z]+)\s*|.)", source):
        macro = macros.get(match[1])
        if macro is None or match.start() < position:
            continue
        done.append(source[position : match.start()])
        position = match.end()
        arguments: list[str] = []
        while len(arguments) < macro.arguments and (found := _ARGUMENT.match(source, position)):
            arguments.append(found[1] if found[1] is not None else found[2])
            position = found.end()
        body = macro.body
        for number, argument in enumerate(arguments, 1):
            body = body.replace(f"#{number}", argument)
        done.append(body)
        length += len(body)
        if length > MAX_VALUE:
            return source
    return "".join(done) + source[position:]
