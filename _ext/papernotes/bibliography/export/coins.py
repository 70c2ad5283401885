"""Convert works to COinS, which the browser connectors of reference managers find in a page.

COinS is an OpenURL context object (ANSI/NISO Z39.88-2004, in key/encoded-value form) in the title
of an empty span; see https://web.archive.org/web/20170810220022/http://ocoins.info/. The input is
an item of CSL-JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from papernotes.bibliography.export import csl

_FORMAT = "info:ofi/fmt:kev:mtx:"
# The metadata format and genre for each CSL type; all other types use Dublin Core.
_FORMATS = {
    "article": ("journal", "preprint"),
    "article-journal": ("journal", "article"),
    "book": ("book", "book"),
    "chapter": ("book", "bookitem"),
    "paper-conference": ("book", "proceeding"),
    "report": ("book", "report"),
    "thesis": ("dissertation", ""),
}
_KEYS = {
    "journal": {
        "title": "atitle",
        "container-title": "jtitle",
        "volume": "volume",
        "issue": "issue",
        "page": "pages",
        "ISSN": "issn",
    },
    "book": {
        "container-title": "btitle",
        "collection-title": "series",
        "publisher": "pub",
        "publisher-place": "place",
        "edition": "edition",
        "volume": "volume",
        "page": "pages",
        "ISBN": "isbn",
        "ISSN": "issn",
    },
    "dissertation": {"title": "title", "publisher": "inst", "genre": "degree"},
    "dc": {"title": "title", "publisher": "publisher", "language": "language"},
}


def context_object(item: csl.Item) -> str:
    """Return the context object of the work *item*, URL-encoded."""
    return urlencode(list(_pairs(item)))


def _pairs(item: csl.Item) -> Iterator[tuple[str, str]]:
    kind, genre = _FORMATS.get(item["type"], ("dc", ""))
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", f"{_FORMAT}{kind}"
    if doi := item.get("DOI"):
        yield "rft_id", f"info:doi/{doi}"
    if url := item.get("URL"):
        yield "rft_id", url
    if genre:
        yield "rft.genre", genre
    if kind == "book":
        yield ("rft.atitle" if "container-title" in item else "rft.btitle"), item["title"]
    for variable, key in _KEYS[kind].items():
        if value := item.get(variable):
            yield f"rft.{key}", value
    parts = item.get("issued", {}).get("date-parts")
    if parts:
        yield "rft.date", "-".join(f"{part:02}" for part in parts[0])
    yield from _people(item, kind)


def _people(item: csl.Item, kind: str) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(item.get("author", ())):
        literal = name.get("literal", "")
        given, family = name.get("given", ""), name.get("family", "")
        whole = csl.full_name(name)
        if kind == "dc":
            yield "rft.creator", literal or whole
            continue
        if number == 0 and family:
            # For the first author only: these keys must not be repeated.
            yield "rft.aulast", family
            if given:
                yield "rft.aufirst", given
            if suffix := name.get("suffix"):
                yield "rft.ausuffix", suffix
        yield ("rft.aucorp", literal) if literal else ("rft.au", whole)
