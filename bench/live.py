"""Measure `make live`: the time from saving a file until the browser gets the signal to reload.

`python -m bench.live` prints Markdown tables of these times and of the parts of a build after an
edit of one note.
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

# Seconds to wait for a build: it takes a few, but the machine can be busy.
PATIENCE = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Live:
    """A running `make live`, observed by its output, its pages and its websocket.

    It runs with the Python that runs this module.  Leaving the context stops it like Ctrl+C.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.browser: ClientConnection | None = None
        self.open = ExitStack()
        program = f"PYTHONPATH={sites.PROJECT / '_ext'} {sys.executable} -m papernotes"
        command = ["make", "-o", ".venv/serve-is-installed", "live", f"PAPERNOTES={program}"]
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
        # The server announces its address a moment before it accepts connections.
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
        """Wait for the end of a build, and return the lines that it printed."""
        lines: list[str] = []
        while not lines or "Serving on" not in lines[-1]:
            lines.append(self.lines.get(timeout=PATIENCE))
        return lines

    def reloaded(self) -> str:
        """Wait for the signal to reload, and return the output of the build.

        Raise RuntimeError if another signal comes or `make live` has ended.
        """
        signal_name = self.browser.recv(timeout=PATIENCE) if self.browser else "nothing"
        if signal_name != "refresh" or self.process.poll() is not None:
            raise RuntimeError(f"the browser received {signal_name!r}, or `make live` has ended")
        return "\n".join(self.built())

    def get(self, name: str) -> str:
        """Return the text of the served file *name*."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.address}/{name}", timeout=PATIENCE) as response:
            text: str = response.read().decode()
        return text

    def end(self) -> None:
        """Stop `make live` as Ctrl+C does."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)


def edit_static_file(site: Path) -> None:
    """Change a static file of the site."""
    with (site / "_static/favicon.svg").open("a", encoding="utf-8") as picture:
        picture.write("<!-- once more -->\n")


EDITS: dict[str, Callable[[Path], None]] = {
    "text of a note": edit_text,
    "title of a note": edit_title,
    "an entry": edit_entry,
    "a static file": edit_static_file,
}
# Parts of a build, with the functions of Sphinx and of this project that do them.
PARTS = {
    "extensions, settings, what the last build left": ("application.py", "__init__"),
    "of that, the environment of the last build": ("application.py", "_load_existing_env"),
    "reading": ("__init__.py", "_read_serial"),
    "deriving, and what is out of date": ("events.py", "derive_catalogue"),
    "keeping the environment": ("~", "<built-in method _pickle.dump>"),
    "writing": ("__init__.py", "write"),
    "pages of no document": ("__init__.py", "gen_pages_from_extensions"),
    "index of the search": ("__init__.py", "dump_search_index"),
    "what is published beside the pages": ("events.py", "finish"),
}


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, metavar="N", help="notes of the site")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="edits of each kind")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
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
    """Return the time after each kind of edit: the median and range of *repeats*."""
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
    """Edit the text of a note, and return the seconds that each part of the build takes."""
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
