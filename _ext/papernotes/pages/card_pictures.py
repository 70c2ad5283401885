"""The pictures of cards that are files of their own: scaled, or of notes that do not show them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from papernotes import pictures
from papernotes.domain import PaperNotesDomain
from papernotes.publish.files import File


def files(app: Sphinx) -> Iterator[File]:
    """Yield the files, if a list of the site shows pictures on cards."""
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
