"""The citation map: which notes cite which works, and where each stands in a picture of it.

Pure: the catalogue in, records out. networkx lays the picture out; it is imported only where a map
is drawn, since not every site has one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from papernotes.catalogue.derive import Catalogue

# Up to so many, every work that a note cites is in the picture; of more, those that two notes cite.
ALL_UP_TO = 60
# More than these nobody can tell apart. (From 500, networkx would take a method that needs scipy.)
MOST = 150
# What a work has to itself, on the average, in the units of the picture: room for a label.
SPACING = 110.0
# Wider than high: so are the labels.
STRETCH = 1.5
# How much the rank of a place counts beside the place itself, from 0 to 1.
SPREAD = 0.7
# What is left free at the sides, for half a label, and at the ends.
_SIDE, _END = 120, 50
_SEED = 1


@dataclass(frozen=True)
class CitationMap:
    """Citations as pairs of keys: of the note that cites, and of the work that is cited.

    ``drawn`` are the keys that the picture holds.
    """

    citations: tuple[tuple[str, str], ...]
    drawn: tuple[str, ...]

    @property
    def arrows(self) -> list[tuple[str, str]]:
        """The citations that the picture holds."""
        drawn = set(self.drawn)
        return [pair for pair in self.citations if drawn.issuperset(pair)]


@dataclass(frozen=True)
class Picture:
    """Where each key stands, in the units of a picture of ``width`` by ``height``."""

    width: int
    height: int
    places: Mapping[str, tuple[int, int]]


def citation_map(catalogue: Catalogue) -> CitationMap:
    """Return who cites whom; a note that cites its own paper is no news."""
    citations = sorted(
        (note.key, key)
        for key, docnames in catalogue.cited_by.items()
        for docname in docnames
        if (note := catalogue.by_docname.get(docname)) and note.key != key
    )
    return CitationMap(tuple(citations), tuple(_drawn(citations, catalogue.notes)))


def _drawn(citations: Iterable[tuple[str, str]], notes: Iterable[str]) -> list[str]:
    """Return the keys for the picture: of too many, those with most citations."""
    citations = list(citations)
    keys = {key for pair in citations for key in pair}
    if len(keys) > ALL_UP_TO:
        cited = Counter(cited for _citing, cited in citations)
        keys = {key for key in keys if cited[key] > 1} | (keys & set(notes))
    kept = [pair for pair in citations if keys.issuperset(pair)]
    degree = Counter(key for pair in kept for key in pair)
    most = sorted(degree, key=lambda key: (-degree[key], key))[:MOST]
    # One whose every partner was left out has nothing to show.
    partners = [pair for pair in kept if set(most).issuperset(pair)]
    return sorted({key for pair in partners for key in pair})


def lay_out(shown: CitationMap) -> Picture:
    """Return where each key of the picture stands.

    The parts of the map that no citation connects are laid out apart, by the forces of Fruchterman
    and Reingold, and put in rows, the largest first.
    """
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(shown.drawn)
    graph.add_edges_from(shown.arrows)
    parts = sorted(
        (sorted(part) for part in networkx.connected_components(graph)),
        key=lambda part: (-len(part), part),
    )
    sides = [SPACING * math.sqrt(len(part)) for part in parts]
    row_width = max([*sides, math.sqrt(sum((side + SPACING) ** 2 for side in sides))])
    places: dict[str, tuple[int, int]] = {}
    x = y = row_height = width = 0.0
    for part, side in zip(parts, sides, strict=True):
        if x and x + side > row_width:
            x, y, row_height = 0.0, y + row_height + SPACING, 0.0
        # A graph of its own, with the names in order: the layout depends on the order of both.
        own = networkx.Graph()
        own.add_nodes_from(part)
        own.add_edges_from(pair for pair in shown.arrows if pair[0] in set(part))
        found = networkx.spring_layout(own, seed=_SEED, iterations=100)
        for key, (left, top) in _fitted(found, side).items():
            places[key] = (round((x + left) * STRETCH) + _SIDE, round(y + top) + _END)
        width = max(width, x + side)
        x += side + SPACING
        row_height = max(row_height, side)
    return Picture(
        width=round(width * STRETCH) + 2 * _SIDE,
        height=round(y + row_height) + 2 * _END,
        places=places,
    )


def _fitted(found: Mapping[str, Iterable[float]], side: float) -> dict[str, tuple[float, float]]:
    """Return places stretched to a square of *side*, and spread over it.

    The forces crowd those with many citations and drive those with few far out, which leaves no
    room for labels here and only room there. So that each place counts by its rank among the
    others, too.
    """
    points = {key: tuple(float(value) for value in place) for key, place in found.items()}
    spread: dict[str, list[float]] = {key: [] for key in points}
    for axis in (0, 1):
        order = sorted(points, key=lambda key: (points[key][axis], key))
        least, most = (points[order[end]][axis] for end in (0, -1))
        for rank, key in enumerate(order):
            place = (points[key][axis] - least) / max(most - least, 1e-9)
            ranked = rank / max(len(order) - 1, 1)
            spread[key].append(((1 - SPREAD) * place + SPREAD * ranked) * side)
    return {key: (across, down) for key, (across, down) in spread.items()}
