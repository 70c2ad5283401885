"""Test what ``papernotes refresh`` tells of a work: newer versions, and notices about it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from commands import files, run, start
from servers import Reply, Server, serving
from sites import Site

ENTRIES = """@misc{arpit2017closer,
  title = {A Closer Look at Memorization},
  author = {Devansh Arpit and Yoshua Bengio},
  year = {2017},
  eprint = {1706.05394},
  archiveprefix = {arXiv},
  read_version = {1},
}

@article{beta2002,
  title = {On beta},
  author = {Bo Beta},
  journal = {Betas},
  year = {2002},
  doi = {10.1000/Beta},
  keywords = {mine},
}
"""
NOTICE = ("retraction", "2024-05-01", "10.1000/notice")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.arxiv("1706.05394", None, title="A Closer Look", authors="D. A.", version="3")
        server.crossref("10.1000/beta")
        server.doi("10.1000/Beta", ENTRIES.partition("\n\n")[2])
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    server.serve(tiny)
    tiny.write("refs.bib", ENTRIES)
    return tiny


def refs(site: Site) -> str:
    return (site.folder / "refs.bib").read_text(encoding="utf-8")


def told(site: Site, *arguments: str) -> list[str]:
    """Return the lines of a refresh, the places of entries left out."""
    result = run(site, "refresh", "--yes", *arguments)
    assert result.exit_code == 0, result.stderr
    return [line.strip().rpartition("refs.bib:")[2] for line in result.stdout.splitlines()]


def test_newer_version_of_a_preprint_is_written_with_its_day(site: Site) -> None:
    assert told(site) == [
        "1: arpit2017closer: version 3 is at arXiv",
        "+ latest_version: 3",
        "+ latest_date: 2019-01-02",
    ]
    assert "  read_version = {1},\n  latest_version = {3},\n  latest_date = {2019-01-02},\n}" in (
        refs(site)
    )
    assert told(site) == []


@pytest.mark.parametrize("read", ["", "read_version = {3},", "read_version = {4},"])
def test_preprint_read_in_its_last_version_is_not_told_of(site: Site, read: str) -> None:
    site.edit("refs.bib", "read_version = {1},", read)
    assert told(site) == []


def test_version_in_the_identifier_counts_as_read(site: Site) -> None:
    site.edit("refs.bib", "{1706.05394}", "{1706.05394v2}")
    site.edit("refs.bib", "  read_version = {1},\n", "")
    assert "+ latest_version: 3" in told(site)


def test_version_that_is_newer_still_replaces_the_known_one(site: Site, server: Server) -> None:
    told(site)
    server.arxiv("1706.05394", None, title="A Closer Look", authors="D. A.", version="4")
    assert told(site)[1:3] == ["- latest_version: 3", "+ latest_version: 4"]


def test_retraction_is_written_with_its_day_and_notice(site: Site, server: Server) -> None:
    server.crossref("10.1000/beta", ("correction", "2023-01-02", "10.1000/fixed"), NOTICE)
    # An entry that is named is also compared with the record of its DOI.
    assert told(site, "beta2002")[1:] == [
        "10: beta2002: retracted on 2024-05-01, corrected on 2023-01-02",
        "+ retracted: 2024-05-01",
        "+ corrected: 2023-01-02",
        "+ notice: 10.1000/notice",
    ]
    assert (
        "  doi = {10.1000/Beta},\n  retracted = {2024-05-01},\n  corrected = {2023-01-02},\n"
        "  notice = {10.1000/notice},\n  keywords = {mine},\n}"
    ) in refs(site)
    assert told(site) == [
        "1: arpit2017closer: version 3 is at arXiv",
        "+ latest_version: 3",
        "+ latest_date: 2019-01-02",
    ]


def test_dois_with_a_comma_are_asked_for_one_by_one(site: Site, server: Server) -> None:
    site.edit("refs.bib", "10.1000/Beta", "10.1000/(SICI)1,Beta")
    assert "retracted" not in "".join(told(site))
    server.crossref("10.1000/(sici)1,beta", NOTICE)
    assert "+ retracted: 2024-05-01" in told(site)
    assert server.paths()[-1] == "/crossref/works/10.1000/(sici)1,beta"


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("retraction", "retracted"),
        ("Withdrawal", "retracted"),
        ("removal", "retracted"),
        ("expression-of-concern", "concern"),
        ("Expression of Concern", "concern"),
        ("corrigendum", "corrected"),
        ("erratum", "corrected"),
        ("partial_retraction", "corrected"),
        ("new_version", ""),
        ("toString", ""),
    ],
)
def test_each_type_of_notice_belongs_to_a_field(
    site: Site, server: Server, type_: str, name: str
) -> None:
    server.crossref("10.1000/beta", (type_, "2024", "10.1000/notice"))
    added = [line for line in told(site, "beta2002") if line.startswith("+")]
    assert added == ([f"+ {name}: 2024", "+ notice: 10.1000/notice"] if name else [])


def test_reinstated_work_is_not_retracted(site: Site, server: Server) -> None:
    server.crossref("10.1000/beta", NOTICE, ("Reinstatement", "2024-06-01", "10.1000/back"))
    assert "retracted" not in "".join(told(site))
    site.edit("refs.bib", "keywords", "retracted = {2024-05-01},\n  keywords")
    assert told(site) == [
        '12: beta2002: Crossref has no such notice; check "retracted", and delete it'
    ]


def test_day_that_the_author_knows_stays_and_a_later_correction_is_new(
    site: Site, server: Server
) -> None:
    told(site)
    site.edit("refs.bib", "keywords", "corrected = {2023-01-02},\n  keywords")
    server.crossref("10.1000/beta", ("correction", "2023", "10.1000/fixed"))
    assert told(site) == []
    server.crossref("10.1000/beta", ("correction", "2024-03", "10.1000/again"))
    assert told(site)[1:] == [
        "- corrected: 2023-01-02",
        "+ corrected: 2024-03",
        "+ notice: 10.1000/again",
    ]


def test_all_works_are_looked_up_in_one_request(site: Site, server: Server) -> None:
    fields = "title={P}, author={A B}, journal={J}, year={2001}"
    entries = (f"@article{{p{n}, {fields}, doi={{10.1000/{n}}}}}" for n in range(40))
    site.write("refs.bib", "\n".join(entries))
    assert told(site) == []
    assert len(server.asked) == 1
    assert "select=DOI,updated-by" in server.asked[0].path


ANSWERS = {
    "no JSON": Reply("<html>", "text/html"),
    "no object": Reply("[]", "application/json"),
    "no message": Reply('{"message": 7}', "application/json"),
    "no list": Reply('{"message": {"items": {"DOI": "10.1000/beta"}}}', "application/json"),
    "deep": Reply("[" * 100_000, "application/json"),
    "too large": Reply('{"message": "' + "x" * 2**21 + '"}', "application/json"),
    "refused": Reply("no", status=403),
    "elsewhere": Reply("", status=302, headers={"Location": "ftp://example.org/"}),
}


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
def test_answer_that_is_of_no_use_changes_nothing(site: Site, server: Server, reply: Reply) -> None:
    before = refs(site)
    server.answer = lambda path: reply  # type: ignore[method-assign]
    result = run(site, "refresh", "--yes", "beta2002")
    assert (result.exit_code, refs(site)) == (1, before)
    assert len(result.stderr.splitlines()[-1]) < 300
    assert "Traceback" not in result.stderr


def test_hostile_notices_write_nothing_but_valid_values(site: Site, server: Server) -> None:
    notices = """[7, null, {"type": {"a": 1}}, {"type": "retraction", "DOI": "10.1/x}, evil = {y",
        "updated": {"date-parts": [[true, 99]]}}, {"type": "correction", "DOI": ["10.1/z"],
        "updated": {"date-parts": [[2024, 13, 45]]}}]"""
    item = f'{{"DOI": "10.1000/beta", "updated-by": {notices}}}'
    other = '{"DOI": "10.1000/other", "updated-by": [{"type": "retraction"}]}'
    text = f'{{"message": {{"items": [{item}, {other}, 7]}}}}'
    server.set("crossref 10.1000/beta", Reply(item))
    answer = server.answer
    server.answer = lambda path: (  # type: ignore[method-assign]
        Reply(text, "application/json") if path.startswith("/crossref") else answer(path)
    )
    run(site, "refresh", "--yes", "beta2002")
    assert "  retracted = {true},\n  corrected = {true},\n  keywords" in refs(site)


def test_full_disk_leaves_the_bibliography(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = files(site.folder)
    result = run(site, "refresh", "--yes")
    assert (result.exit_code, files(site.folder)) == (1, before)
    assert "refs.bib cannot be written: No space left on device" in result.stderr


def test_killed_run_leaves_the_bibliography(site: Site, server: Server) -> None:
    before = files(site.folder)
    with start(site, "refresh", "--yes") as process:
        server.before = lambda path: process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    assert (process.returncode, files(site.folder)) == (-signal.SIGKILL, before)


def test_run_that_another_one_has_overtaken_changes_nothing(site: Site, server: Server) -> None:
    server.crossref("10.1000/beta", NOTICE)
    done: list[list[str]] = []

    def overtake(path: str) -> None:
        if path.startswith("/crossref") and not done:
            done.append([])
            done.append(told(site))

    server.before = overtake
    result = run(site, "refresh", "--yes")
    assert result.exit_code == 1
    assert "has just been changed in" in result.stderr
    assert refs(site).count("retracted = {2024-05-01}") == 1


def test_paper_that_waits_to_be_read_has_no_version_read(site: Site, server: Server) -> None:
    server.arxiv(
        "2001.00001", "@misc{x, title={New}, author={A B}, year={2020}, eprint={2001.00001}}"
    )
    assert run(site, "add", "--to-read", "2001.00001").exit_code == 0
    assert refs(site).count("read_version") == 1
