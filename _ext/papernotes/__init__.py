"""Notes on research papers, for Sphinx: a note is one Markdown file and one citation key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "1.0.0"


# The libraries whose extensions this one builds upon, beside MyST's parser.
_LIBRARIES = ("sphinx_design", "sphinxcontrib.bibtex")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up each stage, in the order of a build."""
    # Imported here, so that the packages without Sphinx can be used without it.
    from papernotes import (
        builders,
        citations,
        domain,
        events,
        i18n,
        incremental,
        mathematics,
        nodes,
        pages,
        publish,
        reading,
        rendering,
        reporting,
        settings,
        theme,
    )

    # First: it acts before Sphinx loads the environment of an earlier build.
    incremental.setup(app)
    # MyST-NB declares the settings of MyST's parser too, which can be done only once.
    parser = "myst_nb" if "myst_nb" in app.config.extensions else "myst_parser"
    for library in (parser, *_LIBRARIES):
        app.setup_extension(library)
    reporting.setup(app)
    i18n.setup(app)
    settings.setup(app)
    nodes.setup(app)
    builders.setup(app)
    mathematics.setup(app)
    domain.setup(app)
    reading.setup(app)
    citations.setup(app)
    rendering.setup(app)
    publish.setup(app)
    pages.setup(app)
    theme.setup(app)
    events.setup(app)
    return {
        "version": __version__,
        "env_version": 11,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
