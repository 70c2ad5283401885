"""The JSON schema for editors agrees with the parser of front matter.

``python tests/core/test_frontmatter_schema.py`` writes the schema's file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT / "_ext"))

from papernotes.core.frontmatter import FIELDS, parse  # noqa: E402 - the path is set above
from papernotes.core.frontmatter_schema import schema  # noqa: E402

FILE = PROJECT / "_ext/papernotes/core/frontmatter.schema.json"
NOTES = sorted((PROJECT / "tests/roots/notebook/papers").glob("*.md"))


class Loader(yaml.SafeLoader):
    """Loads YAML as editors do, by its version 1.2: a day is a string."""


Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def written() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def is_valid(fields: str) -> bool:
    validator = jsonschema.Draft7Validator(json.loads(FILE.read_text(encoding="utf-8")))
    value: Any = yaml.load(fields, Loader)  # noqa: S506 - a subclass of SafeLoader
    return validator.is_valid(value)


def has_faults(fields: str) -> bool:
    return bool(parse(f"---\n{fields}\n---\n\n# Title\n", "x.md")[1])


def test_file_is_the_schema_of_the_code() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    assert FILE.read_text(encoding="utf-8") == written()
    assert list(schema()["properties"]) == list(FIELDS)


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.stem)
def test_notes_of_the_notebook_are_valid(note: Path) -> None:
    fields = note.read_text(encoding="utf-8").split("---\n")[1]
    assert is_valid(fields)


@pytest.mark.parametrize(
    "fields",
    [
        "paper: k",
        'paper: "2017"',
        "paper: ' k '",
        "paper: k\ntags: [C++, C#, deep learning, мир]",
        "paper: [a]",
        "paper: [' a ', b]",
        "paper: k\nmain: true",
        "paper: k\nmain: false",
        "paper: k\nmain:",
        "paper: k\ntags:",
        "paper: k\ntags: []",
        "paper: k\nread: 2020-08-31",
        "paper: k\nread: '2020-02-29 '",
        "paper: k\nread:",
        "paper: k\nsummary: Some $x$.",
        "paper: k\nsummary: |\n  Two\n  lines.",
        "paper: k\nsummary:",
        "paper: k\ndeck: Some $x$.",
        "paper: k\ndeck:",
        "paper: k\nlang: zh-Hant",
        "paper: k\nlang:",
        "paper: k\nredirect_from: [papers/old-name]",
        "paper: k\nredirect_from: [/papers/old name.html, .old.md, ' x ', x.y/z/, 2017]",
        "paper: k\nredirect_from:",
        "paper: k\norphan: true\nmyst:\n  substitutions: {a: b}",
    ],
)
def test_valid_front_matter_is_valid_by_the_schema(fields: str) -> None:
    assert not has_faults(fields)
    assert is_valid(fields)


@pytest.mark.parametrize(
    "fields",
    [
        "tags: [a]",
        "paper:",
        "paper: ''",
        "paper: ' '",
        "paper: 2017",
        "paper: true",
        "paper: a, b",
        "paper: []",
        "paper: [a, '']",
        "paper: [a, 2017]",
        "paper: [a, a]",
        "paper: [[a]]",
        "paper: {a: b}",
        "paper: k\nmain: 'true'",
        "paper: k\nmain: 1",
        "paper: k\ntags: one, two",
        "paper: k\ntags: [2017]",
        "paper: k\ntags: ['']",
        "paper: k\ntags: [[a]]",
        "paper: k\ntags: {a: b}",
        "paper: k\nread: 31 August 2020",
        "paper: k\nread: 2020-13-01",
        "paper: k\nread: 2020-08-32",
        "paper: k\nread: 2020",
        "paper: k\nread: [2020-08-31]",
        "paper: k\nsummary: 5",
        "paper: k\ndeck: [a]",
        "paper: k\nlang: Chinese",
        "paper: k\nlang: [zh]",
        "paper: k\nsummary: [a]",
        "paper: k\nredirect_from: papers/old-name",
        "paper: k\nredirect_from: ['']",
        "paper: k\nredirect_from: ['/']",
        "paper: k\nredirect_from: [..]",
        "paper: k\nredirect_from: ['https://example.org/a']",
        "paper: k\nredirect_from: ['a?b']",
        "paper: k\nredirect_from: [[a]]",
        "- paper",
    ],
)
def test_faults_are_faults_by_the_schema(fields: str) -> None:
    assert has_faults(fields)
    assert not is_valid(fields)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
