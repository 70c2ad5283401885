"""Locators: what a citation says of the place in a work, such as "p. 3", "sec. 2" or "§ 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from papernotes.bibliography import formatting
from papernotes.bibliography.formatting import Link
from papernotes.bibliography.latex import flatten, spans
from papernotes.core.model import Paper

# The words of each kind in English and in French, without the point of an abbreviation.
_WORDS: dict[str, tuple[str, str]] = {
    "page": ("p pp pg pgs page pages", "p pp page pages"),
    "section": ("sec secs sect sects section sections", "sect section sections"),
    "chapter": ("ch chap chaps chapter chapters", "chap chapitre chapitres"),
    "equation": ("eq eqs eqn eqns equation equations", "éq équation équations"),
    "figure": ("fig figs figure figures", "fig figure figures"),
    "table": ("tab tabs table tables", "tabl tableau tableaux"),
    "theorem": ("thm thms theorem theorems", "th théorème théorèmes"),
    "lemma": ("lem lemma lemmas lemmata", "lemme lemmes"),
    "proposition": ("prop props proposition propositions", "prop proposition propositions"),
    "corollary": ("cor cors corollary corollaries", "cor corollaire corollaires"),
    "definition": ("def defs definition definitions", "déf définition définitions"),
    "algorithm": ("alg algs algorithm algorithms", "alg algorithme algorithmes"),
    "appendix": ("app apps appendix appendices appendixes", "ann annexe annexes"),
}
_GROUPS = {kind: [set(words.split()) for words in both] for kind, both in _WORDS.items()}
_KINDS = {
    word: kind for kind, groups in reversed(_GROUPS.items()) for words in groups for word in words
}
# What a term stands before: a number, as in "eq. (4)" and "chap. IV", or a letter, as in "app. A".
_TERM = re.compile(
    rf"(?<!\w)(?P<word>{'|'.join(sorted(_KINDS, key=len, reverse=True))})(?P<point>\.?)[ \xa0]?"
    r"(?=\(?(?:\d|(?-i:[A-Z]|[ivxlc]+)(?![^\W\d_])|[IVXLC]+(?![^\W\d_])))",
    re.IGNORECASE,
)
# Some journals begin the number of a page with letters or with that of the article: S14, 12:5.
_PREFIX = r"(?:[A-Za-z]{1,3}|\d{1,6}:)?"
_NUMBER = rf"{_PREFIX}\d{{1,7}}"
_DASH = r" ?[-\u2010-\u2015]{1,3} ?"
_PLACE = rf"{_NUMBER}(?:{_DASH}{_NUMBER})?(?=(?:ff?|sqq?)\b|(?!\w|[.:]\d))"
_PAGES = re.compile(rf"{_PLACE}(?:(?: ?[,;&]| and| et|, and) {_PLACE})*")
_EACH = re.compile(_PLACE)
_PRINTED = re.compile(
    rf"(?:pp?\. ?)?(?P<prefix>{_PREFIX})(?P<first>\d{{1,7}})"
    rf"(?:{_DASH}(?P=prefix)?(?P<last>\d{{1,7}})|(?P<open> ?(?:\+|ff?\.?)))?"
)
_OFFSET = re.compile(r"[+-]?[0-9]{1,5}")
# Files that browsers do not open at a page.
_NO_PDF = re.compile(
    r"\.(?:ps|eps|dvi|djvu|docx?|odt|tex|epub|html?|zip|gz|bz2|xz)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a locator, and the page of the PDF that it names, or 0."""

    text: str
    page: int = 0


def segments(text: str, paper: Paper, terms: Mapping[str, str]) -> list[Segment]:
    """Return the locator *text* with terms of the site's language, and pages of the PDF.

    *terms* has the usual term for each kind of place. A term of the site's language, which that for
    equations tells, stays as it is.
    """
    text = " ".join(text.split())
    if _PAGES.fullmatch(text):
        # A number alone is that of a page, as in Pandoc.
        return [each for each in _places(text, "", paper) if each.text]
    found: list[Segment] = []
    site = terms.get("equation", "").rstrip(".")
    language = next((n for n, words in enumerate(_GROUPS["equation"]) if site in words), None)
    done = 0
    while match := _TERM.search(text, done):
        found.append(Segment(text[done : match.start()]))
        word = match["word"]
        kind = _KINDS[word.lower()]
        usual = terms.get(kind, "")
        if not usual or (language is not None and word.lower() in _GROUPS[kind][language]):
            usual = word + match["point"]
        elif word[0].isupper():
            usual = usual[:1].upper() + usual[1:]
        term = f"{usual} "
        done = match.end()
        if kind == "page" and (pages := _PAGES.match(text, done)):
            found += _places(pages[0], term, paper)
            done = pages.end()
        else:
            found.append(Segment(term))
    return [each for each in (*found, Segment(text[done:])) if each.text]


def _places(text: str, term: str, paper: Paper) -> Iterator[Segment]:
    """Yield the pages of a list, each with the page of the PDF, and what stands between them."""
    done = 0
    for match in _EACH.finditer(text):
        if match.start():
            yield Segment(text[done : match.start()])
        shown = re.sub(_DASH, "–", match[0])
        yield Segment(f"{'' if done else term}{shown}", pdf_page(paper, shown.partition("–")[0]))
        done = match.end()
    yield Segment(text[done:])


def pdf_page(paper: Paper, label: str) -> int:
    """Return the page of the PDF of *paper* that has the number *label* in print, or 0.

    The field ``pdfoffset`` says what to add to the number. Without it, the first of ``pages`` is
    page 1. A number outside ``pages`` is that of the PDF itself, if the PDF can have such a page.
    """
    link = pdf_link(paper)
    if link is None:
        return 0
    digits = re.search(r"\d+$", label)
    assert digits is not None
    prefix, number = label[: digits.start()], int(digits[0])
    if is_offset(offset := paper.field("pdfoffset")):
        return max(number + int(offset), 0)
    pages = " ".join(flatten(spans(paper.field("pages"))).split())
    if not pages:
        return 0 if prefix else number
    printed = _PRINTED.fullmatch(pages)
    if printed is None or prefix not in ("", printed["prefix"]):
        return 0
    first, last = int(printed["first"]), _last(printed)
    if first <= number and (printed["open"] or number <= last):
        return number - first + 1
    # Pages of a preprint are counted from 1, whatever the journal printed on its own. A single
    # number can be that of an article, which has pages of its own.
    is_counted = _is_preprint(link) or not printed["last"] or number <= last - first + 1
    return number if not prefix and is_counted and (number < first or first == 1) else 0


def is_offset(value: str) -> bool:
    """Return whether *value* can be that of the field ``pdfoffset``: a whole number."""
    return bool(_OFFSET.fullmatch(value.strip()))


def _last(printed: re.Match[str]) -> int:
    """Return the last page of a range, which may be shortened, as in 233-42."""
    first, last = printed["first"], printed["last"] or printed["first"]
    is_short = len(last) < len(first) and int(last) < int(first)
    return int(first[: -len(last)] + last if is_short else last)


def pdf_link(paper: Paper) -> Link | None:
    """Return the link to the PDF of *paper*, unless it leads to a file of another kind."""
    found = (link for link in formatting.links(paper) if link.kind == "PDF")
    return next((link for link in found if not _NO_PDF.search(link.url)), None)


def _is_preprint(link: Link) -> bool:
    return link.url.startswith("https://arxiv.org/pdf/")


def source(paper: Paper) -> tuple[object, ...]:
    """Return all values of the entry on which the links of locators depend."""
    return (pdf_link(paper), paper.field("pages"), paper.field("pdfoffset"))
