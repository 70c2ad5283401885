"""The citation maps: which notes cite which works, as timelines in lanes by tag.

One map shows the whole site, if it has few enough notes; each tag of a larger site has its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field

from papernotes.bibliography import formatting
from papernotes.catalogue.derive import Catalogue
from papernotes.core.model import Note

# The picture shows all works up to this number. Above it, a work without a note is shown only if
# two notes or more cite it.
SHOW_ALL_UP_TO = 60
# A reader cannot tell more works or arrows apart.
MAX_WORKS, MAX_ARROWS = 150, 600
# A site on whose map there are more notes has a map for each tag, and a list of so many works.
MAX_NOTES, MOST_CITED = 150, 20

_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Work:
    """A work of a map: its year, if known, the number of its lane, and how many notes cite it."""

    key: str
    year: int | None
    lane: int
    count: int
    noted: bool


@dataclass(frozen=True, slots=True)
class CitationMap:
    """Citations as pairs of keys: that of the citing note's main paper, and that of the cited work.

    ``tag`` is that of the map's notes, or empty for all notes. ``lanes`` holds the tag of each lane
    of the picture, which is empty for notes without one; ``works`` are those in the picture.
    ``cited`` maps the documents of notes to the keys of the works that they cite, sorted.

    A map of too many notes has none of these, but the ``most_cited`` works with their numbers of
    citations, and ``tags``: the tags that have a map, with the pages of the maps.
    """

    citations: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    lanes: tuple[str, ...] = ()
    works: tuple[Work, ...] = ()
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most_cited: tuple[tuple[str, int], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arrows(self) -> list[tuple[str, str]]:
        """The citations in the picture."""
        drawn = {work.key for work in self.works}
        return [pair for pair in self.citations if drawn.issuperset(pair)]


def citation_maps(
    catalogue: Catalogue, page: str, hues: Mapping[str, int], pages: Mapping[str, str]
) -> dict[str, CitationMap]:
    """Return the map of the site, by the name of its *page*, and those of tags if it is too large.

    The tags of *hues* have lanes. *pages* maps each tag that can have a map to the map's page.
    """
    cited: dict[str, list[str]] = {}
    for key, docnames in sorted(catalogue.cited_by.items()):
        for docname in docnames:
            if (note := catalogue.by_docname.get(docname)) and key not in note.keys:
                cited.setdefault(docname, []).append(key)
    counts = Counter(key for keys in cited.values() for key in keys)
    noted = {catalogue.by_docname[name].key for name in cited} | (counts.keys() & catalogue.by_key)
    if len(noted) <= MAX_NOTES:
        return {page: _map(catalogue, cited, hues)}
    of_tags = {}
    for tag, name in pages.items():
        some = {
            docname: keys
            for docname, keys in cited.items()
            if tag in catalogue.by_docname[docname].tags
        }
        if some:
            of_tags[name] = _map(catalogue, some, hues, tag)
    most_cited = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CITED]
    tags = tuple((each.tag, name) for name, each in of_tags.items())
    return {page: CitationMap(most_cited=tuple(most_cited), tags=tags), **of_tags}


def _map(
    catalogue: Catalogue,
    cited: Mapping[str, Sequence[str]],
    hues: Container[str],
    tag: str = "",
) -> CitationMap:
    """Return the map of the notes in *cited*, which all have *tag*, if there is one."""
    pairs = {(catalogue.by_docname[name].key, key) for name, keys in cited.items() for key in keys}
    citations = sorted(pairs)
    noted = catalogue.by_key
    keys = _drawn(citations, noted)
    counts = Counter(key for _citing, key in citations)
    lane_of = {key: _lane(catalogue.leading(key), hues, tag) for key in keys if key in noted}
    # A work without a note has no tags: it stands with most of the notes that cite it.
    near: dict[str, Counter[str]] = {key: Counter() for key in keys if key not in noted}
    for citing, key in citations:
        if key in near and citing in lane_of:
            near[key][lane_of[citing]] += 1
    for key, lanes_near in near.items():
        lane_of[key] = min(lanes_near, key=lambda lane: (-lanes_near[lane], lane == tag, lane))
    # What has no tag of its own comes last.
    lanes = sorted(set(lane_of.values()), key=lambda lane: (lane == tag, lane))
    works = (
        Work(key, _year(catalogue, key), lanes.index(lane_of[key]), counts[key], key in noted)
        for key in keys
    )
    # A large map says in words what its picture shows.
    drawn = set(keys)
    shown = {
        docname: tuple(key for key in keys if not tag or key in drawn)
        for docname, keys in sorted(cited.items())
        if not tag or catalogue.by_docname[docname].key in drawn
    }
    return CitationMap(
        tuple(pair for pair in citations if not tag or drawn.issuperset(pair)),
        tag,
        tuple(lanes),
        tuple(works),
        {docname: keys for docname, keys in shown.items() if keys},
    )


def known_citations(
    citation_map: CitationMap, cites: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return the citations between works in the picture that no note makes, by *cites*.

    They have what room the citations of notes leave.
    """
    drawn = sorted(work.key for work in citation_map.works)
    here, arrows = set(drawn), set(citation_map.arrows)
    found = [(key, cited) for key in drawn for cited in cites.get(key, ()) if cited in here]
    return [pair for pair in found if pair not in arrows][: MAX_ARROWS - len(arrows)]


def _lane(note: Note | None, hues: Container[str], tag: str) -> str:
    """Return the first tag of *note* that has a lane on the map of *tag*, which is the last."""
    tags = note.tags if note else ()
    return next((each for each in tags if each in hues and each != tag), tag)


def _year(catalogue: Catalogue, key: str) -> int | None:
    paper = catalogue.papers.get(key)
    found = _YEAR.search(formatting.year(paper)) if paper else None
    return int(found[0]) if found else None


def _drawn(citations: Sequence[tuple[str, str]], notes: Collection[str]) -> list[str]:
    """Return the keys to draw: if there are too many, those with the most citations."""
    keys = {key for pair in citations for key in pair}
    if len(keys) > SHOW_ALL_UP_TO:
        cited = Counter(cited for _citing, cited in citations)
        keys = {key for key in keys if cited[key] > 1} | (keys & set(notes))
    kept = [pair for pair in citations if keys.issuperset(pair)]
    degree = Counter(key for pair in kept for key in pair)
    best_connected = sorted(degree, key=lambda key: (-degree[key], key))
    # A key is of no use in the picture without another one that it cites or that cites it.
    pairs = kept
    for size in range(MAX_WORKS, 0, -10):
        best = set(best_connected[:size])
        pairs = [pair for pair in kept if best.issuperset(pair)]
        if len(pairs) <= MAX_ARROWS:
            break
    return sorted({key for pair in pairs for key in pair})
