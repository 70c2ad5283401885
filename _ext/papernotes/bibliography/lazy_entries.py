"""A mapping of pybtex entries that builds each entry when it is first requested.

A large bibliography has thousands of entries, of which a site shows some. Parsing the names in all
of them, and unpickling them in every build, would dominate the time of an incremental build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Entry, Person
from pybtex.exceptions import PybtexError
from pybtex.utils import OrderedCaseInsensitiveDict

PEOPLE = ("author", "editor")


class Entries(OrderedCaseInsensitiveDict):  # type: ignore[misc]  # pybtex has no types
    """Entries by key, ignoring case, in the order in which they were read.

    Entries stay unparsed until they are requested. The pickled environment contains their text.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Entry] = {}
        # Parsing a name is slow, and most people write more than one paper.
        self._people: dict[str, Person] = {}

    def add(self, key: str, type_: str, fields: dict[str, str]) -> None:
        """Add the entry *key* with its fields by name, authors and editors included."""
        super().__setitem__(key, (key, type_, fields))

    def store(self, key: str) -> None:
        """Store the entry *key* with the changes made to it since it was requested."""
        super().__setitem__(key, self[key])

    def values_of(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield key and value for each entry that has the field *name* (lower case)."""
        for key in self:
            stored = super().__getitem__(key)
            fields = stored.fields if isinstance(stored, Entry) else stored[2]
            yield from ((key, value) for field, value in fields.items() if field.lower() == name)

    def __getitem__(self, key: str) -> Entry:
        folded = key.lower()
        if folded not in self._made:
            stored = super().__getitem__(key)
            self._made[folded] = stored if isinstance(stored, Entry) else self._make(*stored)
        return self._made[folded]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": {}, "_people": {}}

    def _make(self, key: str, type_: str, fields: dict[str, str]) -> Entry:
        entry = Entry(type_)
        entry.key = key
        for name, value in fields.items():
            if name.lower() not in PEOPLE:
                entry.fields[name] = value
                continue
            for text in split_name_list(value):
                if text not in self._people:
                    self._people[text] = parse_person(text)
                entry.add_person(self._people[text], name)
        return entry


def parse_person(text: str, report: Callable[[str], None] = lambda _: None) -> Person:
    """Parse a BibTeX name; call *report* with the text if it is invalid, and keep it whole."""
    try:
        return Person(text)
    except PybtexError:
        report(text)
        return Person(last=text)
