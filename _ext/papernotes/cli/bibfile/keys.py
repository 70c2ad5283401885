"""Citation keys by the site's pattern, such as ``arpit2017closer``."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Callable

from anyascii import anyascii

from papernotes.bibliography.names import family_name
from papernotes.bibliography.titles import bare
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.errors import CommandError
from papernotes.core.text import letters

# Words of a title that say nothing of it: articles, conjunctions, prepositions.
_EMPTY = frozenset(
    "a an and as at by de der des die do for from how in into is la le les of on or over the to"
    " toward towards using via with und une un".split()
)
_SUFFIX = re.compile(r"(?:[a-z]{1,2}|-\d+)?")
_APOSTROPHE = re.compile("['’]")
_PART = re.compile(r"[^\W_]+")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_FIELDS = ("family", "year", "word", "Family", "Word")


def check_pattern(pattern: str) -> None:
    """Raise a CommandError if *pattern* cannot make keys."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    except ValueError:
        names = {pattern}
    known = names <= set(_FIELDS)
    if not known or not names or re.search(r"[\s,{}\"#%'()=~\\]", re.sub(r"\{\w+\}", "", pattern)):
        raise CommandError(
            f'papernotes_key_pattern = "{pattern}" in conf.py makes no keys; write it with'
            ' {family}, {year} and {word}, such as "{family}{year}{word}"'
        )


def check_key(key: str) -> None:
    """Raise a CommandError if *key* is none that BibTeX and citations take."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[\w:.+/-]*\w)?", key, re.ASCII):
        raise CommandError(
            f'"{key}" is no citation key; write letters and digits, such as smith2019super'
        )


def make_key(entry: Entry, pattern: str) -> str:
    """Return the key that *pattern* makes for *entry*, in ASCII.

    What the entry does not say is left out; a key is never empty.
    """
    family, word = _family(entry), _word(entry)
    key = pattern.format(
        family=family,
        Family=family.capitalize(),
        year=entry.year(),
        word=word,
        Word=word.capitalize(),
    )
    return key if re.search(r"[a-z0-9]", key, re.IGNORECASE) else "work"


def make_unique(key: str, is_taken: Callable[[str], bool]) -> str:
    """Return *key*, with the first letter after it that makes it one that is not taken."""
    if not is_taken(key):
        return key
    candidates = (key + letters(position) for position in itertools.count())
    return next(candidate for candidate in candidates if not is_taken(candidate))


def follows(key: str, expected: str) -> bool:
    """Return whether *key* is *expected*, with or without letters that tell it from others."""
    suffix = key.removeprefix(expected)
    return key.startswith(expected) and _SUFFIX.fullmatch(suffix) is not None


def _family(entry: Entry) -> str:
    if person := entry.first_person():
        return _ascii(family_name(person))
    names = ("organization", "institution", "publisher")
    return next((_words(entry.fields[name])[0] for name in names if _words(entry.get(name))), "")


def _word(entry: Entry) -> str:
    words = _words(entry.get("title"))
    # Scripts without spaces between words make one of a title.
    return next((word for word in words if word not in _EMPTY), words[0] if words else "")[:24]


def _words(source: str) -> list[str]:
    text = _APOSTROPHE.sub("", bare(source))
    return [word for part in _PART.findall(text) if (word := _ascii(part))]


def _ascii(source: str) -> str:
    return _NO_LETTER.sub("", anyascii(bare(source)).lower())
