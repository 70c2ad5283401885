"""Recognise arXiv identifiers and DOIs, by themselves or in addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

# https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 year and month and a number of
# four or five digits; before, an archive and seven digits, with or without a subject class.
_NEW = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
_ARXIV = re.compile(rf"(?:arxiv:\s*)?({_NEW}|{_OLD})(v[1-9]\d*)?", re.IGNORECASE)
_ARXIV_HOST = re.compile(r"(?:[\w-]+\.)*arxiv\.org", re.IGNORECASE)
_ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|ps|e-print|src|bibtex)/(.+?)(?:\.pdf)?/?")
# The DOI Handbook, 2.2: a prefix that begins with 10, a slash, and any characters.
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)
_DOI_HOST = re.compile(r"(?:(?:dx|www)\.)?doi\.org", re.IGNORECASE)
# Entries may contain identifiers whose month does not exist; these are accepted.
_EPRINT = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
# The DOIs that arXiv registers for its papers.
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.({_NEW}|{_OLD})(?:v\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An arXiv identifier without version, or a DOI as it is written."""

    kind: Literal["arXiv", "DOI"]
    value: str

    def folded(self) -> Identifier:
        """Return the identifier in lower case, because DOIs are compared without regard to case."""
        return Identifier(self.kind, self.value.lower())

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def identify(text: str) -> Identifier | None:
    """Return the identifier in *text*, which may be an address, or None."""
    text = text.strip()
    parts = urlsplit(text)
    if parts.scheme.lower() in ("http", "https"):
        host, path = parts.hostname or "", unquote(parts.path)
        if _ARXIV_HOST.fullmatch(host):
            match = _ARXIV_PATH.fullmatch(path)
            return parse_arxiv(match[1]) if match else None
        return parse_doi(path.lstrip("/")) if _DOI_HOST.fullmatch(host) else None
    return parse_arxiv(text) or parse_doi(text)


def parse_arxiv(text: str) -> Identifier | None:
    """Parse an arXiv identifier, drop its version and subject class, and return it or None."""
    match = _ARXIV.fullmatch(text)
    if match is None:
        return None
    # The archive is written in lower case; the subject class of "math.GT/0309136" is dropped.
    archive, slash, number = match[1].lower().rpartition("/")
    return Identifier("arXiv", archive.partition(".")[0] + slash + number)


def parse_doi(text: str) -> Identifier | None:
    """Parse a DOI and return it, as an arXiv identifier if arXiv registered it, or None."""
    if match := _ARXIV_DOI.fullmatch(re.sub(r"^doi:\s*", "", text, flags=re.IGNORECASE)):
        return parse_arxiv(match[1])
    match = _DOI.fullmatch(text)
    return Identifier("DOI", match[1]) if match else None


def unbrace(text: str) -> str:
    """Return *text* without the second pair of braces that some programs add."""
    match = re.fullmatch(r"\{([^{}]*)\}", text.strip())
    return (match[1] if match else text).strip()


def arxiv_id(fields: Mapping[str, str]) -> str:
    """Return the arXiv identifier of an entry, or the empty string.

    BibTeX names the archive in ``archiveprefix``, BibLaTeX in ``eprinttype``; an ``eprint`` that
    looks like an arXiv identifier needs neither. The forms of identifiers are those of
    https://info.arxiv.org/help/arxiv_identifier.html.
    """
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    eprint = re.sub(r"^arxiv:", "", unbrace(fields.get("eprint", "")), flags=re.IGNORECASE)
    if unbrace(archive).lower() == "arxiv" and _EPRINT.fullmatch(eprint):
        return eprint
    return ""
