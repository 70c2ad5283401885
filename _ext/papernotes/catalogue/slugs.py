"""Slugs: the part of a page's address that a tag or a year gives it.

A slug depends on nothing but its text, so that an address outlives every other note. It keeps the
letters and digits of all scripts in lower case, joins words by hyphens, and spells out other signs,
which tell apart ``C++`` and ``C#``. It is a file's name on every system: in no way special, and no
longer than they take.
"""

from __future__ import annotations

import hashlib
import unicodedata

# Signs that tags are written with, in words; others are spelt by their code point.
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
# Names that Windows keeps for devices, whatever follows the dot
# (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³"]
)
# Of the 255 bytes that file systems give a name; the rest is for ".html" and the like.
_MOST_BYTES = 200


def slug(text: str) -> str:
    """Return the slug of *text*, which is not empty."""
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
    found = "-".join(part for part in [*words, word] if part)
    # What is all separators has its own spelling, too.
    found = found or "-".join(f"u{ord(char):x}" for char in folded)
    if found == "index" or is_reserved(found):
        return f"{found}-"
    return _shortened(found)


def is_reserved(name: str) -> bool:
    """Return whether Windows lets no file have this *name*, without its suffix."""
    return name.casefold() in _RESERVED


def _shortened(found: str) -> str:
    """Return *found*, or its beginning with a digest of the whole where it is too long."""
    if len(found.encode()) <= _MOST_BYTES:
        return found
    digest = hashlib.blake2b(found.encode(), digest_size=8).hexdigest()
    beginning = found.encode()[: _MOST_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{beginning}-{digest}"
