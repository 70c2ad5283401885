"""The picture of the citation map, as SVG that follows the colours of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from papernotes.catalogue.citation_graph import CitationMap, Picture

_RADIUS = 7
# How wide a picture is shown as wide as the page, and how large a larger one is, in pixels a unit.
_FITS = 1100
_SCALE = 0.8
# Where the base line of a label is from the middle of its dot, in the order of preference.
_BELOW, _ABOVE = 23, -12
# A letter's width and a line's height, about, at the size that browse.css gives.
_LETTER, _LINE = 7.5, 17


@dataclass(frozen=True, slots=True)
class Label:
    """What the picture says of a work: a short name, its title, and where a click leads, if so."""

    name: str
    title: str
    address: str
    noted: bool


def draw(shown: CitationMap, picture: Picture, labels: Mapping[str, Label], *, name: str) -> str:
    """Return the picture as an ``svg`` element, in a box that scrolls where it is too large.

    It is hidden from screen readers, and its links from the Tab key: the page's list says the same,
    in words and in order.
    """
    # What can scroll has to be reached by keyboard.
    box = ElementTree.Element(
        "div",
        {
            "class": "pn-map-large" if picture.width > _FITS else "pn-map",
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
    weight: dict[str, int] = dict.fromkeys(shown.drawn, 0)
    for citing, cited in shown.arrows:
        weight[cited] += 1
        ElementTree.SubElement(svg, "line", _line(picture.places[citing], picture.places[cited]))
    by_weight = sorted(shown.drawn, key=lambda key: (-weight[key], key))
    bases = _bases(by_weight, picture, labels)
    # What is drawn last lies on top.
    for key in reversed(by_weight):
        _add_work(svg, labels[key], picture.places[key], bases.get(key))
    return ElementTree.tostring(box, encoding="unicode")


def _line(start: tuple[int, int], end: tuple[int, int]) -> dict[str, str]:
    """Return the arrow from one place to another, up to the edge of the dot there."""
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


def _bases(order: Iterable[str], picture: Picture, labels: Mapping[str, Label]) -> dict[str, int]:
    """Return where the label of each work has room, below its dot or above; the first come first.

    The others have none, and are shown when they are pointed at.
    """
    dots = [
        (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in picture.places.values()
    ]
    taken: list[tuple[float, float, float, float]] = [*dots]
    found: dict[str, int] = {}
    for key in order:
        x, y = picture.places[key]
        half = len(labels[key].name) * _LETTER / 2
        for base in (_BELOW, _ABOVE):
            box = (x - half, y + base - _LINE * 0.8, x + half, y + base + _LINE * 0.2)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found[key] = base
                break
    return found


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _add_work(
    svg: ElementTree.Element, label: Label, place: tuple[int, int], base: int | None
) -> None:
    """Add a work; *base* is where its label stands, if that is to be seen always."""
    kind = "pn-map-note" if label.noted else "pn-map-work"
    attributes = {"class": kind if base is None else f"{kind} pn-map-named"}
    if label.address:
        attributes |= {"href": label.address, "tabindex": "-1"}
    group = ElementTree.SubElement(svg, "a" if label.address else "g", attributes)
    ElementTree.SubElement(group, "title").text = label.title
    x, y = (str(value) for value in place)
    ElementTree.SubElement(group, "circle", {"cx": x, "cy": y, "r": str(_RADIUS)})
    line = str(place[1] + (_BELOW if base is None else base))
    ElementTree.SubElement(group, "text", {"x": x, "y": line}).text = label.name
