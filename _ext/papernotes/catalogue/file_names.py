"""The names of source files: those that no page can have, or that do not work on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from papernotes.catalogue.slugs import is_reserved
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import below

# Control characters, and the surrogates that Python uses for bytes that are not UTF-8.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What Windows does not allow in names (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
# Suffixes of Markdown, of which Sphinx reads only the first.
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mkdn")


def odd_names(root: Path, folder: str, documents: Iterable[str]) -> list[Diagnostic]:
    """Return a diagnostic for each file whose name does not work on every system.

    The files are the *documents*, by their paths from *root*, and all notes in *folder*, those
    among them that Sphinx does not read.
    """
    notes = {
        str(PurePosixPath(folder, name))
        for name in below(root / folder)
        if _like_markdown(name.rpartition("/")[2])
    }
    first: dict[str, str] = {}
    problems = []
    for name in sorted({*documents, *notes}, key=lambda name: name.split("/")):
        composed = unicodedata.normalize("NFC", name)
        other = first.setdefault(composed.casefold(), name)
        if "\n" in name:
            # Sphinx ignores such files.
            problems += unwritable(name)
        elif fault := _fault(root, name, other):
            problems.append(
                Diagnostic(name, 1, f"the file's name {fault}", DiagnosticKind.FILE_NAME)
            )
        elif name in notes and not name.endswith(".md"):
            path = PurePosixPath(name)
            message = (
                f'the file is not read, since its name ends with "{path.suffix}"; rename it to'
            )
            message += f' "{path.stem.rstrip(" .")}.md"'
            problems.append(Diagnostic(name, 1, message, DiagnosticKind.FILE_NAME))
    return problems


def _like_markdown(name: str) -> bool:
    return name.rstrip(" .").lower().endswith(_MARKDOWN) and name[0] != "."


def _fault(root: Path, name: str, other: str) -> str:
    """Return what is wrong with the *name* of a file in *root*; *other* is that of another."""
    composed = unicodedata.normalize("NFC", name)
    if other != name and unicodedata.normalize("NFC", other) == composed:
        return (
            "equals that of another note in another Unicode normalization, and one of the notes is"
            " not read; rename one"
        )
    if other != name:
        return f"differs from {other} only in case, which many systems ignore; rename one of them"
    path = root / name
    if path.is_symlink() and not path.exists():
        target = path.readlink().as_posix()
        return f"is that of a symbolic link to {target}, which does not exist; correct the link"
    return next(_unportable(name), "")


def _unportable(name: str) -> Iterator[str]:
    """Yield why Windows cannot have the file *name*."""
    *folders, last = name.split("/")
    for part in (*folders, last):
        what, advice = "", "rename the file"
        if part in folders:
            what, advice = f' has the folder "{part}", which', "rename the folder"
        if found := "".join(dict.fromkeys(_FORBIDDEN.findall(part))):
            yield f"{what} contains {found}, which Windows does not allow; {advice}".strip()
        elif part.endswith((" ", ".")) and part not in (".", ".."):
            sign = "a space" if part.endswith(" ") else "a dot"
            yield f"{what} ends with {sign}, which Windows drops; {advice}".strip()
        elif is_reserved(part.split(".")[0].rstrip(" ")):
            yield f"{what} is reserved for a device on Windows; {advice}".strip()


def unwritable(path: str) -> list[Diagnostic]:
    """Return a diagnostic if pages, feed or sitemap cannot contain the name *path*."""
    if not (found := _NO_NAME.search(path)):
        return []
    surrogate = "\ud800" <= found[0] <= "\udfff"
    fault = "is not UTF-8" if surrogate else f"contains the control character U+{ord(found[0]):04X}"
    shown = _NO_NAME.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), path)
    message = f"the file's name {fault}; rename the file, until then the site leaves the page out"
    return [Diagnostic(shown, 1, message, DiagnosticKind.FILE_NAME)]
