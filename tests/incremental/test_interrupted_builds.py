"""After a killed build, a full disk or a damaged cache, the next build equals a clean one."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import logging
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from programs import Program
from shelf import Shelf, files
from shelf import build as build_here
from sites import PROJECT, SOAK, Site

from papernotes.incremental import locks

KILLS = 200 if SOAK else 3
# Far longer than a build takes on any machine.
SECONDS = 120.0
LOG = logging.getLogger(__name__)


def command(site: Site, builder: str = "html") -> list[str]:
    """Return the command that builds *site*."""
    out, doctrees = site.folder / "_build" / builder, site.folder / "_build/doctrees"
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-b", builder, "-d", str(doctrees)]
    return [*sphinx, "-j", "2", str(site.folder), str(out)]


def start(site: Site, prepare: Callable[[], None] | None = None) -> Program:
    """Start a build in its own process group."""
    return Program(*command(site)[2:], cwd=site.folder, prepare=prepare)


def build(site: Site) -> dict[str, bytes]:
    """Build *site* without any message, and return its output files."""
    with start(site) as process:
        output = process.communicate()
    assert (output, process.returncode) == (("", ""), 0)
    return files(site.folder / "_build/html")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Return a site that is not built yet."""
    shelf = Shelf(Site(tmp_path / "site"))
    shelf.write_sources()
    return shelf


@pytest.mark.soak
def test_build_after_a_killed_one_equals_a_clean_one(shelf: Shelf) -> None:
    """All processes are killed at a random moment of a build that writes and removes much."""
    site, chance = shelf.site, random.Random(8)
    # This page will be removed.
    site.edit("conf.py", '["page", ', "[")
    site.edit("page.md", "# A page", "---\norphan: true\n---\n\n# A page")
    states, clean = [], []
    for title in ("one", "two"):
        site.edit("chapter.md", "# A chapter", f"# A chapter {title}")
        if title == "two":
            shelf.remove_note("beta")
            site.remove("page.md")
        states.append(files(site.folder))
        start_time = time.monotonic()
        clean.append(build(site))
        duration = time.monotonic() - start_time
        shutil.rmtree(site.folder / "_build")
    turn = killed = 0
    while killed < KILLS:
        turn += 1
        restore(site, states[turn % 2])
        process = start(site)
        time.sleep(duration * chance.random())
        # A build that has ended cannot be killed, and is not counted.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        # The author may undo the edit before the next build.
        restore(site, states[(turn + chance.randint(0, 1)) % 2])
        expected = clean[1] if not (site.folder / "page.md").exists() else clean[0]
        assert build(site) == expected
    LOG.info("%d of %d builds were killed before their end", killed, turn)


def restore(site: Site, state: dict[str, bytes]) -> None:
    """Replace the sources of *site* by *state*."""
    for name, content in files(site.folder).items():
        if not name.startswith("_build/") and name not in state:
            site.remove(name)
        elif name in state and content != state[name]:
            site.write(name, state[name])
    for name in state.keys() - files(site.folder).keys():
        site.write(name, state[name])


def damage(path: Path, how: str) -> None:
    """Truncate or overwrite a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if how == "cut" else b"\x80garbage" * 20)


@pytest.mark.parametrize("how", ["cut", "garbage"])
def test_build_with_a_damaged_cache_file_equals_a_clean_one(shelf: Shelf, how: str) -> None:
    site = shelf.site
    clean = []
    # Two titles alternate, so that each build writes the front page, the works and the note.
    for title in ("one", "two"):
        shelf.write_note("alpha", replace(shelf.notes["alpha"], title=title))
        build_here(site, site.folder / "_clean", 1)
        clean.append(files(site.folder / "_clean/html"))
        shutil.rmtree(site.folder / "_clean")
    build_here(site, site.folder / "_build", 1)
    caches = [
        "doctrees/environment.pickle",
        "doctrees/papernotes.json",
        "doctrees/index.doctree",
        "html/.papernotes.json",
        "html/.papernotes-files.json",
        "html/searchindex.js",
        "html/.papernotes.lock",
    ]
    for turn, name in enumerate(caches):
        damage(site.folder / "_build" / name, how)
        shelf.write_note("alpha", replace(shelf.notes["alpha"], title=("one", "two")[turn % 2]))
        build_here(site, site.folder / "_build", 1)
        assert files(site.folder / "_build/html") == clean[turn % 2], name


def test_build_after_a_full_disk_equals_a_clean_one(shelf: Shelf) -> None:
    """The build on the full disk shows the system's error."""
    site = shelf.site
    # This page is larger than the caches, so it can be the first file that does not fit: in HTML,
    # each sign takes five bytes.
    site.write("long.md", f"---\norphan: true\n---\n\n# Long\n\n```text\n{'&' * 250_000}\n```\n")
    clean = build(site)
    for size in (20, 9_000):
        site.edit("page.md", "A page", "A page, changed")
        assert build_on_a_full_disk(site, size) != 0
        site.edit("page.md", "A page, changed", "A page")
        assert build(site) == clean
    # Sphinx only warns of a page that it cannot write, and goes on.
    shutil.rmtree(site.folder / "_build")
    assert build_on_a_full_disk(site, 1_000_000) != 0
    assert (site.folder / "_build/html/page.html").exists()
    assert build(site) == clean


def build_on_a_full_disk(site: Site, size: int) -> int | None:
    """Build *site* with files limited to *size* bytes, and return the exit status."""
    process = start(site, functools.partial(limit_file_size, size))
    _, errors = process.communicate()
    assert "File too large" in errors
    return process.returncode


def limit_file_size(size: int) -> None:
    """Limit the files of this process to *size* bytes, to simulate a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.soak
def test_second_build_waits_for_the_first_and_changes_nothing(shelf: Shelf) -> None:
    site = shelf.site
    clean = build(site)
    for _ in range(10 if SOAK else 1):
        shutil.rmtree(site.folder / "_build")
        both = [start(site), start(site)]
        assert [process.communicate() for process in both] == [("", ""), ("", "")]
        assert [process.returncode for process in both] == [0, 0]
        assert files(site.folder / "_build/html") == clean


def test_build_without_quiet_says_that_it_waits_for_another_build(shelf: Shelf) -> None:
    site, doctrees = shelf.site, shelf.site.folder / "_build/doctrees"
    with locks.hold(doctrees):
        second = subprocess.Popen(
            [part for part in command(site) if part != "-q"],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        # Without the message, the build and this test would wait for each other forever.
        timeout = threading.Timer(SECONDS, second.kill)
        timeout.start()
        message = next((line for line in second.stdout if "another" in line), "")
        timeout.cancel()
        assert message == f"another build is at work in {doctrees}: waiting for its end\n"
    second.communicate()
    assert second.returncode == 0
    assert (site.folder / "_build/html/index.html").exists()


def test_a_process_of_the_same_number_in_another_container_is_waited_for(tmp_path: Path) -> None:
    with (tmp_path / locks.NAME).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(str(os.getpid()))
        other.flush()
        holding = threading.Thread(target=lambda: locks.hold(tmp_path).close())
        holding.start()
        holding.join(0.5)
        assert holding.is_alive()
        fcntl.flock(other, fcntl.LOCK_UN)
        holding.join(SECONDS)
        assert not holding.is_alive()
