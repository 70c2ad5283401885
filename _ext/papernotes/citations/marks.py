"""Marks of works in the library's lists, footnotes and citations.

They say what the marks elsewhere say: that a work was retracted or corrected, or has a newer
version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from pybtex.richtext import Text
from pybtex.style import FormattedEntry
from pybtex_docutils import Backend
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.richtext import BaseReferenceText

from papernotes.catalogue.status import NONE, Status, status
from papernotes.domain import PaperNotesDomain
from papernotes.domain.marks import status_marks


def status_of(env: BuildEnvironment, key: str) -> Status:
    """Return what became of the work *key*, which need not be on a page of ours."""
    bibliography = PaperNotesDomain.of(env).bibliography
    return status(bibliography.paper(key)) if key in bibliography else NONE


class _Marks(BaseReferenceText[list[nodes.Node]]):
    """The marks of a work as rich text; in documents they are nodes with their classes."""

    def __init__(self, marks: list[nodes.Node]) -> None:
        super().__init__(marks, *(node.astext() for node in marks))

    def render(self, backend: Any) -> Any:
        """Return the marks in the form of *backend*."""
        if isinstance(backend, Backend):
            return [node.deepcopy() for node in self.info[0]]
        return super().render(backend)


def marked_entry(env: BuildEnvironment, entry: FormattedEntry) -> FormattedEntry:
    """Return a formatted *entry* with the marks of its work at its end."""
    marks = status_marks(status_of(env, entry.key), before=" ")
    text = Text(entry.text, _Marks(marks)) if marks else entry.text
    return FormattedEntry(entry.key, text, entry.label)


def mark_links(
    env: BuildEnvironment, citation: nodes.Element, links: Sequence[nodes.Node], keys: Sequence[str]
) -> None:
    """Put the mark of each of *keys* behind its link in *citation*.

    Reference styles link each work once, or not at all. If the numbers differ, the links cannot be
    assigned to works, and the marks stand at the end.
    """
    found = [status_marks(status_of(env, key), before=" ", at_most=1) for key in keys]
    if len(links) != len(found):
        citation.extend(node for marks in found for node in marks)
        return
    for link, marks in zip(links, found, strict=True):
        place = link.parent.index(link) + 1
        link.parent[place:place] = marks


def linked_keys(domain: BibtexDomain, docname: str, target: str) -> list[str]:
    """Return the works that the library's citation of *target* on the page *docname* links to.

    They are in the order of its links. It takes those in lists of the page first, and none in lists
    with bullets or numbers.
    """
    cited = {part.key for part in parse_citation_targets(target)}
    listed = sorted(
        (each for each in domain.citations if each.key in cited),
        key=lambda each: each.bibliography_key.docname != docname,
    )
    keys = {
        each.key: each.entry.key
        for each in listed
        if domain.bibliographies[each.bibliography_key].list_ == "citation"
    }
    return list(keys.values())
