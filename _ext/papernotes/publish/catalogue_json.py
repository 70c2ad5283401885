"""The catalogue for other programs: ``papers.json`` with its schema, and ``refs.bib``."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from papernotes import site_info
from papernotes.bibliography import formatting
from papernotes.bibliography.export import csl
from papernotes.catalogue.status import status
from papernotes.core.model import FieldValue, Note, Paper
from papernotes.domain import PaperNotesDomain
from papernotes.domain.intents import intents_of
from papernotes.i18n import language_tag
from papernotes.publish.files import File
from papernotes.publish.plaintext import Prose
from papernotes.publish.summaries import Summaries
from papernotes.rendering.note_card import card_shows
from papernotes.rendering.shown import Shown

NAME = "papers.json"
SCHEMA = "papers.schema.json"
BIBTEX = "refs.bib"
# Raised when programs that read the file would no longer understand it; see the schema.
VERSION = 2


def files(app: Sphinx, shown: Shown, summaries: Summaries) -> Iterator[File]:
    """Yield the files, if the site publishes its catalogue."""
    if not app.config.papernotes_catalogue:
        return
    domain = PaperNotesDomain.of(app.env)
    notes = domain.catalogue.notes
    also = tuple(app.config.papernotes_bibtex_fields)
    papers = {key: formatting.bibtex(paper, also) for key, paper in domain.catalogue.papers.items()}
    head = {
        "$schema": SCHEMA,
        "version": VERSION,
        "title": site_info.title(app.config),
        "url": site_info.public_page(app, app.config.root_doc) or None,
        "language": language_tag(app.config.language),
        "bibliography": site_info.absolute(app, BIBTEX),
    }
    content = [
        (
            card_shows(shown, note),
            [(key, papers.get(key)) for key in note.keys],
            note.main,
            note.fields,
            [shown.excerpt(excerpt) for _, excerpt in domain.noted(note).fields],
            note.read,
            _cites(domain, note),
            intents_of(domain, note),
            _status(domain, note),
        )
        for note in notes
    ]
    yield File(NAME, [head, content], lambda: _catalogue(app, head, notes, summaries))
    schema = (Path(__file__).parent / SCHEMA).read_bytes()
    yield File(SCHEMA, schema, lambda: schema)
    bibtex = "".join(f"{entry}\n\n" for entry in papers.values()).encode(errors="replace")
    yield File(BIBTEX, bibtex, lambda: bibtex)


def item(app: Sphinx, paper: Paper) -> csl.Item:
    """Return *paper* as CSL-JSON, with formulas as readable text."""
    return csl.item(paper, Prose(app.config).flatten)


def _cites(domain: PaperNotesDomain, note: Note) -> list[str]:
    """Return the keys of the works that *note* cites, in the order of their first citations."""
    page = domain.records[note.docname].page
    cited = dict.fromkeys(citation.key for citation in page.citations)
    return [key for key in cited if key in domain.catalogue.papers]


def _status(domain: PaperNotesDomain, note: Note) -> dict[str, dict[str, str | int]]:
    """Return what became of the papers of *note*, by key, without those that nothing befell."""
    states = {paper.key: status(paper) for paper in domain.catalogue.papers_of(note)}
    return {
        key: {name: value for name, value in asdict(state).items() if value}
        for key, state in states.items()
        if state.kinds
    }


def _json(field: FieldValue) -> object:
    """Return the value of a field of the author's own, in the types of JSON."""
    value = field.value
    return value.isoformat() if isinstance(value, datetime.date) else value


def _catalogue(
    app: Sphinx, head: Mapping[str, Any], notes: Sequence[Note], summaries: Summaries
) -> bytes:
    domain = PaperNotesDomain.of(app.env)
    records = []
    for note, summary in zip(notes, summaries.of(notes), strict=True):
        records.append(
            {
                "name": note.docname,
                "keys": note.keys,
                "main": note.main,
                "url": site_info.page(app, note.docname),
                "title": summary.title,
                "read": note.read.isoformat() if note.read else None,
                "tags": note.tags,
                "summary": asdict(summary.summary),
                "cites": _cites(domain, note),
                **({"intents": found} if (found := intents_of(domain, note)) else {}),
                **({"status": became} if (became := _status(domain, note)) else {}),
                "links": {
                    paper.key: site_info.paper_links(app, paper)
                    for paper in domain.catalogue.papers_of(note)
                },
                "papers": [item(app, paper) for paper in domain.catalogue.papers_of(note)],
                "fields": {
                    field.name: asdict(summary.fields[field.name])
                    if field.name in summary.fields
                    else _json(field)
                    for field in note.fields
                },
            }
        )
    text = json.dumps({**head, "notes": records}, ensure_ascii=False, indent=1)
    return f"{text}\n".encode(errors="replace")
