"""The domain: all that the extension keeps in Sphinx's environment, and its only writer.

What is kept are the records of each document, and the bibliography. What is derived from them, the
catalogue, is made anew in each build once all documents are read.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.locale import _
from sphinx.roles import XRefRole
from sphinx.util.nodes import make_refnode
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from .bibliography import Bibliography
from .catalogue import Catalogue, derive
from .model import Note, Page, Problem


def cited_keys(node: pending_xref) -> list[str]:
    """Return the citation keys that a cross-reference cites."""
    if node.get("refdomain") != "cite":
        return []
    return [target.key for target in parse_citation_targets(node["reftarget"])]


def linked_keys(node: pending_xref) -> list[str]:
    """Return the citation key whose note a cross-reference links to, if it does."""
    return [node["reftarget"]] if node.get("refdomain") == PaperNotesDomain.name else []


def without_links(element: nodes.Element) -> list[nodes.Node]:
    """Return a copy of what *element* holds, with the text of each link in its place.

    Titles are links themselves wherever they are shown, and links do not nest.
    """
    copy = element.deepcopy()
    for node in list(copy.findall(nodes.Element)):
        if isinstance(node, nodes.reference | pending_xref):
            node.replace_self(node.children)
        else:
            node["ids"], node["names"] = [], []
    return copy.children


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Document nodes that other pages show too, such as a note's summary.

    They are kept pickled: most builds carry them from one environment to the next without a look.
    ``digest`` is equal for nodes that look the same; ``citations`` and ``links`` are the citation
    keys that the nodes cite, and those whose notes they link to.
    """

    pickled: bytes
    digest: str
    citations: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @classmethod
    def of(cls, excerpt: Sequence[nodes.Node]) -> Excerpt:
        """Keep a copy of the nodes *excerpt*, parted from their document."""
        copies = [node.deepcopy() for node in excerpt]
        for copy in copies:
            for node in copy.findall():
                # A copy remembers its document, which would be pickled with it.
                node.document = None  # type: ignore[assignment]
        text = "".join(copy.pformat() for copy in copies)
        citations: dict[str, None] = {}
        links: dict[str, None] = {}
        for copy in copies:
            for reference in copy.findall(pending_xref):
                citations.update(dict.fromkeys(cited_keys(reference)))
                links.update(dict.fromkeys(linked_keys(reference)))
        return cls(
            pickled=pickle.dumps(copies, pickle.HIGHEST_PROTOCOL),
            digest=hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
            citations=tuple(citations),
            links=tuple(links),
        )

    def nodes(self) -> list[nodes.Node]:
        """Return the nodes, a fresh copy each time."""
        copies: list[nodes.Node] = pickle.loads(self.pickled)
        return copies


@dataclass(frozen=True, slots=True)
class NotedPaper:
    """A note with what other pages show of it."""

    note: Note
    title: Excerpt
    summary: Excerpt


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of one document.

    ``path`` is its file, relative to the source directory, with slashes; ``noted`` is None where
    the document is no note on a paper.
    """

    path: str
    page: Page
    noted: NotedPaper | None = None
    problems: tuple[Problem, ...] = ()


class NoteRole(XRefRole):
    """The role ``{note}``: a link to the note on a paper, by citation key."""

    def __init__(self) -> None:
        super().__init__(innernodeclass=nodes.inline)

    def result_nodes(
        self,
        document: nodes.document,
        env: BuildEnvironment,
        node: nodes.Element,
        is_ref: bool,
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Let the link be the domain's, under whichever name the role was called."""
        node["refdomain"], node["reftype"] = PaperNotesDomain.name, "note"
        return [node], []


class PaperNotesDomain(Domain):
    """Notes on papers."""

    name = "papernotes"
    label = "Notes on papers"
    object_types: ClassVar = {"note": ObjType(_("note"), "note")}
    roles: ClassVar = {"note": NoteRole()}
    initial_data: ClassVar[dict[str, Any]] = {
        "records": {},
        "bibliography": Bibliography(),
        "bound": False,
    }
    data_version = 1

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.catalogue = Catalogue()

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
        """What the bibliography files hold."""
        bibliography: Bibliography = self.data["bibliography"]
        return bibliography

    @property
    def bound(self) -> bool:
        """Whether the front page was read for a format that binds all pages together."""
        return bool(self.data["bound"])

    def note_record(self, docname: str, record: Record) -> None:
        """Keep what has been read of document *docname*."""
        self.records[docname] = record

    def note_bibliography(self, bibliography: Bibliography) -> None:
        """Keep the bibliography."""
        self.data["bibliography"] = bibliography

    def note_bound(self, bound: bool) -> None:
        """Keep whether the front page is to be read for a format that binds all pages together."""
        self.data["bound"] = bound

    def clear_doc(self, docname: str) -> None:
        """Forget document *docname*."""
        self.records.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read of *docnames*."""
        self.records.update(
            (name, record) for name, record in otherdata["records"].items() if name in docnames
        )

    def derive(self) -> Catalogue:
        """Make the catalogue from all that has been read, and keep it for this build."""
        records = [record for _, record in sorted(self.records.items())]
        self.catalogue = derive(
            notes=[record.noted.note for record in records if record.noted],
            pages=[record.page for record in records],
            bibliography=self.bibliography,
            paths={name: record.path for name, record in self.records.items()},
        )
        return self.catalogue

    def noted(self, note: Note) -> NotedPaper:
        """Return *note* with its title and summary."""
        noted = self.records[note.docname].noted
        assert noted is not None
        return noted

    def problems(self) -> Iterator[Problem]:
        """Yield every problem that stands, in the order of files and lines."""
        found = {problem for record in self.records.values() for problem in record.problems}
        found.update(self.bibliography.problems, self.catalogue.problems)
        yield from sorted(found)

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
        """Link to the note on the paper with the key *target*, with its title or a given text."""
        note = self.catalogue.notes.get(target)
        if note is None:
            # The catalogue has reported it; the text stays readable.
            return contnode  # type: ignore[return-value]
        children: list[nodes.Node] = list(node.children)
        if typ == "note" and not node.get("refexplicit"):
            children = self.noted(note).title.nodes()
        try:
            reference = make_refnode(builder, fromdocname, note.docname, None, children)
        except NoUri:
            return contnode  # type: ignore[return-value]
        reference["classes"] += node.get("classes", [])
        return reference

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Return the note on the paper with the key *target*, if there is one."""
        if target not in self.catalogue.notes:
            return []
        found = self.resolve_xref(env, fromdocname, builder, "note", target, node, contnode)
        return [("papernotes:note", found)] if found else []

    def get_objects(self) -> Iterable[tuple[str, str, str, str, str, int]]:
        """Yield each note, under the citation key of its paper.

        The priority keeps notes out of the search for objects: the search finds their pages.
        """
        for key, note in self.catalogue.notes.items():
            yield key, note.title, "note", note.docname, "", -1
