"""Make citation keys, such as ``arpit2017closer``, from the site's pattern."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Callable

from anyascii import anyascii

from papernotes.bibliography.names import family_name
from papernotes.bibliography.titles import strip_latex
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.errors import CommandError
from papernotes.core.text import letter_suffix

# Articles, conjunctions and prepositions, which say nothing about a paper.
_STOP_WORDS = frozenset(
    "a an and as at by de der des die do for from how in into is la le les of on or over the to"
    " toward towards using via with und une un".split()
)
_SUFFIX = re.compile(r"(?:[a-z]{1,2}|-\d+)?")
_APOSTROPHE = re.compile("['’]")
_WORD = re.compile(r"[^\W_]+")
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]")
# Words that YAML reads as a truth value or as nothing.
_YAML_WORDS = frozenset("true false yes no on off null".split())
_FIELDS = ("family", "year", "word", "Family", "Word")


def check_pattern(pattern: str) -> None:
    """Raise a CommandError if *pattern*, the setting ``papernotes_key_pattern``, is invalid."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    except ValueError:
        names = {pattern}
    known = names <= set(_FIELDS)
    if not known or not names or re.search(r"[\s,{}\"#%'()=~\\]", re.sub(r"\{\w+\}", "", pattern)):
        raise CommandError(
            f'papernotes_key_pattern = "{pattern}" in conf.py is not a pattern of keys; write it'
            ' with {family}, {year} and {word}, such as "{family}{year}{word}"'
        )


def check_key(key: str) -> None:
    """Raise a CommandError if BibTeX, front matter or a citation could not hold *key*."""
    fits = re.fullmatch(r"[A-Za-z0-9](?:[\w:.+/-]*\w)?", key, re.ASCII)
    if not fits or not _is_text(key):
        raise CommandError(
            f'"{key}" is not a citation key; use letters and digits, such as smith2019super'
        )


def make_key(entry: Entry, pattern: str) -> str:
    """Make a key for *entry* from *pattern*, in ASCII.

    Parts of the pattern that the entry lacks are left out. A key that would be empty or a number
    begins with "work".
    """
    family, word = _family(entry), _word(entry)
    key = pattern.format(
        family=family,
        Family=family.capitalize(),
        year=entry.year(),
        word=word,
        Word=word.capitalize(),
    )
    if not re.search(r"[A-Za-z0-9]", key):
        return "work"
    return key if _is_text(key) else f"work{key}"


def _is_text(key: str) -> bool:
    """Return whether YAML reads *key*, after ``paper:``, as text."""
    return re.search(r"[A-Za-z]", key) is not None and key.lower() not in _YAML_WORDS


def make_unique(key: str, is_taken: Callable[[str], bool]) -> str:
    """Return *key*, followed by a letter ("a" to "z", then "aa" …) if it is taken."""
    if not is_taken(key):
        return key
    candidates = (key + letter_suffix(position) for position in itertools.count())
    return next(candidate for candidate in candidates if not is_taken(candidate))


def follows(key: str, expected: str) -> bool:
    """Return whether *key* is *expected*, optionally followed by a unique suffix."""
    suffix = key.removeprefix(expected)
    return key.startswith(expected) and _SUFFIX.fullmatch(suffix) is not None


def _family(entry: Entry) -> str:
    if person := entry.first_person():
        return _ascii(family_name(person))
    names = ("organization", "institution", "publisher")
    return next((words[0] for name in names if (words := _words(entry.get(name)))), "")


def _word(entry: Entry) -> str:
    words = _words(entry.get("title"))
    # In a script without spaces, the whole title is one word.
    return next((word for word in words if word not in _STOP_WORDS), words[0] if words else "")[:24]


def _words(source: str) -> list[str]:
    text = _APOSTROPHE.sub("", strip_latex(source))
    return [word for part in _WORD.findall(text) if (word := _ascii(part))]


def _ascii(source: str) -> str:
    return _NOT_IN_KEYS.sub("", anyascii(strip_latex(source)).lower())
