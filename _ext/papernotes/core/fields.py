"""Values of front matter: citation keys, and the author's own fields with their declaration."""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from papernotes.core.model import COLUMNS, FieldValue
from papernotes.core.text import fold_plain, is_visible

KINDS = {
    "text": "a line of text; the kind of a field that names none",
    "markdown": "text with markup, mathematics and citations, as in a note",
    "number": "a number, such as `4` or `0.85`",
    "day": "a day, `YYYY-MM-DD`",
    "choice": "one of `choices`",
    "choices": "a list of some of `choices`",
    "link": "an address that begins with `https://` or `http://`",
}
_WITH_CHOICES = ("choice", "choices")
_NAME = re.compile(r"[^\W\d][\w-]*")
# Keys that MyST and Sphinx read from a document, and names that the address of a filter uses.
MYST_KEYS = frozenset(
    "myst html_meta substitutions orphan no-search nosearch nocomments tocdepth jupytext kernelspec"
    " file_format mystnb".split()
)
_IN_ADDRESSES = frozenset(("q", "tag", "sort", "year"))
# With so few digits, a number is never infinite.
_NUMBER = re.compile(r"[-+]?(?:\d{1,200}(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x1f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field: its name in front matter, its label for readers, its kind and choices."""

    name: str
    label: str
    kind: str = "text"
    choices: tuple[str, ...] = ()

    @property
    def is_filter(self) -> bool:
        """Whether readers can choose or order notes by this field."""
        return self.kind not in ("markdown", "link")

    @property
    def declaration(self) -> dict[str, Any]:
        """The field as ``papernotes_fields`` declares it."""
        return {"label": self.label, "kind": self.kind, "choices": self.choices}


def declared(setting: Mapping[Any, Any], own: Iterable[str]) -> tuple[dict[str, Field], list[str]]:
    """Return the fields that ``papernotes_fields`` declares, by name, and what is wrong with it.

    Fields that cannot be used are left out. *own* are the names of the extension's own fields.
    """
    fields: dict[str, Field] = {}
    faults: list[str] = []
    reserved = {*own, *COLUMNS, *MYST_KEYS, *_IN_ADDRESSES}
    for name, value in setting.items():
        field = _declare(name, value, reserved)
        if isinstance(field, Field):
            fields[field.name] = field
        else:
            faults.append(f'papernotes_fields: "{name}" {field}; until then there is no such field')
    return fields, faults


def _declare(name: Any, value: Any, reserved: set[str]) -> Field | str:
    """Return a field, or what is wrong with its declaration and what to do."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        return "is not a name; write letters, digits, hyphens and underscores"
    if name in reserved:
        return "has a meaning of its own; choose another name"
    value = {"kind": value} if isinstance(value, str) else value
    if not isinstance(value, Mapping):
        return f'is not declared by a dictionary; write "{name}": {{"kind": "text"}}'
    if unknown := [key for key in value if key not in ("label", "kind", "choices")]:
        return f'has the unknown key "{unknown[0]}"; use label, kind and choices'
    kind, choices = value.get("kind", "text"), value.get("choices", ())
    label = value.get("label", name.replace("_", " ").replace("-", " ").capitalize())
    if not (isinstance(kind, str) and kind in KINDS):
        return f"has the unknown kind {kind!r}; use {', '.join(KINDS)}"
    if not (isinstance(label, str) and is_visible(label)):
        return f'has the label {label!r}; write a text, such as "label": "Method"'
    is_list = isinstance(choices, list | tuple) and all(
        isinstance(choice, str) and is_visible(choice) for choice in choices
    )
    if not is_list or bool(choices) != (kind in _WITH_CHOICES):
        return (
            f'is of the kind "{kind}" and needs a list of texts; write "choices": ["first",'
            ' "second"]'
            if kind in _WITH_CHOICES
            else f'is of the kind "{kind}", which has no choices; delete them'
        )
    normal = (unicodedata.normalize("NFC", " ".join(choice.split())) for choice in choices)
    return Field(name, " ".join(label.split()), kind, tuple(dict.fromkeys(normal)))


def read_value(field: Field, node: yaml.Node) -> FieldValue | str:
    """Return the value of *field* in the YAML *node*, or what is wrong with it and what to do."""
    if field.kind == "choices" and isinstance(node, yaml.SequenceNode):
        items = node.value
    else:
        items = [node]
    texts = [
        unicodedata.normalize("NFC", " ".join(item.value.split()))
        for item in items
        if isinstance(item, yaml.ScalarNode)
    ]
    if len(texts) < len(items) or not all(map(is_visible, texts)):
        kinds = {
            yaml.ScalarNode: "empty",
            yaml.SequenceNode: "a list",
            yaml.MappingNode: "a mapping",
        }
        return f"is {kinds[type(node)]}; {_wanted(field)}"
    if field.kind in _WITH_CHOICES:
        return _choose(field, list(dict.fromkeys(texts)))
    if field.kind == "markdown":
        return FieldValue(field.name, node.value, (node.value,), (fold_plain(node.value),))
    return _read_text(field, texts[0])


def _read_text(field: Field, text: str) -> FieldValue | str:
    """Return the value of a *field* that is written as one line of *text*, or what is wrong."""
    match field.kind:
        case "number" if _NUMBER.fullmatch(text):
            is_whole = re.fullmatch(r"[-+]?\d+", text, re.ASCII)
            number = int(text) if is_whole else float(text)
            return FieldValue(field.name, number, (text,), (float(number),))
        case "day" if _DAY.fullmatch(text):
            try:
                day = datetime.date.fromisoformat(text)
            except ValueError:
                pass
            else:
                return FieldValue(field.name, day, (text,), (text,))
        case "link" if _ADDRESS.fullmatch(text):
            return FieldValue(field.name, text, (text,), (text,))
        case "text":
            return FieldValue(field.name, text, (text,), (fold_plain(text),))
    what = {"number": "a number", "day": "a day", "link": "an address"}[field.kind]
    return f'is not {what}: "{text}"; {_wanted(field)}'


def _choose(field: Field, texts: list[str]) -> FieldValue | str:
    for text in texts:
        if text not in field.choices:
            near = difflib.get_close_matches(text, field.choices, n=1, cutoff=0.6)
            near = near or [each for each in field.choices if each.casefold() == text.casefold()]
            hint = f'did you mean "{near[0]}"? ' if near else ""
            return f'has the unknown value "{text}"; {hint}{_wanted(field)}'
    chosen = [choice for choice in field.choices if choice in texts]
    ranks = tuple(field.choices.index(choice) for choice in chosen)
    value = chosen[0] if field.kind == "choice" else tuple(chosen)
    return FieldValue(field.name, value, tuple(chosen), ranks)


def _wanted(field: Field) -> str:
    """Return what to write for *field*."""
    choices = ", ".join(f'"{choice}"' for choice in field.choices)
    return {
        "text": "write a text",
        "markdown": 'write a text in quotes, or indent it below "|"',
        "number": "write digits, such as 4 or 0.85",
        "day": "write it as YYYY-MM-DD, such as 2020-08-31",
        "choice": f"write one of {choices}",
        "choices": f"write a list of some of {choices}",
        "link": "write one that begins with https://",
    }[field.kind]
