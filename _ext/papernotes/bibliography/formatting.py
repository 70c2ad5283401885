"""Format works for readers: names, titles, links, references, BibTeX and sort keys.

Functions take a :class:`~.model.Paper` and return spans or text. Every page that shows a work uses
them, so that it looks the same everywhere.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from papernotes.bibliography import identifiers
from papernotes.bibliography.identifiers import address, arxiv_id, is_like_address, is_local
from papernotes.bibliography.latex import SAFE_LINK, Span, flatten, spans
from papernotes.bibliography.names import join_prefix
from papernotes.core.files import is_path, path_of
from papernotes.core.model import Paper, Person, keep
from papernotes.core.text import fold_plain

SortKey = tuple[str, ...]
LinkKind = Literal["abstract", "PDF", "DOI", "code", "slides", "video", "poster", "data", "review"]
# Fields with an address of what belongs to a work. JabRef writes remarks into the last.
MATERIAL: tuple[LinkKind, ...] = ("code", "slides", "video", "poster", "data", "review")

# Fields that stand in for the names of a work without authors and editors.
_PUBLISHERS = ("organization", "institution", "publisher")
# Fields that name the container of an article, chapter or paper.
_CONTAINERS = ("journal", "journaltitle", "booktitle", "maintitle")
# The fields of an entry that are published: those about the work in the data model of BibLaTeX
# (its manual, 2.2) and in the standard styles of BibTeX, and what arXiv and natbib's styles add.
# Any other may be a note to oneself, as abstract, annotation, file, keywords and library are.
# BibLaTeX's fields without a meaning (usera …) are not among them, nor is execute, a program.
PUBLISHED_FIELDS = frozenset(
    "addendum address afterword afterwordtitle annotator archiveprefix articleno author"
    " authortype bookauthor bookpagination booksubtitle booktitle booktitleaddon chapter"
    " collaboration commentator concern corrected crossref date doi edition editor editora"
    " editoratype editorb editorbtype editorc editorctype editortype eid entryset entrysubtype"
    " eprint eprintclass eprinttype eventdate eventtitle eventtitleaddon foreword gender holder"
    " howpublished ids indexsorttitle indextitle institution introduction isan isbn ismn isrn"
    " issn issue issuesubtitle issuetitle issuetitleaddon iswc journal journalsubtitle"
    " journaltitle journaltitleaddon key label langid langidopts language location mainsubtitle"
    " maintitle maintitleaddon month mrnumber nameaddon note notice number numpages organization"
    " origdate origlanguage origlocation origpublisher origtitle options pages pagetotal"
    " pagination part pmcid pmid presort primaryclass publisher pubstate related relatedoptions"
    " relatedstring relatedtype reprinttitle retracted school series shortauthor shortbooktitle"
    " shorteditor shorthand shorthandintro shortjournal shortseries shorttitle sortkey sortname"
    " sortshorthand sorttitle sortyear subtitle title titleaddon translator type url urldate"
    " urlday urlmonth urlyear venue version volume volumes xdata xref year zblnumber".split()
)
# The name and the password of an address, which may have LaTeX's braces around a character.
_CREDENTIALS = re.compile(r"(?<=://)(?:[^\s/?#<>\"{}]|\{[^\s{}]*\})*@", re.IGNORECASE)
# What is told of them in a note, whose text nobody changes.
CREDENTIALS = "a link holds a name and a password, which readers would see; delete them"
# BibLaTeX's types of entries that lend their fields to others, or list others.
NO_WORKS = frozenset(("set", "xdata"))
_SPACE = re.compile(r"\s")
# BibTeX's name for further people who are not listed, in lower case.
OTHERS = "others"
_PROCEEDINGS = re.compile(
    r"^(?:In )?Proceedings of (?:the )?(?:\d+(?:st|nd|rd|th) )?(?:Annual )?|^\d+(?:st|nd|rd|th) ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases around names and titles, by default in English.

    ``locators`` has the term for each kind of place in a work; without one, terms stay as written.
    """

    last: str = " and "
    others: str = " et al."
    undated: str = "n.d."
    inside: str = "In "
    editor: str = ", ed. "
    editors: str = ", eds. "
    report: str = "Technical report"
    doctoral: str = "PhD thesis"
    masters: str = "Master's thesis"
    locators: tuple[tuple[str, str], ...] = ()


ENGLISH = Phrases()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the paper itself, or to what belongs to it.

    ``url`` is an address or, if *is_file*, the path of a file from the site's folder.
    """

    kind: LinkKind
    url: str
    is_file: bool = False


@keep
def links(paper: Paper) -> tuple[Link, ...]:
    """Return the links of the entry: abstract, PDF, DOI and material, each at most once.

    Addresses whose scheme is not http or https are dropped.
    """
    url, pdf = _address(paper, "url"), _link(paper, "PDF", "pdf")
    # A DOI may contain any character, "<" and "#" too.
    path = quote(doi(paper), safe="%/:;,@!$&'()*+=")
    resolver = f"https://doi.org/{path}" if path else ""
    arxiv = arxiv_id(dict(paper.fields))
    if url.lower().endswith(".pdf"):
        pdf, url = (pdf if pdf.url else Link("PDF", url)), ""
    if resolver and (identify := identifiers.identify(url)) and identify.value == doi(paper):
        url = ""
    found = (
        Link("abstract", f"https://arxiv.org/abs/{arxiv}" if arxiv else url),
        pdf if pdf.url or not arxiv else Link("PDF", f"https://arxiv.org/pdf/{arxiv}"),
        Link("DOI", resolver),
        *(_link(paper, kind, kind) for kind in MATERIAL),
    )
    return tuple(
        link for link in found if link.url and (link.is_file or SAFE_LINK.fullmatch(link.url))
    )


def _link(paper: Paper, kind: LinkKind, name: str) -> Link:
    """Return the link of the field *name*, with an empty address if it has none."""
    url = _address(paper, name)
    return Link(kind, url) if url else Link(kind, linked_file(paper, name), is_file=True)


def linked_file(paper: Paper, name: str) -> str:
    """Return the path of the file that the field *name* links to, from the site's folder."""
    value = address(paper.field(name))
    if not is_path(value) or is_local(value) or (name in MATERIAL and _SPACE.search(value)):
        return ""
    return path_of("", value)


def doi(paper: Paper) -> str:
    """Return the DOI without resolver or prefix, or the empty string."""
    return identifiers.doi(dict(paper.fields))


@keep
def target(paper: Paper) -> str:
    """Return the address that the title of the work links to, or the empty string.

    It is the entry's ``url``, else the abstract on arXiv, else the DOI, else the PDF.
    """
    if url := _address(paper, "url"):
        return url
    by_kind = {link.kind: link.url for link in links(paper) if not link.is_file}
    return by_kind.get("abstract") or by_kind.get("DOI") or by_kind.get("PDF") or ""


def unsafe_links(paper: Paper) -> list[str]:
    """Return the names of the fields whose address is not allowed as a link.

    Words in the fields of material are remarks, which are not published.
    """
    return [
        name
        for name in ("url", "pdf", *MATERIAL)
        if (value := address(paper.field(name)))
        and not SAFE_LINK.fullmatch(value)
        and (name == "url" or not linked_file(paper, name))
        and (name not in MATERIAL or is_like_address(value))
    ]


def _address(paper: Paper, name: str) -> str:
    value = address(paper.field(name))
    return value if SAFE_LINK.fullmatch(value) else ""


def year(paper: Paper, phrases: Phrases = ENGLISH) -> str:
    """Return the year as it is shown: "n.d." if the entry has none."""
    return flatten(spans(paper.year)) or phrases.undated


def textual_citation(paper: Paper, phrases: Phrases = ENGLISH, suffix: str = "") -> str:
    """Return a citation of the work as plain text, such as "Zhang et al. (2017)".

    *suffix* is the letter after the year, as in :func:`reference`.
    """
    return f"{cited_names(paper, phrases)} ({year(paper, phrases)}{suffix})"


def cited_names(paper: Paper, phrases: Phrases = ENGLISH, *, full: bool = False) -> str:
    """Return the names of a citation, such as "Zhang et al.", or all of them if *full*."""
    families = [flatten(cited_name(person)) for person in people(paper)]
    if not families:
        return flatten(byline(paper) or title(paper))
    others = len(families) > 1 and families[-1].lower() == OTHERS
    if others or (len(families) > 2 and not full):
        return ", ".join(families[:-1] if full else families[:1]) + phrases.others
    return phrases.last.join(filter(None, (", ".join(families[:-1]), families[-1])))


def title(paper: Paper) -> tuple[Span, ...]:
    """Return the title, or the citation key if the entry has none."""
    return spans(paper.title) or (Span("text", paper.key),)


def people(paper: Paper) -> tuple[Person, ...]:
    """Return the authors, or the editors if there are none."""
    return paper.authors or paper.editors


def named_people(paper: Paper) -> tuple[Person, ...]:
    """Return the authors, or the editors if there are none, without "and others"."""
    return _named(people(paper))


def _named(persons: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(person for person in persons if person.family.lower() != OTHERS or person.given)


def cited_name(person: Person) -> tuple[Span, ...]:
    """Return a name as in a citation, such as "van Heer"."""
    return spans(join_prefix(person.particle, person.family))


def family_first(person: Person) -> tuple[Span, ...]:
    """Return a name as in an index, such as "Bengio, Yoshua" or "King, Marta, Jr."."""
    given = f"{person.given} {person.particle}".strip()
    return spans(", ".join(part for part in (person.family, given, person.suffix) if part))


def byline(paper: Paper, at_most: int = 0, phrases: Phrases = ENGLISH) -> tuple[Span, ...]:
    """Return the names of the authors, shortened to the first one if there are more than *at_most*.

    0 means no limit. Without authors, return the editors; without editors, the publisher.
    """
    persons = people(paper)
    if not persons:
        for name in _PUBLISHERS:
            if found := spans(paper.field(name)):
                return found
        return ()
    return _list_people(persons, at_most, phrases)


def _list_people(persons: tuple[Person, ...], at_most: int, phrases: Phrases) -> tuple[Span, ...]:
    shown = _named(persons)
    open_ended = len(shown) < len(persons)
    if at_most and len(shown) > at_most:
        shown, open_ended = shown[:1], True
    parts = [_name(person) for person in shown]
    if open_ended and parts:
        return (*_join_with_commas(parts, ""), Span("text", phrases.others))
    return _join_with_commas(parts, phrases.last)


def long_byline(
    paper: Paper, at_most: int, phrases: Phrases = ENGLISH
) -> tuple[tuple[Span, ...], tuple[Span, ...], int]:
    """Return the names of the authors in two parts, and how many are in the second.

    The first part has *at_most* names. The second is empty if there is no more than one other.
    """
    count = len(named_people(paper)) - at_most
    if count < 2:
        return byline(paper, 0, phrases), (), 0
    persons = people(paper)
    shown = _join_with_commas([_name(person) for person in persons[:at_most]], "")
    return shown, _list_people(persons[at_most:], 0, phrases), count


def byline_source(paper: Paper) -> tuple[object, ...]:
    """Return all values of the entry on which "authors · year · venue" depends."""
    publishers = [paper.field(name) for name in _PUBLISHERS]
    venue = (paper.venue, paper.short_venue)
    return (paper.authors, paper.editors, *publishers, paper.year, *venue)


def _name(person: Person) -> tuple[Span, ...]:
    family = join_prefix(person.particle, person.family)
    return spans(f"{person.given} {family} {person.suffix}")


def _join_with_commas(parts: list[tuple[Span, ...]], last: str) -> tuple[Span, ...]:
    joined: list[Span] = []
    for position, part in enumerate(parts):
        if position:
            final = last if position == len(parts) - 1 else ""
            joined.append(Span("text", final or ", "))
        joined.extend(part)
    return tuple(joined)


def short_venue(paper: Paper) -> tuple[Span, ...]:
    """Return the short name of the venue; without one, its name without its first words.

    These are such as "Proceedings of the 34th". The name of a journal is kept whole, such as
    "Proceedings of the IEEE".
    """
    if paper.short_venue:
        return spans(paper.short_venue)
    if paper.type in ("article", "periodical"):
        return spans(paper.venue)
    return spans(_PROCEEDINGS.sub("", paper.venue))


def reference(paper: Paper, suffix: str = "", phrases: Phrases = ENGLISH) -> tuple[Span, ...]:
    """Return the work's entry in a list of references.

    *suffix* is the letter after the year that distinguishes works of the same people and year. The
    order is that of author-year styles (as in The Chicago Manual of Style, 17th ed., 15.2): names,
    year, title, venue.
    """
    heading = title(paper)
    whole: tuple[Span, ...] = (
        (Span("emphasis", children=heading),) if _is_standalone(paper) else heading
    )
    url = target(paper)
    linked: tuple[Span, ...] = (Span("link", url, whole),) if url else whole
    tail = _appearance(paper, phrases)
    written = f"({year(paper, phrases)}{suffix})."
    names = byline(paper, 0, phrases)
    if not names:
        # The title takes the place of the names, as it does in a citation.
        return (*linked, Span("text", f" {written}"), *tail)
    between = " "
    if paper.editors and not paper.authors:
        between = phrases.editors if len(paper.editors) > 1 else phrases.editor
    stop = "" if flatten(heading).endswith(("?", "!", ".")) else "."
    return (*names, Span("text", f"{between}{written} "), *linked, Span("text", stop), *tail)


def _is_standalone(paper: Paper) -> bool:
    return paper.type in ("book", "proceedings", "collection", "phdthesis", "thesis")


def _appearance(paper: Paper, phrases: Phrases) -> tuple[Span, ...]:
    """Return the end of a reference: the venue with its numbers and pages, and a full stop."""
    field = paper.field
    volume, pages = field("volume"), field("pages") or field("eid")
    number = field("number") or field("issue")
    parts: list[tuple[Span, ...]] = []
    match paper.type:
        case "article" | "periodical":
            issue = f"{volume}({number})" if volume and number else volume or number
            journal = _emphasis(paper.venue)
            parts.append((*journal, *_with_prefix(" ", issue)) if journal else spans(issue))
            parts.append(spans(pages))
        case "inproceedings" | "conference" | "incollection" | "inbook":
            series = " ".join(part for part in (field("series"), volume) if part)
            # Without a field that names the container, the venue is the publisher.
            whole = any(field(name) for name in _CONTAINERS)
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
    shown = _join_with_commas([part for part in parts if part], "")
    return (Span("text", " "), *shown, Span("text", ".")) if shown else ()


def _emphasis(source: str) -> tuple[Span, ...]:
    inner = spans(source)
    return (Span("emphasis", children=inner),) if inner else ()


def _with_prefix(text: str, source: str) -> tuple[Span, ...]:
    inner = spans(source)
    return (Span("text", text), *inner) if inner else ()


def without_credentials(text: str) -> str:
    """Return *text* without the names and passwords of the addresses in it."""
    return _CREDENTIALS.sub("", text) if "@" in text else text


def public_value(name: str, value: str) -> tuple[str, str]:
    """Return what may be published of the *value* of a field, and what is wrong with the rest.

    An address that is no link is kept, because that is reported, but shown nowhere.
    """
    public = without_credentials(value)
    if name in PUBLISHED_FIELDS and name != "url" and is_local(public):
        return "", "says where a file is on your computer, and is"
    return public, "holds a name and a password, which are" if public != value else ""


@functools.lru_cache(maxsize=65536)
def bibtex(paper: Paper, also: tuple[str, ...] = ()) -> str:
    """Return the entry as BibTeX, one field per line, with the fields that may be published.

    *also* names further ones, in any case. What says where a file is on a computer is left out.
    """
    published = PUBLISHED_FIELDS.union(name.lower() for name in also)
    lines = [f"@{paper.type}{{{paper.key},"]
    for role, persons in (("author", paper.authors), ("editor", paper.editors)):
        if persons:
            names = " and ".join(_bibtex_name(person) for person in persons)
            lines.append(f"  {role} = {{{names}}},")
    lines += [
        f"  {name} = {{{value}}},"
        for name, value in paper.fields
        if value and name in published and not is_local(value)
    ]
    return "\n".join([*lines, "}"])


def _bibtex_name(person: Person) -> str:
    family = f"{person.particle} {person.family}".strip()
    return ", ".join(part for part in (family, person.suffix, person.given) if part)


@keep
def sort_key(paper: Paper) -> SortKey:
    """Return the sort key of a work in a bibliography: names, year, title, key."""
    names = " ".join(map(folded_name, people(paper)))
    leading = names or fold_plain(flatten(byline(paper) or title(paper)))
    return (leading, year(paper), fold(paper.title), paper.key)


def folded_name(person: Person) -> str:
    """Return a name as it is sorted."""
    return fold(f"{person.family} {person.given} {person.suffix}")


def fold(source: str) -> str:
    """Return the LaTeX text *source* as it is sorted: see :func:`fold_plain`."""
    return fold_plain(flatten(spans(source)))


def missing_fields(paper: Paper) -> list[str]:
    """Return which of author, year and title the entry lacks, if no other field replaces them."""
    values = {"author": byline(paper), "year": paper.year.strip(), "title": paper.title.strip()}
    return [name for name, value in values.items() if not value]
