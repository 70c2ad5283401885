"""The pages on which "Cited by" goes on, where more pages cite a note than its page can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from papernotes.catalogue.derive import Catalogue
from papernotes.core.model import Note, Page

# As many citing pages stand on the page of the note, and on each further page. A page of 200 with
# a sentence of each has about 60 kB.
ON_NOTE, ON_PAGE = 50, 200


@dataclass(frozen=True, slots=True)
class MentionPage:
    """One of the ``pages`` that show who cites the note *docname*: ``pages[number - 1]``.

    The first is the page of the note. ``names`` are the citing documents on this page.
    """

    docname: str
    number: int
    pages: tuple[str, ...]
    names: tuple[str, ...]


def mention_pages(catalogue: Catalogue, documents: Mapping[str, Page]) -> dict[str, MentionPage]:
    """Return the pages of all notes that need several, by name.

    *documents* are all that cite; those that say why they cite the note come first.
    """
    found: dict[str, MentionPage] = {}
    for note in catalogue.notes:
        citing = catalogue.citing(note)
        if len(citing) <= ON_NOTE:
            continue
        with_reason = [name for name in citing if _says_why(documents[name], note)]
        names = list(dict.fromkeys([*with_reason, *citing]))
        starts = range(ON_NOTE, len(names), ON_PAGE)
        parts = [names[:ON_NOTE], *(names[start : start + ON_PAGE] for start in starts)]
        later = (f"cited-by/{note.docname}/{number}" for number in range(2, len(parts) + 1))
        pages = (note.docname, *later)
        for number, (page, part) in enumerate(zip(pages, parts, strict=True), 1):
            found[page] = MentionPage(note.docname, number, pages, tuple(part))
    return found


def _says_why(document: Page, note: Note) -> bool:
    return any(each.intent and each.key in note.keys for each in document.citations)
