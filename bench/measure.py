"""Run a program in its own process, and measure its time, its memory and the pages it writes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """The result of a run.

    ``clock`` is the elapsed time in seconds.  ``memory`` is the peak of the largest process, in
    megabytes.  ``pages`` is the number of HTML files written.
    """

    clock: float
    memory: float
    pages: int = 0


def run(command: list[str], folder: Path, output: str = "") -> Measurement:
    """Run *command* in *folder*, and count the pages that it writes to the subfolder *output*.

    Raise RuntimeError with the program's output if it fails or warns: it then did not do the work
    that is to be measured.
    """
    before = _stamps(folder / output)
    log = folder / "run.log"
    # The time of a build depends a little on the order of sets, so the hash seed is fixed.
    # MkDocs Material would print a notice about MkDocs 2. Installed programs have their bytecode.
    environment = os.environ | {"PYTHONHASHSEED": "0", "NO_MKDOCS_2_WARNING": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with log.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
        # wait4 measures this child; getrusage would measure all children so far.
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    if process.returncode or text:
        name = " ".join(command[:3])
        raise RuntimeError(f"{name} ended with {process.returncode} and said:\n{text[-2000:]}")
    # ru_maxrss is in kilobytes, on macOS in bytes.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    after = _stamps(folder / output)
    written = sum(before.get(path) != stamp for path, stamp in after.items())
    return Measurement(clock, usage.ru_maxrss / unit, written)


def _stamps(folder: Path) -> dict[Path, int]:
    # Sphinx writes these pages in each build, even if nothing has changed.
    always = {"search.html", "404.html"}
    # A folder whose name begins with a dot is Sphinx's cache.
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*.html")
        if path.name not in always and not str(path.relative_to(folder)).startswith(".")
    }
