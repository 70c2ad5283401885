"""Ask OpenAlex which works a work cites, fifty works in a request.

https://developers.openalex.org: a request for a list costs a part of what is free each day, which
is ten times as much with a key. The key is sent in a header, so that it is in no address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from papernotes.bibliography.identifiers import parse_doi
from papernotes.catalogue.literature import MAX_TITLE
from papernotes.cli.errors import CommandError
from papernotes.cli.remote.http import Answer, Client
from papernotes.cli.remote.sources import json_value
from papernotes.cli.site import Site
from papernotes.core.text import CONTROL_CHARACTER

KEY = "OPENALEX_API_KEY"
BATCH_SIZE = 50
# These separate values in a filter, and nothing there escapes them.
_SEPARATORS = frozenset(",|+")
# Some DOIs have two records; this is the most that one answer can hold.
_PER_PAGE = 100
# No paper cites more; a record that says so is cut.
MAX_REFERENCES = 10_000
_ID = re.compile(r"(?:https?://openalex\.org/)?(W\d{1,15})", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class OpenAlexWork:
    """A record: its identifier, its DOI in lower case, and the identifiers of what it cites.

    ``title`` is plain text, and ``year`` is 0 if it is unknown.
    """

    id: str
    doi: str = ""
    title: str = ""
    year: int = 0
    references: tuple[str, ...] = ()


class OpenAlex:
    """Access to OpenAlex at the address in the site's settings, with the key in the environment."""

    def __init__(self, site: Site, client: Client) -> None:
        self.client = client
        self.url: str = site.config.papernotes_openalex_url.rstrip("/")
        key = os.environ.get(KEY, "").strip()
        if not re.fullmatch(r"[\x21-\x7e]*", key):
            raise CommandError(f"{KEY} holds something that is not a key; correct it, or unset it")
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def citing(self, dois: Sequence[str]) -> Iterator[OpenAlexWork]:
        """Yield the records with *dois*, at most ``BATCH_SIZE``, with what the works cite.

        Those that no filter can hold are asked for one by one, which OpenAlex does not count.
        """
        fields = "id,doi,referenced_works"
        listed = [doi for doi in dois if _SEPARATORS.isdisjoint(doi)]
        yield from self._works("doi", listed, fields) if listed else ()
        for doi in dois:
            if doi not in listed and (work := self._work_with(doi, fields)):
                yield work

    def described(self, ids: Sequence[str]) -> Iterator[OpenAlexWork]:
        """Yield the records with *ids*, at most ``BATCH_SIZE``, with title and year."""
        return self._works("openalex", ids, "id,doi,title,publication_year")

    def _works(self, name: str, values: Sequence[str], fields: str) -> Iterator[OpenAlexWork]:
        query = {"filter": f"{name}:{'|'.join(values)}", "select": fields, "per-page": _PER_PAGE}
        answer = self._get(f"works?{urlencode(query, safe=',:/|')}")
        results = json_value(answer, "OpenAlex").get("results")
        if not isinstance(results, list):
            raise CommandError("OpenAlex answers with no list of works; try again later")
        return (work for item in results if (work := _work(item)))

    def _work_with(self, doi: str, fields: str) -> OpenAlexWork | None:
        """Return the record with *doi*, or None if there is none."""
        answer = self._get(f"works/doi:{quote(doi, safe='/:;()')}?select={fields}")
        work = _work(json_value(answer, "OpenAlex")) if answer.status != 404 else None
        # A record that another was merged into has the DOI of that.
        return work and replace(work, doi=doi)

    def _get(self, path: str) -> Answer:
        """Return the answer to a request; raise a CommandError if OpenAlex refuses it."""
        answer = self.client.get(f"{self.url}/{path}", "application/json", headers=self.headers)
        if answer.status in (401, 403):
            raise CommandError(
                f"OpenAlex refuses the request (HTTP status {answer.status}); check the key in"
                f" {KEY}, which is free at https://openalex.org/settings/api"
            )
        if answer.status not in (200, 404):
            raise CommandError(
                f"OpenAlex refuses the request (HTTP status {answer.status}); try again later"
            )
        return answer


def _work(item: object) -> OpenAlexWork | None:
    """Return the record *item*, with what is valid in it, or None if it has no identifier."""
    if not isinstance(item, Mapping) or not (id_ := work_id(item.get("id"))):
        return None
    references = item.get("referenced_works")
    listed: Iterable[object] = references if isinstance(references, list) else ()
    found = dict.fromkeys(each for value in listed if (each := work_id(value)))
    year = item.get("publication_year")
    return OpenAlexWork(
        id_,
        _doi(item.get("doi")),
        _title(item.get("title")),
        year if type(year) is int and 0 < year < 10_000 else 0,
        tuple(sorted(found)[:MAX_REFERENCES]),
    )


def work_id(value: object) -> str:
    """Return the identifier of a work in *value*, an address at OpenAlex, or the empty string."""
    match = _ID.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def _doi(value: object) -> str:
    text = value.lower() if isinstance(value, str) else ""
    text = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", text)
    return text if len(text) < MAX_TITLE and parse_doi(text) else ""


def _title(value: object) -> str:
    """Return a title as plain text; publishers send some with tags."""
    text = value[: 4 * MAX_TITLE] if isinstance(value, str) else ""
    text = CONTROL_CHARACTER.sub(" ", _TAG.sub("", text))
    return " ".join(text.split())[:MAX_TITLE]
