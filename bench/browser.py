"""Serve a built site on the loopback address, and find a Chromium to open it in."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .sites import PROJECT


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve *folder* on the loopback address, and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def chromium() -> str:
    """Return the path of an installed Chromium.

    Raise CalledProcessError if none is found.
    """
    if named := os.environ.get("CHROMIUM"):
        return named
    script = PROJECT / "tests/browser/find-chromium"
    found = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True)
    return found.stdout.strip()
