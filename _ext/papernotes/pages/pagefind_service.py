"""A program that gives Pagefind the records in the order of their names.

    python pagefind_service.py PAGEFIND RECORDS TARGET

Pagefind's own search for files follows the order of the folder, on which its index depends. As a
service it takes and answers one record at a time, for which this program waits beside the build. It
imports nothing of the build, which takes longer than the index of a small site.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

# The number of the first index that a service makes.
_INDEX = 0


class Service:
    """Pagefind as a service: base64 of JSON, and a comma after each message."""

    def __init__(self, program: str) -> None:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- the one that Pagefind's package names
                [program, "--service"], stdin=pipe, stdout=pipe
            )
        except OSError as error:
            sys.exit(str(error))

    def ask(self, kind: str, **values: Any) -> dict[str, Any]:
        """Ask for something, and return the answer; raise SystemExit if that is an error."""
        assert self._process.stdin
        assert self._process.stdout
        message = {"message_id": 1, "payload": {"type": kind, **values}}
        answer, source = bytearray(), self._process.stdout.fileno()
        try:
            self._process.stdin.write(base64.b64encode(json.dumps(message).encode()) + b",")
            self._process.stdin.flush()
            while not answer.endswith(b",") and (read := os.read(source, 65_536)):
                answer += read
        except BrokenPipeError:
            pass
        if not answer.endswith(b","):
            # Pagefind has said why, where these errors go too.
            sys.exit(self._process.wait() or 1)
        said: dict[str, Any] = json.loads(base64.b64decode(answer[:-1]))["payload"]
        if said["type"] == "Error":
            sys.exit(said["message"])
        return said

    def end(self) -> None:
        """End Pagefind, whether it has done all or not."""
        self._process.kill()
        self._process.communicate()


def main(program: str, records: Path, target: Path) -> None:
    """Make the index of all *records* in the folder *target*."""
    service = Service(program)
    try:
        service.ask("NewIndex")
        for path in sorted(records.rglob("*.html")):
            name, content = path.relative_to(records).as_posix(), path.read_text(encoding="utf-8")
            service.ask("AddFile", index_id=_INDEX, file_path=name, file_contents=content)
        # When Pagefind says that it has written files itself, the last ones can still be cut.
        for file in service.ask("GetFiles", index_id=_INDEX)["files"]:
            path = target / file["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(file["content"]))
    finally:
        service.end()


if __name__ == "__main__":
    # A build that fails in the meantime ends this program, and so Pagefind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
