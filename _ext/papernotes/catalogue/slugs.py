"""Slugs: file names made from tags and years, for the addresses of their pages.

A slug depends on nothing but its text, so an address stays the same whatever other notes there are.
It keeps the letters and digits of all scripts in lower case, joins words with hyphens, and spells
out other signs, which tell ``C++`` from ``C#``. It is a valid file name on every system: not
reserved, and not too long.
"""

from __future__ import annotations

import hashlib
import unicodedata

# Signs that are common in tags, in words; others are spelt by their code point.
_SIGNS = {
    "+": "plus",
    "#": "sharp",
    "&": "and",
    "/": "slash",
    "*": "star",
    "@": "at",
    "%": "percent",
    "=": "equals",
    ".": "dot",
}
_SEPARATORS = frozenset("-_ ")
_APOSTROPHES = frozenset("'\N{RIGHT SINGLE QUOTATION MARK}")
# Names that Windows reserves for devices, whatever follows the dot
# (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³"]
)
# File systems allow names of 255 bytes; the rest is left for ".html" and the like.
_MAX_BYTES = 200


def slug(text: str) -> str:
    """Return the slug of *text*, which must not be empty."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    words: list[str] = []
    word = ""
    for char in folded:
        if char.isalnum() or unicodedata.category(char).startswith("M"):
            word += char
        elif char not in _APOSTROPHES:
            words.append(word)
            word = ""
            if char not in _SEPARATORS and not char.isspace():
                words.append(_SIGNS.get(char) or f"u{ord(char):x}")
    name = "-".join(part for part in [*words, word] if part)
    # A text of separators alone needs a slug of its own, too.
    name = name or "-".join(f"u{ord(char):x}" for char in folded)
    if name == "index" or is_reserved(name):
        return f"{name}-"
    return _shortened(name)


def is_reserved(name: str) -> bool:
    """Return whether Windows reserves *name*, which is without a suffix."""
    return name.casefold() in _RESERVED


def portable(name: str) -> str:
    """Return *name*, which holds no separators and is without a suffix, as every system allows it.

    It keeps its case, unlike a slug.
    """
    name = unicodedata.normalize("NFC", name)
    # Windows reserves a name whatever follows the first dot.
    reserved = is_reserved(name.partition(".")[0])
    return _shortened(f"{name[:3]}-{name[3:]}" if reserved else name)


def _shortened(name: str) -> str:
    """Return *name*, or if it is too long its beginning and a digest of the whole."""
    if len(name.encode()) <= _MAX_BYTES:
        return name
    digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    beginning = name.encode()[: _MAX_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{beginning}-{digest}"
