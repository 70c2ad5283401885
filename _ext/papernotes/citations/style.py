"""The citation style of ``bibtex_reference_style = "papernotes"``.

It reads "Zhang et al. (2017)" in the text and "(Zhang et al., 2017)" in parentheses. It is the
library's author-year style with round brackets, in which the whole citation is the link.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pybtex.database import Entry
from pybtex.richtext import Text
from pybtex.style.template import node
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearTextualReferenceStyle,
)
from sphinxcontrib.bibtex.style.template import (
    author_or_editor_or_title,
    join,
    join2,
    post_text,
    pre_text,
    reference,
    year,
)

from papernotes.bibliography import formatting
from papernotes.citations.entries import ReadableEntry
from papernotes.i18n import phrases

NAME = "papernotes"


def _round() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


def _listed() -> BracketStyle:
    last = phrases().last
    return BracketStyle(left="(", right=")", sep=", ", sep2=last, last_sep=last)


def _people() -> PersonStyle:
    said = phrases()
    return Names(other=Text(said.others), sep2=said.last, last_sep=said.last)


class CitedEntry(ReadableEntry):
    """An entry for citations, with a cache of its formatted names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[bool, Text] = {}

    def with_named_people(self, full: bool) -> Entry | None:
        """Return an entry with the people before "et al.", or None if none follow them.

        The library takes the "others" at the end of a list for a name.
        """
        for role in ("author", "editor"):
            if persons := self.persons.get(role):
                others = len(persons) > 1 and str(persons[-1]).lower() == formatting.OTHERS
                kept = persons[:-1] if full else persons[:1]
                return (
                    Entry(self.type, fields=self.fields, persons={role: kept}) if others else None
                )
        return None


@node  # type: ignore[untyped-decorator]
def once(children: list[Any], data: dict[str, Any], full: bool) -> Any:
    """Return the formatted people of an entry, all of them if *full*.

    They are formatted once in a build, since that is half the cost of a citation.
    """
    entry = data["entry"]
    names, first_names = children
    if not isinstance(entry, CitedEntry):
        return names.format_data(data)
    if full not in entry.names:
        if first := entry.with_named_people(full):
            shown = first_names.format_data({**data, "entry": first})
            entry.names[full] = Text(shown, data["style"].person.other)
        else:
            entry.names[full] = names.format_data(data)
    return entry.names[full]


@dataclass
class Names(PersonStyle):
    """The library's style of names, with a cache for each list."""

    def author_or_editor_or_title(self, full: bool) -> Any:
        """Return the template of the people, or else of the title."""
        # No "and" comes before the last name that "et al." follows.
        first_names = author_or_editor_or_title(sep=self.sep)
        return once(full=full)[super().author_or_editor_or_title(full), first_names]


@dataclass
class TextualStyle(BasicAuthorYearTextualReferenceStyle):
    """Textual citations as one link, since a name is easier to click than a year."""

    def inner(self, role_name: str) -> Any:
        """Return the template of one citation."""
        return reference[
            join(sep=self.text_reference_sep)[
                self.person.author_or_editor_or_title(full="s" in role_name),
                join[
                    self.bracket.left,
                    join2(sep1=self.pre_text_sep, sep2=self.post_text_sep)[
                        pre_text, year, post_text
                    ],
                    self.bracket.right,
                ],
            ]
        ]


@dataclass
class ReferenceStyle(AuthorYearReferenceStyle):
    """Author and year, in round brackets."""

    bracket_textual: BracketStyle = field(default_factory=_listed)
    bracket_parenthetical: BracketStyle = field(default_factory=_round)
    bracket_author: BracketStyle = field(default_factory=_round)
    bracket_label: BracketStyle = field(default_factory=_round)
    bracket_year: BracketStyle = field(default_factory=_round)
    person: PersonStyle = field(default_factory=_people)

    def __post_init__(self) -> None:
        """Replace the library's textual style."""
        super().__post_init__()  # type: ignore[no-untyped-call]
        textual = TextualStyle(bracket=self.bracket_textual, person=self.person)
        self.role_style.update(dict.fromkeys(textual.role_names(), textual))


def register() -> None:
    """Register the style with the library."""
    register_plugin("sphinxcontrib.bibtex.style.referencing", NAME, ReferenceStyle)
