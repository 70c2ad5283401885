"""Rendering: each placeholder into what the catalogue says, as nodes or as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Add what replaces placeholders, and what adapts the result to each format."""
    from papernotes.rendering import post_transforms, previews, resolver

    resolver.setup(app)
    post_transforms.setup(app)
    previews.setup(app)
