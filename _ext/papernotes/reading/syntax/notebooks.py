"""Jupyter notebooks: the front matter in the first cell, or in the metadata, of a notebook."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from papernotes.core import frontmatter
from papernotes.core.diagnostics import CELL, Diagnostic, DiagnosticKind
from papernotes.core.fields import Field
from papernotes.core.frontmatter import FIELDS, FrontMatter

SUFFIX = ".ipynb"
_FENCES = ("---", "+++")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook as JSON has it, with the index of the cell that has front matter, and its text.

    The index is -1 if the metadata of the notebook has it, as ``front`` spells it out.
    """

    content: dict[str, Any]
    cell: int
    front: str


def read(text: str, own: Container[str] = ()) -> Notebook | None:
    """Return the notebook *text*, or nothing if that is none, or has no front matter.

    *own* are the names of the author's own fields.
    """
    try:
        content = json.loads(text)
        cells = list(enumerate(content["cells"]))
        metadata = dict(content.get("metadata", {}))
        first, source = next((n, s) for n, cell in cells if (s := _source(cell)).strip())
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        return None
    if _begins_front_matter(source) and cells[first][1].get("cell_type") in ("markdown", "raw"):
        return Notebook(content, first, source)
    found = {name: value for name, value in metadata.items() if name in FIELDS or name in own}
    if not found.keys() & FIELDS.keys():
        return None
    front = yaml.safe_dump(found, allow_unicode=True, sort_keys=False)
    return Notebook(content, -1, f"---\n{front}---\n")


def parse(
    text: str, path: str, own: Mapping[str, Field]
) -> tuple[FrontMatter, list[Diagnostic]] | None:
    """Parse the front matter of the notebook *text*, if it has any.

    The rest of it is the notebook, as JSON, with the keys for MyST in its metadata.
    """
    notebook = read(text, own)
    if notebook is None:
        return None
    front, problems = frontmatter.parse(notebook.front, path, own)
    metadata = {
        name: value
        for name, value in notebook.content.get("metadata", {}).items()
        if name not in FIELDS and name not in own
    }
    cells = notebook.content["cells"]
    if front.draft:
        # For the copy that MyST-NB writes beside the pages.
        metadata["draft"] = True
    # MyST-NB would count lines from 2.
    metadata["source_map"] = [CELL * number - 1 for number in range(1, len(cells) + 1)]
    if notebook.cell >= 0:
        others, body = _split(front.rest)
        metadata |= others
        cells[notebook.cell]["source"] = body
    rest = json.dumps(notebook.content | {"metadata": metadata}, ensure_ascii=False)
    line = _lines_of(notebook)
    problems = [dataclasses.replace(each, line=line(each.line)) for each in problems]
    return _moved(front, line, rest), problems


def fault(content: bytes, path: str) -> Diagnostic | None:
    """Return why *content* is no notebook, if it is none."""
    try:
        found = json.loads(content)
        if found["nbformat"] < 4 or all(isinstance(cell, dict) for cell in found["cells"]):
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    message = "the file is not a notebook; save it again, until then the site leaves the page out"
    return Diagnostic(path, 1, message, DiagnosticKind.ENCODING)


def is_draft(text: str) -> bool:
    """Return whether the notebook *text* says that it is a draft."""
    notebook = read(text)
    return notebook is not None and frontmatter.is_draft(notebook.front)


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _begins_front_matter(source: str) -> bool:
    lines = source.lstrip().split("\n", 2)
    return lines[0].rstrip() in _FENCES and len(lines) > 1 and bool(lines[1].strip())


def _split(rest: str) -> tuple[dict[str, Any], str]:
    """Return the keys at the beginning of *rest*, and *rest* with empty lines in their place."""
    lines = rest.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"][:2]
    if len(fences) < 2 or any(line.strip() for line in lines[: fences[0]]):
        return {}, rest
    start, end = fences
    try:
        found = yaml.safe_load("\n".join(lines[start + 1 : end]))
    except (yaml.YAMLError, ValueError, RecursionError):
        found = None
    blank = [""] * (end + 1)
    return found if isinstance(found, dict) else {}, "\n".join([*blank, *lines[end + 1 :]])


def _lines_of(notebook: Notebook) -> Callable[[int], int]:
    """Return the function from a line of the front matter to that of the notebook."""
    if notebook.cell < 0:
        return lambda line: 1
    return lambda line: CELL * (notebook.cell + 1) + line


def _moved(front: FrontMatter, line: Callable[[int], int], rest: str) -> FrontMatter:
    """Return *front* with other lines, and the *rest* of the notebook."""

    def moved(lines: Mapping[str, int]) -> dict[str, int]:
        return {name: line(number) for name, number in lines.items()}

    return dataclasses.replace(
        front,
        papers=moved(front.papers),
        tags_line=line(front.tags_line),
        read_line=line(front.read_line),
        summary_line=line(front.summary_line),
        former_names=tuple(
            dataclasses.replace(name, line=line(name.line)) for name in front.former_names
        ),
        markdown={name: (text, line(number)) for name, (text, number) in front.markdown.items()},
        unknown=moved(front.unknown),
        rest=rest,
    )
