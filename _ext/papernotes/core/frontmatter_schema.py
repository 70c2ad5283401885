"""The JSON schema of a note's front matter, for editors.

``frontmatter.schema.json`` is this schema as a file, written by ``python
tests/core/test_frontmatter_schema.py``. Editors check with it while an author types. It accepts
whatever the parser accepts, and rejects most of what the parser reports.
"""

from __future__ import annotations

from typing import Any

from papernotes.core.frontmatter import ACKNOWLEDGED, FIELDS, LANGUAGE_TAG

# Editors support this draft most widely: Ajv takes no later one without being told.
_DRAFT = "http://json-schema.org/draft-07/schema#"

# These patterns are valid in Python and, with and without the flag "u", in JavaScript.
_VISIBLE = r"\S"
_KEY = r"^\s*[^\s,]([^,]*[^\s,])?\s*$"
_DAY = r"^\s*\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\s*$"
# The parser also looks at each part of a path.
_PAGE = r'^[^\\:?#*"<>|]*[^\\:?#*"<>|/.\s][^\\:?#*"<>|]*$'

# The parser takes a field without a value for a missing one.
_VALUES: dict[str, dict[str, Any]] = {
    "paper": {
        "type": ["string", "array"],
        "pattern": _KEY,
        "items": {"type": "string", "pattern": _KEY},
        "minItems": 1,
        "uniqueItems": True,
    },
    "tags": {"type": ["array", "null"], "items": {"type": "string", "pattern": _VISIBLE}},
    "read": {"type": ["string", "null"], "pattern": _DAY},
    "draft": {"type": ["boolean", "null"]},
    "summary": {"type": ["string", "null"]},
    "deck": {"type": ["string", "null"]},
    "lang": {"type": ["string", "null"], "pattern": rf"^\s*{LANGUAGE_TAG}\s*$"},
    "picture": {"type": ["string", "boolean", "null"]},
    "main": {"type": ["boolean", "null"]},
    "retraction": {"type": ["string", "null"], "pattern": rf"^\s*{ACKNOWLEDGED}\s*$"},
    "redirect_from": {
        "type": ["array", "null"],
        "items": {"type": ["string", "number"], "pattern": _PAGE},
    },
}


def schema() -> dict[str, Any]:
    """Return the schema, with a property for each of ``FIELDS``.

    It allows other keys, which MyST reads.
    """
    return {
        "$schema": _DRAFT,
        "title": "Front matter of a note on a research paper",
        "type": "object",
        "required": ["paper"],
        "properties": {
            name: {"description": description, **_VALUES[name]}
            for name, description in FIELDS.items()
        },
    }
