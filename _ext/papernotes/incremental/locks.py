"""A lock that lets one build at a time into a folder.

It is the system's lock (``flock``) on a file in the folder. Forked processes inherit it, so that it
lasts until the last of them has written its pages, even if the parent was killed. The library
filelock closes inherited locks in forked processes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import IO

from sphinx.util import logging

from papernotes.i18n import _

try:
    import fcntl
except ImportError:  # pragma: no cover  # Windows has no such locks, and forks no processes
    fcntl = None  # type: ignore[assignment]

NAME = ".papernotes.lock"
# The number of a process may be that of another, in another container with the same folder.
_RUN = secrets.token_hex(8)

logger = logging.getLogger(__name__)


def hold(folder: Path) -> contextlib.ExitStack:
    """Wait until no other process builds in *folder*; closing the result releases the folder."""
    held = contextlib.ExitStack()
    if fcntl is None:
        return held
    folder.mkdir(parents=True, exist_ok=True)
    # Closed by the caller, or at the end of the process.
    file = held.enter_context((folder / NAME).open("a+", encoding="ascii"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if _holder(file) == _me():
            # Left by a build in this process that never ran, or whose end Sphinx did not announce.
            return held
        logger.info(_("another build is at work in %s: waiting for its end"), folder)
        fcntl.flock(file, fcntl.LOCK_EX)
    file.truncate(0)
    file.write(_me())
    file.flush()
    # What is in the file would make the output folders of two builds differ.
    held.callback(file.truncate, 0)
    return held


def _me() -> str:
    return f"{os.getpid()} {_RUN}"


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
