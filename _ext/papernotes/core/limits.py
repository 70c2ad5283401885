"""Limits on what authors' files may nest, so that no parser exhausts the stack."""

from __future__ import annotations

# More than people write, and less than the parsers of YAML, LaTeX and formulas survive.
MAX_DEPTH = 200

# What a message quotes at most.
_LONGEST = 200


def shortened(text: str) -> str:
    """Return *text* for a message, which ends early where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
