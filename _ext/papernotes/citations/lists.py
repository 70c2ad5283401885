"""The library's lists (``{bibliography}``), and what pages show of them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from docutils import nodes
from pybtex.database import Entry
from pybtex.plugin import find_plugin
from pybtex.style import FormattedEntry
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.directives import BibliographyDirective, BibliographyKey
from sphinxcontrib.bibtex.domain import BibtexDomain, Citation

from papernotes.bibliography.formatting import NO_WORKS
from papernotes.citations.marks import marked_entry, status_of
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import note_problem, warn
from papernotes.settings import has_style


class ListDirective(BibliographyDirective):
    """The library's directive, at whose styles a build would end if they are not installed."""

    def run(self) -> Sequence[nodes.Node]:
        """Return the list, in the style of the site if its own is not installed."""
        style = self.options.get("style")
        if style is not None and not has_style(style):
            path = self.env.doc2path(self.env.docname, base=False).as_posix()
            message = f':style: "{style}" is no style that is installed; correct it, or delete it'
            problem = Diagnostic(path, self.lineno, message, DiagnosticKind.BAD_OPTION)
            note_problem(self.env, problem)
            del self.options["style"]
        return super().run()


class ListDomain(BibtexDomain):
    """The library's domain, as far as it makes the lists."""

    def get_filtered_entries(
        self, bibliography_key: BibliographyKey
    ) -> Iterable[tuple[str, Entry]]:
        """Return the works that a filter selects, or those cited if it cannot be applied."""
        try:
            return list(super().get_filtered_entries(bibliography_key))
        except (TypeError, re.error) as error:
            given = self.bibliographies[bibliography_key]
            path = self.env.doc2path(bibliography_key.docname, base=False).as_posix()
            message = (
                f':filter: cannot be applied: {error}; correct it (a field is text: year > "2015"),'
                " until then the list has what is cited"
            )
            warn(Diagnostic(path, given.line, message, DiagnosticKind.BAD_OPTION))
            self.bibliographies[bibliography_key] = given._replace(filter_=ast.parse("cited"))
            cited = list(super().get_filtered_entries(bibliography_key))
            self.bibliographies[bibliography_key] = given
            return cited

    def get_sorted_entries(
        self, bibliography_key: BibliographyKey, docnames: list[str]
    ) -> Iterable[tuple[str, Entry]]:
        """Return the works of a list, with types that its style can format."""
        names = [self.bibliographies[bibliography_key].style, self.env.config.bibtex_tooltips_style]
        styles = [find_plugin("pybtex.style.formatting", name) for name in names if name]
        for key, entry in super().get_sorted_entries(bibliography_key, docnames):
            if entry.type not in NO_WORKS:
                yield key, entry.known_to(styles)

    def get_formatted_entries(
        self,
        bibliography_key: BibliographyKey,
        docnames: list[str],
        tooltips: bool,
        tooltips_style: str,
    ) -> Iterable[tuple[Entry, FormattedEntry, FormattedEntry | None]]:
        """Return the works of a list as they are shown, with their marks."""
        for entry, shown, tooltip in super().get_formatted_entries(
            bibliography_key, docnames, tooltips, tooltips_style
        ):
            yield entry, marked_entry(self.env, shown), tooltip


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
