"""Builds tune garbage collection, parallel reading and the number of documents in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Site
from sphinx.errors import ExtensionError

from papernotes import events
from papernotes.incremental import tuning
from papernotes.incremental.tuning import OBJECTS

CONF = """
import gc
extensions = ["papernotes"]
bibtex_bibfiles = []

def setup(app):
    merged = []
    app.connect("env-merge-info", lambda *_: merged.append(1))
    app.connect("env-updated", lambda app, env: print(
        f"threshold {gc.get_threshold()[0]},",
        f"merged {bool(merged)}, then {app.parallel},",
        f"held {len(env._write_doc_doctree_cache)}",
    ))
"""

WATCHING = """
import weakref
extensions = ["papernotes"]
bibtex_bibfiles = []

def setup(app):
    doctrees = weakref.WeakSet()

    def watch(app, doctree, docname):
        doctrees.add(doctree)
        print("alive", len(doctrees))

    app.connect("doctree-resolved", watch)
"""


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


@pytest.mark.parametrize(("own", "then"), [(700, OBJECTS), (90_000, 90_000), (0, 0)])
def test_build_raises_the_gc_threshold_reads_serially_and_caches_few_documents(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    own: int,
    then: int,
) -> None:
    monkeypatch.setattr(tuning, "DOCUMENTS", 10)
    site = Site(tmp_path)
    site.write("conf.py", CONF)
    for number in range(25):
        site.write(f"{number or 'index'}.md", "# Notes\n")
    gc.set_threshold(own)
    site.build("dummy", parallel=2)
    expected = f"threshold {then},", "merged False, then 2,", "held 5"
    assert " ".join(expected) in capfd.readouterr().out
    assert gc.get_threshold()[0] == own


def test_documents_are_freed_after_their_pages_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """They are freed although Python's garbage collection is as rare as for a large site."""
    site = Site(tmp_path)
    site.write("conf.py", WATCHING)
    for number in range(25):
        site.write(f"{number or 'index'}.md", "# Notes\n")
    monkeypatch.setattr(tuning, "DOCUMENTS", 5)
    gc.set_threshold(10_000_000)
    site.build()
    alive = [int(line.split()[1]) for line in capfd.readouterr().out.splitlines()]
    assert len(alive) == 25
    assert max(alive) < 15


def test_very_large_sites_use_no_second_process_in_addition_to_pagefind(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "ParallelTasks", None)
    monkeypatch.setattr(tuning, "SEVERAL", 5)
    assert tiny.build(parallel=2).messages == []
    tiny.clean()
    monkeypatch.setattr(tuning, "SEVERAL", 50)
    with pytest.raises(ExtensionError, match=r"BackgroundWriter\."):
        tiny.build(parallel=2)
