"""Read CSL-JSON, the exchange format of Zotero, Mendeley and citation processors.

The names are those of CSL 1.0.2 and its JSON schema, as in
:mod:`papernotes.bibliography.export.csl`, which writes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from papernotes.cli.bibfile.clean import MONTHS, escape
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.errors import CommandError
from papernotes.cli.formats import people

_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "book": "book",
    "chapter": "incollection",
    "entry-dictionary": "incollection",
    "entry-encyclopedia": "incollection",
    "manuscript": "unpublished",
    "pamphlet": "booklet",
    "paper-conference": "inproceedings",
    "periodical": "periodical",
    "report": "techreport",
    "thesis": "phdthesis",
}
_PUBLISHERS = {"phdthesis": "school", "mastersthesis": "school", "techreport": "institution"}
_CONTAINERS = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}
_FIELDS = {
    "title": "title",
    "collection-title": "series",
    "volume": "volume",
    "edition": "edition",
    "publisher-place": "address",
    "page": "pages",
    "language": "language",
    "abstract": "abstract",
    "annote": "annote",
    "note": "note",
    "keyword": "keywords",
    "DOI": "doi",
    "URL": "url",
    "ISBN": "isbn",
    "ISSN": "issn",
    "PMID": "pmid",
}
# Zotero writes variables that have no field of its own as lines of the note.
_EXTRA = re.compile(r"^([A-Za-z][\w -]*): *(.+)$", re.MULTILINE)
_NO_CASE = re.compile(r"<span class=\"nocase\">((?:(?!<span class=|</span>).)*+)</span>")


def read(text: str, name: str) -> list[tuple[int, Entry]]:
    """Return the line and the entry of each item of *text*; *name* is its source in errors."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{name}:{error.lineno}: this is not valid JSON: {error.msg}; export the file again"
        ) from error
    except (RecursionError, ValueError) as error:
        fault = "is nested too deeply, or holds a number of thousands of digits; export it again"
        raise CommandError(f"{name} cannot be read: it {fault}") from error
    if isinstance(data, dict):
        data = data.get("items", [data])
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise CommandError(f"{name} is JSON, but not CSL-JSON; export a list of items")
    lines = _lines(text, len(data))
    return [(line, _entry(item)) for line, item in zip(lines, data, strict=True)]


def _lines(text: str, count: int) -> list[int]:
    """Return the lines on which the items begin, as far as their order tells."""
    decoder = json.JSONDecoder()
    lines: list[int] = []
    position = text.find("{", text.find("[") + 1) if text.lstrip()[0] == "[" else -1
    while position >= 0:
        lines.append(text.count("\n", 0, position) + 1)
        position = text.find("{", decoder.raw_decode(text, position)[1])
    return lines if len(lines) == count else [1] * count


def _entry(item: dict[str, Any]) -> Entry:
    kind = _TYPES.get(str(item.get("type", "")), "misc")
    if kind == "phdthesis" and re.search("master", str(item.get("genre", "")), re.IGNORECASE):
        kind = "mastersthesis"
    note = str(item.get("note") or "")
    extra = {match[1].lower(): match[2].strip() for match in _EXTRA.finditer(note)}
    values = {field: item.get(name) for name, field in _FIELDS.items()}
    values["note"] = _EXTRA.sub("", note).strip()
    values["doi"] = values["doi"] or extra.get("doi")
    values["pmid"] = values["pmid"] or extra.get("pmid")
    if "arxiv" in extra:
        values["eprint"] = extra["arxiv"].partition("[")[0].rstrip()
    values[_PUBLISHERS.get(kind, "publisher")] = item.get("publisher")
    values[_CONTAINERS.get(kind, "howpublished")] = item.get("container-title")
    values["number"] = item.get("issue") or item.get("number")
    values |= _issued(item.get("issued"))
    fields = {name: _text(name, value) for name, value in values.items() if value}
    for role in ("author", "editor"):
        fields[role] = people.joined([_name(name) for name in item.get(role) or []])
    key = str(item.get("citation-key") or item.get("id") or "")
    # Other programs number their items, or name them by addresses.
    is_key = re.fullmatch(r"[A-Za-z][\w:.+-]*", key) is not None
    return Entry(kind, key if is_key else "", {name: text for name, text in fields.items() if text})


def _text(name: str, value: object) -> str:
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    return _NO_CASE.sub(r"{\1}", escape(name, str(value).strip()))


def _name(name: object) -> str:
    if not isinstance(name, dict):
        return people.from_text(str(name))
    parts = {key: str(value or "") for key, value in name.items()}
    family = parts.get("family", "")
    if not family:
        return people.organization(parts.get("literal") or parts.get("given", ""))
    prefix = (parts.get("dropping-particle", ""), parts.get("non-dropping-particle", ""))
    whole = " ".join(part for part in (*prefix, family) if part)
    return people.person(whole, parts.get("given", ""), parts.get("suffix", ""))


def _issued(date: object) -> dict[str, str]:
    """Return the year and the month of a date of CSL, in any of its forms."""
    parts: dict[str, Any] = date if isinstance(date, dict) else {"raw": date}
    numbers = [str(part) for dates in parts.get("date-parts") or [] for part in dates][:2]
    if not numbers:
        raw = str(parts.get("raw") or parts.get("literal") or "")
        found = re.search(r"(\d{4})(?:-(\d\d))?", raw)
        numbers = [part or "" for part in found.groups()] if found else []
    year, month = (*numbers, "", "")[:2]
    is_month = re.fullmatch(r"\d{1,2}", month) and 1 <= int(month) <= len(MONTHS)
    return {"year": year, "month": MONTHS[int(month) - 1] if is_month else ""}
