"""Detect the style of a bibliography file, and write entries in that style."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cmp_to_key
from itertools import combinations, pairwise
from typing import Literal, TypeVar

from pybtex.bibtex.utils import split_name_list
from pylatexenc.latexencode import UnicodeToLatexEncoder

from papernotes.bibliography.macros import VERBATIM
from papernotes.bibliography.names import family_first, given_first
from papernotes.bibliography.scanner import SourceEntry, SourceField
from papernotes.cli.bibfile.clean import MONTHS
from papernotes.cli.bibfile.entry import Entry

T = TypeVar("T")
Alignment = Literal["none", "sign", "value"]
Case = Literal["lower", "capital", "upper"]

# The order of fields where the file shows none.
_ORDER = (
    "title subtitle author editor booktitle journal journaltitle series edition volume number issue"
    " eid pages chapter type institution school organization publisher address location"
    " howpublished year date month day doi eprint archiveprefix eprinttype primaryclass eprintclass"
    " read_version latest_version latest_date isbn issn url urldate pdf pdfoffset retracted concern"
    " corrected notice note keywords abstract file"
).split()
# BibTeX's names of fields, with those of BibLaTeX.
_BIBLATEX_NAMES = {
    "journal": "journaltitle",
    "year": "date",
    "archiveprefix": "eprinttype",
    "primaryclass": "eprintclass",
    "address": "location",
}
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[uvHckbdr](?![A-Za-z])|[lLoO](?![A-Za-z])|ss(?![A-Za-z]))")
# Entry types that have a second capital letter where the first letter is a capital.
_CAPITALIZED_TYPES = {
    name.lower(): name
    for name in "InBook InCollection InProceedings MastersThesis PhdThesis TechReport".split()
}


@dataclass(frozen=True)
class Layout:
    """How the entries of a file are written; the defaults are used for an empty file.

    ``first`` is the white space between the comma after the key and the first field, ``between``
    that between the comma after a field and the next field, ``closing`` that before the closing
    brace and ``gap`` that between two entries. ``alignment`` says whether the equals signs or the
    values are aligned, and ``column`` in which column, counted from the start of a field.
    ``spellings`` maps a field name in lower case to the file's spelling. ``before`` holds pairs of
    fields of which the first usually precedes the second. ``biblatex`` holds the BibTeX names of
    the fields for which the file uses BibLaTeX's names.
    """

    first: str = "\n  "
    between: str = "\n  "
    closing: str = "\n"
    before_sign: str = " "
    after_sign: str = " "
    alignment: Alignment = "none"
    column: int = 0
    quotes: bool = False
    bare_numbers: bool = False
    trailing_comma: bool = True
    gap: str = "\n\n"
    type_case: Case = "lower"
    name_case: Case = "lower"
    spellings: Mapping[str, str] = field(default_factory=dict)
    before: frozenset[tuple[str, str]] = frozenset()
    family_first: bool = False
    ascii_only: bool = False
    biblatex: frozenset[str] = frozenset()

    def write(self, entry: Entry, key: str) -> str:
        """Return *entry* as BibTeX under *key*, with LF as line ending and none at the end."""
        fields = [self.field(name, value) for name, value in self._fields(entry).items()]
        body = f",{self.between}".join(fields) + ("," if self.trailing_comma and fields else "")
        return f"@{self.kind(entry.type)}{{{key},{self.first}{body}{self.closing}}}"

    def kind(self, name: str) -> str:
        """Return the entry type *name* in the file's case."""
        match self.type_case:
            case "upper":
                return name.upper()
            case "capital":
                return _CAPITALIZED_TYPES.get(name.lower(), name.capitalize())
            case _:
                return name.lower()

    def name(self, name: str) -> str:
        """Return the BibTeX field *name*, or BibLaTeX's name if the file uses that."""
        return _BIBLATEX_NAMES[name] if name in self.biblatex else name

    def field(self, name: str, value: str) -> str:
        """Return one field as it is written in an entry, without a comma."""
        return f"{self._spelled(name)}{self._sign(name)}{self.value(name, value)}"

    def value(self, name: str, value: str) -> str:
        """Return the *value* of the field *name* as it is written, with its delimiters."""
        if name == "month" and value in MONTHS:
            return value
        if value.isascii() and value.isdigit() and self.bare_numbers:
            return value
        if name in ("author", "editor"):
            reorder = family_first if self.family_first else given_first
            value = " and ".join(reorder(name) for name in split_name_list(value))
        if self.ascii_only and name not in VERBATIM:
            value = to_ascii(value)
        return f'"{_without_bare_quotes(value)}"' if self.quotes else f"{{{value}}}"

    def compare(self, a: str, b: str) -> int:
        """Return a negative number if field *a* comes before field *b*, else a positive one."""
        if (a, b) in self.before:
            return -1
        if (b, a) in self.before:
            return 1
        return _rank(a) - _rank(b)

    def _fields(self, entry: Entry) -> dict[str, str]:
        names = {name: self.name(name) for name in entry.fields}
        renamed: dict[str, str] = {}
        for name, value in entry.fields.items():
            # An entry may have both "year" and "date".
            target = names[name] if names[name] not in entry.fields else name
            renamed[target] = value
        if "date" in renamed and (month := renamed.get("month")) in MONTHS:
            # BibLaTeX writes the month as part of the date (ISO 8601).
            if re.fullmatch(r"\d{4}", renamed["date"]):
                renamed["date"] += f"-{MONTHS.index(str(month)) + 1:02}"
            del renamed["month"]
        order = sorted(renamed, key=cmp_to_key(self.compare))
        return {name: renamed[name] for name in order}

    def _spelled(self, name: str) -> str:
        if name in self.spellings:
            return self.spellings[name]
        match self.name_case:
            case "upper":
                return name.upper()
            case "capital":
                return name.capitalize()
            case _:
                return name

    def _sign(self, name: str) -> str:
        """Return the equals sign of the field *name* with the spaces around it."""
        match self.alignment:
            case "sign":
                spaces = " " * max(self.column - len(name), int(len(name) > self.column))
                return f"{spaces}={self.after_sign}"
            case "value":
                sign = f"{self.before_sign}="
                return sign + " " * max(self.column - len(name) - len(sign), 1)
            case _:
                return f"{self.before_sign}={self.after_sign}"


def read_layout(text: str, entries: Iterable[SourceEntry]) -> Layout:
    """Return the style of most of *entries*, whose offsets refer to *text*."""
    entries = list(entries)
    fields = [(entry, part) for entry in entries for part in entry.fields]
    if not fields:
        return Layout()
    signs = [text[part.start + len(part.name) : part.value_start] for _, part in fields]
    before_sign = _usual(sign.partition("=")[0] for sign in signs)
    after_sign = _usual(sign.partition("=")[2] for sign in signs)
    alignment, column = _alignment(fields, signs)
    ends = [text[entry.fields[-1].value_end : entry.end - 1] for entry in entries if entry.fields]
    firsts = [text[: entry.fields[0].start].rpartition(",")[2] for entry in entries if entry.fields]
    betweens = [
        text[a.value_end : b.start].partition(",")[2]
        for entry in entries
        for a, b in pairwise(entry.fields)
    ]
    gaps = [
        gap
        for a, b in pairwise(entries)
        if (gap := text[a.end : b.start]) and not gap.strip() and "\n" in gap
    ]
    default = Layout()
    starts = [(part, text[part.value_start]) for _, part in fields]
    delimiters = [char for _, char in starts if char in '{"']
    bare_numbers = [char.isdigit() for part, char in starts if part.value.isdigit()]
    return Layout(
        first=_usual((f for f in firsts if not f.strip()), default.first),
        between=_usual((b for b in betweens if not b.strip()), _usual(firsts, default.between)),
        closing=_usual(end.replace(",", "") for end in ends if not end.strip(" \t\n,")),
        before_sign=before_sign,
        after_sign=after_sign,
        alignment=alignment,
        column=column,
        quotes=_usual(delimiters, "{") == '"',
        bare_numbers=_usual(bare_numbers, default=False),
        trailing_comma=_usual("," in end for end in ends),
        gap=_usual(gaps, default.gap),
        type_case=_usual(_case(entry.type) for entry in entries),
        name_case=_usual(_case(part.name) for _, part in fields),
        spellings=_spellings(part.name for _, part in fields),
        before=_usual_order(entries),
        family_first=_names_family_first(part for _, part in fields),
        ascii_only=text.isascii() and bool(_ACCENT.search(text)),
        biblatex=_biblatex(part.name.lower() for _, part in fields),
    )


def to_ascii(value: str) -> str:
    r"""Replace the characters of *value* beyond ASCII by LaTeX macros, "ü" by ``{\"u}``."""
    if value.isascii():
        return value
    encoder = UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
    encoded: str = encoder.unicode_to_latex(value)
    # BibTeX counts {\"u} as one letter, but not \"{u}.
    return re.sub(r"\{(\\[\"'`^~=.])\s*\{?(\\?[A-Za-z])\}?\}", r"{\1\2}", encoded)


def _usual(values: Iterable[T], default: T | None = None) -> T:
    """Return the most frequent value, the first of several, or *default* if there is none."""
    counted = Counter(values).most_common(1)
    if counted:
        return counted[0][0]
    assert default is not None
    return default


def _alignment(
    fields: list[tuple[SourceEntry, SourceField]], signs: list[str]
) -> tuple[Alignment, int]:
    """Return what most fields align, and its column from the start of a field."""
    if len({len(part.name) for _, part in fields}) < 2:
        return "none", 0
    sign_columns = Counter(
        len(part.name) + sign.index("=") for (_, part), sign in zip(fields, signs, strict=True)
    )
    value_columns = Counter(
        len(part.name) + len(sign) for (_, part), sign in zip(fields, signs, strict=True)
    )
    (sign_column, signs_aligned), (value_column, values_aligned) = (
        columns.most_common(1)[0] for columns in (sign_columns, value_columns)
    )
    _, same_spacing = Counter(signs).most_common(1)[0]
    if same_spacing >= max(signs_aligned, values_aligned):
        return "none", 0
    return ("sign", sign_column) if signs_aligned >= values_aligned else ("value", value_column)


def _case(name: str) -> Case:
    if name.isupper() and len(name) > 1:
        return "upper"
    return "capital" if name[0].isupper() else "lower"


def _spellings(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.lower(), []).append(name)
    return {name: _usual(spellings) for name, spellings in found.items()}


def _usual_order(entries: Iterable[SourceEntry]) -> frozenset[tuple[str, str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        names = dict.fromkeys(part.name.lower() for part in entry.fields)
        pairs.update(combinations(names, 2))
    return frozenset((a, b) for (a, b), count in pairs.items() if count > pairs[b, a])


def _names_family_first(fields: Iterable[SourceField]) -> bool:
    names = [
        "," in name
        for part in fields
        if part.name.lower() in ("author", "editor")
        for name in split_name_list(part.value)
        if " " in name and name.lower() != "others"
    ]
    return _usual(names, default=False)


def _biblatex(names: Iterable[str]) -> frozenset[str]:
    """Return the BibTeX names of the fields for which the file uses BibLaTeX's names.

    A field that the file does not use follows the majority of the others.
    """
    counted = Counter(names)
    lead = sum(counted[new] - counted[old] for old, new in _BIBLATEX_NAMES.items())
    return frozenset(
        old
        for old, new in _BIBLATEX_NAMES.items()
        if (counted[new] - counted[old] if counted[new] or counted[old] else lead) > 0
    )


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _without_bare_quotes(value: str) -> str:
    """Put braces around each quotation mark of *value* that is outside braces."""
    chars: list[str] = []
    depth = 0
    for char in value:
        depth += (char == "{") - (char == "}")
        chars.append('{"}' if char == '"' and depth == 0 else char)
    return "".join(chars)
