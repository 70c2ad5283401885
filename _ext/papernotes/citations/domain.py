"""sphinxcontrib-bibtex's domain with look-ups, so that a citation costs the same on any site.

The library's roles, directives and settings keep their meaning. Two things are replaced: the
reading of files, so that a fault in one entry does not affect others; and the way from a citation
to its reference, which is a look-up in the page's own list if it has one.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from pybtex.database import Entry
from pybtex.plugin import find_plugin
from pybtex.richtext import Text as RichText
from pybtex.style import FormattedEntry
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinxcontrib.bibtex.bibfile import BibData, BibFile, get_mtime
from sphinxcontrib.bibtex.citation_target import CitationTarget, parse_citation_targets
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.roles import CitationRef, CiteRole
from sphinxcontrib.bibtex.style.referencing import format_references
from sphinxcontrib.bibtex.style.template import SphinxReferenceInfo

from papernotes import nodes as placeholders
from papernotes.bibliography import formatting, locators, reader
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.status import status
from papernotes.citations.entries import ReadableEntries, ReadableEntry, escape, organization
from papernotes.citations.ids import distinct_ids, preview_name
from papernotes.citations.lists import ListDomain, Lists, list_works
from papernotes.citations.marks import linked_keys, mark_links
from papernotes.citations.style import NAME as OWN_STYLE
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.domain import PaperNotesDomain
from papernotes.domain.citation_text import citation_pieces
from papernotes.domain.intents import intents, sentence
from papernotes.domain.marks import status_marks
from papernotes.domain.pdf_pages import page_address
from papernotes.i18n import phrases
from papernotes.reporting import note_problem


class CitationRole(CiteRole):
    """The library's role, with a message for text that it cannot parse."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, or its text if that names no key."""
        try:
            list(parse_citation_targets(self.text))
        except ValueError:
            path = self.env.doc2path(self.env.docname, base=False).as_posix()
            message = (
                f'"{self.text}" is not a citation; write one key, or several separated by commas,'
                " with text before or after a key in braces"
            )
            problem = Diagnostic(path, self.lineno, message, DiagnosticKind.BAD_CITATION)
            note_problem(self.env, problem)
            return [nodes.literal(self.rawtext, self.text)], []
        found: tuple[list[nodes.Node], list[nodes.system_message]] = super().run()
        return found


class CitationsByDocument:
    """What the library keeps in a list of all citations, of which it drops those of a document."""

    def __init__(self) -> None:
        self._citations: dict[str, list[CitationRef]] = {}

    def __iter__(self) -> Iterator[CitationRef]:
        return itertools.chain.from_iterable(self._citations.values())

    def append(self, citation: CitationRef) -> None:
        """Add a citation."""
        self._citations.setdefault(citation.docname, []).append(citation)

    def clear_doc(self, docname: str) -> None:
        """Drop the citations in the document *docname*."""
        self._citations.pop(docname, None)


class CitationDomain(ListDomain):
    """The library's domain, which looks up citations instead of searching for them."""

    roles: ClassVar = {name: CitationRole() for name in BibtexDomain.roles}
    initial_data: ClassVar[dict[str, Any]] = {
        **BibtexDomain.initial_data,
        "citation_refs": CitationsByDocument(),
    }
    # The library's, with a digit for what is kept otherwise.
    data_version = 10 * BibtexDomain.data_version + 1

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self._ranks: dict[str, int] = {}
        self._ids: dict[str, dict[str, str]] = {}
        self._entries: dict[str, Entry] = {}
        self._labels: dict[str, str] | None = None
        self._citations: dict[Hashable, nodes.Element] = {}
        self.lists = Lists(env, ())

    @classmethod
    def of(cls, env: BuildEnvironment) -> CitationDomain:
        """Return the domain of *env*."""
        domain = env.get_domain(cls.name)
        assert isinstance(domain, cls)
        return domain

    @property
    def notes(self) -> PaperNotesDomain:
        """The domain that holds the catalogue."""
        return PaperNotesDomain.of(self.env)

    def prepare(self) -> None:
        """Clear the caches that were derived from the previous catalogue."""
        self._ids.clear()
        self._entries.clear()
        self._citations.clear()
        self._labels = None
        self._ranks = {key: rank for rank, key in enumerate(self.notes.catalogue.works)}
        self.lists = list_works(self)

    def clear_doc(self, docname: str) -> None:
        """Forget the citations and lists in *docname*; :meth:`prepare` makes what is cited."""
        self.data["citation_refs"].clear_doc(docname)
        for key in [key for key in self.bibliographies if key.docname == docname]:
            del self.bibliographies[key]

    def env_updated(self) -> Iterable[str]:
        """Return no page: the library's work is done in :meth:`prepare`, ahead of digests."""
        return []

    def _make_labels(self) -> dict[str, str]:
        """Return the label of each work of the site, in the style of ``bibtex_default_style``."""
        entries = [self.entry(key) for key in self.notes.catalogue.works]
        style = find_plugin("pybtex.style.formatting", self.env.config.bibtex_default_style)()
        ordered = list(style.sort(entries))
        labels = style.format_labels(ordered)
        return {entry.key: label for entry, label in zip(ordered, labels, strict=True)}

    def entry(self, key: str) -> Entry:
        """Return the entry *key* for citations, with the letter after its year."""
        if key not in self._entries:
            catalogue = self.notes.catalogue
            paper = catalogue.papers[key]
            original: ReadableEntry = self.bibdata.data.entries[key]
            persons = original.persons
            if not formatting.people(paper) and (names := flatten(formatting.byline(paper))):
                persons = {"author": [organization(names)]}
            # Without names, a citation shows the title, where it cannot have markup.
            shown = {**original.fields, "title": escape(flatten(formatting.title(paper)))}
            suffix = catalogue.suffixes.get(key, "")
            if paper.year or suffix:
                shown["year"] = escape(formatting.year(paper, phrases())) + suffix
            entry = ReadableEntry(original.type, shown, persons)
            entry.key = key
            self._entries[key] = entry
        return self._entries[key]

    def shown_label(self, key: str) -> str:
        """Return the label of the work *key*, or nothing if citations show people and year."""
        if self.env.config.bibtex_reference_style in (OWN_STYLE, "author_year"):
            return ""
        if self._labels is None:
            self._labels = self._make_labels()
        return self._labels.get(key, key)

    def reference_ids(self, docname: str) -> dict[str, str]:
        """Return the id of each work in the references of *docname*, in the order of the list."""
        if docname not in self._ids:
            record = self.notes.records[docname]
            cited = {citation.key for citation in record.page.citations}
            order = sorted(cited & self._ranks.keys(), key=self._ranks.__getitem__)
            self._ids[docname] = distinct_ids("ref", order)
        return self._ids[docname]

    def resolve_xref(  # type: ignore[override]  # the library returns an inline, as we do
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.Element:
        """Return the citation, with each key linked to its entry in the page's references.

        The library resolves it on pages with a ``{bibliography}`` of their own, and if
        ``papernotes_references`` is off. An unknown key becomes ``[?key]``; the catalogue reports
        it.
        """
        if not env.config.papernotes_references:
            return self._by_library(fromdocname, builder, typ, target, node, contnode)
        home: str = node.get("papernotes_home", fromdocname)
        record = self.notes.records.get(home)
        listed = record is not None and record.page.references
        ours, library, unknown = [], [], []
        for part in parse_citation_targets(target):
            if listed and part.key in self.notes.bibliography:
                ours.append(part)
            elif part.key in self.notes.bibliography or self.lists.has(part.key):
                library.append(part)
            else:
                unknown.append(nodes.inline("", f"[?{part.key}]", classes=["pn-unknown-key"]))
        groups: list[nodes.Element] = []
        if ours:
            groups.append(self._citation(ours, builder, typ, fromdocname, home, node))
        if library:
            rest = ",".join(_source(part) for part in library)
            groups.append(self._by_library(fromdocname, builder, typ, rest, node, contnode))
        groups += unknown
        if len(groups) == 1:
            return groups[0]
        together = nodes.inline(target, "")
        for number, group in enumerate(groups):
            together += [nodes.Text(" "), group] if number else [group]
        return together

    def _by_library(
        self,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.Element:
        """Return the citation that the library makes of works in its lists, with their marks."""
        made = super().resolve_xref(self.env, fromdocname, builder, typ, target, node, contnode)
        keys = linked_keys(self, fromdocname, target)
        mark_links(self.env, made, list(made.findall(nodes.reference)), keys)
        return made

    def _citation(
        self,
        parts: list[CitationTarget],
        builder: Builder,
        typ: str,
        fromdocname: str,
        home: str,
        node: pending_xref,
    ) -> nodes.Element:
        """Return the citation of works that the references of *home* list."""
        # Only HTML has a target at each citation.
        place: str = node.get("papernotes_place", "") if builder.format == "html" else ""
        targets = [
            (home, place) if place else self._target(part.key, fromdocname, home) for part in parts
        ]
        # All that the links depend on. Pages of one folder have the same relative addresses.
        folder, _, name = fromdocname.rpartition("/")
        leads = tuple((docname == fromdocname or docname, id_) for docname, id_ in targets)
        same = (typ, tuple(parts), leads, folder, name == "index")
        if same not in self._citations:
            make = (
                self._own if self.env.config.bibtex_reference_style == OWN_STYLE else self._styled
            )
            made = make(typ, parts, targets, builder, fromdocname)
            self._citations[same] = nodes.inline("", "", *made, classes=["bibtex-citation"])
        citation = self._citations[same].deepcopy()
        labels = {preview_name(key): sentence(intent) for key, intent in intents(node)}
        for work in citation.findall(placeholders.previewed) if labels else ():
            if why := labels.get(work["preview"]):
                work["data"] = {**work.get("data", {}), "pn-intent": why}
        return citation

    def _own(
        self,
        typ: str,
        parts: list[CitationTarget],
        targets: list[tuple[str, str]],
        builder: Builder,
        fromdocname: str,
    ) -> list[nodes.Node]:
        """Return a citation in our style, without the templates of the library's styles."""
        catalogue = self.notes.catalogue
        pieces = citation_pieces(typ, parts, catalogue.papers.get, phrases(), catalogue.suffixes)
        made: list[nodes.Node] = []
        leads = itertools.groupby(pieces, key=lambda piece: (piece.target, piece.page))
        for (number, page), linked in leads:
            shown: list[nodes.Node] = [
                nodes.emphasis("", piece.text) if piece.is_title else nodes.Text(piece.text)
                for piece in linked
            ]
            if number is None:
                made += shown
                continue
            if page:
                address = page_address(self.notes, builder, fromdocname, parts[number].key, page)
                link = nodes.reference("", "", *shown, refuri=address, classes=["pn-locator"])
                made += [link] if address else shown
                continue
            docname, id_ = targets[number]
            key = parts[number].key
            marks = status_marks(status(catalogue.papers[key]), before=" ", at_most=1)
            if builder.name == "latex":
                start = nodes.raw("", f"\\hyperlink{{cite.{docname}:{id_}}}{{", format="latex")
                made += [start, *shown, nodes.raw("", "}", format="latex"), *marks]
                continue
            link = make_refnode(builder, fromdocname, docname, id_, shown, self.tooltip(key))
            said = self._locator(parts[number], builder, fromdocname)
            cited = placeholders.previewed("", "", link, preview=preview_name(key), data=said)
            made += [cited, *marks]
        return made

    def _locator(self, part: CitationTarget, builder: Builder, docname: str) -> dict[str, str]:
        """Return the locator of *part* for the preview of the work, and its first page."""
        if not part.post:
            return {}
        paper = self.notes.catalogue.papers[part.key]
        found = locators.segments(part.post, paper, dict(phrases().locators))
        page = next((each.page for each in found if each.page), 0)
        said = {"pn-locator": "".join(each.text for each in found)}
        address = page_address(self.notes, builder, docname, part.key, page) if page else ""
        return {**said, "pn-page": address} if address else said

    def _styled(
        self,
        typ: str,
        parts: list[CitationTarget],
        targets: list[tuple[str, str]],
        builder: Builder,
        fromdocname: str,
    ) -> list[nodes.Node]:
        """Return a citation in one of the library's styles."""
        references = [
            self._reference(part, builder, fromdocname, where)
            for part, where in zip(parts, targets, strict=True)
        ]
        formatted = format_references(self.reference_style, typ, references)
        result = nodes.inline("", "", *formatted.render(self.backend))
        self._set_previews(result, [part.key for part in parts])
        return result.children

    def _set_previews(self, citation: nodes.Element, keys: list[str]) -> None:
        """Set the preview of each link of a *citation* of *keys*, and mark the works.

        Links that cannot be assigned to works get no previews.
        """
        links = list(citation.findall(nodes.reference))
        mark_links(self.env, citation, links, keys)
        for link, key in zip(links, keys, strict=True) if len(links) == len(keys) else ():
            named = placeholders.previewed(preview=preview_name(key))
            link.replace_self(named)
            named += link

    def _reference(
        self, part: CitationTarget, builder: Builder, fromdocname: str, where: tuple[str, str]
    ) -> tuple[Entry, FormattedEntry, SphinxReferenceInfo]:
        docname, id_ = where
        info = SphinxReferenceInfo(
            builder=builder,
            fromdocname=fromdocname,
            todocname=docname,
            citation_id=id_,
            title=self.tooltip(part.key),
            pre_text=part.pre,
            post_text=part.post,
        )
        label = self.shown_label(part.key)
        entry = self.entry(part.key)
        # Otherwise the library's styles write it in English.
        entry.fields.setdefault("year", phrases().undated)
        return entry, FormattedEntry(part.key, RichText(""), label), info

    def tooltip(self, key: str) -> str | None:
        """Return the tooltip of a link to *key*, if tooltips are on and previews are off."""
        config = self.env.config
        if config.papernotes_previews or not config.bibtex_tooltips:
            return None
        return flatten(self.notes.formatted(key).reference)

    def _target(self, key: str, fromdocname: str, home: str) -> tuple[str, str]:
        """Return the document and id that a citation of *key* leads to.

        It is the entry in the references of the page. A citation of a note that is shown elsewhere,
        as on a card, leads to the note on the work or, without one, to the references of its
        *home*.
        """
        if home == fromdocname:
            return home, self.reference_ids(home)[key]
        if note := self.notes.catalogue.leading(key):
            return note.docname, ""
        return home, self.reference_ids(home)[key]


def _source(part: CitationTarget) -> str:
    """Return the source of *part* of a citation, as in a role."""
    pre = f"{{{part.pre}}}" if part.pre else ""
    post = f"{{{part.post}}}" if part.post else ""
    return f"{pre}{part.key}{post}"


def read_bibliography(app: Sphinx) -> None:
    """Read the bibliography files if they have changed, and give the entries to the library.

    The library does not read files itself when the names, times and encoding in its own record
    agree. So a fault in a file neither aborts the build nor loses the entries after it.
    """
    if app.config.bibtex_bibfiles is None:
        return  # the library reports it
    files = [(Path(app.confdir) / name).resolve() for name in app.config.bibtex_bibfiles]
    encoding: str = app.config.bibtex_encoding
    sources = reader.load(files, Path(app.srcdir).resolve())
    domain = PaperNotesDomain.of(app.env)
    venues: dict[str, str] = app.config.papernotes_venue_names
    if domain.bibliography.digest != reader.digest(sources, encoding, venues):
        domain.note_bibliography(reader.read(sources, encoding, venues))
    current = domain.bibliography
    bibfiles = {
        file: BibFile(mtime=get_mtime(file), keys=dict.fromkeys(current.keys[name]))
        for file, (name, _) in zip(files, sources, strict=True)
    }
    data = current.data
    data.entries = ReadableEntries(current)
    app.env.domaindata[BibtexDomain.name]["bibdata"] = BibData(encoding, bibfiles, data)
