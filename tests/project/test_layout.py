"""The layout of the engine: no folder and no module grows past what can be seen at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import PROJECT

ENGINE = PROJECT / "_ext/papernotes"
MODULES = sorted(ENGINE.rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_folder_of_the_engine_holds_at_most_12_modules(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= 12, modules


def test_module_of_the_engine_has_at_most_450_lines() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count > 450} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_folder_of_the_engine_says_what_it_is_for(folder: Path) -> None:
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    assert text.startswith('"""')
