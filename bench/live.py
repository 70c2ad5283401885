"""Measure `make live`: how long it takes from a save until the browser is told to reload.

`python -m bench.live` prints a table in Markdown, and where the time of a build goes after one note
was edited.
"""

from __future__ import annotations

import argparse
import os
import pstats
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Self

from websockets.sync.client import ClientConnection, connect

from . import sites
from .__main__ import edit_entry, edit_text, edit_title

# A build takes seconds; a machine can be busy.
PATIENCE = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Live:
    """`make live` in a folder, by the Python of this one, from its first build to Ctrl+C.

    It is known by what it says, what it serves, and what it tells a browser that has a page open.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.browser: ClientConnection | None = None
        self.open = ExitStack()
        command = ["make", "-o", ".venv/dev-is-installed", "live", f"PY={sys.executable}"]
        self.process = subprocess.Popen(
            [*command, "ARGS=--port 0"],
            cwd=folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        try:
            self.wait()
            socket = f"{self.address.replace('http', 'ws', 1)}/websocket-reload"
            self.browser = self.open.enter_context(connect(socket, proxy=None))
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.open.close()
        self.end()

    def wait(self) -> None:
        """Wait until the site is built and served."""
        self.address = self.built()[-1].rsplit(" ", 1)[-1]
        latest = time.monotonic() + PATIENCE
        # It serves a moment after it says so.
        while True:
            try:
                self.get("index.html")
            except urllib.error.URLError:
                if time.monotonic() > latest:
                    raise
                time.sleep(0.05)
            else:
                break

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(ANSI.sub("", line.rstrip()))

    def built(self) -> list[str]:
        """Return what is said until a build is over."""
        said: list[str] = []
        while not said or "Serving on" not in said[-1]:
            said.append(self.lines.get(timeout=PATIENCE))
        return said

    def reloaded(self) -> str:
        """Return what is said about an edit, when the browser has been told to reload."""
        told = self.browser.recv(timeout=PATIENCE) if self.browser else "nothing"
        if told != "refresh" or self.process.poll() is not None:
            raise RuntimeError(f"the browser is told {told!r}, or `make live` has ended")
        return "\n".join(self.built())

    def get(self, name: str) -> str:
        """Return what is served."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.address}/{name}", timeout=PATIENCE) as response:
            text: str = response.read().decode()
        return text

    def end(self) -> None:
        """End it, as Ctrl+C does."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)


def edit_style(site: Path) -> None:
    """Change the site's style sheet."""
    with (site / "_static/site.css").open("a", encoding="utf-8") as sheet:
        sheet.write("/* once more */\n")


EDITS: dict[str, Callable[[Path], None]] = {
    "text of a note": edit_text,
    "title of a note": edit_title,
    "an entry": edit_entry,
    "a style": edit_style,
}
# Parts of a build, and the functions of Sphinx and of ours that they are spent in.
PARTS = {
    "extensions, settings, what the last build left": ("application.py", "__init__"),
    "of that, the environment of the last build": ("application.py", "_load_existing_env"),
    "reading": ("__init__.py", "_read_serial"),
    "deriving, and what is out of date": ("events.py", "derive"),
    "keeping the environment": ("~", "<built-in method _pickle.dump>"),
    "writing": ("__init__.py", "write"),
    "pages of no document": ("__init__.py", "gen_pages_from_extensions"),
    "index of the search": ("__init__.py", "dump_search_index"),
    "what is published beside the pages": ("events.py", "finish"),
}


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, metavar="N")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        sites.make_site(site, options.notes, sites.whole)
        shutil.copy(sites.PROJECT / "Makefile", site)
        rows = [("saved", "until reloaded"), ("---", "---"), *measure(site, options.repeats)]
        rows += [("", ""), ("a build by itself", "with the profile"), ("---", "---")]
        rows += profile(site)
    for row in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n" if any(row) else "\n")


def measure(site: Path, repeats: int) -> list[tuple[str, str]]:
    """Return how long it takes after each kind of edit, the median of *repeats*."""
    rows = []
    with Live(site) as live:
        for what, edit in EDITS.items():
            taken = []
            for _ in range(repeats):
                start = time.perf_counter()
                edit(site)
                live.reloaded()
                taken.append(time.perf_counter() - start)
            rows.append((what, f"{median(taken):.1f} s ({min(taken):.1f} to {max(taken):.1f})"))
    return rows


def profile(site: Path) -> list[tuple[str, str]]:
    """Return what the parts of a build take after an edit of a note's text."""
    edit_text(site)
    out = site / "profile"
    command = [sys.executable, "-m", "cProfile", "-o", str(out), "-m", "sphinx", "-q", "-b", "html"]
    command += ["-d", "_build/doctrees/live", ".", "_build/live"]
    subprocess.run(command, cwd=site, check=True)
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    stats = vars(pstats.Stats(str(out)))["stats"]
    rows = [("all", f"{sum(own for _, _, own, _, _ in stats.values()):.2f} s")]
    for part, (file, function) in PARTS.items():
        taken = [
            whole
            for (path, _, name), (_, _, _, whole, _) in stats.items()
            if (Path(path).name, name) == (file, function)
        ]
        rows.append((part, f"{max(taken, default=0):.2f} s"))
    return rows


if __name__ == "__main__":
    main()
