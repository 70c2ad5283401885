"""File names that no page can have, or that do not work on every system."""

from __future__ import annotations

from pathlib import Path

import pytest

from papernotes.catalogue.file_names import odd_names

NAMES = {
    "what? a: note*.md": (
        "the file's name contains ?:*, which Windows does not allow; rename the file"
    ),
    'x "y".md': "the file's name contains \", which Windows does not allow; rename the file",
    "back\\slash.md": "the file's name contains \\, which Windows does not allow; rename the file",
    "LPT1.md": "the file's name is reserved for a device on Windows; rename the file",
    "nul.x.md": "the file's name is reserved for a device on Windows; rename the file",
    "con/a.md": (
        'the file\'s name has the folder "con", which is reserved for a device on Windows; rename'
        " the folder"
    ),
    "sub./a.md": (
        'the file\'s name has the folder "sub.", which ends with a dot, which Windows drops; rename'
        " the folder"
    ),
    "a.md ": "the file's name ends with a space, which Windows drops; rename the file",
    "Note.MD": 'the file is not read, since its name ends with ".MD"; rename it to "Note.md"',
    "note.markdown": (
        'the file is not read, since its name ends with ".markdown"; rename it to "note.md"'
    ),
    "sub/ok.md": "",
    "..e.md": "",
    "a 'b', (c) & d#e%20 é 中.md": "",
    ".hidden.MD": "",
}


@pytest.mark.parametrize(("name", "message"), NAMES.items(), ids=repr)
def test_name_of_a_note(tmp_path: Path, name: str, message: str) -> None:
    path = tmp_path / "papers" / name
    path.parent.mkdir(parents=True)
    path.touch()
    found = odd_names(tmp_path, "papers", [])
    assert [(each.path, each.message) for each in found] == (
        [(f"papers/{name}", message)] if message else []
    )


def test_names_that_differ_only_in_case(tmp_path: Path) -> None:
    names = ["Sub/a.md", "sub/A.md", "plain.md", "Plain.rst"]
    assert [each.message for each in odd_names(tmp_path, "papers", names)] == [
        (
            "the file's name differs from Sub/a.md only in case, which many systems ignore; rename"
            " one of them"
        )
    ]
