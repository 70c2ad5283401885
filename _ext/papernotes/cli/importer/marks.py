"""Marks that stand in the text of a document while it is converted.

They are noncharacters of Unicode, which no text contains. Conversions that move or remove lines
leave marks, so that each line keeps the number that it has in its file.
"""

from __future__ import annotations

import re

# The number and the text of a source line.
Line = tuple[int, str]

# A placeholder's number stands between these.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
# A line end of the file that is none in the text, and one of the text that is none in the file.
JOINT, SPLIT = "\ufdd2", "\ufdd3"
# The lines around the content of a box, and that of a figure; PART separates what they say.
BOX, END_OF_BOX, FIGURE, PART = "\ufdd4", "\ufdd5", "\ufdd6", "\ufdd7"
# What the importer writes begins with this: the names of roles and directives, and the addresses of
# links within the site. Everything else that is read as one of these is the author's text.
OURS = "\ufdd8"
# The end of a line within a paragraph, which is a space where there can be none.
BREAK = "\ufdd9"

_ALL = str.maketrans("", "", "".join(map(chr, range(0xFDD0, 0xFDDA))))


def without_marks(text: str) -> str:
    """Return *text* without the characters that this module uses."""
    return text.translate(_ALL)


def numbered(text: str, first: int) -> list[Line]:
    """Return the lines of *text*, whose first line has the number *first* in its file."""
    lines: list[Line] = []
    number = first
    for line in re.split(f"(?<=[\n{SPLIT}])", text):
        lines.append((number, line.rstrip(f"\n{SPLIT}").replace(JOINT, "")))
        number += line.count("\n") + line.count(JOINT)
    return lines


class Placeholders:
    """Pieces of a text that conversions must not change, each with a placeholder in the text."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def keep(self, text: str) -> str:
        """Return a placeholder for *text*."""
        self.kept.append(text)
        return f"{OPEN}{len(self.kept) - 1}{CLOSE}"

    def restore(self, text: str) -> str:
        """Return *text* with the pieces in place of their placeholders."""
        while OPEN in text:
            text = re.sub(f"{OPEN}(\\d+){CLOSE}", lambda match: self.kept[int(match[1])], text)
        return text

    def line_ends(self, text: str) -> int:
        """Return how many line ends of its file *text* holds."""
        whole = self.restore(text)
        return whole.count("\n") + whole.count(JOINT)
