"""Pages that a build should have written and did not: the next build writes them.

There are two reasons. When files are given on Sphinx's command line, it reads all documents that
have changed but writes only the pages of those files. And when the disk is full, Sphinx warns and
continues.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.domain import PaperNotesDomain
from papernotes.incremental import output_folder
from papernotes.incremental.state import State

# The loggers of Sphinx as a whole, and of its module that writes pages and copies files.
_SPHINX = logging.getLogger("sphinx")
_WRITER = "sphinx.sphinx.builders.html"


class _Refusals(logging.Handler):
    """Notes in the domain that a file could not be written.

    Any warning of the module counts: while pages are written it warns of little else, and warnings
    from other processes arrive as text, without the exception.
    """

    def __init__(self, domain: PaperNotesDomain) -> None:
        super().__init__(logging.WARNING)
        self.domain = domain

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _WRITER:
            self.domain.refused = True


def watch_refused_files(app: Sphinx, builder: Builder) -> None:
    """Watch until the end of the build whether a file cannot be written."""
    refusals = _Refusals(PaperNotesDomain.of(app.env))
    _SPHINX.addHandler(refusals)
    app.connect("build-finished", lambda app, exception: _SPHINX.removeHandler(refusals))


def note_reading(app: Sphinx, env: object, docnames: list[str]) -> None:
    """Note which documents this build reads."""
    PaperNotesDomain.of(app.env).read = frozenset(docnames)


def unwritten_state(app: Sphinx, state: State, before: State) -> State:
    """Return *state* changed so that the next build writes the pages that this one did not.

    If there are any, the next build writes all pages, since it cannot know what else depended on
    them.
    """
    domain = PaperNotesDomain.of(app.env)
    stale = {
        name
        for name, digest in state.pages.items()
        if (before.pages.get(name), before.last_changed.get(name))
        != (digest, state.last_changed.get(name))
    }
    if not domain.refused and not _is_any_older(app, domain.read | stale):
        return state
    return replace(
        state,
        pages=dict.fromkeys(state.pages, ""),
        archive_pages=dict.fromkeys(state.archive_pages, ""),
    )


def _is_any_older(app: Sphinx, docnames: Iterable[str]) -> bool:
    """Return whether a page of *docnames* is missing or older than this build."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    begun = Path(app.outdir, output_folder.FILES).stat().st_mtime_ns
    paths = map(builder.get_output_path, docnames)
    return any(not path.exists() or path.stat().st_mtime_ns < begun for path in paths)
