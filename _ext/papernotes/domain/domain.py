"""The domain, which alone writes what the extension keeps in Sphinx's environment.

It keeps the record of each document, and the bibliography. The catalogue is derived from them anew
in each build, once all documents have been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.util.nodes import make_refnode
from sphinx.util.osutil import relative_uri
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.bibliography.reader import Bibliography
from papernotes.catalogue.archives import Archives, build_archives
from papernotes.catalogue.derive import Catalogue, derive
from papernotes.catalogue.literature import Literature
from papernotes.catalogue.mention_pages import mention_pages
from papernotes.core.diagnostics import Diagnostic
from papernotes.core.model import Note, Paper
from papernotes.core.text import initial
from papernotes.core.wiki_links import Vault
from papernotes.domain.citation_text import citation_nodes
from papernotes.domain.intents import intent_on
from papernotes.domain.pdf_pages import page_link
from papernotes.domain.records import Formatted, Mention, NotedPaper, Record
from papernotes.domain.xrefs import DOMAIN, NoteRole
from papernotes.i18n import _, phrases
from papernotes.nodes import download, previewed

# The folder of the output with the files that entries link to.
PAPER_FILES = "_files"


class PaperNotesDomain(Domain):
    """Notes on papers."""

    name = DOMAIN
    label = "Notes on papers"
    object_types: ClassVar = {"note": ObjType(_("note"), "note")}
    roles: ClassVar = {"note": NoteRole()}
    initial_data: ClassVar[dict[str, Any]] = {
        "records": {},
        "bibliography": Bibliography(),
        "bound": False,
        "formatted": {},
        "phrases": None,
        "sources": {},
    }
    data_version = 14

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.catalogue = Catalogue()
        self.archives = Archives()
        # Whether the build is of a site, whose pages are written one by one.
        self.writes_site = False
        # How the papers cite each other.
        self.literature = Literature()
        # The files that entries link to and that this build publishes, by their paths.
        self.paper_files: frozenset[str] = frozenset()
        # What the theme shows beside the text of every page, such as the sections of the site.
        self.frame: tuple[Any, ...] = ()
        # The records of drafts of which this build publishes nothing, and the labels in them.
        self.drafts: dict[str, Record] = {}
        self.draft_targets: frozenset[str] = frozenset()
        # Whether documents may show nothing of drafts, and the records of those that are left out,
        # since they would show a file from outside.
        self.hides_drafts = False
        # Whether documents show blocks of quotes that are not public by themselves.
        self.shows_quotes = False
        self.left_out: list[Record] = []
        # The names of the previews of notes and other places, by the addresses of these.
        self.previews: dict[str, str] = {}
        # Parsers of Markdown that read no document at present, by what they are for.
        self.idle_parsers: dict[tuple[bool, bool], Any] = {}
        # The documents that this build reads, and whether one of its pages could not be written.
        self.read: Set[str] = frozenset()
        self.refused = False
        # The quotes in all notes by their names, each with whether it is in a draft, if this build
        # has looked for them. They are not kept, since most are private.
        self.quotes: dict[str, tuple[Any, bool]] | None = None
        # Digests of what pages show, by kind and name, each computed once in a build.
        self.digests: dict[tuple[str, str], str] = {}
        # The HTML that several pages show, by kind and name, each written once in a build.
        self.fragments: dict[tuple[str, str], Any] = {}

    @classmethod
    def of(cls, env: BuildEnvironment) -> PaperNotesDomain:
        """Return the domain of *env*."""
        domain = env.get_domain(cls.name)
        assert isinstance(domain, cls)
        return domain

    @property
    def records(self) -> dict[str, Record]:
        """The record of each document that has been read, by name."""
        records: dict[str, Record] = self.data["records"]
        return records

    @property
    def bibliography(self) -> Bibliography:
        """The entries of the bibliography files."""
        bibliography: Bibliography = self.data["bibliography"]
        return bibliography

    @property
    def bound(self) -> bool:
        """Whether the front page was read for a format that binds all pages together."""
        return bool(self.data["bound"])

    @property
    def sources(self) -> dict[str, bytes]:
        """The digest of the source of each document that has been read, by name."""
        sources: dict[str, bytes] = self.data["sources"]
        return sources

    def note_source(self, docname: str, digest: bytes) -> None:
        """Note the digest of the source of document *docname*."""
        self.sources[docname] = digest

    def note_record(self, docname: str, record: Record) -> None:
        """Note the record of document *docname*."""
        self.records[docname] = record

    def note_draft(self, docname: str) -> None:
        """Note that document *docname* is a draft, whose record no page may show."""
        self.drafts[docname] = self.records.pop(docname)

    def note_bibliography(self, bibliography: Bibliography) -> None:
        """Note the bibliography."""
        bibliography.take_over(self.bibliography)
        self.data["bibliography"] = bibliography

    def note_bound(self, bound: bool) -> None:
        """Note whether the front page is read for a format that binds all pages together."""
        self.data["bound"] = bound

    def clear_doc(self, docname: str) -> None:
        """Remove document *docname*."""
        self.records.pop(docname, None)
        self.sources.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read of *docnames*."""
        self.records.update(
            (name, record) for name, record in otherdata["records"].items() if name in docnames
        )
        self.sources.update(
            (name, digest) for name, digest in otherdata["sources"].items() if name in docnames
        )

    def spell(self, role: str, target: str) -> str:
        """Return the text of :meth:`spelled`."""
        return "".join(node.astext() for node in self.spelled(role, target))

    def spelled(self, role: str, target: str) -> list[nodes.Node]:
        """Return what a citation is in a heading: a title if *role* is empty, for a link.

        A link may name a note instead, whose title is not known while documents are read.
        """
        if role:
            targets = tuple(parse_citation_targets(target))
            return citation_nodes(role, targets, self._paper, phrases())
        if (paper := self._paper(target)) is not None:
            return [nodes.Text(flatten(formatting.title(paper)))]
        name = target.rpartition("/")[2] if self._is_name(target) else f"[?{target}]"
        return [nodes.Text(name)]

    def _paper(self, key: str) -> Paper | None:
        return self.bibliography.paper(key) if key in self.bibliography else None

    def _is_name(self, target: str) -> bool:
        folder = self.env.config.papernotes_folder
        return not self.env.found_docs.isdisjoint((target, f"{folder}/{target}"))

    def misspelled(self) -> list[str]:
        """Return the documents whose headings spell out entries that have changed since."""
        return [
            name
            for name, record in sorted(self.records.items())
            if any(
                self.spell(spelled.role, spelled.target) != spelled.text
                for spelled in record.spelled
            )
        ]

    def misled(self, vault: Vault) -> list[str]:
        """Return the documents whose links in two brackets lead elsewhere now, or nowhere."""
        return [
            name
            for name, record in sorted(self.records.items())
            if any(
                not lead.is_somewhere or vault.lead(lead.target, lead.home) != lead
                for lead in record.leads
            )
        ]

    def paper_links(self, paper: Paper) -> list[formatting.Link]:
        """Return the links of *paper* that pages show: of files, those that may be published."""
        links = formatting.links(paper)
        return [link for link in links if not link.is_file or link.url in self.paper_files]

    def derive(self, *, of_pages: bool) -> None:
        """Derive the catalogue from all records, for this build.

        *of_pages* says whether the build writes a site of pages, which has archives.
        """
        self.catalogue = self._catalogue(self.records)
        if self.drafts:
            # A link to a draft is no fault, but drafts may have faults of their own.
            with_drafts = self._catalogue({**self.records, **self.drafts})
            self.catalogue = replace(self.catalogue, problems=with_drafts.problems)
        if self.data["phrases"] != phrases():
            # The language has changed, in which references were formatted.
            self.data["formatted"], self.data["phrases"] = {}, phrases()
        formatted = {key: self._format(key, paper) for key, paper in self.catalogue.papers.items()}
        self.data["formatted"] = formatted
        self.archives = self._archives() if of_pages else Archives()
        self.digests, self.fragments = {}, {}

    def _catalogue(self, documents: Mapping[str, Record]) -> Catalogue:
        records = [record for _, record in sorted(documents.items())]
        return derive(
            notes=[record.noted.note for record in records if record.noted],
            pages=[record.page for record in records],
            bibliography=self.bibliography,
            paths={name: record.path for name, record in documents.items()},
            folder=self.env.config.papernotes_folder,
            report_unknown=self.env.config.papernotes_references,
        )

    def _archives(self) -> Archives:
        config = self.env.config
        root = self.records.get(config.root_doc)
        queries = root.page.queries if root else ()
        homes = [name for name, record in sorted(self.records.items()) if record.page.works]
        return build_archives(
            self.catalogue,
            config.papernotes_browse,
            root=config.root_doc,
            query=next((query for query in queries if query.paged), None),
            works={key: self.initial(key) for key in self.catalogue.works} if homes else {},
            homes=homes,
            sizes={
                "cards": config.papernotes_page_size,
                "rows": config.papernotes_page_rows,
                "list": config.papernotes_page_size,
            },
            view=config.papernotes_view,
            sort=config.papernotes_sort,
            paths={name: record.path for name, record in self.records.items()},
            mentions=mention_pages(self.catalogue, {n: r.page for n, r in self.records.items()}),
        )

    def _format(self, key: str, paper: Paper) -> Formatted:
        """Return the reference of a work, from an earlier build unless its entry has changed."""
        suffix = self.catalogue.suffixes.get(key, "")
        before: Formatted | None = self.data["formatted"].get(key)
        if before and (before.paper, before.suffix) == (paper, suffix):
            return before
        reference = formatting.reference(paper, suffix, phrases())
        return Formatted.of(paper, suffix, reference)

    def formatted(self, key: str) -> Formatted:
        """Return the reference of the work *key*, which the catalogue holds."""
        formatted: Formatted = self.data["formatted"][key]
        return formatted

    def initial(self, key: str) -> str:
        """Return the letter under which the work *key*, which the catalogue holds, is listed."""
        return initial("".join(formatting.sort_key(self.catalogue.papers[key])))

    def noted(self, note: Note) -> NotedPaper:
        """Return *note* with its title and summary."""
        noted = self.records[note.docname].noted
        assert noted is not None
        return noted

    def title_of_draft(self, target: str) -> str:
        """Return the title of the paper of a draft that a link to *target* leads to, or nothing."""
        folder = self.env.config.papernotes_folder
        for docname, record in sorted(self.drafts.items()):
            keys = record.noted.note.keys if record.noted else ()
            if target in (*keys, docname, docname.removeprefix(f"{folder}/")):
                key = next((key for key in (target, *keys) if key in self.bibliography), "")
                return flatten(formatting.title(self.bibliography.paper(key))) if key else ""
        return ""

    def mentions(self, docname: str, note: Note) -> Iterator[Mention]:
        """Yield the places of *docname* that cite a paper of *note* or link to *note*.

        Of several in a sentence with the same intent, yield the first.
        """
        seen = set()
        keys = frozenset(note.keys)
        for mention in self.records[docname].mentions:
            linked = any(note in self.catalogue.linked(target) for target in mention.links)
            if not linked and keys.isdisjoint(mention.keys):
                continue
            said = (mention.sentence.digest, intent_on(note.keys, mention.intents))
            if said not in seen:
                seen.add(said)
                yield mention

    def problems(self) -> Iterator[Diagnostic]:
        """Yield all diagnostics, in the order of files and lines."""
        records = (*self.records.values(), *self.drafts.values(), *self.left_out)
        found = {problem for record in records for problem in record.problems}
        found.update(self.bibliography.problems, self.catalogue.problems, self.archives.problems)
        yield from sorted(found)

    def file_link(
        self, builder: Builder, docname: str, kind: str, name: str, children: list[nodes.Node]
    ) -> nodes.reference:
        """Return a link from the page *docname* to a file, or its text where there is no site."""
        if kind == "paper-file" and not self.writes_site:
            return nodes.inline("", "", *children)  # type: ignore[return-value]
        path = name if kind == "file" else f"{PAPER_FILES}/{name}"
        address = relative_uri(builder.get_target_uri(docname), quote(path))
        make = download if kind == "file" else nodes.reference
        return make("", "", *children, refuri=address, internal=True)

    def _link(
        self, builder: Builder, docname: str, typ: str, target: str, node: pending_xref
    ) -> nodes.reference:
        """Return the link of the page *docname* to a file, a place, or a page of a PDF."""
        children: list[nodes.Node] = list(node.children)
        if typ in ("file", "paper-file"):
            return self.file_link(builder, docname, typ, target, children)
        if typ == "page":
            locator: str = node["papernotes_locator"]
            return page_link(self, builder, docname, target, locator)  # type: ignore[return-value]
        # Only HTML has a target at each citation and link.
        id_ = node["papernotes_id"] if builder.format == "html" else ""
        result = make_refnode(builder, docname, target, id_ or None, children)
        result["classes"] += node.get("classes", [])
        # Links of components lead to what stands beside them.
        result["preview"] = False
        return result

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to the notes that *target* stands for, with their titles or a given text.

        A link of type ``place`` leads to the document *target*, at the id that it carries; one of
        type ``file`` leads to a file that the build writes beside the pages, one of type
        ``paper-file`` to a file of the author's, and one of type ``page`` to a page of a PDF.
        """
        children: list[nodes.Node] = list(node.children)
        try:
            if typ != "note":
                return self._link(builder, fromdocname, typ, target, node)
            notes = self.catalogue.linked(target)
            titles = [self.noted(note).title.nodes() for note in notes]
            if len(notes) == 1 and node.get("refexplicit"):
                titles = [children]
            classes: list[str] = node.get("classes", []) if len(notes) == 1 else []
            links = [
                self._note_link(builder, fromdocname, note, title, classes)
                for note, title in zip(notes, titles, strict=True)
            ]
        except NoUri:
            links = []
        if not links:
            if (title := self.title_of_draft(target)) and not node.get("refexplicit"):
                return nodes.inline("", title)  # type: ignore[return-value]
            # The catalogue has reported the unknown key; the text stays readable.
            return contnode  # type: ignore[return-value]
        if len(links) == 1:
            return links[0]  # type: ignore[return-value]  # Sphinx takes any element
        # A given text cannot lead to several notes; their titles follow it in parentheses.
        before, after = (" (", ")") if node.get("refexplicit") else ("", "")
        line = nodes.inline("", "", *(children if before else ()))
        for link in links:
            line += [nodes.Text(", " if link is not links[0] else before), link]
        line += nodes.Text(after)
        return line  # type: ignore[return-value]  # Sphinx takes any element

    def _note_link(
        self,
        builder: Builder,
        docname: str,
        note: Note,
        children: list[nodes.Node],
        classes: list[str],
    ) -> nodes.Element:
        """Return a link to *note* in the text of the page *docname*, which has its preview."""
        link = make_refnode(builder, docname, note.docname, None, children)
        link["classes"] += classes
        name = self.previews.get(builder.get_target_uri(note.docname))
        # Links of a page to itself need no file.
        return previewed("", "", link, preview=name) if name and docname != note.docname else link

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Return the notes on the paper with the key *target*, if there are any.

        The name of a note is left to the standard domain, which knows it as a document.
        """
        if target not in self.catalogue.by_key:
            return []
        found = self.resolve_xref(env, fromdocname, builder, "note", target, node, contnode)
        return [("papernotes:note", found)] if found else []

    def get_objects(self) -> Iterable[tuple[str, str, str, str, str, int]]:
        """Yield each note under its name, and for each paper the note that its key leads to.

        The priority keeps notes out of the search for objects: the search finds their pages.
        """
        leading = {key: self.catalogue.leading(key) for key in self.catalogue.by_key}
        for name, note in {**self.catalogue.by_name, **leading}.items():
            assert note is not None
            yield name, note.title, "note", note.docname, "", -1
