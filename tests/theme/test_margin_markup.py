"""Footnotes and references follow the blocks that refer to them, for the margin of the theme."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from lxml.html import HtmlElement
from margins import write_margins
from sites import PROJECT, THEME, Build, Site, text

ENGINE = PROJECT / "_ext/papernotes"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return write_margins(tmp_path_factory.mktemp("margins") / "site")


@pytest.fixture(scope="module")
def build(site: Site) -> Build:
    return site.build()


@pytest.fixture(scope="module")
def places(build: Build) -> HtmlElement:
    return build.page("papers/places")


def lines(element: HtmlElement) -> list[str]:
    """Return the classes by which the style sheet knows the line of a note."""
    return [name for name in element.classes if name.startswith("pn-line-")]


def test_only_the_author_s_mistakes_are_reported(build: Build) -> None:
    (message,) = build.messages
    assert message.endswith("Footnote [#] is not referenced. [ref.footnote]")


# For each note, the element around it and the block that it follows.
FOLLOWED = {
    "item": ("li", "p"),
    "quotation": ("div", "p"),
    "admonition": ("div", "p"),
    "head": ("section", "div"),
    "cell": ("section", "div"),
    "definition": ("dd", "p"),
    "heading": ("section", "h3"),
    "caption": ("section", "figure"),
    "card": ("section", "div"),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_note_follows_the_block_that_refers_to_it(places: HtmlElement, name: str) -> None:
    (note,) = places.cssselect(f"aside#in-{name}")
    around = note.getparent()
    reference = around.cssselect(f"a.footnote-reference[href='#in-{name}']")[0]
    block = next(child for child in around if reference in child.iter())
    inside = around if around.tag == "section" else around.getparent()
    assert (inside.tag, block.tag) == FOLLOWED[name]
    assert around.index(block) < around.index(note)
    assert lines(note) == lines(reference)
    assert len(lines(note)) == 1


def test_note_on_a_term_begins_the_definition(places: HtmlElement) -> None:
    (note,) = places.cssselect("dl.pn-noted > dd > aside#in-term:first-child")
    assert lines(note) == lines(places.cssselect("dt > a[href='#in-term']")[0]) == ["pn-line-1"]


def test_what_a_note_refers_to_follows_it(places: HtmlElement) -> None:
    notes = [text(note) for note in places.cssselect("aside.footnote > p:nth-child(2)")][-4:]
    assert [note.split()[0] for note in notes] == ["Outer.[12]", "Inner.", "By", "Of"]
    assert places.cssselect("hr.footnotes") == []


def test_note_that_is_referred_to_twice_stands_once_and_leads_to_both(places: HtmlElement) -> None:
    (note,) = places.cssselect("aside#in-item")
    first, second = (link.get("id") for link in places.cssselect("a[href='#in-item']"))
    back = [link.get("href") for link in note.cssselect(".pn-backlinks a")]
    assert back == [f"#{first}", f"#{second}"]
    (number,) = note.cssselect(".label a")
    assert number.get("href") == f"#{first}"
    assert lines(places.get_element_by_id(second)) == []


def test_notes_beyond_the_lines_of_a_block_have_none(build: Build) -> None:
    notes = build.page("papers/dense").cssselect("aside.pn-note")
    assert [*itertools.chain(*map(lines, notes))] == [f"pn-line-{n}" for n in range(1, 10)]
    assert len(notes) == 12


def test_notes_that_no_text_refers_to_stay_at_the_end(build: Build) -> None:
    page = build.page("papers/last")
    assert [text(note)[:8] for note in page.cssselect("aside.footnote.pn-note")] == [
        "[1] Of t",
        "[2] Firs",
    ]
    last = page.cssselect("hr.footnotes ~ aside.footnote-list > aside.footnote")
    assert {note.get("id") for note in last} == {"lone", "inner", "self"}


def test_titles_and_summaries_elsewhere_have_no_references(build: Build) -> None:
    (heading,) = build.page("papers/last").cssselect("h1")
    link, reference, *_ = heading
    assert [text(link), text(reference)] == ["Last one", "[1]"]
    (card,) = build.page("index").cssselect(".pn-card:has(a[href='papers/last.html'])")
    assert text(card).startswith("Last one Ann Number")
    assert "Short text." in text(card)
    assert "hidden" not in text(build.page("papers/last").get_element_by_id("content"))


def test_page_with_a_list_of_notes_has_no_margin(build: Build) -> None:
    page = build.page("index")
    assert page.cssselect("hr.footnotes + aside.footnote-list > aside.footnote")
    assert page.cssselect(".pn-note") == []


@pytest.mark.parametrize(
    ("builder", "theme", "path"),
    [
        ("dirhtml", "furo", "papers/places/index.html"),
        ("epub", "marginalia", "papers/places.xhtml"),
        ("singlehtml", "marginalia", "index.html"),
    ],
)
def test_other_themes_and_books_have_footnotes_at_the_end(
    site: Site, builder: str, theme: str, path: str
) -> None:
    page = site.build(builder, confoverrides={"html_theme": theme}).read(path)
    assert page.count('role="doc-footnote"') >= 14
    assert not {"pn-noted", "pn-line-1", "pn-placed"} & set(page.replace('"', " ").split())


def test_margin_has_variables_of_its_own() -> None:
    """A name that other style sheets use would take the value of theirs from them."""
    margin = (THEME / "static/margin.css").read_text("utf-8")
    (name,) = re.findall(r"@property (--[\w-]+)", margin)
    others = [path for path in ENGINE.rglob("*.css") if path.name != "margin.css"]
    assert len(others) > 10
    assert not [path.name for path in others if name in path.read_text("utf-8")]


# -- References ----------------------------------------------------------------


def test_references_follow_the_blocks_that_first_cite_the_works(build: Build) -> None:
    page = build.page("papers/many")
    notes = page.cssselect("aside.pn-reference")
    assert len({note.get("id") for note in notes}) == len(notes) == CITED
    for note in notes:
        first, *_ = page.cssselect(f".bibtex-citation a[href='#{note.get('id')}']")
        assert note.getparent() in first.iterancestors()
        (back,) = note.cssselect(".pn-backlinks a")
        assert page.get_element_by_id(back.get("href")[1:]) in first.iterancestors()
        assert "no-search" in note.classes


CITED = 60


def test_references_are_listed_at_the_end_too_without_their_ids(build: Build) -> None:
    page = build.page("papers/many")
    (section,) = page.cssselect("section.pn-references")
    assert "pn-placed" in section.classes
    items = section.cssselect("ul.pn-works > li.pn-placed")
    assert not any(item.get("id") for item in items)
    notes = {text(note) for note in page.cssselect("aside.pn-reference")}
    assert {text(item) for item in items} == notes
    assert len(items) == CITED


def test_reference_of_a_work_that_a_heading_cites_follows_the_heading(build: Build) -> None:
    (note,) = build.page("papers/last").cssselect("aside.pn-reference")
    assert note.getprevious().tag == "h2"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("left", '"left" is no place for references; use "end", "margin" or False'),
        (3, "3 is not a text in quotes; correct it, until then it is 'end'"),
    ],
)
def test_setting_that_is_no_place_is_reported(tiny: Site, value: Any, fault: str) -> None:
    (message,) = tiny.build("text", confoverrides={"papernotes_references": value}).messages
    assert f"papernotes_references = {fault}" in message
