"""Citations in footnotes, with a reference for every entry.

The library formats these entries when it reads a document, and would end the build at a type or a
missing field that the style does not know.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from pybtex.plugin import find_plugin
from pybtex.richtext import Text
from pybtex.style import FormattedEntry
from pybtex.style.template import FieldIsMissing
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.foot_domain import BibtexFootDomain
from sphinxcontrib.bibtex.foot_roles import FootCiteRole

from papernotes.citations.marks import mark_links, marked_entry
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import note_problem


class _Settings:
    """The library's setting of the style, with a style that can format each entry."""

    def __init__(self, role: FootnoteRole, style: type) -> None:
        class Lenient(style):  # type: ignore[misc]  # a style is a plug-in
            """A style that formats an entry without a field as ``misc``, which needs fewest."""

            def format_entry(self, label: str, entry: Any, bib_data: Any = None) -> FormattedEntry:
                text = Text("")
                for known in (entry.known_to([style]), entry.of_type("misc")):
                    try:
                        text = super().format_entry(label, known, bib_data).text
                        break
                    except FieldIsMissing as missing:
                        role.report(entry.key, missing.field_name)
                if not str(text):
                    role.report(entry.key, "title")
                made = FormattedEntry(entry.key, text if str(text) else Text(entry.key), label)
                return marked_entry(role.env, made)

        self.bibtex_default_style = Lenient


class FootnoteRole(FootCiteRole):
    """The library's role, with a message for what an entry lacks."""

    @property
    def config(self) -> Any:
        """The one setting that the library's role reads here."""
        name: str = self.env.config.bibtex_default_style
        return _Settings(self, find_plugin("pybtex.style.formatting", name))

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, or only its number if the text needs a field that an entry lacks."""
        try:
            made = super().run()
        except FieldIsMissing as missing:
            self.report(str(missing).rpartition(" in ")[2], missing.field_name)
            # This role shows no names.
            self.name = "footcite:p"
            made = super().run()
        holder = nodes.inline("", "", *made[0])
        # Excerpts have no numbers of footnotes, and a mark without one would be of nothing.
        if not holder.astext().strip():
            return made
        links = list(holder.findall(nodes.footnote_reference))
        named = {name: key for key, name in self.env.temp_data["bibtex_footcite_names"].items()}
        mark_links(self.env, holder, links, [named[link["refname"]] for link in links])
        return holder.children, made[1]

    def report(self, key: str, field: str) -> None:
        """Report that the entry *key* has no *field*."""
        path = self.env.doc2path(self.env.docname, base=False).as_posix()
        message = f'the entry "{key}" has no {field}, which the footnote needs; add it to the entry'
        problem = Diagnostic(path, self.lineno, message, DiagnosticKind.INCOMPLETE_ENTRY)
        note_problem(self.env, problem)


class FootnoteDomain(BibtexFootDomain):
    """The library's domain, with our role."""

    roles: ClassVar = {name: FootnoteRole() for name in BibtexFootDomain.roles}


def setup(app: Sphinx) -> None:
    """Replace the library's domain and its role ``footcite``."""
    app.add_domain(FootnoteDomain, override=True)
    app.add_role("footcite", FootnoteRole(), override=True)
