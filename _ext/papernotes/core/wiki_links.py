"""Links in two brackets, as Obsidian has them, and what they lead to."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from papernotes.core.text import nearest

_SIZE = re.compile(r"(\d+)(?:x(\d+))?")


@dataclass(frozen=True, slots=True)
class WikiLink:
    """A link or, if ``embed``, an embedded file, as it was written in two brackets."""

    source: str
    target: str
    heading: str
    text: str
    embed: bool

    @property
    def size(self) -> tuple[str, ...]:
        """The width, and perhaps the height, in pixels; empty if the text is no size."""
        match = _SIZE.fullmatch(self.text.strip())
        return tuple(filter(None, match.groups())) if match else ()


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a link to ``target`` in the document ``home`` leads: a paper, a document or a file."""

    home: str
    target: str
    is_key: bool
    document: str
    file: str

    @property
    def is_somewhere(self) -> bool:
        return bool(self.is_key or self.document or self.file)


@dataclass(frozen=True)
class Vault:
    """What links can lead to: the documents, the files below *root*, and the works in *keys*.

    ``documents`` are the paths of the documents from the root, with slashes.
    """

    root: Path
    documents: Collection[str]
    keys: Container[str]

    def document(self, name: str, home: str) -> str:
        """Return the path of the document *name* that is meant in the document *home*, if any."""
        stem = name.removesuffix(".md").removesuffix(".ipynb")
        names = (f"{stem}.md", f"{stem}.ipynb")
        for folder in (PurePosixPath(home).parent, PurePosixPath()):
            for path in ((folder / each).as_posix() for each in names):
                if path in self.documents:
                    return path
        return next(filter(None, (self._find(self._documents, each) for each in names)), "")

    def file(self, name: str, home: str) -> str:
        """Return the path of the file *name* that is meant in the document *home*, if any."""
        for folder in (PurePosixPath(home).parent, PurePosixPath()):
            path = os.path.normpath(folder / name)
            if (self.root / path).is_file():
                return Path(path).as_posix()
        return self._find(self._files, name)

    def is_key(self, name: str) -> bool:
        """Return whether *name* is the citation key of a work."""
        return name in self.keys

    def lead(self, target: str, home: str) -> Lead:
        """Return where a link to *target* in the document *home* leads."""
        document = self.document(target, home) if target else home
        file = "" if document else self.file(target, home)
        return Lead(home, target, self.is_key(target), document, file)

    def fault(self, link: WikiLink, home: str) -> str:
        """Return what is wrong with *link* in the document *home*, or the empty string."""
        name = link.target
        if self.lead(name, home).is_somewhere:
            return ""
        files = {PurePosixPath(path).name for found in self._files.values() for path in found}
        notes = {PurePosixPath(path).stem for path in self.documents}
        is_file = link.embed or bool(PurePosixPath(name).suffix)
        advice = nearest(name, files if is_file else notes) or "correct it, or write the note"
        return f'"{link.source}" leads to no paper, page or file; {advice}'

    @functools.cached_property
    def _documents(self) -> dict[str, list[str]]:
        return _by_name(self.documents)

    @functools.cached_property
    def _files(self) -> dict[str, list[str]]:
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name != "_build" and name[0] != "."]
            base = Path(folder).relative_to(self.root)
            found += [(base / name).as_posix() for name in names if not name.endswith(".md")]
        return _by_name(found)

    def _find(self, known: dict[str, list[str]], name: str) -> str:
        """Return the shortest path that ends with *name*, whatever the case, as Obsidian does."""
        wanted = f"/{name.strip('/')}".casefold()
        found = known.get(wanted.rpartition("/")[2], [])
        return next((path for path in found if f"/{path}".casefold().endswith(wanted)), "")


def _by_name(paths: Collection[str]) -> dict[str, list[str]]:
    """Return *paths* by their names without folders, in lower case, the shortest first."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        found.setdefault(path.rpartition("/")[2].casefold(), []).append(path)
    return found
