"""Parse and rewrite names of people as BibTeX and BibLaTeX write them."""

from __future__ import annotations

import functools
import re

from pybtex.bibtex.utils import split_tex_string
from pybtex.database import Person as PybtexPerson
from pybtex.exceptions import PybtexError

from papernotes.bibliography.identifiers import unbrace
from papernotes.bibliography.latex import plain

_LETTERS = re.compile(r"[^\W\d_]+")
# Parts of family names that are written in lower case.
_PARTICLES = frozenset("da das de del den der di dos du la le ten ter van vom von zu".split())
_SUFFIX = re.compile(r"(?:[JS]n?r|Junior|Senior)\.?|I{2,3}|IV|VI{1,3}|\d(?:st|nd|rd|th)", re.ASCII)
# What else may stand between the commas of "King, Jr., Martin": titles and words in lower case.
_TITLE = re.compile(
    r"[a-z{\\].*|(?:Ph\.?\s*D|M\.?\s*D|Dr|Prof|Esq(?:uire)?|S\.\s*J|O\.\s*P|[A-Z]{2,4}|Saint|Sir|Lord"
    r"|Lady|Filho|Fils|Hijo|J[uú]nior|Neto|Père|Sobrinho)\.?"
)
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s~-]*){1,3}", re.ASCII)
# BibLaTeX's extended name format: the parts of a name by their names, in any order.
_EXTENDED = re.compile(r"\{?\s*[a-z]+(?:-i)?\s*=", re.IGNORECASE)
# In BibTeX, the comma of a thin space would end the family name.
_THIN_SPACE = re.compile(r"(?<![{\\])\\,")
# BibTeX ends a word at these spaces, and LaTeX skips them: "Haji\v c", "Micha\l Nowak".
_SPACED_ACCENT = re.compile(r"\\([bcdkrtuvGHhU])\s+(\\[ij](?![A-Za-z])|[^\W\d_])")
_LETTER_BEFORE_WORD = re.compile(
    r"\\([lLoOij]|ss|SS|[ao]e|[AO]E|aa|AA|d[hj]|D[HJ]|th|TH|ng|NG)(?:\s+(?=[^a-z\s])|\s*(?=,|$))"
)
# An accent or a letter in LaTeX, whose braces hold no name together.
_LETTER = re.compile(r"\\(?:[^A-Za-z,]|[A-Za-z])\{[^{}]*\}|\{\\[^{}]*(?:\{[^{}]*\})?\}")
_OTHERS = re.compile(r"(?:,|(?<![\s,]))\s*+\bet\.?\s*+al(?:ii|\.)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:(?<!\s)\s++)?(?:;|,\s*+(?:and|&|\\&)\s|,|(?<=\s)(?:and|&|\\&)\s)\s*+")
# Words that are in the names of organizations and not in those of people.
_ORGANIZATION = re.compile(
    r"\b(?:agency|association|authority|bureau|cent(?:er|re)|co|college|commission|committee|company"
    r"|consortium|corporation|council|department|division|federal|federation|foundation|government"
    r"|group|inc|institut[eo]?|international|lab(?:s|orator(?:y|ies))?|ltd|ministry|museum|national"
    r"|office|organi[sz]ation|partners|press|project|research|school|services?|society|sons|team"
    r"|trust|union|universit\w+|working)\b",
    re.IGNORECASE,
)
_WORD_OF_A_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[A-Z]\.(?:-?[A-Z]\.)*")


class Name(PybtexPerson):  # type: ignore[misc]  # pybtex has no types
    """A parsed name.

    ``keeps_prefix`` is False where BibLaTeX's ``useprefix=false`` says that the prefix, such as
    "van", is not a part of the family name by which the person is sorted.
    """

    keeps_prefix = True


def is_in_capitals(name: str) -> bool:
    """Return whether a person's *name* or family name is in capitals, apart from initials.

    A single word and a name in braces do not count: they may be the name of an organization.
    Scripts without capitals, such as Hebrew, Arabic and Thai, do not count either.
    """
    if "\\" in name or "{" in name:
        return False
    family, comma, _ = name.partition(",")
    words = _LETTERS.findall(family)
    if any(char.islower() for char in family) or not any(
        len(word) > 2 and word.isupper() for word in words
    ):
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
    return join_prefix(" ".join(person.prelast_names), " ".join(person.last_names))


def join_prefix(prefix: str, family: str) -> str:
    """Return a family name after its prefix; "d'" and "al-" stand before it without a space."""
    return prefix + ("" if prefix.endswith(("'", "’", "-")) else " ") + family if prefix else family


@functools.lru_cache(maxsize=65536)
def parse_name(name: str) -> Name | None:
    """Parse *name*, and return None if it is invalid.

    All forms are those of BibTeX and BibLaTeX. In addition, a suffix such as "Jr." is recognised
    wherever it stands: in BibTeX, "Martin King Jr." has the family name "Jr.".
    """
    if "\\" in name:
        name = _THIN_SPACE.sub(r"{\\,}", name)
        name = _SPACED_ACCENT.sub(r"\\\1{\2}", name)
        name = _LETTER_BEFORE_WORD.sub(r"\\\1{} ", name)
    if _EXTENDED.match(name):
        return _parse_extended(name)
    if fault_of_list(name):
        return None
    rest, suffix = _split_suffix(name.strip().rstrip(", "))
    try:
        person = Name(rest)
    except (PybtexError, ValueError):
        return None
    if suffix:
        person.lineage_names = [suffix]
    return person


def fault_of_list(name: str) -> str:
    """Return what is wrong if *name* is several people without "and" between them, and the remedy.

    The name of an organization in braces may hold commas and "and".
    """
    if _EXTENDED.match(name):
        return ""
    name = _THIN_SPACE.sub("~", name)
    shape = _LETTER.sub("", _LETTER.sub("", name))
    inside = re.fullmatch(r"\{[^{}]*\}", shape)
    if not inside and name.count(",") < 2 and not re.search(r"[;&]|\bal\b", name):
        return ""
    if match := _OTHERS.search(name):
        return f'ends with "et al."; write "{name[: match.start()]} and others"'
    parts = [part.strip(" ,") for part in _BETWEEN.split(name[1:-1] if inside else name)]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return ""
    if inside:
        is_list = all(map(_is_full_name, parts))
    elif "{" in shape:
        is_list = False
    else:
        is_list = _is_bare_list(name, parts)
    if not is_list:
        return ""
    remedy = f'write "{" and ".join(_pairs(parts))}"'
    if not inside:
        remedy += ", or put the name of an organization in braces"
    return f"looks like several people; {remedy}"


def _is_bare_list(name: str, parts: list[str]) -> bool:
    """Return whether *name*, outside braces, holds several people, which may be its *parts*."""
    if re.search(r"(?<!\\);", re.sub(r"&#?\w+;", "", name)):
        return True
    commas = split_tex_string(name.rstrip(", "), ",")
    has_ampersand = re.search(r"\s(?:&|\\&)\s", name)
    if len(commas) == 3 and not has_ampersand:
        suffixes = commas[1] == "" or _is_suffix(commas[1]) or _is_suffix(commas[2])
        return not suffixes
    if len(commas) < 3 and not name.endswith(",") and not has_ampersand:
        return False
    paired = _pairs(parts) != parts and all(len(family) > 1 for family in parts[::2])
    return paired or all(map(_is_full_name, parts))


def _pairs(parts: list[str]) -> list[str]:
    """Return the people in *parts*, which may alternate between family names and initials."""
    if len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2])):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    return parts


def _is_suffix(text: str) -> bool:
    return bool(_SUFFIX.fullmatch(text) or _TITLE.fullmatch(text))


def _is_full_name(text: str) -> bool:
    """Return whether *text* looks like given and family names of one person."""
    words = [word for word in plain(text).split() if word.lower() not in _PARTICLES]
    return (
        2 <= len(words) <= 4
        and all(map(_WORD_OF_A_NAME.fullmatch, words))
        and all(word[0].isupper() and (word.endswith(".") or not word.isupper()) for word in words)
        and not _ORGANIZATION.search(text)
    )


def _split_suffix(name: str) -> tuple[str, str]:
    """Return *name* without the suffix that it has in an unusual place, and the suffix."""
    parts = [part.strip() for part in split_tex_string(name, ",")]
    if len(parts) in (2, 3) and _SUFFIX.fullmatch(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1]
    if len(parts) in (1, 2):
        family, _, last = parts[0].rpartition(" ")
        if family.strip() and _SUFFIX.fullmatch(last):
            return ", ".join([family.strip(), *parts[1:]]), last
    return name, ""


def _parse_extended(name: str) -> Name | None:
    """Parse a name such as ``family=Heer, given=Hado, prefix=van, useprefix=false``."""
    name = name.strip()
    if name.startswith("{") and name.endswith("}"):
        name = name[1:-1]
    parts: dict[str, str] = {}
    for part in split_tex_string(re.sub(r'=\s*+"([^",]*+,[^"]*+)"', r"={\1}", name), ","):
        key, _, value = part.partition("=")
        parts[key.strip().lower()] = value.strip(' "')
    family, given = parts.get("family", ""), parts.get("given") or parts.get("given-i", "")
    # Braces keep parts together; those around a whole value do no more.
    first = unbrace(given) if "," not in given else given
    prefix, suffix = unbrace(parts.get("prefix", "")), unbrace(parts.get("suffix", ""))
    if not (family or first):
        return None
    person = Name(first=first, prelast=prefix, last=family or first, lineage=suffix)
    if not family:
        person.first_names, person.middle_names = [], []
    person.keeps_prefix = unbrace(parts.get("useprefix", "true")).lower() != "false"
    return person


def _parse_person(name: str) -> Name | None:
    """Parse *name*; return None for "others" and for what is to be written as it is.

    That is a name wholly in braces, and BibLaTeX's extended format, which says more than BibTeX's.
    """
    if name.lower() == "others" or re.fullmatch(r"\{.*\}", name) or _EXTENDED.match(name):
        return None
    return parse_name(name)
