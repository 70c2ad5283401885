"""Citations at a cost that does not grow with the site: sphinxcontrib-bibtex's domain, ours inside.

The library's roles, directives and settings stay what they are. What is replaced is how files are
read (a fault takes no other entry down) and how a citation finds its reference (a look-up in the
page's own list, where there is one).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.nodes import make_id
from pybtex.database import Entry
from pybtex.plugin import find_plugin
from pybtex.richtext import Text as RichText
from pybtex.style import FormattedEntry
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.bibfile import BibData, BibFile, get_mtime
from sphinxcontrib.bibtex.citation_target import CitationTarget, parse_citation_targets
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.roles import CiteRole
from sphinxcontrib.bibtex.style.referencing import format_references
from sphinxcontrib.bibtex.style.template import SphinxReferenceInfo

from . import bibliography, works
from .domain import PaperNotesDomain
from .latex import flatten
from .model import Problem, ProblemKind
from .problems import note_problem


class CitationRole(CiteRole):
    """The library's role, with a message for what it cannot take apart."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, or its text where it names no key."""
        try:
            list(parse_citation_targets(self.text))
        except ValueError:
            path = self.env.doc2path(self.env.docname, base=False).as_posix()
            message = (
                f'"{self.text}" is no citation; write one key, or several with commas, with text'
                " before or after a key in braces"
            )
            problem = Problem(path, self.lineno, message, ProblemKind.BAD_CITATION)
            note_problem(self.env, problem)
            return [nodes.literal(self.rawtext, self.text)], []
        found: tuple[list[nodes.Node], list[nodes.system_message]] = super().run()
        return found


class CitationDomain(BibtexDomain):
    """The library's domain, which looks a citation up instead of searching for it."""

    roles: ClassVar = {name: CitationRole() for name in BibtexDomain.roles}

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self._ids: dict[str, dict[str, str]] = {}
        self._entries: dict[str, Entry] = {}
        self._labels: dict[str, str] = {}

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

    def env_updated(self) -> Iterable[str]:
        """Prepare labels; the library's own work is done where a ``{bibliography}`` needs it."""
        self._ids.clear()
        self._entries.clear()
        self._labels = self._make_labels()
        return super().env_updated() if self.bibliographies else []

    def _make_labels(self) -> dict[str, str]:
        """Return the label of each work that is shown, in the style of ``bibtex_default_style``."""
        entries = [self.entry(key) for key in self.notes.catalogue.works]
        style = find_plugin("pybtex.style.formatting", self.env.config.bibtex_default_style)()
        ordered = list(style.sort(entries))
        labels = style.format_labels(ordered)
        return {entry.key: label for entry, label in zip(ordered, labels, strict=True)}

    def entry(self, key: str) -> Entry:
        """Return the entry *key* as citations are made of it, with the letter after the year."""
        if key not in self._entries:
            catalogue = self.notes.catalogue
            paper = catalogue.papers[key]
            original = self.bibdata.data.entries[key]
            fields = {"title": paper.title or key, **dict(paper.fields)}
            suffix = catalogue.suffixes.get(key, "")
            if paper.year or suffix:
                fields["year"] = works.year(paper) + suffix
            entry = Entry(original.type, fields=fields, persons=original.persons)
            entry.key = key
            self._entries[key] = entry
        return self._entries[key]

    def entry_label(self, key: str) -> str:
        """Return the label of the work *key*, for reference styles that show one."""
        return self._labels.get(key, key)

    def reference_ids(self, docname: str) -> dict[str, str]:
        """Return the id of each work in the references of *docname*, in the order of the list."""
        if docname not in self._ids:
            record = self.notes.records[docname]
            cited = {citation.key for citation in record.page.citations}
            order = [key for key in self.notes.catalogue.works if key in cited]
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
        """Return the citation, each key linked to its entry in the page's list of references.

        A key that no file holds reads ``[?key]``; the catalogue has reported it.
        """
        home: str = node.get("papernotes_home", fromdocname)
        record = self.notes.records.get(home)
        if record is None or not record.page.references:
            resolved: nodes.Element = super().resolve_xref(
                env, fromdocname, builder, typ, target, node, contnode
            )
            return resolved
        result = nodes.inline(target, "", classes=["bibtex-citation"])
        references = []
        unknown = []
        for part in parse_citation_targets(target):
            if part.key in self.notes.bibliography:
                references.append(self._reference(part, builder, fromdocname, home))
            else:
                unknown.append(part.key)
        if references:
            formatted = format_references(self.reference_style, typ, references)
            result += formatted.render(self.backend)
        for key in unknown:
            space = " " if len(result) else ""
            result += nodes.inline("", f"{space}[?{key}]", classes=["pn-unknown-key"])
        return result

    def _reference(
        self, part: CitationTarget, builder: Builder, fromdocname: str, home: str
    ) -> tuple[Entry, FormattedEntry, SphinxReferenceInfo]:
        key = part.key
        paper = self.notes.catalogue.papers[key]
        label = self.entry_label(key)
        if home == fromdocname:
            docname, id_ = home, self.reference_ids(home)[key]
        else:
            docname, id_ = self._elsewhere(key, home)
        info = SphinxReferenceInfo(
            builder=builder,
            fromdocname=fromdocname,
            todocname=docname,
            citation_id=id_,
            title=flatten(works.reference(paper)) if self.env.config.bibtex_tooltips else None,
            pre_text=part.pre,
            post_text=part.post,
        )
        return self.entry(key), FormattedEntry(key, RichText(""), label), info

    def _elsewhere(self, key: str, home: str) -> tuple[str, str]:
        """Return where a citation leads that stands on a card, away from its page's references.

        To the note on the work, where there is one; else to the references of the card's note.
        """
        if note := self.notes.catalogue.notes.get(key):
            return note.docname, ""
        return home, self.reference_ids(home)[key]


def distinct_ids(prefix: str, keys: Iterable[str]) -> dict[str, str]:
    """Return an id for each of *keys*, made of *prefix* and the key, no two alike."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        base = candidate = f"{prefix}-{make_id(key) or 'work'}"
        number = 2
        while candidate in taken:
            candidate = f"{base}-{number}"
            number += 1
        taken.add(candidate)
        ids[key] = candidate
    return ids


def latex_anchor(docname: str, id_: str) -> nodes.raw:
    """Return the target that the library's citations lead to in LaTeX; other formats skip it."""
    tex = f"\\hypertarget{{cite.{docname}:{id_}}}{{}}"
    return nodes.raw(tex, tex, format="latex")


def read_bibliography(app: Sphinx) -> None:
    """Read the bibliography files, if they have changed, and hand the library what it would read.

    The library takes its record for fresh when names, times and encoding agree, and then does not
    read the files itself; with it go the traceback and the lost entries of a fault.
    """
    if app.config.bibtex_bibfiles is None:
        return  # the library says what to do
    files = [(Path(app.confdir) / name).resolve() for name in app.config.bibtex_bibfiles]
    encoding: str = app.config.bibtex_encoding
    sources = bibliography.load(files, Path(app.srcdir).resolve())
    domain = PaperNotesDomain.of(app.env)
    if domain.bibliography.digest != bibliography.digest(sources, encoding):
        domain.note_bibliography(bibliography.read(sources, encoding))
    current = domain.bibliography
    bibfiles = {
        file: BibFile(mtime=get_mtime(file), keys=dict.fromkeys(current.keys[name]))
        for file, (name, _) in zip(files, sources, strict=True)
    }
    app.env.domaindata[BibtexDomain.name]["bibdata"] = BibData(encoding, bibfiles, current.data)
