"""Citations: sphinxcontrib-bibtex's domain with look-ups, our style, and Pandoc's syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Replace the library's domain, its list and its role ``cite``, and add Pandoc's citations."""
    from papernotes.citations import footnotes, pandoc_domain, style
    from papernotes.citations.domain import CitationDomain, CitationRole, read_bibliography
    from papernotes.citations.lists import ListDirective

    style.register()
    app.add_domain(CitationDomain, override=True)
    app.add_role("cite", CitationRole(), override=True)
    app.add_directive("bibliography", ListDirective, override=True)
    footnotes.setup(app)
    pandoc_domain.setup(app)
    # Ahead of the library's own look at the bibliography (500).
    app.connect("builder-inited", read_bibliography, priority=400)
