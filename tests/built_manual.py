"""The manual, built by ``make docs``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sites import PROJECT

SOURCES = PROJECT / "docs"


def build_manual(folder: Path) -> Path:
    """Build the manual below *folder*, and return the folder of its pages."""
    tools = ["-o", ".venv/dev-is-installed", f"PY={sys.executable}"]
    build = subprocess.run(
        ["make", "-C", PROJECT, *tools, f"BUILD={folder}", "docs"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (build.returncode, build.stderr) == (0, ""), build.stderr
    return folder / "docs"
