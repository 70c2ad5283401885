"""Notes on research papers, for Sphinx: a note is one Markdown file and one citation key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "0.1.0"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension, in the order of a build."""
    _begin(app)
    _read(app)
    _write(app)
    return {
        "version": __version__,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


# The modules are imported here, so that the pure ones can be had without Sphinx.


def _begin(app: Sphinx) -> None:
    """Set up what happens before anything is read."""
    from . import citations, effort, events, macros, mathjax, settings, style, templating, wording
    from .domain import PaperNotesDomain
    from .outputs import pictures, site

    # Before the environment of an earlier build is loaded.
    effort.spare(app)

    for library in ("myst_parser", "sphinx_design", "sphinxcontrib.bibtex"):
        app.setup_extension(library)

    wording.add_catalogue(app)
    settings.add_settings(app)
    app.connect("config-inited", settings.check_settings)
    app.connect("config-inited", templating.use)
    app.connect("config-inited", macros.spread)
    app.connect("config-inited", mathjax.choose)
    app.connect("config-inited", pictures.check_fonts)
    app.connect("config-inited", site.check_address)

    # What an earlier build has left, before Sphinx takes it up.
    events.take_up(app)

    # The bibliography, ahead of the library's own look at it (500).
    style.register()
    app.add_domain(PaperNotesDomain)
    app.add_domain(citations.CitationDomain, override=True)
    app.add_role("cite", citations.CitationRole(), override=True)
    app.connect("builder-inited", citations.read_bibliography, priority=400)
    app.connect("builder-inited", events.add_assets)


def _read(app: Sphinx) -> None:
    """Set up the reading of documents."""
    from . import (
        directives,
        documents,
        equations,
        events,
        footnotes,
        pandoc_citations,
        parsing,
        reading,
        unwritten,
    )
    from .domain import NoteRole

    documents.add_documents(app)
    parsing.add_parser(app)
    app.add_role("note", NoteRole())
    app.add_directive("papers", directives.PapersDirective)
    app.add_directive("reading-list", directives.ReadingListDirective)
    app.add_directive("works", directives.WorksDirective)
    app.connect("env-get-outdated", events.read_again)
    app.connect("env-before-read-docs", events.ask_for_history)
    # When others have said what is to be read (500).
    app.connect("env-before-read-docs", unwritten.note_reading, priority=900)
    app.connect("source-read", reading.take_front_matter)
    app.add_transform(reading.ParseSummary)
    app.add_domain(equations.EquationDomain, override=True)
    app.add_transform(equations.NumberEquations)
    pandoc_citations.add_citations(app)
    app.add_transform(reading.SpellOutInHeadings)
    app.add_transform(reading.PlacePlaceholders)
    app.add_transform(footnotes.PlaceFootnotes)
    app.add_transform(reading.BindPages)
    # After Sphinx's own collectors (500), which make images of a summary complete.
    app.connect("doctree-read", reading.note_document, priority=600)


def _write(app: Sphinx) -> None:
    """Set up what follows when all is read: deriving, placing and writing."""
    from . import (
        at_once,
        epub,
        equations,
        events,
        mathematics,
        mathjax,
        nodes,
        transforms,
        unwritten,
    )

    # Ahead of what the library does (500).
    app.connect("env-updated", events.derive, priority=400)
    # When sphinx-last-updated-by-git, if it is there, has the dates (500).
    app.connect("env-updated", events.compare_history, priority=600)

    app.connect("write-started", unwritten.listen)
    nodes.add_nodes(app)
    app.add_post_transform(transforms.Place)
    app.add_post_transform(transforms.LeaveOutUnseen)
    app.add_post_transform(transforms.TagsInLine)
    app.add_post_transform(transforms.WriteAddresses)
    app.add_post_transform(transforms.OnePage)
    at_once.add_placing(app)
    app.add_post_transform(equations.ProgramsForLatex)
    app.add_post_transform(equations.EquationsForLatex)
    app.add_post_transform(equations.ReferencesInCopies)
    mathematics.add_mathematics(app)
    app.add_builder(epub.BookBuilder, override=True)
    app.connect("build-finished", mathjax.copy)
    app.connect("html-page-context", events.add_page_assets)
    app.connect("html-page-context", events.add_ways)
    app.connect("html-page-context", events.serve_search)
    rest = events.Rest()
    app.connect("html-collect-pages", rest.begin)
    app.connect("build-finished", rest.finish)
