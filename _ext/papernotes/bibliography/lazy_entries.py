"""A mapping of pybtex entries that builds each entry when it is first requested.

A large bibliography has thousands of entries, of which a site shows some. Parsing the names in all
of them, and unpickling them in every build, would dominate the time of an incremental build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Entry
from pybtex.utils import OrderedCaseInsensitiveDict

from papernotes.bibliography.names import Name, parse_name

PEOPLE = ("author", "editor")


class Entries(OrderedCaseInsensitiveDict):  # type: ignore[misc]  # pybtex has no types
    """Entries by key, ignoring case, in the order in which they were read.

    Entries stay unparsed until they are requested. The pickled environment contains their text.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Entry] = {}

    def add(self, key: str, type_: str, fields: dict[str, str]) -> None:
        """Add the entry *key* with its fields by name, authors and editors included."""
        super().__setitem__(key, (key, type_, fields))

    def store(self, key: str) -> None:
        """Store the entry *key* with the changes made to it since it was requested."""
        super().__setitem__(key, self[key])

    def rewrite(self, change: Callable[[str, str], str]) -> None:
        """Replace each value that holds a macro by what *change* returns for its name and it."""
        for key in self:
            _, type_, fields = super().__getitem__(key)
            if any("\\" in value for value in fields.values()):
                self.add(key, type_, {name: change(name, value) for name, value in fields.items()})

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
        return {**self.__dict__, "_made": {}}

    def _make(self, key: str, type_: str, fields: dict[str, str]) -> Entry:
        entry = Entry(type_)
        entry.key = key
        for name, value in fields.items():
            if name.lower() not in PEOPLE:
                entry.fields[name] = value
                continue
            for text in split_name_list(value):
                # A name that is none is kept whole.
                entry.add_person(parse_name(text) or Name(last=text), name)
        return entry
