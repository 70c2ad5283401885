"""Ids, anchors and file names derived from citation keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from docutils import nodes
from docutils.nodes import make_id

# File systems allow 255 bytes in a name.
_LONGEST = 100


def preview_name(key: str) -> str:
    """Return the name, for files and attributes, of the preview of what has the key or id *key*."""
    name = make_id(key)[:_LONGEST]
    if name == key:
        return name
    digest = hashlib.blake2b(key.encode(), digest_size=4).hexdigest()
    return f"{name}-{digest}" if name else digest


def distinct_ids(prefix: str, keys: Iterable[str]) -> dict[str, str]:
    """Return a distinct id for each of *keys*, made of *prefix* and the key."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        base = candidate = f"{prefix}-{make_id(key) or 'work'}"
        number = 2
        while candidate in taken:
            candidate = f"{base}-{number}"
            number += 1
        taken.add(candidate)
        ids[key] = candidate
    return ids


def latex_anchor(docname: str, id_: str) -> nodes.raw:
    """Return the target of the library's citations in LaTeX, which other formats ignore."""
    tex = f"\\hypertarget{{cite.{docname}:{id_}}}{{}}"
    return nodes.raw(tex, tex, format="latex")
