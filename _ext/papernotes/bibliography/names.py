"""Names of people, as BibTeX writes them."""

from __future__ import annotations

import functools
import re

from pybtex.database import Person as PybtexPerson
from pybtex.exceptions import PybtexError

_LETTERS = re.compile(r"[^\W\d_]+")
# Words of a family name that are written small.
_PARTICLES = frozenset("da das de del den der di dos du la le ten ter van vom von zu".split())


def is_in_capitals(name: str) -> bool:
    """Return whether a person's *name* or family name is in capitals, initials apart.

    What is one word, or in braces, may be an organization's.
    """
    if "\\" in name or "{" in name:
        return False
    family, comma, _ = name.partition(",")
    words = _LETTERS.findall(family)
    if any(char.islower() for char in family) or not any(len(word) > 2 for word in words):
        return False
    return bool(comma) or len(words) > 1


def capitalized(name: str) -> str:
    """Return a *name* in capitals with a capital at the beginning of each word only."""

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
    person = _parted(name)
    if person is None or not (person.first_names or person.middle_names):
        return name
    return str(person)


def given_first(name: str) -> str:
    """Return *name* as "Given Family", where BibTeX still takes it apart in the same way."""
    person = _parted(name)
    if person is None or person.lineage_names:
        return name
    given = [*person.first_names, *person.middle_names]
    turned = " ".join([*given, *person.prelast_names, *person.last_names])
    return turned if parse_name(turned) == person else name


def family_name(person: PybtexPerson) -> str:
    """Return the family name with its particles, in LaTeX text."""
    return " ".join([*person.prelast_names, *person.last_names])


@functools.lru_cache(maxsize=65536)
def parse_name(name: str) -> PybtexPerson | None:
    """Return *name* taken apart as BibTeX does it, None where it cannot be."""
    try:
        return PybtexPerson(name)
    except PybtexError:
        return None


def _parted(name: str) -> PybtexPerson | None:
    """Return *name* taken apart; of "others" and of what stands whole in braces, None."""
    if name.lower() == "others" or re.fullmatch(r"\{.*\}", name):
        return None
    return parse_name(name)
