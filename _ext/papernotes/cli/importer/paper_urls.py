"""Recognize papers by their URLs, and make entries from URLs without network access."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from papernotes.bibliography.identifiers import identify
from papernotes.cli.bibfile.clean import arxiv_year
from papernotes.cli.bibfile.entry import Entry

# https://aclanthology.org/info/ids/: "P19-1001" since 1965, "2020.acl-main.1" since 2020.
_ACL_OLD = re.compile(r"[A-Z](\d\d)-\d{4}")
_ACL_NEW = re.compile(r"(\d{4})\.[\w-]+\.\d+")
_PMLR = re.compile(r"/v(\d+)/([a-z-]+?)(\d\d)[a-z]?(?:/.*|\.html|\.pdf)?")
_JMLR = re.compile(
    r"/papers/v(?:olume)?(\d+)/(?:([a-z]+?)(\d\d)[a-z]|(\d\d)-\d+)(?:/.*|\.html|\.pdf)?"
)


def is_paper(address: str) -> bool:
    """Return whether *address* is recognized as the URL of a paper."""
    return identify(address) is not None or _from_publisher(address) is not None


def entry_of(address: str, title: str) -> Entry:
    """Return an incomplete entry for the paper with *title* at *address*.

    For arXiv and DOIs, the entry holds the identifier, from which ``papernotes refresh`` completes
    it. For the ACL Anthology, OpenReview, PMLR and JMLR, it holds the year, volume and series that
    the URL contains. Otherwise it holds only the URL.
    """
    fields = {"title": title}
    identifier = identify(address)
    if identifier and identifier.kind == "arXiv":
        fields |= {"eprint": identifier.value, "archiveprefix": "arXiv"}
        return Entry("misc", "", fields | {"year": arxiv_year(identifier)})
    if identifier:
        return Entry("misc", "", fields | {"doi": identifier.value})
    kind, known = _from_publisher(address) or ("misc", {})
    return Entry(kind, "", fields | known | ({"url": address} if address else {}))


def _from_publisher(address: str) -> tuple[str, dict[str, str]] | None:
    """Return the entry type and the fields that the URL of a known publisher contains."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        # A bracket that is not closed, for instance.
        return None
    host = host.removeprefix("www.")
    match host:
        case "aclanthology.org" | "aclweb.org" | "aclanthology.info":
            return _acl(parts.path)
        case "openreview.net":
            ids = parse_qs(parts.query).get("id")
            return ("misc", {"howpublished": "OpenReview"}) if ids else None
        case "proceedings.mlr.press" | "jmlr.org" | "jmlr.csail.mit.edu":
            return _mlr(host, parts.path)
        case _:
            return None


def _acl(path: str) -> tuple[str, dict[str, str]] | None:
    name = path.rstrip("/").rpartition("/")[2].removesuffix(".pdf")
    if match := _ACL_NEW.fullmatch(name):
        return "inproceedings", {"year": match[1], "doi": f"10.18653/v1/{name}"}
    if match := _ACL_OLD.fullmatch(name):
        two_digits = match[1]
        known = {"year": f"19{two_digits}" if two_digits >= "65" else f"20{two_digits}"}
        # The ACL has registered DOIs for its own events since 2012.
        if "12" <= two_digits < "65" and name[0] in "PNDEKSQ":
            known["doi"] = f"10.18653/v1/{name}"
        return "inproceedings", known
    return None


def _mlr(host: str, path: str) -> tuple[str, dict[str, str]] | None:
    if host == "proceedings.mlr.press":
        match = _PMLR.fullmatch(path)
        series = "Proceedings of Machine Learning Research"
        if match is None:
            return None
        known = {"series": series, "volume": match[1], "year": f"20{match[3]}"}
        return "inproceedings", known | {"publisher": "PMLR"}
    match = _JMLR.fullmatch(path)
    if match is None:
        return None
    # The first volume appeared in 2000.
    known = {"journal": "Journal of Machine Learning Research", "volume": match[1]}
    return "article", known | {"year": str(1999 + int(match[1]))}
