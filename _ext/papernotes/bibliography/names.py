"""Parse and rewrite names of people as BibTeX writes them."""

from __future__ import annotations

import functools
import re

from pybtex.database import Person as PybtexPerson
from pybtex.exceptions import PybtexError

_LETTERS = re.compile(r"[^\W\d_]+")
# Parts of family names that are written in lower case.
_PARTICLES = frozenset("da das de del den der di dos du la le ten ter van vom von zu".split())


def is_in_capitals(name: str) -> bool:
    """Return whether a person's *name* or family name is in capitals, apart from initials.

    A single word and a name in braces do not count: they may be the name of an organization.
    """
    if "\\" in name or "{" in name:
        return False
    family, comma, _ = name.partition(",")
    words = _LETTERS.findall(family)
    if any(char.islower() for char in family) or not any(len(word) > 2 for word in words):
        return False
    return bool(comma) or len(words) > 1


def capitalized(name: str) -> str:
    """Return *name*, which is in capitals, with only the first letter of each word in capitals."""

    def word(match: re.Match[str]) -> str:
        text = match[0]
        if not text.isupper():
            return text
        if text.lower() in _PARTICLES:
            return text.lower()
        if text.startswith("MC") and len(text) > 4:
            return f"Mc{text[2:].capitalize()}"
        # Two letters without a vowel are initials.
        return text if len(text) < 3 and not re.search("[AEIOUY]", text) else text.capitalize()

    return _LETTERS.sub(word, name)


def family_first(name: str) -> str:
    """Return *name* as "Family, Given"."""
    person = _parse_person(name)
    if person is None or not (person.first_names or person.middle_names):
        return name
    return str(person)


def given_first(name: str) -> str:
    """Return *name* as "Given Family", or unchanged if BibTeX would then parse it differently."""
    person = _parse_person(name)
    if person is None or person.lineage_names:
        return name
    given = [*person.first_names, *person.middle_names]
    swapped = " ".join([*given, *person.prelast_names, *person.last_names])
    return swapped if parse_name(swapped) == person else name


def family_name(person: PybtexPerson) -> str:
    """Return the family name with its particles, in LaTeX text."""
    return " ".join([*person.prelast_names, *person.last_names])


@functools.lru_cache(maxsize=65536)
def parse_name(name: str) -> PybtexPerson | None:
    """Parse *name* as BibTeX does, and return None if it is invalid."""
    try:
        return PybtexPerson(name)
    except PybtexError:
        return None


def _parse_person(name: str) -> PybtexPerson | None:
    """Parse *name*; return None for "others" and for a name that is wholly in braces."""
    if name.lower() == "others" or re.fullmatch(r"\{.*\}", name):
        return None
    return parse_name(name)
