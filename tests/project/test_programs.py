"""Programs that tests start by `programs.py` are as strict as the tests."""

from __future__ import annotations

import sys

import programs
from sites import Site


def test_a_warning_of_what_is_deprecated_ends_a_program(tiny: Site) -> None:
    tiny.edit("conf.py", "html_theme", "import warnings\nhtml_theme")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "dummy", ".", "_build"]
    assert programs.run(command, cwd=tiny.folder).returncode == 0
    tiny.edit(
        "conf.py", "import warnings", "import warnings\nwarnings.warn('old', DeprecationWarning)"
    )
    run = programs.run(command, cwd=tiny.folder)
    assert run.returncode == 2
    assert "DeprecationWarning: old" in run.stderr
