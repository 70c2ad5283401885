"""Append entries to a bibliography file, in its style, without changing a byte before them."""

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
    """Decode a file and end its lines with LF, so that the scanner's offsets fit the text."""
    text = content.decode(encoding, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def layout_of(content: bytes, encoding: str, sources: Sequence[SourceEntry]) -> Layout:
    """Detect the style of a file."""
    return read_layout(decode(content, encoding), sources)


def line_end(content: bytes) -> str:
    """Return the line ending that a file uses most, LF if it has none."""
    crlf = content.count(b"\r\n")
    counts = {"\n": content.count(b"\n") - crlf, "\r\n": crlf, "\r": content.count(b"\r") - crlf}
    return max(counts, key=lambda end: counts[end])


@dataclass(frozen=True)
class Appended:
    """The new content of a file, and its bibliography and entries as read from it."""

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
    """Return *content*, the bytes of the file *path*, with *entries* and their keys at its end.

    Raise a CommandError if the result would not be read as the old entries followed by the new.
    """
    end = line_end(content)
    text = "\n" if content and not content.endswith((b"\n", b"\r")) else ""
    # The blank lines that the file leaves between two entries, less those at its end.
    blank_lines = layout.gap.count("\n") - 1
    line_ends = len(re.findall(rb"\r\n|\n|\r", content[len(content.rstrip(b" \t\r\n")) :]))
    text += "\n" * (blank_lines - max(line_ends - 1, 0)) if content.strip() else ""
    text += layout.gap.join(layout.write(entry, key) for key, entry in entries) + "\n"
    added = content + _encode(path, text.replace("\n", end), encoding)
    return _verified(path, content, added, encoding, [key for key, _ in entries])


def _encode(path: Path, text: str, encoding: str) -> bytes:
    """Encode *text* as the file is encoded, without a byte order mark.

    Write characters that the encoding lacks as LaTeX macros. Raise a CommandError for a character
    that has no macro either.
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
            f'{show(path)} is in {plain}, which has no "{error.object}"; save the file as UTF-8,'
            ' and set bibtex_encoding = "utf-8" in conf.py'
        ) from error


def _encode_one(char: str, encoding: str) -> bytes:
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        return to_ascii(char).encode(encoding)


def _verified(
    path: Path, before: bytes, after: bytes, encoding: str, keys: Sequence[str]
) -> Appended:
    """Return *after* as read; raise a CommandError unless it is *before* followed by *keys*."""
    name = path.name
    old, old_sources = reader.read_with_sources([(name, before)], encoding)
    new, new_sources = reader.read_with_sources([(name, after)], encoding)
    old_entries, new_entries = old_sources[name], new_sources[name]
    text = decode(before, encoding)
    last_line = text.count("\n", 0, old_entries[-1].end if old_entries else 0) + 1
    for problem in old.problems:
        # Other programs would read what follows an unclosed entry as part of it.
        if problem.kind is DiagnosticKind.BIB_SYNTAX and problem.line >= last_line:
            raise CommandError(
                f"{show(path)}:{problem.line}: {problem.message}; then add the paper"
            )
    kept = new_entries[: len(old_entries)] == old_entries
    added = [entry.key for entry in new_entries[len(old_entries) :]]
    if not kept or added != list(keys) or len(new.problems) != len(old.problems):
        raise CommandError(
            f"an entry added to {show(path)} would be read together with the text before it;"
            " check the end of the file"
        )
    return Appended(after, new, new_entries)
