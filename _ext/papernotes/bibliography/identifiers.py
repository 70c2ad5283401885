"""Recognise arXiv identifiers and DOIs, by themselves, in addresses and in text, and ORCID iDs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

# https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 year and month and a number of
# four or five digits; before, an archive and seven digits, with or without a subject class.
_NEW = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
_ARXIV = re.compile(rf"(?:arxiv:\s*)?({_NEW}|{_OLD})(v[1-9]\d{{0,3}})?", re.IGNORECASE)
_ARXIV_HOST = re.compile(r"(?:[\w-]+\.)*arxiv\.org", re.IGNORECASE)
_ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|ps|e-print|src|bibtex)/(.+?)(?:\.pdf)?/?")
# The DOI Handbook, 2.2: a prefix that begins with 10, a slash, and any characters.
DOI_PREFIX = r"10\.\d{4,9}(?:\.\d{1,9}){0,9}/"
_DOI = re.compile(rf"(?:doi:\s*+)?({DOI_PREFIX}\S+)", re.IGNORECASE)
_DOI_HOST = re.compile(r"(?:(?:dx|www)\.)?doi\.org", re.IGNORECASE)
# An identifier in text: after the name of its archive, or in an address.
_ARXIV_INSIDE = re.compile(
    r"(?:arxiv(?:\s*:|\s+preprint\b:?|\.org/(?:abs|pdf|html|format|ps|e-print)/|\s)\s*|10\.48550/arxiv\.|\babs/)"
    rf"(?:arxiv:\s*)?((?:{_NEW}|{_OLD})(?:v[1-9]\d*)?)(?!\d)",
    re.IGNORECASE,
)
_DOI_INSIDE = re.compile(
    r"(?:doi(?:\.org/|\s*+:|\s)\s*+(?:https?://(?:dx\.)?doi\.org/)?)"
    rf"({DOI_PREFIX}[^\s{{}}\"<>]+)",
    re.IGNORECASE,
)
# Fields whose text is about the work itself, so that an identifier there is the work's own.
_ABOUT_ITSELF = (
    "journal journaltitle number volume eid pages howpublished type archive publisher institution"
    " series url pdf doi"
).split()
# Fields with remarks, which may name other works: "Comment on arXiv:1706.03762".
_REMARKS = ("note", "addendum", "pubstate")
_LEAD_IN = re.compile(
    r"(?:(?:accepted|also|and|as|at|available|corr|e-?prints?|extended|from|full|https?|in|is|on|online"
    r"|paper|preprints?|published|see|submitted|the|to|version|arxiv|url|www)\b|[^\w]|\d)*",
    re.IGNORECASE,
)
# What LaTeX writes in place of a character of an address, and braces around such a character.
_ESCAPE = re.compile(
    r"\{(?P<inner>\\text[a-z]+\s*(?:\{\})?|\\?[%#&_~^$-]|\$\\(?:text)?sim\$|)\}"
    r"|\\(?P<name>text(?:asciitilde|underscore|asciicircum|bar)|slash|sim|allowbreak|linebreak"
    r"|string|hspace\{[^{}]*\})(?![A-Za-z])\s*(?:\{\})?"
    r"|\$\\sim\$|\\~(?:\{\})?|\\(?P<char>[%#&_^${}/-])"
)
_NAMES = {
    "textasciitilde": "~",
    "sim": "~",
    "textunderscore": "_",
    "textasciicircum": "^",
    "textbar": "|",
    "slash": "/",
}
_WRAPPED = re.compile(r"\s*(?:\\(?:url|path|nolinkurl|burl|href)\s*)?\{(.*)\}\s*|\s*<(\S*)>\s*")
# Entries may contain identifiers whose month does not exist; these are accepted.
_EPRINT = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi\s*[:=]?\s*)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|(?:[\w-]+\.)*doi\.org/", re.IGNORECASE)
# The DOIs that arXiv registers for its papers.
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.({_NEW}|{_OLD})(?:v\d+)?", re.IGNORECASE)
_ORCID = re.compile(
    r"(?:(?:https?://)?orcid\.org/|orcid:\s*)?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9X])",
    re.IGNORECASE,
)
# Where a file is on a computer: an address of its own, below a drive, or below a home folder.
_LOCAL = re.compile(
    r"\bfile:(?:[/\\]|[a-z]:)"
    r"|(?<![a-z0-9])[a-z]\\?:(?:[\\/](?:[^\\/{}]+[\\/]|[\w.-]+\.[a-z]{2,4}\b)|\$\\backslash\$)"
    r"|(?<![\w.:/~%-])/(?:home|users|root|volumes|media|mnt)/[\w.~-]"
    r"|(?:^|[\s{(:;,])(?:~/[\w.-]|\\\\[\w.-]+\\[\w$.-]+\\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An arXiv identifier without version, or a DOI as it is written.

    ``version`` is that of an arXiv identifier, or 0 if it has none; it does not count in
    comparisons.
    """

    kind: Literal["arXiv", "DOI"]
    value: str
    version: int = field(default=0, compare=False)

    def folded(self) -> Identifier:
        """Return the identifier in lower case, because DOIs are compared without regard to case."""
        return Identifier(self.kind, self.value.lower())

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def address(text: str) -> str:
    r"""Return *text* as an address: without ``\url{}``, outer braces and escapes like ``{\_}``."""
    # Entries have few of the fields that can hold one.
    if not text:
        return ""
    if (match := _WRAPPED.fullmatch(text)) and _is_balanced(match[1] or ""):
        text = match[2] or match[1] or ""
    return _ESCAPE.sub(_unescaped, text).strip()


def is_local(value: str) -> bool:
    """Return whether *value* says where a file is on somebody's computer."""
    return bool(_LOCAL.search(value))


def is_like_address(value: str) -> bool:
    """Return whether *value* is meant as an address, and not as words."""
    return bool(re.match(r"\W*https?://", value, re.IGNORECASE)) or (
        not re.search(r"\s", value) and bool(re.search("[:/]", value))
    )


def _is_balanced(text: str) -> bool:
    """Return whether no brace of *text* closes one before it, as in the middle of ``{a}{b}``."""
    depth = 0
    for char in re.sub(r"\\.", "", text):
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


def _unescaped(match: re.Match[str]) -> str:
    if match["inner"] is not None:
        return _ESCAPE.sub(_unescaped, match["inner"])
    if match["char"]:
        return "" if match["char"] in "/-" else match["char"]
    return _NAMES.get(match["name"], "") if match["name"] else "~"


def identify(text: str) -> Identifier | None:
    """Return the identifier in *text*, which may be an address, or None."""
    text = address(text)
    try:
        parts = urlsplit(text)
        host, path = parts.hostname or "", unquote(parts.path)
    except ValueError:
        return None
    if parts.scheme.lower() in ("http", "https"):
        if _ARXIV_HOST.fullmatch(host):
            match = _ARXIV_PATH.fullmatch(path)
            return parse_arxiv(match[1]) if match else None
        return parse_doi(path.lstrip("/")) if _DOI_HOST.fullmatch(host) else None
    return parse_arxiv(text) or parse_doi(text)


def identifiers_in(text: str) -> Iterator[Identifier]:
    """Yield the identifiers in *text* that the name or the address of their archive precedes."""
    for pattern, parse in ((_ARXIV_INSIDE, parse_arxiv), (_DOI_INSIDE, parse_doi)):
        for match in pattern.finditer(text):
            if found := parse(match[1].rstrip(".,;:")):
                yield found


def parse_arxiv(text: str) -> Identifier | None:
    """Parse an arXiv identifier, drop its subject class, and return it or None."""
    match = _ARXIV.fullmatch(text)
    if match is None:
        return None
    # The archive is written in lower case; the subject class of "math.GT/0309136" is dropped.
    archive, slash, number = match[1].lower().rpartition("/")
    version = int(match[2][1:]) if match[2] else 0
    return Identifier("arXiv", archive.partition(".")[0] + slash + number, version)


def parse_doi(text: str) -> Identifier | None:
    """Parse a DOI and return it, as an arXiv identifier if arXiv registered it, or None."""
    if match := _ARXIV_DOI.fullmatch(re.sub(r"^doi:\s*", "", text, flags=re.IGNORECASE)):
        return parse_arxiv(match[1])
    match = _DOI.fullmatch(text)
    return Identifier("DOI", match[1]) if match else None


def parse_orcid(text: str) -> str:
    """Return the ORCID iD in *text*, which may be an address; empty if its check digit is wrong."""
    match = _ORCID.fullmatch(text.strip())
    found = "-".join(match.groups()).upper() if match else ""
    return found if found[-1:] == _check_digit(found[:-1]) else ""


def _check_digit(digits: str) -> str:
    """Return the check digit of ISO 7064, MOD 11-2, as in an ORCID iD."""
    total = 0
    for digit in digits.replace("-", ""):
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def unbrace(text: str) -> str:
    """Return *text* without the second pair of braces that some programs add."""
    match = re.fullmatch(r"\{([^{}]*)\}", text.strip())
    return (match[1] if match else text).strip()


def eprint_id(fields: Mapping[str, str]) -> str:
    """Return the arXiv identifier in the field ``eprint``, or the empty string.

    BibTeX names the archive in ``archiveprefix``, BibLaTeX in ``eprinttype``; an ``eprint`` that
    looks like an arXiv identifier needs neither. The forms of identifiers are those of
    https://info.arxiv.org/help/arxiv_identifier.html.
    """
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    eprint = re.sub(r"^arxiv:\s*", "", unbrace(fields.get("eprint", "")), flags=re.IGNORECASE)
    if unbrace(archive).lower() == "arxiv" and _EPRINT.fullmatch(eprint):
        return eprint
    return ""


def arxiv_id(fields: Mapping[str, str]) -> str:
    """Return the arXiv identifier of an entry, from any of its fields, or the empty string."""
    return eprint_id(fields) or _find(fields, _ARXIV_INSIDE)


def doi(fields: Mapping[str, str]) -> str:
    """Return the DOI of an entry, without resolver or prefix, or the empty string.

    What the field ``doi`` holds is taken for a DOI, in whatever form it is written.
    """
    value = address(fields.get("doi", ""))
    if not value:
        return _find(fields, _DOI_INSIDE).rstrip(".,;:")
    if _ADDRESS.match(value) and (inside := re.search(rf"{DOI_PREFIX}.*", unquote(value))):
        return inside[0]
    return _DOI_PREFIX.sub("", value, count=1)


def _find(fields: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    """Return what *pattern* finds in the fields that say where the work is, or in its notes."""
    for name in (*_ABOUT_ITSELF, *_REMARKS):
        value = fields.get(name)
        if not value or not (match := pattern.search(text := address(value))):
            continue
        if name not in _REMARKS or _LEAD_IN.fullmatch(
            re.sub(r"\\[a-z]+", "", text[: match.start()])
        ):
            return match[1]
    return ""
