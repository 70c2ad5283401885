"""Connect to servers: only to addresses that a redirect may lead to, and only for so long.

Whoever controls a server, or the name of one, could otherwise direct requests to the computer that
sends them, or to its network, and could keep a request going for ever.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from papernotes.bibliography.formatting import without_credentials
from papernotes.cli.errors import CommandError
from papernotes.core.text import CONTROL_CHARACTER

_LONGEST_HOST = 253  # characters, RFC 1035, 2.3.4
# The prefix of IPv6 addresses that stand for those of IPv4 (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Azure's servers get credentials there. Other clouds use addresses that are no public ones.
_METADATA = frozenset(("168.63.129.16",))


class AddressError(CommandError):
    """An address that no request can be sent to."""


def parse(url: str) -> SplitResult:
    """Return the parts of *url*; raise an AddressError if no request can be sent to it."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        name.encode("idna")
        usable = bool(name) and len(name) <= _LONGEST_HOST and parts.port != 0
    except ValueError:
        usable = False
    else:
        if parts.scheme and parts.scheme not in ("http", "https"):
            raise AddressError(
                f"{without_credentials(url)} is not an http or https address; it is not followed"
            )
    if not usable or CONTROL_CHARACTER.search(url):
        raise AddressError(f'"{without_credentials(url)}" is not a valid address; correct it')
    return parts


def host(url: str) -> str:
    """Return the host of *url*, with its port but without name and password, or else *url*."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def is_public(address: str) -> bool:
    """Return whether anybody can reach the IP *address*, and not only this computer's network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        if inner:
            return is_public(str(inner))
    return (
        found.is_global
        and not (found.is_multicast or found.is_reserved)
        and str(found) not in _METADATA
    )


def resolves_to_public(parts: SplitResult) -> bool:
    """Return whether all IP addresses of a host are public; those of an unknown host are."""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or parts.scheme, proto=socket.SOL_TCP)
    except OSError:
        return True
    return all(is_public(str(address[0])) for *_, address in found)


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for a request of *url*.

    It may take ``seconds``, until ``deadline`` by the monotonic clock. ``size`` is that of an
    answer in bytes, with its headers. Only public addresses are connected to, if ``only_public``.
    """

    url: str
    seconds: float
    deadline: float
    size: int
    only_public: bool

    def remaining(self) -> float:
        """Return the seconds that are left; raise a CommandError if there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise CommandError(
                f"{self.url} takes more than {self.seconds:.0f} seconds to answer; try again later"
            )
        return left

    def check_size(self, size: int) -> None:
        """Raise a CommandError if an answer of *size* is too large."""
        if size > self.size:
            amount = f"{self.size / 2**20:.0f} MiB"
            raise CommandError(f"{self.url} answers with more than {amount}, which is too much")


class Transport(HTTPAdapter):
    """The way of a session to its servers. ``limits`` must be set before each request."""

    limits: Limits

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return a pool whose connections keep to the limits."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = _SecureConnection if isinstance(pool, HTTPSConnectionPool) else _Connection
        pool.ConnectionCls = partial(kind, transport=self)
        return pool


class _Limited(io.RawIOBase):
    """The bytes of *stream*, which reads from *sock*, within the limits of *transport*."""

    def __init__(self, stream: io.RawIOBase, sock: socket.socket, transport: Transport) -> None:
        self.stream = stream
        self.sock = sock
        self.timeout = sock.gettimeout() or 0.0
        self.transport = transport
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        limits = self.transport.limits
        self.sock.settimeout(min(self.timeout, limits.remaining()))
        try:
            count = self.stream.readinto(buffer)
        except TimeoutError:
            limits.remaining()
            raise
        self.size += count or 0
        limits.check_size(self.size)
        return count

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer whose headers are read within the limits, and not only its content."""

    def __init__(
        self, sock: socket.socket, *args: Any, transport: Transport, **kwargs: Any
    ) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Limited(self.fp.detach(), sock, transport))


class _Checked:
    """What makes a connection leave another address than a public one before anything is sent."""

    def __init__(self, *args: Any, transport: Transport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transport = transport
        self.response_class: Any = partial(_Response, transport=transport)

    def _new_conn(self: Any) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        # The name may have got another address since it was checked. A proxy has any address.
        if (
            self.transport.limits.only_public
            and self.proxy is None
            and not is_public(sock.getpeername()[0])
        ):
            sock.close()
            raise refused(self.host)
        return sock


def refused(target: str) -> CommandError:
    """Return the error that *target* is in this computer's own network."""
    return CommandError(
        f"{target} is an address in this computer's own network; it is not followed"
    )


class _Connection(_Checked, HTTPConnection):
    pass


class _SecureConnection(_Checked, HTTPSConnection):
    pass
