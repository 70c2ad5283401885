"""MyST's renderer, with Pandoc's citations, Obsidian's syntax, and messages on what is not read.

Together with the parser, this is the only module that uses MyST beyond its public interface.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst.languages import get_language
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.mocking import MockInliner
from myst_parser.slugs import github_slugify
from sphinx import addnodes
from sphinx.errors import SphinxError

from papernotes.citations.domain import CitationDomain
from papernotes.citations.pandoc_rule import UNCITED
from papernotes.core import files
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.wiki_links import Vault, WikiLink
from papernotes.domain import PaperNotesDomain
from papernotes.nodes import mark
from papernotes.reading import missing_files
from papernotes.reading.comments import without_comments
from papernotes.reading.record import note_lead
from papernotes.reading.syntax import footnotes, unread
from papernotes.reading.syntax.obsidian import LINE, PICTURES
from papernotes.reading.withheld import is_withheld
from papernotes.reporting import note_problem

if TYPE_CHECKING:
    from docutils.parsers.rst.states import Inliner

# Directives that turn their text into code or into a link.
_NO_PROSE_DIRECTIVES = ("parsed-literal", "button-link", "button-ref")
# The admonitions of docutils, and which of them Obsidian's other callouts look like.
_ADMONITIONS = {
    "attention": nodes.attention,
    "caution": nodes.caution,
    "danger": nodes.danger,
    "error": nodes.error,
    "hint": nodes.hint,
    "important": nodes.important,
    "note": nodes.note,
    "tip": nodes.tip,
    "warning": nodes.warning,
}
_LOOKS = {
    **{name: name for name in _ADMONITIONS},
    **dict.fromkeys(("success", "check", "done"), "tip"),
    **dict.fromkeys(("question", "help", "faq"), "hint"),
    **dict.fromkeys(("failure", "fail", "missing"), "danger"),
    "bug": "error",
}
# The options by which ``include`` shows the source of a file.
_SHOWS_SOURCE = re.compile(r"^\s*:?(?:literal|code)\b", re.MULTILINE)
_BOXES = {False: "\N{BALLOT BOX} ", True: "\N{BALLOT BOX WITH CHECK} "}


class Renderer(SphinxRenderer):
    """MyST's renderer, which renders Pandoc's citations as the library's roles do.

    ``vault`` is what Obsidian's links lead to, if the parser reads its syntax.
    """

    vault: Vault | None = None

    def setup_render(self, options: dict[str, Any], env: MutableMapping[str, Any]) -> None:
        """Begin a document, without the one that MyST makes in case that there is none.

        Its default settings come from a parser of a hundred command-line options, which takes a
        thirtieth of a build.
        """
        self.md_env, self.md_options, self.md_config = env, options, options["myst_config"]
        self.document = options["document"]
        self.current_node = options.get("current_node", self.document)
        self.reporter = self.document.reporter
        language: str = self.document.settings.language_code
        self.language_module_rst = get_language(language)  # type: ignore[assignment]  # a module
        self._heading_offset = 0
        self._level_to_section = {0: self.document}
        self._heading_slugs = {}

    def render_pandoc_citation(self, token: SyntaxTreeNode) -> None:
        """Call the role that is equivalent to the citation."""
        holder = self.current_node
        while isinstance(holder, nodes.Inline):
            holder = holder.parent
        if isinstance(holder, nodes.field_name):
            self.render_children(token)
            return
        texts: list[list[str]] = [[]]
        for child in token.children:
            if child.type == "pandoc_place":
                texts.append([])
            else:
                texts[-1].append(self._text(child))
        cite = token.meta["cite"].spelled(["".join(parts) for parts in texts])
        name = cite.mode.value
        role = CitationDomain.of(self.document.settings.env).role(name)
        assert role is not None
        text = _without_syntax(cite.target())
        line = max((token.map or (1,))[0] + token.meta["line"], 1)
        inliner = cast("Inliner", MockInliner(self))
        found, _ = role(f"cite:{name}", cite.source, text, line, inliner)
        if intents := [(item.key, item.intent) for item in cite.items if item.intent]:
            for node in found:
                if isinstance(node, addnodes.pending_xref):
                    node["papernotes_intents"] = intents
        self.current_node.extend(found)

    def render_pandoc_place(self, token: SyntaxTreeNode) -> None:
        """Render nothing: the place matters only inside a citation."""

    def render_sidenote(self, token: SyntaxTreeNode) -> None:
        """Render a footnote that is written where it is referred to."""
        paragraph = nodes.paragraph()
        self.add_line_and_source_path(paragraph, token)
        # MyST tells the tokens of a paragraph their line, but not those within them.
        assert token.token is not None
        for child in token.token.children or ():
            child.map = token.token.map
        with self.current_node_context(paragraph):
            self.render_children(token)
        self.current_node.append(footnotes.footnote(self.document, paragraph))

    def _text(self, token: SyntaxTreeNode) -> str:
        """Return the text of *token* without markup."""
        holder = nodes.inline()
        with self.current_node_context(holder):
            self.rules[f"render_{token.type}"](token)
        # Line breaks are raw nodes.
        found = holder.findall(nodes.Text)
        return "".join(" " if isinstance(text.parent, nodes.raw) else text for text in found)

    def dict_to_fm_field_list(self, *args: Any, **kwargs: Any) -> nodes.field_list:
        """Render front matter without citations, as it was written."""
        with self._uncited():
            return super().dict_to_fm_field_list(*args, **kwargs)

    def render_inline(self, token: SyntaxTreeNode) -> None:
        """Render a block of text, and report what in it is not read."""
        self._report_unread(token)
        super().render_inline(token)

    def render_math_block(self, token: SyntaxTreeNode) -> None:
        """Render a displayed formula, and report it if it goes on into the text."""
        self._report_unread(token)
        super().render_math_block(token)

    def render_myst_line_comment(self, token: SyntaxTreeNode) -> None:
        """Render a comment, and report it if it is one of Obsidian's."""
        self._report_unread(token)
        super().render_myst_line_comment(token)

    def _report_unread(self, token: SyntaxTreeNode) -> None:
        if not token.meta:
            return
        line = (token.map or (1,))[0]
        for problem in unread.problems(token.meta, self._path, line):
            note_problem(self.sphinx_env, problem)

    @property
    def _path(self) -> str:
        """The path of the file that is rendered, which another may include."""
        return Path(
            os.path.relpath(self.document["source"], self.document.settings.env.srcdir)
        ).as_posix()

    def render_image(self, token: SyntaxTreeNode) -> None:
        """Render a picture, with the line that it stands on."""
        super().render_image(token)
        self._move_to_line(token)

    def render_link_unknown(self, token: SyntaxTreeNode) -> None:
        """Render a link to a file, with the line that it stands on."""
        super().render_link_unknown(token)
        self._move_to_line(token)

    def _move_to_line(self, token: SyntaxTreeNode) -> None:
        node = self.current_node.children[-1]
        if node.line:
            node.line += token.meta.get(LINE, 0)

    def render_wikilink(self, token: SyntaxTreeNode) -> None:
        """Render a link in two brackets, as a role or the usual syntax of Markdown would."""
        link: WikiLink = token.meta["link"]
        vault = self.vault
        assert vault is not None
        home = self._path
        line = (token.map or (1,))[0] + token.meta[LINE]
        shown = link.text if not link.size else ""
        lead = vault.lead(link.target, home)
        note_lead(self.document.settings.env, lead)
        document, file = lead.document, lead.file
        if lead.is_key and not (link.heading and document):
            role = PaperNotesDomain.of(self.document.settings.env).role("note")
            assert role is not None
            text = f"{_without_syntax(shown)} <{link.target}>" if shown else link.target
            inliner = cast("Inliner", MockInliner(self))
            self.current_node.extend(role("note", link.source, text, line, inliner)[0])
        elif document:
            heading = "" if link.heading.startswith("^") else link.heading
            slug = _slug(self.md_config, heading)
            target = f"/{quote(document)}" if link.target else ""
            self._render_link(f"{target}{slug}", shown or heading, token)
        elif file and link.embed and Path(file).suffix.lower() in PICTURES:
            self._render_picture(f"/{quote(file)}", shown, link.size, token)
        elif file:
            self._render_link(f"/{quote(file)}", shown or link.target, token)
        else:
            message = vault.fault(link, home)
            note_problem(
                self.sphinx_env, Diagnostic(home, line, message, DiagnosticKind.MISSING_FILE)
            )
            self.current_node.append(nodes.Text(shown or link.target))

    def _render_link(self, target: str, text: str, token: SyntaxTreeNode) -> None:
        opening = Token("link_open", "a", 1, attrs={"href": target}, map=_map(token))
        closing = Token("link_close", "a", -1)
        inside = [Token("text", "", 0, content=text)] if text else []
        self.render_link(SyntaxTreeNode([opening, *inside, closing]).children[0])

    def _render_picture(
        self, target: str, text: str, size: tuple[str, ...], token: SyntaxTreeNode
    ) -> None:
        sizes = dict(zip(("width", "height"), size, strict=False))
        image = Token("image", "img", 0, attrs={"src": target, **sizes}, map=_map(token))
        image.children = [Token("text", "", 0, content=text)] if text else []
        self.render_image(SyntaxTreeNode([image]).children[0])

    def render_mark(self, token: SyntaxTreeNode) -> None:
        """Render marked text."""
        with self.current_node_context(mark(), append=True):
            self.render_children(token)

    def render_callout(self, token: SyntaxTreeNode) -> None:
        """Render a callout as an admonition, which can be folded if it can in Obsidian."""
        kind = token.meta["kind"]
        looks = _LOOKS.get(kind, "note")
        title = next((child for child in token.children if child.type == "callout_title"), None)
        if title is None and kind in _ADMONITIONS:
            node = cast("nodes.Element", _ADMONITIONS[kind]())
        else:
            heading = nodes.title("", "" if title else kind.replace("-", " ").capitalize())
            node = nodes.admonition("", heading, classes=[looks])
            if title:
                with self.current_node_context(heading):
                    self.render_children(title)
        if fold := token.meta["fold"]:
            node["collapsible"] = "open" if fold == "+" else "closed"
        self.add_line_and_source_path(node, token)
        with self.current_node_context(node, append=True):
            self.render_children(token)

    def render_callout_title(self, token: SyntaxTreeNode) -> None:
        """Render nothing: the callout renders its title."""

    def render_list_item(self, token: SyntaxTreeNode) -> None:
        """Render the box of a task as text, which every format has; MyST writes a form."""
        checked = token.meta.pop("checked", None) if self.vault else None
        super().render_list_item(token)
        if checked is not None:
            paragraph = next(self.current_node.children[-1].findall(nodes.paragraph))
            paragraph.insert(0, nodes.Text(_BOXES[checked]))

    def render_myst_role(self, token: SyntaxTreeNode) -> None:
        """Render a role, or its text if it fails."""
        with self._caught(f"role {{{token.meta['name']}}}", (token.map or (1,))[0]) as failed:
            super().render_myst_role(token)
        if failed:
            self.current_node.append(nodes.literal("", token.content))

    def run_directive(
        self, name: str, first_line: str, content: str, position: int, *args: Any, **kwargs: Any
    ) -> list[nodes.Element]:
        """Run a directive, and leave it out if it fails: its text may be for nobody else."""
        with self._caught(f"directive {{{name}}}", position):
            return self._run_directive(name, first_line, content, position, *args, **kwargs)
        return []

    @contextmanager
    def _caught(self, name: str, line: int) -> Iterator[list[Exception]]:
        """Report what a directive or role raises, and yield a list of it.

        Those of most libraries fail at some text, and say neither the document nor the line.
        """
        node, sections = self.current_node, dict(self._level_to_section)
        failed: list[Exception] = []
        try:
            yield failed
        except (SphinxError, RecursionError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a library raises
            failed.append(error)
            self.current_node, self._level_to_section = node, sections
            message = (
                f"the {name} fails ({type(error).__name__}: {error}); correct it, or delete it"
            )
            problem = Diagnostic(self._path, line, message, DiagnosticKind.FAILED_MARKUP)
            note_problem(self.sphinx_env, problem)

    def _run_directive(self, name: str, *args: Any, **kwargs: Any) -> list[nodes.Element]:
        """Run a directive: without citations if its text is no prose, and not on a missing file."""
        # The class of an admonition is made of its title, before the comments in it are removed.
        args = (without_comments(args[0]), *args[1:])
        if name in missing_files.INCLUDING and self._is_missing(*args):
            return []
        if name in missing_files.READING and self._is_withheld(name, *args):
            return []
        if name in missing_files.SHOWING:
            # docutils deletes spaces from addresses.
            args = (args[0].strip().replace(" ", "%20"), *args[1:])
        if name not in _NO_PROSE_DIRECTIVES:
            return super().run_directive(name, *args, **kwargs)
        with self._uncited():
            return super().run_directive(name, *args, **kwargs)

    def _is_missing(self, target: str, content: str, position: int, *rest: Any) -> bool:
        """Return whether the file that a directive includes is missing, and report it if so."""
        env = self.document.settings.env
        target = target.strip()
        if not target or target.startswith("<"):
            return False
        message = files.fault(
            Path(env.srcdir), env.doc2path(env.docname, base=False).as_posix(), target
        )
        if message:
            missing_files.report(env, target, position, message)
        return bool(message)

    def _is_withheld(self, name: str, target: str, content: str, position: int, *rest: Any) -> bool:
        """Return whether no page may show the file that a directive reads, and report it if so."""
        env = self.document.settings.env
        if not target.strip() or target.startswith("<"):
            return False
        path = Path(env.relfn2path(target.strip())[1])
        is_read = name == "include" and not _SHOWS_SOURCE.search(content)
        return is_withheld(env, path, self.document["source"], position, is_read=is_read)

    @contextmanager
    def _uncited(self) -> Iterator[None]:
        before = self.md_env.get(UNCITED)
        self.md_env[UNCITED] = True
        try:
            yield
        finally:
            self.md_env[UNCITED] = before


def _map(token: SyntaxTreeNode) -> list[int] | None:
    return list(token.map) if token.map else None


def _without_syntax(text: str) -> str:
    """Return *text* as roles take it, for which <, and a leading !, are syntax."""
    return re.sub("[<!]", "\0\\g<0>", text)


def _slug(config: Any, heading: str) -> str:
    """Return the anchor of a *heading* in an address, or the empty string without a heading."""
    return f"#{(config.heading_slug_func or github_slugify)(heading)}" if heading else ""
