"""The files that a document names: where they are, and what is told of those that are missing."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from papernotes.core.text import nearest

# The scheme of an address (RFC 3986, 3.1).
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
OUTSIDE = re.compile(rf"{SCHEME.pattern}|//|#|\?")
_SUFFIX = re.compile(r"\.(?=\w*[A-Za-z])\w{1,8}$")
_MARKDOWN = (".md", ".html")


def below(folder: str | os.PathLike[str], left_out: Collection[str] = ()) -> Iterator[str]:
    """Yield the path of each file below *folder*, from there and with slashes.

    Folders with the names *left_out* are passed over. There may be thousands of files, for which
    objects would take several times as long.
    """
    root = os.fspath(folder)
    for path, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in left_out]
        start = f"{path[len(root) :].replace(os.sep, '/').strip('/')}/".lstrip("/")
        yield from (start + name for name in names)


def is_inside(path: Path, folders: Iterable[Path]) -> bool:
    """Return whether *path* lies in one of *folders*; all are without links and ``..``."""
    return any(map(path.is_relative_to, folders))


def is_path(target: str) -> bool:
    """Return whether *target* names a file of the site: it is relative, and has a suffix."""
    return not OUTSIDE.match(target) and bool(_SUFFIX.search(target.partition("#")[0]))


def find(root: Path, home: str, target: str) -> str:
    """Return the path from *root* of the file that *target* means in the document *home*.

    A target may be percent-encoded. Return the empty string if there is no such file.
    """
    for name in dict.fromkeys((target, unquote(target))):
        path = path_of(home, name)
        if path.endswith(".*"):
            if any((root / path).parent.glob(PurePosixPath(path).name)):
                return path
        elif (root / path).is_file():
            return path
    return ""


def dark_name(name: str, suffix: str) -> str:
    """Return the name that the picture *name* has for dark pages, or nothing without a *suffix*."""
    stem, dot, end = name.rpartition(".")
    return f"{stem}{suffix}.{end}" if suffix and dot and not stem.endswith(suffix) else ""


def fault(root: Path, home: str, target: str) -> str:
    """Return the message on *target* in the document *home*, or nothing if the file exists."""
    target = target.partition("#")[0] if _SUFFIX.search(target.partition("#")[0]) else target
    if find(root, home, target):
        return ""
    name = unquote(target)
    what = "page" if name.endswith(_MARKDOWN) else "file"
    advice = _near(root, home, name) or "correct the name, or add the file"
    return f'the {what} "{name}" does not exist; {advice}'


def path_of(home: str, name: str) -> str:
    """Return *name* from the root; it is relative to the document *home*, or begins with /."""
    folder = PurePosixPath() if name.startswith("/") else PurePosixPath(home).parent
    return Path(os.path.normpath(folder / name.lstrip("/"))).as_posix()


def _near(root: Path, home: str, name: str) -> str:
    """Return the question whether a similar name was meant: there, or elsewhere on the site."""
    path = PurePosixPath(path_of(home, name))
    beside = root / path.parent
    folder = name.rpartition("/")[0]
    prefix = f"{folder}/" if folder or name.startswith("/") else ""
    names = [each.name for each in beside.iterdir() if each.is_file()] if beside.is_dir() else []
    if near := nearest(path.name, [each for each in names if each != PurePosixPath(home).name]):
        return near.replace('"', f'"{prefix}', 1)
    same = path.name.casefold()
    for base, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each[0] not in "._")
        for each in sorted(files):
            if each.casefold() == same:
                start = "" if base == str(root) else f"{Path(base).relative_to(root).as_posix()}/"
                return f'did you mean "/{start}{each}"?'
    return ""
