"""The plain files below the folder that is imported: nothing else on the computer is read."""

from __future__ import annotations

import html
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from papernotes.catalogue.slugs import portable
from papernotes.cli.importer.marks import without_marks

# The bytes of a document. Markdown that people write is far shorter.
MAX_DOCUMENT = 2_000_000
# The bytes of a bibliography file, as programs export it.
MAX_BIBLIOGRAPHY = 50_000_000
_MAX_SVG = 5_000_000
# Folders that are not looked into. They hold what programs install, not what people write.
_CLOSED = frozenset({"node_modules", "venv"})
# What a note may show or offer: pictures, papers, slides, data and programs as text. No page and
# no script, which browsers would run as a part of the new site.
_PICTURES = "apng avif bmp gif jpeg jpg png svg tif tiff webp"
_DOCUMENTS = "csv djvu doc docx epub ipynb odp ods odt pdf ppt pptx ps tex tsv txt xls xlsx"
_DATA = "bz2 gz json m4a mat mp3 mp4 npy npz ogg parquet py r tar toml wav webm xz yaml yml zip"
_COPIED = frozenset(f".{name}" for name in f"{_PICTURES} {_DOCUMENTS} {_DATA}".split())
# What makes a picture a program, or loads one.
_ACTIVE = re.compile(
    r"<(?:[\w-]+:)?(?:script|foreignobject|iframe|embed|object|handler|listener|set|animate)\b"
    r"|<!entity|<\?xml-stylesheet|[\s\"'/]on[a-z]+\s*=|javascript:|vbscript:|data:text",
    re.IGNORECASE,
)


@dataclass
class Tree:
    """The files below *root*; ``left_out`` says why others are not read, once for each."""

    root: Path
    left_out: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.real = self.root.resolve()
        self.files = sorted(self._walk())

    def folder(self, path: Path) -> Path:
        """Return the folder *path* by its own name if it is below the root, or else the root."""
        real = self._real(path)
        inside = real and real.is_dir()
        return self.root / real.relative_to(self.real) if real and inside else self.root

    def below(self, folder: Path) -> list[Path]:
        """Return the files below *folder*, sorted."""
        return [path for path in self.files if path.is_relative_to(folder)]

    def _walk(self) -> Iterator[Path]:
        """Yield the files, with each folder looked into once, by its own name if it has one."""
        seen: set[Path] = set()
        folders = [self.root]
        links: list[Path] = []
        while folders or links:
            folder = (folders or links).pop()
            real = self._real(folder)
            if real is None or real in seen:
                continue
            seen.add(real)
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                self._leave_out(folder, f"cannot be read: {error.strerror}; it is left out")
                continue
            for entry in entries:
                path = folder / entry.name
                if entry.is_symlink() and os.path.isdir(path):  # noqa: PTH112
                    links.append(path)
                elif entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and entry.name not in _CLOSED:
                        folders.append(path)
                elif not entry.name.startswith(".") and self.file(path):
                    yield path

    def file(self, path: Path) -> Path | None:
        """Return the real path of the plain file *path*, or None if it is none or lies outside."""
        real = self._real(path)
        try:
            mode = real.stat().st_mode if real else 0
        except OSError:
            return None
        if real and not stat.S_ISREG(mode):
            if not stat.S_ISDIR(mode):
                self._leave_out(path, "is not a plain file; it is left out")
            return None
        return real

    def _real(self, path: Path) -> Path | None:
        """Return where *path* leads; return None if that is nowhere, or outside."""
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            # pathlib raises an error where it cannot look a name up.
            if os.path.islink(path):  # noqa: PTH114
                self._leave_out(path, "is a link that leads nowhere; it is left out")
            return None
        if real.is_relative_to(self.real):
            return real
        # What is told of a link to a folder goes for all that is in it.
        if os.path.islink(path):  # noqa: PTH114
            self._leave_out(path, "is a link that leads out of the folder; it is left out")
        return None

    def _leave_out(self, path: Path, reason: str) -> None:
        self.left_out.setdefault(path, reason)

    def read(self, path: Path, limit: int) -> bytes | None:
        """Return the content of a file; return None if it cannot be read or exceeds *limit*."""
        real = self.file(path)
        if real is None:
            return None
        try:
            with real.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as error:
            self._leave_out(path, f"cannot be read: {error.strerror}; it is left out")
            return None
        if len(content) > limit:
            self._leave_out(path, f"is larger than {limit // 1_000_000} MB; it is left out")
            return None
        return content

    def may_copy(self, path: Path) -> bool:
        """Return whether the site may offer the file *path*."""
        suffix = path.suffix.lower()
        if suffix not in _COPIED:
            self._leave_out(path, "is neither a picture nor a document; it is not copied")
            return False
        if suffix != ".svg":
            return True
        content = self.read(path, _MAX_SVG)
        if content is not None and _is_active(content):
            self._leave_out(
                path, "is a picture with a script or with parts of pages; it is not copied"
            )
            return False
        return content is not None

    def copy(self, path: Path, target: Path) -> None:
        """Copy a file to the new file *target*, whose folder exists."""
        try:
            with path.open("rb") as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy)
        except OSError as error:
            self._leave_out(path, f"cannot be copied: {error.strerror}")


def _is_active(content: bytes) -> bool:
    """Return whether an SVG picture holds a script, or cannot be judged."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = content.decode("utf-8", "replace")
    return "\0" in text or bool(_ACTIVE.search(html.unescape(text)))


def name_of(path: Path) -> str:
    """Return *path* as text with slashes; bytes of a name that are not UTF-8 are replaced."""
    return without_marks(os.fsencode(path.as_posix()).decode("utf-8", "replace"))


def portable_name(text: str, default: str) -> str:
    """Return *text* as the name of a file on every system, or *default* if nothing is left."""
    # An accent by itself is no letter.
    name = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", text)).strip("-.") or default
    return portable(name)
