"""Fuzz tests: whatever a server answers or a note calls an address, each request has one outcome.

Answers come from a transport without a network, and no test waits.
"""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from papernotes.bibliography.identifiers import Identifier
from papernotes.cli import fetch
from papernotes.cli.checks import links
from papernotes.cli.errors import CommandError
from papernotes.cli.importer.paper_urls import is_paper
from papernotes.cli.remote import sources
from papernotes.cli.remote.http import MAX_TRIES, Answer, Client

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module", autouse=True)
def _no_names() -> Iterator[None]:
    """Resolve numbers only: no server of names is asked."""
    resolve = socket.getaddrinfo

    def resolve_number(*arguments: Any, **options: Any) -> Any:
        return resolve(*arguments, **options, flags=socket.AI_NUMERICHOST)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve_number)
        yield


ANY = st.text(max_size=8)
# Addresses of the network would be resolved; these never are.
ADDRESS_PARTS = (
    *(
        "http://",
        "https://",
        "HTTP://",
        "ftp://",
        "file://",
        "//",
        "/",
        "\\",
        "?",
        "#",
        "@",
        ":",
        "::",
    ),
    *(
        "[",
        "]",
        "[::1]",
        "[::ffff:7f00:1]",
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "0177.1",
        "%00",
        "%",
    ),
    *(
        "a.invalid",
        "b.invalid",
        ".invalid",
        "..",
        "xn--a",
        "xn--",
        "ß",
        "。",
        "\u202e",
        "\x00",
        "\n",
        " ",
    ),
    *(":80", ":0", ":99999", ":x", ":-1", "a" * 64, "a." * 130, "u:p@", "%5B", "{", "}", "<", '"'),
)


def text_of(*parts: str) -> st.SearchStrategy[str]:
    """Return a strategy for texts made of *parts*, with random text in between."""
    return st.lists(st.one_of(st.sampled_from(parts), ANY), max_size=8).map("".join)


ADDRESS = text_of(*ADDRESS_PARTS)
NUMBER = st.one_of(st.integers(), st.floats(), st.sampled_from(["9" * 400, "²", "+1", "1 1"])).map(
    str
)
DATE = text_of(
    "Fri, ", "31 Dec ", "99999 ", "1 ", "23:59:59", " GMT", " -0000", " +9999", "Feb 30 ", "0"
)
VALUE = st.one_of(ANY, NUMBER, DATE, ADDRESS)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            "Location Retry-After Content-Type Content-Length Content-Encoding Set-Cookie X".split()
        ),
        st.one_of(
            VALUE, st.sampled_from(["gzip", "deflate", "gzip, gzip", "a=b; Max-Age=1e99; domain=x"])
        ),
    ),
    max_size=5,
)
STATUS = st.one_of(
    st.sampled_from([200, 206, 301, 302, 303, 307, 308, 404, 410, 429, 500, 503]),
    st.integers(0, 999),
)
BODY = st.one_of(
    st.binary(max_size=60),
    text_of(
        *(
            "<?xml version='1.0' encoding='",
            "utf-16",
            "'?>",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
        ),
        *(
            "<entry>",
            "</entry>",
            "</feed>",
            "<id>http://arxiv.org/abs/1706.05394v1</id>",
            "<title/>",
        ),
        *(
            "<!DOCTYPE a [<!ENTITY b 'c'>]>",
            "&b;",
            "&#0;",
            "<![CDATA[",
            "]]>",
            "<author><name>",
            "\x00",
        ),
        *(
            "@misc{a,",
            "@article{",
            "title = {",
            "}",
            "author = {A B}",
            '"',
            "#",
            "{" * 200,
            "\\",
            "$",
        ),
        *(
            "<published>",
            "month = ",
            "1" * 5000,
            "year = {",
            "doi = {10.1000/1}",
            "eprint = {1706.05394}",
        ),
    ).map(lambda text: text.encode(errors="replace")),
)


class Canned(BaseAdapter):
    """A transport that gives the *answers* one after the other, and the last again."""

    def __init__(self, answers: list[tuple[int, list[tuple[str, str]], bytes]]) -> None:
        super().__init__()
        self.answers = answers
        self.asked = 0

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        status, headers, body = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url or "", request
        response.headers.update(headers)
        response.raw = HTTPResponse(
            io.BytesIO(body), HTTPHeaderDict(headers), status, preload_content=False
        )
        return response

    def close(self) -> None:
        pass


ANSWERS = st.lists(st.tuples(STATUS, HEADERS, BODY), min_size=1, max_size=4)


def client(adapter: Canned) -> Client:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return Client(session=session, sleep=lambda _: None)


@given(ANSWERS, st.booleans())
def test_each_request_has_an_answer_or_an_error(answers: Any, whole: bool) -> None:
    adapter = Canned(answers)
    with contextlib.suppress(CommandError):
        client(adapter).get("http://a.invalid/", "text/plain", whole=whole)
    # With five redirects each.
    assert adapter.asked <= MAX_TRIES * 6


@given(ADDRESS, ANSWERS)
def test_each_address_has_one_verdict(address: str, answers: Any) -> None:
    address = links._normalize(f"http://{address}")
    url = links._url(address, "http://doi.invalid")
    assert links._verdict(client(Canned(answers)), url).state in ("there", "gone", "unknown")
    is_paper(address)


@given(BODY)
def test_each_answer_of_a_registry_is_used_or_refused(body: bytes) -> None:
    def entries() -> Iterator[object]:
        yield from sources._parse_feed(Answer("", 200, "", body))

    for read in (
        lambda: list(entries()),
        lambda: fetch._entry(body.decode(errors="replace"), Identifier("DOI", "10.1000/1")),
        lambda: fetch._entry(body.decode(errors="replace"), Identifier("arXiv", "1706.05394")),
    ):
        with contextlib.suppress(CommandError):
            read()
