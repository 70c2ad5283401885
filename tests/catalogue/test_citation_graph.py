"""The citation map and the layout of its picture, without a build."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sites import PROJECT, TESTS

from papernotes.bibliography.reader import read
from papernotes.catalogue.citation_graph import (
    MAX_WORKS,
    SHOW_ALL_UP_TO,
    CitationMap,
    Picture,
    citation_map,
    lay_out,
)
from papernotes.catalogue.derive import Catalogue, derive
from papernotes.core.model import Citation, Note, Page
from papernotes.pages.graph_svg import Label, draw


def catalogue(cites: dict[str, Iterable[str]], others: Iterable[str] = ()) -> Catalogue:
    """Derive a catalogue from documents and the keys they cite; *others* are not notes."""
    keys = dict.fromkeys([*cites, *itertools.chain.from_iterable(cites.values())])
    source = "".join(f"@misc{{{k}, author = {{{k}}}, year = 2000, title = {{{k}}}}}" for k in keys)
    notes = [Note(key, (key,), key) for key in cites if key not in others]
    pages = [
        Page(name, citations=tuple(Citation(name, key, 1) for key in cited))
        for name, cited in cites.items()
    ]
    paths = {name: f"{name}.md" for name in cites}
    return derive(notes, pages, read([("refs.bib", source.encode())]), paths)


def large(notes: int) -> CitationMap:
    """Return the map of many notes that cite one another and works without a note."""
    dice = random.Random(notes)
    names = [f"n{number:04}" for number in range(notes)]
    works = [f"w{number:04}" for number in range(2 * notes)]
    found = {name: dice.sample(names, 2) + dice.sample(works, 2) for name in names}
    return citation_map(catalogue(found))


def test_the_map_has_a_sorted_pair_for_each_citation() -> None:
    found = citation_map(catalogue({"b": ["a", "w"], "a": ["b", "w", "v"], "c": []}))
    assert found.citations == (("a", "b"), ("a", "v"), ("a", "w"), ("b", "a"), ("b", "w"))
    assert found.drawn == ("a", "b", "v", "w")
    assert found.arrows == list(found.citations)


def test_the_map_leaves_out_other_pages_and_a_note_s_own_paper() -> None:
    found = citation_map(catalogue({"a": ["a"], "plain": ["a"]}, others=["plain"]))
    assert found == CitationMap((), (), {})


def test_an_arrow_of_a_note_on_several_papers_leads_from_the_main_one() -> None:
    page = Page("papers/x", citations=tuple(Citation("papers/x", key, 1) for key in "wbav"))
    notes = [Note("papers/x", ("a", "b"), "X", lines=(1, 1)), Note("papers/y", ("a",), "Y")]
    other = Page("papers/y", citations=(Citation("papers/y", "w", 1),))
    source = "".join(
        f"@misc{{{key}, author = {{A}}, year = 2000, title = {{T}}}}" for key in "abvw"
    )
    found = read([("refs.bib", source.encode())])
    paths = {"papers/x": "papers/x.md", "papers/y": "papers/y.md"}
    drawn = citation_map(derive(notes, [page, other], found, paths))
    assert drawn.citations == (("a", "v"), ("a", "w"))
    # The list says which of the notes on a paper cites what.
    assert drawn.cited == {"papers/x": ("v", "w"), "papers/y": ("w",)}


def test_a_large_map_draws_only_works_that_two_notes_cite() -> None:
    cites = {f"n{number:02}": ["hub", f"w{number:02}"] for number in range(40)}
    assert SHOW_ALL_UP_TO < 80
    found = citation_map(catalogue(cites))
    assert found.drawn == ("hub", *sorted(cites))
    # The list beside the picture has all citations.
    assert len(found.citations) == 80


def test_a_map_draws_no_more_than_the_maximum_of_works() -> None:
    found = large(700)
    assert MAX_WORKS - 20 < len(found.drawn) <= MAX_WORKS
    # Each work drawn has an arrow.
    assert {key for pair in found.arrows for key in pair} == set(found.drawn)


# The picture.


def test_an_empty_map_has_an_empty_layout() -> None:
    assert lay_out(CitationMap((), ())).places == {}


@pytest.mark.parametrize("notes", [2, 10, 100, 500])
def test_each_work_has_a_place_of_its_own_inside_the_picture(notes: int) -> None:
    shown = large(notes)
    picture = lay_out(shown)
    assert set(picture.places) == set(shown.drawn)
    for x, y in picture.places.values():
        assert 0 < x < picture.width
        assert 0 < y < picture.height
    places = list(picture.places.values())
    assert len(set(places)) > 0.98 * len(places)


@pytest.mark.parametrize("notes", [10, 500, 1000])
def test_nearly_all_works_have_room_for_a_label(notes: int) -> None:
    """That includes works near a much cited one, where the forces alone would crowd them."""
    dice = random.Random(notes)
    names = [f"n{number:04}" for number in range(notes)]
    found = {name: {names[int(dice.random() ** 3 * notes)] for _ in range(3)} for name in names}
    shown = citation_map(catalogue(found))
    labels = {key: Label("Somebody et al. (2000)", key, "", noted=True) for key in shown.drawn}
    box = ElementTree.fromstring(draw(shown, lay_out(shown), labels, name="Map"))
    named = [group for group in box.iter("g") if "pn-map-named" in str(group.get("class"))]
    assert len(named) > 0.9 * len(shown.drawn)


def test_unconnected_parts_of_the_map_do_not_overlap() -> None:
    pairs = [(f"a{n}", "a0") for n in range(1, 9)] + [("b1", "b0"), ("c1", "c0")]
    keys = sorted({key for pair in pairs for key in pair})
    picture = lay_out(CitationMap(tuple(pairs), tuple(keys)))
    boxes = []
    for letter in "abc":
        points = [place for key, place in picture.places.items() if key[0] == letter]
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        boxes.append((left, right, top, bottom))
    for one, other in itertools.combinations(boxes, 2):
        apart_across = one[1] < other[0] or other[1] < one[0]
        apart_down = one[3] < other[2] or other[3] < one[2]
        assert apart_across or apart_down


def test_the_layout_is_the_same_in_each_process() -> None:
    """The hash seed, and with it the order of sets, has no influence."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_citation_graph import large\n"
        "from papernotes.catalogue.citation_graph import lay_out\n"
        "print(sorted(lay_out(large(60)).places.items()))\n"
    )
    arguments = [sys.executable, "-c", program, Path(__file__).parent, TESTS, PROJECT / "_ext"]
    seen = {
        subprocess.run(
            arguments, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def drawn(places: dict[str, tuple[int, int]], *pairs: tuple[str, str]) -> ElementTree.Element:
    """Return the SVG element of works at *places*, with an arrow for each of *pairs*."""
    labels = {
        key: Label(
            f"{key} (2000)", f"All of <{key}>", f"{key}.html" if key < "m" else "", key < "g"
        )
        for key in places
    }
    shown = CitationMap(pairs, tuple(sorted(places)))
    (svg,) = ElementTree.fromstring(draw(shown, Picture(500, 500, places), labels, name="Map"))
    return svg


def test_a_work_with_a_page_is_drawn_as_a_link_with_a_title() -> None:
    svg = drawn({"a": (100, 100), "z": (300, 100)}, ("a", "z"))
    (link,) = svg.findall("a")
    assert (link.get("href"), link.get("class")) == ("a.html", "pn-map-note pn-map-named")
    assert (link.findtext("title"), link.findtext("text")) == ("All of <a>", "a (2000)")
    (work,) = svg.findall("g")
    assert work.get("class") == "pn-map-work pn-map-named"


def test_an_arrow_ends_at_the_edge_of_the_cited_work() -> None:
    (line,) = drawn({"a": (100, 100), "b": (300, 100)}, ("a", "b")).findall("line")
    ends = {name: line.get(name) for name in ("x1", "y1", "x2", "y2")}
    assert ends == {"x1": "100", "y1": "100", "x2": "291", "y2": "100"}


def test_the_picture_is_hidden_from_screen_readers_and_the_keyboard() -> None:
    svg = drawn({"a": (100, 100), "b": (300, 100)}, ("a", "b"))
    assert svg.get("aria-hidden") == "true"
    assert {link.get("tabindex") for link in svg.iter("a")} == {"-1"}


@pytest.mark.parametrize(("width", "name"), [(1000, "pn-map"), (2000, "pn-map-large")])
def test_a_map_that_scrolls_can_be_focused_with_the_keyboard(width: int, name: str) -> None:
    labels = {key: Label(key, key, "", noted=False) for key in "ab"}
    picture = Picture(width, 500, {"a": (100, 100), "b": (300, 100)})
    shown = CitationMap((("a", "b"),), ("a", "b"))
    box = ElementTree.fromstring(draw(shown, picture, labels, name="Map"))
    assert box.attrib == {"class": name, "tabindex": "0", "role": "region", "aria-label": "Map"}


def test_a_label_without_room_below_is_put_above_or_hidden() -> None:
    svg = drawn(
        {"a": (100, 100), "b": (110, 128), "c": (100, 76)}, ("a", "b"), ("c", "b"), ("a", "c")
    )
    bases = {
        link.findtext("text"): ("named" in str(link.get("class")), link.find("text").get("y"))
        for link in svg.findall("a")
    }
    # The most cited work is labelled first; a, between the other two, has no room left.
    assert bases == {
        "b (2000)": (True, "151"),
        "c (2000)": (True, "64"),
        "a (2000)": (False, "123"),
    }


@pytest.mark.parametrize(
    ("citation", "shown"),
    [
        ("Beta and Other (2002)", "Beta and Other (2002)"),
        (
            "A survey of everything that is known about labels (2018)",
            "A survey of everything… (2018)",
        ),
        ("Wolfeschlegelsteinhausenbergerdorff (n.d.)", "Wolfeschlegelsteinhausenbe… (n.d.)"),
        ("機械学習における汎化と記憶の違いについての長い長い長い題名 (2018)", None),
    ],
)
@pytest.mark.parametrize("x", [3, 120, 237])
def test_label_is_short_and_within_the_picture(citation: str, shown: str | None, x: int) -> None:
    label = Label(citation, "", "", noted=False)
    picture = Picture(400, 100, {"a": (x, 50), "b": (399 - x, 20)})
    whole = CitationMap((("a", "b"),), ("a", "b"))
    svg = ElementTree.fromstring(draw(whole, picture, {"a": label, "b": label}, name="Map"))
    for text in svg.iter("text"):
        assert text.text == (shown or text.text)
        assert text.text is not None
        letters = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text.text)
        middle = int(text.get("x", ""))
        assert 0 <= middle - 3.5 * letters < middle + 3.5 * letters <= 400
