"""Reading: source files, front matter and Markdown into the record of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Add the parser, the directives, and the transforms that prepare a document."""
    from papernotes.reading import (
        comments,
        directives,
        drafts,
        missing_files,
        parser,
        record,
        source_files,
        transforms,
        withheld,
    )
    from papernotes.reading.syntax import extensions, footnotes, highlights, quotes

    # Ahead of what reads the settings of MyST's parser.
    app.connect("config-inited", extensions.enable, priority=100)
    source_files.add_documents(app)
    comments.setup(app)
    drafts.setup(app)
    withheld.setup(app)
    parser.add_parser(app)
    app.add_directive("papers", directives.PapersDirective)
    app.add_directive("reading-list", directives.ReadingListDirective)
    app.add_directive("works", directives.WorksDirective)
    highlights.setup(app)
    app.add_directive("suggestions", directives.SuggestionsDirective)
    app.connect("source-read", transforms.take_front_matter)
    app.add_transform(transforms.AddHeading)
    app.add_transform(transforms.NestSections)
    app.add_transform(transforms.ParseFrontMatter)
    app.add_transform(missing_files.ReplaceMissing)
    app.add_transform(transforms.DarkPictures)
    app.add_transform(transforms.SpellOutInHeadings)
    app.add_transform(transforms.PlacePlaceholders)
    app.add_transform(transforms.AlignNumbers)
    footnotes.setup(app)
    app.add_transform(quotes.PairQuotes)
    app.add_transform(transforms.BindPages)
    # After Sphinx's own collectors (500), which make images of a summary complete.
    app.connect("doctree-read", transforms.note_sizes, priority=590)
    app.connect("doctree-read", record.note_document, priority=600)
