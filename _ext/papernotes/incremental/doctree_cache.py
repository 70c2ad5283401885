"""Sphinx's cache of doctrees, and whether it can be trusted.

Sphinx uses the doctrees and the environment as it finds them. After a build that was killed, or
when something else has changed a file of the cache, the next build reads everything again.
"""

from __future__ import annotations

import json
from pathlib import Path

from papernotes.core.files import below

MARK = "papernotes.json"
ENVIRONMENT = "environment.pickle"


def discard_unfinished(doctreedir: Path) -> None:
    """Make Sphinx read everything again unless the last build in *doctreedir* was finished.

    Until :func:`mark_finished` is called, the build that begins here counts as unfinished.
    """
    mark = doctreedir / MARK
    try:
        finished = json.loads(mark.read_text(encoding="utf-8")) == _stamps(doctreedir)
    except (OSError, ValueError):
        finished = False
    if not finished:
        (doctreedir / ENVIRONMENT).unlink(missing_ok=True)
    mark.unlink(missing_ok=True)


def mark_finished(doctreedir: Path) -> None:
    """Record the files in *doctreedir* as those of a finished build."""
    write_whole(doctreedir / MARK, json.dumps(_stamps(doctreedir)))


def write_whole(path: Path, text: str) -> None:
    """Write *text* to *path* atomically: readers see the old or the new content."""
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _stamps(doctreedir: Path) -> dict[str, list[int]]:
    """Return size and modification time of the environment and of each doctree."""
    doctrees = (name for name in below(doctreedir) if name.endswith(".doctree"))
    found = {}
    for name in [ENVIRONMENT, *sorted(doctrees)]:
        stat = Path(doctreedir, name).stat()
        found[name] = [stat.st_size, stat.st_mtime_ns]
    return found
