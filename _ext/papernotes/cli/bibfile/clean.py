"""Clean BibTeX entries that come from elsewhere: correct what is certainly wrong in them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from pybtex.bibtex.utils import split_name_list

from papernotes.bibliography import identifiers, latex
from papernotes.bibliography.identifiers import Identifier, identify, parse_arxiv
from papernotes.bibliography.macros import VERBATIM
from papernotes.bibliography.names import capitalized, is_in_capitals
from papernotes.bibliography.titles import protect_capitals
from papernotes.cli.bibfile.entry import Entry

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);")
# What becomes of "&amp;" when a registry escapes it as if it were LaTeX.
_ESCAPED_ENTITY = re.compile(r"\{?\\&\}?(amp|lt|gt|quot|apos)(?:;|\$\\mathsemicolon\$)")
# Mathematics and URLs, where "&", "%", "#" and "_" need no backslash.
_MATH_OR_URL = re.compile(
    r"((?<!\\)\$(?:[^$\\]|\\.)*+\$|\\\((?:(?!\\[()]).)*+\\\)|\\(?:url|href|path)\s*+\{[^{}]*+\})",
    re.DOTALL,
)
_UNESCAPED = re.compile(r"(?<!\\)[&%#_]")
_DOLLAR = re.compile(r"(?<!\\)\$")
# Pandoc's rule: no space inside the dollar signs, and no digit after them.
_FORMULA = re.compile(r"((?<![\\\w$])\$(?=[^\s$])(?:[^$\\]|\\.)*?(?<=[^\s\\])\$(?!\d))", re.DOTALL)
_TWO_LETTERS = re.compile("[A-Za-z]{2}")
_TEX = frozenset("\\^_=<>+*/{}")
_PRICES = re.compile(r"(?<!\\)\$\d(?:[^$\\]|\\.)*\$\d")
# What Mendeley writes in addresses, as if they were LaTeX.
_ESCAPED = re.compile(r"\{\\([%&#_~$])\}|\\([%&#_~$])")
_ADDRESS_CHARS = str.maketrans({char: f"%{ord(char):02X}" for char in "{}\\"})
_TAG_MACROS = {
    "i": r"\emph",
    "em": r"\emph",
    "b": r"\textbf",
    "strong": r"\textbf",
    "sub": r"\textsubscript",
    "sup": r"\textsuperscript",
    "tt": r"\texttt",
    "code": r"\texttt",
}
_TAG_NAMES = "i|em|b|strong|sub|sup|tt|code|u|sc|scp|p|br|span|title|(?:jats|mml):[\\w-]+|math"
_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG_PAIR = re.compile(rf"<({'|'.join(_TAG_MACROS)})>([^<>{{}}]*)</\1>", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")

_PAGE = r"[A-Za-z]{0,3}\d[\d.:]*[A-Za-z]?"
_RANGE = re.compile(rf"(?:pp?\.\s*)?({_PAGE})\s*(?:-{{1,3}}|[\u2010-\u2015\u2212])\s*({_PAGE})")

_PREPRINT = re.compile(r"(?:arXiv|CoRR)(?: e-?prints?| preprint.*)?", re.IGNORECASE)


def clean(entry: Entry) -> Entry:
    """Clean the names, pages, capitals, HTML, white space, identifiers and month of *entry*."""
    fields = {name: clean_value(name, value) for name, value in entry.fields.items()}
    fields = {name: value for name, value in fields.items() if value}
    if "title" in fields:
        fields["title"] = protect_capitals(fields["title"])
    kind = _clean_identifiers(entry.type, fields)
    if "month" in fields:
        fields["month"] = _month(fields["month"])
    return replace(entry, type=kind, fields=fields)


def escape(name: str, text: str) -> str:
    """Return plain *text* as the value of the BibTeX field *name*; formulas stay formulas."""
    if name in VERBATIM:
        return text.translate(_ADDRESS_CHARS)
    parts = split_formulas(text)
    parts[::2] = list(map(latex.escape, parts[::2]))
    return "".join(parts)


def split_formulas(text: str) -> list[str]:
    """Split *text* into prose and formulas between dollar signs, in turn; money is prose."""
    parts = [""]
    for position, part in enumerate(_FORMULA.split(text)):
        if position % 2 and not is_money(part):
            parts += [part, ""]
        else:
            parts[-1] += part
    return parts


def is_money(formula: str) -> bool:
    """Return whether *formula* is none, but a price and words, as in "$10 (or 20$)"."""
    number, _, words = formula.strip("$").partition(" ")
    return number[:1].isdigit() and bool(_TWO_LETTERS.search(words)) and not _TEX & set(formula)


def clean_value(name: str, value: str) -> str:
    """Clean the *value* of the field *name*, apart from the capitals of a title."""
    value = _INVISIBLE.sub("", unicodedata.normalize("NFC", value))
    if name in VERBATIM:
        if name in ("doi", "pdf", "url"):
            value = _ESCAPED.sub(r"\1\2", value)
        return " ".join(fix_entities(value, lambda char: char).split())
    value = fix_markup(fix_entities(value, latex.escape))
    value = fix_latex(fix_dollars(value))
    if name in ("author", "editor"):
        return " and ".join(_clean_name(part) for part in split_name_list(value))
    if name == "pages":
        value = fix_pages(value)
    return " ".join(value.split())


def fix_entities(value: str, escape: Callable[[str], str] = latex.escape) -> str:
    """Replace the HTML entities of *value*, also those escaped twice, by their characters.

    *escape* returns a character as it is to be written, by default in LaTeX.
    """
    value = _ESCAPED_ENTITY.sub(r"&\1;", value)
    for _ in range(3):
        value = re.sub(r"&amp;(?=(?:#?\w+);)", "&", value)

    def unescape(match: re.Match[str]) -> str:
        text = html.unescape(match[0])
        return match[0] if text == match[0] else "".join(escape(char) for char in text)

    return _ENTITY.sub(unescape, value)


def has_entities(value: str) -> bool:
    """Return whether *value* holds HTML entities."""
    return "&" in value and fix_entities(value) != value


def has_markup(value: str) -> bool:
    """Return whether *value* holds HTML tags."""
    return "<" in value and bool(_TAG.search(value))


def fix_markup(value: str) -> str:
    """Replace the HTML tags of *value* by LaTeX macros; remove those that have no macro."""
    before = ""
    while before != value:
        before = value
        value = _TAG_PAIR.sub(lambda m: f"{_TAG_MACROS[m[1].lower()]}{{{m[2]}}}", value)
    return _TAG.sub("", value)


def fix_latex(value: str) -> str:
    r"""Put a backslash before each ``&``, ``%``, ``#`` and ``_`` of *value* that lacks one."""
    parts = _MATH_OR_URL.split(value)
    parts[::2] = [_UNESCAPED.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)


def fix_dollars(value: str) -> str:
    """Put a backslash before the dollar signs of *value* that begin no formula."""
    if len(_DOLLAR.findall(value)) % 2 == 0 and not _PRICES.search(value):
        return value
    parts = split_formulas(value)
    parts[::2] = [_DOLLAR.sub(r"\\$", part) for part in parts[::2]]
    return "".join(parts)


def outside_mathematics(value: str) -> list[str]:
    """Return the parts of *value* that are neither mathematics nor URLs."""
    return _MATH_OR_URL.split(value)[::2]


def unescaped_specials(value: str) -> list[str]:
    """Return which of ``&``, ``%``, ``#`` and ``_`` lack a backslash in *value*, each once."""
    found = (char for part in outside_mathematics(value) for char in _UNESCAPED.findall(part))
    return list(dict.fromkeys(found))


def fix_pages(value: str) -> str:
    """Write ranges of pages as BibTeX does, ``233--242``; leave everything else as it is."""

    def fix_part(part: str) -> str:
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            return part.strip()
        return match[1] if match[1] == match[2] else f"{match[1]}--{match[2]}"

    return ", ".join(fix_part(part) for part in value.split(","))


def _clean_name(name: str) -> str:
    if name.lower() == "others":
        return "others"
    name = " ".join(name.split())
    return capitalized(name) if is_in_capitals(name) else name


def _month(value: str) -> str:
    """Return a month as the macro that all BibTeX styles define; leave other values as they are."""
    if value.isdecimal() and len(value) < 3 and 1 <= int(value) <= 12:
        return MONTHS[int(value) - 1]
    short = value.strip().rstrip(".").lower()[:3]
    return short if short in MONTHS and value.strip().isalpha() else value


def _clean_identifiers(kind: str, fields: dict[str, str]) -> str:
    """Clean the DOI, arXiv identifier and URL, and drop duplicates; return the entry's type."""
    doi, url = identify(fields.get("doi", "")), identify(fields.get("url", ""))
    if doi and doi.kind == "DOI":
        fields["doi"] = doi.value
    eprint = _eprint(fields)
    if url and (url == eprint or (doi and url.value.lower() == doi.value.lower())):
        del fields["url"]
    if eprint is None:
        return kind
    fields["eprint"] = eprint.value
    if not fields.get("year") and not fields.get("date"):
        fields["year"] = arxiv_year(eprint)
    if "eprinttype" not in fields:
        fields["archiveprefix"] = "arXiv"
    # The DOI, journal and publisher that arXiv itself registers only repeat the identifier.
    if doi == eprint:
        del fields["doi"]
    for name in ("journal", "journaltitle"):
        if _PREPRINT.match(fields.get(name, "")):
            del fields[name]
            fields.pop("volume", None)
            kind = "misc"
    if re.fullmatch(r"arXiv(?:\.org)?", fields.get("publisher", ""), re.IGNORECASE):
        del fields["publisher"]
    return kind


def arxiv_year(identifier: Identifier) -> str:
    """Return the year of submission from the digits of an arXiv identifier."""
    two_digits = identifier.value.rpartition("/")[2][:2]
    return f"19{two_digits}" if two_digits >= "91" else f"20{two_digits}"


def _eprint(fields: dict[str, str]) -> Identifier | None:
    """Return the arXiv identifier of an entry from any of its fields."""
    if identifier := parse_arxiv(identifiers.arxiv_id(fields)):
        return identifier
    # Some programs add the class, "[cs.LG]", or the name of a file.
    eprint = re.sub(
        r"^abs/|(?:(?<!\s)\s++)?\[[\w.-]*+\]$|\.pdf$",
        "",
        identifiers.unbrace(fields.get("eprint", "")),
    )
    found = identify(eprint)
    return found if found and found.kind == "arXiv" else None
