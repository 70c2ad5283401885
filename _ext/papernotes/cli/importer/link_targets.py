"""Where the documents, pictures and other files of a collection go, and who is meant by a link."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from papernotes.cli.importer.collection import SUFFIXES, Document, Kind


@dataclass
class Destination:
    """Where a document goes: its folder and name there, and the key of its paper, if it has one."""

    document: Document
    folder: str
    slug: str
    key: str = ""


class LinkTargets:
    """The documents of a collection by what links call them, and the files that come along.

    ``files`` maps each of these to its new path, which has a leading slash.
    """

    def __init__(
        self, kind: Kind, source: Path, assets: Sequence[Path], plans: Sequence[Destination]
    ) -> None:
        self.source = source.resolve()
        self.assets = assets
        self.files: dict[Path, str] = {}
        self.by_path = {plan.document.path.resolve(): plan for plan in plans}
        self.by_name: dict[str, Destination] = {}
        for plan in plans:
            for name in _names(plan.document):
                self.by_name.setdefault(name.strip("/").lower(), plan)
        # In Obsidian, a link names a file wherever it lies.
        self.anywhere: dict[str, list[Path]] = defaultdict(list)
        if kind == "obsidian":
            for path in sorted(self.source.rglob("*")):
                self.anywhere[path.name].append(path)

    def document(self, target: str, here: Path) -> Destination | None:
        """Return the document that a link to *target* in the folder *here* means."""
        for path in _paths([here], target):
            for candidate in (path, path.with_suffix(".md"), path / "index.md"):
                if found := self.by_path.get(candidate):
                    return found
        name = target.strip("/").lower()
        for one in (name, re.sub(r"\.(?:md|markdown|html)$", "", name), name.rpartition("/")[2]):
            if one and (found := self.by_name.get(one)):
                return found
        return None

    def file(self, target: str, here: Path) -> str | None:
        """Return the new path of the file that *target* in the folder *here* means.

        What lies outside the collection is not taken.
        """
        for path in (
            *_paths([here, *self.assets], target),
            *self.anywhere.get(Path(target).name, ()),
        ):
            if path.is_relative_to(self.source) and path.suffix not in SUFFIXES and _is_file(path):
                return self._copied(path)
        return None

    def _copied(self, path: Path) -> str:
        if path not in self.files:
            taken = set(self.files.values())
            stem = re.sub(r"[^\w.-]+", "-", path.stem)
            number, name = 1, f"/pictures/{stem}{path.suffix}"
            while name in taken:
                number += 1
                name = f"/pictures/{stem}-{number}{path.suffix}"
            self.files[path] = name
        return self.files[path]


@dataclass(frozen=True)
class DocumentLinks:
    """Where the links and pictures of one document lead to, as :mod:`.inline` asks."""

    whereabouts: LinkTargets
    plan: Destination

    def note(self, target: str) -> str | None:
        """Return the key of the note that *target* names."""
        found = self._document(target)
        return found.key if found and found.folder == "papers" else None

    def page(self, target: str) -> str | None:
        """Return the path of the page that *target* names."""
        found = self._document(target)
        return f"/pages/{found.slug}.md" if found and found.folder == "pages" else None

    def file(self, target: str) -> str | None:
        """Return the new path of the picture or other file *target*, which comes along."""
        name = unquote(target.partition("?")[0].partition("#")[0])
        return self.whereabouts.file(name, self.plan.document.path.parent)

    def _document(self, target: str) -> Destination | None:
        return self.whereabouts.document(unquote(target), self.plan.document.path.parent)


def _names(document: Document) -> Iterator[str]:
    """Yield what links call a document: by its path, its folder, its permalink or its name."""
    stem = document.name.rsplit(".", 1)[0]
    yield from (document.name, stem, re.sub(r"/(?:index|README)$", "", stem))
    yield from (re.sub(r"^_posts/", "", stem), document.slug)
    yield from document.aliases()


def _paths(folders: Sequence[Path], target: str) -> Iterator[Path]:
    """Yield the paths that *target* can be from *folders*, links followed."""
    # No file has such a name; systems refuse even to look for it.
    if target.strip("/") and "\0" not in target:
        for folder in folders:
            yield (folder / target.lstrip("/")).resolve()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Too long a name, or one that the system cannot have.
        return False
