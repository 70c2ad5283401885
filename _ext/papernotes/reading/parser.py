"""Parsing: MyST's parser, with an answer to what has no end, and to links that stay text."""

from __future__ import annotations

import re

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx import addnodes
from sphinx.application import Sphinx

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import note_problem

# A link whose scheme MyST does not let through stands in the page as it was written.
_UNSAFE = re.compile(r"\]\(<?\s*((?:javascript|vbscript|file|data):[^\s)>]*)", re.IGNORECASE)
_SCHEME = re.compile(r"(?:javascript|vbscript|file|data):", re.IGNORECASE)
_NO_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw)


class Parser(MystParser):
    """MyST's parser, which would end the build where a document includes itself."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse *inputstring* into *document*, or leave but a heading there."""
        try:
            super().parse(inputstring, document)
        except RecursionError:
            env = document.settings.env
            path = env.doc2path(env.docname, base=False).as_posix()
            fault = (
                "includes itself, or is nested too deeply; correct it, until then the page is empty"
            )
            problem = Diagnostic(path, 1, f"the document {fault}", DiagnosticKind.NESTING)
            note_problem(env, problem)
            section = nodes.section("", nodes.title("", env.docname), names=["empty"])
            document.children = []
            super().parse("", document)
            document.append(section)
            document.note_implicit_target(section, section)


def note_unsafe_links(app: Sphinx, doctree: nodes.document) -> None:
    """Report links that are none, since a click on them would run what they hold."""
    env = app.env
    path = env.doc2path(env.docname, base=False).as_posix()
    for node in doctree.findall(_may_be_unsafe):
        if isinstance(node, addnodes.pending_xref):
            # What browsers leave out of an address keeps MyST from seeing what it is.
            target = re.sub(r"[\0-\x20]", "", node["reftarget"])
            found = [node["reftarget"]] if _SCHEME.match(target) else []
        else:
            found = [match[1] for match in _UNSAFE.finditer(str(node))]
        holder = node
        while holder.line is None and holder.parent is not None:
            holder = holder.parent
        for address in found:
            message = f'the link to "{address}" is none and shown as text; correct it or delete it'
            note_problem(env, Diagnostic(path, holder.line or 1, message, DiagnosticKind.BAD_LINK))


def _may_be_unsafe(node: nodes.Node) -> bool:
    if isinstance(node, addnodes.pending_xref):
        return bool(node.get("reftype") == "myst")
    return isinstance(node, nodes.Text) and ":" in node and not isinstance(node.parent, _NO_PROSE)


def add_parser(app: Sphinx) -> None:
    """Have documents parsed by it."""
    app.add_source_parser(Parser, override=True)
    app.connect("doctree-read", note_unsafe_links, priority=590)
