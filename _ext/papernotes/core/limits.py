"""Limits on what authors' files may nest, so that no parser exhausts the stack."""

from __future__ import annotations

import re
from typing import Any

import yaml

# More than people write, and less than the parsers of YAML, LaTeX and formulas survive.
MAX_DEPTH = 200
# Characters of a value of a bibliography, whose LaTeX takes some 0.1 ms each.
MAX_VALUE = 20_000

# What a message quotes at most.
_LONGEST = 200


def shortened(text: str) -> str:
    """Return *text* for a message, which ends early where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# What can begin a level of YAML; one level of a block takes a line of its own, or such a sign.
_LEVELS = re.compile(r"[\[{\n]|[-?:](?=\s)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def is_deep_yaml(source: str, loader: Any) -> bool:
    """Return whether the YAML *source*, up to its first fault, nests too deeply to be composed.

    PyYAML composes nodes by recursion, in C without a limit. Its *loader* finds events without.
    """
    if len(_LEVELS.findall(source)) <= MAX_DEPTH:
        return False
    depth = 0
    try:
        for event in yaml.parse(source, loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                return True
    except (yaml.YAMLError, ValueError, OverflowError):
        pass
    return False


def is_deep_latex(source: str) -> bool:
    """Return whether the braces of *source* nest too deeply to be parsed."""
    if source.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _BRACE.finditer(source):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False
