"""Get annotations from Zotero: from the program on this computer, or from its servers.

https://www.zotero.org/support/dev/web_api/v3/basics. The program answers as its servers do, but
its library has a new version only when it has been synchronized. So only the servers are asked
whether anything has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from papernotes.bibliography.identifiers import Identifier, identifiers_in, identify
from papernotes.cli import storage
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.highlights.annotation import (
    MARGIN,
    Annotation,
    Area,
    around,
    line,
    page_number,
    paragraphs,
    pdf_name,
)
from papernotes.cli.remote import transport
from papernotes.cli.remote.http import Answer, Client
from papernotes.cli.site import Site

# The environment variable that has the author's key to Zotero's servers.
KEY_VARIABLE = "ZOTERO_API_KEY"
MAX_ITEMS = 100_000
MAX_SIZE = 16 * 1024 * 1024  # bytes of an answer; drawings have long descriptions
_PAGE, _BATCH = 100, 50  # the most items that Zotero returns, and that one can ask for by key
_KEY = re.compile("[A-Z0-9]{8}")
_LIBRARY = re.compile(r"(?:users|groups)/\d+")
_COLOUR = re.compile("#[0-9a-f]{6}")
_TEXTS, _AREAS = ("highlight", "underline", "note", "text"), ("image", "ink")
_MAX_POINTS, _MAX_WIDTH = 100_000, 100.0  # of a drawing, and of a stroke in points
_CITATION_KEY = re.compile(r"^\s*citation key\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_IDENTIFIER = re.compile(r"\s*(?:arxiv|doi)\s*:", re.IGNORECASE)
_MAX_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Item:
    """A paper in Zotero, with its citation keys and identifiers, and its annotations in order."""

    keys: frozenset[str]
    identifiers: frozenset[Identifier]
    annotations: tuple[Annotation, ...] = field(default=(), compare=False)


class Zotero:
    """Access to a library in Zotero, on this computer or, with *web*, on its servers.

    *key* is the author's for the servers. It is sent to them alone, and no message has it.
    """

    def __init__(self, site: Site, client: Client, key: str = "", *, web: bool = False) -> None:
        config = site.config
        self.client, self.key, self.is_web = client, key, web
        setting = "papernotes_zotero_web_url" if web else "papernotes_zotero_url"
        self.url: str = config[setting].rstrip("/")
        self.server = transport.host(self.url)
        library: str = config.papernotes_zotero_library.strip("/")
        if library and not _LIBRARY.fullmatch(library):
            raise CommandError(
                f'papernotes_zotero_library = "{library}" is no library; write users/ or groups/'
                " and its number, such as groups/123"
            )
        if key and not re.fullmatch(r"[A-Za-z0-9]{1,100}", key):
            raise CommandError(
                f"{KEY_VARIABLE} does not hold a key of Zotero, which has letters and digits only;"
                " copy it again from zotero.org/settings/keys"
            )
        if key and not _is_private(self.url):
            raise CommandError(
                f"{setting} is not an address with https; the key would be sent in the open"
            )
        if web and not key and not library:
            raise CommandError(
                f"Zotero's servers want a key; make one that may read your library at"
                f" zotero.org/settings/keys, and put it into the environment as {KEY_VARIABLE}"
            )
        self.library = library
        # What is on this computer is not asked for through a proxy.
        client.session.trust_env = web
        self._wait = 0.0

    def items(self, site: Site) -> list[Item]:
        """Return the papers with annotations; raise a CommandError if Zotero does not tell them.

        On its servers, Zotero is only asked whether anything has changed since the last run.
        """
        library = self.library or (f"users/{self._user()}" if self.is_web else "users/0")
        base = f"{self.url}/{library}/items"
        cache = _Cache.of(site, base)
        known = cache.load() if self.is_web else None
        found = self._annotations(base, known[0] if known else 0)
        if found is None:
            assert known
            data = known[1]
        else:
            version, annotations = found
            data = self._with_papers(base, annotations)
            if self.is_web:
                cache.save(version, data)
        return _items(data)

    def file(self, attachment: str) -> Path | None:
        """Return the PDF of an *attachment*, if Zotero runs on this computer and has it here."""
        if self.is_web or not _KEY.fullmatch(attachment):
            return None
        base = f"{self.url}/{self.library or 'users/0'}"
        answer = self._get(f"{base}/items/{attachment}/file/view/url")
        address = urlsplit(answer.text().strip()) if answer.status == 200 else None
        # The path of another computer would be opened over the network.
        if not address or address.scheme != "file" or address.netloc not in ("", "localhost"):
            return None
        name = unquote(address.path)
        path = Path(name.lstrip("/") if re.match(r"/[A-Za-z]:", name) else name)
        return path if path.suffix.lower() == ".pdf" and path.is_file() else None

    def _user(self) -> int:
        """Return the number of the user whose key it is."""
        data = self._json(self._checked(self._get(f"{self.url}/keys/current")), with_key=True)
        user = data.get("userID") if isinstance(data, dict) else None
        if not isinstance(user, int):
            raise self._nonsense()
        return user

    def _annotations(self, base: str, known: int) -> tuple[int, list[dict[str, Any]]] | None:
        """Return the version of the library and its annotations, or None if it is *known*.

        Begin again if the library changes meanwhile.
        """
        for _ in range(3):
            version, found = 0, list[dict[str, Any]]()
            while True:
                query = {"itemType": "annotation", "limit": _PAGE, "start": len(found)}
                answer = self._get(f"{base}?{urlencode(query)}", since=0 if found else known)
                if answer.status == 304 and known:
                    return None
                page, total = self._page(answer)
                before, version = version, _number(answer.headers, "last-modified-version", 0)
                if found and version != before and self.is_web:
                    break
                found += page
                if total > MAX_ITEMS or len(found) > MAX_ITEMS:
                    raise CommandError(
                        f"{self.server} has more than {MAX_ITEMS} annotations, which is too much"
                    )
                if len(found) >= total or not page:
                    return version, found
        raise CommandError(f"the library at {self.server} keeps changing; try again later")

    def _page(self, answer: Answer) -> tuple[list[dict[str, Any]], int]:
        """Return the items of an answer, and the number of all."""
        items = self._json(self._checked(answer))
        if not isinstance(items, list):
            raise self._nonsense()
        found = []
        for item in items:
            data = item.get("data") if isinstance(item, dict) else None
            if not isinstance(data, dict) or not _KEY.fullmatch(str(data.get("key"))):
                raise self._nonsense()
            found.append(data)
        return found, _number(answer.headers, "total-results", len(found))

    def _with_papers(self, base: str, annotations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what is kept of each paper that *annotations* belong to."""
        attachments = self._by_key(base, (_text(each, "parentItem") for each in annotations))
        papers = self._by_key(base, (_text(each, "parentItem") for each in attachments.values()))
        kept: dict[str, dict[str, Any]] = {}
        for data in annotations:
            attachment = attachments.get(_text(data, "parentItem"), {})
            paper = papers.get(_text(attachment, "parentItem"))
            if paper is None:
                continue
            key = paper["key"]
            fields = ("citationKey", "extra", "DOI", "archiveID", "url")
            names = {name: _text(paper, name) for name in fields}
            entry = kept.setdefault(key, {"paper": names, "annotations": []})
            names = {name: data[name] for name in sorted(data) if name.startswith("annotation")}
            entry["annotations"].append({"key": data["key"], "file": attachment["key"], **names})
        return [kept[key] for key in sorted(kept)]

    def _by_key(self, base: str, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the items with these *keys*, as far as there are any."""
        found: dict[str, dict[str, Any]] = {}
        wanted = sorted({key for key in keys if _KEY.fullmatch(key)})
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            query = urlencode({"itemKey": ",".join(batch), "limit": _BATCH}, safe=",")
            page, _ = self._page(self._get(f"{base}?{query}"))
            found.update((data["key"], data) for data in page if data["key"] in batch)
        return found

    def _get(self, url: str, since: int = 0) -> Answer:
        headers = {"Zotero-API-Version": "3"}
        if since:
            headers["If-Modified-Since-Version"] = str(since)
        if self.key:
            headers["Zotero-API-Key"] = self.key
        if self._wait:
            self.client.notify(f"{self.server} is busy; waiting for {self._wait:.0f} s")
            self.client.sleep(self._wait)
        try:
            answer = self.client.get(url, "application/json", headers=headers)
        except UnreachableError as error:
            if self.is_web:
                raise
            raise CommandError(
                f"no Zotero answers at {self.server}; start Zotero, or ask its servers with --web"
            ) from error
        except CommandError as error:
            raise type(error)(self._without_key(error.message)) from None
        self._wait = min(float(_number(answer.headers, "backoff", 0)), _MAX_WAIT)
        return answer

    def _without_key(self, message: str) -> str:
        return message.replace(self.key, "…") if self.key else message

    def _checked(self, answer: Answer) -> Answer:
        """Return *answer*; raise a CommandError if Zotero refuses the request."""
        if answer.status == 200:
            return answer
        if answer.status in (401, 403):
            raise CommandError(
                f"{self.server} does not let the key in {KEY_VARIABLE} read this library; allow it"
                " at zotero.org/settings/keys"
                if self.is_web
                else "Zotero does not answer other programs; in its settings, under Advanced, allow"
                " other applications on this computer to communicate with it"
            )
        if answer.status == 404:
            raise CommandError(
                f"{self.server} has no such library; correct papernotes_zotero_library"
            )
        raise CommandError(f"{self.server} refuses the request (HTTP status {answer.status})")

    def _json(self, answer: Answer, *, with_key: bool = False) -> Any:
        try:
            data = json.loads(answer.content)
            # A server that sends the key back would have it written into a note.
            if self.key and not with_key and self.key in json.dumps(data, ensure_ascii=False):
                raise self._nonsense()
        except (ValueError, RecursionError) as error:
            raise self._nonsense() from error
        return data

    def _nonsense(self) -> CommandError:
        return CommandError(
            f"{self.server} answers with something else than Zotero would; try again later, or"
            " correct the address in conf.py"
        )


def _is_private(url: str) -> bool:
    """Return whether nobody else can read what is sent to *url*."""
    parts = transport.parse(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _number(headers: Mapping[str, str], name: str, default: int) -> int:
    value = headers.get(name, "").strip()
    return int(value) if re.fullmatch("[0-9]{1,18}", value) else default


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _items(data: list[dict[str, Any]]) -> list[Item]:
    """Return the papers that are kept as *data*."""
    return [
        Item(
            _citation_keys(each["paper"]),
            frozenset(_identifiers(each["paper"])),
            tuple(
                sorted(filter(None, map(_annotation, each["annotations"])), key=lambda a: a.order)
            ),
        )
        for each in data
    ]


def _citation_keys(paper: Mapping[str, str]) -> frozenset[str]:
    """Return the citation keys of a paper: Zotero's or Better BibTeX's own, and those in Extra."""
    found = [paper["citationKey"].strip(), *_CITATION_KEY.findall(paper["extra"])]
    return frozenset(key.casefold() for key in found if key)


def _identifiers(paper: Mapping[str, str]) -> Iterator[Identifier]:
    found = [identify(paper[name].strip()) for name in ("DOI", "archiveID", "url")]
    # As Zotero writes it there: "arXiv:1706.05394 [cs]". Other lines may be about other works.
    for entry in filter(_IDENTIFIER.match, paper["extra"].splitlines()):
        found += identifiers_in(entry)
    yield from (each.folded() for each in found if each)


def _annotation(data: Mapping[str, Any]) -> Annotation | None:
    """Return an annotation that Zotero describes by *data*, or None for an empty one."""
    kind = _text(data, "annotationType")
    area = _area(_text(data, "annotationPosition")) if kind in _AREAS else None
    text = line(_text(data, "annotationText")) if kind in _TEXTS else ""
    comment = paragraphs(_text(data, "annotationComment"))
    if not (text or comment or area):
        return None
    colour = _text(data, "annotationColor").lower()
    return Annotation(
        name=f"zotero:{data['key']}",
        order=_text(data, "annotationSortIndex")[:100],
        text=text,
        comment=comment,
        page=page_number(_text(data, "annotationPageLabel")),
        colour=colour if _COLOUR.fullmatch(colour) else "",
        area=area,
        attachment=data["file"],
        twin=pdf_name(f"Zotero-{data['key']}"),
    )


def _area(position: str) -> Area | None:
    """Return the part of a page that an annotation is on, which Zotero describes in JSON.

    An image has a rectangle. A drawing has strokes, whose points are pairs of numbers.
    """
    try:
        data = json.loads(position)
        page = data["pageIndex"]
        strokes = tuple(tuple(map(float, path)) for path in data.get("paths", ()) if path)
        edges = tuple(map(float, data["rects"][0])) if not strokes else ()
        width = min(float(data["width"]), _MAX_WIDTH) if strokes else 0.0
        numbers = [*edges, *itertools.chain.from_iterable(strokes), width]
        if not isinstance(page, int) or not 0 <= page < MAX_ITEMS or len(numbers) > _MAX_POINTS:
            return None
        if not all(abs(number) < MAX_ITEMS for number in numbers):
            return None
        if strokes:
            points = [
                point for path in strokes for point in zip(path[::2], path[1::2], strict=True)
            ]
            edges = around(points, width / 2 + MARGIN)
            return Area(page, edges, len(points), strokes, width)
    except (OverflowError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return Area(page, edges) if len(edges) == 4 else None


@dataclass(frozen=True)
class _Cache:
    """What Zotero's servers said in the last run, kept in the file *path*."""

    path: Path

    @classmethod
    def of(cls, site: Site, base: str) -> _Cache:
        name = hashlib.sha256(os.fsencode(site.root.resolve()) + base.encode()).hexdigest()[:32]
        return cls(storage.cache_folder() / f"{name}-highlights.json")

    def load(self) -> tuple[int, list[dict[str, Any]]] | None:
        """Return the version of the library and its papers, or None if they are not known."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            version, data = int(kept["version"]), kept["papers"]
            _items(data)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return (version, data) if version else None

    def save(self, version: int, data: list[dict[str, Any]]) -> None:
        """Keep the *version* of the library and the *data* of its papers."""
        content = json.dumps({"version": version, "papers": data}).encode()
        # Of two runs at once, either may keep what it got.
        with storage.Draft(self.path, content) as draft, contextlib.suppress(storage.Changed):
            draft.replace(storage.read(self.path))
