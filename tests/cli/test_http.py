"""HTTP requests: retries, rate limits, and limits of time and size."""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import gzip
import io
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from servers import Reply, Server, serving
from urllib3 import HTTPResponse

from papernotes import __version__
from papernotes.cli.errors import CommandError
from papernotes.cli.remote import http, transport
from papernotes.cli.remote.http import Client, RateLimit
from papernotes.cli.remote.transport import AddressError


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits: list[float]) -> Client:
    return Client("mailto:me@example.org", sleep=waits.append)


def test_user_agent_names_program_and_contact(server: Server, client: Client) -> None:
    server.set("/", Reply("x"))
    client.get(f"{server.url}/", "text/plain")
    agent = server.asked[0].headers["User-Agent"]
    assert agent.startswith(f"papernotes/{__version__} (")
    assert "mailto:me@example.org" in agent


@pytest.mark.parametrize(
    ("contact", "sent"),
    [
        ("me@example.org", "; mailto:me@example.org)"),
        ("mailto:me@example.org", "; mailto:me@example.org)"),
        ("https://example.org/@me", "; https://example.org/@me)"),
        ("Me <me@example.org>", "; Me <me@example.org>)"),
        ("", "one request at a time)"),
    ],
)
def test_mail_address_has_the_prefix_that_services_look_for(contact: str, sent: str) -> None:
    agent = str(Client(contact).session.headers["User-Agent"])
    assert agent.endswith(sent)
    assert agent.count("mailto:") == ("me@example.org" in sent and "<" not in sent)


def test_passwords_of_netrc_are_not_sent(
    server: Server, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("default login me password secret\n", "ascii")
    server.set("/", Reply(status=302, headers={"Location": "/there"}))
    server.set("/there", Reply("x"))
    client.get(f"{server.url}/", "text/plain")
    assert len(server.asked) == 2
    assert not any("Authorization" in each.headers for each in server.asked)


def test_contact_outside_latin_1_is_sent_with_question_marks(server: Server) -> None:
    server.set("/", Reply("x"))
    Client("Łukasz, 漢").get(f"{server.url}/", "text/plain")
    assert "?ukasz, ?" in server.asked[0].headers["User-Agent"]


def test_failing_server_is_retried_with_exponential_backoff(
    server: Server, client: Client, waits: list[float]
) -> None:
    server.set("/", Reply(status=503), Reply(status=500), Reply(status=429), Reply("x"))
    assert client.get(f"{server.url}/", "text/plain").text() == "x"
    assert waits == [1, 2, 4]


def test_retries_end_after_the_maximum_number_of_tries(server: Server, client: Client) -> None:
    server.set("/", Reply(status=503))
    with pytest.raises(CommandError, match=r"is busy \(HTTP status 503\); try again later"):
        client.get(f"{server.url}/", "text/plain")
    assert len(server.asked) == http.MAX_TRIES


def test_missing_page_is_not_requested_again(server: Server, client: Client) -> None:
    assert client.get(f"{server.url}/", "text/plain").status == 404
    assert len(server.asked) == 1


def test_retry_after_in_seconds_is_honoured(
    server: Server, client: Client, waits: list[float]
) -> None:
    server.set("/", Reply(status=429, headers={"Retry-After": "17"}), Reply("x"))
    client.get(f"{server.url}/", "text/plain")
    assert waits == [17]


def test_retry_after_as_a_date_is_honoured(
    server: Server, client: Client, waits: list[float]
) -> None:
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    date = email.utils.format_datetime(then, usegmt=True)
    server.set("/", Reply(status=503, headers={"Retry-After": date}), Reply("x"))
    client.get(f"{server.url}/", "text/plain")
    assert 20 < waits[0] <= 30


def test_retry_after_above_the_maximum_wait_is_an_error(
    server: Server, client: Client, waits: list[float]
) -> None:
    server.set("/", Reply(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(CommandError, match="try again in 3600 seconds"):
        client.get(f"{server.url}/", "text/plain")
    assert (len(server.asked), waits) == (1, [])


def test_each_wait_is_announced(server: Server) -> None:
    notified: list[str] = []
    server.set("/", Reply(status=503, headers={"Retry-After": "2"}), Reply("x"))
    Client(notify=notified.append, sleep=lambda _: None).get(f"{server.url}/", "text/plain")
    assert notified == [f"{server.url.removeprefix('http://')} is busy; waiting for 2 s"]


def test_unreachable_server_is_an_error_without_retries(client: Client, waits: list[float]) -> None:
    with serving() as stopped:
        url = stopped.url
    with pytest.raises(CommandError, match="cannot be reached; check the network"):
        client.get(url, "text/plain")
    assert waits == []


def test_server_that_sends_nothing_is_an_error_after_retries(
    server: Server, client: Client, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_TIMEOUT", 0.1)
    released = threading.Event()
    server.before = lambda path: released.wait(20) and None
    with pytest.raises(CommandError, match="does not answer; try again later"):
        client.get(f"{server.url}/", "text/plain")
    released.set()
    assert waits == [1, 2, 4]


def test_slow_content_is_an_error_after_the_total_timeout(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each read is fast enough, but not the whole response."""
    monkeypatch.setattr(http, "TOTAL_TIMEOUT", 0.3)
    server.set("/", Reply("x" * 2000, pause=0.05))
    started = time.monotonic()
    with pytest.raises(CommandError, match="seconds to answer"):
        client.get(f"{server.url}/", "text/plain")
    assert time.monotonic() - started < 5


@contextlib.contextmanager
def sending(parts: Iterable[bytes]) -> Iterator[str]:
    """Run a server that sends *parts* as they are, and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(2**16)
                for part in parts:
                    connection.sendall(part)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def slowly(text: bytes, rest: bytes) -> Iterator[bytes]:
    """Yield *text*, and then *rest* byte by byte, with pauses."""
    yield text
    for byte in rest:
        time.sleep(0.05)
        yield bytes([byte])


STATUS = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "parts",
    {
        "the status": lambda: slowly(b"", STATUS + b"\r\n" + b"x" * 40),
        "a header": lambda: slowly(STATUS + b"X: ", b"x" * 60),
        "headers": lambda: slowly(STATUS, b"A:b\r\n" * 12),
        "answers that more will follow": lambda: slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 3),
        "the size of a part": lambda: slowly(
            STATUS + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 60
        ),
        "the content": lambda: slowly(STATUS + b"Content-Length: 60\r\n\r\n", b"x" * 60),
    }.items(),
    ids=lambda item: item[0],
)
def test_whatever_is_sent_slowly_the_total_timeout_holds(
    client: Client, waits: list[float], monkeypatch: pytest.MonkeyPatch, parts: Any
) -> None:
    monkeypatch.setattr(http, "TOTAL_TIMEOUT", 0.4)
    started = time.monotonic()
    with (
        sending(parts[1]()) as url,
        pytest.raises(CommandError, match="seconds to answer"),
    ):
        client.get(url, "text/plain")
    assert waits == []
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "parts",
    {
        "answers that more will follow": itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
        "content": itertools.chain(
            [STATUS, b"Transfer-Encoding: chunked\r\n\r\n"],
            itertools.repeat(b"ff\r\n" + b"x" * 255 + b"\r\n"),
        ),
        "what becomes large": [
            STATUS + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(2**25))
        ],
    }.items(),
    ids=lambda item: item[0],
)
def test_endless_answer_is_an_error(client: Client, parts: Any) -> None:
    with sending(parts[1]) as url, pytest.raises(CommandError, match="answers with more than 2 Mi"):
        client.get(url, "text/plain")


class Redirects(BaseAdapter):
    """What a server elsewhere would do: it redirects to *location*."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> Any:
        response = requests.Response()
        response.status_code = 302
        response.url, response.request = request.url or "", request
        response.headers["Location"] = self.location
        response.raw = HTTPResponse(io.BytesIO(b""), preload_content=False)
        return response

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 localhost 10.0.0.1 172.16.0.1 192.168.1.1"
    " 169.254.169.254 100.64.0.1 168.63.129.16 224.0.0.1 240.0.0.1 255.255.255.255 0.0.0.0 [::1]"
    " [::] [fe80::1] [fd00:ec2::254] [ff02::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [2002:7f00:1::]"
    " [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe]".split(),
)
def test_redirect_into_the_network_of_this_computer_is_refused(
    client: Client, address: str
) -> None:
    client.session.mount("http://public.invalid/", Redirects(f"http://{address}:1/secret"))
    with pytest.raises(CommandError, match="address in this computer's own network; it is not"):
        client.get("http://public.invalid/", "text/plain")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_public_address_is_one(address: str) -> None:
    assert transport.is_public(address)


def test_server_whose_name_gets_a_private_address_after_the_check_is_not_asked(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    resolve = socket.getaddrinfo
    answers = iter(["93.184.216.34"])

    def rebound(name: str, *arguments: Any, **options: Any) -> Any:
        here = name if name != "rebound.invalid" else next(answers, "127.0.0.1")
        return resolve(here, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(
        CommandError, match=r"rebound\.invalid is an address in this computer's own"
    ):
        client.get(server.url.replace("127.0.0.1", "rebound.invalid"), "text/plain")
    assert server.asked == []


@pytest.mark.parametrize(
    "location",
    [
        *("http://[", "http://[x]/", "http://x:99999/", "http://a..b/", "file:///etc/passwd"),
        *("http://", "//[", "ftp://a.example/", "javascript:alert(1)", "http://x:y@[/"),
        f"http://{'a' * 300}.example/",
    ],
)
def test_redirect_to_what_is_no_address_is_an_error(
    server: Server, client: Client, location: str
) -> None:
    server.set("/", Reply(status=302, headers={"Location": location}))
    with pytest.raises(CommandError, match=r"redirects|cannot be requested"):
        client.get(f"{server.url}/", "text/plain")


BAD_ADDRESSES = [
    *(
        "http://[",
        "http://[x]/",
        "http://",
        "http:///x",
        "http://a..b/",
        "http://.a/",
        "http://a:b/",
    ),
    *("http://a:0/", "http://a:65536/", f"http://{'a' * 64}.example/", "http://a\n.example/"),
    *(f"http://{'a.' * 150}example/", "http://a.example/\x00", "http://a\u2028b.example/"),
    *("http://\udcff.example/", "ftp://a.example/", "file:///etc/passwd", "x"),
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address_of_the_web_is_an_error(client: Client, address: str) -> None:
    with pytest.raises(AddressError, match="is not a"):
        client.get(address, "text/plain")


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("9" * 400, "later"),
        ("1" + "0" * 20, "later"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "later"),
        ("7200", "in 7200 seconds"),
    ],
)
def test_long_retry_after_is_an_error(
    server: Server, client: Client, value: str, when: str
) -> None:
    server.set("/", Reply(status=429, headers={"Retry-After": value}))
    with pytest.raises(CommandError, match=f"try again {when}$"):
        client.get(f"{server.url}/", "text/plain")


@pytest.mark.parametrize(
    "value",
    [
        *("-1", "nan", "inf", "1e3", "²", "", "soon", "Fri, 31 Dec 1 23:59:59"),
        "Fri, 31 Dec 100000000000000000000 23:59:59 GMT",
        "Mon, 99 Foo 2020 99:99:99 +9999",
    ],
)
def test_retry_after_that_says_nothing_is_ignored(
    server: Server, client: Client, waits: list[float], value: str
) -> None:
    server.set("/", Reply(status=429, headers={"Retry-After": value}), Reply("x"))
    client.get(f"{server.url}/", "text/plain")
    assert waits in ([1], [0])


def test_http_redirects_are_followed_with_the_same_accept_header(
    server: Server, client: Client
) -> None:
    server.set("/a", Reply(status=301, headers={"Location": "/b"}))
    server.set("/b", Reply(status=303, headers={"Location": f"{server.url}/c"}))
    server.set("/c", Reply("there"))
    answer = client.get(f"{server.url}/a", "application/x-bibtex")
    assert (answer.text(), answer.url) == ("there", f"{server.url}/c")
    assert {request.headers["Accept"] for request in server.asked} == {"application/x-bibtex"}


def test_text_is_decoded_as_utf_8_or_latin_1(server: Server, client: Client) -> None:
    server.set("/", Reply("Übung".encode()), Reply("Übung".encode("latin-1")))
    url = f"{server.url}/"
    assert [client.get(url, "text/plain").text() for _ in range(2)] == ["Übung", "Übung"]


def test_rate_limit_leaves_its_interval_between_requests(tmp_path: Path) -> None:
    now = [1000.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    def wait() -> None:
        # A new object stands for a new run of the program.
        RateLimit(tmp_path / "last", 3, lambda: now[0], sleep).wait()

    for passed in (0, 0.5, 1, 4):
        now[0] += passed
        wait()
    assert slept == [2.5, 2.0]
    # After the clock was set back, the wait is one interval at most.
    now[0] = 5.0
    wait()
    assert slept[2:] == [3]


def test_rate_limit_holds_for_retries_and_redirects(
    server: Server, client: Client, tmp_path: Path
) -> None:
    slept: list[float] = []
    server.set("/a", Reply(status=503), Reply(status=302, headers={"Location": "/b"}))
    server.set("/b", Reply("x"))
    limit = RateLimit(tmp_path / "last", 3, lambda: 1000.0, slept.append)
    client.get(f"{server.url}/a", "text/plain", limit)
    assert (server.paths(), slept) == (["/a", "/a", "/b"], [3, 3])


def test_rate_limit_is_shared_by_concurrent_clients(server: Server, tmp_path: Path) -> None:
    server.set("/", Reply("x"))

    def ask() -> None:
        Client().get(f"{server.url}/", "text/plain", RateLimit(tmp_path / "last", 0.2))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 4
    assert time.monotonic() - started > 3 * 0.2
