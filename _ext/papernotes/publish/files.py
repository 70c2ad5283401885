"""Files beside the pages: written if their content has changed, removed if they are obsolete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.domain import PaperNotesDomain
from papernotes.incremental import output_folder


@dataclass(frozen=True, slots=True)
class File:
    """A file in the output folder.

    ``name`` is relative to the output folder, with slashes. ``source`` is a value whose ``repr``
    changes whenever the content does. ``content`` returns the content.
    """

    name: str
    source: object
    content: Callable[[], bytes]


def call(name: str, data: object) -> bytes:
    """Return a script that hands *data* to the function ``papernotes.`` *name*."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # JSON may contain these, but they end a line in JavaScript before ECMAScript 2019.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"papernotes.{name}({text});\n".encode()


def changed(
    app: Sphinx, files: Iterable[File], last_digests: dict[str, str]
) -> tuple[dict[str, str], list[File]]:
    """Return the digest of each file's source by name, and the files that have changed.

    *last_digests* are those of the last build. A file that ``html_extra_path`` provides is left
    alone.
    """
    outdir = Path(app.outdir)
    digests: dict[str, str] = {}
    found = []
    for file in files:
        if is_extra(app, file.name):
            continue
        digest = hashlib.blake2b(repr(file.source).encode(), digest_size=16).hexdigest()
        digests[file.name] = digest
        if last_digests.get(file.name) != digest or not (outdir / file.name).exists():
            found.append(file)
    return digests, found


def write(app: Sphinx, files: Iterable[File]) -> None:
    """Write *files*."""
    for file in files:
        path = Path(app.outdir, file.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content())


def is_extra(app: Sphinx, name: str) -> bool:
    """Return whether ``html_extra_path`` provides the file *name*."""
    return any(
        Path(app.confdir, extra, name).is_file()
        or (Path(extra).name == name and Path(app.confdir, extra).is_file())
        for extra in app.config.html_extra_path
    )


def remove(app: Sphinx, obsolete: Iterable[str]) -> None:
    """Remove the *obsolete* files of an earlier build, unless a page has taken their place.

    For example, a note may return to a name that redirected to it, or a tag may get that name.
    """
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    obsolete = sorted(obsolete)
    if not obsolete:
        return
    names = app.env.found_docs | PaperNotesDomain.of(app.env).archives.pages.keys()
    pages = {Path(builder.get_output_path(name)) for name in names}
    for name in obsolete:
        path = Path(app.outdir, name)
        if path not in pages and not is_extra(app, name):
            output_folder.remove(path, Path(app.outdir))
