"""Pandoc's citation syntax in documents: what :mod:`.pandoc` reads becomes what the roles make.

The transform goes through the text of Markdown documents and lets the library's own roles make what
stands in the place of each citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from papernotes.bibliography.reader import Bibliography
from papernotes.citations.domain import CitationDomain
from papernotes.citations.pandoc_syntax import (
    BARRIER,
    FIRST_MARK,
    Cite,
    Item,
    folded,
    keys,
    openings,
    parse,
    suffix_of,
)
from papernotes.domain import PaperNotesDomain

if TYPE_CHECKING:
    from docutils.parsers.rst.states import Inliner


def is_cited(word: str, bibliography: Bibliography) -> bool:
    """Return whether *word*, written after an at-sign outside brackets, is meant as a key.

    One that merely looks like a key is: better a message than a citation that silently is none.
    """
    return word in bibliography or bool(bibliography.nearest(word))


class PandocDomain(Domain):
    """The words after at-signs, of which the bibliography says whether they are keys.

    When it changes, documents are read again in which a word has become a citation or ceased to be
    one.
    """

    name = "papernotes_pandoc"
    label = "Citations in Pandoc's syntax"
    initial_data: ClassVar[dict[str, Any]] = {"words": {}, "digest": ""}
    data_version = 1

    @classmethod
    def of(cls, env: BuildEnvironment) -> PandocDomain:
        """Return the domain of *env*."""
        domain = env.get_domain(cls.name)
        assert isinstance(domain, cls)
        return domain

    @property
    def words(self) -> dict[str, dict[str, bool]]:
        """The words of each document, and whether each was taken for a key."""
        words: dict[str, dict[str, bool]] = self.data["words"]
        return words

    def note_words(self, docname: str, words: dict[str, bool]) -> None:
        """Keep words of document *docname*, beside those that are there."""
        if words:
            self.words.setdefault(docname, {}).update(words)

    def note_bibliography(self, bibliography: Bibliography) -> list[str]:
        """Return the documents that are to be read again under this *bibliography*."""
        if self.data["digest"] == bibliography.digest:
            return []
        self.data["digest"] = bibliography.digest
        return [
            docname
            for docname, words in sorted(self.words.items())
            if any(is_cited(word, bibliography) != cited for word, cited in words.items())
        ]

    def resolve_any_xref(self, *_: Any) -> list[tuple[str, nodes.reference]]:
        """Return nothing: no text stands for one of these words."""
        return []

    def clear_doc(self, docname: str) -> None:
        """Forget document *docname*."""
        self.words.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read of *docnames*."""
        self.words.update(
            (name, words) for name, words in otherdata["words"].items() if name in docnames
        )


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have documents read again in which the bibliography has made words keys, or no keys."""
    return PandocDomain.of(env).note_bibliography(PaperNotesDomain.of(env).bibliography)


# What is no prose, or leads elsewhere already.
_CLOSED = (
    nodes.FixedTextElement,
    nodes.literal,
    nodes.math,
    nodes.reference,
    nodes.footnote_reference,
    nodes.citation_reference,
    nodes.label,
    nodes.field_name,
    nodes.problematic,
    nodes.system_message,
    nodes.substitution_definition,
    addnodes.pending_xref,
    addnodes.download_reference,
    addnodes.desc_signature,
)
# Markup that a prefix or suffix is stripped of: the library's roles take text.
_FLATTENED = (
    nodes.Text,
    nodes.emphasis,
    nodes.strong,
    nodes.inline,
    nodes.literal,
    nodes.subscript,
    nodes.superscript,
)
# Links and code that are written as HTML.
_TAG = re.compile(r"<(/?)(a|code|kbd|pre|samp|script|style|textarea|tt)\b", re.IGNORECASE)


def _is_closed(node: nodes.Node) -> bool:
    """Return whether the text of *node* is to be left alone."""
    if isinstance(node, nodes.field_list) and isinstance(node.parent, nodes.document):
        return True  # the front matter
    return isinstance(node, _CLOSED)


def _is_flat(node: nodes.Node) -> bool:
    """Return whether *node* can be reduced to its text."""
    return "@" not in node.astext() and all(isinstance(n, _FLATTENED) for n in node.findall())


def _children(element: nodes.Element) -> Iterator[tuple[nodes.Node, bool]]:
    """Yield what *element* holds, and whether citations may be looked for in it."""
    tag = ""
    for child in element.children:
        if isinstance(child, nodes.raw) and isinstance(element, nodes.TextElement):
            for slash, name in _TAG.findall(child.astext()):
                if not slash and not tag:
                    tag = name.lower()
                elif slash and tag == name.lower():
                    tag = ""
        yield child, not tag and not _is_closed(child)


class _Source:
    """The source of a paragraph, a cell, a caption; its text is searched for in it.

    A document's nodes know neither lines within a paragraph nor backslashes.
    """

    def __init__(self, block: nodes.TextElement) -> None:
        self.raw = block.rawsource
        self.first_line = _first_line(block)
        self.starts: dict[int, int] = {}
        self.text = ""
        for text in block.findall(nodes.Text):
            parent = text.parent
            if isinstance(parent, nodes.raw) and parent.get("format") != "html":
                continue  # a hard line break stands there once for each format
            self.starts[id(text)] = len(self.text)
            self.text += text

    def find(self, word: str, start: int) -> int | None:
        """Return where *word*, at *start* of the text, stands in the source, if that is certain."""
        count = self.text.count(word)
        if not count or self.raw.count(word) != count:
            return None
        found = -1
        for _ in range(self.text.count(word, 0, start) + 1):
            found = self.raw.index(word, found + 1)
        return found

    def line(self, word: str, start: int) -> int:
        """Return the line of *word*, at *start* of the text."""
        found = self.find(word, start)
        before = self.text[:start] if found is None else self.raw[:found]
        return self.first_line + before.count("\n")

    def is_escaped(self, word: str, start: int) -> bool:
        """Return whether a backslash stands before *word*, at *start* of the text."""
        if f"\\{word[0]}" not in self.raw:
            return False
        found = self.find(word, start)
        if found is None:
            return f"\\{word}" in self.raw
        before = self.raw[:found]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1


class _Run:
    """The text of one element, in which each node between its texts is one character.

    That is :data:`BARRIER`, or for nodes that can be reduced to text a character for each. To each
    character, ``places`` holds its place in the text of the source.
    """

    def __init__(self, children: list[tuple[nodes.Node, bool]], source: _Source) -> None:
        self.text = ""
        self.places: list[int] = []
        self.spans: list[tuple[int, nodes.Node, bool]] = []
        self.flat: dict[int, str] = {}
        for child, is_open in children:
            self.spans.append((len(self.text), child, is_open))
            if isinstance(child, nodes.Text) and is_open:
                start = source.starts[id(child)]
                self.places += range(start, start + len(child))
                self.text += child
            else:
                self.places.append(0)
                self.text += self.mark(child)

    def mark(self, child: nodes.Node) -> str:
        """Return the character that stands for *child*."""
        if isinstance(child, nodes.Text) or not _is_flat(child):
            return BARRIER
        mark = chr(ord(FIRST_MARK) + len(self.flat))
        self.flat[ord(mark)] = child.astext()
        return mark

    def flattened(self, cite: Cite) -> Cite:
        """Return *cite* with the text of nodes in their place."""
        items = tuple(
            Item(
                folded(item.prefix.translate(self.flat)),
                item.key,
                suffix_of(item.suffix.translate(self.flat)),
            )
            for item in cite.items
        )
        return replace(cite, items=items)

    def pieces(self, start: int, end: int) -> Iterator[tuple[nodes.Node, bool]]:
        """Yield the nodes from *start* to *end* of the text, and whether they may be looked into.

        Texts that reach beyond are cut.
        """
        for begin, child, is_open in self.spans:
            if isinstance(child, nodes.Text) and is_open:
                cut = child[max(start - begin, 0) : max(end - begin, 0)]
                if cut:
                    yield (child if cut == child else nodes.Text(cut)), is_open
            elif start <= begin < end:
                yield child, is_open


def _first_line(block: nodes.Element) -> int:
    """Return the line on which *block* begins, as well as MyST tells."""
    entry = block.parent
    if isinstance(entry, nodes.entry):
        row = entry.parent
        group = row.parent
        table = group.parent.parent
        if "colwidths-auto" in table["classes"] and table.line:
            # A table of bars and dashes, whose cells have the line of the table.
            head = 0 if isinstance(group, nodes.thead) else 2
            return int(table.line) + head + group.index(row)
    current: nodes.Node | None = block
    while current is not None:
        if current.line:
            return current.line
        current = current.parent
    return 1


@dataclass
class _Reporter:
    """What a role asks for file and line; docutils' own need not be able to tell after parsing."""

    source: str

    def get_source_and_line(self, line: int) -> tuple[str, int]:
        return self.source, line


@dataclass
class _Inliner:
    """What a role sees of the parser."""

    document: nodes.document
    reporter: _Reporter


class PandocCitations(SphinxTransform):
    """Replace citations in Pandoc's syntax by what the library's roles make."""

    # As ParseSummary, which is declared before: so a summary in the front matter is there. Ahead of
    # all that looks for citations, such as PlacePlaceholders.
    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Go through the text of a Markdown document."""
        if not self.config.papernotes_pandoc_citations or not self.is_markdown():
            return
        self.bibliography = PaperNotesDomain.of(self.env).bibliography
        self.words: dict[str, bool] = {}
        self.inliner = _Inliner(self.document, _Reporter(self.document["source"]))
        self.visit(self.document, None)
        PandocDomain.of(self.env).note_words(self.env.docname, self.words)

    def is_markdown(self) -> bool:
        name = self.env.doc2path(self.env.docname).name
        return any(
            kind == "markdown" and name.endswith(suffix)
            for suffix, kind in self.config.source_suffix.items()
        )

    def is_key(self, word: str) -> bool:
        if word not in self.words:
            self.words[word] = is_cited(word, self.bibliography)
        return self.words[word]

    def visit(self, element: nodes.Element, source: _Source | None) -> None:
        """Replace the citations in *element*, which is a part of the block with this *source*."""
        if isinstance(element, nodes.TextElement) and not isinstance(element, nodes.Inline):
            source = _Source(element) if "@" in element.astext() else None
        children = list(_children(element))
        if source and any(isinstance(child, nodes.Text) and "@" in child for child, _ in children):
            self.replace(element, children, source)
            return
        for child, is_open in children:
            if is_open and isinstance(child, nodes.Element):
                self.visit(child, source)

    def replace(
        self, element: nodes.Element, children: list[tuple[nodes.Node, bool]], source: _Source
    ) -> None:
        """Replace the citations in the text of *element* itself.

        Nodes between its texts are one character each while the text is read.
        """
        run = _Run(children, source)
        words = {at.end("minus"): run.text[at.end("minus") : at.end()] for at in keys(run.text)}
        escaped = {
            at
            for at, word in (*words.items(), *openings(run.text))
            if source.is_escaped(word, run.places[at])
        }
        found: list[nodes.Node] = []
        done = 0
        for segment in parse(run.text, self.is_key, escaped):
            if isinstance(segment, Cite):
                at = min(at for at in words if at >= done)
                line = source.line(words[at], run.places[at])
                found += self.cite(run.flattened(segment), line)
                done += len(segment.source)
                continue
            for node, is_open in run.pieces(done, done + len(segment)):
                if is_open and isinstance(node, nodes.Element):
                    self.visit(node, source)
                found.append(node)
            done += len(segment)
        element.clear()
        element.extend(found)

    def cite(self, cite: Cite, line: int) -> list[nodes.Node]:
        """Return what the role makes of a citation."""
        name = cite.mode.value
        role = CitationDomain.of(self.env).role(name)
        assert role is not None
        # Roles read <, and a first !, as syntax of their own, unless they were escaped.
        text = re.sub("[<!]", "\0\\g<0>", cite.target())
        inliner = cast("Inliner", self.inliner)
        found, _ = role(f"cite:{name}", cite.source, text, line, inliner)
        return list(found)


def add_citations(app: Sphinx) -> None:
    """Declare the syntax to Sphinx."""
    app.add_domain(PandocDomain)
    app.add_transform(PandocCitations)
    app.connect("env-get-outdated", read_again)
