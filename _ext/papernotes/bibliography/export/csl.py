"""Convert works to CSL-JSON, the exchange format of reference managers and citation processors.

The names are those of CSL 1.0.2 (https://docs.citationstyles.org/en/stable/specification.html) and
its JSON schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from papernotes.bibliography import formatting
from papernotes.bibliography.identifiers import arxiv_id
from papernotes.bibliography.latex import Span, flatten, spans
from papernotes.core.model import Paper, Person

Item = dict[str, Any]
Flatten = Callable[[Iterable[Span]], str]

_TYPES = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "book",
    "mastersthesis": "thesis",
    "mvbook": "book",
    "online": "webpage",
    "patent": "patent",
    "periodical": "periodical",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "software": "software",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "www": "webpage",
}
# Types whose `venue` is the container; for all others it is the publisher.
_CONTAINED_TYPES = frozenset("article-journal paper-conference chapter".split())
_GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}
_TEXT_FIELDS = {
    "collection-title": ("series",),
    "volume": ("volume",),
    "edition": ("edition",),
    "publisher-place": ("address", "location"),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
    "note": ("note",),
}
# What stands for a journal where there is none.
_PREPRINT = re.compile(r"(?:arXiv|CoRR)\b", re.IGNORECASE)
MONTHS = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())


def item(paper: Paper, flat: Flatten = lambda parts: flatten(tuple(parts))) -> Item:
    """Return *paper* as an item of CSL-JSON, without empty variables.

    *flat* converts spans to plain text; pass another one to render formulas better.
    """

    def text(source: str) -> str:
        return flat(spans(source))

    arxiv = arxiv_id(dict(paper.fields))
    is_preprint = bool(arxiv) and (
        paper.type in ("misc", "online", "unpublished") or bool(_PREPRINT.match(paper.venue))
    )
    kind = "article" if is_preprint else _TYPES.get(paper.type, "document")
    found: Item = {
        "id": paper.key,
        "type": kind,
        "title": flat(formatting.title(paper)),
        "author": _names(paper.authors, text),
        "editor": _names(paper.editors, text),
        "issued": _issued(paper, text),
        "container-title": text(paper.venue) if kind in _CONTAINED_TYPES else "",
        "publisher": _publisher(paper, kind, text),
        "issue" if kind in ("article-journal", "periodical") else "number": _number(paper, text),
        "genre": text(paper.field("type")) or _GENRES.get(paper.type, ""),
        "page": text(paper.field("pages")).replace("–", "-"),
        "language": paper.field("langid") or paper.field("language"),
        "DOI": formatting.doi(paper),
        "URL": formatting.target(paper),
    }
    for name, fields in _TEXT_FIELDS.items():
        found[name] = next((shown for field in fields if (shown := text(paper.field(field)))), "")
    if arxiv:
        found |= {"archive": "arXiv", "archive_location": arxiv}
    if is_preprint:
        found["number"] = f"arXiv:{arxiv}"
    return {name: value for name, value in found.items() if value}


def full_name(name: Mapping[str, str]) -> str:
    """Return a person's *name* as it is read, such as "Marta Luz King Jr."."""
    parts = ("given", "dropping-particle", "family", "suffix")
    return " ".join(name[part] for part in parts if part in name)


def _names(persons: Iterable[Person], text: Callable[[str], str]) -> list[dict[str, str]]:
    names = []
    for person in persons:
        given, family = text(person.given), text(person.family)
        if given:
            name = {"family": family, "given": given, "suffix": text(person.suffix)}
            name["dropping-particle"] = text(person.particle)
            names.append({part: value for part, value in name.items() if value})
        elif person.family.lower() != "others":
            # A name in braces is an organization's, and has no parts.
            names.append({"literal" if person.family.startswith("{") else "family": family})
    return names


def _publisher(paper: Paper, kind: str, text: Callable[[str], str]) -> str:
    if publisher := text(paper.field("publisher")):
        return publisher
    return "" if kind in _CONTAINED_TYPES else text(paper.venue)


def _number(paper: Paper, text: Callable[[str], str]) -> str:
    return text(paper.field("number") or paper.field("issue"))


def _issued(paper: Paper, text: Callable[[str], str]) -> dict[str, Any]:
    """Return the date from BibLaTeX's ``date``, or from ``year`` and ``month``."""
    year = text(paper.year)
    if not re.fullmatch(r"-?\d{1,4}", year, re.ASCII):
        return {"literal": year} if year else {}
    parts = [int(year)]
    date = re.match(r"-?\d{4}-(\d\d)(?:-(\d\d))?(?!\d)", paper.field("date"), re.ASCII)
    if date and not paper.field("year"):
        parts += [int(part) for part in date.groups() if part]
    elif month := _month(text(paper.field("month"))):
        parts.append(month)
    return {"date-parts": [parts]}


def _month(text: str) -> int:
    """Return the number of the month given as a number or an English name, or 0."""
    if text.isascii() and text.isdigit():
        # int() refuses thousands of digits.
        number = int(text) if len(text) <= 2 else 0
        return number if number <= len(MONTHS) else 0
    name = text[:3].lower()
    return MONTHS.index(name) + 1 if name in MONTHS else 0
