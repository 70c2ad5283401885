"""``papernotes linkcheck``: whether the addresses in notes and bibliography still lead somewhere.

Of papers on arXiv, its interface knows fifty at a time; of DOIs, the registry knows whether they
are there, without the publisher, who often refuses whoever is no browser.
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
from urllib.parse import quote, urlsplit

from papernotes.bibliography import formatting, reader
from papernotes.bibliography.identifiers import identify
from papernotes.cli import storage
from papernotes.cli.checks import notes
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.progress import Progress
from papernotes.cli.remote.http import Client
from papernotes.cli.remote.sources import Sources
from papernotes.cli.site import Site
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

DAY = 86400.0
# How long an answer holds: that an address leads somewhere, and that its server does not tell.
FRESH = {"there": 30 * DAY, "unknown": DAY}
HOSTS_AT_ONCE = 8
PAUSE = 1.0  # seconds between two requests to one host

_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class Place:
    """Where an address stands: a file relative to the site's folder, and a line."""

    path: str
    line: int


@dataclass(frozen=True)
class Verdict:
    """What became of an address: "there", "gone" or "unknown", and why."""

    state: str
    why: str = ""


@dataclass
class Cache:
    """The verdicts of earlier runs, in a file; *clock* is that of the system, in seconds."""

    path: Path
    clock: Callable[[], float] = time.time
    known: dict[str, tuple[float, Verdict]] = field(default_factory=dict)

    def load(self) -> None:
        """Read the file; one that cannot be read holds nothing."""
        try:
            loaded = json.loads(self.path.read_text(encoding="utf-8"))
            self.known = {
                address: (float(when), Verdict(str(state), str(why)))
                for address, (when, state, why) in loaded.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            self.known = {}

    def fresh(self, address: str) -> Verdict | None:
        """Return the verdict on *address*, if there is one that still holds."""
        when, verdict = self.known.get(address, (0.0, Verdict("gone")))
        age = self.clock() - when
        return verdict if 0 <= age < FRESH.get(verdict.state, 0.0) else None

    def note(self, address: str, verdict: Verdict) -> None:
        """Keep the *verdict* on *address*."""
        self.known[address] = (self.clock(), verdict)

    def save(self, addresses: set[str]) -> None:
        """Write the verdicts on *addresses*; the others are of no use any more."""
        kept = {
            address: (when, verdict.state, verdict.why)
            for address, (when, verdict) in sorted(self.known.items())
            if address in addresses
        }
        with storage.Draft(self.path, json.dumps(kept, indent=0).encode()) as draft:
            draft.replace(storage.read(self.path))


def cache_of(site: Site) -> Cache:
    """Return the cache of *site*."""
    name = hashlib.sha256(os.fsencode(site.root.resolve())).hexdigest()[:32]
    return Cache(storage.cache() / f"{name}-links.json")


def addresses(site: Site) -> dict[str, list[Place]]:
    """Return the addresses in documents and bibliography, each with its places, in their order.

    A paper on arXiv and a DOI stand as their identifiers, whichever way they are written.
    """
    found: dict[str, list[Place]] = defaultdict(list)
    for name in site.documents():
        if name.endswith(".md"):
            text = (storage.read(site.root / name) or b"").decode("utf-8-sig", "replace")
            for line, address in notes.addresses(text.replace("\r\n", "\n")):
                found[_named(address)].append(Place(name, line))
    read = reader.read(reader.load(site.bibliography_files(), site.root), site.encoding)
    for key, (path, line) in read.places.items():
        paper = read.paper(key)
        links = {link.url: None for link in formatting.links(paper)} | {
            formatting.target(paper): None
        }
        for address in dict.fromkeys(_named(url) for url in links if url):
            found[address].append(Place(path, line))
    return dict(found)


def _named(address: str) -> str:
    identifier = identify(address)
    return str(identifier) if identifier else address.partition("#")[0]


def check(
    site: Site,
    sources: Sources,
    client: Callable[[], Client],
    cache: Cache,
    progress: Progress,
) -> Iterator[Diagnostic]:
    """Yield the addresses that are gone, and those whose servers do not tell.

    *client* makes a client for a host. A CommandError is raised where there is no network.
    """
    found = addresses(site)
    cache.load()
    verdicts = {address: v for address in found if (v := cache.fresh(address))}
    asked = [address for address in found if address not in verdicts]
    try:
        for address, verdict in _ask(asked, sources, client, progress):
            verdicts[address] = verdict
            cache.note(address, verdict)
    finally:
        cache.save(set(found))
    for address, places in found.items():
        verdict = verdicts[address]
        for place in places:
            if verdict.state == "gone":
                message = f"{address} {verdict.why}; correct it, or link to a copy in an archive"
                yield Diagnostic(place.path, place.line, message, DiagnosticKind.GONE_LINK)
            elif verdict.state == "unknown":
                message = f"{address} {verdict.why}; look for yourself"
                yield Diagnostic(place.path, place.line, message, DiagnosticKind.UNKNOWN_LINK)


def _ask(
    wanted: list[str], sources: Sources, client: Callable[[], Client], progress: Progress
) -> Iterator[tuple[str, Verdict]]:
    papers = [address for address in wanted if address.startswith("arXiv:")]
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in wanted:
        if address not in papers:
            by_host["" if address.startswith("DOI:") else urlsplit(address).netloc].append(address)
    progress.steps = len(wanted) - len(papers) + bool(papers)
    if papers:
        progress.step(f"asking arXiv for {len(papers)} of its papers")
        known = {record.id for record in sources.records(_value(paper) for paper in papers)}
        for paper in papers:
            there = _value(paper) in known
            yield paper, Verdict("there") if there else Verdict("gone", "is not on arXiv")
    answered = bool(papers)
    unreachable = ""
    for address, verdict in _ask_hosts(by_host, sources.doi_url, client, progress):
        answered = answered or verdict.why != _UNREACHABLE
        unreachable = address if verdict.why == _UNREACHABLE else unreachable
        yield address, verdict
    if unreachable and not answered:
        raise CommandError("no server can be reached; check the network, and try again")


def _ask_hosts(
    by_host: dict[str, list[str]], registry: str, client: Callable[[], Client], progress: Progress
) -> Iterator[tuple[str, Verdict]]:
    """Ask several hosts at once, and each for one address after the other."""
    telling = threading.Lock()

    def ask(host: str) -> list[tuple[str, Verdict]]:
        asking = client()
        answers: list[tuple[str, Verdict]] = []
        for address in by_host[host]:
            with telling:
                progress.step(f"asking for {address}")
            if answers:
                asking.sleep(PAUSE)
            answers.append((address, _verdict(asking, _url(address, registry))))
        return answers

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for answers in pool.map(ask, by_host):
            yield from answers


_UNREACHABLE = "has a host that cannot be reached"


def _value(address: str) -> str:
    """Return an identifier without its kind."""
    return address.partition(":")[2]


def _url(address: str, registry: str) -> str:
    """Return where to ask about *address*: of a DOI, the registry's own record of it.

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
    except CommandError as fault:
        return Verdict("unknown", f"could not be asked for: {fault}")
    if status in _GONE:
        return Verdict("gone", f"is gone (HTTP status {status})")
    if status >= 400:
        return Verdict("unknown", f"is refused to programs (HTTP status {status})")
    return Verdict("there")
