"""A program that gives Pagefind the records in the order of their names.

    python pagefind_service.py PAGEFIND RECORDS TARGET [LAST]

Pagefind's own search for files follows the order of the folder, on which its index depends. As a
service it takes and answers one record at a time, for which this program waits beside the build. It
imports nothing of the build, which takes longer than the index of a small site.

After an edit, the program begins while the build still writes records, and takes again those that
have changed in the meantime. LAST is the last index: Pagefind compresses only files that it lacks.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

# Pagefind names files by the beginning of a digest of what they hold, which it makes longer where
# two files of an index would have the same name.
_HASHED = re.compile(r"[^_]+_[0-9a-f]{7}\.pf_\w+")
# Which names the other files, by language.
_ENTRY = Path("pagefind-entry.json")
# How many seconds Pagefind may take to end the files that it says it has written.
_PATIENCE = 10.0


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


class Index:
    """An index of the records in a folder, which Pagefind has in the order of their names."""

    def __init__(self, service: Service, records: Path) -> None:
        self._service, self._records = service, records
        self._number = -1
        self._given: dict[str, str] = {}

    def update(self) -> None:
        """Give Pagefind the records that it has not got yet as they are."""
        found = dict(self._read())
        if self._number < 0 or list(found) != list(self._given):
            # A record that changes keeps its place, but another one would come last.
            self._number, self._given = self._service.ask("NewIndex").get("index_id", 0), {}
        for name, content in found.items():
            if self._given.get(name) != content:
                self._ask("AddFile", file_path=name, file_contents=content)
        self._given = found

    def _read(self) -> Iterator[tuple[str, str]]:
        for path in sorted(self._records.rglob("*.html")):
            # The build may be about to write this one, or to remove it.
            with contextlib.suppress(FileNotFoundError):
                content = path.read_text(encoding="utf-8", errors="replace")
                yield path.relative_to(self._records).as_posix(), content

    def _ask(self, kind: str, **values: Any) -> dict[str, Any]:
        return self._service.ask(kind, index_id=self._number, **values)

    def write(self, target: Path) -> None:
        """Write all files of the index into *target*."""
        for file in self._ask("GetFiles")["files"]:
            path = target / file["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(file["content"]))

    def write_changed(self, target: Path, last: Path) -> bool:
        """Write into *target* what *last* lacks of the index, with links to what it has.

        Return whether *target* holds the index. It does not if a name in *last* may stand for other
        content, or if Pagefind does not end its files.
        """
        kept = {path.relative_to(last) for path in last.glob("*/*.pf_*")}
        for name in kept:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            _link(last / name, target / name)
        self._ask("WriteFiles", output_path=str(target))
        there = {path.relative_to(target) for path in target.rglob("*.*")}
        hashed = [name for name in there if len(name.parts) > 1]
        if not all(_HASHED.fullmatch(name.name) for name in hashed):
            return False
        end = time.monotonic() + _PATIENCE
        while not all(_is_whole(target / name, last / name) for name in {*there - kept, _ENTRY}):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        content = b"".join(gzip.decompress(path.read_bytes()) for path in target.glob("*.pf_meta"))
        used = set(re.findall(rb"_[0-9a-f]{7}", content))
        for name in hashed:
            if name.stem[-8:].encode() not in used:
                (target / name).unlink()
        languages = json.loads((target / _ENTRY).read_bytes())["languages"].values()
        pages = sum(language["page_count"] for language in languages)
        return bool(pages == len(list(target.glob("fragment/*"))))


def _link(path: Path, copy: Path) -> None:
    """Give the file *path* the name *copy* as well."""
    try:
        os.link(path, copy)
    except OSError:
        # Not all file systems have links.
        shutil.copyfile(path, copy)


def _is_whole(path: Path, last: Path) -> bool:
    """Return whether a file is written to its end; *last* is that of the last index, if any."""
    try:
        content = path.read_bytes()
        if path.suffix.startswith(".pf_"):
            return bool(gzip.decompress(content))
        if path.suffix == ".json":
            return bool(json.loads(content))
    except (EOFError, OSError, ValueError, zlib.error):
        return False
    # Programs, which are the same for each index.
    return not last.exists() or content == last.read_bytes()


def main(program: str, records: Path, target: Path, last: Path | None, build: TextIO) -> None:
    """Make the index of all *records* in *target*, once *build* says that they are written."""
    service = Service(program)
    try:
        # A build that fails in the meantime ends this program, and so Pagefind. A signal that comes
        # earlier ends this program alone; then Pagefind reads the end of its input.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        index = Index(service, records)
        index.update()
        # If the build has ended, there is no line.
        if build.readline():
            index.update()
            if last is None or not index.write_changed(target, last):
                shutil.rmtree(target, ignore_errors=True)
                index.write(target)
    finally:
        service.end()


if __name__ == "__main__":
    program, records, target, *last = sys.argv[1:]
    main(program, Path(records), Path(target), Path(last[0]) if last else None, sys.stdin)
