"""Get BibTeX and records of papers from arXiv, the DOI registries and Crossref."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from papernotes.bibliography.identifiers import Identifier, identify
from papernotes.catalogue.status import is_date, is_valid
from papernotes.cli.errors import CommandError
from papernotes.cli.remote.http import Answer, Client, RateLimit
from papernotes.cli.site import Site
from papernotes.cli.storage import cache_folder

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
# A number of papers that the arXiv API returns in one answer without trouble.
_BATCH_SIZE = 50
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|submission|manuscript|preprint|work|version)\s+(?:has been|is|was)"
    r"\s+(?:\w+\s+)?withdrawn\b|^\W*withdrawn\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ArxivRecord:
    """A paper's record in the arXiv API; a missing value is the empty string.

    ``version`` is the number of the last version, and ``updated`` its day. ``years`` are those of
    the first and the last version, ``journal`` is the journal reference as the authors typed it,
    and ``doi`` is that of the publication.
    """

    id: str
    version: int
    updated: str
    title: str
    authors: tuple[str, ...]
    years: tuple[str, str]
    doi: str
    journal: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Update:
    """A notice about a work: what Crossref calls it, its date (ISO 8601) if known, and its DOI."""

    type: str
    date: str
    doi: str


@dataclass(frozen=True, slots=True)
class CrossrefRecord:
    """The notices about the work with a DOI, which is in lower case."""

    doi: str
    updates: tuple[Update, ...]


class Sources:
    """Access to arXiv and the DOI registries at the URLs in the site's settings."""

    def __init__(self, site: Site, client: Client) -> None:
        self.client = client
        self.arxiv_url: str = site.config.papernotes_arxiv_url.rstrip("/")
        self.api_url: str = site.config.papernotes_arxiv_api_url
        self.crossref_url: str = site.config.papernotes_crossref_url.rstrip("/")
        self.doi_url: str = site.config.papernotes_doi_url.rstrip("/")
        interval: float = site.config.papernotes_arxiv_interval
        self.arxiv_limit = RateLimit(cache_folder() / "arxiv-last-request", interval)

    def bibtex(self, identifier: Identifier) -> str:
        """Return the BibTeX of a paper; raise a CommandError if its source has none."""
        if identifier.kind == "arXiv":
            url = f"{self.arxiv_url}/bibtex/{identifier.value}"
            answer = self.client.get(url, "text/plain", self.arxiv_limit)
            source = "arXiv"
        else:
            # A DOI may contain any character, even "<" and "#".
            url = f"{self.doi_url}/{quote(identifier.value, safe='/:;()')}"
            answer = self.client.get(url, "application/x-bibtex")
            source = "the DOI registry"
        _check(answer, identifier, source)
        text = answer.text()
        if not _is_bibtex(answer, text):
            content = "a web page" if _is_markup(answer, text) else "something else"
            raise CommandError(
                f"{source} answers with {content} instead of BibTeX for {identifier}"
            )
        return text

    def records(self, ids: Iterable[str]) -> Iterator[ArxivRecord]:
        """Yield the record in the arXiv API of each of *ids* that has one.

        https://info.arxiv.org/help/api/user-manual.html
        """
        unique_ids = list(dict.fromkeys(ids))
        for start in range(0, len(unique_ids), _BATCH_SIZE):
            batch = unique_ids[start : start + _BATCH_SIZE]
            query = {"id_list": ",".join(batch), "max_results": str(len(batch))}
            separator = "&" if "?" in self.api_url else "?"
            url = f"{self.api_url}{separator}{urlencode(query, safe=',/')}"
            answer = self.client.get(url, "application/atom+xml", self.arxiv_limit)
            _check(answer, f"arXiv:{batch[0]}", "the arXiv API")
            yield from _parse_feed(answer)

    def updates(self, dois: Iterable[str]) -> Iterator[CrossrefRecord]:
        """Yield what Crossref knows of later notices, for each of *dois* that it has registered.

        https://www.crossref.org/documentation/retrieve-metadata/rest-api/
        """
        unique = list(dict.fromkeys(doi.lower() for doi in dois))
        # A comma separates filters, so that the few DOIs with one need a request each.
        listed = [doi for doi in unique if "," not in doi]
        for start in range(0, len(listed), _BATCH_SIZE):
            batch = listed[start : start + _BATCH_SIZE]
            query = {
                "filter": ",".join(f"doi:{doi}" for doi in batch),
                "select": "DOI,updated-by",
                "rows": str(len(batch)),
            }
            message = self._crossref(f"works?{urlencode(query, safe=',:/')}")
            items = message.get("items") if isinstance(message, dict) else None
            if not isinstance(items, list):
                raise CommandError("Crossref answers with no list of works; try again later")
            yield from _parse_updates(items, set(batch))
        for doi in unique:
            if "," in doi:
                yield from _parse_updates([self._crossref(f"works/{quote(doi)}")], {doi})

    def _crossref(self, path: str) -> object:
        """Return Crossref's message at *path*, or None if it has no such work."""
        answer = self.client.get(f"{self.crossref_url}/{path}", "application/json")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise CommandError(
                f"Crossref refuses the request (HTTP status {answer.status}); try again later"
            )
        return json_value(answer, "Crossref").get("message")


def _check(answer: Answer, identifier: object, source: str) -> None:
    if answer.status in (400, 404, 410):
        raise CommandError(f"{source} has no paper {identifier}; check the identifier")
    if answer.status == 406:
        raise CommandError(
            f"{source} has no BibTeX for {identifier}; get the BibTeX elsewhere and add that"
        )
    if answer.status != 200:
        raise CommandError(
            f"{source} refuses the request for {identifier} (HTTP status {answer.status})"
        )


def _is_markup(answer: Answer, text: str) -> bool:
    return "html" in answer.type or "xml" in answer.type or text.lstrip().startswith("<")


def _is_bibtex(answer: Answer, text: str) -> bool:
    return not _is_markup(answer, text) and bool(re.search(r"@\s*[A-Za-z]+\s*[{(]", text))


def _parse_feed(answer: Answer) -> Iterator[ArxivRecord]:
    try:
        feed: Element = fromstring(answer.content)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        # The last two are about encodings that Python does not know, or that expat cannot use.
        raise CommandError(
            "the arXiv API answers with something that is not an Atom feed; try again later"
        ) from error
    for entry in feed.iter(f"{_ATOM}entry"):
        identifier = identify(_text(entry, f"{_ATOM}id"))
        if identifier is None or identifier.kind != "arXiv":
            continue
        comment, summary = _text(entry, f"{_ARXIV}comment"), _text(entry, f"{_ATOM}summary")
        yield ArxivRecord(
            id=identifier.value,
            version=identifier.version,
            updated=_text(entry, f"{_ATOM}updated")[:10],
            title=_text(entry, f"{_ATOM}title"),
            authors=tuple(_text(a, f"{_ATOM}name") for a in entry.iter(f"{_ATOM}author")),
            years=(_text(entry, f"{_ATOM}published")[:4], _text(entry, f"{_ATOM}updated")[:4]),
            doi=_text(entry, f"{_ARXIV}doi"),
            journal=_text(entry, f"{_ARXIV}journal_ref"),
            # Further on, a summary may mention the withdrawal of another paper.
            withdrawn=bool(_WITHDRAWN.search(comment) or _WITHDRAWN.search(summary[:100])),
        )


def _text(element: Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _parse_updates(items: Iterable[object], asked: Set[str]) -> Iterator[CrossrefRecord]:
    """Yield the records in *items* of DOIs that were *asked* for; pass over what is malformed."""
    for item in items:
        if not isinstance(item, dict) or str(item.get("DOI", "")).lower() not in asked:
            continue
        notices = item.get("updated-by")
        yield CrossrefRecord(
            str(item["DOI"]).lower(),
            tuple(
                Update(str(notice.get("type", "")), _date(notice.get("updated")), _doi(notice))
                for notice in (notices if isinstance(notices, list) else [])
                if isinstance(notice, dict)
            ),
        )


def json_value(answer: Answer, source: str) -> dict[str, Any]:
    """Return the JSON object that *answer* holds; raise a CommandError if there is none."""
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CommandError(f"{source} answers with something that is not JSON; try again later")
    return value


def _date(updated: object) -> str:
    """Return the date in Crossref's form of it, as far as it is known, or the empty string."""
    match updated:
        case {"date-parts": [[int(year), *rest]]}:
            parts = [f"{year:04}", *(f"{part:02}" for part in rest if isinstance(part, int))]
            value = "-".join(parts[:3])
            return value if is_date(value) else ""
    return ""


def _doi(notice: Mapping[str, object]) -> str:
    value = str(notice.get("DOI", "")).lower()
    return value if is_valid("notice", value) else ""
