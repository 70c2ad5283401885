"""Keep LaTeX from executing harmful commands in formulas."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from papernotes.mathematics import tex

# TeX that reads or writes files, runs programs, links to any address, or changes the meaning of the
# rest of the book. ^^ can spell all of these by character codes. LuaTeX, which makes the PDF, has
# several names for most of them, and so have the packages that Sphinx loads.
_HARMFUL = re.compile(
    r"""
    \\(?:
      # Programs in Lua.
      (?:late|direct)?lua[a-zA-Z]*
      # Files.
      | write | immediate[a-z]* | open(?:in|out) | read(?:line)? | new(?:read|write) | special
      | input(?:minted)? | verbatiminput | lstinputlisting | [a-zA-Z]*Verbatim(?:Input|Out)
      | InputIfFileExists | include(?:graphics|only|pdf|svg)? | graphicspath | pdf[a-z]+
      | (?:embed|[a-z]*attach)file[a-z]* | usepackage | RequirePackage | sphinx[a-zA-Z]+
      | font | newfont | fontspec | set[a-z]*font
      # Addresses.
      | href | url | hyper[a-z]+
      # Names and meanings.
      | [a-z]*catcode[a-z]* | [a-z]*csname | lastnamedcs | (?:future|g)?let | letcharcode
      | (?:[egx]|char|mathchar|count|dimen|skip|muskip|toks|attribute)?def
      | (?:re)?new(?:command|environment) | providecommand | Declare[a-zA-Z]+
      | (?:New|Renew|Provide)[a-zA-Z]*(?:Command|Environment) | makeatletter | ExplSyntaxOn
      | global(?:defs)? | primitive | expandafter | scan[a-z]*tokens | (?:low|upp)ercase
      # What comes later, or does not end.
      | loop | every(?:par|math|display|hbox|vbox|job|cr|eof) | after(?:group|assignment)
      | AddToHook[a-zA-Z]* | At(?:Begin|End)[a-zA-Z]+ | output | shipout | bye | tracing[a-z]+
      | (?:begin|end)group | [eb]group | (?:batch|scroll|nonstop|errorstop)mode
    )(?![a-zA-Z])
    | \\begin\ *\{\ *(?:lua|filecontents|[a-zA-Z]*[vV]erbatim|lstlisting|sphinx)
    | \\end\ *\{document\}
    | \^\^
    """,
    re.VERBOSE,
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
