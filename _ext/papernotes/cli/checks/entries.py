"""Checks of the bibliography's entries, one by one and against each other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator

from pybtex.bibtex.utils import split_name_list

from papernotes.bibliography.formatting import PRIVATE_FIELDS
from papernotes.bibliography.identifiers import arxiv_id, identify, parse_doi
from papernotes.bibliography.latex import SAFE_LINK, is_known_macro
from papernotes.bibliography.names import is_in_capitals
from papernotes.bibliography.scanner import SourceEntry, SourceField
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import (
    VERBATIM,
    fix_entities,
    fix_latex,
    fix_markup,
    fix_pages,
    has_entities,
    has_markup,
    outside_mathematics,
    unescaped_specials,
)
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.library import same_title
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind, Fix

# What an entry of each kind needs: BibTeXing (btxdoc), 3.1, with what BibLaTeX takes in its place.
_YEAR = "year|date"
_JOURNAL = "journal|journaltitle"
_PEOPLE = "author|editor"
_NEEDS: dict[str, tuple[str, ...]] = {
    "article": ("author", "title", _JOURNAL, _YEAR),
    "book": (_PEOPLE, "title", "publisher", _YEAR),
    "collection": ("editor", "title", _YEAR),
    "conference": ("author", "title", "booktitle", _YEAR),
    "inbook": (_PEOPLE, "title", "chapter|pages|booktitle", _YEAR),
    "incollection": ("author", "title", "booktitle", _YEAR),
    "inproceedings": ("author", "title", "booktitle", _YEAR),
    "mastersthesis": ("author", "title", "school|institution", _YEAR),
    "online": ("title", "url|doi|eprint"),
    "phdthesis": ("author", "title", "school|institution", _YEAR),
    "proceedings": ("title", _YEAR),
    "report": ("author", "title", "institution", _YEAR),
    "techreport": ("author", "title", "institution", _YEAR),
    "thesis": ("author", "title", "institution|school", _YEAR),
    "unpublished": ("author", "title"),
}
_EARLIEST = 1450
_DATE = re.compile(r"-?\d{4}(?:-(\d\d)(?:-(\d\d))?)?[~?%]?")
_ROMAN = re.compile(r"[ivxlcdm]+(?:-+[ivxlcdm]+)?", re.IGNORECASE)
_MARKED = re.compile(r"[\\$&%#_^]")
_MACRO = re.compile(r"\\([A-Za-z]+|.|$)")

_Check = Callable[[SourceEntry, SourceField], Iterator[tuple[DiagnosticKind, str, bool]]]


def check_entry(path: str, entry: SourceEntry) -> Iterator[Diagnostic]:
    """Yield what is amiss in one entry of the file *path*."""
    for field in entry.fields:
        name = field.name.lower()
        checks = [_CHECKS[name]] if name in _CHECKS else []
        if name not in VERBATIM and name not in PRIVATE_FIELDS:
            checks.append(_check_text)
        for check in checks:
            for kind, message, fixable in check(entry, field):
                fix = _FIXES.get(name, _fix_text) if fixable else None
                yield Diagnostic(
                    path,
                    field.line,
                    f'{message} (field "{field.name}" of "{entry.key}")',
                    kind,
                    Fix(field.value_start, field.value_end, fix) if fix else None,
                )
    if needed := lacking(entry):
        message = (
            f'the @{entry.type.lower()} "{entry.key}" has no {" and no ".join(needed)}; add what'
            " it lacks"
        )
        yield Diagnostic(path, entry.line, message, DiagnosticKind.MISSING_FIELD)


def check_key(path: str, source: SourceEntry, entry: Entry, pattern: str) -> Iterator[Diagnostic]:
    """Yield a remark if the key of *entry*, which is that of *source*, is not of the *pattern*."""
    expected = keys.make_key(entry, pattern)
    if not keys.follows(source.key, expected):
        message = f'the key "{source.key}" does not follow the pattern, which makes "{expected}"'
        yield Diagnostic(path, source.line, message, DiagnosticKind.KEY_PATTERN)


def lacking(entry: SourceEntry) -> list[str]:
    """Return the fields that an entry of this kind needs and neither has nor inherits."""
    there = {field.name.lower() for field in entry.fields if field.value}
    if there & {"crossref", "xdata"}:
        return []
    needs = _NEEDS.get(entry.type.lower(), ("title",))
    return [" or ".join(need.split("|")) for need in needs if there.isdisjoint(need.split("|"))]


def check_duplicates(entries: Iterable[tuple[str, SourceEntry, Entry]]) -> Iterator[Diagnostic]:
    """Yield each entry that is of the same work as one before it."""
    seen: dict[object, tuple[str, SourceEntry, Entry]] = {}
    for path, source, entry in entries:
        marks: list[object] = sorted((one.folded() for one in entry.identifiers()), key=str)
        title = same_title(entry)
        found = next(((mark, seen[mark]) for mark in marks if mark in seen), None)
        if found is None and all(title) and title in seen and _may_be_one(entry, seen[title][2]):
            found = title, seen[title]
        if found is not None:
            mark, (first_path, first, _) = found
            what = "the title and first author" if mark == title else str(mark)
            message = (
                f'"{source.key}" has {what} of "{first.key}", {first_path}:{first.line}; keep one'
                " of them"
            )
            yield Diagnostic(path, source.line, message, DiagnosticKind.DUPLICATE_WORK)
        for mark in (*marks, title):
            seen.setdefault(mark, (path, source, entry))


def _may_be_one(entry: Entry, other: Entry) -> bool:
    """Return whether no identifiers say that the two are different works."""
    kinds = {one.kind for one in entry.identifiers()}
    return kinds.isdisjoint(one.kind for one in other.identifiers())


# Each check yields the kind, the message and whether it can be corrected without a doubt.


def _check_text(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value
    if has_entities(value) or has_markup(value):
        yield DiagnosticKind.HTML_ENTITY, f'"{_short(value)}" holds HTML; write it in LaTeX', True
        value = fix_markup(fix_entities(value))
    if not _MARKED.search(value):
        return
    plain = "".join(outside_mathematics(value))
    if len(re.findall(r"(?<!\\)\$", plain)) % 2 or plain.count(r"\(") != plain.count(r"\)"):
        yield (
            DiagnosticKind.BROKEN_LATEX,
            f'"{_short(value)}" opens mathematics without closing it',
            False,
        )
        return
    if bare := unescaped_specials(value):
        escaped = " and ".join(f"\\{char}" for char in bare)
        yield DiagnosticKind.BROKEN_LATEX, f'"{_short(value)}" needs {escaped}', True
    if re.search(r"(?<!\\)\^", plain):
        yield DiagnosticKind.BROKEN_LATEX, f'"{_short(value)}" has ^ outside mathematics', False
    for macro in dict.fromkeys(_MACRO.findall(plain)):
        if not macro:
            yield DiagnosticKind.BROKEN_LATEX, f'"{_short(value)}" ends with a backslash', False
        elif macro.isalpha() and not is_known_macro(macro):
            yield (
                DiagnosticKind.BROKEN_LATEX,
                f"\\{macro} is no macro that is known; correct it",
                False,
            )


def _check_pages(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value
    if not re.search(r"\d", value) and not _ROMAN.fullmatch(value):
        yield DiagnosticKind.BAD_PAGES, f'"{value}" are no pages', False
        return
    if (fixed := fix_pages(value)) != " ".join(value.split()):
        yield DiagnosticKind.BAD_PAGES, f'the pages "{value}" are written {fixed}', True
    for first, last in re.findall(r"\b(\d+)\s*[-\u2010-\u2015]+\s*(\d+)\b", value):
        if len(first) == len(last) and int(first) > int(last):
            yield DiagnosticKind.BAD_PAGES, f'the pages "{value}" end before they begin', False


def _check_year(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value.strip("{} ")
    latest = datetime.datetime.now(datetime.UTC).year + 2
    if not re.fullmatch(r"\d{4}", value) or not _EARLIEST <= int(value) <= latest:
        yield DiagnosticKind.BAD_YEAR, f'"{field.value}" is no year; write four digits', False


def _check_date(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    for part in field.value.split("/"):
        match = _DATE.fullmatch(part)
        month, day = (int(number or 1) for number in match.groups()) if match else (0, 0)
        if part not in ("", "..") and not (1 <= month <= 12 and 1 <= day <= 31):
            yield (
                DiagnosticKind.BAD_YEAR,
                f'"{field.value}" is no date; write it as 2020-08-31',
                False,
            )
            return


def _check_doi(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value.replace("\\_", "_")
    if parse_doi(value) and not value.lower().startswith("doi:"):
        if value[-1] in ".,;":
            yield DiagnosticKind.BAD_DOI, f'the DOI "{value}" ends with a punctuation mark', False
    elif identify(value) and _DOI_INSIDE.search(value):
        yield DiagnosticKind.BAD_DOI, f'"{value}" is an address; a DOI begins with 10.', True
    else:
        yield DiagnosticKind.BAD_DOI, f'"{value}" is no DOI, such as 10.1000/182', False


def _check_eprint(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    fields = {part.name.lower(): part.value for part in reversed(entry.fields)}
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").strip("{} ").lower()
    looks = re.fullmatch(r"(?:arxiv:)?\d{4}\.\d+(?:v\d+)?", field.value, re.IGNORECASE)
    if archive != "arxiv" and not (looks and not archive):
        return
    if not arxiv_id(fields) or not identify(arxiv_id(fields)):
        message = f'"{field.value}" is no arXiv identifier, such as 1706.05394 or hep-th/9901001'
        yield DiagnosticKind.BAD_ARXIV, message, False


def _check_names(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    if not re.search(r"[^\W\d_a-z]{3}", field.value):
        return
    for name in split_name_list(field.value):
        if is_in_capitals(name):
            message = f'the name "{name}" is in capitals; write it as its bearer does, or, of an'
            yield DiagnosticKind.SHOUTED_NAME, f"{message} organization, in braces", False


def _check_address(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = re.sub(r"\\([%#&_~{}])", r"\1", re.sub(r"^\\url\s*", "", field.value)).strip("{} ")
    host = re.match(r"https?://([^/?#]*)", value, re.IGNORECASE)
    if not SAFE_LINK.fullmatch(value) or not host or not re.search(r"\w[.:]\w|localhost", host[1]):
        yield DiagnosticKind.BAD_LINK, f'"{value}" is no http or https address; correct it', False


_DOI_INSIDE = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+$")
_CHECKS: dict[str, _Check] = {
    "pages": _check_pages,
    "year": _check_year,
    "date": _check_date,
    "doi": _check_doi,
    "eprint": _check_eprint,
    "author": _check_names,
    "editor": _check_names,
    "url": _check_address,
    "pdf": _check_address,
}


def _fix_text(text: str) -> str:
    return fix_latex(fix_markup(fix_entities(text)))


def _fix_doi(text: str) -> str:
    match = _DOI_INSIDE.search(text.strip())
    return match[0] if match else text


_FIXES: dict[str, Callable[[str], str]] = {"pages": fix_pages, "doi": _fix_doi}


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
