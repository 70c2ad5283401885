"""Data flows one way: a module imports only from those that CONTRIBUTING.md lists before it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "_ext/papernotes"
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")


def listed() -> list[str]:
    """Return the modules in the order of the table."""
    table = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n\nThe modules")[0]
    return [
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)\.py`", line.split("|")[1])
    ]


def imported(module: str) -> set[str]:
    """Return which of the package's modules a module imports, at its top or inside a function."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
    return found & set(MODULES)


def test_every_module_is_listed() -> None:
    assert sorted(listed()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_knows_what_stands_above_it(module: str) -> None:
    order = listed()
    assert {name for name in imported(module) if order.index(name) >= order.index(module)} == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "outputs").rglob("*.py")), ids=str)
def test_what_is_published_knows_what_stands_above_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "papernotes":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("papernotes."):
            found.add(str(node.module).split(".")[1])
    order = listed()
    assert {name for name in found if order.index(name) >= order.index("events")} == set()


@pytest.mark.parametrize(
    "module",
    "model frontmatter latex bibliography works csl coins catalogue".split(),
)
def test_the_core_needs_no_sphinx(module: str) -> None:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name in names if name.split(".")[0] in ("sphinx", "docutils")} == set()
