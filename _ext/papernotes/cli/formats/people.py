"""Write the names of people in BibTeX."""

from __future__ import annotations

import re

from papernotes.cli.bibfile.clean import escape

# Words by which the name of an organization is told from that of a person.
_ORGANIZATION = re.compile(
    r"\b(?:agency|association|bank|cent(?:er|re)|college|collaboration|commission|committee|company"
    r"|consortium|council|department|foundation|group|inc|institute?|investigators|lab(?:oratory)?"
    r"|ltd|ministry|network|of|office|organi[sz]ation|project|research|school|society|study|team"
    r"|union|university|working)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:[JS]r|I{2,3}|IV|2nd|3rd|4th)\.?", re.IGNORECASE)


def person(family: str, given: str = "", suffix: str = "") -> str:
    """Return the name of a person; *family* may begin with particles in lower case."""
    parts = [_protected(part) for part in (family, suffix, given)]
    if not parts[2]:
        return organization(family)
    return ", ".join(part for part in parts if part)


def organization(name: str) -> str:
    """Return *name*, which has no parts, as one name."""
    escaped = escape("author", name.strip())
    return f"{{{escaped}}}" if re.search(r"[\s,]", escaped) else escaped


def from_text(text: str) -> str:
    """Return a name that is written as "Family, Given, Suffix", or as one that reads."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1:
        words = parts[0].split()
        if len(words) < 2 or len(words) > 4 or _ORGANIZATION.search(text):
            return organization(text)
        return _protected(" ".join(words))
    family, given, *rest = parts
    if len(parts) == 3 and _SUFFIX.fullmatch(given):
        given, rest = rest[0], [given]
    return person(family, given, " ".join(rest))


def from_medline(text: str) -> str:
    """Return a name of PubMed's, "King, Martin L Jr" or, in old records, "King ML Jr"."""
    family, comma, given = text.partition(",")
    if not comma:
        words = text.split()
        count = 2 if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else 1
        family, given = " ".join(words[:-count]), " ".join(words[-count:])
        given = re.sub(r"^[A-Z]{1,3}\b", lambda match: " ".join(f"{c}." for c in match[0]), given)
    before, _, last = given.strip().rpartition(" ")
    if before and _SUFFIX.fullmatch(last):
        return person(family, before, last)
    return person(family, given)


def joined(names: list[str]) -> str:
    """Return the value of a field with *names*, without empty ones."""
    return " and ".join(name for name in names if name)


def _protected(part: str) -> str:
    """Return a part of a name, in braces if BibTeX would read it as several."""
    escaped = escape("author", part.strip())
    return f"{{{escaped}}}" if re.search(r",|\band\b", escaped) else escaped
