"""Documents are read by several processes, with the records and warnings of one.

Sphinx's own way sends the whole environment to and fro after every ten documents. Here each process
reads one run of documents. All are forked before any has ended, and each sends back one
environment.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes.incremental import parallel
from papernotes.incremental.document_settings import document_reader
from papernotes.reporting import named_document

# The environment is sent whole. Up to this many known documents for one that is read, that pays.
_KNOWN = 10


class Reader:
    """Reads the documents of one build in Sphinx's place."""

    def __init__(self, app: Sphinx) -> None:
        self._processes = app.parallel
        if self._processes > 1 and not parallel.CAN_FORK:
            parallel.logger.info("this system cannot fork processes safely: one builds the site")
        self._read: list[str] = []

    def read(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Read *docnames*, and leave none for Sphinx."""
        self._read = list(docnames)
        docnames.clear()
        for name in self._read:
            # Otherwise a name that has moved from one document to another would be there twice.
            app.events.emit("env-purge-doc", env, name)
            env.clear_doc(name)
        pays = len(env.all_docs) <= _KNOWN * len(self._read) and all(
            extension.parallel_read_safe for extension in app.extensions.values()
        )
        processes = parallel.useful(len(self._read), self._processes if pays else 1)
        parts = _parts(env, self._read, processes)

        read_document = document_reader()

        def read(name: str) -> None:
            # Without keeping the document in memory until it is written.
            with named_document(env, name):
                read_document(app.builder, name, _cache=False)

        shares = parallel.share(
            self._read,
            read,
            processes=processes,
            title="reading sources... ",
            hand_back=lambda: env,
            parts=parts,
        )
        for part, done in zip(parts, shares, strict=False):
            names = frozenset(self._read[part.start : part.stop])
            if done.result is not None and _clash(env, done.result, names):
                # Whoever reads them all finds the names that stand in documents of two parts.
                for name in self._read[part.start : part.stop]:
                    read(name)
                continue
            if done.result is not None:
                env.merge_info_from(names, done.result, app)
            parallel.show([done])
        # Sphinx would warn that extensions cannot read nothing in several processes.
        app.parallel = 1

    def return_read(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return the documents that have been read and not left out since, for Sphinx to write."""
        app.parallel = self._processes
        return [name for name in self._read if name in env.found_docs]


def _parts(env: BuildEnvironment, names: Sequence[str], count: int) -> list[range]:
    """Return *count* runs of the numbers of *names*, whose files are about as long together."""
    sizes = [Path(env.doc2path(name)).stat().st_size + 1 for name in names]
    ends = list(itertools.accumulate(sizes))
    bounds = [bisect.bisect_left(ends, ends[-1] * number / count) for number in range(1, count)]
    return [range(*pair) for pair in itertools.pairwise([0, *bounds, len(names)])]


def _clash(env: BuildEnvironment, other: BuildEnvironment, docnames: Set[str]) -> bool:
    """Return whether a name, such as a label, is in *docnames*, as *other* knows, and elsewhere."""
    for domain, data in env.domaindata.items():
        for kind, table in data.items():
            theirs = other.domaindata.get(domain, {}).get(kind)
            if not (isinstance(table, dict) and isinstance(theirs, dict)):
                continue
            for name in table.keys() & theirs.keys():
                if _is_of(theirs[name], docnames) and not _is_of(table[name], docnames):
                    return True
    return False


def _is_of(place: Any, docnames: Set[str]) -> bool:
    """Return whether a domain's record of a *place* names one of *docnames*."""
    parts = place if isinstance(place, tuple) else (getattr(place, "docname", None),)
    return any(isinstance(part, str) and part in docnames for part in parts)
