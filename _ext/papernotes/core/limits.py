"""Limits on what authors' files may nest, so that no parser exhausts the stack."""

from __future__ import annotations

import itertools
import re
from typing import Any

import yaml

from papernotes.core.diagnostics import Diagnostic, DiagnosticKind

# More than people write, and less than the parsers of YAML, LaTeX and formulas survive.
MAX_DEPTH = 200
# Characters of a value of a bibliography, whose LaTeX takes some 0.1 ms each.
MAX_VALUE = 20_000
# Fields of front matter that MyST and docutils read, which take some 0.4 ms each; or its lines.
MAX_FIELDS = 2_000
# Tags of a note, each of which has a page that shows the card of the note with all of its tags.
MAX_TAGS = 100

# What a message quotes at most.
_LONGEST = 200


def shortened(text: str) -> str:
    """Return *text* for a message, which ends early where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# What can begin a level of YAML; one level of a block takes a line of its own, or such a sign.
_LEVELS = re.compile(r"[\[{\n]|[-?:](?=\s)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)

# Markdown is parsed in time that grows with the square of the marks in a paragraph, so that a
# hundred thousand brackets take minutes.
_MARK = re.compile(r"\\[(\[]|[\[\]*_`<$~@=!%&]")
_MAX_WORK = 10**8
# What begins a block of its own, and the marks of blocks in blocks.
_BLOCK = re.compile(r"[ \t>]*(?:[-*+|#]|\d+[.)]|$)")
_NESTED = re.compile(r"(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*+")
_NESTING = re.compile(r">|[-*+](?=[ \t])|[.)](?=[ \t])")
_MAX_BLOCKS = 50
# A line that may be too deep, unless it is code; nearly no document has one.
_DEEP = re.compile(
    rf"^(?:(?:[ \t]*(?:>|(?:[-*+]|\d{{1,9}}[.)])(?=[ \t]))){{{_MAX_BLOCKS + 1}}}"
    rf"|\s{{{MAX_DEPTH + 1}}})",
    re.MULTILINE,
)
_FENCE = re.compile(r"[ >]*(`{3,}+|~{3,}+)(?!\{(?!code|math|raw|literal))")


def nesting(path: str, line: int, fault: str) -> Diagnostic:
    """Return the diagnostic of a document that cannot be parsed because of *fault*."""
    message = f"{fault}; correct it, until then the page is empty"
    return Diagnostic(path, line, message, DiagnosticKind.NESTING)


def check_markdown(path: str, text: str) -> Diagnostic | None:
    """Return what keeps the Markdown *text* of the file *path* from being parsed, or None."""
    if len(text) ** 2 <= _MAX_WORK and text.count("\n") <= MAX_FIELDS and not _DEEP.search(text):
        return None
    fault = _fault_of_front_matter(text) or _fault_of_markdown(text)
    return nesting(path, fault[0], f"this line {fault[1]}") if fault else None


def _fault_of_front_matter(text: str) -> tuple[int, str] | None:
    first, *lines = text.split("\n")
    front = itertools.takewhile(lambda line: line.rstrip() != "---", lines)
    numbers = (number for number, line in enumerate(front, 2) if line.strip())
    last = next(itertools.islice(numbers, MAX_FIELDS, None), 0) if first.rstrip() == "---" else 0
    return (last, f"is one of more than {MAX_FIELDS:,} of front matter") if last else None


def _fault_of_markdown(text: str) -> tuple[int, str] | None:
    marks = length = 0
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if mark := _FENCE.match(line):
            is_end = (
                bool(fence) and mark[1].startswith(fence) and not line[mark.end() :].strip("`~ ")
            )
            fence = "" if is_end else fence or mark[1]
        if fence or _BLOCK.match(line):
            marks = length = 0
        if fence:
            continue
        if len(line) > _MAX_BLOCKS:
            nested = _NESTED.match(line)
            if nested and len(_NESTING.findall(nested[0])) > _MAX_BLOCKS:
                return number, f"nests more than {_MAX_BLOCKS} quotes and lists"
            if len(line) - len(line.lstrip()) > MAX_DEPTH and _BLOCK.match(line) and line.strip():
                return number, f"is indented by more than {MAX_DEPTH} characters"
        marks += len(_MARK.findall(line))
        length += len(line)
        if marks * length > _MAX_WORK:
            return number, f"ends a paragraph of {length:,} characters with {marks:,} marks"
    return None


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
