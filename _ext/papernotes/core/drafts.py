"""Find the line that makes a document a draft, even in front matter that cannot be parsed.

Whatever else is wrong with the front matter of a draft, the draft must stay private.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

# The fences of YAML and TOML.
_FENCE = re.compile(r"(?:-{3}|\+{3})\s*$")
_NO = r"""["']?(?:false|no|off|null|~|)["']?\s*+(?:#.*)?$"""
_DRAFT = re.compile(rf"""["']?draft["']?\s*+[:=](?!\s*+{_NO})""", re.IGNORECASE)


def says_draft(lines: Sequence[str]) -> bool:
    """Return whether a line at the beginning of a document, between fences, says so.

    Empty lines may stand above the first fence.
    """
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.match(lines[start]):
        return False
    front = itertools.takewhile(
        lambda line: not _FENCE.match(line), itertools.islice(lines, start + 1, None)
    )
    return any(map(_DRAFT.match, front))
