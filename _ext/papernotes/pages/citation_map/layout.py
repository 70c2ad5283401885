"""The places of works in the two pictures of a citation map.

In the wide picture the years lead across, and each tag has a lane. In the narrow one, for phones,
the years lead down, and each work has a line of its own.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from papernotes.catalogue.citation_graph import CitationMap, Work

# The height of a line: that of a label, and of a target for touch.
LINE = 24
# The distance of a label from its node.
_GAP = 5
# The average width of a letter at the font size in map.css, which is rather too large.
_LETTER = 6.8
# The most letters of a label in the wide and in the narrow picture.
WIDE, NARROW = 26, 22
# The width of the years in the wide picture, if they have room enough; the least and the greatest
# distance of two years; and as many years without works are as wide as more of them.
_YEARS, _LEAST, _GREATEST, _LONGEST_GAP = 660, 8, 120, 5
# The space above the lanes for the years, and the distance of two years that are written there.
_TOP, _TICK = 28, 44
_MARGIN = 14
# Where the nodes and the labels of the narrow picture stand, and how far arcs go from the nodes.
_COLUMN, _LABELS, _BEND = 104, 119, 62
# How far an arc between nodes on the same line goes from it, and what parts its tip from the node.
_HIGHEST_ARC, _GAP_OF_TIP = 48, 2


@dataclass(frozen=True, slots=True)
class Place:
    """The centre of a node, its radius, and where its label begins."""

    x: int
    y: int
    radius: float
    label: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of works by key, of years on the axis, and of the names of lanes.

    ``years`` and ``lanes`` hold names with their place on the axis and across it.
    """

    width: int
    height: int
    places: Mapping[str, Place]
    years: tuple[tuple[str, int], ...]
    lanes: tuple[tuple[str, int], ...]


def shorten(name: str, longest: int) -> str:
    """Return *name*, cut after a word if it has more than *longest* letters."""
    if letters(name) <= longest:
        return name
    cut = name
    while letters(cut) > longest:
        cut = cut[:-1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def letters(text: str) -> int:
    """Return the width of *text* in letters; those of Chinese, Japanese and Korean are wider."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def label_width(text: str) -> int:
    """Return the width of a label in the pictures."""
    return round(letters(text) * _LETTER)


def radius(work: Work) -> float:
    """Return the radius of the node of *work*, which grows with the number of its citations."""
    return round(min(4.5 + 1.5 * math.sqrt(work.count), 10), 1)


def across(citation_map: CitationMap, labels: Mapping[str, str]) -> Layout:
    """Return the wide picture: works stand by year and lane, in as few lines as have room."""
    columns = _columns(citation_map)
    places: dict[str, Place] = {}
    lanes = []
    width, top = 0, _TOP
    for number, name in enumerate(citation_map.lanes):
        works = [work for work in citation_map.works if work.lane == number]
        if len(citation_map.lanes) > 1:
            lanes.append((name, top))
            top += LINE
        # Where the last label of each line ends.
        ends: list[float] = []
        for work in sorted(works, key=lambda work: (columns[work.year], -work.count, work.key)):
            x, size = columns[work.year], radius(work)
            label = round(x + size) + _GAP
            end = label + label_width(labels[work.key])
            fitting = (line for line, last in enumerate(ends) if last + 2 * _GAP <= x - size)
            line = next(fitting, len(ends))
            ends[line : line + 1] = [end]
            places[work.key] = Place(x, top + line * LINE + LINE // 2, size, label)
            width = max(width, end + _MARGIN)
        top += len(ends) * LINE + LINE // 2
    return Layout(width, top, places, _ticks(columns), tuple(lanes))


def _columns(citation_map: CitationMap) -> dict[int | None, int]:
    """Return where each year stands; works without a year come last."""
    years = sorted({work.year for work in citation_map.works if work.year is not None})
    steps = [min(later - year, _LONGEST_GAP) for year, later in itertools.pairwise(years)]
    total = sum(steps)
    step = min(max(_YEARS / total if total else 0, _LEAST), _GREATEST)
    columns: dict[int | None, int] = {}
    x = float(_MARGIN + 4)
    for year, after in zip(years, [*steps, 1], strict=True):
        columns[year] = round(x)
        x += after * step
    columns[None] = round(x)
    return columns


def _ticks(columns: Mapping[int | None, int]) -> tuple[tuple[str, int], ...]:
    """Return the years to write on the axis, as many as have room."""
    ticks: list[tuple[str, int]] = []
    for year, x in columns.items():
        if year is not None and (not ticks or x - ticks[-1][1] >= _TICK):
            ticks.append((str(year), x))
    return tuple(ticks)


def downward(citation_map: CitationMap, labels: Mapping[str, str]) -> Layout:
    """Return the narrow picture: each work has a line, and the first of a year is marked."""
    last = max((work.year for work in citation_map.works if work.year is not None), default=0) + 1
    ordered = sorted(
        citation_map.works,
        key=lambda work: (last if work.year is None else work.year, work.lane, work.key),
    )
    places: dict[str, Place] = {}
    years: dict[str, int] = {}
    width = 0
    for number, work in enumerate(ordered):
        y, size = number * LINE + LINE // 2, radius(work)
        places[work.key] = Place(_COLUMN, y, size, _LABELS)
        if work.year is not None:
            years.setdefault(str(work.year), y)
        width = max(width, _LABELS + label_width(labels[work.key]))
    return Layout(width, len(ordered) * LINE, places, tuple(years.items()), ())


def arc_across(start: Place, end: Place) -> str:
    """Return an arc of the wide picture, from a node to the edge of another, as an SVG path.

    It keeps away from the right of nodes, where their labels are.
    """
    if abs(end.x - start.x) < LINE:
        return arc_at_left(start, end)
    if end.y == start.y:
        height = min(18 + abs(end.x - start.x) * 0.08, _HIGHEST_ARC)
        leave, arrive = start.y - start.radius, end.y - end.radius - _GAP_OF_TIP
        turn = f"{start.x} {leave - height:.0f} {end.x} {arrive - height:.0f}"
    else:
        way = 1 if end.y > start.y else -1
        leave, arrive = start.y + way * start.radius, end.y - way * (end.radius + _GAP_OF_TIP)
        middle = (leave + arrive) / 2
        turn = f"{start.x} {middle:.0f} {end.x} {middle:.0f}"
    return f"M{start.x} {leave:.0f}C{turn} {end.x} {arrive:.0f}"


def arc_at_left(start: Place, end: Place) -> str:
    """Return an arc on the left of two nodes, as in the narrow picture, as an SVG path."""
    bend = min(14 + abs(end.y - start.y) // LINE * 4, _BEND)
    leave, arrive = start.x - start.radius, end.x - end.radius - _GAP_OF_TIP
    turn = f"{start.x - bend} {start.y} {end.x - bend} {end.y}"
    return f"M{leave:.0f} {start.y}C{turn} {arrive:.0f} {end.y}"
