"""``papernotes linkcheck``: check whether the links in notes and bibliography still work.

The arXiv API answers for fifty papers at a time. DOIs are looked up at the registry, because the
sites of publishers often refuse programs.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from papernotes.bibliography import formatting, reader
from papernotes.bibliography.identifiers import identify
from papernotes.cli import storage
from papernotes.cli.checks import notes
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.progress import Progress
from papernotes.cli.remote.http import Client
from papernotes.cli.remote.sources import Sources
from papernotes.cli.remote.transport import AddressError, host
from papernotes.cli.site import Site
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

DAY = 86400.0
# How many seconds a verdict stays valid, by its state; "gone" is checked again in every run.
MAX_AGE = {"there": 30 * DAY, "unknown": DAY}
HOSTS_AT_ONCE = 8
PAUSE = 1.0  # seconds between two requests to one host

_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class Place:
    """Where an address occurs: a file relative to the site's folder, and a line."""

    path: str
    line: int


@dataclass(frozen=True)
class Verdict:
    """The state of an address, "there", "gone" or "unknown", and the reason."""

    state: str
    why: str = ""


@dataclass
class Cache:
    """The verdicts of earlier runs, with their times in seconds, kept in the file *path*."""

    path: Path
    clock: Callable[[], float] = time.time
    verdicts: dict[str, tuple[float, Verdict]] = field(default_factory=dict)

    def load(self) -> None:
        """Read the file; start empty if it cannot be read."""
        try:
            loaded = json.loads(self.path.read_text(encoding="utf-8"))
            self.verdicts = {
                address: (float(when), Verdict(str(state), str(why)))
                for address, (when, state, why) in loaded.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self.verdicts = {}

    def fresh(self, address: str) -> Verdict | None:
        """Return the verdict on *address*, if there is one that is still valid."""
        when, verdict = self.verdicts.get(address, (0.0, Verdict("gone")))
        age = self.clock() - when
        return verdict if 0 <= age < MAX_AGE.get(verdict.state, 0.0) else None

    def record(self, address: str, verdict: Verdict) -> None:
        """Remember the *verdict* on *address*."""
        self.verdicts[address] = (self.clock(), verdict)

    def save(self, addresses: set[str]) -> None:
        """Write the verdicts on *addresses* to the file, and drop all others."""
        kept = {
            address: (when, verdict.state, verdict.why)
            for address, (when, verdict) in sorted(self.verdicts.items())
            if address in addresses
        }
        with storage.Draft(self.path, json.dumps(kept, indent=0).encode()) as draft:
            draft.replace(storage.read(self.path))


def cache_of(site: Site) -> Cache:
    """Return the cache of *site*, not yet loaded."""
    name = hashlib.sha256(os.fsencode(site.root.resolve())).hexdigest()[:32]
    return Cache(storage.cache_folder() / f"{name}-links.json")


def addresses(site: Site) -> dict[str, list[Place]]:
    """Return the addresses in documents and bibliography, each with its places, in their order.

    The different addresses of a paper on arXiv, or of a DOI, are replaced by its identifier.
    """
    found: dict[str, list[Place]] = defaultdict(list)
    for name in site.documents():
        if name.endswith(".md"):
            text = (storage.read(site.root / name) or b"").decode("utf-8-sig", "replace")
            for line, address in notes.addresses(text.replace("\r\n", "\n")):
                found[_normalize(address)].append(Place(name, line))
    read = reader.read(reader.load(site.bibliography_files(), site.root), site.encoding)
    for key, (path, line) in read.places.items():
        paper = read.paper(key)
        links = [link.url for link in formatting.links(paper) if not link.is_file]
        links.append(formatting.target(paper))
        for address in dict.fromkeys(_normalize(url) for url in links if url):
            found[address].append(Place(path, line))
    return dict(found)


def _normalize(address: str) -> str:
    """Return the identifier of a paper's *address*, or *address* without its fragment."""
    identifier = identify(address)
    return str(identifier) if identifier else address.partition("#")[0]


def check(
    site: Site,
    sources: Sources,
    new_client: Callable[[], Client],
    cache: Cache,
    progress: Progress,
) -> Iterator[Diagnostic]:
    """Yield a fault for each address that is gone, and a remark for each that cannot be checked.

    *new_client* creates the client for one host. Raise a CommandError if there is no network.
    """
    found = addresses(site)
    cache.load()
    verdicts = {address: v for address in found if (v := cache.fresh(address))}
    unchecked = [address for address in found if address not in verdicts]
    try:
        for address, verdict in _request(unchecked, sources, new_client, progress):
            verdicts[address] = verdict
            cache.record(address, verdict)
    finally:
        cache.save(set(found))
    for address, places in found.items():
        verdict = verdicts[address]
        shown = formatting.without_credentials(address)
        for place in places:
            if verdict.state == "gone":
                message = f"{shown} {verdict.why}; correct it, or link to a copy in an archive"
                yield Diagnostic(place.path, place.line, message, DiagnosticKind.GONE_LINK)
            elif verdict.state == "unknown":
                message = f"{shown} {verdict.why}; check it in a browser"
                yield Diagnostic(place.path, place.line, message, DiagnosticKind.UNKNOWN_LINK)


def _request(
    addresses: list[str], sources: Sources, new_client: Callable[[], Client], progress: Progress
) -> Iterator[tuple[str, Verdict]]:
    papers = [address for address in addresses if address.startswith("arXiv:")]
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        if address not in papers:
            by_host["" if address.startswith("DOI:") else host(address)].append(address)
    progress.steps = len(addresses) - len(papers) + bool(papers)
    if papers:
        progress.step(f"asking arXiv about {len(papers)} papers")
        known = {record.id for record in sources.records(_value(paper) for paper in papers)}
        for paper in papers:
            is_known = _value(paper) in known
            yield paper, Verdict("there") if is_known else Verdict("gone", "is not on arXiv")
    answered = bool(papers)
    unreachable = False
    for address, verdict in _request_hosts(by_host, sources.doi_url, new_client, progress):
        if verdict.why == _UNREACHABLE:
            unreachable = True
        elif verdict.why != _INVALID:
            answered = True
        yield address, verdict
    if unreachable and not answered:
        raise CommandError("no server can be reached; check the network, and try again")


def _request_hosts(
    by_host: dict[str, list[str]],
    registry: str,
    new_client: Callable[[], Client],
    progress: Progress,
) -> Iterator[tuple[str, Verdict]]:
    """Check several hosts at once, and the addresses of each host one after the other."""
    progress_lock = threading.Lock()

    def request_host(host: str) -> list[tuple[str, Verdict]]:
        client = new_client()
        verdicts: list[tuple[str, Verdict]] = []
        for address in by_host[host]:
            with progress_lock:
                progress.step(f"checking {formatting.without_credentials(address)}")
            if verdicts:
                client.sleep(PAUSE)
            verdicts.append((address, _verdict(client, _url(address, registry))))
        return verdicts

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for verdicts in pool.map(request_host, by_host):
            yield from verdicts


_UNREACHABLE = "has a host that cannot be reached"
_INVALID = "is not a valid address"


def _value(address: str) -> str:
    """Return an identifier without its kind."""
    return address.partition(":")[2]


def _url(address: str, registry: str) -> str:
    """Return the URL to request for *address*: for a DOI, that of its record at the registry.

    https://www.doi.org/doi-handbook/HTML/rest-api.html
    """
    if address.startswith("DOI:"):
        return f"{registry}/api/handles/{quote(_value(address), safe='/:;()')}"
    return address


def _verdict(client: Client, url: str) -> Verdict:
    try:
        status = client.get(url, "*/*", whole=False).status
    except UnreachableError:
        return Verdict("gone", _UNREACHABLE)
    except AddressError:
        return Verdict("gone", _INVALID)
    except CommandError as error:
        return Verdict("unknown", f"could not be checked: {error}")
    if status in _GONE:
        return Verdict("gone", f"is gone (HTTP status {status})")
    if status >= 400:
        return Verdict("unknown", f"refuses programs (HTTP status {status})")
    return Verdict("there")
