"""Records of documents and works, as the domain keeps them in Sphinx's environment."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinxcontrib.bibtex.nodes import bibliography as library_bibliography

from papernotes.bibliography.latex import Span, formulas
from papernotes.core.diagnostics import Diagnostic
from papernotes.core.model import Citation, Note, Page, Paper, Pickled, Picture
from papernotes.core.wiki_links import Lead
from papernotes.domain.xrefs import cited_keys, linked_notes, target
from papernotes.mathematics.equations import mark_as_copy, referenced_labels
from papernotes.nodes import Placeholder

# A list of notes in the card of a note could hold that very card. The library finds the works of
# its own list by the list's place in the document, which no copy has.
_LISTS = (Placeholder, library_bibliography)


@dataclass(frozen=True, slots=True)
class Excerpt(Pickled):
    """Document nodes that other pages show too, such as a note's summary.

    They are kept pickled, since most builds carry them from one environment to the next unread.
    ``digest`` is equal for nodes that look the same. ``citations`` holds the citation keys that the
    nodes cite, ``links`` the targets of their links to notes, ``equations`` the labels of equations
    that they refer to, and ``targets`` all other targets. Equations lose their number and label,
    which belong to the document.
    """

    pickled: bytes
    digest: str
    citations: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @classmethod
    def of(cls, excerpt: Sequence[nodes.Node]) -> Excerpt:
        """Return an excerpt with copies of the nodes, detached from their document."""
        copies = [node.deepcopy() for node in excerpt if not isinstance(node, _LISTS)]
        for copy in copies:
            for inner in [node for node in copy.findall() if isinstance(node, _LISTS)]:
                inner.parent.remove(inner)
            for node in copy.findall():
                # Otherwise the whole document would be pickled with the copy.
                node.document = None  # type: ignore[assignment]
                if isinstance(node, nodes.math_block):
                    mark_as_copy(node)
        text = "".join(copy.pformat() for copy in copies)
        citations: dict[str, None] = {}
        links: dict[str, None] = {}
        targets: dict[str, None] = {}
        for copy in copies:
            for reference in copy.findall(pending_xref):
                citations.update(dict.fromkeys(cited_keys(reference)))
                links.update(dict.fromkeys(linked_notes(reference)))
                targets.update(dict.fromkeys(target(reference)))
        return cls(
            pickled=pickle.dumps(copies, pickle.HIGHEST_PROTOCOL),
            digest=hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
            citations=tuple(citations),
            links=tuple(links),
            equations=tuple(label for copy in copies for label in referenced_labels(copy)),
            targets=tuple(targets),
        )

    def nodes(self) -> list[nodes.Node]:
        """Return fresh copies of the nodes."""
        copies: list[nodes.Node] = pickle.loads(self.pickled)  # noqa: S301 -- made above
        return copies


@dataclass(frozen=True, slots=True)
class NotedPaper(Pickled):
    """A note, with the nodes that other pages show of it; ``fields`` are those in Markdown.

    ``picture`` is that of its card.
    """

    note: Note
    title: Excerpt
    summary: Excerpt
    fields: tuple[tuple[str, Excerpt], ...] = ()
    picture: Picture | None = None

    def field(self, name: str) -> Excerpt | None:
        """Return the nodes of the field *name*, or None if it is not in Markdown."""
        return next((excerpt for each, excerpt in self.fields if each == name), None)


@dataclass(frozen=True, slots=True)
class Formatted(Pickled):
    """The formatted reference of a work, and its sources.

    The reference is kept pickled for the reason that excerpts are. ``digest`` is equal for equal
    references, and ``formulas`` are those in it.
    """

    paper: Paper
    suffix: str
    pickled: bytes
    digest: bytes
    formulas: tuple[str, ...]

    @classmethod
    def of(cls, paper: Paper, suffix: str, reference: tuple[Span, ...]) -> Formatted:
        """Return a record of *reference*."""
        return cls(
            paper,
            suffix,
            pickle.dumps(reference, pickle.HIGHEST_PROTOCOL),
            hashlib.blake2b(repr(reference).encode(), digest_size=16).digest(),
            tuple(formulas(reference)),
        )

    @property
    def reference(self) -> tuple[Span, ...]:
        """The reference as spans."""
        reference: tuple[Span, ...] = pickle.loads(self.pickled)  # noqa: S301 -- made above
        return reference


@dataclass(frozen=True, slots=True)
class Mention(Pickled):
    """A place that cites works or links to a note, with its sentence.

    ``id`` is the id of the place in its page, ``keys`` are the works that it cites, and ``links``
    the targets of its links to notes. ``intents`` are the keys that it cites for a reason, each
    with the property of CiTO.
    """

    id: str
    keys: tuple[str, ...]
    links: tuple[str, ...]
    sentence: Excerpt
    intents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Spelled:
    """A citation in a heading, and the text that replaced it and all that was cited with it.

    ``role`` is the name of its role, or empty for a link to a note, and ``target`` is what the role
    was applied to.
    """

    citation: Citation
    role: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Record(Pickled):
    """All that is kept of one document.

    ``path`` is its file, relative to the source directory, with slashes. ``noted`` is None unless
    the document is a note on a paper. ``draft`` says whether the document is a draft. ``spelled``
    holds the citations in headings, and ``leads`` says where links in two brackets lead.
    ``quoted`` are the names of quotes in notes that it shows, each with a digest of what it shows.
    ``private`` says whether its source has quotes that nothing may show.
    ``figures`` are the kinds and ids of what has a caption, in order. ``opening`` is the first
    paragraph of a document that is no note.
    """

    path: str
    page: Page
    noted: NotedPaper | None = None
    draft: bool = False
    mentions: tuple[Mention, ...] = ()
    spelled: tuple[Spelled, ...] = ()
    leads: tuple[Lead, ...] = ()
    quoted: tuple[tuple[str, str], ...] = ()
    private: bool = False
    problems: tuple[Diagnostic, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    opening: Excerpt | None = None
