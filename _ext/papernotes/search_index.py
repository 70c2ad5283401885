"""Sphinx's search index, without words that stand nowhere.

Sphinx leaves a word that its last page has lost in the index, with an empty list of pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.search import js_index

from .caches import write_whole

NAME = "searchindex.js"


def mend(outdir: Path) -> None:
    """Take words without pages out of the index in *outdir*, if there is one."""
    path = outdir / NAME
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    if ":[]" not in text:
        return
    index: dict[str, Any] = js_index.loads(text)
    for kind in ("terms", "titleterms"):
        index[kind] = {word: pages for word, pages in index[kind].items() if pages != []}
    write_whole(path, js_index.dumps(index))
