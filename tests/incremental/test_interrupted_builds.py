"""After a build that was killed, or with a spoilt cache, the next leaves what a clean one would."""

from __future__ import annotations

import contextlib
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
from dataclasses import replace
from pathlib import Path

import pytest
from shelf import Shelf, files
from shelf import build as build_here
from sites import PROJECT, SOAK, Site

from papernotes.incremental import locks

KILLS = 200 if SOAK else 6
# Far more than a build takes on any machine.
SECONDS = 120.0
LOG = logging.getLogger(__name__)


def command(site: Site, builder: str = "html") -> list[str]:
    """Return the command that builds *site*."""
    out, doctrees = site.folder / "_build" / builder, site.folder / "_build/doctrees"
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-b", builder, "-d", str(doctrees)]
    return [*sphinx, "-j", "2", str(site.folder), str(out)]


def start(site: Site, **options: object) -> subprocess.Popen[str]:
    """Start a build in a process group of its own."""
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command(site),
        env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


def build(site: Site) -> dict[str, bytes]:
    """Build *site* to the end without a word, and return what it leaves."""
    process = start(site)
    said, _ = process.communicate()
    assert (said, process.returncode) == ("", 0)
    return files(site.folder / "_build/html")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Write a site."""
    shelf = Shelf(Site(tmp_path / "site"))
    shelf.begin()
    return shelf


@pytest.mark.soak
def test_killed_at_any_moment(shelf: Shelf) -> None:
    """The whole group is killed, at some moment of a build that has much to write and to remove."""
    site, chance = shelf.site, random.Random(8)
    begun = time.monotonic()
    states = []
    for title in ("one", "two"):
        site.edit("chapter.md", "# A chapter", f"# A chapter {title}")
        if title == "two":
            shelf.drop("beta")
            site.remove("page.md")
        states.append(files(site.folder))
        begun = time.monotonic()
        build(site)
        shutil.rmtree(site.folder / "_build")
    takes = time.monotonic() - begun
    clean = []
    for state in states:
        restore(site, state)
        clean.append(build(site))
        shutil.rmtree(site.folder / "_build")
    turn = killed = 0
    while killed < KILLS:
        turn += 1
        restore(site, states[turn % 2])
        process = start(site)
        time.sleep(takes * chance.random())
        # One that has come to its end is none that was killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        # The author changes back what was half built.
        restore(site, states[(turn + chance.randint(0, 1)) % 2])
        wanted = clean[1] if not (site.folder / "page.md").exists() else clean[0]
        assert build(site) == wanted
    LOG.info("%d of %d builds were killed before their end", killed, turn)


def restore(site: Site, state: dict[str, bytes]) -> None:
    """Let the sources of *site* be those of *state*."""
    for name, content in files(site.folder).items():
        if not name.startswith("_build/") and name not in state:
            site.remove(name)
        elif name in state and content != state[name]:
            site.write(name, state[name])
    for name in state.keys() - files(site.folder).keys():
        site.write(name, state[name])


def spoil(path: Path, how: str) -> None:
    """Cut a file short, or write over it."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if how == "cut" else b"\x80garbage" * 20)


@pytest.mark.parametrize("how", ["cut", "garbage"])
def test_a_cache_that_was_spoilt(shelf: Shelf, how: str) -> None:
    """Nothing that is kept between builds can keep a build from its end."""
    site = shelf.site
    clean = []
    # The front page, the list of works and the note are written in turns in two ways.
    for title in ("one", "two"):
        shelf.note("alpha", replace(shelf.notes["alpha"], title=title))
        build_here(site, site.folder / "_clean", 1)
        clean.append(files(site.folder / "_clean/html"))
        shutil.rmtree(site.folder / "_clean")
    build_here(site, site.folder / "_build", 1)
    kept = [
        "doctrees/environment.pickle",
        "doctrees/papernotes.json",
        "doctrees/index.doctree",
        "html/.papernotes.json",
        "html/.papernotes-files.json",
        "html/searchindex.js",
        "html/.papernotes.lock",
    ]
    for turn, name in enumerate(kept):
        spoil(site.folder / "_build" / name, how)
        shelf.note("alpha", replace(shelf.notes["alpha"], title=("one", "two")[turn % 2]))
        build_here(site, site.folder / "_build", 1)
        assert files(site.folder / "_build/html") == clean[turn % 2], name


def test_a_full_disk(shelf: Shelf) -> None:
    """The build ends with what the system said, and the next is as if it had not been."""
    site = shelf.site
    # Its page is longer than the cache, and the first file that a disk has no place for.
    site.write("long.md", f"---\norphan: true\n---\n\n# Long\n\n```python\n{'0,' * 60_000}\n```\n")
    clean = build(site)
    for size in (20, 9_000):
        site.edit("page.md", "A page", "A page, changed")
        assert build_on_a_full_disk(site, size) != 0
        site.edit("page.md", "A page, changed", "A page")
        assert build(site) == clean
    # A page that cannot be written does not keep Sphinx from the end, with a warning.
    shutil.rmtree(site.folder / "_build")
    assert build_on_a_full_disk(site, 1_000_000) == 0
    assert build(site) == clean


def build_on_a_full_disk(site: Site, size: int) -> int:
    """Build *site* where no file can grow beyond *size* bytes, and return how that ends."""
    process = start(site, preexec_fn=functools.partial(limit, size))
    said, _ = process.communicate()
    assert "File too large" in said
    return process.returncode


def limit(size: int) -> None:
    """Let no file of this process grow beyond *size* bytes, as a full disk would."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.soak
def test_two_builds_at_once(shelf: Shelf) -> None:
    """The second waits for the first, and builds upon it."""
    site = shelf.site
    clean = build(site)
    for _ in range(10 if SOAK else 1):
        shutil.rmtree(site.folder / "_build")
        both = [start(site), start(site)]
        assert [process.communicate()[0] for process in both] == ["", ""]
        assert [process.returncode for process in both] == [0, 0]
        assert files(site.folder / "_build/html") == clean


def test_another_build_is_named(shelf: Shelf) -> None:
    """Who is not quiet is told what the build is waiting for."""
    site, doctrees = shelf.site, shelf.site.folder / "_build/doctrees"
    with locks.hold(doctrees):
        second = subprocess.Popen(
            [part for part in command(site) if part != "-q"],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        # One that says nothing waits for this test, which waits for it.
        given_up = threading.Timer(SECONDS, second.kill)
        given_up.start()
        said = next((line for line in second.stdout if "another" in line), "")
        given_up.cancel()
        assert said == f"another build is at work in {doctrees}: waiting for its end\n"
    second.communicate()
    assert second.returncode == 0
    assert (site.folder / "_build/html/index.html").exists()
