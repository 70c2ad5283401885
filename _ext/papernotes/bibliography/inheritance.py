"""Resolve fields that entries inherit by BibTeX's ``crossref`` and BibLaTeX's ``xdata``.

Entries with references become self-contained, so that no other module has to resolve references.
As in Oren Patashnik's "BibTeXing", an entry takes its missing fields from the entry that
``crossref`` names. As in appendix B of BibLaTeX's manual, the title of a volume becomes the
``booktitle`` of its parts, and fields that identify the volume itself are not inherited.
``xdata`` names entries from which all fields are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybtex.database import Entry

from papernotes.core.limits import MAX_DEPTH

# Takes the entry with the reference, and a message about the reference.
Report = Callable[[Entry, str], None]
# Finds an entry by its key.
Find = Callable[[str], Entry | None]

# The fields that refer to other entries, in lower case.
REFERENCES = frozenset(("xdata", "crossref"))
# Fields that belong to a volume and not to its parts. Its titles get other names in the parts.
_VOLUME_FIELDS = frozenset(
    "abstract annotation archiveprefix concern corrected doi eprint eprinttype file ids key"
    " keywords label latest_date latest_version note notice pages pagetotal pdf pdfoffset"
    " primaryclass read_version related retracted shorthand shorttitle sortkey subtitle title"
    " titleaddon url urldate".split()
)


def complete(entry: Entry, find: Find, report: Report, path: tuple[str, ...] = ()) -> None:
    """Copy the inherited fields into *entry*, and remove its references.

    A reference to a missing entry, or a circular one, is reported and ignored. *path* holds the
    keys of the entries whose references led to this one.
    """
    here = (*path, entry.key)
    for name, key in _pop_references(entry):
        source = find(key)
        if source is None:
            report(
                entry, f'{name} names the key "{key}", which is in no bibliography file; correct it'
            )
        elif source.key in here:
            circle = " to ".join([*here[here.index(source.key) :], source.key])
            report(entry, f"{name} is circular, from {circle}; delete one of the references")
        elif len(here) > MAX_DEPTH:
            report(entry, f"{name} is the end of a chain of {MAX_DEPTH} references; shorten it")
        else:
            complete(source, find, report, here)
            _inherit(entry, source, whole=name == "xdata")


def _pop_references(entry: Entry) -> Iterator[tuple[str, str]]:
    """Remove the references from an entry, and yield the field and the key of each."""
    for name in ("xdata", "crossref"):
        if name in entry.fields:
            value = entry.fields.pop(name)
            keys = value.split(",") if name == "xdata" else [value]
            yield from ((name, key.strip()) for key in keys if key.strip())


def _inherit(entry: Entry, source: Entry, *, whole: bool) -> None:
    fields = {
        name: value
        for name, value in source.fields.items()
        if whole or name.lower() not in _VOLUME_FIELDS
    }
    if not whole:
        fields |= _titles(entry, source)
    for name, value in fields.items():
        if name not in entry.fields:
            entry.fields[name] = value
    for role, people in source.persons.items():
        if role not in entry.persons:
            entry.persons[role] = list(people)


def _titles(entry: Entry, source: Entry) -> dict[str, str]:
    """Return the title of *source* with its parts, under their names in *entry*."""
    prefix = ""
    if "title" in entry.fields:
        prefix = "journal" if entry.type.lower() == "article" else "book"
    title = "journal" if prefix == "journal" else f"{prefix}title"
    if title in entry.fields or not source.fields.get("title"):
        return {}
    names = {"title": title} | {part: prefix + part for part in ("subtitle", "titleaddon")}
    return {name: source.fields[part] for part, name in names.items() if part in source.fields}
