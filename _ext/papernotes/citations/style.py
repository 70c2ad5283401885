"""The citation style of ``bibtex_reference_style = "papernotes"``.

It reads "Zhang et al. (2017)" in the text and "(Zhang et al., 2017)" in parentheses. It is the
library's author-year style with round brackets, in which the whole citation is the link.

Citations of works in the references of a page are made by ``domain/citation_text.py``. This is for
pages with a ``{bibliography}`` of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pybtex.richtext import Text
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearTextualReferenceStyle,
)
from sphinxcontrib.bibtex.style.template import (
    join,
    join2,
    post_text,
    pre_text,
    reference,
    year,
)

from papernotes.i18n import phrases

NAME = "papernotes"


def _round() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


def _listed() -> BracketStyle:
    last = phrases().last
    return BracketStyle(left="(", right=")", sep=", ", sep2=last, last_sep=last)


def _people() -> PersonStyle:
    said = phrases()
    return PersonStyle(other=Text(said.others), sep2=said.last, last_sep=said.last)


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
