"""Keep LaTeX from running what a formula brings along."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.mathematics import tex

# TeX that reads or writes files, runs programs, links to whatever address, or changes what the rest
# of the book means; ^^ spells any of it by its codes.
_HARMFUL = re.compile(
    r"\\(?:(?:write|immediate|input|include|open(?:in|out)|read|special|directlua|catcode|csname"
    r"|[egx]?def|let|(?:re)?newcommand|providecommand|newenvironment|expandafter|scantokens|lowercase"
    r"|uppercase|new(?:read|write)|loop|makeatletter|ExplSyntaxOn|usepackage|verbatiminput"
    r"|lstinputlisting|InputIfFileExists|includegraphics|includepdf|href|url|hyper[a-z]+|pdf[a-z]+"
    r"|(?:begin|end)group|[eb]group)(?![a-zA-Z])|end *\{document\})|\^\^"
)


class EscapeHarmfulLatex(SphinxPostTransform):
    """Show a formula as its TeX where it would have LaTeX do more than set it, or never end it.

    Entries come from elsewhere, and what no other format carries out is not carried out here.
    """

    default_priority = 190
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace such formulas."""
        for node in list(self.document.findall(_is_mathematics)):
            assert isinstance(node, nodes.Element)
            given = node.astext()
            source = tex.uncommented(given)
            if not _HARMFUL.search(source) and tex.is_whole(source):
                if source != given:
                    node.children = [nodes.Text(source)]
            elif isinstance(node, nodes.math):
                node.replace_self(nodes.literal("", given))
            else:
                node.replace_self(nodes.literal_block("", given, language="none"))


def _is_mathematics(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)
