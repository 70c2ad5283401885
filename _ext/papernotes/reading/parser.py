"""MyST's parser, with our plugins, and messages for endless includes and unsafe links."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from markdown_it import MarkdownIt
from myst_parser.config.main import TopmatterReadError, merge_file_level, read_topmatter
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.parsers.sphinx_ import MystParser
from myst_parser.warnings_ import MystWarnings, create_warning
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from papernotes.bibliography.formatting import CREDENTIALS, without_credentials
from papernotes.citations.pandoc_domain import PandocDomain
from papernotes.citations.pandoc_rule import pandoc_plugin
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.limits import MAX_DEPTH, check_markdown, nesting
from papernotes.core.wiki_links import Vault
from papernotes.domain import PaperNotesDomain
from papernotes.reading.record import FRONT_MATTER, line_of
from papernotes.reading.renderer import Renderer
from papernotes.reading.syntax.comments import comment_plugin
from papernotes.reading.syntax.extensions import money_plugin, title_plugin
from papernotes.reading.syntax.footnotes import sidenote_plugin
from papernotes.reading.syntax.headings import low_heading
from papernotes.reading.syntax.obsidian import obsidian_plugin
from papernotes.reading.syntax.quotes import marks, quotes_plugin
from papernotes.reading.syntax.unread import unread_plugin
from papernotes.reporting import note_problem

# MyST leaves a link with a forbidden scheme in the page as its source text.
_UNSAFE = re.compile(
    r"\]\(<?\s*((?:javascript|vbscript|file|data):(?:\([^\s()>]*\)|[^\s()>])*)", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:javascript|vbscript|file|data):", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_NO_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw)


class Parser(MystParser):
    """MyST's parser, which reports documents that include themselves instead of aborting.

    Only a document ``needs_title``; a part of one does not.
    """

    needs_title = True

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse *inputstring* into *document*, or leave only a heading there."""
        env = document.settings.env
        path = env.doc2path(env.docname, base=False).as_posix()
        problem = check_markdown(path, inputstring)
        try:
            if problem is None:
                self._parse(inputstring, document)
                problem = _too_deep(path, document)
        except RecursionError:
            fault = "includes itself, or is nested too deeply"
            problem = nesting(path, 1, f"the document {fault}")
        if problem is not None:
            note_problem(env, problem)
            section = nodes.section("", nodes.title("", env.docname), names=["empty"])
            document.children = []
            self._parse("", document)
            document.append(section)
            document.note_implicit_target(section, section)

    def _parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse as MyST does, with our plugins and renderer, for which it has no setting."""
        env = document.settings.env
        config = env.myst_config
        try:
            topmatter = read_topmatter(inputstring)
        except TopmatterReadError:
            topmatter = None  # the renderer reports the fault
        if topmatter:
            warn = partial(_warn_of_front_matter, document)
            config = merge_file_level(config, topmatter, warn)
            if config.commonmark_only or config.gfm_only:
                warn(MystWarnings.MD_TOPMATTER, "notes use more than CommonMark or GFM")
                config = config.copy(commonmark_only=False, gfm_only=False)
        # To make a parser with all its rules takes a fifth of parsing. Documents share those of the
        # site's settings; one that is at work is not among the idle ones.
        kind = (self.needs_title and _has_front_matter(env), bool(marks(env)))
        idle = PaperNotesDomain.of(env).idle_parsers if config == env.myst_config else {}
        md = idle.pop(kind, None)
        if md is None:
            md = create_md_parser(config, Renderer)
            use_plugins(md, env, needs_title=self.needs_title)
        # markdown-it drops what nests more deeply than this; what gets near is reported below.
        md.options["maxNesting"] = MAX_DEPTH
        md.options["document"] = document
        md.render(inputstring)
        idle[kind] = md


def _too_deep(path: str, document: nodes.document) -> Diagnostic | None:
    """Return a diagnostic of nodes that nest more deeply than Sphinx can pickle and write."""
    level: list[nodes.Node] = [document]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.children]
        if not level:
            return None
    line = next((node.line for node in level if node.line), 1)
    return nesting(path, line, f"the document nests more than {MAX_DEPTH} levels")


def use_plugins(md: MarkdownIt, env: BuildEnvironment, *, needs_title: bool = True) -> None:
    """Have *md*, which has our renderer, read the syntax of notes.

    It can read other documents, too, if they are alike in front matter and quotation marks.
    """
    md.use(comment_plugin)
    md.use(quotes_plugin, env)
    if env.config.papernotes_pandoc_citations:
        domain = PandocDomain.of(env)
        md.use(pandoc_plugin, lambda word: domain.is_key(env.docname, word))
    if env.config.papernotes_obsidian:
        md.use(obsidian_plugin)
        cast("Renderer", md.renderer).vault = vault_of(env)
    md.use(money_plugin)
    md.use(sidenote_plugin)
    md.use(unread_plugin, obsidian=env.config.papernotes_obsidian)
    if needs_title and _has_front_matter(env):
        md.use(title_plugin, partial(_note_low_heading, env))


def _has_front_matter(env: BuildEnvironment) -> bool:
    return env.current_document.get(FRONT_MATTER) is not None


def vault_of(env: BuildEnvironment) -> Vault:
    """Return what links in two brackets can lead to."""
    paths = {env.doc2path(name, base=False).as_posix() for name in env.found_docs}
    return Vault(Path(env.srcdir), paths, PaperNotesDomain.of(env).bibliography.places)


def _note_low_heading(env: BuildEnvironment, line: int, level: int) -> str:
    """Report that the first heading is one of a section, and return a title for the document."""
    path = env.doc2path(env.docname, base=False).as_posix()
    note_problem(env, low_heading(path, line, level))
    return env.docname.rpartition("/")[2]


def drop_parsers(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Drop the parsers of an earlier build, which know where its links in two brackets led."""
    PaperNotesDomain.of(env).idle_parsers.clear()


def _warn_of_front_matter(document: nodes.document, kind: Any, message: str) -> None:
    create_warning(document, message, kind, line=1, append_to=document)


def note_unsafe_links(app: Sphinx, doctree: nodes.document) -> None:
    """Report links that MyST does not render, since a click would run their content.

    Leave the text alone of those that a directive has made, as by ``:target:`` of a picture. Report
    passwords in others, too.
    """
    env = app.env
    path = env.doc2path(env.docname, base=False).as_posix()
    for node in list(doctree.findall(_may_be_unsafe)):
        if isinstance(node, nodes.Text):
            found = [match[1] for match in _UNSAFE.finditer(str(node))]
        else:
            assert isinstance(node, nodes.Element)
            # A click on an address of a file, which reST links, runs nothing.
            is_made = isinstance(node, nodes.reference)
            name, scheme = ("refuri", _SCRIPT) if is_made else ("reftarget", _SCHEME)
            # Browsers ignore these characters in a scheme; MyST does not.
            found = [node[name]] if scheme.match(re.sub(r"[\0-\x20]", "", node[name])) else []
        line = line_of(node)
        if found and isinstance(node, nodes.reference):
            node.replace_self(node.children)
        for address in found:
            message = (
                f'the link to "{address}" is unsafe and shown as text; correct it or delete it'
            )
            note_problem(env, Diagnostic(path, line, message, DiagnosticKind.BAD_LINK))
    for node in doctree.findall(nodes.reference):
        address = node.get("refuri", "")
        if without_credentials(address) != address:
            problem = Diagnostic(path, line_of(node), CREDENTIALS, DiagnosticKind.PRIVATE_VALUE)
            note_problem(env, problem)


def _may_be_unsafe(node: nodes.Node) -> bool:
    if isinstance(node, addnodes.pending_xref):
        return bool(node.get("reftype") == "myst")
    if isinstance(node, nodes.reference):
        return "refuri" in node
    return isinstance(node, nodes.Text) and ":" in node and not isinstance(node.parent, _NO_PROSE)


def exclude_executed(app: Sphinx, config: Config) -> None:
    """Exclude the copies of notebooks that MyST-NB writes beside the pages from the documents."""
    folder = os.path.relpath(app.outdir.parent / "jupyter_execute", app.srcdir)
    if "myst_nb" in app.extensions and not folder.startswith(os.pardir):
        config.exclude_patterns.append(Path(folder).as_posix())


def add_parser(app: Sphinx) -> None:
    """Replace MyST's parser, and that of MyST-NB if the site uses it."""
    app.connect("config-inited", exclude_executed)
    if "myst_nb" in app.extensions:
        from papernotes.reading.syntax.notebook_parser import NotebookParser

        app.add_source_parser(NotebookParser, override=True)
    app.add_source_parser(Parser, override=True)
    app.connect("doctree-read", note_unsafe_links, priority=590)
    app.connect("env-before-read-docs", drop_parsers)
