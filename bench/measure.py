"""Run a build in a process of its own, and say what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Measurement:
    """What a build took.

    ``cpu`` is processor time, user and system, in seconds: what else the machine does changes it
    little.  ``clock`` is the time that passed.  ``memory`` is its peak, in megabytes.
    """

    cpu: float
    clock: float
    memory: float


def build(site: Path) -> Measurement:
    """Build the site in the folder *site*, with Sphinx as a user would call it.

    The extension comes from this checkout.  A build that fails or warns measures something else
    than what was meant, and raises RuntimeError with what it said.
    """
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", ".", "_build"]
    log = site / "build.log"
    # One seed for the order of sets, which the time of a build depends on a little.
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "_ext"), "PYTHONHASHSEED": "0"}
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=site, env=environment, stdout=output, stderr=output)
        # Unlike getrusage, which speaks of all children so far, wait4 speaks of this one.
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    said = log.read_text(encoding="utf-8")
    if process.returncode or said:
        raise RuntimeError(f"{site.name} ended with {process.returncode} and said:\n{said[-2000:]}")
    # In kilobytes, but on macOS in bytes.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Measurement(usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss / unit)
