"""What a reader sees of a work: names, links, the reference and the BibTeX, as spans and text.

Pure: a :class:`~.model.Paper` in, spans out. Everything that shows a work, on whichever page, takes
it from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from papernotes.bibliography.identifiers import arxiv_id
from papernotes.bibliography.latex import SAFE_LINK, Span, flatten, spans
from papernotes.core.model import Paper, Person
from papernotes.core.text import fold_plain

SortKey = tuple[str, ...]
LinkKind = Literal["abstract", "PDF", "DOI"]

# What publishes a work without people, and stands for them.
_PUBLISHERS = ("organization", "institution", "publisher")
# What a chapter or a paper is a part of.
_WHOLES = ("journal", "journaltitle", "booktitle", "maintitle")
# Fields that are the author's own business, not the paper's: they stay out of the BibTeX shown.
PRIVATE_FIELDS = frozenset(
    "abstract annotation annote comment creationdate date-added date-modified file groups"
    " keywords local-url modificationdate owner pdf printed priority qualityassured ranking"
    " readstatus relevance review timestamp username".split()
)
# So do those that reference managers keep for themselves.
_PRIVATE_PREFIXES = ("bdsk-", "citeulike-", "comment-", "mendeley-")
# What BibTeX has for people who are not named.
OTHERS = "others"
_PROCEEDINGS = re.compile(
    r"^(?:In )?Proceedings of (?:the )?(?:\d+(?:st|nd|rd|th) )?(?:Annual )?|^\d+(?:st|nd|rd|th) ",
    re.IGNORECASE,
)
_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is said around names and titles; in English, where nobody has put it otherwise."""

    last: str = " and "
    others: str = " et al."
    undated: str = "n.d."
    inside: str = "In "
    editor: str = ", ed. "
    editors: str = ", eds. "
    report: str = "Technical report"
    doctoral: str = "PhD thesis"
    masters: str = "Master's thesis"


ENGLISH = Phrases()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the paper itself: what it leads to, and the address."""

    kind: LinkKind
    url: str


def links(paper: Paper) -> tuple[Link, ...]:
    """Return the links that the entry gives: abstract, PDF and DOI, each at most once.

    Only http and https are let through; an address of another scheme is no link.
    """
    url, pdf = _address(paper, "url"), _address(paper, "pdf")
    # A DOI may hold any character, "<" and "#" too.
    address = quote(doi(paper), safe="%/:;,@!$&'()*+=")
    arxiv = arxiv_id(dict(paper.fields))
    if url.lower().endswith(".pdf"):
        pdf, url = pdf or url, ""
    found = (
        Link("abstract", f"https://arxiv.org/abs/{arxiv}" if arxiv else url),
        Link("PDF", pdf or (f"https://arxiv.org/pdf/{arxiv}" if arxiv else "")),
        Link("DOI", f"https://doi.org/{address}" if address else ""),
    )
    return tuple(link for link in found if SAFE_LINK.fullmatch(link.url))


def doi(paper: Paper) -> str:
    """Return the DOI by itself, or the empty string."""
    return _DOI_PREFIX.sub("", _unescape(paper.field("doi")).strip())


def target(paper: Paper) -> str:
    """Return the address that the title of a note leads to, or the empty string.

    It is the entry's ``url``, else the abstract on arXiv, else the DOI, else the PDF.
    """
    if url := _address(paper, "url"):
        return url
    by_kind = {link.kind: link.url for link in links(paper)}
    return by_kind.get("abstract") or by_kind.get("DOI") or by_kind.get("PDF") or ""


def unsafe_links(paper: Paper) -> list[str]:
    """Return the names of the fields that hold an address of a scheme that is not let through."""
    return [
        name
        for name in ("url", "pdf")
        if (value := _unescape(paper.field(name)).strip()) and not SAFE_LINK.fullmatch(value)
    ]


def _address(paper: Paper, name: str) -> str:
    value = _unescape(paper.field(name)).strip()
    return value if SAFE_LINK.fullmatch(value) else ""


def _unescape(text: str) -> str:
    r"""Return the address in *text*, in which there may be ``\_``, ``\%``, ``\url{}`` or braces."""
    if match := re.fullmatch(r"\s*(?:\\url\s*)?\{(.*)\}\s*", text):
        text = match[1]
    return re.sub(r"\\([%#&_~{}])", r"\1", text)


def year(paper: Paper, phrases: Phrases = ENGLISH) -> str:
    """Return the year as it is shown: "n.d." where there is none."""
    return flatten(spans(paper.year)) or phrases.undated


def textual_citation(paper: Paper, phrases: Phrases = ENGLISH) -> str:
    """Return a citation of the work as plain text, such as "Zhang et al. (2017)"."""
    families = [flatten(spans(person.family)) for person in people(paper)]
    if not families:
        names = flatten(byline(paper)) or flatten(title(paper))
    elif len(families) > 2 or (len(families) == 2 and families[-1].lower() == OTHERS):
        names = families[0] + phrases.others
    else:
        names = phrases.last.join(families)
    return f"{names} ({year(paper, phrases)})"


def title(paper: Paper) -> tuple[Span, ...]:
    """Return the title, the citation key in its place where there is none."""
    return spans(paper.title) or (Span("text", paper.key),)


def people(paper: Paper) -> tuple[Person, ...]:
    """Return the authors, or else the editors."""
    return paper.authors or paper.editors


def named_people(paper: Paper) -> tuple[Person, ...]:
    """Return the authors, or else the editors, without an "and others"."""
    return tuple(
        person for person in people(paper) if person.family.lower() != OTHERS or person.given
    )


def family_first(person: Person) -> tuple[Span, ...]:
    """Return a name as an index of persons has it, such as "Bengio, Yoshua"."""
    return spans(f"{person.family}, {person.given}" if person.given else person.family)


def byline(paper: Paper, at_most: int = 0, phrases: Phrases = ENGLISH) -> tuple[Span, ...]:
    """Return the names of the authors, of all of them or of the first of more than *at_most*.

    Where there are neither authors nor editors, what published the work stands for them.
    """
    persons = people(paper)
    if not persons:
        for name in _PUBLISHERS:
            if found := spans(paper.field(name)):
                return found
        return ()
    shown = named_people(paper)
    open_ended = len(shown) < len(persons)
    if at_most and len(shown) > at_most:
        shown, open_ended = shown[:1], True
    parts = [_name(person) for person in shown]
    if open_ended and parts:
        return (*_listed(parts, ""), Span("text", phrases.others))
    return _listed(parts, phrases.last)


def byline_source(paper: Paper) -> tuple[object, ...]:
    """Return all of the entry that "authors · year · venue" is made of."""
    publishers = [paper.field(name) for name in _PUBLISHERS]
    return (paper.authors, paper.editors, *publishers, paper.year, paper.venue)


def _name(person: Person) -> tuple[Span, ...]:
    return spans(f"{person.given} {person.family}".strip())


def _listed(parts: list[tuple[Span, ...]], last: str) -> tuple[Span, ...]:
    joined: list[Span] = []
    for position, part in enumerate(parts):
        if position:
            final = last if position == len(parts) - 1 else ""
            joined.append(Span("text", final or ", "))
        joined.extend(part)
    return tuple(joined)


def short_venue(paper: Paper) -> tuple[Span, ...]:
    """Return where the work appeared, without "Proceedings of the 34th".

    A journal keeps its name, such as "Proceedings of the IEEE".
    """
    if paper.type in ("article", "periodical"):
        return spans(paper.venue)
    return spans(_PROCEEDINGS.sub("", paper.venue))


def reference(paper: Paper, suffix: str = "", phrases: Phrases = ENGLISH) -> tuple[Span, ...]:
    """Return the work's entry in a list of references.

    *suffix* is the letter after the year that tells apart works of the same people and year. The
    order is that of author-year styles (as in The Chicago Manual of Style, 17th ed., 15.2): names,
    year, title, where it appeared.
    """
    names = byline(paper, 0, phrases)
    head = [*names, Span("text", " ")] if names else []
    if paper.editors and not paper.authors:
        edited = phrases.editors if len(paper.editors) > 1 else phrases.editor
        head = [*names, Span("text", edited)]
    head.append(Span("text", f"({year(paper, phrases)}{suffix}). "))
    heading = title(paper)
    stop = "" if flatten(heading).endswith(("?", "!", ".")) else "."
    whole: tuple[Span, ...] = (Span("emphasis", children=heading),) if _is_whole(paper) else heading
    url = target(paper)
    linked: tuple[Span, ...] = (Span("link", url, whole),) if url else whole
    tail = _appearance(paper, phrases)
    return (*head, *linked, Span("text", stop), *tail)


def _is_whole(paper: Paper) -> bool:
    return paper.type in ("book", "proceedings", "collection", "phdthesis", "thesis")


def _appearance(paper: Paper, phrases: Phrases) -> tuple[Span, ...]:
    """Return the part of a reference that says where the work appeared, with a full stop."""
    field = paper.field
    volume, pages = field("volume"), field("pages") or field("eid")
    number = field("number") or field("issue")
    parts: list[tuple[Span, ...]] = []
    match paper.type:
        case "article" | "periodical":
            issue = f"{volume}({number})" if volume and number else volume or number
            journal = _emphasis(paper.venue)
            parts.append((*journal, *_lead(" ", issue)) if journal else spans(issue))
            parts.append(spans(pages))
        case "inproceedings" | "conference" | "incollection" | "inbook":
            series = " ".join(part for part in (field("series"), volume) if part)
            # Without the name of what it is a part of, the venue is who published it.
            whole = any(field(name) for name in _WHOLES)
            inside = _emphasis(paper.venue) if whole else ()
            lead = (Span("text", phrases.inside), *inside)
            parts.append(lead if inside else spans(paper.venue))
            parts.append(spans(series))
            parts.append(spans(pages))
        case "techreport" | "report":
            kind = field("type") or phrases.report
            parts.append(spans(f"{kind} {number}".strip()))
            parts.append(spans(paper.venue))
        case "phdthesis" | "mastersthesis" | "thesis":
            kind = phrases.masters if paper.type == "mastersthesis" else phrases.doctoral
            parts.append(spans(field("type") or kind))
            parts.append(spans(paper.venue))
        case _:
            arxiv = arxiv_id(dict(paper.fields))
            if paper.venue == "arXiv" and arxiv:
                parts.append((Span("text", f"arXiv:{arxiv}"),))
            else:
                parts.append(spans(paper.venue))
    shown = _listed([part for part in parts if part], "")
    return (Span("text", " "), *shown, Span("text", ".")) if shown else ()


def _emphasis(source: str) -> tuple[Span, ...]:
    inner = spans(source)
    return (Span("emphasis", children=inner),) if inner else ()


def _lead(text: str, source: str) -> tuple[Span, ...]:
    inner = spans(source)
    return (Span("text", text), *inner) if inner else ()


def bibtex(paper: Paper) -> str:
    """Return the entry as BibTeX, one field a line, without the author's own notes to it."""
    lines = [f"@{paper.type}{{{paper.key},"]
    for role, persons in (("author", paper.authors), ("editor", paper.editors)):
        if persons:
            names = " and ".join(_bibtex_name(person) for person in persons)
            lines.append(f"  {role} = {{{names}}},")
    lines += [
        f"  {name} = {{{value}}},"
        for name, value in paper.fields
        if value and name not in PRIVATE_FIELDS and not name.startswith(_PRIVATE_PREFIXES)
    ]
    return "\n".join([*lines, "}"])


def _bibtex_name(person: Person) -> str:
    return f"{person.family}, {person.given}" if person.given else person.family


def sort_key(paper: Paper) -> SortKey:
    """Return what orders works in a bibliography: names, year, title, key."""
    names = " ".join(fold(f"{person.family} {person.given}") for person in people(paper))
    return (names or fold(flatten(byline(paper))), year(paper), fold(paper.title), paper.key)


def fold(source: str) -> str:
    """Return the LaTeX text *source* as it counts for the order: see :func:`fold_plain`."""
    return fold_plain(flatten(spans(source)))


def missing_fields(paper: Paper) -> list[str]:
    """Return which of author, year and title the entry lacks and nothing stands in for."""
    lacking = [] if byline(paper) else ["author"]
    lacking += [] if paper.year.strip() else ["year"]
    lacking += [] if paper.title.strip() else ["title"]
    return lacking
