"""Entries at the end of a bibliography file, in its style, with not a byte before them changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.reader import Bibliography
from papernotes.bibliography.scanner import SourceEntry
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.bibfile.style import Layout, read_layout, to_ascii
from papernotes.cli.errors import CommandError
from papernotes.cli.site import show
from papernotes.core.diagnostics import DiagnosticKind


def decode(content: bytes, encoding: str) -> str:
    """Return the text of a file as the scanner counts its places, with LF at the ends of lines."""
    text = content.decode(encoding, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def layout_of(content: bytes, encoding: str, sources: Sequence[SourceEntry]) -> Layout:
    """Return the style of a file."""
    return read_layout(decode(content, encoding), sources)


def line_end(content: bytes) -> str:
    """Return what ends most lines of a file, LF where it has none."""
    windows = content.count(b"\r\n")
    counts = {"\n": content.count(b"\n") - windows, "\r\n": windows}
    counts["\r"] = content.count(b"\r") - windows
    return max(counts, key=lambda end: counts[end])


@dataclass(frozen=True)
class Appended:
    """The new content of a file, and what is read from it."""

    content: bytes
    read: Bibliography
    sources: list[SourceEntry]


def append(
    path: Path,
    content: bytes,
    encoding: str,
    layout: Layout,
    entries: Sequence[tuple[str, Entry]],
) -> Appended:
    """Return *content*, that of the file *path*, with *entries* under their keys at its end.

    A CommandError is raised where the file would not be read as what was there and they.
    """
    end = line_end(content)
    text = "\n" if content and not content.endswith((b"\n", b"\r")) else ""
    # The space that the file leaves between two entries, less what it ends with.
    wanted = layout.gap.count("\n") - 1
    there = len(re.findall(rb"\r\n|\n|\r", content[len(content.rstrip(b" \t\r\n")) :]))
    text += "\n" * (wanted - max(there - 1, 0)) if content.strip() else ""
    text += layout.gap.join(layout.write(entry, key) for key, entry in entries) + "\n"
    added = content + _encode(path, text.replace("\n", end), encoding)
    return _verified(path, content, added, encoding, [key for key, _ in entries])


def _encode(path: Path, text: str, encoding: str) -> bytes:
    """Return *text* in the encoding of the file, without a mark of byte order.

    What the encoding lacks is written in LaTeX; a CommandError is raised for what LaTeX lacks too.
    """
    plain = encoding.removesuffix("-sig")
    try:
        return text.encode(plain)
    except UnicodeEncodeError:
        pass
    try:
        return b"".join(_encode_one(char, plain) for char in text)
    except UnicodeEncodeError as error:
        raise CommandError(
            f'"{error.object}" cannot be written to {show(path)}, which is in {plain}; save that as'
            ' UTF-8, and set bibtex_encoding = "utf-8" in conf.py'
        ) from error


def _encode_one(char: str, encoding: str) -> bytes:
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        return to_ascii(char).encode(encoding)


def _verified(
    path: Path, before: bytes, after: bytes, encoding: str, keys: Sequence[str]
) -> Appended:
    """Return *after*; raise a CommandError unless it reads as *before* and then *keys*."""
    name = path.name
    old, old_sources = reader.read_with_sources([(name, before)], encoding)
    new, new_sources = reader.read_with_sources([(name, after)], encoding)
    there = old_sources[name]
    text = decode(before, encoding)
    last_line = text.count("\n", 0, there[-1].end if there else 0) + 1
    for problem in old.problems:
        # An entry that is not closed would swallow, for other programs, what comes after it.
        if problem.kind is DiagnosticKind.BIB_SYNTAX and problem.line >= last_line:
            raise CommandError(
                f"{show(path)}:{problem.line}: {problem.message}; then add the paper"
            )
    kept = new_sources[name][: len(there)] == there
    added = [source.key for source in new_sources[name][len(there) :]]
    if not kept or added != list(keys) or len(new.problems) != len(old.problems):
        raise CommandError(
            f"{show(path)} cannot be added to without changing what it says; check its end"
        )
    return Appended(after, new, new_sources[name])
