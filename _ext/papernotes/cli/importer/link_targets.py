"""Resolve the links of a collection, and plan where its documents and other files go."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from papernotes.cli.importer.collection import SUFFIXES, Collection, Document, Kind
from papernotes.cli.importer.tree import portable_name


@dataclass
class Destination:
    """Where a document goes: a folder, the file name there, and the key of its paper if any."""

    document: Document
    folder: str
    slug: str
    key: str = ""


class LinkTargets:
    """The targets of links in a collection: its documents, and the files that they use.

    ``files`` maps each file to copy to its new path, which has a leading slash.
    """

    def __init__(
        self, kind: Kind, collection: Collection, destinations: Sequence[Destination]
    ) -> None:
        self.tree = collection.tree
        self.assets = collection.assets
        self.names: set[str] = set()
        # The targets of links to files that are not copied.
        self.left_out: set[str] = set()
        self.files: dict[Path, str] = {}
        self.by_path = {self.tree.file(each.document.path): each for each in destinations}
        self.by_name: dict[str, Destination] = {}
        for destination in destinations:
            for name in _names(destination.document):
                self.by_name.setdefault(name.strip("/").lower(), destination)
        self.notes_on = Counter(each.key for each in destinations if each.folder == "papers")
        # An Obsidian link may name a file in any folder by its file name alone.
        self.by_file_name: dict[str, list[Path]] = defaultdict(list)
        if kind == "obsidian":
            for path in self.tree.files:
                self.by_file_name[path.name].append(path)

    def document(self, target: str, folder: Path) -> Destination | None:
        """Return the destination of the document that a link in *folder* to *target* refers to."""
        for path in _paths([folder], target):
            for candidate in (path, path.parent / f"{path.stem}.md", path / "index.md"):
                real = self.tree.file(candidate)
                if real and (destination := self.by_path.get(real)):
                    return destination
        name = target.strip("/").lower()
        stem = re.sub(r"\.(?:md|markdown|html)$", "", name)
        for candidate_name in (name, stem, name.rpartition("/")[2]):
            if candidate_name and (destination := self.by_name.get(candidate_name)):
                return destination
        return None

    def file(self, target: str, folder: Path) -> str | None:
        """Return the new path of the file that *target* refers to in *folder*, and have it copied.

        Return None if the file is missing, outside the collection, or nothing that is copied.
        """
        for path in (
            *_paths([folder, *self.assets], target),
            *self.by_file_name.get(Path(target).name, ()),
        ):
            real = self.tree.file(path)
            if real and path.suffix not in SUFFIXES and self.tree.may_copy(path):
                return self._new_path(real)
            if real:
                self.left_out.add(target)
        return None

    def _new_path(self, path: Path) -> str:
        if path not in self.files:
            suffix = path.suffix.lower()
            stem = base = portable_name(path.stem, "file")
            number = 1
            while f"{stem}{suffix}".casefold() in self.names:
                number += 1
                stem = f"{base}-{number}"
            self.names.add(f"{stem}{suffix}".casefold())
            self.files[path] = f"/pictures/{stem}{suffix}"
        return self.files[path]


@dataclass(frozen=True)
class DocumentLinks:
    """The resolver of the links of the documents in one *folder*, for :mod:`.inline`."""

    targets: LinkTargets
    folder: Path

    def note(self, target: str) -> str | None:
        """Return what a link to the note that *target* refers to names: a citation key.

        Of several notes on a paper, each is linked by its own name.
        """
        note = self._document(target)
        if note is None or note.folder != "papers":
            return None
        return note.key if self.targets.notes_on[note.key] == 1 else f"papers/{note.slug}"

    def page(self, target: str) -> str | None:
        """Return the new path of the page that *target* refers to."""
        page = self._document(target)
        return f"/pages/{page.slug}.md" if page and page.folder == "pages" else None

    def file(self, target: str) -> str | None:
        """Return the new path of the picture or other file *target*, and have it copied."""
        path = self.targets.file(_file_name(target), self.folder)
        # A question mark may be a part of the name.
        return path or self.targets.file(unquote(target), self.folder)

    def is_left_out(self, target: str) -> bool:
        """Return whether there is a file *target*, which is not copied."""
        return _file_name(target) in self.targets.left_out

    def _document(self, target: str) -> Destination | None:
        return self.targets.document(unquote(target), self.folder)


def _names(document: Document) -> Iterator[str]:
    """Yield the names that links use for a document: paths, its folder, slug and aliases."""
    stem = document.name.rsplit(".", 1)[0]
    yield from (document.name, stem, re.sub(r"/(?:index|README)$", "", stem))
    yield from (re.sub(r"^_posts/", "", stem), document.slug)
    yield from document.aliases()


def _file_name(target: str) -> str:
    return unquote(target.partition("?")[0].partition("#")[0])


def _paths(folders: Sequence[Path], target: str) -> Iterator[Path]:
    """Yield the path of *target* in each of *folders*."""
    # Programs on Windows write backslashes. No file name contains NUL.
    for name in dict.fromkeys((target, target.replace("\\", "/"))):
        if name.strip("/") and "\0" not in name:
            for folder in folders:
                yield folder / name.lstrip("/")
