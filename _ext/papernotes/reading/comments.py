"""Comments in Markdown, which are for the author: no page and no file may show them.

docutils would write them as comments of HTML, and MyST passes HTML on as it is.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reading.record import line_of
from papernotes.reporting import note_problem
from papernotes.settings import is_set

# A comment of HTML, as browsers find its end (HTML, 13.2.5.41 to 52). Within these elements there
# are none.
_BEGIN = re.compile(r"<!--|<(script|style|textarea|title)\b", re.IGNORECASE)
_END_OF_COMMENT = re.compile(r"-?>|.*?--!?>", re.DOTALL)
_CODE = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)


class StripComments(SphinxTransform):
    """Remove comments from documents in Markdown."""

    # Ahead of what reads the document.
    default_priority = 4

    def apply(self, **kwargs: Any) -> None:
        """Remove the comments."""
        if self.env.doc2path(self.env.docname).suffix != ".rst":
            strip_comments(self.document, self.env)


def without_comments(source: str) -> str:
    """Return the HTML or Markdown *source* without comments of HTML."""
    return _split(source)[0]


def _split(source: str) -> tuple[str, bool]:
    """Return *source* without comments, and whether the last of them has no end."""
    kept: list[str] = []
    unclosed: set[str] = set()
    start = position = 0
    while match := _BEGIN.search(source, position):
        position = match.end()
        if name := (match[1] or "").lower():
            if name in unclosed:
                continue
            if end := re.compile(rf"</{name}\s*+>", re.IGNORECASE).search(source, position):
                position = end.end()
            else:
                unclosed.add(name)
            continue
        kept.append(source[start : match.start()])
        if not (closing := _END_OF_COMMENT.match(source, position)):
            return "".join(kept), True
        start = position = closing.end()
    return "".join((*kept, source[start:])), False


def strip_comments(root: nodes.Element, env: BuildEnvironment) -> None:
    """Remove comments under *root*, and what holds nothing else; report those without an end."""
    for comment in list(root.findall(nodes.comment)):
        comment.parent.remove(comment)
    for raw in list(root.findall(nodes.raw)):
        source = raw.astext()
        if "html" not in raw.get("format", "").split() or "<!--" not in source:
            continue
        rest, unclosed = _split(source)
        if unclosed:
            _report(env, raw, "is not closed, and hides what follows; end it with -->")
        if rest.strip():
            raw.children = []
            raw.append(nodes.Text(rest))
            raw.rawsource = rest
        else:
            _remove(raw)
    for quote in reversed(list(root.findall(nodes.block_quote))):
        # Sphinx would replace it by nothing, and fail if it has a class.
        if not quote.children:
            quote.parent.remove(quote)
    for text in list(root.findall(nodes.Text)):
        if "<!--" in text and not isinstance(text.parent, _CODE):
            _report(
                env,
                text,
                "contains an empty line or is not closed, and is shown as text; begin it on a line"
                " of its own, and end it with -->",
            )


def _remove(node: nodes.Element) -> None:
    """Remove *node*, and its paragraph if nothing is left there."""
    parent = node.parent
    parent.remove(node)
    is_empty = not parent.astext().strip() and not any(parent.findall(nodes.image))
    if isinstance(parent, nodes.paragraph) and is_empty:
        parent.parent.remove(parent)


def _report(env: BuildEnvironment, node: nodes.Node, fault: str) -> None:
    path = env.doc2path(env.docname, base=False).as_posix()
    problem = Diagnostic(path, line_of(node), f"a comment {fault}", DiagnosticKind.BAD_COMMENT)
    note_problem(env, problem)


def hide_sources(app: Sphinx, config: Config) -> None:
    """Keep Sphinx from publishing the sources of pages, comments included, unless conf.py asks."""
    if not is_set(config, "html_copy_source"):
        config.html_copy_source = False


def setup(app: Sphinx) -> None:
    """Add the transform, and keep sources private."""
    app.connect("config-inited", hide_sources)
    app.add_transform(StripComments)
