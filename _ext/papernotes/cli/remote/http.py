"""Requests to arXiv and DOI registries: few, patient, bounded in size and time."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from filelock import FileLock

from papernotes import __version__
from papernotes.cli.errors import CommandError, UnreachableError

MAX_TRIES = 4
MAX_SIZE = 2 * 1024 * 1024  # bytes
CONNECT_TIMEOUT, READ_TIMEOUT, TOTAL_TIMEOUT = 10.0, 20.0, 60.0  # seconds
MAX_WAIT = 60.0  # seconds
_REDIRECTS = 5
_NO_ANSWER = (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError)
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: the status, the type of the content in lower case, and the content."""

    url: str
    status: int
    type: str
    content: bytes

    def text(self) -> str:
        """Return the content as text: UTF-8, and Latin-1 where it is not."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


@dataclass(frozen=True)
class RateLimit:
    """Leaves *interval* seconds between requests, also those of other runs.

    The file *path*, in a folder that is there, says when the last one was; a lock beside it makes
    runs take turns.
    """

    path: Path
    interval: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self) -> None:
        """Return when the next request may go out."""
        with FileLock(f"{self.path}.lock"):
            # A clock that was set back must not make anyone wait for hours.
            rest = min(self._last() + self.interval - self.clock(), self.interval)
            if rest > 0:
                self.sleep(rest)
            self.path.write_text(repr(self.clock()), encoding="ascii")

    def _last(self) -> float:
        try:
            return float(self.path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0.0


@dataclass
class Client:
    """Asks servers by GET.

    *contact* is an address or page that the servers' keepers can turn to; *told* is given a line
    whenever there is something to wait for.
    """

    contact: str = ""
    told: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        contact = f"; {self.contact}" if self.contact else ""
        agent = (
            f"papernotes/{__version__} (notes on research papers, one request at a time{contact})"
        )
        # What HTTP cannot carry in a header.
        self.session.headers["User-Agent"] = agent.encode("latin-1", "replace").decode("latin-1")

    def get(
        self, url: str, accept: str, pace: RateLimit | None = None, *, whole: bool = True
    ) -> Answer:
        """Return what the server answers to a request for *url*, whatever its status.

        Unless *whole*, the content is not waited for.

        A server that is busy or fails is asked again, up to :data:`MAX_TRIES` times, after the time
        that it asks for (Retry-After, RFC 9110, 10.2.3) or after 1, 2 and 4 seconds. Raise a
        CommandError where there is no answer, or none within the bounds of time and size.
        """
        for attempt in range(MAX_TRIES):
            last = attempt == MAX_TRIES - 1
            try:
                answer, after = self._follow(url, accept, pace, whole)
            except (
                requests.ConnectionError,
                requests.Timeout,
                urllib3.exceptions.HTTPError,
            ) as error:
                if _is_unreachable(error):
                    raise UnreachableError(
                        f"{_host(url)} cannot be reached; check the network, and try again"
                    ) from error
                if last:
                    raise CommandError(f"{_host(url)} does not answer; try again later") from error
                self._pause(2.0**attempt, f"{_host(url)} did not answer")
                continue
            except requests.RequestException as error:
                raise CommandError(f"{_host(url)} cannot be asked for {url}: {error}") from error
            if answer.status not in _TRANSIENT:
                return answer
            wait = 2.0**attempt if after is None else after
            if last or wait > MAX_WAIT:
                when = f"in {wait:.0f} seconds" if wait > MAX_WAIT else "later"
                raise CommandError(
                    f"{_host(url)} is busy (HTTP status {answer.status}); try again {when}"
                )
            self._pause(wait, f"{_host(url)} is busy")
        raise AssertionError("the last try returns or raises")

    def _pause(self, seconds: float, why: str) -> None:
        self.told(f"{why}; waiting for {seconds:.0f} s")
        self.sleep(seconds)

    def _follow(
        self, url: str, accept: str, pace: RateLimit | None, whole: bool
    ) -> tuple[Answer, float | None]:
        for _ in range(_REDIRECTS + 1):
            if urlsplit(url).scheme not in ("http", "https"):
                raise CommandError(f"{url} is no http or https address, and is not followed")
            if pace:
                pace.wait()
            with self.session.get(
                url,
                headers={"Accept": accept},
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                if not response.is_redirect:
                    return _read(response, whole), _retry_after(response)
                url = urljoin(url, response.headers["location"])
        raise CommandError(
            f"{_host(url)} sends from one address to the next without end; try again later"
        )


def _read(response: requests.Response, whole: bool) -> Answer:
    content = bytearray()
    deadline = time.monotonic() + TOTAL_TIMEOUT
    # As it comes in: a server that sends a byte now and then is not waited for to fill a block.
    while whole and (chunk := response.raw.read1(2**16, decode_content=True)):
        content += chunk
        if len(content) > MAX_SIZE:
            raise CommandError(
                f"{response.url} answers with more than {MAX_SIZE // 2**20} MiB; not read"
            )
        if time.monotonic() > deadline:
            raise CommandError(
                f"{response.url} takes more than {TOTAL_TIMEOUT:.0f} seconds to answer"
            )
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(response.url, response.status_code, kind, bytes(content))


def _retry_after(response: requests.Response) -> float | None:
    """Return the seconds that the server asks to wait, given as a number or as a date."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, when.timestamp() - time.time())


def _is_unreachable(error: Exception) -> bool:
    """Return whether no connection came about, as without a network: asking again is no use."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)


def _host(url: str) -> str:
    return urlsplit(url).netloc or url
