"""Keep LaTeX from executing harmful commands in formulas."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.mathematics import tex

# TeX that reads or writes files, runs programs, links to any address, or changes the meaning of the
# rest of the book. ^^ can spell all of these by character codes.
_HARMFUL = re.compile(
    r"\\(?:(?:write|immediate|input|include|open(?:in|out)|read|special|directlua|catcode|csname"
    r"|[egx]?def|let|(?:re)?newcommand|providecommand|newenvironment|expandafter|scantokens|lowercase"
    r"|uppercase|new(?:read|write)|loop|makeatletter|ExplSyntaxOn|usepackage|verbatiminput"
    r"|lstinputlisting|InputIfFileExists|includegraphics|includepdf|href|url|hyper[a-z]+|pdf[a-z]+"
    r"|(?:begin|end)group|[eb]group)(?![a-zA-Z])|end *\{document\})|\^\^"
)


class EscapeHarmfulLatex(SphinxPostTransform):
    """Show a formula as its TeX source if it would do more than typeset, or run past its end.

    Entries come from untrusted sources, and no other format executes their TeX.
    """

    default_priority = 190
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace harmful formulas with literals, and remove comments from the others."""
        for node in list(self.document.findall(_is_mathematics)):
            assert isinstance(node, nodes.Element)
            original = node.astext()
            source = tex.uncommented(original)
            if not _HARMFUL.search(source) and tex.is_whole(source):
                if source != original:
                    node.children = [nodes.Text(source)]
            elif isinstance(node, nodes.math):
                node.replace_self(nodes.literal("", original))
            else:
                node.replace_self(nodes.literal_block("", original, language="none"))


def _is_mathematics(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)
