"""Highlights of papers in notes: blocks of quotes, and the role that cites one of them.

A block that is not public leaves nothing in the document. So neither a page nor a cache, which may
lie among the pages, holds the text of a paper that its reader has only marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_parser.mocking import MockInliner
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole

from papernotes.citations.domain import CitationDomain
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.domain import PaperNotesDomain
from papernotes.domain.xrefs import page_link
from papernotes.i18n import _
from papernotes.nodes import QUOTES
from papernotes.reading.drafts import says_draft
from papernotes.reading.record import DRAFT, FRONT_MATTER, is_note, note_private, note_quoted
from papernotes.reading.syntax import quote_blocks
from papernotes.reading.syntax.quote_blocks import Directive
from papernotes.reporting import note_problem

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Where the key of the work is kept while its block is read.
_KEY = "papernotes_quotes_key"


class QuotesDirective(SphinxDirective):
    """``{quotes}``: quotes from a work, and what the author writes between them."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"public": directives.flag, "imported": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the quotes if they are public."""
        if "public" not in self.options and not PaperNotesDomain.of(self.env).shows_quotes:
            note_private(self.env)
            return []
        document = self.env.current_document
        before = document.get(_KEY)
        document[_KEY] = self.arguments[0]
        try:
            content = self.parse_content_to_nodes()
        finally:
            document[_KEY] = before
        return [nodes.container("", *content, classes=[QUOTES])]


class QuoteDirective(SphinxDirective):
    """``{quote}``: a quotation or a picture of a part of a page, and a comment on it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = dict.fromkeys(("from", "page", "colour", "area"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the quotation with its page, and the comment; nothing of an empty quote."""
        content = self.parse_content_to_nodes()
        source = self.source()
        if not content or not source:
            return content
        quotation = next((each for each in content if isinstance(each, nodes.block_quote)), None)
        if quotation is None:
            content.append(nodes.paragraph("", "", *source, classes=["attribution"]))
        else:
            quotation += nodes.attribution("", "", *source)
        return content

    def source(self) -> list[nodes.Node]:
        """Return the page, which leads to that of the PDF, and the word for the colour."""
        front = self.env.current_document.get(FRONT_MATTER)
        key = self.env.current_document.get(_KEY) or next(iter(front.papers), "") if front else ""
        shown: list[nodes.Node] = []
        if page := self.options.get("page"):
            shown.append(page_link(key, f"p. {page}", self.env.docname))
        if colour := self.options.get("colour"):
            shown += [*([nodes.Text(" · ")] if shown else []), nodes.Text(colour)]
        return shown


class HighlightRole(SphinxRole):
    """``{highlight}``: a quote by the key of its work and its number, with its page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the quotation and the citation, or the text of the role if there is no quote."""
        name = self.text.strip()
        quote = _find(self.env, name, in_draft=bool(self.env.current_document.get(DRAFT)))
        note_quoted(self.env, name, _digest(quote))
        if quote is None or not quote.quotation:
            path = self.env.doc2path(self.env.docname, base=False).as_posix()
            message = (
                f'no note has a quote "{name}"'
                if quote is None
                else f'the quote "{name}" has no text'
            )
            message += "; write the key of a work, a colon and the number of a quote in its note"
            problem = Diagnostic(path, self.lineno, message, DiagnosticKind.UNKNOWN_HIGHLIGHT)
            note_problem(self.env, problem)
            return [nodes.literal(self.rawtext, self.text)], []
        opening, closing = _("“%s”").split("%s")
        shown = (nodes.Text(opening), *self.quotation(quote.quotation), nodes.Text(closing))
        page = quote.options.get("page", "").translate(dict.fromkeys(map(ord, "{},"), " "))
        role = CitationDomain.of(self.env).role("p")
        assert role is not None
        target = name.rpartition(":")[0] + (f"{{p. {page}}}" if page else "")
        cited, messages = role("cite:p", self.rawtext, target, self.lineno, self.inliner)
        # A node of its own keeps the quotation in the sentence that cites it, whatever ends in it.
        return [nodes.inline("", "", *shown), nodes.Text(" "), *cited], messages

    def quotation(self, source: str) -> list[nodes.Node]:
        """Return the nodes of what is quoted, which is Markdown."""
        if not isinstance(self.inliner, MockInliner):
            return [nodes.Text(source)]
        found: list[nodes.Node] = self.inliner.parse(
            source, self.lineno, None, self.inliner.parent
        )[0]
        return found


def _find(env: BuildEnvironment, name: str, *, in_draft: bool) -> Directive | None:
    """Return the quote *name*; one in a draft is there for drafts alone."""
    domain = PaperNotesDomain.of(env)
    if domain.quotes is None:
        domain.quotes = _quotes(env)
    quote, is_draft = domain.quotes.get(name, (None, False))
    return None if is_draft and not (in_draft or env.config.papernotes_drafts) else quote


def _quotes(env: BuildEnvironment) -> dict[str, tuple[Directive, bool]]:
    """Return the quotes in all notes by their names, each with whether it is in a draft."""
    found: dict[str, tuple[Directive, bool]] = {}
    for docname in sorted(env.found_docs):
        path = Path(env.doc2path(docname))
        if path.suffix != ".md" or not is_note(env, docname):
            continue
        text = path.read_text(encoding=env.settings["input_encoding"], errors="replace")
        for block in quote_blocks.find_blocks(text):
            for quote in block.quotes:
                name = f"{block.key}:{quote.argument}"
                found.setdefault(name, (quote, says_draft(path, text)))
    return found


def _digest(quote: Directive | None) -> str:
    if quote is None:
        return ""
    shown = repr((quote.quotation, quote.options.get("page")))
    return hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()


def find_changed(env: BuildEnvironment) -> Iterable[str]:
    """Yield the documents that cite a quote that has changed, come or gone since."""
    domain = PaperNotesDomain.of(env)
    domain.quotes = None
    for docname, record in sorted(domain.records.items()):
        if any(
            digest != _digest(_find(env, name, in_draft=record.draft))
            for name, digest in record.quoted
        ):
            yield docname


def setup(app: Sphinx) -> None:
    """Add the directives and the role."""
    app.add_directive(quote_blocks.BLOCK, QuotesDirective)
    app.add_directive(quote_blocks.QUOTE, QuoteDirective)
    role: Any = HighlightRole()
    app.add_role("highlight", role)
