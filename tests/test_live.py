"""`make live`: what is saved is built and reloaded, and an error ends nothing."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from sites import ANSI, PROJECT, Site
from websockets.sync.client import ClientConnection, connect

CONF = """\
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
html_theme = "basic"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates"]
"""
ENTRY = "@article{a2020,\n  author = {A. Author},\n  title = {%s},\n  year = {2020},\n}\n"
NOTE = "---\npaper: a2020\ntags: [one]\n---\n\n# A note\n\n%s, {cite:t}`a2020`.\n"
LAYOUT = '{%% extends "!layout.html" %%}\n{%% block footer %%}<p>%s</p>{%% endblock %%}\n'
# A build takes about a second; a machine can be busy.
PATIENCE = 120


class Live:
    """`make live` on a site: what it says, what it serves, and what it tells the browser."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.browser: ClientConnection | None = None
        command = ["make", "-o", ".venv/dev-is-installed", "live", f"PY={sys.executable}"]
        self.process = subprocess.Popen(
            [*command, "ARGS=--port 0"],
            cwd=site.folder,
            env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

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
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(ANSI.sub("", line.rstrip()))

    def built(self) -> list[str]:
        """Return what is said until a build is over."""
        said: list[str] = []
        while not said or "Serving on" not in said[-1]:
            said.append(self.lines.get(timeout=PATIENCE))
        return said

    def save(self, name: str, content: str) -> str:
        """Save a file, and return what is said until the browser is told to reload."""
        self.site.write(name, content)
        assert self.browser is not None
        assert self.browser.recv(timeout=PATIENCE) == "refresh"
        assert self.process.poll() is None
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


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    site = Site(tmp_path_factory.mktemp("live"))
    shutil.copy(PROJECT / "Makefile", site.folder)
    site.write("conf.py", CONF)
    site.write("index.md", "# Notes\n\n```{papers}\n```\n")
    site.write("papers/a.md", NOTE % "Words")
    site.write("refs.bib", ENTRY % "A title")
    site.write("_templates/layout.html", LAYOUT % "A footer")
    site.write("_static/site.css", "p { color: black }\n")
    live = Live(site)
    try:
        live.wait()
        address = live.address.replace("http", "ws", 1)
        with connect(f"{address}/websocket-reload", proxy=None) as live.browser:
            yield live
    finally:
        live.end()


def test_a_style_that_is_saved_is_served(live: Live) -> None:
    live.save("_static/site.css", "p { color: teal }\n")
    assert live.get("_static/site.css") == "p { color: teal }\n"
    assert "websocket-reload" in live.get("papers/a.html")


@pytest.mark.parametrize(
    ("name", "broken", "said", "mended", "shown"),
    [
        (
            "papers/a.md",
            "---\npaper: [a2020\n---\n\n# A note\n\nMore words.\n",
            r"papers/a\.md:[23]: WARNING: .*\[papernotes\.front-matter\]",
            NOTE % "Other words",
            "Other words",
        ),
        (
            "refs.bib",
            (ENTRY % "A title").replace("2020},\n}", "2020"),
            r"refs\.bib:1: WARNING: .*\[papernotes\.bib-syntax\]",
            ENTRY % "Another title",
            "Another title",
        ),
        (
            "_templates/layout.html",
            LAYOUT % "{{ nothing",
            r"_templates/layout\.html:2: .*; mend the template",
            LAYOUT % "Another footer",
            "Another footer",
        ),
        (
            "conf.py",
            f"{CONF}html_title = (\n",
            r"conf\.py, line 9",
            f'{CONF}html_title = "Another name"\n',
            "Another name",
        ),
    ],
    ids=["note", "bibliography", "template", "conf.py"],
)
def test_an_error_is_told_and_what_is_mended_is_served(
    live: Live, name: str, broken: str, said: str, mended: str, shown: str
) -> None:
    assert shown not in live.get("papers/a.html")
    told = live.save(name, broken)
    assert re.search(said, told), told
    assert "</html>" in live.get("papers/a.html")
    live.save(name, mended)
    assert shown in live.get("papers/a.html")
