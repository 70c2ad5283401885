"""Test ``papernotes linkcheck``: broken links, servers that refuse programs, and the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from commands import run
from servers import Reply, Server, serving
from sites import Site

from papernotes.cli.checks import links
from papernotes.cli.checks.links import DAY, Cache, Verdict
from papernotes.cli.site import find_site


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PAUSE", 0)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.arxiv("math/0101001", None)
        server.set("/doi/api/handles/10.1000/beta", Reply("{}"))
        for page in ("/gamma", "/delta.pdf", "/page"):
            server.set(page, Reply("there"))
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    server.serve(tiny)
    tiny.edit("refs.bib", "https://example.org/gamma", f"{server.url}/gamma")
    tiny.edit("refs.bib", "https://example.org/delta.pdf", f"{server.url}/delta.pdf")
    tiny.write("more.md", f"# More\n\n[x]({server.url}/page#part) <{server.url}/page>\n")
    return tiny


def found(site: Site, *arguments: str) -> tuple[list[str], Result]:
    result = run(site, "linkcheck", *arguments)
    return [line.replace(f"{site.folder}/", "") for line in result.stdout.splitlines()], result


def test_each_address_in_notes_and_entries_is_requested_once(site: Site, server: Server) -> None:
    lines, result = found(site)
    assert (lines, result.exit_code) == ([], 0)
    assert result.stderr.endswith("5 links: 0 broken.\n")
    assert sorted(server.paths()) == [
        "/api?id_list=math/0101001&max_results=1",
        "/delta.pdf",
        "/doi/api/handles/10.1000/beta",
        "/gamma",
        "/page",
    ]


def test_addresses_have_the_file_and_line_where_they_occur(site: Site, server: Server) -> None:
    text = "# More\n\n`[x](http://code.example)` [x][y]\n\n[y]: https://a.example/b#c\n"
    text += "\nhttps://bare.example [paper](https://arxiv.org/pdf/1706.05394v2)\n"
    site.write("more.md", text)
    places = links.addresses(find_site(site.folder))
    assert [(p.path, p.line) for p in places["https://a.example/b"]] == [("more.md", 5)]
    assert [(p.path, p.line) for p in places["arXiv:1706.05394"]] == [("more.md", 7)]
    assert [(p.path, p.line) for p in places["arXiv:math/0101001"]] == [("refs.bib", 1)]
    assert {"http://code.example", "https://bare.example"}.isdisjoint(places)


@pytest.mark.parametrize("status", [404, 410])
def test_address_that_is_gone_is_a_fault(site: Site, server: Server, status: int) -> None:
    server.set("/page", Reply(status=status))
    lines, result = found(site)
    assert lines == [
        (
            f"more.md:3: {server.url}/page is gone (HTTP status {status}); correct it, or link to a"
            " copy in an archive [papernotes.gone-link]"
        )
    ]
    assert result.exit_code == 1


def test_unknown_arxiv_paper_and_unknown_doi_are_reported(site: Site, server: Server) -> None:
    del server.replies["record math/0101001"]
    del server.replies["/doi/api/handles/10.1000/beta"]
    lines, result = found(site)
    assert [line.partition(";")[0] for line in lines] == [
        "refs.bib:1: arXiv:math/0101001 is not on arXiv",
        "refs.bib:9: DOI:10.1000/beta is gone (HTTP status 404)",
    ]
    assert result.exit_code == 1


@pytest.mark.parametrize("status", [401, 403, 405, 451])
def test_server_that_refuses_programs_is_a_remark(site: Site, server: Server, status: int) -> None:
    server.set("/gamma", Reply(status=status))
    lines, result = found(site)
    assert lines == [
        (
            f"refs.bib:17: remark: {server.url}/gamma refuses programs (HTTP status {status});"
            " check it in a browser [papernotes.unknown-link]"
        )
    ]
    assert result.exit_code == 0


def test_busy_server_is_a_remark(site: Site, server: Server) -> None:
    server.set("/gamma", Reply(status=429, headers={"Retry-After": "900"}))
    lines, result = found(site)
    assert "is busy (HTTP status 429); try again in 900 seconds" in lines[0]
    assert result.exit_code == 0


def test_second_run_requests_only_new_and_broken_addresses(site: Site, server: Server) -> None:
    server.set("/page", Reply(status=404))
    server.set("/gamma", Reply(status=403))
    first, _ = found(site)
    server.asked.clear()
    second, result = found(site)
    assert (second, result.exit_code) == (first, 1)
    assert server.paths() == ["/page"]
    # A repaired address is no longer reported, and a new one is requested.
    server.set("/page", Reply("there again"))
    server.set("/new", Reply("new"))
    site.write("new.md", f"# New\n\n<{server.url}/new>\n")
    server.asked.clear()
    assert "more.md" not in "".join(found(site)[0])
    assert sorted(server.paths()) == ["/new", "/page"]


def test_again_requests_all_addresses(site: Site, server: Server) -> None:
    found(site)
    server.asked.clear()
    found(site, "--again")
    assert len(server.asked) == 5


def test_verdicts_expire_after_a_time_that_depends_on_their_state(tmp_path: Path) -> None:
    now = [1000 * DAY]
    cache = Cache(tmp_path / "links.json", lambda: now[0])
    for state in ("there", "unknown", "gone"):
        cache.record(state, Verdict(state))
    cache.save({"there", "unknown", "gone"})
    again = Cache(tmp_path / "links.json", lambda: now[0])
    again.load()
    for days, valid in [(0.5, {"there", "unknown"}), (2, {"there"}), (29, {"there"}), (31, set())]:
        now[0] = (1000 + days) * DAY
        assert {state for state in ("there", "unknown", "gone") if again.fresh(state)} == valid


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"a": 1}', '{"a": [1]}', "[" * 100_000], ids=len
)
def test_unreadable_cache_file_is_treated_as_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "links.json"
    path.write_text(content)
    cache = Cache(path)
    cache.load()
    assert cache.verdicts == {}


def test_address_that_no_longer_occurs_is_removed_from_the_cache(
    site: Site, server: Server
) -> None:
    found(site)
    site.remove("more.md")
    found(site)
    path = links.cache_of(find_site(site.folder)).path.name
    (cached,) = (site.folder.parent / "cache").rglob(path)
    assert not [address for address in json.loads(cached.read_text()) if "page" in address]


def test_password_of_an_address_is_sent_and_not_shown(site: Site, server: Server) -> None:
    address = server.url.replace("http://", "http://me:secret@")
    site.write("more.md", f"# More\n\n<{address}/gone> <{address}/busy>\n")
    server.set("/gone", Reply(status=404))
    server.set("/busy", Reply(status=429, headers={"Retry-After": "900"}))
    _, result = found(site)
    assert "secret" not in result.output
    assert f"more.md:3: {server.url}/gone is gone" in result.stdout.replace(f"{site.folder}/", "")
    assert all("Authorization" in each.headers for each in server.asked if each.path == "/gone")


def test_without_a_network_no_address_is_reported_as_gone(site: Site, server: Server) -> None:
    with serving() as gone:
        url = gone.url
    site.write("refs.bib", f"@misc{{a, title={{T}}, author={{A B}}, year=2020, url={{{url}/x}}}}\n")
    site.remove("more.md")
    lines, result = found(site)
    assert (lines, result.exit_code) == ([], 1)
    assert "no server can be reached; check the network" in result.stderr
    # If another host can be reached, the unreachable one is reported.
    site.write("more.md", f"# More\n\n<{server.url}/page>\n")
    lines, result = found(site)
    assert "has a host that cannot be reached" in lines[0]


def test_what_is_no_address_is_one_finding_and_not_the_end(site: Site, server: Server) -> None:
    bad = ["http://[", "http://[x]/", "http://a..b/", "http://a:99999/", f"http://{'a' * 300}/"]
    site.write("more.md", "# More\n\n" + "".join(f"[x]({address})\n" for address in bad))
    server.set("/gamma", Reply(status=302, headers={"Location": "http://["}))
    server.set("/delta.pdf", Reply(status=429, headers={"Retry-After": "9" * 400}))
    lines, result = found(site)
    assert [line.partition(";")[0] for line in lines if line.startswith("more.md")] == [
        f"more.md:{number}: {address} is not a valid address"
        for number, address in enumerate(bad, 3)
    ]
    assert [line.partition(f" {server.url}")[2][:35] for line in lines[len(bad) :]] == [
        "/gamma could not be checked: http:/",
        "/delta.pdf could not be checked: 12",
    ]
    assert result.exit_code == 1
