"""Garbage collection, parallel reading and the number of documents in memory.

Python runs its cyclic garbage collector whenever the number of allocated objects exceeds the number
of freed ones by 700 (https://docs.python.org/3/library/gc.html). A build allocates millions of
objects that stay. Collecting would take a fifth of its time, and a quarter when it loads them from
an earlier build. So it runs rarely, at the price of some memory. (``gc.freeze`` after reading saves
more time, but keeps all doctrees in memory, since they are cyclic.)

When Sphinx reads with several processes, each of them sends back its whole environment after every
ten documents, and Sphinx throws most of it away. The cost grows with the square of the number of
documents: on two cores, two processes read 1,000 notes more slowly than one. So one process reads;
all of them write.

Sphinx keeps each document in memory from reading to writing, although it is stored on disk as well.
That saves loading it again. A very large site keeps only some of them, and collects garbage after
as many pages: while pages are written, few objects stay, so that Python would not run its collector
and the documents of written pages would stay in memory.
"""

from __future__ import annotations

import gc

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# How many more objects are allocated than freed before Python collects garbage.
OBJECTS = 50_000
# How many documents stay in memory between reading and writing.
DOCUMENTS = 1_000
# Up to this many documents, a second process and Pagefind fit beside the build into the two
# gigabytes of a hosted builder.
SEVERAL = 2_500


def configure_memory(app: Sphinx) -> None:
    """Tune garbage collection and parallel reading for this build."""
    threshold, *others = gc.get_threshold()
    processes = app.parallel
    pages: set[str] = set()

    def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        app.parallel = 1

    def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        # Called before each document is read. Sphinx has no public name for this cache.
        cache: dict[str, nodes.document] = getattr(env, "_write_doc_doctree_cache", {})
        if len(cache) >= DOCUMENTS:
            cache.clear()

    def resolved(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        # The event is also emitted for parts of pages.
        if docname not in pages:
            pages.add(docname)
            if len(pages) % DOCUMENTS == 0 and gc.isenabled():
                gc.collect()

    def read(app: Sphinx, env: BuildEnvironment) -> None:
        app.parallel = processes

    def finish(app: Sphinx, exception: Exception | None) -> None:
        gc.set_threshold(threshold, *others)

    # A higher threshold, or 0 for no collection, was set by somebody else and stays.
    if 0 < threshold < OBJECTS:
        gc.set_threshold(OBJECTS, *others)
    app.connect("env-before-read-docs", begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", read, priority=0)
    app.connect("doctree-resolved", resolved)
    app.connect("build-finished", finish, priority=999)
