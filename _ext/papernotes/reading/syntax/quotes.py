"""Quotation marks of languages in which spaces do not show where a quotation begins."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from papernotes.i18n import language_tag

# The language of the document that is being read, where it is not the site's.
LANGUAGE = "papernotes_language"
# Opening and closing marks, double and single.
_MARKS = {
    "ar": "«»‹›",
    "fa": "«»‹›",
    "he": "”“’‘",
    "ja": "「」『』",
    "ko": "“”‘’",
    "zh": "“”‘’",
}
_TRADITIONAL = "「」『』"
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])", re.ASCII)
# What holds no prose, in which quotes stay as they are.
_NO_PROSE = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)


def marks(env: BuildEnvironment) -> str:
    """Return the marks of the language of the current document; empty to leave them to MyST."""
    tag = env.current_document.get(LANGUAGE) or language_tag(env.config.language)
    language, *rest = tag.lower().split("-")
    if language == "zh" and {"hant", "tw", "hk", "mo"} & set(rest):
        return _TRADITIONAL
    return _MARKS.get(language, "")


def quotes_plugin(md: MarkdownIt, env: BuildEnvironment) -> None:
    """Have MyST leave straight quotes alone, if the language has a rule of its own."""
    if marks(env):
        md.disable("smartquotes", ignoreInvalid=True)


class PairQuotes(SphinxTransform):
    """Replace straight quotes by pairs of the marks of the language, block by block.

    MyST and Sphinx tell opening marks by the space before them, which these languages do not have,
    or write marks that the language does not know.
    """

    # Ahead of Sphinx's smart quotes (750).
    default_priority = 740

    def apply(self, **kwargs: Any) -> None:
        """Replace the quotes of each block of text."""
        shown = marks(self.env)
        uses_marks = "smartquotes" in self.env.config.myst_enable_extensions
        if not shown or not (self.config.smartquotes or uses_marks):
            return
        for block in self.document.findall(nodes.TextElement):
            if not isinstance(block, (nodes.Inline, *_NO_PROSE)):
                self.pair(block, shown)

    def pair(self, block: nodes.TextElement, shown: str) -> None:
        """Replace the quotes in *block*, whose marks open and close in turn."""
        is_open = {'"': False, "'": False}

        def replacement(match: re.Match[str]) -> str:
            quote = match[0]
            is_open[quote] = not is_open[quote]
            return shown[2 * "\"'".index(quote) + (not is_open[quote])]

        for text in list(block.findall(nodes.Text)):
            if isinstance(text.parent, _NO_PROSE) or not re.search("[\"']", text):
                continue
            straight = _APOSTROPHE.sub("’", str(text))
            text.parent.replace(text, nodes.Text(re.sub("[\"']", replacement, straight)))
