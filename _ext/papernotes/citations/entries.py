"""Give entries to sphinxcontrib-bibtex and pybtex in a form that they need not convert.

Both convert LaTeX by latexcodec, which fails at some macros. Here, names and fields come from the
same conversion as everywhere else in the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from pybtex.database import Entry, Person
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from papernotes.bibliography import formatting
from papernotes.bibliography.identifiers import address, is_local
from papernotes.bibliography.latex import Span, flatten, plain, spans_with_groups
from papernotes.bibliography.reader import Bibliography
from papernotes.core.model import Paper

_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "%": r"\%", "{": "", "}": ""}
# BibLaTeX's names of the fields and types that pybtex's styles use, with theirs.
_FIELDS = {
    "journaltitle": "journal",
    "location": "address",
    "institution": "school",
    "eprinttype": "archiveprefix",
}
_TYPES = {
    "collection": "book",
    "conference": "inproceedings",
    "electronic": "online",
    "mvbook": "book",
    "mvcollection": "book",
    "mvproceedings": "proceedings",
    "report": "techreport",
    "thesis": "phdthesis",
    "www": "online",
}


def readable(source: str) -> str:
    """Return the LaTeX text *source* as the LaTeX that latexcodec reads as what we show.

    Braces stay, since pybtex's styles do not change the capitals in them.
    """
    return "".join(map(_readable_span, spans_with_groups(source)))


def escape(text: str) -> str:
    """Return plain *text* so that latexcodec leaves it as it is. It cannot read unpaired braces."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def _readable_span(span: Span) -> str:
    if span.kind == "math":
        formula = f"${span.text}$"
        try:
            Text.from_latex(formula)
        except (PybtexError, UnicodeError):
            return escape(formula)
        return formula
    inner = "".join(map(_readable_span, span.children))
    if span.kind == "link" and flatten(span.children) == span.text:
        # The library makes links of these.
        return rf"\url{{{inner}}}"
    return f"{{{inner}}}" if span.kind == "group" else inner or escape(span.text)


def _rich_names(part: str) -> property:
    return property(lambda person: [Text(plain(name)) for name in getattr(person, f"{part}_names")])


def _name_for_labels(name: str) -> str:
    shown = plain(name)
    if shown == name:
        return name
    try:
        return name if str(Text.from_latex(name)) == shown else escape(shown)
    except (PybtexError, UnicodeError):
        return escape(shown)


class ReadablePerson(Person):  # type: ignore[misc]  # pybtex has no types
    """A person whose names are shown as plain text.

    Labels are made from LaTeX text, as the library does, unless it would read another name.
    """

    def __init__(self, person: Person) -> None:
        super().__init__()
        for part in ("first", "middle", "prelast", "last", "lineage"):
            names = getattr(person, f"{part}_names")
            setattr(self, f"{part}_names", [_name_for_labels(name) for name in names])

    rich_first_names = _rich_names("first")
    rich_middle_names = _rich_names("middle")
    rich_prelast_names = _rich_names("prelast")
    rich_last_names = _rich_names("last")
    rich_lineage_names = _rich_names("lineage")


def organization(name: str) -> ReadablePerson:
    """Return what stands for a person where an organization has written a work."""
    person = ReadablePerson(Person())
    person.last_names = [escape(name)]
    return person


class ReadableEntry(Entry):  # type: ignore[misc]  # pybtex has no types
    """An entry whose names and fields pybtex can read."""

    def known_to(self, styles: Iterable[type]) -> Entry:
        """Return the entry with a type that all of *styles* have, if possible its own."""

        def has(style: type, name: str) -> bool:
            return hasattr(style, f"get_{name}_template") or hasattr(style, f"format_{name}")

        if all(has(style, self.type) for style in styles):
            return self
        return self.of_type(_TYPES.get(self.type, "misc"))

    def of_type(self, name: str) -> Entry:
        """Return the entry with the type *name*."""
        other = copy(self)
        other.type = name
        return other


class ReadableEntries(Mapping[str, ReadableEntry]):
    """The entries of a bibliography, converted when they are requested."""

    def __init__(self, bibliography: Bibliography) -> None:
        self._bibliography = bibliography
        self._made: dict[str, ReadableEntry] = {}

    def __getitem__(self, key: str) -> ReadableEntry:
        original = self._bibliography.entries[key]
        if original.key not in self._made:
            self._made[original.key] = _readable(self._bibliography.paper(original.key), original)
        return self._made[original.key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bibliography.entries)

    def __len__(self) -> int:
        return len(self._bibliography.entries)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": {}}


def _readable(paper: Paper, original: Entry) -> ReadableEntry:
    fields = dict(paper.fields)
    for name, alias in _FIELDS.items():
        if name in fields:
            fields.setdefault(alias, fields[name])
    if paper.title:
        fields["title"] = paper.title
    if paper.year:
        fields["year"] = paper.year
    # The styles show these as they are.
    fields = {name: value for name, value in fields.items() if not is_local(value)}
    shown = {name: address(fields.get(name, "")) for name in ("url", "pdf")}
    shown |= {"doi": formatting.doi(paper), "eprint": fields.get("eprint", "")}
    persons = {
        role: [ReadablePerson(person) for person in listed]
        for role, listed in original.persons.items()
    }
    fields = {name: shown.get(name) or readable(value) for name, value in fields.items()}
    entry = ReadableEntry(original.type, fields, persons)
    entry.key = original.key
    return entry
