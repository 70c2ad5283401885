"""Draw citation maps as SVG, in the colours of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from papernotes.catalogue.citation_graph import CitationMap, Work
from papernotes.pages.citation_map import layout
from papernotes.pages.citation_map.layout import LINE, Layout, Place

Kind = Literal["across", "down"]
Pair = tuple[str, str]
# The kind of a citation that a paper makes, and no note.
KNOWN = "known"
_Parent = ElementTree.Element


@dataclass(frozen=True, slots=True)
class Label:
    """What the picture says of a work: its people, its name for screen readers, and its link."""

    name: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The name of a lane, the address of its tag, and the number of its colour, if any."""

    name: str
    address: str
    hue: int | None


def draw(
    citation_map: CitationMap,
    labels: Mapping[str, Label],
    lanes: Sequence[Lane],
    *,
    name: str,
    stances: Mapping[Pair, str],
) -> str:
    """Return the wide and the narrow picture, of which a style sheet shows one.

    *name* is their accessible name. *stances* says how works are cited, by citing and cited key;
    ``KNOWN`` adds the citations that no note makes.
    """
    box = ElementTree.Element("div", {"class": "pn-map"})
    for kind, longest in (("across", layout.WIDE), ("down", layout.NARROW)):
        short = {key: layout.shorten(label.name, longest) for key, label in labels.items()}
        _Drawing(box, kind, citation_map, short, labels, lanes, name, stances)  # type: ignore[arg-type]
    return ElementTree.tostring(box, encoding="unicode")


def legend(texts: Mapping[str, str]) -> str:
    """Return a list of the lines by which works are cited; *texts* explains each stance."""
    items = ElementTree.Element("ul", {"class": "pn-map-legend"})
    for stance, text in texts.items():
        item = ElementTree.SubElement(items, "li")
        size = {"viewBox": "0 0 40 8", "width": "40", "height": "8", "aria-hidden": "true"}
        line = {"class": f"pn-map-arc pn-map-{stance}", "d": "M2 4h36"}
        picture = ElementTree.SubElement(item, "svg", size)
        ElementTree.SubElement(picture, "path", line)
        picture.tail = text
    return ElementTree.tostring(items, encoding="unicode")


class _Drawing:
    """One of the two pictures.

    The nodes and arcs stand in a base, which fades while the pointer or the focus is on a work.
    The target of each work lies above the base, and a group behind it repeats in strong what
    touches the work. So a style sheet needs no rule for each work.
    """

    def __init__(
        self,
        box: _Parent,
        kind: Kind,
        citation_map: CitationMap,
        short: Mapping[str, str],
        labels: Mapping[str, Label],
        lanes: Sequence[Lane],
        name: str,
        stances: Mapping[Pair, str],
    ) -> None:
        self.kind, self.short, self.labels, self.lanes = kind, short, labels, lanes
        self.stances = stances
        place = layout.across if kind == "across" else layout.downward
        self.layout: Layout = place(citation_map, short)
        self.numbers = {work.key: number for number, work in enumerate(citation_map.works)}
        width, height = self.layout.width, self.layout.height
        size = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
        self._arrow = self._id("head")
        size["marker-end"] = f"url(#{self._arrow})"
        svg = _add(box, "svg", f"pn-map-{kind}", {**size, "role": "group", "aria-label": name})
        self._add_marker(svg)
        base = _add(svg, "g", "pn-map-base", {"aria-hidden": "true"})
        self._add_axis(base)
        arc = layout.arc_across if kind == "across" else layout.arc_at_left
        touching = self._add_arcs(base, citation_map, arc)
        for work in citation_map.works:
            self._add_work(base, work)
        self._add_lanes(svg)
        places = self.layout.places
        in_order = sorted(citation_map.works, key=lambda work: _reading_order(places[work.key]))
        for work in in_order:
            self._add_target(svg, work, touching[work.key])

    def _id(self, part: str, number: int | str = "") -> str:
        """Return an id, which is short because a map has thousands."""
        return f"{self.kind[0]}{part}-{number}"

    def _add_marker(self, svg: _Parent) -> None:
        shape = {"viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto"}
        size = {"id": self._arrow, "markerWidth": "7", "markerHeight": "7"}
        if self.stances:
            # Otherwise the heads of thicker lines would be larger.
            size["markerUnits"] = "userSpaceOnUse"
        marker = ElementTree.SubElement(svg, "marker", {**size, **shape})
        ElementTree.SubElement(marker, "path", {"d": "M0 1 8 4 0 7z"})

    def _add_axis(self, base: _Parent) -> None:
        """Add the years: as lines down the wide picture, and as margin of the narrow one."""
        axis = _add(base, "g", "pn-map-axis")
        for year, place in self.layout.years:
            if self.kind == "across":
                line = {"x1": str(place), "x2": str(place), "y1": "20"}
                ElementTree.SubElement(axis, "line", {**line, "y2": str(self.layout.height)})
                text = {"x": str(place), "y": "13", "text-anchor": "middle"}
            else:
                text = {"x": "0", "y": str(place + 4)}
            ElementTree.SubElement(axis, "text", text).text = year

    def _add_lanes(self, svg: _Parent) -> None:
        """Add the name of each lane at its left upper corner."""
        group = _add(svg, "g", "pn-map-lanes")
        for number, (_, top) in enumerate(self.layout.lanes):
            lane = self.lanes[number]
            if number:
                line = {"x1": "0", "x2": str(self.layout.width), "y1": str(top), "y2": str(top)}
                ElementTree.SubElement(group, "line", line)
            link = {"href": lane.address} if lane.address else {}
            named = ElementTree.SubElement(group, "a" if link else "g", link)
            if lane.hue:
                named.set("class", f"pn-hue-{lane.hue}")
                dot = {"cx": "5", "cy": str(top + 12), "r": "4"}
                ElementTree.SubElement(named, "circle", dot)
            text = {"x": "14" if lane.hue else "0", "y": str(top + 16)}
            ElementTree.SubElement(named, "text", text).text = lane.name

    def _add_arcs(
        self, base: _Parent, citation_map: CitationMap, path: Callable[[Place, Place], str]
    ) -> dict[str, list[str]]:
        """Add the arcs, and return the ids of the arcs and of the other nodes by key."""
        group = _add(base, "g", "pn-map-arcs")
        known = [pair for pair, stance in self.stances.items() if stance == KNOWN]
        has_reasons = len(known) < len(self.stances)
        strong = _add(base, "g", "pn-map-reasons") if has_reasons else group
        touching: dict[str, list[str]] = {work.key: [] for work in citation_map.works}
        nodes: dict[str, list[str]] = {work.key: [] for work in citation_map.works}
        for number, (citing, cited) in enumerate([*citation_map.arrows, *known]):
            id_ = self._id("c", number)
            d = path(self.layout.places[citing], self.layout.places[cited])
            if stance := self.stances.get((citing, cited)):
                parent = group if stance == KNOWN else strong
                _add(parent, "path", f"pn-map-arc pn-map-{stance}", {"id": id_, "d": d})
            else:
                _add(group, "path", "pn-map-arc", {"id": id_, "d": d})
            for one, other in ((citing, cited), (cited, citing)):
                touching[one].append(id_)
                nodes[one].append(self._id("w", self.numbers[other]))
        # What comes last lies on top: nodes on arcs.
        return {key: [*arcs, *dict.fromkeys(nodes[key])] for key, arcs in touching.items()}

    def _add_work(self, base: _Parent, work: Work) -> None:
        hue = self.lanes[work.lane].hue if work.noted else None
        kind = "pn-map-note" if work.noted else "pn-map-work"
        classes = f"{kind} pn-hue-{hue}" if hue else kind
        group = _add(base, "g", classes, {"id": self._id("w", self.numbers[work.key])})
        place = self.layout.places[work.key]
        circle = {"cx": str(place.x), "cy": str(place.y), "r": f"{place.radius:g}"}
        ElementTree.SubElement(group, "circle", circle)
        text = {"x": str(place.label), "y": str(place.y + 4)}
        ElementTree.SubElement(group, "text", text).text = self.short[work.key]

    def _add_target(self, svg: _Parent, work: Work, touching: Sequence[str]) -> None:
        label = self.labels[work.key]
        if label.address:
            target = _add(svg, "a", "pn-map-target", {"href": label.address})
        else:
            about = {"role": "img", "aria-label": label.title}
            target = _add(svg, "g", "pn-map-target", about)
        ElementTree.SubElement(target, "title").text = label.title
        place = self.layout.places[work.key]
        end = place.label + layout.label_width(self.short[work.key])
        area = {"x": str(place.x - LINE // 2), "y": str(place.y - LINE // 2), "height": str(LINE)}
        area["width"] = str(end - place.x + LINE // 2)
        ElementTree.SubElement(target, "rect", area)
        strong = _add(svg, "g", "pn-map-strong", {"aria-hidden": "true"})
        for id_ in (*touching, self._id("w", self.numbers[work.key])):
            ElementTree.SubElement(strong, "use", {"href": f"#{id_}"})


def _reading_order(place: Place) -> tuple[int, int]:
    return place.y, place.x


def _add(
    parent: _Parent, tag: str, name: str, attributes: Mapping[str, str] | None = None
) -> _Parent:
    return ElementTree.SubElement(parent, tag, {"class": name, **(attributes or {})})
