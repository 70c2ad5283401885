"""What a build need not do: look for garbage all the time, and have other processes read.

Python counts the objects that are made and not freed, and after each 700 looks for those that hold
each other in circles (https://docs.python.org/3/library/gc.html). A build makes millions that stay,
and would spend a fifth of its time on that, a quarter where it loads them from an earlier one. So
it looks rarely, at the price of some memory. (To freeze what has been read saves more time, and
keeps all doctrees in memory, which are circles.)

Where Sphinx may use several processes, each reads ten documents and sends back with them all that
it has of others, which is taken apart and thrown away. That grows with the square of the site: on
two cores, 1,000 notes take longer to read by two processes than by one. Pages are still written by
all.
"""

from __future__ import annotations

import gc

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OBJECTS = 50_000


def spare(app: Sphinx) -> None:
    """Have *app* spare itself that."""
    threshold, *others = gc.get_threshold()
    processes = app.parallel

    def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        app.parallel = 1

    def read(app: Sphinx, env: BuildEnvironment) -> None:
        app.parallel = processes

    def finish(app: Sphinx, exception: Exception | None) -> None:
        gc.set_threshold(threshold, *others)

    # Where somebody has said otherwise, or has it switched off, that stands.
    if 0 < threshold < OBJECTS:
        gc.set_threshold(OBJECTS, *others)
    app.connect("env-before-read-docs", begin)
    app.connect("env-updated", read, priority=0)
    app.connect("build-finished", finish, priority=999)
