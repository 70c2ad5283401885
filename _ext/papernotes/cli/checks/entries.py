"""Check the entries of the bibliography, one by one and against each other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pybtex.bibtex.utils import split_name_list

from papernotes.bibliography import formatting
from papernotes.bibliography.formatting import (
    MATERIAL,
    NO_WORKS,
    PUBLISHED_FIELDS,
    public_value,
)
from papernotes.bibliography.identifiers import (
    DOI_PREFIX,
    address,
    eprint_id,
    identify,
    is_like_address,
    parse_doi,
)
from papernotes.bibliography.latex import SAFE_LINK, is_known_macro, plain
from papernotes.bibliography.locators import is_offset
from papernotes.bibliography.macros import VERBATIM
from papernotes.bibliography.names import is_in_capitals
from papernotes.bibliography.scanner import SourceEntry, SourceField
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import (
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
from papernotes.cli.library import comparison_title
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind, Fix
from papernotes.core.files import is_path
from papernotes.core.model import Paper

# The fields that each entry type requires: BibTeXing (btxdoc), 3.1, with BibLaTeX's alternatives.
_YEAR = "year|date"
_JOURNAL = "journal|journaltitle"
_PEOPLE = "author|editor"
_REQUIRED: dict[str, tuple[str, ...]] = {
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
    "set": ("entryset",),
    "techreport": ("author", "title", "institution", _YEAR),
    "thesis": ("author", "title", "institution|school", _YEAR),
    "unpublished": ("author", "title"),
    "xdata": (),
}
_EARLIEST = 1450
# BibLaTeX's manual, 2.3.8: a day, a month, a season (21 to 24) or a year, with or without a time.
_DATE = re.compile(
    r"-?\d{4}(?:-(?:(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T[\d:]+(?:Z|[+-][\d:]+)?)?)?"
    r"|2[1-4]))?[~?%]?"
)
# EDTF's mark for digits that are not known.
_UNSPECIFIED = re.compile(r"\d{1,3}[Xx]{1,3}(?!\w)")
_ROMAN = re.compile(r"[ivxlcdm]+(?:-+[ivxlcdm]+)?", re.IGNORECASE)
_MARKED = re.compile(r"[\\$&%#_^]")
_MACRO = re.compile(r"\\([A-Za-z]+|.|$)")

_Check = Callable[[SourceEntry, SourceField], Iterator[tuple[DiagnosticKind, str, bool]]]


def check_entry(path: str, entry: SourceEntry, shown: Paper | None = None) -> Iterator[Diagnostic]:
    """Yield the faults of one entry of the file *path*.

    *shown* is its work, if it is on the site; then a build reports addresses that it does not link,
    and some of the missing fields.
    """
    unlinked = formatting.unsafe_links(shown) if shown else ()
    lacking = formatting.missing_fields(shown) if shown else ()
    for field in entry.fields:
        name = field.name.lower()
        checks: list[_Check] = [] if shown else [_check_privacy]
        # Of an address that it does not link, the build says what is wrong.
        if name not in unlinked:
            checks = [_CHECKS[name], *checks] if name in _CHECKS else checks
            if name not in VERBATIM and name in PUBLISHED_FIELDS:
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
    missing = [names for names in missing_fields(entry) if names.partition(" ")[0] not in lacking]
    if missing:
        message = (
            f'the @{entry.type.lower()} "{entry.key}" has no {" and no ".join(missing)}; add what'
            " is missing"
        )
        yield Diagnostic(path, entry.line, message, DiagnosticKind.MISSING_FIELD)


def check_key(path: str, source: SourceEntry, entry: Entry, pattern: str) -> Iterator[Diagnostic]:
    """Yield a remark if the key of *entry*, scanned as *source*, does not match *pattern*."""
    if entry.type in NO_WORKS:
        return
    expected = keys.make_key(entry, pattern)
    fits = keys.follows(source.key, expected)
    if not fits and entry.inherited:
        # Whoever wrote the key may have left out the year of the volume.
        fits = keys.follows(source.key, keys.make_key(replace(entry, inherited={}), pattern))
    if not fits:
        message = (
            f'the key "{source.key}" does not match papernotes_key_pattern, which gives'
            f' "{expected}"'
        )
        yield Diagnostic(path, source.line, message, DiagnosticKind.KEY_PATTERN)


def missing_fields(entry: SourceEntry) -> list[str]:
    """Return the required fields that *entry* lacks; none if it inherits from another entry."""
    present = {field.name.lower() for field in entry.fields if field.value}
    if present & {"crossref", "xdata"}:
        return []
    required = [names.split("|") for names in _REQUIRED.get(entry.type.lower(), ("title",))]
    return [" or ".join(names) for names in required if present.isdisjoint(names)]


def check_duplicates(entries: Iterable[tuple[str, SourceEntry, Entry]]) -> Iterator[Diagnostic]:
    """Yield a fault for each entry that describes the same work as an earlier one."""
    seen: dict[object, tuple[str, SourceEntry, Entry]] = {}
    for path, source, entry in entries:
        identifiers: list[object] = sorted((each.folded() for each in entry.identifiers()), key=str)
        title = comparison_title(entry)
        mark = next((each for each in identifiers if each in seen), None)
        if mark is None and all(title) and title in seen and _may_be_same(entry, seen[title][2]):
            mark = title
        if mark is not None:
            first_path, first, _ = seen[mark]
            what = "title and first author" if mark == title else str(mark)
            message = (
                f'"{source.key}" has the same {what} as "{first.key}", {first_path}:{first.line};'
                " keep only one of the entries"
            )
            yield Diagnostic(path, source.line, message, DiagnosticKind.DUPLICATE_WORK)
        for each in (*identifiers, title):
            seen.setdefault(each, (path, source, entry))


def _may_be_same(entry: Entry, other: Entry) -> bool:
    """Return whether the identifiers allow the two entries to describe the same work."""
    kinds = {each.kind for each in entry.identifiers()}
    return kinds.isdisjoint(each.kind for each in other.identifiers())


# Each check yields the kind, the message and whether the fault can be corrected with certainty.


def _check_text(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value
    if has_entities(value) or has_markup(value):
        yield (
            DiagnosticKind.HTML_ENTITY,
            f'"{_short(value)}" contains HTML; write it in LaTeX',
            True,
        )
        value = fix_markup(fix_entities(value))
    if not _MARKED.search(value):
        return
    plain = "".join(outside_mathematics(value))
    if len(re.findall(r"(?<!\\)\$", plain)) % 2 or plain.count(r"\(") != plain.count(r"\)"):
        message = (
            f'"{_short(value)}" opens mathematics without closing it; close it, or write \\$ for a'
            " dollar sign"
        )
        yield DiagnosticKind.BROKEN_LATEX, message, False
        return
    if bare := unescaped_specials(value):
        escaped = " and ".join(f"\\{char}" for char in bare)
        message = f'"{_short(value)}" lacks a backslash; write {escaped}'
        yield DiagnosticKind.BROKEN_LATEX, message, True
    if re.search(r"(?<!\\)\^", plain):
        message = f'"{_short(value)}" has ^ outside mathematics; put it between dollar signs'
        yield DiagnosticKind.BROKEN_LATEX, message, False
    for macro in dict.fromkeys(_MACRO.findall(plain)):
        if not macro:
            message = f'"{_short(value)}" ends with a backslash; delete it'
            yield DiagnosticKind.BROKEN_LATEX, message, False
        elif macro.isalpha() and not is_known_macro(macro):
            message = f"\\{macro} is not a known macro; correct it"
            yield DiagnosticKind.BROKEN_LATEX, message, False


def _check_pages(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = field.value
    if not re.search(r"\d", value) and not _ROMAN.fullmatch(value):
        message = f'"{value}" is not a page number or a range of pages; correct or delete it'
        yield DiagnosticKind.BAD_PAGES, message, False
        return
    if (fixed := fix_pages(value)) != " ".join(value.split()):
        message = f'the pages "{value}" are not written as BibTeX expects; write {fixed}'
        yield DiagnosticKind.BAD_PAGES, message, True
    for first, last in re.findall(r"\b(\d++)\s*+[-\u2010-\u2015]++\s*+(\d++)\b", value):
        if len(first) == len(last) and first > last:
            message = f'the pages "{value}" end before they begin; correct them'
            yield DiagnosticKind.BAD_PAGES, message, False


def _check_offset(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    if not is_offset(field.value):
        message = (
            f'"{_short(field.value)}" is not a number of pages; write what to add to a printed page'
            " for the page of the PDF, such as 20 or -232"
        )
        yield DiagnosticKind.BAD_PAGES, message, False


def _check_year(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = plain(field.value).strip()
    latest = datetime.datetime.now(datetime.UTC).year + 2
    if not re.fullmatch(r"\d{4}", value) or not _EARLIEST <= int(value) <= latest:
        message = f'"{field.value}" is not a valid year; write four digits'
        yield DiagnosticKind.BAD_YEAR, message, False


def _check_date(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    for part in field.value.split("/"):
        if part in ("", "..") or _DATE.fullmatch(part):
            continue
        message = f'"{field.value}" is not a valid date; write it as 2020-08-31'
        if unspecified := _UNSPECIFIED.match(part):
            year = unspecified[0].upper().replace("X", "0")
            message = (
                f'"{field.value}" stands for several years, and the site shows one; write the year,'
                f" such as {year}"
            )
        yield DiagnosticKind.BAD_YEAR, message, False
        return


def _check_doi(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value = address(field.value)
    if parse_doi(value) and not value.lower().startswith("doi:"):
        if value[-1] in ".,;":
            message = f'the DOI "{value}" ends with a punctuation mark; delete the mark'
            yield DiagnosticKind.BAD_DOI, message, False
    elif identify(value) and _DOI_INSIDE.search(value.rpartition(" ")[2]):
        message = f'"{value}" is an address; write the DOI alone, which begins with 10.'
        yield DiagnosticKind.BAD_DOI, message, True
    else:
        message = f'"{value}" is not a DOI; write it like 10.1000/182'
        yield DiagnosticKind.BAD_DOI, message, False


def _check_eprint(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    fields = {part.name.lower(): part.value for part in reversed(entry.fields)}
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").strip("{} ").lower()
    similar = re.fullmatch(r"(?:arxiv:)?\d{4}\.\d+(?:v\d+)?", field.value, re.IGNORECASE)
    if archive != "arxiv" and not (similar and not archive):
        return
    if not identify(eprint_id(fields)):
        message = (
            f'"{field.value}" is not an arXiv identifier; write it like 1706.05394 or'
            " hep-th/9901001"
        )
        yield DiagnosticKind.BAD_ARXIV, message, False


def _check_names(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    if not re.search(r"[^\W\d_a-z]{3}", field.value):
        return
    for name in split_name_list(field.value):
        if is_in_capitals(name):
            message = (
                f'the name "{name}" is in capitals; write it like "Smith, John", or put the name of'
                " an organization in braces"
            )
            yield DiagnosticKind.SHOUTED_NAME, message, False


def _check_address(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    value, name = address(field.value), field.name.lower()
    if (name != "url" and is_path(value)) or (name in MATERIAL and not is_like_address(value)):
        return
    host = re.match(r"https?://([^/?#]*)", value, re.IGNORECASE)
    if not SAFE_LINK.fullmatch(value) or not host or not re.search(r"\w[.:]\w|localhost", host[1]):
        message = f'"{value}" is not an http or https address; correct it'
        yield DiagnosticKind.BAD_LINK, message, False


def _check_privacy(
    entry: SourceEntry, field: SourceField
) -> Iterator[tuple[DiagnosticKind, str, bool]]:
    _, fault = public_value(field.name.lower(), field.value)
    if fault:
        yield DiagnosticKind.PRIVATE_VALUE, f"this {fault} not published; delete that", False


_DOI_INSIDE = re.compile(rf"{DOI_PREFIX}\S+")
_CHECKS: dict[str, _Check] = {
    "pages": _check_pages,
    "pdfoffset": _check_offset,
    "year": _check_year,
    "date": _check_date,
    "doi": _check_doi,
    "eprint": _check_eprint,
    "author": _check_names,
    "editor": _check_names,
    "url": _check_address,
    "pdf": _check_address,
    **dict.fromkeys(MATERIAL, _check_address),
}


def _fix_text(text: str) -> str:
    return fix_latex(fix_markup(fix_entities(text)))


def _fix_doi(text: str) -> str:
    match = _DOI_INSIDE.search(address(text).rpartition(" ")[2])
    return match[0] if match else text


_FIXES: dict[str, Callable[[str], str]] = {"pages": fix_pages, "doi": _fix_doi}


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
