"""Describe pages in the vocabulary of https://schema.org, as JSON-LD.

A note is a ``BlogPosting`` whose ``about`` is its paper, or a list of its papers. It is not a
``Review``, since search engines expect a rating in a review, and a note has none. The functions are
pure: they take plain values and return JSON-LD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papernotes.bibliography.export import csl
from papernotes.core.model import Author
from papernotes.domain.intents import NAMESPACE

CONTEXT = "https://schema.org"
Thing = dict[str, Any]

_TYPES = {
    "book": "Book",
    "dataset": "Dataset",
    "report": "Report",
    "software": "SoftwareSourceCode",
    "thesis": "Thesis",
    "webpage": "WebPage",
}
# What belongs to a work, and what is about it, by the kind of its link.
_PARTS = {"code": "SoftwareSourceCode", "data": "Dataset"}
_ABOUT = {
    "slides": "PresentationDigitalDocument",
    "video": "VideoObject",
    "poster": "Poster",
    "review": "Review",
}
_CONTAINERS = {
    "article-journal": "Periodical",
    "chapter": "Book",
    "paper-conference": "PublicationVolume",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """A note or another page; unknown values are empty. Days and times are in ISO 8601."""

    title: str
    description: str
    url: str
    language: str
    authors: tuple[Author, ...]
    site: str
    site_url: str
    modified: str = ""
    published: str = ""
    image: str = ""
    tags: tuple[str, ...] = ()


def note(
    posting: Posting,
    papers: Sequence[csl.Item],
    links: Mapping[str, Mapping[str, str]],
    cited: Mapping[str, Sequence[csl.Item]],
) -> Thing:
    """Return the JSON-LD of a note on *papers*, whose *links* are by key and kind.

    *cited* has the works that it cites for a reason, by the property of CiTO.
    """
    works = [work(paper, links[paper["id"]]) for paper in papers]
    reasons = {
        f"cito:{name}": [work(paper, {}) for paper in found] for name, found in cited.items()
    }
    return _without_empty(
        {
            "@context": [CONTEXT, {"cito": NAMESPACE}] if reasons else CONTEXT,
            "@type": "BlogPosting",
            "@id": posting.url,
            "headline": posting.title,
            "description": posting.description,
            "url": posting.url,
            "image": posting.image,
            "inLanguage": posting.language,
            "author": _authors(posting.authors),
            "isPartOf": _without_empty(
                {"@type": "Blog", "name": posting.site, "url": posting.site_url}
            ),
            "keywords": list(posting.tags),
            "datePublished": posting.published,
            "dateModified": posting.modified,
            "about": works[0] if len(works) == 1 else works,
            **reasons,
        }
    )


def site(posting: Posting) -> Thing:
    """Return the JSON-LD of the front page."""
    return _without_empty(
        {
            "@context": CONTEXT,
            "@type": "Blog",
            "@id": posting.site_url,
            "name": posting.site,
            "url": posting.site_url,
            "description": posting.description,
            "inLanguage": posting.language,
            "author": _authors(posting.authors),
        }
    )


def work(item: csl.Item, links: Mapping[str, str]) -> Thing:
    """Return the JSON-LD of the paper that a note is about, with what its *links* lead to."""
    doi = item.get("DOI", "")
    container = item.get("container-title", "")
    kind = _CONTAINERS.get(item["type"], "CreativeWork")
    return _without_empty(
        {
            "@type": _TYPES.get(item["type"], "ScholarlyArticle"),
            "name": item["title"],
            "author": [_person(name) for name in item.get("author", ())],
            "editor": [_person(name) for name in item.get("editor", ())],
            "datePublished": _date(item),
            "isPartOf": {"@type": kind, "name": container} if container else None,
            "publisher": _organization(item.get("publisher", "")),
            "pagination": item.get("page"),
            "isbn": item.get("ISBN"),
            "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": doi}
            if doi
            else None,
            "url": item.get("URL"),
            "encoding": {
                "@type": "MediaObject",
                "contentUrl": links["PDF"],
                "encodingFormat": "application/pdf",
            }
            if "PDF" in links
            else None,
            "hasPart": _linked(_PARTS, links),
            "subjectOf": _linked(_ABOUT, links),
        }
    )


def _authors(authors: Sequence[Author]) -> Thing | list[Thing] | None:
    """Return who writes the notes, if anybody is named; an ORCID iD is the address of a person."""
    people = [
        _without_empty(
            {
                "@type": "Person",
                "@id": author.address,
                "name": author.name,
                "sameAs": author.address,
            }
        )
        for author in authors
    ]
    return people[0] if len(people) == 1 else people or None


def _linked(types: Mapping[str, str], links: Mapping[str, str]) -> list[Thing]:
    """Return what *links* lead to, of the kinds that *types* names."""
    return [
        {"@type": types[kind], "url": address} for kind, address in links.items() if kind in types
    ]


def _person(name: Mapping[str, str]) -> Thing:
    if literal := name.get("literal"):
        return {"@type": "Organization", "name": literal}
    return {"@type": "Person", "name": csl.full_name(name)}


def _organization(name: str) -> Thing | None:
    return {"@type": "Organization", "name": name} if name else None


def _date(item: csl.Item) -> str:
    parts = item.get("issued", {}).get("date-parts", [[]])[0]
    if not parts or parts[0] < 0:
        return ""
    return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])


def _without_empty(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value}
