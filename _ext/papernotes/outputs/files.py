"""Files beside the pages: written when what they say has changed, removed when they are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes import folders


@dataclass(frozen=True, slots=True)
class File:
    """A file of the output: its name, relative to the output folder, with slashes.

    ``source`` is equal when the file is; ``content`` makes it.
    """

    name: str
    source: object
    content: Callable[[], bytes]


def write(app: Sphinx, files: Iterable[File], before: dict[str, str]) -> dict[str, str]:
    """Write the files that are not those of *before*, and remove those that are gone.

    *before* and the result map the name of each file to the digest of its source. A file that the
    author puts in its place, through ``html_extra_path``, is left alone.
    """
    outdir = Path(app.outdir)
    now: dict[str, str] = {}
    for file in files:
        if is_extra(app, file.name):
            continue
        digest = hashlib.blake2b(repr(file.source).encode(), digest_size=16).hexdigest()
        now[file.name] = digest
        path = outdir / file.name
        if before.get(file.name) != digest or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content())
    gone = sorted(before.keys() - now.keys())
    if gone:
        _remove(app, gone)
    return now


def is_extra(app: Sphinx, name: str) -> bool:
    """Return whether ``html_extra_path`` holds the file *name*."""
    return any(
        Path(app.confdir, extra, name).is_file()
        or (Path(extra).name == name and Path(app.confdir, extra).is_file())
        for extra in app.config.html_extra_path
    )


def _remove(app: Sphinx, names: Iterable[str]) -> None:
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    # A note can have come back to the name that led on from it.
    pages = {Path(builder.get_output_path(docname)) for docname in app.env.found_docs}
    for name in names:
        path = Path(app.outdir, name)
        if path in pages or is_extra(app, name):
            continue
        folders.remove(path, Path(app.outdir))
