"""Transforms that prepare a document: front matter, summaries, headings and placeholders.

Front matter is removed from the source before MyST parses it. Transforms then put placeholders
where the page will show derived content.
"""

from __future__ import annotations

import re
from pathlib import Path
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
from papernotes.core.files import OUTSIDE, dark_name, find
from papernotes.core.model import Citation
from papernotes.core.text import is_visible
from papernotes.domain import PaperNotesDomain
from papernotes.domain.intents import intent_on, intents
from papernotes.domain.records import Spelled
from papernotes.domain.xrefs import cited_keys, linked_notes
from papernotes.i18n import _, own_language, told_language
from papernotes.pictures import natural_size
from papernotes.reading.comments import strip_comments
from papernotes.reading.drafts import says_draft
from papernotes.reading.parser import Parser
from papernotes.reading.record import DRAFT, FRONT_MATTER, SPELLED, first_section, is_note, line_of
from papernotes.reading.summary import shown_file
from papernotes.reading.syntax import notebooks, quotes
from papernotes.reading.syntax.headings import empty_heading, no_heading
from papernotes.reading.withheld import is_withheld
from papernotes.reporting import note_problem, noted_problems
from papernotes.settings import own_fields

# The raw nodes that MyST creates for a line break.
_LINE_BREAKS = ("<br />", "\\\\")


def take_front_matter(app: Sphinx, docname: str, content: list[str]) -> None:
    """Read a note's front matter, and leave MyST only the keys of others.

    MyST would turn lists into JSON, and fail at a date in a mapping.
    """
    env = app.env
    file = env.doc2path(docname, base=False)
    env.current_document[DRAFT] = says_draft(file, content[0])
    if not is_note(env, docname):
        return
    parse = notebooks.parse if file.suffix == notebooks.SUFFIX else frontmatter.parse
    parsed = parse(content[0], file.as_posix(), own_fields(env.config))
    if parsed is None:
        return
    front, problems = parsed
    content[0] = front.rest
    told = front.language or told_language(front.rest)
    env.current_document[quotes.LANGUAGE] = own_language(told, env.config.language)
    env.current_document[FRONT_MATTER] = front
    for problem in problems:
        note_problem(env, problem)


class AddHeading(SphinxTransform):
    """Give a note without a heading one: the name of its file."""

    default_priority = 4

    def apply(self, **kwargs: Any) -> None:
        """Put the content of the note into a section, and report the note."""
        is_note = self.env.current_document.get(FRONT_MATTER) is not None
        if not is_note or first_section(self.document) is not None:
            return
        path = self.env.doc2path(self.env.docname, base=False)
        note_problem(self.env, no_heading(path.as_posix()))
        section = nodes.section("", nodes.title("", path.stem), names=[path.stem.lower()])
        content = [node for node in self.document.children if not isinstance(node, _OF_DOCUMENT)]
        for node in content:
            self.document.remove(node)
        section += content
        self.document += section
        self.document.note_implicit_target(section, section)


class NestSections(SphinxTransform):
    """Put the later sections of a note into its first one, whose heading is the title.

    Many write each heading with one ``#``. What closes a note would stand in its middle.
    """

    default_priority = 4

    def apply(self, **kwargs: Any) -> None:
        """Move what follows the first section, up to the footnotes, which have no place yet."""
        first = first_section(self.document)
        if first is None or self.env.current_document.get(FRONT_MATTER) is None:
            return
        for node in self.document[self.document.index(first) + 1 :]:
            if not isinstance(node, nodes.footnote):
                self.document.remove(node)
                first += node


# What stands in a document outside its sections: front matter.
_OF_DOCUMENT = (nodes.field_list, nodes.docinfo, nodes.meta)


class ParseFrontMatter(SphinxTransform):
    """Parse the summary and the Markdown in a note's front matter as parts of the note.

    They stay in the document while transforms run, so that these treat their links and citations
    like all others.
    """

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Add the parsed texts at the end of the document."""
        front = self.env.current_document.get(FRONT_MATTER)
        if front is None:
            return
        parser = Parser()
        parser.needs_title = False
        texts = {"summary": (front.summary, front.summary_line), **front.markdown}
        for name, (text, line) in texts.items():
            if not text.strip():
                continue
            part = new_document(self.document["source"], self.document.settings)
            part.reporter = self.document.reporter
            # Empty lines in place of those above the text keep the line numbers of warnings right.
            parser.parse("\n" * (line - 1) + text, part)
            strip_comments(part, self.env)
            # Nothing shows the notes of these texts.
            for node in list(part.findall(_is_of_footnote)):
                node.parent.remove(node)
            if name == "deck":
                self.keep_to_paragraph(part, line)
            self.keep_to_text(part, name, line)
            if not self.config.papernotes_raw_html:
                self.spell_out_html(part, name, line)
            self.document += placeholders.front_matter_source("", *part.children, name=name)
        if front.picture:
            picture = nodes.image(uri=front.picture)
            picture.line = front.picture_line
            self.document += placeholders.front_matter_source("", picture, name="picture")

    def keep_to_paragraph(self, part: nodes.document, line: int) -> None:
        """Keep the first paragraph of a deck, and report whatever else it contains."""
        paragraphs = [node for node in part.children if isinstance(node, nodes.paragraph)]
        if paragraphs != part.children or len(paragraphs) > 1:
            message = (
                '"deck" is not one paragraph; write one sentence, and the rest below the title'
            )
            path = self.env.doc2path(self.env.docname, base=False).as_posix()
            note_problem(self.env, Diagnostic(path, line, message, DiagnosticKind.BAD_DECK))
        part.children = [*paragraphs[:1]]

    def keep_to_text(self, part: nodes.document, name: str, line: int) -> None:
        """Remove what a card or cell cannot hold: headings, and lists of notes, which hold both."""
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        is_summary = name == "summary"
        what, place = ("the summary", "card") if is_summary else (f'the field "{name}"', "table")
        for node in list(part.findall(nodes.Element)):
            if isinstance(node, placeholders.Placeholder):
                message = f"a list of notes or works, which a {place} cannot show; delete it"
                node.parent.remove(node)
            elif isinstance(node, nodes.section):
                message = f"a heading, which a {place} cannot show; write a paragraph"
                title, *rest = node.children
                assert isinstance(title, nodes.Element)
                node.replace_self([nodes.paragraph("", "", *title.children), *rest])
            else:
                continue
            problem = Diagnostic(
                path,
                node.line or line,
                f"{what} contains {message}",
                DiagnosticKind.BAD_SUMMARY if is_summary else DiagnosticKind.BAD_FIELD,
            )
            note_problem(self.env, problem)

    def spell_out_html(self, part: nodes.document, name: str, line: int) -> None:
        """Replace raw HTML in the text of the field *name* by its source as text."""
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
                f'"{source.split(maxsplit=1)[0]}" in the {name} is shown as text; write Markdown,'
                " or set papernotes_raw_html = True in conf.py",
                DiagnosticKind.RAW_HTML,
            )
            # Reported once for an element, at its start tag.
            if not source.startswith("</") and problem not in noted_problems(self.env):
                note_problem(self.env, problem)


def _is_of_footnote(node: nodes.Node) -> bool:
    return isinstance(node, nodes.footnote | nodes.footnote_reference)


class DarkPictures(SphinxTransform):
    """Put the picture for dark pages beside each one that has it: ``x-dark.svg`` beside ``x.svg``.

    Style sheets show one of the two, by the classes that furo and pydata's theme know.
    """

    # After the names of pictures are corrected, and before Sphinx collects them.
    default_priority = 9

    def apply(self, **kwargs: Any) -> None:
        """Replace each picture that has a dark one by a pair."""
        for node in list(self.document.findall(nodes.image)):
            if OUTSIDE.match(node["uri"]) or {"only-light", "only-dark"} & set(node["classes"]):
                continue
            root, home = Path(self.env.srcdir), self.env.doc2path(self.env.docname, base=False)
            name = dark_name(node["uri"], self.config.papernotes_dark_pictures)
            path = name and find(root, home.as_posix(), name)
            files = root.glob(path) if path.endswith(".*") else [root / path]
            source, line = str(root / home), line_of(node)
            if path and not any(is_withheld(self.env, file, source, line) for file in files):
                _pair(node, name)


def _pair(node: nodes.image, dark: str) -> None:
    """Replace *node* by a pair of it and the picture *dark*, which differs in nothing else."""
    # Not beside a caption: pydata's theme hides the caption together with the picture before it.
    make = nodes.inline if isinstance(node.parent, nodes.TextElement) else nodes.container
    pair = make("", classes=["pn-schemes"])
    # Unlike this, replace_self() would hand the classes and ids of the picture on.
    node.parent.replace(node, pair)
    other = node.copy()
    other["ids"], other["names"], other["uri"] = [], [], dark
    other["classes"] = [*node["classes"], "only-dark"]
    node["classes"] = [*node["classes"], "only-light"]
    pair.extend((node, other))


def note_sizes(app: Sphinx, doctree: nodes.document) -> None:
    """Note the size of each picture, by which pages that show it change when its file does."""
    for node in doctree.findall(nodes.image):
        file = shown_file(node)
        if file and (size := natural_size(Path(app.srcdir, file))):
            node["natural_size"] = size


class SpellOutInHeadings(SphinxTransform):
    """Turn citations and note links in headings into text.

    Headings are copied to tables of contents, to the page's title and to links to the page, where a
    link is not allowed and a citation would show its raw key. The page still cites the work.
    """

    default_priority = 6

    def apply(self, **kwargs: Any) -> None:
        """Replace the links, and keep their citations for the document's record."""
        domain = PaperNotesDomain.of(self.env)
        found: list[Spelled] = []
        for title in self.document.findall(nodes.title):
            if not isinstance(title.parent, nodes.section):
                continue
            for node in list(title.findall(addnodes.pending_xref)):
                keys = (*cited_keys(node), *linked_notes(node))
                if not keys:
                    continue
                role = "" if linked_notes(node) else node["reftype"]
                shown = domain.spelled(role, node["reftarget"])
                text = "".join(each.astext() for each in shown)
                place = node["ids"][0] if node["ids"] else ""
                for key in keys:
                    intent = intent_on([key], intents(node))
                    citation = Citation(self.env.docname, key, line_of(node), place, intent)
                    found.append(Spelled(citation, role, node["reftarget"], text))
                # Links to the citation lead to the section, since titles are copied without ids.
                title.parent["ids"] += node["ids"]
                node["ids"], node["names"] = [], []
                has_own_text = not role and node.get("refexplicit")
                node.replace_self(nodes.Text(node.astext()) if has_own_text else shown)
        if found:
            self.env.current_document[SPELLED] = tuple(found)


class PlacePlaceholders(SphinxTransform):
    """Add the placeholders of a note's header, of references, and of what closes a note."""

    # After parsing, and before Sphinx's own transforms collect ids and titles.
    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Add the placeholders."""
        section = first_section(self.document)
        is_note = section is not None and self.env.current_document.get(FRONT_MATTER) is not None
        if section is not None and is_note:
            self.fill_heading(section)
            section.insert(1, [*self.deck(), placeholders.note_header(docname=self.env.docname)])
        if self.config.papernotes_references and self.cites():
            self.add_references()
        if section is not None and is_note:
            section += placeholders.mentioned_in(docname=self.env.docname)
            section += placeholders.neighbours(docname=self.env.docname)
            section += placeholders.note_citation(docname=self.env.docname)

    def deck(self) -> list[nodes.Node]:
        """Take the deck out of the parsed front matter, and return it."""
        for source in list(self.document.findall(placeholders.front_matter_source)):
            if source["name"] == "deck":
                source.parent.remove(source)
                for paragraph in source.findall(nodes.paragraph):
                    paragraph["classes"] += [placeholders.DECK]
                return source.children
        return []

    def fill_heading(self, section: nodes.section) -> None:
        """Write the note's file name into a heading without visible text, and report it."""
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
        note_problem(self.env, empty_heading(path, title.line or 1))

    def add_references(self) -> None:
        """Close the page with a section for its references."""
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
        return bool(self.env.current_document.get(SPELLED)) or any(
            node.get("refdomain") == "cite" for node in self.document.findall(addnodes.pending_xref)
        )


class BindPages(SphinxTransform):
    """Put notes and sections into a toctree, for formats that bind all pages together.

    In HTML, a toctree would outdate the front page at each edit, and put every note into every
    sidebar.
    """

    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Add a toctree of the pages that are in no toctree of the front page."""
        domain = PaperNotesDomain.of(self.env)
        if self.env.docname != self.config.root_doc or not domain.bound:
            return
        toctrees = list(self.document.findall(addnodes.toctree))
        included = {name for toctree in toctrees for name in toctree["includefiles"]}
        found = self.env.found_docs
        pages = [name for name in sorted(found) if is_note(self.env, name)]
        pages += [name for name in self.config.papernotes_sections if name in found]
        names = [name for name in pages if name not in included]
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
        (first_section(self.document) or self.document).append(wrapper)


class AlignNumbers(SphinxTransform):
    """Align the columns of numbers in the tables of notes to the right.

    An alignment that the author gives wins. Themes have a style for MyST's class of it.
    """

    default_priority = 620

    def apply(self, **kwargs: Any) -> None:
        """Give the cells of each such column the class."""
        if self.env.current_document.get(FRONT_MATTER) is None:
            return
        for group in self.document.findall(nodes.tgroup):
            rows = [list(row.findall(nodes.entry)) for row in group.findall(nodes.row)]
            if any(cell.get("morerows") or cell.get("morecols") for row in rows for cell in row):
                continue
            for column in zip(*rows, strict=False):
                body = [cell.astext().strip() for cell in column if not _is_head(cell)]
                is_free = not any(_ALIGNMENTS & set(cell["classes"]) for cell in column)
                if is_free and any(map(_is_number, body)) and all(map(_may_align, body)):
                    for cell in column:
                        cell["classes"].append("text-right")


_ALIGNMENTS = {"text-left", "text-center", "text-right"}
# A number with a unit, and what it may lie off by.
_NUMBER = re.compile(
    r"[-+\u2212±~≈<>≤≥$€£]*\s*\d[\d\s.,'\u2019]*(?:e[-+\u2212]?\d+)?"
    r"\s*(?:%|‰|°|\u00d7|[a-zA-Zµ]{1,2})?"
    r"(?:\s*(?:±|\\pm)\s*\d[\d.,]*\s*%?)?\**"
)


def _is_head(cell: nodes.Node) -> bool:
    return isinstance(cell.parent.parent, nodes.thead)


def _is_number(text: str) -> bool:
    # Matching takes long in a long text, which is no number.
    return len(text) < 40 and bool(_NUMBER.fullmatch(text))


def _may_align(text: str) -> bool:
    return text in ("", "-", "\N{EN DASH}", "\N{EM DASH}", "n/a") or _is_number(text)
