"""What Sphinx keeps between builds, and when it can be trusted.

Sphinx takes the doctrees and the environment as it finds them. Here a build that was killed, or a
file that something else has cut short or written over, has the next build start afresh.
"""

from __future__ import annotations

import json
from pathlib import Path

MARK = "papernotes.json"
ENVIRONMENT = "environment.pickle"


def discard_unfinished(doctreedir: Path) -> None:
    """Have Sphinx start afresh unless the last build in *doctreedir* came to its end.

    From here on until ``finish`` it has not.
    """
    mark = doctreedir / MARK
    try:
        whole = json.loads(mark.read_text(encoding="utf-8")) == _stamps(doctreedir)
    except (OSError, ValueError):
        whole = False
    if not whole:
        (doctreedir / ENVIRONMENT).unlink(missing_ok=True)
    mark.unlink(missing_ok=True)


def mark_finished(doctreedir: Path) -> None:
    """Keep what the files in *doctreedir* look like at the end of a build."""
    write_whole(doctreedir / MARK, json.dumps(_stamps(doctreedir)))


def write_whole(path: Path, text: str) -> None:
    """Put *text* into a file so that, at any moment, it holds the old or the new."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _stamps(doctreedir: Path) -> dict[str, list[int]]:
    """Return size and time of each doctree and of the environment."""
    found = {}
    for path in [doctreedir / ENVIRONMENT, *sorted(doctreedir.rglob("*.doctree"))]:
        stat = path.stat()
        found[path.relative_to(doctreedir).as_posix()] = [stat.st_size, stat.st_mtime_ns]
    return found
