"""Post-transforms, for formats that do not write pages one by one."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from . import nodes as placeholders
from .domain import PaperNotesDomain
from .placing import Placer


class Place(SphinxPostTransform):
    """Replace the placeholders of a document by nodes.

    On the pages of a site the same is written as HTML, when all that others transform is done: see
    :mod:`.at_once`.
    """

    # Ahead of Sphinx's ReferencesResolver (10), which resolves the links that are made here.
    default_priority = 7

    def run(self, **kwargs: Any) -> None:
        """Replace them all; those that have nothing to show vanish."""
        if PaperNotesDomain.of(self.env).writes_site:
            return
        placer = Placer(self.env)
        for node in list(self.document.findall(placeholders.Placeholder)):
            node.replace_self(placer.shown(node))


class LeaveOutUnseen(SphinxPostTransform):
    """Leave out what only screen readers say, where nothing keeps it from being seen."""

    default_priority = 600
    formats = ("latex", "man", "texinfo", "text")

    def run(self, **kwargs: Any) -> None:
        """Remove it."""
        for node in list(self.document.findall(nodes.inline)):
            if "pn-unseen" in node["classes"]:
                node.parent.remove(node)
