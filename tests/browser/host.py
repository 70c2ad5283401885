"""HTTP servers for sites on the loopback address, with and without a content security policy."""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sites import PROJECT

# The policies that the README gives; the second is for the search page alone.
POLICY, SEARCH_POLICY = re.findall(
    r"Content-Security-Policy: (.*)", (PROJECT / "README.md").read_text("utf-8")
)


class Quiet(SimpleHTTPRequestHandler):
    """A server that logs nothing and sends no policy."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


class Strict(Quiet):
    """A server that sends the policies, and 404.html for missing files."""

    def end_headers(self) -> None:
        """Add the policy to every response."""
        self.send_header("Content-Security-Policy", self.policy())
        super().end_headers()

    def policy(self) -> str:
        """Return the policy for the requested page."""
        is_search = re.match(r"/search(\.html|/)(\?|$)", self.path)
        return SEARCH_POLICY if is_search else POLICY

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Send the site's 404 page."""
        self.send_response(code)
        self.end_headers()
        self.wfile.write(Path(self.directory, "404.html").read_bytes())


class Strictest(Strict):
    """A server that sends one policy for all pages; many hosts cannot send another."""

    def policy(self) -> str:
        """Return the policy for all pages."""
        return POLICY


@contextlib.contextmanager
def serve(folder: Path, host: type[Quiet] = Strict) -> Iterator[str]:
    """Serve *folder* on the loopback address, and yield its URL."""
    handler = functools.partial(host, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
