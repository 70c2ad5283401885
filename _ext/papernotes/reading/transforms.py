"""Reading: from a document's source and doctree to its record.

The source's front matter is taken out before MyST sees it; transforms put placeholders where the
page will show what is derived; and when the doctree is complete, the record is noted.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinxcontrib.bibtex.nodes import bibliography as library_bibliography

from papernotes import nodes as placeholders
from papernotes.core import frontmatter
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Citation
from papernotes.core.text import is_visible
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import Spelled
from papernotes.domain.xrefs import cited_keys, linked_keys
from papernotes.i18n import _
from papernotes.reading.parser import Parser
from papernotes.reading.record import _FRONT, _SPELLED, _heading, _line, is_note
from papernotes.reporting import note_problem, noted_problems

# What MyST makes of a line break, in the formats that have one.
_LINE_BREAKS = ("<br />", "\\\\")


def take_front_matter(app: Sphinx, docname: str, content: list[str]) -> None:
    """Read a note's front matter and leave MyST what is not the extension's.

    MyST would turn lists into JSON, and fail at a date inside a mapping.
    """
    env = app.env
    if not is_note(env, docname):
        return
    path = env.doc2path(docname, base=False).as_posix()
    front, problems = frontmatter.parse(content[0], path)
    content[0] = front.rest
    env.temp_data[_FRONT] = front
    for problem in problems:
        note_problem(env, problem)


class ParseSummary(SphinxTransform):
    """Parse the summary in a note's front matter, as a part of the note.

    It stands in the document while transforms run, so that its links and citations are treated as
    all others.
    """

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Add the parsed summary at the end of the document."""
        front = self.env.temp_data.get(_FRONT)
        if front is None or not front.summary.strip():
            return
        part = new_document(self.document["source"], self.document.settings)
        part.reporter = self.document.reporter
        # As many empty lines as stand above it keep the numbers of lines in warnings right.
        Parser().parse("\n" * (front.summary_line - 1) + front.summary, part)
        self.keep_to_text(part, front.summary_line)
        if not self.config.papernotes_raw_html:
            self.spell_out_html(part, front.summary_line)
        self.document += placeholders.summary_source("", *part.children)

    def keep_to_text(self, part: nodes.document, line: int) -> None:
        """Take out what no card can hold: headings, and lists, which would hold the card."""
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        for node in list(part.findall(nodes.Element)):
            if isinstance(node, placeholders.Placeholder):
                message = "a list of notes or works, which no card can show; take it out"
                node.parent.remove(node)
            elif isinstance(node, nodes.section):
                message = "a heading, which no card can show; write a paragraph"
                title, *rest = node.children
                assert isinstance(title, nodes.Element)
                node.replace_self([nodes.paragraph("", "", *title.children), *rest])
            else:
                continue
            problem = Diagnostic(
                path, node.line or line, f"the summary holds {message}", DiagnosticKind.BAD_SUMMARY
            )
            note_problem(self.env, problem)

    def spell_out_html(self, part: nodes.document, line: int) -> None:
        """Show as text what a summary holds for a format's own parser."""
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        for node in list(part.findall(nodes.raw)):
            source = node.astext()
            if source.strip() in _LINE_BREAKS:
                continue
            shown = nodes.Text(source)
            inline = isinstance(node.parent, nodes.TextElement)
            node.replace_self(shown if inline else nodes.paragraph("", "", shown))
            problem = Diagnostic(
                path,
                node.line or line,
                f'"{source.split(maxsplit=1)[0]}" in the summary is shown as text; write Markdown,'
                " or set papernotes_raw_html = True in conf.py",
                DiagnosticKind.RAW_HTML,
            )
            # Once for an element, at its start.
            if not source.startswith("</") and problem not in noted_problems(self.env):
                note_problem(self.env, problem)


class SpellOutInHeadings(SphinxTransform):
    """Turn citations and note links in headings into text.

    A heading is copied to tables of contents, the page's title and links to the page, where a link
    cannot stand and a citation would show its raw key. The work is still one that the page cites.
    """

    default_priority = 6

    def apply(self, **kwargs: Any) -> None:
        """Replace the links, and keep what they cite for the document's record."""
        domain = PaperNotesDomain.of(self.env)
        found: list[Spelled] = []
        for title in self.document.findall(nodes.title):
            if not isinstance(title.parent, nodes.section):
                continue
            for node in list(title.findall(addnodes.pending_xref)):
                linked = bool(linked_keys(node))
                place = node["ids"][0] if node["ids"] else ""
                spelled = [
                    Spelled(
                        Citation(self.env.docname, key, _line(node), place),
                        linked,
                        domain.spell(key, linked=linked),
                    )
                    for key in (*cited_keys(node), *linked_keys(node))
                ]
                if not spelled:
                    continue
                found += spelled
                # What leads to the place leads to the section; a title is copied without ids.
                title.parent["ids"] += node["ids"]
                node["ids"], node["names"] = [], []
                text = ", ".join(part.text for part in spelled)
                given = linked and node.get("refexplicit")
                node.replace_self(nodes.Text(node.astext() if given else text))
        if found:
            self.env.temp_data[_SPELLED] = tuple(found)


class PlacePlaceholders(SphinxTransform):
    """Put the placeholders of a note's header and of a page's references."""

    # Before Sphinx's own transforms collect ids and titles, after all that is parsed is there.
    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Add the placeholders."""
        section = _heading(self.document)
        is_note = section is not None and self.env.temp_data.get(_FRONT) is not None
        if section is not None and is_note:
            self.fill_heading(section)
        if section is not None and is_note:
            section.insert(1, placeholders.note_header(docname=self.env.docname))
        if self.config.papernotes_references and self.cites():
            self.add_references()
        if section is not None and is_note:
            section += placeholders.mentioned_in(docname=self.env.docname)
            section += placeholders.neighbours(docname=self.env.docname)

    def fill_heading(self, section: nodes.section) -> None:
        """Put the note's name into a heading that shows nothing, as links to the note do."""
        title = section[0]
        assert isinstance(title, nodes.Element)
        shown = "".join(
            node.astext()
            for node in title.findall(lambda node: isinstance(node, nodes.Text | nodes.image))
            if not isinstance(node.parent, nodes.raw)
        )
        if is_visible(shown):
            return
        title.append(nodes.Text(self.env.docname.rsplit("/", 1)[-1]))
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        message = "the note's heading shows nothing; write the title of the paper after its #"
        note_problem(
            self.env, Diagnostic(path, title.line or 1, message, DiagnosticKind.NO_HEADING)
        )

    def add_references(self) -> None:
        """Close the page with a section for the works that it cites."""
        closing = nodes.section("", nodes.title("", _("References")), classes=["pn-references"])
        closing["classes"].append(placeholders.UNSEARCHED)
        closing["names"] = ["references"]
        closing += placeholders.references(docname=self.env.docname)
        self.document.note_implicit_target(closing, closing)
        tops = [node for node in self.document.children if isinstance(node, nodes.section)]
        (tops[0] if len(tops) == 1 else self.document).append(closing)

    def cites(self) -> bool:
        if any(self.document.findall(library_bibliography)):
            return False
        return bool(self.env.temp_data.get(_SPELLED)) or any(
            node.get("refdomain") == "cite" for node in self.document.findall(addnodes.pending_xref)
        )


class BindPages(SphinxTransform):
    """Put notes and sections into a toctree, for formats that bind all pages together.

    HTML has no need of it: there a toctree would have the front page written again after each edit
    and draw every note into every sidebar.
    """

    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Add a toctree of those pages that the front page's own toctrees do not hold."""
        domain = PaperNotesDomain.of(self.env)
        if self.env.docname != self.config.root_doc or not domain.bound:
            return
        toctrees = list(self.document.findall(addnodes.toctree))
        there = {name for toctree in toctrees for name in toctree["includefiles"]}
        found = self.env.found_docs
        pages = [name for name in sorted(found) if is_note(self.env, name)]
        pages += [name for name in self.config.papernotes_sections if name in found]
        names = [name for name in pages if name not in there]
        if not names:
            return
        toctree = addnodes.toctree(
            parent=self.env.docname,
            entries=[(None, name) for name in names],
            includefiles=names,
            maxdepth=-1,
            caption=None,
            glob=False,
            hidden=False,
            includehidden=False,
            numbered=0,
            titlesonly=True,
        )
        wrapper = nodes.compound("", toctree, classes=["toctree-wrapper"])
        (_heading(self.document) or self.document).append(wrapper)


class PlaceFootnotes(SphinxTransform):
    """Put footnotes under the text that they belong to, ahead of what closes the page."""

    # MyST has moved them to the end of the document (623).
    default_priority = 630

    def apply(self, **kwargs: Any) -> None:
        """Move them, with the line above them."""
        closing = next(self.document.findall(_closes), None)
        last = [node for node in self.document.children if _is_footnote(node)]
        if closing is not None and last:
            for node in last:
                self.document.remove(node)
            position = closing.parent.index(closing)
            closing.parent.insert(position, last)


def _closes(node: nodes.Node) -> bool:
    of_note = placeholders.mentioned_in | placeholders.neighbours
    return isinstance(node, of_note) or (
        isinstance(node, nodes.section) and "pn-references" in node["classes"]
    )


def _is_footnote(node: nodes.Node) -> bool:
    return isinstance(node, nodes.footnote) or (
        isinstance(node, nodes.transition) and "footnotes" in node["classes"]
    )
