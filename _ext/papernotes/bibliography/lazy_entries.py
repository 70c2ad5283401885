"""The entries of a bibliography, as pybtex has them, each made when it is asked for.

A large bibliography holds thousands of entries, of which a site shows some. To take apart the names
in all of them, and to load them in each build, would be most of the work of a small change.
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
    """Entries by key, with the case of keys ignored, in the order in which they were read.

    What is kept of most is their text, also where the environment is pickled.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Entry] = {}
        # Taking a name apart is slow, and most people write more than one paper.
        self._people: dict[str, Person] = {}

    def note(self, key: str, type_: str, fields: dict[str, str]) -> None:
        """Keep what has been read of the entry *key*: its fields by name, people among them."""
        super().__setitem__(key, (key, type_, fields))

    def settle(self, key: str) -> None:
        """Keep the entry *key* as it has been changed since it was asked for."""
        super().__setitem__(key, self[key])

    def values_of(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the key of each entry that has the field *name* (lower case), and its value."""
        for key in self:
            kept = super().__getitem__(key)
            fields = kept.fields if isinstance(kept, Entry) else kept[2]
            yield from ((key, value) for field, value in fields.items() if field.lower() == name)

    def __getitem__(self, key: str) -> Entry:
        folded = key.lower()
        if folded not in self._made:
            kept = super().__getitem__(key)
            self._made[folded] = kept if isinstance(kept, Entry) else self._make(*kept)
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
                    self._people[text] = person(text)
                entry.add_person(self._people[text], name)
        return entry


def person(text: str, report: Callable[[str], None] = lambda _: None) -> Person:
    """Return the person whom BibTeX names *text*; *report* is called with one that is no name."""
    try:
        return Person(text)
    except PybtexError:
        report(text)
        return Person(last=text)
