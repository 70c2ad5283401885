"""Garbage collection and messages during a build.

Python runs its cyclic garbage collector whenever the number of allocated objects exceeds the number
of freed ones by 700 (https://docs.python.org/3/library/gc.html). A build allocates millions of
objects that stay. Collecting would take a fifth of its time, and a quarter when it loads them from
an earlier build. So it runs rarely, at the price of some memory, and leaves alone what was loaded
at the beginning. At the end of the process, where Python would search all of them once more, it
does not run at all.

Sphinx makes a message for debugging of each event, 50 for a document, which its handlers drop.
"""

from __future__ import annotations

import atexit
import gc
from logging import getLogger

from sphinx.application import Sphinx
from sphinx.util import logging

# How many more objects are allocated than freed before Python collects garbage.
OBJECTS = 50_000


def configure_memory(app: Sphinx) -> None:
    """Tune garbage collection for this build."""
    threshold, *others = gc.get_threshold()

    def finish(app: Sphinx, exception: Exception | None) -> None:
        gc.set_threshold(threshold, *others)
        # Another build may follow in this process.
        gc.unfreeze()

    # A higher threshold, or 0 for no collection, was set by somebody else and stays.
    if 0 < threshold < OBJECTS:
        gc.set_threshold(OBJECTS, *others)
    # What an earlier build has left is loaded, and stays.
    app.connect("builder-inited", lambda app: gc.freeze())
    app.connect("build-finished", finish, priority=999)
    # Once, however many builds there are.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


def drop_unseen_messages() -> None:
    """Have Sphinx make no messages that none of its handlers shows, until it is set up again."""
    logger = getLogger(logging.NAMESPACE)
    seen = min((handler.level for handler in logger.handlers), default=0)
    logger.setLevel(max(seen, logger.level))
