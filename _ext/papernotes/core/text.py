"""Plain text: letters, control characters, encodings, and the form that sorting compares."""

from __future__ import annotations

import re
import string
import unicodedata

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

# What XML 1.0 cannot hold (production Char), and with it no book, feed or formula.
NON_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# What is read in the place of such a character.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def check_encoding(content: bytes, path: str, encoding: str) -> Diagnostic | None:
    """Return what keeps the document *content* from being text in this *encoding*."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return Diagnostic(
            path,
            error.object.count(b"\n", 0, error.start) + 1,
            f"the file is not {encoding.removesuffix('-sig').upper()}: the byte"
            f" 0x{error.object[error.start]:02x} stands here; save the file in that encoding, until"
            " then the site does without the page",
            DiagnosticKind.ENCODING,
        )
    return None


def is_visible(text: str) -> bool:
    """Return whether *text* shows anything, which spaces and what formats or controls do not."""
    unseen = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return any(unicodedata.category(char) not in unseen for char in text)


def replace_control_characters(text: str, path: str) -> tuple[str, list[Diagnostic]]:
    """Return *text* without characters that no page can hold, and a problem for each line of them.

    A replacement character stands for each, so that it is seen where something was.
    """
    if not NON_XML_CHARACTER.search(text):
        return text, []
    problems = [
        Diagnostic(
            path,
            number,
            f"the control character U+{ord(found[0]):04X} stands in this line; delete it",
            DiagnosticKind.CONTROL_CHARACTER,
        )
        for number, line in enumerate(text.split("\n"), 1)
        if (found := NON_XML_CHARACTER.search(line))
    ]
    return NON_XML_CHARACTER.sub(REPLACEMENT, text), problems


def letter_suffix(position: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = string.ascii_lowercase[rest] + letters
    return letters


# Letters that Unicode does not take apart into one of a to z and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"}
    | {"œ": "oe", "Œ": "Oe", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th"}
)


def fold_plain(text: str) -> str:
    """Return *text* as it counts for the order: without accents, case and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", "", kept).casefold().split())


def initial(folded: str) -> str:
    """Return the first letter of *folded* text as a capital, or "#" if it begins with no letter."""
    first = folded[:1]
    return first.upper() if first.isalpha() else "#"
