"""Related notes: the notes that a reader of a note would want to read next.

Two notes are related if they share a tag or a paper, cite the same work, or one cites the other.
What few notes share says more than what many do: each shared tag, paper and cited work counts
``1 / ln(n)``, where n is the number of notes that have it (the measure of Adamic and Adar, "Friends
and neighbors on the Web", Social Networks 25(3), 2003). A citation of one note by the other, or a
link, counts ``CITATION``, each way. Among notes with the same score, those read nearer in time come
first.

The cost per note does not grow with the number of notes: among the notes that share a tag or a work
with it, only the ``REACH`` read just before it and the ``REACH`` read just after it are considered.
"""

from __future__ import annotations

import datetime
import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from papernotes.core.model import Note

CITATION = 2.0
REACH = 12
MAX_RELATED = 6


def related(
    notes: Iterable[Note],
    cited_by: Mapping[str, Iterable[str]],
    mentioned_by: Mapping[str, Iterable[str]],
) -> dict[str, tuple[Note, ...]]:
    """Return up to ``MAX_RELATED`` related notes for the document of each note, best first.

    The order of *notes* decides between notes read on the same day or on no known day. *cited_by*
    maps the key of each work to the documents that cite it or link to a note on it, *mentioned_by*
    the document of each note to those that cite its papers or link to it.
    """
    ordered = sorted(notes, key=lambda note: (note.read is None, note.read or datetime.date.min))
    position_of = {note.docname: number for number, note in enumerate(ordered)}
    shared = _shared(ordered, position_of, cited_by)
    has: list[set[int]] = [set() for _ in ordered]
    near: list[set[int]] = [set() for _ in ordered]
    weights = [1 / math.log(len(members)) for members in shared]
    for number, members in enumerate(shared):
        for position, member in enumerate(members):
            has[member].add(number)
            near[member].update(members[max(0, position - REACH) : position + REACH + 1])
    cites: dict[tuple[int, int], float] = defaultdict(float)
    for cited, note in enumerate(ordered):
        for docname in mentioned_by.get(note.docname, ()):
            citing = position_of.get(docname, cited)
            if citing != cited:
                one, other = sorted((citing, cited))
                cites[one, other] += CITATION
                near[one].add(other)
    ranking: list[list[tuple[float, int, int]]] = [[] for _ in ordered]
    for one, others in enumerate(near):
        for other in others:
            if other <= one:
                continue
            in_common = [weights[number] for number in has[one] & has[other]]
            # The sum must not depend on the order of its terms, which is that of a set.
            score = math.fsum(in_common) + cites.get((one, other), 0.0)
            ranking[one].append((-score, other - one, other))
            ranking[other].append((-score, other - one, one))
    return {
        note.docname: tuple(ordered[other] for *_, other in heapq.nsmallest(MAX_RELATED, ranked))
        for note, ranked in zip(ordered, ranking, strict=True)
    }


def _shared(
    notes: list[Note], position_of: Mapping[str, int], cited_by: Mapping[str, Iterable[str]]
) -> list[list[int]]:
    """Return the positions of the notes that share a tag, a paper or a cited work, for each."""
    by_tag: dict[str, list[int]] = defaultdict(list)
    by_paper: dict[str, list[int]] = defaultdict(list)
    for number, note in enumerate(notes):
        for tag in note.tags:
            by_tag[tag].append(number)
        for key in note.keys:
            by_paper[key].append(number)
    by_work = (
        sorted(position_of[docname] for docname in citing if docname in position_of)
        for citing in cited_by.values()
    )
    groups = (*by_tag.values(), *by_paper.values(), *by_work)
    return [members for members in groups if len(members) > 1]
