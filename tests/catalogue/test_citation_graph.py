"""Which works are on a citation map, without a build."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping

from papernotes.bibliography.reader import read
from papernotes.catalogue.citation_graph import (
    MAX_ARROWS,
    MAX_NOTES,
    MAX_WORKS,
    MOST_CITED,
    SHOW_ALL_UP_TO,
    CitationMap,
    Work,
    citation_maps,
    known_citations,
)
from papernotes.catalogue.derive import Catalogue, derive
from papernotes.core.model import Citation, Note, Page


def catalogue(
    cites: dict[str, Iterable[str]],
    others: Iterable[str] = (),
    tags: Mapping[str, tuple[str, ...]] | None = None,
    years: Mapping[str, str] | None = None,
) -> Catalogue:
    """Derive a catalogue from documents and the keys they cite; *others* are not notes."""
    keys = dict.fromkeys([*cites, *itertools.chain.from_iterable(cites.values())])
    when = dict.fromkeys(keys, "2000") | dict(years or {})
    source = "".join(
        f"@misc{{{k}, author = {{{k}}}, year = {{{when[k]}}}, title = {{{k}}}}}" for k in keys
    )
    notes = [
        Note(key, (key,), key, tags=(tags or {}).get(key, ())) for key in cites if key not in others
    ]
    pages = [
        Page(name, citations=tuple(Citation(name, key, 1) for key in cited))
        for name, cited in cites.items()
    ]
    paths = {name: f"{name}.md" for name in cites}
    return derive(notes, pages, read([("refs.bib", source.encode())]), paths)


def citation_map(catalogue: Catalogue, hues: Iterable[str] = ()) -> CitationMap:
    """Return the map of a site that is small enough for one."""
    maps = citation_maps(catalogue, "map", dict.fromkeys(hues, 1), {})
    assert set(maps) == {"map"}
    return maps["map"]


def keys(found: CitationMap) -> list[str]:
    return [work.key for work in found.works]


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
    assert keys(found) == ["a", "b", "v", "w"]
    assert found.arrows == list(found.citations)


def test_the_map_leaves_out_other_pages_and_a_note_s_own_paper() -> None:
    found = citation_map(catalogue({"a": ["a"], "plain": ["a"]}, others=["plain"]))
    assert found == CitationMap()


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
    assert keys(found) == ["hub", *sorted(cites)]
    # The list beside the picture has all citations.
    assert len(found.citations) == 80


def test_a_map_draws_no_more_than_the_maximum_of_works() -> None:
    found = large(MAX_NOTES)
    assert MAX_WORKS - 20 < len(found.works) <= MAX_WORKS
    # Each work drawn has an arrow.
    assert {key for pair in found.arrows for key in pair} == set(keys(found))


def test_a_map_with_too_many_arrows_leaves_out_the_least_connected_works() -> None:
    names = [f"n{number:02}" for number in range(60)]
    cites = {name: [*names[:number], "lone"] for number, name in enumerate(names)}
    found = citation_map(catalogue({**cites, "z": ["lone"]}))
    assert MAX_ARROWS / 2 < len(found.arrows) <= MAX_ARROWS
    assert "z" not in keys(found)


def test_works_have_years_lanes_and_numbers_of_citations() -> None:
    tags = {"a": ("none", "vision"), "b": ("language",), "c": ()}
    years = {"a": "1999", "b": "c. 2001", "v": "in press"}
    cites = {"a": ["b", "v"], "b": ["v", "w"], "c": ["w"], "d": ["b"]}
    found = citation_map(catalogue(cites, tags=tags, years=years), ["language", "vision"])
    # What has no tag with a lane comes last.
    assert found.lanes == ("language", "vision", "")
    assert found.works == (
        Work("a", 1999, 1, 0, noted=True),
        Work("b", 2001, 0, 2, noted=True),
        Work("c", 2000, 2, 0, noted=True),
        Work("d", 2000, 2, 0, noted=True),
        # A work without a note stands with most of the notes that cite it, or in the first lane.
        Work("v", None, 0, 2, noted=False),
        Work("w", 2000, 0, 2, noted=False),
    )


def test_a_large_site_has_the_most_cited_works_and_a_map_for_each_tag() -> None:
    names = [f"n{number:03}" for number in range(MAX_NOTES + 1)]
    cites: dict[str, Iterable[str]] = {
        name: names[number // 3 : number // 3 + 1] for number, name in enumerate(names) if number
    }
    tags = {name: ("all",) if number < 9 else ("rest",) for number, name in enumerate(names)}
    pages = {"all": "map/all", "none": "map/none", "rest": "map/rest"}
    site = catalogue({names[0]: [], **cites}, tags=tags)
    maps = citation_maps(site, "map", {"all": 1, "rest": 2}, pages)
    assert set(maps) == {"map", "map/all", "map/rest"}
    front = maps["map"]
    assert (front.works, front.cited) == ((), {})
    assert front.tags == (("all", "map/all"), ("rest", "map/rest"))
    assert len(front.most_cited) == MOST_CITED
    assert front.most_cited[:2] == (("n001", 3), ("n002", 3))
    # A map of a tag has the notes with the tag, and what they cite.
    one = maps["map/all"]
    assert one.cited == {
        name: (names[number // 3],) for number, name in enumerate(names[:9]) if number
    }
    assert keys(one) == names[:9]
    # The lane of the map's own tag comes last, and other tags have theirs.
    assert maps["map/rest"].lanes == ("all", "rest")
    # The list says no more than the picture.
    drawn = set(keys(maps["map/rest"]))
    assert {key for cited in maps["map/rest"].cited.values() for key in cited} <= drawn


def test_without_colours_there_is_one_lane() -> None:
    found = citation_map(catalogue({"a": ["b"]}, tags={"a": ("vision",)}))
    assert found.lanes == ("",)


def test_citations_of_papers_take_only_the_room_that_those_of_notes_leave() -> None:
    found = large(MAX_NOTES)
    works = keys(found)
    known = known_citations(found, dict.fromkeys(works, (*works, "elsewhere")))
    assert len(known) == MAX_ARROWS - len(found.arrows)
    assert set(known).isdisjoint(found.arrows)
    assert {key for pair in known for key in pair} <= set(works)
