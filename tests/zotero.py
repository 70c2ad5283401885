"""A library in Zotero, which answers as the program and its servers are documented to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from servers import Reply, Server

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"


@dataclass
class Zotero:
    """A library at version ``version``; ``largest`` is the most items that it returns at once.

    ``faults`` are answered first, one a request, and ``headers`` are sent with items.
    """

    server: Server
    prefix: str = "/users/0"
    version: int = 7
    largest: int = 100
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    faults: list[Reply] = field(default_factory=list)
    wants_key: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.answer = self.answer  # type: ignore[method-assign]

    def add(self, key: str, kind: str, parent: str = "", **data: Any) -> None:
        """Add an item, or change it."""
        self.items[key] = {"key": key, "version": self.version, "itemType": kind, **data}
        if parent:
            self.items[key]["parentItem"] = parent

    def paper(self, number: int, **data: Any) -> str:
        """Add a paper with its PDF, and return the key of that."""
        self.add(f"PAPR{number:04}", "journalArticle", **data)
        self.add(f"FILE{number:04}", "attachment", f"PAPR{number:04}")
        return f"FILE{number:04}"

    def mark(self, number: int, parent: str, quoted: str = "", **data: Any) -> None:
        """Add an annotation; the names of *data* are those of Zotero without "annotation"."""
        values = {"type": "highlight", "text": quoted, "comment": "", "color": "#ffd400"}
        values |= {"pageLabel": "5", "sortIndex": f"00004|{number:06}|00100", **data}
        named = {f"annotation{name[0].upper()}{name[1:]}": value for name, value in values.items()}
        self.add(f"MARK{number:04}", "annotation", parent, **named)

    def answer(self, path: str) -> Reply:
        if self.faults:
            return self.faults.pop(0)
        headers = {name.lower(): value for name, value in self.server.asked[-1].headers.items()}
        if headers.get("zotero-api-version") != "3":
            return Reply("which version?", status=400)
        if self.wants_key and headers.get("zotero-api-key") != KEY:
            return Reply("Forbidden", status=403)
        parts = urlsplit(path)
        if parts.path == "/keys/current":
            return _json({"key": KEY, "userID": int(self.prefix.rpartition("/")[2])})
        if (attachment := parts.path.split("/")[-4]) in self.files and path.endswith("/url"):
            return Reply(self.files[attachment])
        if parts.path != f"{self.prefix}/items":
            return Reply("Not found", status=404)
        if int(headers.get("if-modified-since-version", 0)) >= self.version:
            return Reply(status=304)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = list(self.items.values())
        if "itemType" in query:
            found = [item for item in found if item["itemType"] == query["itemType"]]
        if "itemKey" in query:
            wanted = query["itemKey"].split(",")
            assert len(wanted) <= 50
            found = [item for item in found if item["key"] in wanted]
        largest = self.largest if "itemType" in query else 100
        start, limit = int(query.get("start", 0)), min(int(query.get("limit", 25)), largest)
        page = [{"key": item["key"], "data": item} for item in found[start : start + limit]]
        reply = _json(page, total=len(found), version=self.version)
        reply.headers |= self.headers
        return reply


def _json(data: Any, total: int = 1, version: int = 0) -> Reply:
    headers = {"Total-Results": str(total), "Last-Modified-Version": str(version)}
    return Reply(json.dumps(data), "application/json", headers=headers)
