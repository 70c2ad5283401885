"""Builds tune garbage collection, and keep no documents in memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from logging import DEBUG, INFO, getLogger
from pathlib import Path

import pytest
from sites import PROJECT, Site
from sphinx.util import logging

from papernotes.incremental import parallel
from papernotes.incremental.tuning import OBJECTS

# The first function for the end of the process is the last to be called.
CONF = """
import atexit, gc
extensions = ["papernotes"]
bibtex_bibfiles = []

atexit.register(lambda: print("frozen", gc.get_freeze_count() > 0))

def setup(app):
    app.connect("env-updated", lambda app, env: print(
        f"threshold {gc.get_threshold()[0]}, held {len(env._write_doc_doctree_cache)}",
        f"\\nleft alone {gc.get_freeze_count() > 0}",
    ))
"""

WATCHING = """
import weakref
import docutils.nodes
extensions = ["papernotes"]
bibtex_bibfiles = []
doctrees = weakref.WeakSet()

def setup(app):
    def watch(app, pagename, templatename, context, doctree):
        if doctree:
            doctrees.add(doctree)
            print("alive", len(doctrees))

    app.connect("html-page-context", watch)
"""


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def write(site: Site, conf: str) -> None:
    site.write("conf.py", conf)
    for number in range(25):
        site.write(f"{number or 'index'}.md", "# Notes\n")


@pytest.mark.parametrize(("own", "then"), [(700, OBJECTS), (90_000, 90_000), (0, 0)])
def test_build_raises_the_gc_threshold_and_holds_no_document(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], own: int, then: int
) -> None:
    site = Site(tmp_path)
    write(site, CONF.replace("atexit.register", "str"))
    gc.set_threshold(own)
    site.build("dummy")
    assert f"threshold {then}, held 0 \n" in capfd.readouterr().out
    assert (gc.get_threshold()[0], gc.get_freeze_count()) == (own, 0)


def test_documents_are_freed_after_their_pages_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """They are freed although Python's garbage collection is as rare as for a large site."""
    site = Site(tmp_path)
    write(site, WATCHING)
    monkeypatch.setattr(parallel, "COLLECT", 5)
    gc.set_threshold(10_000_000)
    site.build()
    alive = [int(line.split()[1]) for line in capfd.readouterr().out.splitlines()]
    assert len(alive) == 25
    assert max(alive) < 15


def test_what_is_loaded_and_what_is_left_at_the_end_is_not_searched_for_garbage(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.write("conf.py", CONF)
    site.write("index.md", "# Notes\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "dummy", ".", "_build"]
    env = os.environ | {"PYTHONPATH": str(PROJECT / "_ext")}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert "left alone True\n" in done.stdout
    assert "frozen True\n" in done.stdout


def test_messages_for_debugging_are_made_only_if_they_are_shown(tmp_path: Path) -> None:
    site = Site(tmp_path)
    write(site, 'extensions = ["papernotes"]\nbibtex_bibfiles = []\n')
    for verbosity, level in ((0, INFO), (2, DEBUG), (3, DEBUG)):
        site.build("dummy", verbosity=verbosity)
        assert getLogger(logging.NAMESPACE).level == level
