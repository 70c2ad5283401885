"""How the papers cite each other: ``citations.json``, which ``papernotes citations`` writes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from papernotes.bibliography import identifiers
from papernotes.bibliography.identifiers import Identifier, parse_arxiv, parse_doi
from papernotes.bibliography.reader import Bibliography
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.text import CONTROL_CHARACTER

NAME = "citations.json"
# Raised when earlier versions would no longer understand the file.
VERSION = 1
# Far more than the command writes for ten thousand papers.
MAX_SIZE = 32 * 2**20  # bytes
MAX_TITLE = 500  # characters
_ID = re.compile(r"W\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A work that several papers cite, and that the bibliography lacks.

    ``id`` is that of OpenAlex; ``year`` is 0 if it is unknown; ``cited_by`` has keys.
    """

    id: str
    doi: str
    title: str
    year: int
    cited_by: tuple[str, ...]

    @property
    def identifier(self) -> Identifier:
        """The DOI, or the arXiv identifier that it stands for."""
        return parse_doi(self.doi) or Identifier("DOI", self.doi)


@dataclass(frozen=True, slots=True)
class Literature:
    """Citations among the papers, by key in both directions, and suggestions, the best first."""

    cites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()


def write(cites: Mapping[str, Iterable[str]], suggestions: Iterable[Suggestion]) -> bytes:
    """Return the content of the file: sorted, with a line for each paper and each suggestion."""
    papers = [f" {_json(key)}: {_json(sorted(cited))}" for key, cited in sorted(cites.items())]
    works = [
        " "
        + _json(
            {
                "id": each.id,
                "doi": each.doi,
                "title": each.title,
                **({"year": each.year} if each.year else {}),
                "cited_by": sorted(each.cited_by),
            }
        )
        for each in sorted(suggestions, key=_rank)
    ]
    parts = [
        f'"version": {VERSION}',
        f'"cites": {{{_lines(papers)}}}',
        f'"suggestions": [{_lines(works)}]',
    ]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode(errors="replace")


def read(content: bytes, bibliography: Bibliography) -> tuple[Literature, list[Diagnostic]]:
    """Return what the file says of the works in *bibliography*, and what is wrong with it.

    Keys that are no longer in the bibliography are passed over, and so are suggestions that are
    there now.
    """
    if len(content) > MAX_SIZE:
        return Literature(), [_problem(1, f"is larger than {MAX_SIZE // 2**20} MiB")]
    try:
        value = json.loads(content)
        cites = dict(_citations(_get(value, "cites", dict)))
        suggestions = list(map(_suggestion, _get(value, "suggestions", list)))
    except json.JSONDecodeError as error:
        return Literature(), [_problem(error.lineno, f"is not JSON: {error.msg}")]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Literature(), [_problem(line, "is not UTF-8")]
    except (RecursionError, ValueError):
        return Literature(), [_problem(1, "is not JSON that can be read")]
    except _FormError as fault:
        place = content.find(_json(fault.near).encode(errors="replace")) if fault.near else 0
        line = content.count(b"\n", 0, max(place, 0)) + 1
        return Literature(), [_problem(line, fault.what)]
    known = {
        key: tuple(other for other in cited if other in bibliography and other != key)
        for key, cited in cites.items()
        if key in bibliography
    }
    cited_by: dict[str, list[str]] = defaultdict(list)
    for key, cited in sorted(known.items()):
        for other in cited:
            cited_by[other].append(key)
    own = _own_identifiers(bibliography) if suggestions else frozenset()
    left = [
        Suggestion(each.id, each.doi, each.title, each.year, by)
        for each in suggestions
        if each.identifier.folded() not in own
        and len(by := tuple(key for key in each.cited_by if key in bibliography)) > 1
    ]
    by_key = {key: tuple(by) for key, by in cited_by.items()}
    return Literature(known, by_key, tuple(sorted(left, key=_rank))), []


class _FormError(Exception):
    """What is wrong with the file, *near* a text in it."""

    def __init__(self, what: str, near: str) -> None:
        super().__init__(what)
        self.what, self.near = what, near


def _problem(line: int, fault: str) -> Diagnostic:
    message = f'{NAME} {fault}; run "papernotes citations", which writes it anew'
    return Diagnostic(NAME, line, message, DiagnosticKind.BAD_CITATIONS_FILE)


def _get(value: object, name: str, kind: type) -> Any:
    if not isinstance(value, dict):
        raise _FormError("does not hold an object", "")
    if value.get("version") != VERSION:
        raise _FormError("is of another version", "version")
    if not isinstance(found := value.get(name), kind):
        raise _FormError(f'has no "{name}", or one of another form', name)
    return found


def _citations(value: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, cited in value.items():
        yield key, _keys(cited, key)


def _keys(value: object, near: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise _FormError(f'has no list of keys for "{near}"', near)
    # Sorting what is sorted already is fast, and a set would be in disorder.
    return tuple(sorted(dict.fromkeys(value)))


def _suggestion(value: object) -> Suggestion:
    match value:
        case {"id": str(id_), "doi": str(doi), "title": str(title), "cited_by": by, **others}:
            year = others.get("year", 0)
            is_valid = _ID.fullmatch(id_) and parse_doi(doi)
            if is_valid and isinstance(year, int) and 0 <= year < 10_000:
                title = CONTROL_CHARACTER.sub("", title)[:MAX_TITLE]
                return Suggestion(id_, doi, title, year, _keys(by, id_))
            raise _FormError(f'has a suggestion with invalid values, "{id_}"', id_)
    raise _FormError("has a suggestion of another form", "suggestions")


def _rank(suggestion: Suggestion) -> tuple[int, int, str]:
    """Return what orders suggestions: how many papers cite them, and then the newest first."""
    return (-len(suggestion.cited_by), -suggestion.year, suggestion.id)


def _own_identifiers(bibliography: Bibliography) -> frozenset[Identifier]:
    entries = bibliography.entries
    dois = (identifiers.doi({"doi": value}) for _, value in entries.values_of("doi"))
    eprints = (identifiers.eprint_id({"eprint": value}) for _, value in entries.values_of("eprint"))
    found = (*map(parse_doi, dois), *map(parse_arxiv, eprints))
    return frozenset(each.folded() for each in found if each)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(items: list[str]) -> str:
    return "\n" + ",\n".join(items) + "\n" if items else ""
