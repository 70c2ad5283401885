"""The manual, built by ``make docs``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sites import PROJECT

SOURCES = PROJECT / "docs"
# As in pyproject.toml, of which this variable can say only a part: it takes no patterns.
UPSTREAM = ("myst_parser.mocking", "myst_parser.sphinx_ext.myst_refs", "sphinx_click.ext")
IGNORED = [f"ignore:::{name}" for name in UPSTREAM]
WARNINGS = ",".join(["error", "ignore::ResourceWarning", *IGNORED])


def build_manual(folder: Path) -> Path:
    """Build the manual below *folder*, and return the folder of its pages."""
    tools = ["-o", ".venv/dev-is-installed", f"PY={sys.executable}"]
    build = subprocess.run(
        ["make", "-C", PROJECT, *tools, f"BUILD={folder}", "docs"],
        env=os.environ | {"PYTHONWARNINGS": WARNINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (build.returncode, build.stderr) == (0, ""), build.stderr
    return folder / "docs"
