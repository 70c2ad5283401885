"""Test ``papernotes citations``: what it asks OpenAlex, writes, and leaves alone."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import files, run, start
from servers import Reply, Server, serving
from sites import Site

from papernotes.cli import storage
from papernotes.cli.citations import collect
from papernotes.cli.citations.memory import MAX_AGE, Memory
from papernotes.cli.remote.openalex import OpenAlexWork
from papernotes.cli.site import find_site

ENTRIES = """@article{alpha2001, title={On alpha}, author={A. A}, year={2001}, doi={10.1000/Alpha}}
@misc{beta2002, title={On beta}, author={B. B}, year={2002}, doi={10.1000/b}, eprint={1706.05394}}
@misc{gamma2003, title={On gamma}, author={C. C}, year={2003}, eprint={1706.00001}}
@misc{delta2004, title={On delta}, author={D. D}, year={2004}}
"""
WRITTEN = """{
"version": 1,
"cites": {
 "alpha2001": ["beta2002"],
 "gamma2003": ["alpha2001", "beta2002"]
},
"suggestions": [
 {"id": "W91", "doi": "10.1000/three", "title": "Cited by three", "year": 1999, "cited_by": \
["alpha2001", "beta2002", "gamma2003"]},
 {"id": "W92", "doi": "10.48550/arxiv.1701.00001", "title": "Of H2O & more", "cited_by": \
["alpha2001", "gamma2003"]}
]
}
"""
KEY = "a-secret-key"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.openalex("W1", "10.1000/alpha", "W2 W91 W92 W93 W95 W96")
        # The publication of beta, and its preprint.
        server.openalex("W2", "10.1000/b", "W91")
        server.openalex("W3", "10.48550/arxiv.1706.05394", "W93")
        server.openalex("W4", "10.48550/arxiv.1706.00001", "W1 W3 W4 W91 W92 W93 W94 W95 W96")
        server.openalex("W91", "10.1000/three", title="Cited by three", publication_year=1999)
        server.openalex("W92", "10.48550/arXiv.1701.00001", title="Of H<sub>2</sub>O\n& more")
        server.openalex("W93", title="Without a DOI")
        server.openalex("W95", "10.1000/again", title="On Delta.")
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    server.serve(tiny)
    tiny.write("refs.bib", ENTRIES)
    return tiny


def written(site: Site) -> str:
    path = site.folder / "citations.json"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_file_has_citations_and_what_several_papers_cite(site: Site, server: Server) -> None:
    result = run(site, "citations")
    assert (result.exit_code, written(site)) == (0, WRITTEN)
    assert Path(result.stdout.strip()).name == "citations.json"
    assert result.stderr.splitlines()[-2:] == [
        "OpenAlex does not know, or cannot find: delta2004",
        "3 papers, 3 citations between them, 2 suggestions.",
    ]
    # All works in one request, and all suggestions in another.
    assert [path.partition("&select=")[2] for path in server.paths()] == [
        "id,doi,referenced_works&per-page=100",
        "id,doi,title,publication_year&per-page=100",
    ]


def test_second_run_asks_nothing_and_writes_nothing(site: Site, server: Server) -> None:
    run(site, "citations")
    stamp = (site.folder / "citations.json").stat()
    server.asked.clear()
    result = run(site, "citations")
    again = (site.folder / "citations.json").stat()
    assert (server.asked, again.st_ino, again.st_mtime_ns) == ([], stamp.st_ino, stamp.st_mtime_ns)
    assert result.stderr.endswith("2 suggestions. citations.json is up to date.\n")
    run(site, "citations", "--again")
    assert (len(server.asked), written(site)) == (2, WRITTEN)


def test_dry_run_prints_the_file_and_writes_none(site: Site) -> None:
    result = run(site, "citations", "--dry-run")
    assert result.stdout == WRITTEN
    assert written(site) == ""


def test_same_answers_in_another_order_give_the_same_bytes(site: Site, server: Server) -> None:
    entries = ENTRIES.splitlines(keepends=True)
    site.write("refs.bib", "".join(reversed(entries)))
    answer = server.answer

    def reversed_answer(path: str) -> Reply:
        found = json.loads(str(answer(path).content))
        found["results"].reverse()
        return Reply(json.dumps(found), "application/json")

    server.answer = reversed_answer  # type: ignore[method-assign]
    run(site, "citations")
    assert written(site) == WRITTEN


def test_answers_are_forgotten_after_a_month(tmp_path: Path) -> None:
    now = 1e9
    memory = Memory(tmp_path / "memory.json", clock=lambda: now)
    memory.record("10.1/x", [OpenAlexWork("W1", references=("W2",))])
    memory.record("10.1/none", [])
    memory.save()
    again = Memory(memory.path, clock=lambda: now + MAX_AGE - 1)
    again.load()
    assert again.fresh("10.1/x") == [OpenAlexWork("W1", references=("W2",))]
    assert (again.fresh("10.1/none"), again.fresh("10.1/other")) == ([], None)
    again.clock = lambda: now + MAX_AGE
    assert again.fresh("10.1/x") is None


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"a": [1, [[7]]]}', "[" * 10_000])
def test_unreadable_memory_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "memory.json").write_text(content)
    memory = Memory(tmp_path / "memory.json")
    memory.load()
    assert memory.fresh("a") is None


def test_large_bibliography_is_asked_about_in_batches(site: Site, server: Server) -> None:
    fields = "title={P}, author={A B}, year={2001}"
    entries = (f"@article{{p{n}, {fields}, doi={{10.1000/{n}}}}}" for n in range(120))
    site.write("refs.bib", "\n".join(entries))
    run(site, "citations")
    assert [request.path.count("|") for request in server.asked] == [49, 49, 19]


def test_dois_that_no_filter_can_hold_are_asked_for_one_by_one(site: Site, server: Server) -> None:
    dois = ["10.1002/(SICI)1097,2", "10.1000/a|b", "10.1000/a+b", "10.1000/gone,1", "10.1000/c"]
    fields = "author={A B}, year={2001}"
    site.write(
        "refs.bib",
        "\n".join(
            f"@article{{p{n}, title={{P{n}}}, {fields}, doi={{{doi}}}}}"
            for n, doi in enumerate(dois)
        ),
    )
    for number, doi in enumerate(dois):
        if "gone" not in doi:
            server.openalex(f"W{number}", doi, "W4")
    # A record that was merged into another has the DOI of that.
    (reply,) = server.replies["openalex 10.1000/a+b"]
    reply.content = str(reply.content).replace("10.1000/a+b", "10.1000/other")
    result = run(site, "citations")
    assert json.loads(written(site))["cites"] == {f"p{n}": ["p4"] for n in range(3)}
    assert "cannot find: p3\n" in result.stderr
    assert [path.partition("?")[0].rpartition("works")[2] for path in server.paths()] == [
        "",
        *(f"/doi:{doi.lower()}" for doi in dois[:4]),
    ]
    server.asked.clear()
    run(site, "citations")
    assert server.asked == []


def test_key_goes_to_openalex_alone_and_nowhere_else(site: Site, server: Server) -> None:
    site.edit("conf.py", "project", 'papernotes_contact = "me@example.org"\nproject')
    with serving() as other:
        answer = server.answer
        redirect = Reply("", status=302, headers={"Location": f"{other.url}/elsewhere"})
        server.answer = lambda path: redirect  # type: ignore[method-assign]
        assert run(site, "citations", OPENALEX_API_KEY=f" {KEY}\n").exit_code == 1
        assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
        assert other.asked == []
    server.answer = answer  # type: ignore[method-assign]
    result = run(site, "citations", OPENALEX_API_KEY=KEY)
    assert (result.exit_code, written(site)) == (0, WRITTEN)
    assert KEY not in "".join(request.path for request in server.asked)
    assert "me@example.org" in server.asked[0].headers["User-Agent"]
    for secret in (KEY, "me@example.org"):
        assert secret not in result.output
        assert [
            name
            for name, content in files(site.folder.parent).items()
            if secret.encode() in content and not name.endswith("conf.py")
        ] == []


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        (Reply("no", status=401), KEY),
        (Reply("no", status=403), KEY),
        (Reply("no", status=429, headers={"Retry-After": "7200"}), KEY),
        (Reply("[]", "application/json"), KEY),
        (Reply('{"results": 7}', "application/json"), KEY),
        (Reply("[" * 100_000, "application/json"), KEY),
        (Reply('{"results": [' + "1," * 2**20 + "1]}", "application/json"), KEY),
        (Reply("", status=302, headers={"Location": "file:///etc/passwd"}), KEY),
        (Reply(), f"{KEY}\nX-Evil: 1"),
        (Reply(), "ключ"),
    ],
)
def test_fault_of_network_or_key_leaves_the_file_and_tells_no_key(
    site: Site, server: Server, reply: Reply, key: str
) -> None:
    site.write("citations.json", WRITTEN)
    before = files(site.folder)
    server.answer = lambda path: reply  # type: ignore[method-assign]
    result = run(site, "citations", OPENALEX_API_KEY=key)
    assert (result.exit_code, files(site.folder)) == (1, before)
    assert key not in result.output
    assert KEY not in result.output
    assert "Traceback" not in result.output


def test_no_network_leaves_the_file(tiny: Site) -> None:
    with serving() as gone:
        gone.serve(tiny)
    tiny.write("citations.json", WRITTEN)
    result = run(tiny, "citations")
    assert (result.exit_code, written(tiny)) == (1, WRITTEN)
    assert "cannot be reached; check the network" in result.stderr


def test_hostile_records_write_nothing_but_what_is_valid(site: Site, server: Server) -> None:
    server.replies.clear()
    evil = "https://evil.example/W91"
    many = [f"https://openalex.org/W{n}" for n in range(12_000)]
    for id_, doi in (("W1", "10.1000/alpha"), ("W4", "10.48550/arxiv.1706.00001")):
        server.openalex(id_, doi, referenced_works=[evil, 7, None, {"a": 1}, "W0", *many])
    markup = "<script>alert(1)</script>\x1b[31m\u202e <b>Bold" + "x" * 10_000
    server.openalex("W0", "10.1000/x;touch${IFS}evil", title=markup, publication_year=10**12)
    server.set("openalex W7", Reply('{"id": ["W7"], "doi": {}, "title": []}'))
    result = run(site, "citations")
    assert result.exit_code == 0
    (suggestion,) = json.loads(written(site))["suggestions"]
    assert suggestion["title"].startswith("alert(1) [31m Bold")
    assert len(suggestion["title"]) == 500
    assert "year" not in suggestion
    assert len(written(site)) < 2_000


def test_works_without_identifiers_are_told_of(site: Site, server: Server) -> None:
    site.write("refs.bib", ENTRIES.splitlines()[-1])
    result = run(site, "citations")
    assert (result.exit_code, server.asked) == (0, [])
    assert written(site) == '{\n"version": 1,\n"cites": {},\n"suggestions": []\n}\n'


def test_full_disk_leaves_the_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("citations.json", "{}")
    before = files(site.folder)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(site, "citations")
    assert (result.exit_code, files(site.folder)) == (1, before)
    assert "No space left on device" in result.stderr


def test_killed_run_leaves_the_file_and_the_next_one_completes_it(
    site: Site, server: Server
) -> None:
    site.write("citations.json", "{}")
    before = files(site.folder)
    with start(site, "citations") as process:
        server.before = lambda path: process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert files(site.folder) == before
    server.before = lambda path: None
    assert run(site, "citations").exit_code == 0
    assert written(site) == WRITTEN


def test_runs_at_once_write_the_file_of_one(site: Site) -> None:
    with start(site, "citations") as one, start(site, "citations") as other:
        for process in (one, other):
            process.wait(timeout=60)
    assert (one.returncode, other.returncode) == (0, 0)
    assert written(site) == WRITTEN
    assert not list(site.folder.glob(f".*{storage._SUFFIX}"))


def test_draft_of_another_command_is_not_taken_for_a_stale_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(site.folder.parent / "cache"))
    path = site.folder / "refs.bib"
    content = path.read_bytes()
    saving = threading.Thread(target=collect.save, args=(find_site(site.folder), b"{}"))
    with storage.lock(path), storage.Draft(path, content + b"% more\n") as draft:
        saving.start()
        saving.join(0.5)
        draft.replace(content)
    saving.join(60)
    assert path.read_bytes() == content + b"% more\n"
    assert written(site) == "{}"
