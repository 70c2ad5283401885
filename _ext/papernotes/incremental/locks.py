"""One build at a time in a folder.

The lock is the system's, on a file in the folder: it ends with the process that holds it and with
the processes that this one has forked, which may be writing pages still.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO

from sphinx.util import logging

from papernotes.i18n import _

try:
    import fcntl
except ImportError:  # pragma: no cover  # Windows, where nothing is forked, has no such locks
    fcntl = None  # type: ignore[assignment]

NAME = ".papernotes.lock"

logger = logging.getLogger(__name__)


def hold(folder: Path) -> contextlib.ExitStack:
    """Wait until no other process builds in *folder*, and return what ends the hold when closed."""
    held = contextlib.ExitStack()
    if fcntl is None:
        return held
    folder.mkdir(parents=True, exist_ok=True)
    # Closed by whoever holds it, or by the end of the process.
    file = held.enter_context((folder / NAME).open("a+", encoding="ascii"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        other = _holder(file)
        if other == str(os.getpid()):
            # Left by a build in this process that never ran, or was not told that it had ended.
            return held
        logger.info(_("another build is at work in %s: waiting for its end"), folder)
        fcntl.flock(file, fcntl.LOCK_EX)
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    # The output folders of two builds are to be equal.
    held.callback(file.truncate, 0)
    return held


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
