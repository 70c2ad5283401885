"""The library's lists (``{bibliography}``), and what pages show of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.domain import BibtexDomain, Citation

from papernotes.citations.marks import status_of


class Lists:
    """What the library lists, by key and by document."""

    def __init__(self, env: BuildEnvironment, citations: Iterable[Citation]) -> None:
        self._by_key: defaultdict[str, list[object]] = defaultdict(list)
        self._by_document: defaultdict[str, list[object]] = defaultdict(list)
        for citation in citations:
            shown = _shown(env, citation)
            self._by_key[citation.key].append(shown)
            self._by_document[citation.bibliography_key.docname].append(shown)

    def has(self, key: str) -> bool:
        """Return whether a list has the work *key*."""
        return key in self._by_key

    def of(self, key: str) -> list[object]:
        """Return what the library's citations of *key* show, and where they lead."""
        return self._by_key.get(key, [])

    def on(self, docname: str) -> list[object]:
        """Return what the lists on the page *docname* show."""
        return self._by_document.get(docname, [])


def list_works(domain: BibtexDomain) -> Lists:
    """Do the library's own work, if a ``{bibliography}`` directive needs it."""
    domain.citations.clear()
    if domain.bibliographies:
        # As a clean build reads them: with several lists, the order decides where links lead.
        lists = sorted(domain.bibliographies.items(), key=lambda each: each[0].docname)
        domain.bibliographies.clear()
        domain.bibliographies.update(lists)
        BibtexDomain.env_updated(domain)
    return Lists(domain.env, domain.citations)


def _shown(env: BuildEnvironment, citation: Citation) -> list[object]:
    entry, tooltip = citation.formatted_entry, citation.tooltip_entry
    return [
        *(citation.bibliography_key.docname, citation.citation_id, citation.key),
        *(entry.label, str(entry.text), tooltip and str(tooltip.text)),
        status_of(env, citation.entry.key),
    ]
