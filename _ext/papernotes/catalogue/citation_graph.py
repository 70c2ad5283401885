"""The citation map: which notes cite which works, and the layout of its picture.

networkx computes the layout. It is imported only when a map is drawn, since not every site has one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from papernotes.catalogue.derive import Catalogue

# The picture shows all works up to this number. Above it, a work without a note is shown only if
# two notes or more cite it.
SHOW_ALL_UP_TO = 60
# A reader cannot tell more works apart. (From 500, networkx would use a method that needs scipy.)
MAX_WORKS = 150
# The average distance between works, in the units of the picture, which leaves room for a label.
SPACING = 110.0
# The picture is wider than high, as labels are.
STRETCH = 1.5
# The weight of a place's rank against the place itself, from 0 to 1.
SPREAD = 0.7
# The margins: half a label at the sides, and less at the top and bottom.
_SIDE_MARGIN, _END_MARGIN = 120, 50
_SEED = 1


@dataclass(frozen=True)
class CitationMap:
    """Citations as pairs of keys: that of the citing note's main paper, and that of the cited work.

    ``drawn`` holds the keys of the works in the picture. ``cited`` maps the documents of notes to
    the keys of the works that they cite, sorted.
    """

    citations: tuple[tuple[str, str], ...]
    drawn: tuple[str, ...]
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def arrows(self) -> list[tuple[str, str]]:
        """The citations in the picture."""
        drawn = set(self.drawn)
        return [pair for pair in self.citations if drawn.issuperset(pair)]


@dataclass(frozen=True)
class Picture:
    """The place of each key in a picture of ``width`` by ``height`` units."""

    width: int
    height: int
    places: Mapping[str, tuple[int, int]]


def citation_map(catalogue: Catalogue) -> CitationMap:
    """Return which notes cite which works, except for each note's own papers."""
    cited: dict[str, list[str]] = {}
    for key, docnames in sorted(catalogue.cited_by.items()):
        for docname in docnames:
            if (note := catalogue.by_docname.get(docname)) and key not in note.keys:
                cited.setdefault(docname, []).append(key)
    pairs = {(catalogue.by_docname[name].key, key) for name, keys in cited.items() for key in keys}
    citations = sorted(pairs)
    return CitationMap(
        tuple(citations),
        tuple(_drawn(citations, catalogue.by_key)),
        {docname: tuple(keys) for docname, keys in sorted(cited.items())},
    )


def _drawn(citations: Iterable[tuple[str, str]], notes: Iterable[str]) -> list[str]:
    """Return the keys to draw: if there are too many, those with the most citations."""
    citations = list(citations)
    keys = {key for pair in citations for key in pair}
    if len(keys) > SHOW_ALL_UP_TO:
        cited = Counter(cited for _citing, cited in citations)
        keys = {key for key in keys if cited[key] > 1} | (keys & set(notes))
    kept = [pair for pair in citations if keys.issuperset(pair)]
    degree = Counter(key for pair in kept for key in pair)
    best_connected = set(sorted(degree, key=lambda key: (-degree[key], key))[:MAX_WORKS])
    # A key is of no use in the picture without another one that it cites or that cites it.
    pairs = [pair for pair in kept if best_connected.issuperset(pair)]
    return sorted({key for pair in pairs for key in pair})


def lay_out(shown: CitationMap) -> Picture:
    """Return the layout of the picture.

    Each connected part of the map is laid out by itself, with the forces of Fruchterman and
    Reingold. The parts are placed in rows, the largest first.
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
        # The layout depends on the order of nodes and edges: this graph has both of them sorted.
        subgraph = networkx.Graph()
        subgraph.add_nodes_from(part)
        subgraph.add_edges_from(pair for pair in shown.arrows if pair[0] in set(part))
        layout = networkx.spring_layout(subgraph, seed=_SEED, iterations=100)
        for key, (left, top) in _fitted(layout, side).items():
            places[key] = (round((x + left) * STRETCH) + _SIDE_MARGIN, round(y + top) + _END_MARGIN)
        width = max(width, x + side)
        x += side + SPACING
        row_height = max(row_height, side)
    return Picture(
        width=round(width * STRETCH) + 2 * _SIDE_MARGIN,
        height=round(y + row_height) + 2 * _END_MARGIN,
        places=places,
    )


def _fitted(layout: Mapping[str, Iterable[float]], side: float) -> dict[str, tuple[float, float]]:
    """Scale *layout* to a square of *side*, and spread its places over the square.

    The forces crowd works with many citations together and drive the others far out: there is no
    room for labels in one place and too much in another. So the rank of each place among the others
    counts too.
    """
    points = {key: tuple(float(value) for value in place) for key, place in layout.items()}
    spread: dict[str, list[float]] = {key: [] for key in points}
    for axis in (0, 1):
        order = sorted(points, key=lambda key: (points[key][axis], key))
        least, most = (points[order[end]][axis] for end in (0, -1))
        for rank, key in enumerate(order):
            place = (points[key][axis] - least) / max(most - least, 1e-9)
            ranked = rank / max(len(order) - 1, 1)
            spread[key].append(((1 - SPREAD) * place + SPREAD * ranked) * side)
    return {key: (across, down) for key, (across, down) in spread.items()}
