"""The pictures of a citation map: where works stand, and how they are drawn."""

from __future__ import annotations

import itertools
import random
from xml.etree import ElementTree

import pytest

from papernotes.catalogue.citation_graph import CitationMap, Work
from papernotes.pages.citation_map import layout
from papernotes.pages.citation_map.drawing import Label, Lane, draw

LANES = ("language", "vision", "")
Box = tuple[float, float, float, float]


def citations(works: int) -> CitationMap:
    """Return a map of many works that cite one another, of some with the same year and lane."""
    dice = random.Random(works)
    years = [None, *range(1990, 2021)]
    some = [
        Work(f"w{n:03}", dice.choice(years), n % 3, dice.randrange(30), noted=n % 4 > 0)
        for n in range(works)
    ]
    keys = [work.key for work in some]
    pairs = {tuple(dice.sample(keys, 2)) for _ in range(2 * works)}
    return CitationMap(tuple(sorted(pairs)), lanes=LANES, works=tuple(some))  # type: ignore[arg-type]


def names(shown: CitationMap) -> dict[str, str]:
    return {work.key: f"{work.key} and Others" for work in shown.works}


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("works", [2, 20, 150])
@pytest.mark.parametrize("place", [layout.across, layout.downward])
def test_nodes_and_labels_have_room_and_lie_within_the_picture(works: int, place: object) -> None:
    shown = citations(works)
    picture = place(shown, names(shown))  # type: ignore[operator]
    assert set(picture.places) == {work.key for work in shown.works}
    boxes: list[Box] = []
    for key, at in picture.places.items():
        end = at.label + layout.label_width(names(shown)[key])
        boxes.append((at.x - at.radius, at.y - layout.LINE / 2, end, at.y + layout.LINE / 2))
        assert at.x + at.radius < at.label
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= picture.width
        assert 0 <= top < bottom <= picture.height
    assert not any(itertools.starmap(overlap, itertools.combinations(boxes, 2)))


def test_years_lead_across_and_tags_have_lanes() -> None:
    works = (
        Work("a", 1900, 0, 0, noted=True),
        Work("b", 2001, 1, 9, noted=True),
        Work("c", 2002, 1, 0, noted=False),
        Work("d", None, 0, 0, noted=True),
    )
    shown = CitationMap((("c", "b"),), lanes=("language", "vision"), works=works)
    picture = layout.across(shown, names(shown))
    at = picture.places
    assert at["a"].x < at["b"].x < at["c"].x < at["d"].x
    # A hundred years without works take no more room than a few.
    assert at["b"].x - at["a"].x <= 5 * (at["c"].x - at["b"].x)
    assert at["a"].y == at["d"].y < at["b"].y
    assert at["b"].radius > at["c"].radius
    assert [name for name, _ in picture.lanes] == ["language", "vision"]
    assert ("1900", at["a"].x) in picture.years
    down = layout.downward(shown, names(shown))
    assert [key for key, _ in sorted(down.places.items(), key=lambda item: item[1].y)] == [*"abcd"]
    assert [year for year, _ in down.years] == ["1900", "2001", "2002"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Beta and Other", "Beta and Other"),
        ("A survey of everything that is known about labels", "A survey of everything…"),
        ("Wolfeschlegelsteinhausenbergerdorff", "Wolfeschlegelsteinhausenbe…"),
        ("機械学習における汎化と記憶の違い", "機械学習における汎化と記憶…"),
    ],
)
def test_a_long_name_is_cut(name: str, shown: str) -> None:
    assert layout.shorten(name, layout.WIDE) == shown


@pytest.fixture(scope="module")
def pictures() -> dict[str, ElementTree.Element]:
    """Return the two pictures of a map, by their class."""
    works = (
        Work("a", 2001, 0, 0, noted=True),
        Work("b", 2000, 1, 1, noted=True),
        Work("w", 2000, 1, 1, noted=False),
        Work("x", None, 1, 1, noted=False),
    )
    pairs = (("a", "b"), ("a", "w"), ("b", "x"))
    shown = CitationMap(pairs, lanes=("language", ""), works=works)
    labels = {
        key: Label(f"Name of {key}", f"All of <{key}>", "" if key == "x" else f"{key}.html")
        for key in "abwx"
    }
    lanes = [Lane("language", "tags/language.html", 3), Lane("other tags", "", None)]
    box = ElementTree.fromstring(draw(shown, labels, lanes, name="Map", stances={}))
    return {str(svg.get("class")): svg for svg in box}


@pytest.mark.parametrize("kind", ["pn-map-across", "pn-map-down"])
def test_a_target_leads_to_its_work_and_repeats_what_touches_it(
    pictures: dict[str, ElementTree.Element], kind: str
) -> None:
    svg = pictures[kind]
    above = list(itertools.pairwise(svg))
    pairs = [pair for pair in above if pair[0].get("class") == "pn-map-target"]
    assert {behind.get("class") for _, behind in pairs} == {"pn-map-strong"}
    behind = {str(target.findtext("title")): strong for target, strong in pairs}
    targets = {str(target.findtext("title")): target for target, _ in pairs}
    assert {title: target.get("href") for title, target in targets.items()} == {
        "All of <a>": "a.html",
        "All of <b>": "b.html",
        "All of <w>": "w.html",
        "All of <x>": None,
    }
    # What has no address is named for screen readers all the same.
    assert (targets["All of <x>"].tag, targets["All of <x>"].get("role")) == ("g", "img")
    parts = {part.get("id"): part for part in svg.iter() if part.get("id")}

    def strong(key: str) -> list[str]:
        used = [parts[str(use.get("href"))[1:]] for use in behind[f"All of <{key}>"].iter("use")]
        return [str(part.findtext("text", part.tag)) for part in used]

    # Arcs, then works, and the work itself on top.
    assert strong("a") == ["path", "path", "Name of b", "Name of w", "Name of a"]
    assert strong("b") == ["path", "path", "Name of a", "Name of x", "Name of b"]
    assert strong("w") == ["path", "Name of a", "Name of w"]
    classes = {str(part.findtext("text")): part.get("class") for part in parts.values()}
    assert classes["Name of a"] == "pn-map-note pn-hue-3"
    assert classes["Name of b"] == "pn-map-note"
    assert classes["Name of w"] == "pn-map-work"


def test_both_pictures_have_ids_of_their_own_and_only_one_has_lanes(
    pictures: dict[str, ElementTree.Element],
) -> None:
    ids = [part.get("id") for svg in pictures.values() for part in svg.iter() if part.get("id")]
    assert len(ids) == len(set(ids))
    lanes = {
        kind: [link.get("href") for link in svg.findall("g[@class='pn-map-lanes']/a")]
        for kind, svg in pictures.items()
    }
    assert lanes == {"pn-map-across": ["tags/language.html"], "pn-map-down": []}


@pytest.mark.parametrize("arc", [layout.arc_across, layout.arc_at_left])
@pytest.mark.parametrize("to", [(300, 100), (10, 100), (300, 12), (10, 300), (105, 300)])
def test_an_arc_leaves_and_meets_works_beside_their_labels(
    arc: object, to: tuple[int, int]
) -> None:
    start, end = layout.Place(100, 100, 5, 110), layout.Place(*to, 7, to[0] + 12)
    path = arc(start, end)  # type: ignore[operator]
    first, *_, last = path.removeprefix("M").replace("C", " ").split(" ", 1)
    numbers = [float(number) for number in f"{first} {last}".split()]
    for x, y, place in ((*numbers[:2], start), (*numbers[-2:], end)):
        away = ((x - place.x) ** 2 + (y - place.y) ** 2) ** 0.5
        assert place.radius - 1 <= away <= place.radius + 3
        assert x <= place.x
