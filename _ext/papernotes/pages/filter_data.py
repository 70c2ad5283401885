"""Data of the front page's filter: a script that the page loads when the filter is opened.

The data is a script and not JSON: browsers load scripts from a folder as well as from a server, and
a content security policy of ``script-src 'self'`` allows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.core.model import Note
from papernotes.core.text import fold_plain
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import phrases
from papernotes.publish.files import File, call
from papernotes.rendering import markup
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.note_card import line_shows
from papernotes.rendering.note_list import FILTER_DATA
from papernotes.rendering.shown import Shown
from papernotes.settings import own_fields


def files(app: Sphinx, shown: Shown) -> Iterator[File]:
    """Yield the script, if the site has a filter."""
    domain = PaperNotesDomain.of(app.env)
    notes = domain.archives.filtered
    if not notes:
        return

    def content() -> bytes:
        return call("notes", _data(app, domain, notes))

    rows = [
        [line_shows(shown, note), note.read, note.tags, note.keys, note.fields] for note in notes
    ]
    yield File(FILTER_DATA, rows, content)


def _data(app: Sphinx, domain: PaperNotesDomain, notes: tuple[Note, ...]) -> dict[str, object]:
    """Return the tags, and a row for each note; filter.js names the columns."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    root: str = app.config.root_doc
    tags = {
        tag: number
        for number, tag in enumerate(
            sorted(
                {tag for note in notes for tag in note.tags},
                key=lambda tag: (fold_plain(tag), tag),
            )
        )
    }
    fields = [field for field in own_fields(app.config).values() if field.is_filter]
    titles = _titles(app, domain, notes)
    rows = []
    for note in notes:
        catalogue = domain.catalogue
        title, is_html = titles[note.docname]
        byline = "".join(node.astext() for node in markup.note_byline(catalogue, note))
        people = (
            flatten(formatting.byline(paper, 0, phrases())) for paper in catalogue.papers_of(note)
        )
        own = [note.field(field.name) for field in fields]
        words = [text for value in own if value for text in value.texts]
        others = [names for names in people if names not in byline]
        rows.append(
            [
                builder.get_relative_uri(root, note.docname),
                title,
                int(is_html),
                byline,
                " ".join((*others, *note.keys, *words)),
                catalogue.years_of(note),
                note.read.isoformat() if note.read else "",
                [tags[tag] for tag in note.tags],
                [value.ranks if value else [] for value in own],
            ]
        )
    names = [(field.name, field.label, field.choices) for field in fields]
    return {"tags": list(tags), "fields": names, "notes": rows}


def _titles(
    app: Sphinx, domain: PaperNotesDomain, notes: tuple[Note, ...]
) -> dict[str, tuple[str, bool]]:
    """Return the title of each note, and whether it is HTML; most titles are plain text."""
    titles: dict[str, tuple[str, bool]] = {}
    marked_up: dict[str, nodes.Element] = {}
    for note in notes:
        title = domain.noted(note).title.nodes()
        if all(isinstance(node, nodes.Text) for node in title):
            titles[note.docname] = (note.title, False)
        else:
            marked_up[note.docname] = nodes.inline("", "", *title)
    fragments = Renderer(app, app.config.root_doc).fragments(marked_up.values())
    for docname, fragment in zip(marked_up, fragments, strict=True):
        titles[docname] = (fragment.html, True)
    return titles
