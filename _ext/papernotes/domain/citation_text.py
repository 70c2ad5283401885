"""Citations by author and year: without links for headings, and in pieces of which some link."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from docutils import nodes
from sphinxcontrib.bibtex.citation_target import CitationTarget

from papernotes.bibliography import formatting, locators
from papernotes.bibliography.formatting import Phrases
from papernotes.catalogue.status import status
from papernotes.core.model import Paper
from papernotes.domain.marks import status_marks

# The roles of sphinxcontrib-bibtex: a "c" for a capital, what is shown, whether in brackets, and an
# "s" for all names.
_ROLE = re.compile(r"(c?)(p|alp|t|author|label|year|empty)(par)?(s?)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a citation: its text, the number of the target that it links to, its emphasis.

    If ``page`` is not 0, it links to that page of the target's PDF instead.
    """

    text: str
    target: int | None = None
    is_title: bool = False
    page: int = 0


def citation_nodes(
    role: str,
    targets: Sequence[CitationTarget],
    paper: Callable[[str], Paper | None],
    phrases: Phrases,
) -> list[nodes.Node]:
    """Return the citation that *role* makes of *targets*, by author and year, without links.

    It has the mark of each work that was retracted or corrected, or has a newer version. *paper*
    returns the work with a key, or None for an unknown one.
    """
    shown: list[nodes.Node] = []
    pieces = citation_pieces(role, targets, paper, phrases)
    leads = itertools.groupby(pieces, key=lambda piece: (piece.target, piece.page))
    for (number, page), linked in leads:
        shown.append(nodes.Text("".join(piece.text for piece in linked)))
        if number is not None and not page and (work := paper(targets[number].key)):
            shown += status_marks(status(work), before=" ", at_most=1)
    return shown


def citation_pieces(
    role: str,
    targets: Sequence[CitationTarget],
    paper: Callable[[str], Paper | None],
    phrases: Phrases,
    suffixes: Mapping[str, str] = MappingProxyType({}),
) -> list[Piece]:
    """Return the pieces of :func:`citation_nodes`; *suffixes* are the letters after years, by key.

    A textual citation is one link, since a name is easier to click than a year. A locator in it
    that names a page of the PDF is another.
    """
    match = _ROLE.fullmatch(role)
    capital, shown, brackets, full = match.groups() if match else ("", "p", "", "")
    pieces: list[Piece] = []
    is_known = False
    for number, target in enumerate(targets if shown != "empty" else ()):
        if number:
            is_last = number == len(targets) - 1
            separator = "; " if shown != "t" else phrases.last if is_last else ", "
            pieces.append(Piece(separator))
        work = paper(target.key)
        if work is None:
            pieces.append(Piece(f"[?{target.key}]"))
            continue
        is_known = True
        is_title = not formatting.people(work) and not formatting.byline(work)
        names = formatting.cited_names(work, phrases, full=bool(full))
        if capital and not number:
            names = names[:1].upper() + names[1:]
        name = Piece(names, number, is_title)
        year = formatting.year(work, phrases) + suffixes.get(target.key, "")
        before = f"{target.pre} " if target.pre else ""
        after = _after(target, number, work, phrases)
        is_linked = any(piece.page for piece in after)
        match shown:
            case "t" if is_linked:
                pieces += [name, Piece(f" ({before}{year}", number), *after, Piece(")")]
            case "t":
                locator = "".join(piece.text for piece in after)
                pieces += [name, Piece(f" ({before}{year}{locator})", number)]
            case "author":
                pieces += [Piece(before), name, *after]
            case "year":
                pieces += [Piece(before), Piece(year, number), *after]
            case _:
                pieces += [Piece(before), name, Piece(f", {year}", number), *after]
    if is_known and (brackets or shown in ("p", "label")):
        pieces = [Piece("("), *pieces, Piece(")")]
    return [piece for piece in pieces if piece.text]


def _after(target: CitationTarget, number: int, work: Paper, phrases: Phrases) -> list[Piece]:
    """Return the pieces of the text after a citation, of which those that name a page link."""
    if not target.post:
        return []
    found = locators.segments(target.post, work, dict(phrases.locators))
    linked = (Piece(each.text, number if each.page else None, page=each.page) for each in found)
    return [Piece(", "), *linked]
