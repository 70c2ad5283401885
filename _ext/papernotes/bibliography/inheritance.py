"""What an entry takes from another: BibTeX's ``crossref`` and BibLaTeX's ``xdata``.

An entry that refers becomes one that stands by itself, so that nothing after this has to know of
either. As in Oren Patashnik's "BibTeXing", a field that is missing is taken from the entry that
``crossref`` names; as in appendix B of BibLaTeX's manual, the title of a volume becomes the
``booktitle`` of what is in it, and what identifies the volume itself is left to it.
``xdata`` names entries from which everything is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybtex.database import Entry

# Takes the entry that refers, the field, and what is wrong with the key in it.
Report = Callable[[Entry, str], None]
# Finds an entry by its key.
Find = Callable[[str], Entry | None]

# The fields that refer, in lower case.
REFERENCES = frozenset(("xdata", "crossref"))
# What belongs to a volume and not to what is in it. The rest of a name is lost with the volume.
_OF_THE_VOLUME = frozenset(
    "abstract annotation archiveprefix doi eprint eprinttype file ids key keywords label note pages"
    " pagetotal pdf primaryclass related shorthand shorttitle sortkey subtitle title titleaddon url"
    " urldate".split()
)


def complete(entry: Entry, find: Find, report: Report, path: tuple[str, ...] = ()) -> None:
    """Give *entry* what it takes from others, and take the references out of it.

    An entry that is not there, or that refers back in a circle, is reported and gives nothing.
    *path* holds the keys of the entries that led here.
    """
    here = (*path, entry.key)
    for name, key in _references(entry):
        source = find(key)
        if source is None:
            report(
                entry, f'{name} names the key "{key}", which no bibliography file has; correct it'
            )
        elif source.key in here:
            circle = " to ".join([*here[here.index(source.key) :], source.key])
            report(entry, f"{name} leads in a circle, from {circle}; take one of them out")
        else:
            complete(source, find, report, here)
            _take(entry, source, whole=name == "xdata")


def _references(entry: Entry) -> Iterator[tuple[str, str]]:
    """Take the references out of an entry, and yield the field and the key of each."""
    for name in ("xdata", "crossref"):
        if name in entry.fields:
            value = entry.fields.pop(name)
            keys = value.split(",") if name == "xdata" else [value]
            yield from ((name, key.strip()) for key in keys if key.strip())


def _take(entry: Entry, source: Entry, *, whole: bool) -> None:
    fields = {
        name: value
        for name, value in source.fields.items()
        if whole or name.lower() not in _OF_THE_VOLUME
    }
    if not whole and (title := source.fields.get("title")):
        volume = "journal" if entry.type.lower() == "article" else "booktitle"
        fields.setdefault(volume if "title" in entry.fields else "title", title)
    for name, value in fields.items():
        if name not in entry.fields:
            entry.fields[name] = value
    for role, people in source.persons.items():
        if role not in entry.persons:
            entry.persons[role] = list(people)
