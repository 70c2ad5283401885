"""Who writes the notes, wherever a site says so, and nobody where nobody is named."""

from __future__ import annotations

import json
import re
import zipfile
from typing import Any

import pytest
from lxml import etree
from sites import TESTS, Build, Site

from papernotes.bibliography.identifiers import parse_orcid

GRAMMAR = etree.RelaxNG(etree.parse(TESTS / "schemas" / "atom.rng"))
ATOM = {"a": "http://www.w3.org/2005/Atom"}
ADA = "https://orcid.org/0000-0002-1825-0097"
TWO = {"Ada  Lovelace": "orcid.org/0000-0002-1825-0097", "Bo & Beta": " "}


def json_ld(made: Build, docname: str) -> Any:
    (script,) = made.page(docname).cssselect("script[type='application/ld+json']")
    return json.loads(script.text)


def of_feed(made: Build) -> list[dict[str, str]]:
    tree = etree.parse(made.outdir / "feed.xml")
    assert GRAMMAR.validate(tree), GRAMMAR.error_log
    people = tree.xpath("a:author", namespaces=ATOM)
    return [{etree.QName(part).localname: part.text for part in person} for person in people]


@pytest.mark.parametrize(
    ("settings", "described", "listed"),
    [
        ({}, None, [{"name": "the author of these notes"}]),
        ({"author": " Ada "}, {"@type": "Person", "name": "Ada"}, [{"name": "Ada"}]),
        (
            {"author": "Somebody else", "papernotes_authors": TWO},
            [
                {"@type": "Person", "@id": ADA, "name": "Ada Lovelace", "sameAs": ADA},
                {"@type": "Person", "name": "Bo & Beta"},
            ],
            [{"name": "Ada Lovelace", "uri": ADA}, {"name": "Bo & Beta"}],
        ),
    ],
)
def test_structured_data_and_feed_name_the_authors(
    tiny: Site, settings: dict[str, Any], described: object, listed: object
) -> None:
    made = tiny.build(confoverrides=settings)
    assert made.messages == []
    for docname in ("papers/alpha", "index"):
        assert json_ld(made, docname).get("author") == described
    assert of_feed(made) == listed


def test_books_name_the_authors_of_the_notes(tiny: Site) -> None:
    settings = {"papernotes_authors": TWO, "version": "1", "copyright": "2026"}
    made = tiny.build("epub", confoverrides=settings)
    assert made.messages == []
    with zipfile.ZipFile(made.outdir / "tiny.epub") as book:
        package = book.read("content.opf").decode()
    assert re.findall("<dc:creator>(.*?)<", package) == ["Ada Lovelace, Bo &amp; Beta"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        (" https://orcid.org/0000-0002-1694-233x ", "0000-0002-1694-233X"),
        ("ORCID: 0000000151093700", "0000-0001-5109-3700"),
        # One digit is wrong, or two have changed places.
        ("0000-0002-1825-0096", ""),
        ("0000-0002-1852-0097", ""),
        ("0000-0002-1825-009", ""),
        ("\u0660000-0002-1825-0097", ""),
        ("https://example.org/0000-0002-1825-0097", ""),
        ("", ""),
    ],
)
def test_orcid_ids_have_a_check_digit(text: str, found: str) -> None:
    assert parse_orcid(text) == found
