"""Hosts of sites on the loopback address: one as any, and one that is stricter than most."""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sites import PROJECT

# The policies that the README says the pages obey, the second for the search page alone.
POLICY, SEARCH_POLICY = re.findall(
    r"Content-Security-Policy: (.*)", (PROJECT / "README.md").read_text("utf-8")
)


class Quiet(SimpleHTTPRequestHandler):
    """A host that does not write a line for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Strict(Quiet):
    """A host that sends the policy, and 404.html for what is not there."""

    def end_headers(self) -> None:
        """Add the policy to whatever is sent."""
        self.send_header("Content-Security-Policy", self.policy())
        super().end_headers()

    def policy(self) -> str:
        """Return the policy of the page that is asked for."""
        is_search = re.match(r"/search(\.html|/)(\?|$)", self.path)
        return SEARCH_POLICY if is_search else POLICY

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Send the site's page for what is not there."""
        self.send_response(code)
        self.end_headers()
        self.wfile.write(Path(self.directory, "404.html").read_bytes())


class Strictest(Strict):
    """A host that sends one policy for all pages, as many can do no other."""

    def policy(self) -> str:
        """Return that of all pages."""
        return POLICY


@contextlib.contextmanager
def serve(folder: Path, host: type[Quiet] = Strict) -> Iterator[str]:
    """Serve a folder on the loopback address, and give its address."""
    handler = functools.partial(host, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
