"""Incremental builds: what is out of date, what can be trusted, and who writes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Tune the build, and note what it reads and fails to write."""
    from papernotes.incremental import pending, tuning

    tuning.configure_memory(app)
    # When others have said what is to be read (500).
    app.connect("env-before-read-docs", pending.note_reading, priority=900)
    app.connect("write-started", pending.watch_refused_files)
