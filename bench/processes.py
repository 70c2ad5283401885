"""Estimate how long builds take on machines with more cores, from the work of each process.

    python -m bench.processes --notes 1000 --jobs 1 2 4 8

The model: with a core for each process, a build takes as long as its main process computes. That
reads a run of the documents and takes jobs like the others, does alone what cannot be shared, and
waits for the others only at the end of each kind of work, where all end together, since each takes
the next job when it is free. Pagefind has a core of its own. What the model leaves out: cores that
share caches, memory and clock, so that each is slower than one alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import sites

# Runs Sphinx, and prints the processor time of this process and of all others.
PROGRAM = """\
import resource, sys
from sphinx.cmd.build import main
status = main(sys.argv[1:])
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    used = resource.getrusage(who)
    print(used.ru_utime + used.ru_stime)
sys.exit(status)
"""


def main() -> None:
    """Build one site with each number of processes, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.processes", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, help="notes of the site")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4, 8], help="processes")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    lines = ["| processes | the main one computes | the others, together |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "site")
        sites.make_site(folder, options.notes, sites.whole)
        for jobs in options.jobs:
            command = [sys.executable, "-c", PROGRAM, "-q", "-j", str(jobs), ".", f"_build/{jobs}"]
            output = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout
            own, others = map(float, output.split())
            lines.append(f"| {jobs} | {own:.1f} s | {others:.1f} s |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
