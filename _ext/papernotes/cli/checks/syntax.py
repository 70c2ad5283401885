"""Check what in a document is not read as its author means it: formulas, and Obsidian's syntax.

Only documents with signs of it are parsed, since parsing is slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from papernotes.cli.checks.notes import without_code
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.wiki_links import Vault

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


# Both begin with a character, which makes the search fast.
_DOLLARS = re.compile(
    r"\$(?:\$(?<![\\$]\$\$)(?:(?!\n[ \t]*\n)[^$])+\$\$"
    r"|(?<![\\$\d]\$)(?![\s$\d])[^$\n]*?(?<![\s\\])\$(?![\d$]))"
)
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\n[ \t]*\n).)*?\\end\{\1\}", re.DOTALL)
_SIGN = re.compile(
    r"(?<!\\)\$|\\[(\[]|\\begin\{|\[\[|(?<![=\w])==(?![\s=])|%%|^[ >]*\[!\w"
    r"|^[ >]*(?:[-*+]|\d+[.)])[ ]+\[[ xX]\][ ]",
    re.MULTILINE,
)
# Some of what a sign holds, for a faster search.
_SIGNS = ("$", "\\(", "\\[", "\\begin{", "[[", "==", "%%", "[!", "[ ] ", "[x] ", "[X] ")
# Directives whose content is no Markdown.
_NO_PROSE = re.compile(
    r"code|source|math|raw|parsed|literal|include|mermaid|graphviz|toctree|table"
)


@dataclass(frozen=True)
class SyntaxCheck:
    """A check with the *settings* of conf.py; ``vault`` is what Obsidian's links can lead to."""

    settings: Mapping[str, Any]
    vault: Vault
    parsers: list[MarkdownIt] = field(default_factory=list)

    def check(self, path: str, text: str) -> Iterator[Diagnostic]:
        """Yield the diagnostics of the document *text*."""
        # Most documents have no sign but formulas, not even in code.
        rest = _without_formulas(text)
        if not any(sign in rest for sign in _SIGNS):
            return
        if _SIGN.search(_without_formulas(without_code(text))):
            yield from self._of(self._parser(), path, text, 1, {})

    def _parser(self) -> MarkdownIt:
        if not self.parsers:
            # Imported late, because few sites need it.
            from papernotes.reading.syntax.extensions import money_plugin, parser_of
            from papernotes.reading.syntax.obsidian import obsidian_plugin
            from papernotes.reading.syntax.unread import unread_plugin

            obsidian = bool(self.settings.get("papernotes_obsidian"))
            parser = parser_of(self.settings)
            if obsidian:
                parser.use(obsidian_plugin)
            self.parsers.append(parser.use(money_plugin).use(unread_plugin, obsidian=obsidian))
        return self.parsers[0]

    def _of(
        self, parser: MarkdownIt, path: str, text: str, line: int, env: dict[str, Any]
    ) -> Iterator[Diagnostic]:
        from papernotes.reading.syntax.unread import problems

        for token in parser.parse(text, env):
            start = line + (token.map[0] if token.map else 0)
            yield from problems(token.meta, path, start)
            yield from self._links(token, path, start)
            name = re.match(r"\{([\w:-]+)\}", token.info.strip())
            if token.type in ("fence", "colon_fence") and name and not _NO_PROSE.search(name[1]):
                yield from self._of(parser, path, token.content, start + 1, env)

    def _links(self, token: Token, path: str, line: int) -> Iterator[Diagnostic]:
        """Yield the links in two brackets that lead nowhere."""
        from papernotes.reading.syntax.obsidian import LINE

        for child in token.children or ():
            if child.type == "wikilink" and (fault := self.vault.fault(child.meta["link"], path)):
                yield Diagnostic(path, line + child.meta[LINE], fault, DiagnosticKind.MISSING_FILE)


def _without_formulas(text: str) -> str:
    return _ENVIRONMENT.sub("", _DOLLARS.sub("", text))
