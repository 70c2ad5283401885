"""Citations by author and year: as plain text for headings, and in pieces of which some link."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sphinxcontrib.bibtex.citation_target import CitationTarget

from papernotes.bibliography import formatting
from papernotes.bibliography.formatting import Phrases
from papernotes.core.model import Paper

# The roles of sphinxcontrib-bibtex: a "c" for a capital, what is shown, whether in brackets, and an
# "s" for all names.
_ROLE = re.compile(r"(c?)(p|alp|t|author|label|year|empty)(par)?(s?)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a citation: its text, the number of the target that it links to, its emphasis."""

    text: str
    target: int | None = None
    is_title: bool = False


def citation_text(
    role: str,
    targets: Sequence[CitationTarget],
    paper: Callable[[str], Paper | None],
    phrases: Phrases,
) -> str:
    """Return the text of the citation that *role* makes of *targets*, by author and year.

    *paper* returns the work with a key, or None for an unknown one.
    """
    return "".join(piece.text for piece in citation_pieces(role, targets, paper, phrases))


def citation_pieces(
    role: str,
    targets: Sequence[CitationTarget],
    paper: Callable[[str], Paper | None],
    phrases: Phrases,
    suffixes: Mapping[str, str] = MappingProxyType({}),
) -> list[Piece]:
    """Return the pieces of :func:`citation_text`; *suffixes* are the letters after years, by key.

    A textual citation is one link, since a name is easier to click than a year.
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
        after = f", {target.post}" if target.post else ""
        match shown:
            case "t":
                pieces += [name, Piece(f" ({before}{year}{after})", number)]
            case "author":
                pieces.append(name)
            case "year":
                pieces.append(Piece(year, number))
            case _:
                pieces += [Piece(before), name, Piece(f", {year}", number), Piece(after)]
    if is_known and (brackets or shown in ("p", "label")):
        pieces = [Piece("("), *pieces, Piece(")")]
    return [piece for piece in pieces if piece.text]
