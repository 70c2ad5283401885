"""What Sphinx keeps between builds, and when it can be trusted.

Sphinx takes the doctrees and the environment as it finds them. Here a build that was killed, or a
file that something else has cut short or written over, has the next build start afresh; and a
document is known by what it holds, and not by the time of its file alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Set
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector

MARK = "papernotes.json"
ENVIRONMENT = "environment.pickle"


def begin(doctreedir: Path) -> None:
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


def finish(doctreedir: Path) -> None:
    """Keep what the files in *doctreedir* look like at the end of a build."""
    beside = (doctreedir / MARK).with_suffix(".new")
    beside.write_text(json.dumps(_stamps(doctreedir)), encoding="utf-8")
    beside.replace(doctreedir / MARK)


def _stamps(doctreedir: Path) -> dict[str, list[int]]:
    """Return size and time of each doctree and of the environment."""
    found = {}
    for path in [doctreedir / ENVIRONMENT, *sorted(doctreedir.rglob("*.doctree"))]:
        stat = path.stat()
        found[path.relative_to(doctreedir).as_posix()] = [stat.st_size, stat.st_mtime_ns]
    return found


class SourceCollector(EnvironmentCollector):
    """Keeps a digest of each document's file and of all that it includes or shows."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget *docname*."""
        _digests(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process has read of *docnames*."""
        theirs = _digests(other)
        _digests(env).update((name, theirs[name]) for name in docnames if name in theirs)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Keep the digest of the document that has just been read."""
        env = app.env
        _digests(env)[env.docname] = _digest(env, env.docname, {})

    def get_outdated_docs(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Return the documents that are no longer what was read, whatever the time of their files.

        Sphinx finds only those with a newer time than when they were read.
        """
        known: dict[Path, bytes] = {}
        return [
            name
            for name, digest in sorted(_digests(env).items())
            if name in env.found_docs
            and name not in changed
            and digest != _digest(env, name, known)
        ]


def _digests(env: BuildEnvironment) -> dict[str, bytes]:
    """Return the digests by document; they live beside those of Sphinx's own collectors."""
    if not hasattr(env, "papernotes_sources"):
        env.papernotes_sources = {}  # type: ignore[attr-defined]
    found: dict[str, bytes] = env.papernotes_sources  # type: ignore[attr-defined]
    return found


def _digest(env: BuildEnvironment, docname: str, known: dict[Path, bytes]) -> bytes:
    """Return the digest of what *docname* is made of; *known* are those of files in this build."""
    paths = sorted({Path(path) for path in env.dependencies.get(docname, ())})
    return _of([_file(Path(env.doc2path(docname)), known), *(_file(path, known) for path in paths)])


def _file(path: Path, known: dict[Path, bytes]) -> bytes:
    if path not in known:
        try:
            known[path] = _of([path.read_bytes()])
        except OSError:
            known[path] = b""
    return known[path]


def _of(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.digest()
