"""Previews of works: a file each, which a script loads when a citation is pointed at.

A file is a script rather than a page or JSON: browsers read it from a folder as well as from a
server, and a content security policy of ``script-src 'self'`` lets it through. What it holds is
written once and not into each page that cites the work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from papernotes.citations.ids import preview_name
from papernotes.domain import PaperNotesDomain
from papernotes.incremental.digests import Digests
from papernotes.rendering import note_card
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.resolver import face

FOLDER = "previews"


def write(app: Sphinx, digests: Digests, before: dict[str, str]) -> dict[str, str]:
    """Write the previews that are not those of *before*, and remove those of works that are gone.

    *before* and the result map the name of each preview to the digest of what it shows.
    """
    domain = PaperNotesDomain.of(app.env)
    keys = domain.catalogue.works if app.config.papernotes_previews else ()
    folder = Path(app.outdir, FOLDER)
    now = {preview_name(key): digests.preview(key) for key in keys}
    stale = [
        key
        for key in keys
        if before.get(name := preview_name(key)) != now[name] or not _path(folder, name).exists()
    ]
    if stale:
        folder.mkdir(exist_ok=True)
    for key, html in zip(stale, _contents(app, domain, stale), strict=True):
        name = preview_name(key)
        script = f"papernotes.preview({json.dumps(name)}, {json.dumps(html)});\n"
        _path(folder, name).write_text(script, encoding="utf-8")
    for name in before.keys() - now.keys():
        _path(folder, name).unlink(missing_ok=True)
    return now


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.js"


def _contents(app: Sphinx, domain: PaperNotesDomain, keys: Iterable[str]) -> Iterator[str]:
    """Yield the HTML of each preview, with links as from the front page."""
    root: str = app.config.root_doc
    contents = []
    for key in keys:
        note = domain.catalogue.notes.get(key)
        noted = face(domain, note, root) if note else None
        content = note_card.preview(domain.catalogue.papers[key], noted, root)
        for image in list(content.findall(nodes.image)):
            image.parent.remove(image)
        contents.append(content)
    for fragment in Renderer(app, root).fragments(contents):
        yield fragment.html
