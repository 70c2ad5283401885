"""Draw the citation map as SVG, in the colours of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from papernotes.catalogue.citation_graph import CitationMap, Picture

_RADIUS = 7
# A picture of up to this many units in width is scaled to the width of the page.
_MAX_SCALED_WIDTH = 1100
# The size of a wider picture, in pixels a unit.
_SCALE = 0.8
# The distance of a label's baseline from the centre of its dot, in the order of preference.
_BELOW, _ABOVE = 23, -12
# The approximate width of a letter and height of a line, at the font size in browse.css.
_LETTER_WIDTH, _LINE_HEIGHT = 7.5, 17

# The most letters of the people or the title that a label shows.
_LONGEST = 26

# Left, top, right and bottom.
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """What the picture says of a work: its citation, its tooltip, and its link, if any."""

    name: str
    title: str
    address: str
    noted: bool


def draw(
    citation_map: CitationMap, picture: Picture, labels: Mapping[str, Label], *, name: str
) -> str:
    """Return the picture as an ``svg`` element in a box, which scrolls if the picture is too large.

    Screen readers skip the picture, and the Tab key skips its links, since the list on the page
    says the same in words and in order. *name* is the accessible name of the box.
    """
    # A box that scrolls must be reachable by keyboard.
    box = ElementTree.Element(
        "div",
        {
            "class": "pn-map-large" if picture.width > _MAX_SCALED_WIDTH else "pn-map",
            "tabindex": "0",
            "role": "region",
            "aria-label": name,
        },
    )
    svg = ElementTree.SubElement(
        box,
        "svg",
        {
            "class": "pn-map-picture",
            "viewBox": f"0 0 {picture.width} {picture.height}",
            "width": str(round(picture.width * _SCALE)),
            "height": str(round(picture.height * _SCALE)),
            "aria-hidden": "true",
        },
    )
    definitions = ElementTree.SubElement(svg, "defs")
    marker = ElementTree.SubElement(
        definitions,
        "marker",
        {
            "id": "pn-map-arrow",
            "viewBox": "0 0 8 8",
            "refX": "8",
            "refY": "4",
            "markerWidth": "8",
            "markerHeight": "8",
            "orient": "auto",
        },
    )
    ElementTree.SubElement(marker, "path", {"d": "M0 0.5 8 4 0 7.5z"})
    citations: dict[str, int] = dict.fromkeys(citation_map.drawn, 0)
    for citing, cited in citation_map.arrows:
        citations[cited] += 1
        ElementTree.SubElement(svg, "line", _line(picture.places[citing], picture.places[cited]))
    most_cited_first = sorted(citation_map.drawn, key=lambda key: (-citations[key], key))
    baselines = _baselines(most_cited_first, picture, labels)
    # What is drawn last is on top.
    for key in reversed(most_cited_first):
        name = _short(labels[key].name)
        x, y = picture.places[key]
        middle = _middle(name, x, picture.width)
        _add_work(svg, labels[key], name, (x, y), (middle, baselines.get(key)))
    return ElementTree.tostring(box, encoding="unicode")


def _line(start: tuple[int, int], end: tuple[int, int]) -> dict[str, str]:
    """Return the attributes of an arrow from *start* to the edge of the dot at *end*."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = max((across**2 + down**2) ** 0.5, 1.0)
    short = (_RADIUS + 2) / length
    return {
        "x1": str(start[0]),
        "y1": str(start[1]),
        "x2": str(round(end[0] - across * short)),
        "y2": str(round(end[1] - down * short)),
        "marker-end": "url(#pn-map-arrow)",
    }


def _baselines(
    keys: Iterable[str], picture: Picture, labels: Mapping[str, Label]
) -> dict[str, int]:
    """Return the baseline of each label that has room below or above its dot, relative to the dot.

    Works that come first in *keys* take precedence. The other labels are shown only while the
    pointer is on their work.
    """
    taken: list[_Box] = [
        (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in picture.places.values()
    ]
    baselines: dict[str, int] = {}
    for key in keys:
        x, y = picture.places[key]
        name = _short(labels[key].name)
        x, half = _middle(name, x, picture.width), _half_width(name)
        for baseline in (_BELOW, _ABOVE):
            bottom = y + baseline + _LINE_HEIGHT * 0.2
            box = (x - half, y + baseline - _LINE_HEIGHT * 0.8, x + half, bottom)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                baselines[key] = baseline
                break
    return baselines


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(citation: str) -> str:
    """Return a citation with its people, or its title, cut after a word."""
    names, sign, when = citation.rpartition(" (")
    if _letters(names) <= _LONGEST:
        return citation
    cut = names
    while _letters(cut) > _LONGEST:
        cut = cut[:-1]
    return f"{cut.rpartition(' ')[0] or cut}…{sign}{when}"


def _letters(text: str) -> int:
    """Return the width of *text* in letters; those of Chinese, Japanese and Korean are wider."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _half_width(text: str) -> float:
    return _letters(text) * _LETTER_WIDTH / 2


def _middle(text: str, x: int, width: int) -> int:
    """Return the middle of a label at *x*, or beside it where the picture would cut the label."""
    half = round(_half_width(text))
    return max(half, min(x, width - half))


def _add_work(
    svg: ElementTree.Element,
    label: Label,
    name: str,
    place: tuple[int, int],
    text: tuple[int, int | None],
) -> None:
    """Add a work at *place* and its *name* at *text*: its middle, and its baseline from *place*.

    The baseline is None if the name is not always visible.
    """
    middle, baseline = text
    kind = "pn-map-note" if label.noted else "pn-map-work"
    attributes = {"class": kind if baseline is None else f"{kind} pn-map-named"}
    if label.address:
        attributes |= {"href": label.address, "tabindex": "-1"}
    group = ElementTree.SubElement(svg, "a" if label.address else "g", attributes)
    ElementTree.SubElement(group, "title").text = label.title
    x, y = (str(value) for value in place)
    ElementTree.SubElement(group, "circle", {"cx": x, "cy": y, "r": str(_RADIUS)})
    text_y = str(place[1] + (_BELOW if baseline is None else baseline))
    ElementTree.SubElement(group, "text", {"x": str(middle), "y": text_y}).text = name
