"""Changing a bibliography file in places, and not a byte of it elsewhere."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.cli.errors import CommandError
from papernotes.cli.site import show
from papernotes.core.diagnostics import Fix


def edit(path: Path, content: bytes, encoding: str, fixes: Iterable[Fix]) -> bytes:
    """Return *content*, that of the file *path*, with what *fixes* say in its place.

    Their places are those of the text with LF at the ends of lines, as the scanner has them. A
    CommandError is raised where the file would no longer be read as the same entries.
    """
    plain = encoding.removesuffix("-sig")
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        text = content[len(mark) :].decode(plain)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{show(path)} is not {plain.upper()}; save it in that encoding"
        ) from error
    # Where the scanner's text is shorter: it has one character for the two that end a line.
    removed = [match.start() - number for number, match in enumerate(re.finditer("\r\n", text))]

    def place(position: int) -> int:
        return position + bisect_left(removed, position)

    pieces: list[str] = []
    done = 0
    for fix in sorted(fixes, key=lambda fix: (fix.start, fix.end)):
        start, end = place(fix.start), place(fix.end)
        if start < done:
            continue
        pieces += [text[done:start], fix.replace(text[start:end])]
        done = end
    edited = mark + "".join([*pieces, text[done:]]).encode(plain)
    _verify(path, content, edited, encoding)
    return edited


def delimit_like(written: str, value: str) -> str:
    """Return *value* between the delimiters of the value *written*."""
    return f"{written[0]}{value}{written[-1]}"


def is_single_string(written: str) -> bool:
    """Return whether the value *written* is one text between delimiters, without macros."""
    if len(written) < 2 or (written[0], written[-1]) not in (("{", "}"), ('"', '"')):
        return False
    depth = 0
    for position, char in enumerate(written[1:-1], 1):
        depth += (char == "{") - (char == "}")
        quote = char == '"' and depth == 0 and written[0] == '"'
        if depth < 0 or quote or (position == len(written) - 2 and depth):
            return False
    return True


def _verify(path: Path, before: bytes, after: bytes, encoding: str) -> None:
    old, old_sources = reader.read_with_sources([("", before)], encoding)
    new, new_sources = reader.read_with_sources([("", after)], encoding)
    was, now = ([source.key for source in found[""]] for found in (old_sources, new_sources))
    if was != now or len(new.problems) > len(old.problems):
        raise CommandError(f"{show(path)} cannot be changed without harm; correct it by hand")
