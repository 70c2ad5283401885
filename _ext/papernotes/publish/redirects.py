"""Redirects: pages at the former addresses of notes, which lead to their present addresses."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes import site_info
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, language_tag
from papernotes.publish.files import File
from papernotes.publish.jinja import render
from papernotes.publish.plaintext import Prose
from papernotes.reporting import warn


def files(app: Sphinx) -> Iterator[File]:
    """Yield a page for each former name of a note, unless another page has that name."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    outdir = Path(app.outdir)
    domain = PaperNotesDomain.of(app.env)
    taken = _taken(app)
    prose = Prose(app.config)
    for docname, note in domain.catalogue.redirects.items():
        if docname.casefold() in taken:
            continue
        title = prose.title(domain.noted(note).title.nodes())
        values = {
            "language": language_tag(app.config.language),
            "title": title,
            "moved": _("This note has moved:"),
            "address": builder.get_relative_uri(docname, note.docname),
            "canonical": site_info.public_page(app, note.docname),
        }
        path = Path(builder.get_output_path(docname)).relative_to(outdir)
        yield File(path.as_posix(), values, functools.partial(_page, values))


def _taken(app: Sphinx) -> set[str]:
    """Return the names of pages without a document, as far as they are known before the build.

    They are in lower case, which many systems ignore.
    """
    archive_pages = PaperNotesDomain.of(app.env).archives.pages
    names = {"search", "genindex", *app.config.html_additional_pages, *archive_pages}
    return {name.casefold() for name in names}


def _page(values: Mapping[str, str]) -> bytes:
    return render("redirect.html", values).encode(errors="xmlcharrefreplace")


def check(app: Sphinx) -> None:
    """Warn about former names of notes that are names of other pages."""
    domain = PaperNotesDomain.of(app.env)
    taken = _taken(app)
    for docname in sorted(domain.catalogue.redirects):
        if docname.casefold() not in taken:
            continue
        note = domain.catalogue.redirects[docname]
        line = next(former.line for former in note.former_names if former.docname == docname)
        message = f'"redirect_from" names "{docname}", which is a page of the site; delete it here'
        path = domain.records[note.docname].path
        warn(Diagnostic(path, line, message, DiagnosticKind.BAD_REDIRECT))
