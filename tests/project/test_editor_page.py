"""What the manual's page on editors says is true of this project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml
from sites import PROJECT

PAGE = (PROJECT / "docs/howto/editor.md").read_text(encoding="utf-8")
SCHEMA = PROJECT / "_ext/papernotes/core/frontmatter.schema.json"


def block(language: str, page: str = PAGE) -> str:
    """Return the first block of code in *language*."""
    found = re.search(rf"^ *```{language}\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_command_copies_the_schema(tmp_path: Path) -> None:
    commands = block("").replace("python -c", f"{sys.executable} -c")
    subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT / "_ext")},
        check=True,
    )
    (path,) = re.findall(r"> (\S+\.schema\.json)", commands)
    assert (tmp_path / path).read_bytes() == SCHEMA.read_bytes()
    # The configuration of remark and the comment for the YAML extension name the same file.
    assert f'"{path}"' in block("javascript")
    assert f"$schema={path}" in block("yaml")
    assert "paper" in yaml.safe_load(block("yaml"))


def test_configuration_names_the_hook_of_this_repository() -> None:
    (configured,) = re.findall(r"- id: (.*)", PAGE)
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert configured == hooks[0]["id"]
    assert f"`{hooks[0]['id']}`" in PAGE
    assert f'`"{hooks[0]["additional_dependencies"][0]}"`' in PAGE


def test_settings_of_the_editor_are_json() -> None:
    assert json.loads(block("json"))["PandocCiter.DefaultBibs"] == ["refs.bib"]
