"""Send requests to arXiv, DOI registries and Zotero, with retries, a rate limit and size limits."""

from __future__ import annotations

import email.utils
import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from filelock import FileLock

from papernotes import __version__
from papernotes.bibliography.formatting import without_credentials
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.remote import transport
from papernotes.cli.remote.transport import Limits, Transport, host

MAX_TRIES = 4
MAX_SIZE = 2 * 1024 * 1024  # bytes, with headers, and again when the content is decompressed
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 20.0  # seconds
TOTAL_TIMEOUT = 60.0  # seconds, from the first request to the end of the answer, with redirects
MAX_WAIT = 60.0  # seconds
_DAY = 86400.0  # seconds
_REDIRECTS = 5
_NO_ANSWER = (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError)
# The statuses after which a request is repeated.
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response.

    ``type`` is the media type in lower case, without parameters. The names of ``headers`` are in
    lower case.
    """

    url: str
    status: int
    type: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Decode the content as UTF-8, or as Latin-1 if it is not UTF-8."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


@dataclass(frozen=True)
class RateLimit:
    """A minimum *interval* in seconds between requests, shared by all running programs.

    The file *path* holds the time of the last request, and a lock beside it makes programs take
    turns. Its folder must exist.
    """

    path: Path
    interval: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self) -> None:
        """Sleep until the next request may be sent, and record its time."""
        with FileLock(f"{self.path}.lock"):
            # After the clock was set back, the recorded time may be hours ahead.
            delay = min(self._last_request() + self.interval - self.clock(), self.interval)
            if delay > 0:
                self.sleep(delay)
            self.path.write_text(repr(self.clock()), encoding="ascii")

    def _last_request(self) -> float:
        try:
            return float(self.path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0.0


def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, Transport())
    return session


def _with_own_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send the name and password of an address to its server, but none of ~/.netrc.

    Otherwise, requests looks there for each server that a note links to.
    """
    name, password = requests.utils.get_auth_from_url(request.url or "")
    return requests.auth.HTTPBasicAuth(name, password)(request) if name or password else request


@dataclass
class Client:
    """An HTTP client that sends GET requests.

    *contact* is an e-mail address or URL for the operators of servers, sent as part of the user
    agent. *notify* is called with a line of text before each wait. *max_size* is that of an answer.
    """

    contact: str = ""
    notify: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    max_size: int = MAX_SIZE
    session: requests.Session = field(default_factory=_session)

    def __post_init__(self) -> None:
        # Crossref gives those who can be reached by mail a pool of their own, by this prefix.
        mail = "mailto:" if re.fullmatch(r"[^\s:/@]+@[^\s:/@]+", self.contact) else ""
        contact = f"; {mail}{self.contact}" if self.contact else ""
        agent = (
            f"papernotes/{__version__} (notes on research papers, one request at a time{contact})"
        )
        # HTTP headers can carry Latin-1 only.
        self.session.headers["User-Agent"] = agent.encode("latin-1", "replace").decode("latin-1")
        self.session.auth = _with_own_password

    def get(
        self,
        url: str,
        accept: str,
        limit: RateLimit | None = None,
        *,
        whole: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Request *url* and return the answer, whatever its status.

        *accept* is the ``Accept`` header, *limit* the rate limit of the server. Leave the content
        empty unless *whole*. *headers* are for the server of *url* alone, and so a redirect to
        another is not followed.

        Try up to :data:`MAX_TRIES` times while the server is busy or fails. Wait as long as it asks
        for (Retry-After, RFC 9110, 10.2.3), or else 1, 2 and 4 seconds. Raise an AddressError if
        no request can be sent to *url*, and a CommandError if the server does not answer within the
        limits of time and size, or redirects to the network of this computer from outside it.
        """
        transport.parse(url)
        server, shown = host(url), without_credentials(url)
        for attempt in range(MAX_TRIES):
            last = attempt == MAX_TRIES - 1
            try:
                answer, retry_after = self._follow(url, accept, limit, whole, headers)
            except _NO_ANSWER as error:
                if _is_unreachable(error):
                    raise UnreachableError(
                        f"{server} cannot be reached; check the network, and try again"
                    ) from error
                if last:
                    raise CommandError(f"{server} does not answer; try again later") from error
                self._pause(2.0**attempt, f"{server} did not answer")
                continue
            except (OSError, ValueError, http.client.HTTPException) as error:
                # Libraries raise many errors because of what a server sends.
                raise CommandError(f"{shown} cannot be requested: {error}") from error
            if answer.status not in _TRANSIENT:
                return answer
            wait = 2.0**attempt if retry_after is None else retry_after
            if last or wait > MAX_WAIT:
                when = f"in {wait:.0f} seconds" if MAX_WAIT < wait <= _DAY else "later"
                raise CommandError(
                    f"{server} is busy (HTTP status {answer.status}); try again {when}"
                )
            self._pause(wait, f"{server} is busy")
        raise AssertionError("the last try returns or raises")

    def _pause(self, seconds: float, reason: str) -> None:
        self.notify(f"{reason}; waiting for {seconds:.0f} s")
        self.sleep(seconds)

    def _follow(
        self,
        url: str,
        accept: str,
        limit: RateLimit | None,
        whole: bool,
        headers: Mapping[str, str] | None,
    ) -> tuple[Answer, float | None]:
        only_public = transport.resolves_to_public(transport.parse(url))
        limits = Limits(
            without_credentials(url),
            TOTAL_TIMEOUT,
            time.monotonic() + TOTAL_TIMEOUT,
            self.max_size,
            only_public,
        )
        for _ in range(_REDIRECTS + 1):
            if limit:
                started = time.monotonic()
                limit.wait()
                limits = replace(limits, deadline=limits.deadline + time.monotonic() - started)
            limits.remaining()
            adapter = self.session.get_adapter(url)
            if isinstance(adapter, Transport):
                adapter.limits = limits
            with self.session.get(
                url,
                headers={"Accept": accept, **(headers or {})},
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                if not response.is_redirect:
                    return _read(response, whole, limits), _retry_after(response)
                target = _target(url, response.headers["location"], only_public=only_public)
                if headers and urlsplit(target)[:2] != urlsplit(url)[:2]:
                    raise CommandError(
                        f"{host(url)} redirects to another server, {host(target)}; it is not"
                        " followed"
                    )
                url = target
        raise CommandError(
            f"{host(limits.url)} redirects more than {_REDIRECTS} times; try again later"
        )


def _target(url: str, location: str, *, only_public: bool) -> str:
    """Return the address to which *url* redirects by *location*; raise a CommandError if unfit."""
    try:
        target = urljoin(url, location)
        parts = transport.parse(target)
    except ValueError as error:
        raise CommandError(
            f'{host(url)} redirects to "{location:.200}", which is no address'
        ) from error
    except transport.AddressError as error:
        raise CommandError(f"{host(url)} redirects elsewhere: {error.message}") from error
    if only_public and not transport.resolves_to_public(parts):
        raise transport.refused(without_credentials(target))
    return target


def _read(response: requests.Response, whole: bool, limits: Limits) -> Answer:
    content = bytearray()
    # read1 returns what has arrived, so that the limit of time also holds for a slow server.
    while whole and (chunk := response.raw.read1(2**16, decode_content=True)):
        content += chunk
        limits.check_size(len(content))
        limits.remaining()
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.url, response.status_code, media_type, bytes(content), headers)


def _retry_after(response: requests.Response) -> float | None:
    """Return the seconds to wait from the Retry-After header, which holds a number or a date."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        # Such as the year 100000, which no date has.
        return None
    return max(0.0, when - time.time())


def _is_unreachable(error: Exception) -> bool:
    """Return whether no connection could be made, as without a network, so a retry is no use."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)
