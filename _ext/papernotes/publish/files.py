"""Files beside the pages: written when what they say has changed, removed when they are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.domain import PaperNotesDomain
from papernotes.incremental import output_folder


@dataclass(frozen=True, slots=True)
class File:
    """A file of the output: its name, relative to the output folder, with slashes.

    ``source`` is equal when the file is; ``content`` makes it.
    """

    name: str
    source: object
    content: Callable[[], bytes]


def write(app: Sphinx, files: Iterable[File], before: dict[str, str]) -> dict[str, str]:
    """Write the files that are not those of *before*.

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
    return now


def is_extra(app: Sphinx, name: str) -> bool:
    """Return whether ``html_extra_path`` holds the file *name*."""
    return any(
        Path(app.confdir, extra, name).is_file()
        or (Path(extra).name == name and Path(app.confdir, extra).is_file())
        for extra in app.config.html_extra_path
    )


def remove(app: Sphinx, gone: Iterable[str]) -> None:
    """Remove the files *gone*, which have been written once, but for what has come in their place.

    A note can have come back to the name that led on from it, or a tag can have got that name.
    """
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    names = app.env.found_docs | PaperNotesDomain.of(app.env).archives.pages.keys()
    pages = {Path(builder.get_output_path(name)) for name in names}
    for name in sorted(gone):
        path = Path(app.outdir, name)
        if path not in pages and not is_extra(app, name):
            output_folder.remove(path, Path(app.outdir))
