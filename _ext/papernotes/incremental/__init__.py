"""Incremental builds: what is out of date, what can be trusted, and who writes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Tune the build, share its work among processes, and note what it fails to write."""
    from papernotes.incremental import pending, reading, tuning, writing

    tuning.configure_memory(app)
    tuning.drop_unseen_messages()
    # When others have said what is to be read (500).
    app.connect("env-before-read-docs", pending.note_reading, priority=900)
    reader = reading.Reader(app)
    # Behind all handlers that change what is to be read.
    app.connect("env-before-read-docs", reader.read, priority=999)
    app.connect("env-updated", reader.return_read, priority=999)
    writing.setup(app)
    app.connect("write-started", pending.watch_refused_files)
