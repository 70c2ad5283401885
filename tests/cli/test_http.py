"""HTTP requests: retries, rate limits, and limits of time and size."""

from __future__ import annotations

import datetime
import email.utils
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Reply, Server, serving

from papernotes import __version__
from papernotes.cli.errors import CommandError
from papernotes.cli.remote import http
from papernotes.cli.remote.http import Client, RateLimit


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
