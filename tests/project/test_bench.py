"""The benchmarks build whole sites without a warning, edit them as they say, and compare times."""

from __future__ import annotations

import argparse
import filecmp
import re
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from sites import PROJECT

sys.path.insert(0, str(PROJECT))

from bench import __main__ as program
from bench import generate, guards, peers, sites
from bench.measure import Measurement, run

# Only `make bench` installs the peers' own environments; these peers also run in the current one.
LOCAL = [
    peers.OURS,
    peers.EXTENSION,
    replace(peers.BARE, packages=()),
    replace(peers.LIBRARIES, packages=()),
]


@pytest.fixture(autouse=True)
def _extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT / "_ext"))


def test_generated_sites_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "other"):
        sites.make_site(tmp_path / name, 4, sites.extension)
    names = [str(path.relative_to(tmp_path / "one")) for path in tmp_path.glob("one/**/*.*")]
    assert len(names) == 4 + 4
    same, *others = filecmp.cmpfiles(tmp_path / "one", tmp_path / "other", names, shallow=False)
    assert (sorted(same), others) == (sorted(names), [[], []])


@pytest.mark.parametrize("peer", LOCAL, ids=lambda peer: peer.name)
def test_peer_builds_the_whole_site(tmp_path: Path, peer: peers.Peer) -> None:
    sites.make_site(tmp_path / "site", 4, peer.write)
    measured = peer.build(tmp_path / "site")
    assert measured.clock > 0.1
    assert 10 < measured.memory < 1000
    pages = list((tmp_path / "site/_build/papers").glob("*.html"))
    assert len(pages) == 4
    assert measured.pages >= len(pages)
    if peer.name != "bare Sphinx":
        text = pages[0].read_text(encoding="utf-8")
        assert text.count("https://doi.org/10.5555/") >= 2


@pytest.mark.parametrize("write", [sites.mkdocs, sites.hugo])
def test_site_for_other_programs_has_all_notes(tmp_path: Path, write: sites.Writer) -> None:
    sites.make_site(tmp_path / "site", 4, write)
    notes = list(tmp_path.glob("site/**/papers/*.md"))
    assert len(notes) == 4
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert "{cite" not in text
        assert text.count("$") >= 4


def test_edits_of_the_benchmark_change_the_expected_pages(tmp_path: Path) -> None:
    site = tmp_path / "site"
    sites.make_site(site, 4, sites.whole)
    peers.OURS.build(site)
    pages = {}
    for what, edit in program.EDITS.items():
        edit(site)
        pages[what] = peers.OURS.build(site).pages
    assert pages["text"] == 1
    assert pages["title"] > 1
    assert pages["entry"] > 1
    assert pages["nothing"] == 0


def test_build_that_warns_is_rejected_as_a_measurement(tmp_path: Path) -> None:
    sites.make_site(tmp_path / "site", 2, sites.extension)
    with (tmp_path / "site/index.md").open("a", encoding="utf-8") as index:
        index.write("\n{cite:t}`nobody1900`\n")
    with pytest.raises(RuntimeError, match="unknown citation key"):
        peers.EXTENSION.build(tmp_path / "site")


def test_measurement_counts_new_and_changed_pages(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text("")
    code = "import pathlib; [pathlib.Path(name).write_text('x') for name in ('b.html', 'c.html')]"
    assert run([sys.executable, "-c", code], tmp_path).pages == 2


def test_report_has_ratios_bars_and_growth(tmp_path: Path) -> None:
    options = argparse.Namespace(
        notes=100,
        growth=[100, 400],
        cited=[100, 400],
        stop=100,
        entries=1000,
        long=50,
        repeats=1,
    )
    bench = program.Bench(tmp_path, options)

    def add(what: str, peer: peers.Peer, size: int, seconds: float, memory: float = 100) -> None:
        bench.taken[what, peer, size].append(Measurement(seconds, memory, 1))

    add("cold", peers.OURS, program.START, 1, 50)
    for peer, seconds in [(peers.SERIAL, 8), (peers.MKDOCS, 40), (peers.HUGO, 1)]:
        add("cold", peer, 100, seconds)
    for what in ("cold", *program.EDITS):
        add(what, peers.OURS, 100, 6)
        for peer in (peers.BARE_EXIT, peers.UNINDEXED):
            add(what, peer, 100, 4)
    bare = [(peers.BARE, 5), (peers.BARE_PARALLEL, 4), (peers.BARE_UNSTEMMED, 10)]
    for peer, seconds in bare:
        add("cold", peer, 100, seconds)
    for peer in (peers.OURS, peers.BARE):
        add("long", peer, 50, 6)
    add("cold", peers.OURS, 400, 48, 250)
    add("large", peers.OURS, 400, 50, 701)
    add("large", peers.UNINDEXED, 400, 40, 260)
    bench.shares = [("4", "5.0 s", "12.0 s")]
    for what, seconds in [("cold", 11), ("nothing", 1), ("pybtex", 10)]:
        add(what, peers.OURS, 1000, seconds)
    for size, seconds in [(100, 2), (400, 8)]:
        add("cold", peers.EXTENSION, size, seconds)
    add("cold", peers.LIBRARIES, 100, 4)
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in program.report(bench).splitlines()
        if line.startswith("|")
    ]
    better = "bare Sphinx, two processes: 4.0 s"
    assert ["cold, 100 notes, -j 2", "6.0 s", better, "1.50", "≤ 1.5", "met"] in rows
    assert ["cold, -j 2", "6.0 s", "bare Sphinx: 5.0 s", "1.20", "", ""] in rows
    assert ["cold, -j 2", "6.0 s", "MkDocs: 40.0 s", "0.15", "≤ 0.6", "met"] in rows
    beside = "bare Sphinx with our exit: 4.0 s"
    assert ["text of a note edited", "6.0 s", beside, "1.50", "≤ 2.0", "met"] in rows
    name = "400 notes, 1,000 entries: largest process"
    assert [name, "701 MB", "", "", "≤ 700 MB", "missed"] in rows
    assert ["the same without Pagefind", "260 MB", "", "", "≤ 700 MB", "met"] in rows
    assert ["cold, -j 1", "8.0 s", "bare Sphinx: 5.0 s", "1.60", "", ""] in rows
    assert ["4", "5.0 s", "12.0 s"] in rows
    assert ["400", "48.0 s", "1.50", "200 MB", "1.00", "≤ 1.05"] in rows
    assert ["400", "8.0 s", "1.00", "not run", "", ""] in rows
    assert ["100", "2.0 s", "", "4.0 s", "", "0.50"] in rows


def test_guards_are_timed_in_turns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.guards", "--notes", "4", "--repeats", "1"])
    guards.main()
    row = r"\| 4 notes read \| [\d.]+ s \| without guards: [\d.]+ s \| [\d.]+ \|\n"
    assert re.fullmatch(row, capsys.readouterr().out)
    entries = generate.make_entries(24)
    with ExitStack() as stack:
        called = [stack.enter_context(patch(name, wraps=f)) for name, f in guards.GUARDS.items()]
        guards.read(generate.make_notes(4, entries), entries)
    assert all(guard.called for guard in called)
