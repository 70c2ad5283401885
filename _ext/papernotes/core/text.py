"""Plain text: encodings, forbidden characters, similar names, letter suffixes, sort keys."""

from __future__ import annotations

import difflib
import re
import string
import unicodedata
from collections.abc import Iterable

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

# Characters outside the production Char of XML 1.0, which EPUBs, feeds and MathML cannot contain,
# and the two overrides of direction: a name with one reverses the rest of its line, years too.
FORBIDDEN_CHARACTER = re.compile(
    "[^\t\n\r\x20-\u202c\u202f-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)

# Characters that direct a terminal or hide text: controls, the ends of lines that only Unicode has,
# overrides of the direction of writing, and halves of characters, which nothing can print.
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# Shown in place of each such character.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def check_encoding(content: bytes, path: str, encoding: str) -> Diagnostic | None:
    """Return a diagnostic of the first byte of *content* that is invalid in *encoding*, or None."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return Diagnostic(
            path,
            error.object.count(b"\n", 0, error.start) + 1,
            f"the file is not {encoding.removesuffix('-sig').upper()}: it has the byte"
            f" 0x{error.object[error.start]:02x} here; save the file in that encoding, until then"
            " the site leaves the page out",
            DiagnosticKind.ENCODING,
        )
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the question whether the most similar of *known* was meant, or the empty string."""
    # Suffixes make the names of all files alike.
    stems = {each.rpartition("/")[2].partition(".")[0].casefold(): each for each in sorted(known)}
    stem = name.rpartition("/")[2].partition(".")[0].casefold()
    near = difflib.get_close_matches(stem, stems, n=1, cutoff=0.6)
    return f'did you mean "{stems[near[0]]}"?' if near else ""


def is_visible(text: str) -> bool:
    """Return whether *text* has a character other than spaces, controls and format characters."""
    invisible = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return any(unicodedata.category(char) not in invisible for char in text)


def replace_control_characters(text: str, path: str) -> tuple[str, list[Diagnostic]]:
    """Replace forbidden characters, and return the text and a diagnostic for each line.

    Each becomes a replacement character, so that the reader sees that something is missing.
    """
    if not FORBIDDEN_CHARACTER.search(text):
        return text, []
    problems = [
        Diagnostic(
            path,
            number,
            f"this line contains the control character U+{ord(found[0]):04X}; delete it",
            DiagnosticKind.CONTROL_CHARACTER,
        )
        for number, line in enumerate(text.split("\n"), 1)
        if (found := FORBIDDEN_CHARACTER.search(line))
    ]
    return FORBIDDEN_CHARACTER.sub(REPLACEMENT, text), problems


def escape_controls(text: str, keep: str = "") -> str:
    r"""Return *text* with codes for control characters, such as ``\x1b``, but for those to *keep*.

    What a file or a server contains could otherwise direct the terminal that shows a message.
    """

    def escape(match: re.Match[str]) -> str:
        return match[0] if match[0] in keep else ascii(match[0])[1:-1]

    return CONTROL_CHARACTER.sub(escape, text)


def letter_suffix(position: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = string.ascii_lowercase[rest] + letters
    return letters


# Letters that NFKD does not decompose into an ASCII letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"}
    | {"œ": "oe", "Œ": "Oe", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th"}
)


def fold_plain(text: str) -> str:
    """Return *text* as it is sorted: without accents, case and punctuation."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", "", text).casefold().split())


def initial(folded: str) -> str:
    """Return the first letter of *folded* text as a capital, or "#" if it begins with no letter."""
    first = folded[:1]
    return first.upper() if first.isalpha() else "#"
