"""What the extension keeps in Sphinx's environment, and the domain that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from papernotes.domain.domain import PaperNotesDomain

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["PaperNotesDomain", "setup"]


def setup(app: Sphinx) -> None:
    """Add the domain, and its role under its short name."""
    from sphinx.domains.std import StandardDomain

    from papernotes.domain import figures
    from papernotes.domain.places import PlaceDomain
    from papernotes.domain.xrefs import NoteRole

    app.add_domain(PaperNotesDomain)
    # Another extension may have put a domain of its own there.
    if app.registry.domains[PlaceDomain.name] is StandardDomain:
        app.add_domain(PlaceDomain, override=True)
    app.add_role("note", NoteRole())
    figures.setup(app)
