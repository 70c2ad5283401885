"""Files of the author's that no document names: pictures of cards, and what entries link to."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from papernotes import pictures
from papernotes.domain import PaperNotesDomain
from papernotes.domain.domain import PAPER_FILES
from papernotes.publish.files import File


def files(app: Sphinx) -> Iterator[File]:
    """Yield the files."""
    yield from _pictures(app)
    for name in sorted(PaperNotesDomain.of(app.env).paper_files):
        file = Path(app.srcdir, name)
        # These can be large, so that they are not read in each build.
        status = file.stat()
        stamp = (status.st_size, status.st_mtime_ns)
        yield File(f"{PAPER_FILES}/{name}", stamp, functools.partial(_public, file))


def _public(file: Path) -> bytes:
    """Return the content of *file*; a picture tells nothing of its author."""
    return pictures.without_metadata(file.read_bytes())


def _pictures(app: Sphinx) -> Iterator[File]:
    """Yield the pictures of cards that are scaled, or that notes do not show."""
    domain = PaperNotesDomain.of(app.env)
    queries = (query for record in domain.records.values() for query in record.page.queries)
    if not (app.config.papernotes_card_pictures or any(query.pictures for query in queries)):
        return
    found = (domain.noted(note).picture for note in domain.catalogue.notes)
    paths = {path for picture in found if picture and picture.apart for path in picture.files}
    for path in sorted(paths):
        file = Path(app.srcdir, path)
        digest = hashlib.blake2b(file.read_bytes()).hexdigest()
        name = f"_images/cards/{app.env.images[path][1]}"
        yield File(name, digest, functools.partial(pictures.scaled, file))
