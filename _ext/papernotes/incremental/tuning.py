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

Sphinx keeps a document that it has read in memory until its page is written, though it has stored
it as well. That spares a site of some size the loading. Of a very large one it keeps only so many,
and after as many pages it looks for garbage among all: Python does that when much has come that
stays, and while pages are written little does, so that their documents would stay to the end.
"""

from __future__ import annotations

import gc

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OBJECTS = 50_000
DOCUMENTS = 1_000
# Beside the build of so many, a second process and Pagefind find room in the two gigabytes of a
# hosted builder.
SEVERAL = 2_500


def configure_memory(app: Sphinx) -> None:
    """Have *app* spare itself that."""
    threshold, *others = gc.get_threshold()
    processes = app.parallel
    pages: set[str] = set()

    def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        app.parallel = 1

    def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        # Before each document that is read; Sphinx has no public name for it.
        held: dict[str, nodes.document] = getattr(env, "_write_doc_doctree_cache", {})
        if len(held) >= DOCUMENTS:
            held.clear()

    def resolved(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        # Parts of pages are resolved on their own, too.
        if docname not in pages:
            pages.add(docname)
            if len(pages) % DOCUMENTS == 0 and gc.isenabled():
                gc.collect()

    def read(app: Sphinx, env: BuildEnvironment) -> None:
        app.parallel = processes

    def finish(app: Sphinx, exception: Exception | None) -> None:
        gc.set_threshold(threshold, *others)

    # Where somebody has said otherwise, or has it switched off, that stands.
    if 0 < threshold < OBJECTS:
        gc.set_threshold(OBJECTS, *others)
    app.connect("env-before-read-docs", begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", read, priority=0)
    app.connect("doctree-resolved", resolved)
    app.connect("build-finished", finish, priority=999)
