"""Pages that a build was to write and has not; they are left to the next.

Where Sphinx is given files on its command line, it reads all that has changed, and writes the pages
of those files alone. And a file that the disk has no place for is a warning of Sphinx's, with which
the build goes on to its end.
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

# By what names Sphinx logs; the second is that of the module that writes pages and copies files.
_SPHINX = logging.getLogger("sphinx")
_WRITER = "sphinx.sphinx.builders.html"


class _Refusals(logging.Handler):
    """Notes in the domain that a file could not be written.

    While pages are written, the module warns of little else. Its warnings come from other processes
    as text, without the error in them.
    """

    def __init__(self, domain: PaperNotesDomain) -> None:
        super().__init__(logging.WARNING)
        self.domain = domain

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _WRITER:
            self.domain.refused = True


def watch_refused_files(app: Sphinx, builder: Builder) -> None:
    """Note whether a file cannot be written, from here to the end of the build."""
    refusals = _Refusals(PaperNotesDomain.of(app.env))
    _SPHINX.addHandler(refusals)
    app.connect("build-finished", lambda app, exception: _SPHINX.removeHandler(refusals))


def note_reading(app: Sphinx, env: object, docnames: list[str]) -> None:
    """Keep for this build which documents it reads."""
    PaperNotesDomain.of(app.env).read = frozenset(docnames)


def unwritten_state(app: Sphinx, state: State, before: State) -> State:
    """Return *state*, that of the end of a build, so that the next writes what this one has not.

    If that is anything, it writes all: what else depended on those pages is not known any more.
    """
    domain = PaperNotesDomain.of(app.env)
    stale = {
        name
        for name, digest in state.pages.items()
        if (before.pages.get(name), before.changed.get(name)) != (digest, state.changed.get(name))
    }
    if not domain.refused and not _is_any_older(app, domain.read | stale):
        return state
    return replace(state, pages=dict.fromkeys(state.pages, ""), made=dict.fromkeys(state.made, ""))


def _is_any_older(app: Sphinx, docnames: Iterable[str]) -> bool:
    """Return whether the page of one of the documents is older than the build."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    begun = Path(app.outdir, output_folder.FILES).stat().st_mtime_ns
    paths = map(builder.get_output_path, docnames)
    return any(not path.exists() or path.stat().st_mtime_ns < begun for path in paths)
