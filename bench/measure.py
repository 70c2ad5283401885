"""Run programs in processes of their own, and say what they took and which pages they wrote."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """What a run took.

    ``clock`` is the time that passed, ``cpu`` the processor time of it and its children, both in
    seconds; ``memory`` is the peak of its largest process, in megabytes; ``pages`` counts the HTML
    files that it wrote.
    """

    clock: float
    cpu: float
    memory: float
    pages: int = 0


def run(command: list[str], folder: Path, output: str = "") -> Measurement:
    """Run a command in *folder*; *output* is the folder in it that pages are written to.

    A program that fails or warns did something else than what was meant, and raises RuntimeError
    with what it said.
    """
    before = _stamps(folder / output)
    log = folder / "run.log"
    # One seed for the order of sets, which the time of a build depends on a little.
    # MkDocs Material would speak of its future.
    environment = os.environ | {"PYTHONHASHSEED": "0", "NO_MKDOCS_2_WARNING": "1"}
    with log.open("wb") as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        # Unlike getrusage, which speaks of all children so far, wait4 speaks of this one.
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    if process.returncode or text:
        name = " ".join(command[:3])
        raise RuntimeError(f"{name} ended with {process.returncode} and said:\n{text[-2000:]}")
    # In kilobytes, but on macOS in bytes.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    after = _stamps(folder / output)
    written = sum(before.get(path) != stamp for path, stamp in after.items())
    return Measurement(clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, written)


def _stamps(folder: Path) -> dict[Path, int]:
    # Sphinx writes these in each build, whether anything has changed or not.
    always = {"search.html", "404.html"}
    # A folder with a dot is Sphinx's cache, where it stands among the pages.
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*.html")
        if path.name not in always and not str(path.relative_to(folder)).startswith(".")
    }
