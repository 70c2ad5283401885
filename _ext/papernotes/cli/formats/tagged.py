"""Read formats of one tag a line: RIS, and the nbib of PubMed.

https://web.archive.org/web/20120526103719/http://refman.com/support/risformat_intro.asp
https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import rispy

from papernotes.cli.bibfile.clean import MONTHS, escape
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.formats import people
from papernotes.cli.formats.detect import NBIB_START, RIS_START

_RIS_TYPES = {
    "ABST": "article",
    "BOOK": "book",
    "CHAP": "incollection",
    "CONF": "inproceedings",
    "CPAPER": "inproceedings",
    "EBOOK": "book",
    "ECHAP": "incollection",
    "EDBOOK": "book",
    "EJOUR": "article",
    "ENCYC": "incollection",
    "INPR": "article",
    "JFULL": "article",
    "JOUR": "article",
    "MANSCPT": "unpublished",
    "MGZN": "article",
    "NEWS": "article",
    "PAMP": "booklet",
    "RPRT": "techreport",
    "SER": "book",
    "THES": "phdthesis",
    "UNPB": "unpublished",
}
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b", re.IGNORECASE)

_CONTAINERS = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}
_PUBLISHERS = {"phdthesis": "school", "mastersthesis": "school", "techreport": "institution"}
_BRACES = re.compile(r"\\textbraceleft\{\}([\w -]+)\\textbraceright\{\}")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]\b")
_RIS_LISTS = ["A1", "A2", "A3", "AU", "ED", "KW", "L1", "N1", "UR"]
_RIS_TAGS = (
    "TY ER AB AN BT C7 CY DA DO EP ET ID IS JA JF JO LA M1 M3 N2 PB PY SN SP T1 T2 T3 TI VL Y1"
).split()
_NBIB_LISTS = ["AID", "AU", "CN", "ED", "FAU", "FED", "IS", "LID", "OT", "PT"]
_NBIB_TAGS = "PMID ER AB BTI CTI DP ISBN IP JT LA PB PG PL TA TI VI".split()
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b", re.IGNORECASE)

# The values of a record by their tags.
_Record = Mapping[str, list[str]]


class _Parser(rispy.RisParser):  # type: ignore[misc]  # rispy has no types
    """A parser of RIS that also takes tags with fewer spaces before or after the hyphen."""

    TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {0,2}-(?: |$)(.*)")

    def parse_line(self, line: str) -> tuple[str | None, str]:
        match = self.TAG.match(line)
        return (match[1], match[2].strip()) if match else (None, line.strip())


class _NbibParser(_Parser):
    """The same for nbib, whose tags have up to four letters."""

    START_TAG = "PMID"
    TAG = re.compile(r"\s*([A-Z]{2,4}) {0,2}-(?: |$)(.*)")


def read_ris(text: str, name: str) -> list[tuple[int, Entry]]:
    """Return the line and the entry of each record of *text* in RIS."""
    records = _records(_Parser, text, RIS_START, _RIS_TAGS, _RIS_LISTS)
    return [(line, _ris_entry(record)) for line, record in records]


def read_nbib(text: str, name: str) -> list[tuple[int, Entry]]:
    """Return the line and the entry of each record of *text* in PubMed's format."""
    # Six spaces begin a line that goes on with the value of the line above.
    records = _records(_NbibParser, text, NBIB_START, _NBIB_TAGS, _NBIB_LISTS, r"\n {6}(?=\S)")
    return [(line, _nbib_entry(record)) for line, record in records]


def _records(
    parser: type[_Parser],
    text: str,
    start: re.Pattern[str],
    tags: Sequence[str],
    lists: list[str],
    joint: str = r"(?!)",
) -> Iterator[tuple[int, _Record]]:
    """Yield the line and the values of each record, also of one that is not closed."""
    mapping = {tag: tag for tag in (*tags, *lists, parser.UNKNOWN_TAG)}
    starts = [match.start() for match in start.finditer(text)]
    for begin, end in pairwise([*starts, len(text)]):
        part = re.sub(joint, " ", text[begin:end].strip())
        reader = parser(
            mapping=mapping, list_tags=lists, delimiter_tags_mapping={}, skip_unknown_tags=True
        )
        record = reader.parse(f"{part}\n{parser.END_TAG}  - ")[0]
        yield (
            text.count("\n", 0, begin) + 1,
            {tag: value if isinstance(value, list) else [value] for tag, value in record.items()},
        )


def _first(record: _Record, *tags: str) -> str:
    """Return the first value that is not empty of the first of *tags* that has one."""
    return next((value for tag in tags for value in record.get(tag, ()) if value), "")


def _entry(kind: str, values: Mapping[str, str], authors: str, editors: str) -> Entry:
    fields = {"author": authors, "editor": editors}
    # Braces around words come from BibTeX, where they protect capitals.
    fields |= {name: _BRACES.sub(r"{\1}", escape(name, value)) for name, value in values.items()}
    return Entry(kind, "", {name: value for name, value in fields.items() if value})


def _ris_entry(record: _Record) -> Entry:
    kind = _RIS_TYPES.get(_first(record, "TY").upper(), "misc")
    if kind == "phdthesis" and re.search("master", _first(record, "M3"), re.IGNORECASE):
        kind = "mastersthesis"
    container = _first(record, *("JF JO T2 JA BT" if kind == "article" else "T2 BT JF JO").split())
    title = _first(record, "TI", "T1") or _first(record, "BT", "T2")
    first, last = _first(record, "SP"), _first(record, "EP")
    number = _first(record, "SN")
    values = {
        "title": title,
        _CONTAINERS.get(kind, "series"): container if container != title else "",
        "volume": _first(record, "VL"),
        "number": _first(record, "IS") or (number if kind == "techreport" else ""),
        "pages": f"{first}--{last}" if first and last and first != last else first,
        "eid": _first(record, "C7") if not first else "",
        "edition": _first(record, "ET"),
        _PUBLISHERS.get(kind, "publisher"): _first(record, "PB"),
        "address": _first(record, "CY"),
        "doi": _first(record, "DO"),
        "url": _first(record, "UR"),
        "issn" if _ISSN.match(number) else "isbn": number if kind != "techreport" else "",
        "language": _first(record, "LA"),
        "abstract": _first(record, "AB", "N2"),
        "keywords": ", ".join(record.get("KW", ())),
        # Notes of the author's own, which no reference shows.
        "annote": "\n".join(record.get("N1", ())),
        **_date(_first(record, "PY", "Y1", "DA"), _first(record, "DA")),
    }
    if _CONTAINERS.get(kind) != "series":
        values["series"] = _first(record, "T3")
    names = {tag: [people.from_text(name) for name in record.get(tag, ())] for tag in _RIS_LISTS}
    editors = [*names["ED"], *names["A2"]] if kind != "article" else names["ED"]
    return _entry(kind, values, people.joined(names["AU"] or names["A1"]), people.joined(editors))


def _nbib_entry(record: _Record) -> Entry:
    book = _first(record, "BTI")
    title = _first(record, "TI", "CTI") or book
    kind = "article" if not book else "incollection" if title != book else "book"
    # PubMed puts translated titles into brackets.
    title = re.sub(r"^\[(.*)\]$", r"\1", title.removesuffix("."))
    ids = [value for tag in ("LID", "AID") for value in record.get(tag, ())]
    dois = [value.removesuffix("[doi]").strip() for value in ids if value.endswith("[doi]")]
    values = {
        "title": title,
        "journal": _first(record, "JT", "TA") if not book else "",
        "booktitle": book.removesuffix(".") if kind == "incollection" else "",
        "volume": _first(record, "VI"),
        "number": _first(record, "IP"),
        "pages": ", ".join(_whole_range(part) for part in _first(record, "PG").split(", ")),
        "publisher": _first(record, "PB"),
        "address": _first(record, "PL") if book else "",
        "doi": dois[0] if dois else "",
        "isbn": _first(record, "ISBN").partition(" ")[0],
        "issn": _first(record, "IS").partition(" ")[0],
        "pmid": _first(record, "PMID"),
        "abstract": _first(record, "AB"),
        "keywords": ", ".join(value.lstrip("*") for value in record.get("OT", ())),
        **_date(_first(record, "DP"), _first(record, "DP")),
    }
    authors, editors = (
        [people.from_medline(name) for name in record.get(full) or record.get(short) or ()]
        for full, short in (("FAU", "AU"), ("FED", "ED"))
    )
    authors += [people.organization(name) for name in record.get("CN", ())]
    return _entry(kind, values, people.joined(authors), people.joined(editors))


def _whole_range(pages: str) -> str:
    """Return a range of pages with both numbers whole: PubMed writes 1527-54 for 1527-1554."""
    match = re.fullmatch(r"(\d+)-(\d+)", pages.strip())
    if match is None:
        return pages
    first, last = match.groups()
    return f"{first}--{first[: max(len(first) - len(last), 0)]}{last}"


def _date(year: str, whole: str) -> dict[str, str]:
    """Return the year and the month of a date, such as 2019/03/05/ or "2019 Mar 5"."""
    found = re.search(r"\b\d{4}\b", year) or re.search(r"\b\d{4}\b", whole)
    number = re.match(r"\d{4}[/-](\d\d?)\b", whole) or re.match(r"\d{4}[/-](\d\d?)\b", year)
    name = _MONTH.search(whole) or _MONTH.search(year)
    month = name[1].lower()[:3] if name else ""
    if number and 1 <= int(number[1]) <= len(MONTHS):
        month = MONTHS[int(number[1]) - 1]
    return {"year": found[0] if found else "", "month": month}
