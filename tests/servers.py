"""A local server that answers, or fails, like arXiv and a DOI registry."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from sites import Site


@dataclass
class Reply:
    """A response of the server; ``pause`` is the time in seconds between blocks of content."""

    content: str | bytes = ""
    type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0

    def blocks(self) -> Iterator[bytes]:
        content = self.content.encode() if isinstance(self.content, str) else self.content
        size = 16 if self.pause else len(content) or 1
        for start in range(0, len(content), size):
            yield content[start : start + size]


@dataclass
class Request:
    """A request that the server received, and its time by the monotonic clock."""

    path: str
    headers: dict[str, str]
    time: float


class Server:
    """The replies to send for each path, and the requests received so far.

    ``before`` is called with the path of each request before it is answered.
    """

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Request] = []
        self.url = ""
        self.before: Callable[[str], None] = lambda path: None

    def set(self, path: str, *replies: Reply) -> None:
        """Send *replies* for *path* one after the other, and repeat the last."""
        self.replies[path] = list(replies)

    def arxiv(self, paper: str, bibtex: str | None, **record: str) -> None:
        """Add an arXiv paper with its BibTeX, if any, and its *record* in the API."""
        if bibtex is not None:
            self.set(f"/arxiv/bibtex/{paper}", Reply(bibtex))
        self.set(f"record {paper}", Reply(_record(paper, record)))

    def doi(self, doi: str, bibtex: str) -> None:
        """Add a DOI with its BibTeX."""
        self.set(f"/doi/{doi}", Reply(bibtex, "application/x-bibtex"))

    def crossref(self, doi: str, *notices: tuple[str, str, str]) -> None:
        """Add a DOI to Crossref, with the type, the day and the DOI of each notice on its work."""
        found = [
            {
                "type": type_,
                "DOI": notice,
                "source": "retraction-watch",
                "updated": {"date-parts": [[int(part) for part in day.split("-")]]},
            }
            for type_, day, notice in notices
        ]
        item = {"DOI": doi, **({"updated-by": found} if found else {})}
        self.set(f"crossref {doi}", Reply(json.dumps(item)))

    def openalex(self, id_: str, doi: str = "", cites: str = "", **fields: object) -> None:
        """Add a work to OpenAlex, with the identifiers of what it *cites*, and other *fields*."""
        references = [f"https://openalex.org/{each}" for each in cites.split()]
        item = {"id": f"https://openalex.org/{id_}", "referenced_works": references, **fields}
        item |= {"doi": f"https://doi.org/{doi}" if doi else None}
        for name in filter(None, (id_, doi.lower())):
            self.replies.setdefault(f"openalex {name}", []).append(Reply(json.dumps(item)))

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def answer(self, path: str) -> Reply:
        replies = self.replies.get(path)
        if replies is None and path.startswith("/api"):
            query = parse_qs(urlsplit(path).query)
            records = [self.replies.get(f"record {id_}") for id_ in query["id_list"][0].split(",")]
            entries = "".join(str(record[0].content) for record in records if record)
            return Reply(f"<feed {_NAMESPACES}>{entries}</feed>", "application/atom+xml")
        if replies is None and path.startswith(("/crossref/works/", "/openalex/works/doi:")):
            service, doi = path.partition("?")[0].lstrip("/").split("/works/")
            replies = self.replies.get(f"{service} {doi.removeprefix('doi:')}")
            if replies and service == "crossref":
                return Reply(f'{{"message": {replies[0].content}}}', "application/json")
        elif replies is None and path.startswith(("/crossref/works", "/openalex/works")):
            service = path.split("/")[1]
            (names,) = parse_qs(urlsplit(path).query)["filter"]
            found = [
                str(reply.content)
                for name in re.split("[,|]", re.sub("(?:doi|openalex):", "", names))
                for reply in self.replies.get(f"{service} {name}", [])
            ]
            works = f"[{', '.join(found)}]"
            works = f'{{"items": {works}}}' if service == "crossref" else works
            name = "message" if service == "crossref" else "results"
            return Reply(f'{{"{name}": {works}}}', "application/json")
        if not replies:
            return Reply("<html>Not here</html>", "text/html", 404)
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def settings(self) -> str:
        """Return lines of ``conf.py`` that direct the command line to this server."""
        return (
            f'\npapernotes_arxiv_url = "{self.url}/arxiv"\n'
            f'papernotes_arxiv_api_url = "{self.url}/api"\n'
            f'papernotes_doi_url = "{self.url}/doi"\n'
            f'papernotes_crossref_url = "{self.url}/crossref"\n'
            f'papernotes_openalex_url = "{self.url}/openalex"\n'
            "papernotes_arxiv_interval = 0\n"
        )

    def serve(self, site: Site) -> None:
        """Direct the command line to this server for *site*."""
        conf = (site.folder / "conf.py").read_text(encoding="utf-8")
        site.write("conf.py", conf + self.settings())


_NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'


def _record(paper: str, record: dict[str, str]) -> str:
    parts = {
        "id": [f"http://arxiv.org/abs/{paper}v{record.get('version', '2')}"],
        "published": ["2017-06-16T18:03:54Z"],
        "updated": ["2019-01-02T18:03:54Z"],
        "title": [record.get("title", "")],
        "summary": [record.get("summary", "")],
        "author": record.get("authors", "").split(" and "),
    }
    parts |= {f"arxiv:{n}": [record[n]] for n in ("comment", "doi", "journal_ref") if n in record}
    parts["author"] = [f"<name>{escape(name)}</name>" for name in parts["author"]]
    elements = "".join(
        f"<{name}>{value if name == 'author' else escape(value)}</{name}>"
        for name, values in parts.items()
        for value in values
    )
    return f"<entry>{elements}</entry>"


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server on a free local port."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            server.asked.append(Request(path, dict(self.headers), time.monotonic()))
            server.before(path)
            reply = server.answer(path)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for block in reply.blocks():
                    self.wfile.write(block)
                    self.wfile.flush()
                    time.sleep(reply.pause)
            except (BrokenPipeError, ConnectionResetError):
                pass  # The client closed the connection early.

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
