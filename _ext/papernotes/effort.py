"""What a build after an edit need not do: look for garbage all the time, and ask other processes.

Python counts the objects that are made and not freed, and after each 700 looks for those that hold
each other in circles (https://docs.python.org/3/library/gc.html). A build after an edit loads
millions that stay, and would spend a quarter of its time on that. One that reads many documents
leaves as many circles behind, and memory that is not freed soon. When all is read, what there is
stays to the end, and is not looked at again.

Sphinx has even one document read by another process, if it may use several, and takes over what it
has read with all that it has of other documents. That takes longer than the reading of a few.
"""

from __future__ import annotations

import gc

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OBJECTS = 50_000
# How many documents are few.
FEW = 20


def spare(app: Sphinx) -> None:
    """Have *app* spare itself that, until it has many documents to read."""
    threshold, *others = gc.get_threshold()
    processes = app.parallel

    def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        if len(docnames) > FEW:
            gc.set_threshold(threshold, *others)
        else:
            app.parallel = 1

    def read(app: Sphinx, env: BuildEnvironment) -> None:
        # What shows these documents may be many pages.
        app.parallel = processes
        # What has been read stays to the end; writing makes garbage enough to look through.
        if gc.isenabled():
            gc.collect()
            gc.freeze()

    def finish(app: Sphinx, exception: Exception | None) -> None:
        gc.unfreeze()
        gc.set_threshold(threshold, *others)

    # Where somebody has said otherwise, or has it switched off, that stands.
    if 0 < threshold < OBJECTS:
        gc.set_threshold(OBJECTS, *others)
    app.connect("env-before-read-docs", begin)
    app.connect("env-updated", read, priority=0)
    app.connect("build-finished", finish, priority=999)
