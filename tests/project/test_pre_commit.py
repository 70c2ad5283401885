"""The hook in ``.pre-commit-hooks.yaml`` runs a command that exists, on the right files."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml
from sites import PROJECT

from papernotes.cli.main import main

HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def test_hook_runs_a_command_of_the_program() -> None:
    (hook,) = HOOKS
    assert {"id", "name", "entry", "language"} <= hook.keys()
    program, command = hook["entry"].split()
    assert program in PYPROJECT["project"]["scripts"]
    assert command in main.commands


def test_hook_installs_an_extra_of_the_distribution() -> None:
    (requirement,) = HOOKS[0]["additional_dependencies"]
    extra = re.fullmatch(r"\.\[(\w+)\]", requirement)
    assert extra
    assert extra[1] in PYPROJECT["project"]["optional-dependencies"]


@pytest.mark.parametrize(
    ("file", "checked"),
    [
        ("papers/shannon1948channel.md", True),
        ("refs.bib", True),
        ("conf.py", True),
        ("site/conf.py", True),
        ("notconf.py", False),
        ("_static/favicon.svg", False),
    ],
)
def test_hook_runs_on_notes_bibliographies_and_settings(file: str, checked: bool) -> None:
    hook = HOOKS[0]
    assert hook["pass_filenames"] is False
    assert bool(re.search(hook["files"], file)) is checked
