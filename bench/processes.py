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
from collections.abc import Iterable, Iterator
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


HEAD = ("processes", "the main one computes", "the others, together")


def simulate(folder: Path, notes: int, counts: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """Yield a row with the work of the processes for each of *counts*, of a site in *folder*."""
    sites.make_site(folder, notes, sites.whole)
    for count in counts:
        command = [sys.executable, "-c", PROGRAM, "-q", "-j", str(count), ".", f"_build/{count}"]
        output = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout
        own, others = map(float, output.split())
        yield (str(count), f"{own:.1f} s", f"{others:.1f} s")


def main() -> None:
    """Build one site with each number of processes, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.processes", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, help="notes of the site")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4, 8], help="processes")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    with tempfile.TemporaryDirectory() as root:
        rows = list(simulate(Path(root, "site"), options.notes, options.jobs))
    lines = (HEAD, ("---",) * len(HEAD), *rows)
    sys.stdout.writelines(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
