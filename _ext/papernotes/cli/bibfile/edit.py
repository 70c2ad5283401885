"""Edit parts of a bibliography file without changing a byte elsewhere."""

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
    """Return *content*, the bytes of the file *path*, with *fixes* applied.

    The offsets of a fix count each line ending as one character, as the scanner does. A fix that
    overlaps an earlier one is left out. Raise a CommandError if the content is not in *encoding*,
    or if the result would no longer be read as entries with the same keys.
    """
    plain = encoding.removesuffix("-sig")
    bom = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        text = content[len(bom) :].decode(plain)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{show(path)} is not {plain.upper()}; save it in that encoding"
        ) from error
    # The scanner counts CRLF as one character; these are its offsets of each.
    crlfs = [match.start() - number for number, match in enumerate(re.finditer("\r\n", text))]

    def offset_in_file(offset: int) -> int:
        return offset + bisect_left(crlfs, offset)

    pieces: list[str] = []
    done = 0
    for fix in sorted(fixes, key=lambda fix: (fix.start, fix.end)):
        start, end = offset_in_file(fix.start), offset_in_file(fix.end)
        if start < done:
            continue
        pieces += [text[done:start], fix.replace(text[start:end])]
        done = end
    edited = bom + "".join([*pieces, text[done:]]).encode(plain)
    _verify(path, content, edited, encoding)
    return edited


def delimit_like(written: str, value: str) -> str:
    """Return *value* between the delimiters of *written*, a value as it stands in the file."""
    return f"{written[0]}{value}{written[-1]}"


def is_single_string(written: str) -> bool:
    """Return whether *written* is one string in braces or quotes, without macros or "#"."""
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
    old_keys, new_keys = (
        [entry.key for entry in found[""]] for found in (old_sources, new_sources)
    )
    if old_keys != new_keys or len(new.problems) > len(old.problems):
        raise CommandError(
            f"these changes would damage the entries of {show(path)}; make them by hand"
        )
