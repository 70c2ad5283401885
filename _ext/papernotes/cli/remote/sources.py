"""Get BibTeX and records of papers from arXiv and the DOI registries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from papernotes.bibliography.identifiers import Identifier, identify
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

    ``years`` are those of the first and the last version, ``journal`` is the journal reference as
    the authors typed it, and ``doi`` is that of the publication.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    years: tuple[str, str]
    doi: str
    journal: str
    withdrawn: bool


class Sources:
    """Access to arXiv and the DOI registries at the URLs in the site's settings."""

    def __init__(self, site: Site, client: Client) -> None:
        self.client = client
        self.arxiv_url: str = site.config.papernotes_arxiv_url.rstrip("/")
        self.api_url: str = site.config.papernotes_arxiv_api_url
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
