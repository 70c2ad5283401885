"""Rendering: each placeholder into what the catalogue says, as nodes or as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Add what replaces placeholders: post-transforms, and the resolver for pages of a site."""
    from papernotes.rendering import html_resolver, post_transforms, templating

    app.connect("config-inited", templating.configure_templates)
    app.add_post_transform(post_transforms.ReplacePlaceholders)
    app.add_post_transform(post_transforms.DropScreenReaderText)
    app.add_post_transform(post_transforms.InlineTags)
    app.add_post_transform(post_transforms.AppendAddresses)
    app.add_post_transform(post_transforms.UniqueIds)
    html_resolver.add_resolver(app)
