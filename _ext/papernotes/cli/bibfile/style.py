"""The style of a bibliography file, read from what stands in it, and entries written in it."""

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

from papernotes.bibliography.names import family_first, given_first
from papernotes.bibliography.scanner import SourceEntry, SourceField
from papernotes.cli.bibfile.clean import MONTHS, VERBATIM
from papernotes.cli.bibfile.entry import Entry

T = TypeVar("T")
Alignment = Literal["none", "sign", "value"]

# The order of fields where the file shows none.
_ORDER = (
    "title subtitle author editor booktitle journal journaltitle series edition volume number issue"
    " eid pages chapter type institution school organization publisher address location"
    " howpublished year date month day doi eprint archiveprefix eprinttype primaryclass eprintclass"
    " isbn issn url urldate pdf note keywords abstract file"
).split()
# BibTeX's names of fields, and BibLaTeX's.
_BIBLATEX = {
    "journal": "journaltitle",
    "year": "date",
    "archiveprefix": "eprinttype",
    "primaryclass": "eprintclass",
    "address": "location",
}
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[uvHckbdr](?![A-Za-z])|[lLoO](?![A-Za-z])|ss(?![A-Za-z]))")
# Kinds of entries with capitals inside; the others are written with one at the beginning.
_KINDS = {
    kind.lower(): kind
    for kind in "InBook InCollection InProceedings MastersThesis PhdThesis TechReport".split()
}


@dataclass(frozen=True)
class Layout:
    """How the entries of a file are written; the defaults are those of an empty file.

    ``first`` stands between the comma after the key and the first field, ``between`` between the
    comma after a field and the next, ``closing`` before the last brace. ``alignment`` says what is
    in one column, ``column`` which, counted from the beginning of a field. ``gap`` is what stands
    between two entries. ``spellings`` are the names of fields as the file writes them, and
    ``before`` holds the pairs of fields of which the file mostly has the first before the second.
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
    kinds: Literal["lower", "capital", "upper"] = "lower"
    names: Literal["lower", "capital", "upper"] = "lower"
    spellings: Mapping[str, str] = field(default_factory=dict)
    before: frozenset[tuple[str, str]] = frozenset()
    family_first: bool = False
    ascii_only: bool = False
    biblatex: frozenset[str] = frozenset()

    def write(self, entry: Entry, key: str) -> str:
        """Return *entry* under the *key*, from its at-sign to its last brace, lines ended by LF."""
        fields = self._fields(entry)
        lines = [self.field(name, value) for name, value in fields.items()]
        body = f",{self.between}".join(lines) + ("," if self.trailing_comma and lines else "")
        return f"@{self.kind(entry.type)}{{{key},{self.first}{body}{self.closing}}}"

    def kind(self, kind: str) -> str:
        """Return the *kind* of an entry as the file writes it."""
        match self.kinds:
            case "upper":
                return kind.upper()
            case "capital":
                return _KINDS.get(kind.lower(), kind.capitalize())
            case _:
                return kind.lower()

    def name(self, name: str) -> str:
        """Return BibTeX's *name* of a field, or BibLaTeX's if the file goes by that."""
        return _BIBLATEX[name] if name in self.biblatex else name

    def field(self, name: str, value: str) -> str:
        """Return one field as it is written in an entry, without a comma."""
        return f"{self._spelled(name)}{self._sign(name)}{self.value(name, value)}"

    def value(self, name: str, value: str) -> str:
        """Return the *value* of field *name* with the delimiters that the file puts around it."""
        if name == "month" and value in MONTHS:
            return value
        if value.isascii() and value.isdigit() and self.bare_numbers:
            return value
        if name in ("author", "editor"):
            turn = family_first if self.family_first else given_first
            value = " and ".join(turn(name) for name in split_name_list(value))
        if self.ascii_only and name not in VERBATIM:
            value = to_ascii(value)
        return f'"{_without_bare_quotes(value)}"' if self.quotes else f"{{{value}}}"

    def compare(self, a: str, b: str) -> int:
        """Return a negative number if field *a* stands before field *b*, else a positive one."""
        if (a, b) in self.before:
            return -1
        if (b, a) in self.before:
            return 1
        return _rank(a) - _rank(b)

    def _fields(self, entry: Entry) -> dict[str, str]:
        names = {name: self.name(name) for name in entry.fields}
        renamed: dict[str, str] = {}
        for name, value in entry.fields.items():
            # "date" may be there beside "year" already.
            target = names[name] if names[name] not in entry.fields else name
            renamed[target] = value
        if "date" in renamed and (month := renamed.get("month")) in MONTHS:
            # BibLaTeX has the month in the date (ISO 8601).
            if re.fullmatch(r"\d{4}", renamed["date"]):
                renamed["date"] += f"-{MONTHS.index(str(month)) + 1:02}"
            del renamed["month"]
        order = sorted(renamed, key=cmp_to_key(self.compare))
        return {name: renamed[name] for name in order}

    def _spelled(self, name: str) -> str:
        if name in self.spellings:
            return self.spellings[name]
        match self.names:
            case "upper":
                return name.upper()
            case "capital":
                return name.capitalize()
            case _:
                return name

    def _sign(self, name: str) -> str:
        """Return what stands between the name of a field and its value."""
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
    """Return the style in which most of the *entries* of the file *text* are written."""
    entries = list(entries)
    fields = [(entry, part) for entry in entries for part in entry.fields]
    if not fields:
        return Layout()
    signs = [text[part.start + len(part.name) : part.value_start] for _, part in fields]
    before_sign = _usual(sign.partition("=")[0] for sign in signs)
    after_sign = _usual(sign.partition("=")[2] for sign in signs)
    alignment, column = _alignment(fields, signs)
    lasts = [(entry, entry.fields[-1]) for entry in entries if entry.fields]
    ends = [text[last.value_end : entry.end - 1] for entry, last in lasts]
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
    written = [(part, text[part.value_start]) for _, part in fields]
    delimiters = [char for _, char in written if char in '{"']
    numbers = [char.isdigit() for part, char in written if part.value.isdigit()]
    return Layout(
        first=_usual((f for f in firsts if not f.strip()), default.first),
        between=_usual((b for b in betweens if not b.strip()), _usual(firsts, default.between)),
        closing=_usual(end.replace(",", "") for end in ends if not end.strip(" \t\n,")),
        before_sign=before_sign,
        after_sign=after_sign,
        alignment=alignment,
        column=column,
        quotes=_usual(delimiters, "{") == '"',
        bare_numbers=_usual(numbers, default=False),
        trailing_comma=_usual("," in end for end in ends),
        gap=_usual(gaps, default.gap),
        kinds=_usual(_case(entry.type) for entry in entries),
        names=_usual(_case(part.name) for _, part in fields),
        spellings=_spellings(part.name for _, part in fields),
        before=_before(entries),
        family_first=_names_family_first(part for _, part in fields),
        ascii_only=text.isascii() and bool(_ACCENT.search(text)),
        biblatex=_biblatex(part.name.lower() for _, part in fields),
    )


def to_ascii(value: str) -> str:
    r"""Return *value* with macros in place of letters beyond ASCII, ``{\"u}`` for "ü"."""
    if value.isascii():
        return value
    encoder = UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
    encoded: str = encoder.unicode_to_latex(value)
    # A macro with its argument in braces of its own is not taken as one letter by BibTeX.
    return re.sub(r"\{(\\[\"'`^~=.])\s*\{?(\\?[A-Za-z])\}?\}", r"{\1\2}", encoded)


def _usual(values: Iterable[T], default: T | None = None) -> T:
    """Return what is most frequent, of several the first; *default* where there is nothing."""
    counted = Counter(values).most_common(1)
    if counted:
        return counted[0][0]
    assert default is not None
    return default


def _alignment(
    fields: list[tuple[SourceEntry, SourceField]], signs: list[str]
) -> tuple[Alignment, int]:
    """Return what stands in one column in most fields, and in which, from their beginning."""
    if len({len(part.name) for _, part in fields}) < 2:
        return "none", 0
    sign_columns = Counter(
        len(part.name) + sign.index("=") for (_, part), sign in zip(fields, signs, strict=True)
    )
    value_columns = Counter(
        len(part.name) + len(sign) for (_, part), sign in zip(fields, signs, strict=True)
    )
    spaces = Counter(signs)
    (sign_column, signs_there), (value_column, values_there) = (
        columns.most_common(1)[0] for columns in (sign_columns, value_columns)
    )
    (_, alike) = spaces.most_common(1)[0]
    if alike >= max(signs_there, values_there):
        return "none", 0
    return ("sign", sign_column) if signs_there >= values_there else ("value", value_column)


def _case(name: str) -> Literal["lower", "capital", "upper"]:
    if name.isupper() and len(name) > 1:
        return "upper"
    return "capital" if name[0].isupper() else "lower"


def _spellings(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.lower(), []).append(name)
    return {name: _usual(spellings) for name, spellings in found.items()}


def _before(entries: Iterable[SourceEntry]) -> frozenset[tuple[str, str]]:
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
    """Return BibTeX's names of fields for which the file has BibLaTeX's.

    A field that it has under neither name goes with the others.
    """
    counted = Counter(names)
    lead = sum(counted[new] - counted[old] for old, new in _BIBLATEX.items())
    return frozenset(
        old
        for old, new in _BIBLATEX.items()
        if (counted[new] - counted[old] if counted[new] or counted[old] else lead) > 0
    )


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _without_bare_quotes(value: str) -> str:
    """Return *value* with braces around each quote that stands outside braces."""
    found: list[str] = []
    depth = 0
    for char in value:
        depth += (char == "{") - (char == "}")
        found.append('{"}' if char == '"' and depth == 0 else char)
    return "".join(found)
