"""Build a very large site, and print its peak memory.

    python -m bench.memory --notes 4000 --entries 13000 --jobs auto --keep /tmp/large

Linux only: reads the memory of all processes from /proc, and counts pages that they share once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import generate, sites


def group_memory(group: int) -> tuple[int, int]:
    """Return the memory of a process group and of its largest process, in kilobytes."""
    total, largest = 0, 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(path.name)) != group:
                continue
            rollup = (path / "smaps_rollup").read_text(encoding="ascii")
        except (OSError, ValueError):
            continue
        values = {line.split(":")[0]: line.split()[1] for line in rollup.splitlines()[1:]}
        total += int(values.get("Pss", 0))
        largest = max(largest, int(values.get("Rss", 0)))
    return total, largest


def main() -> None:
    """Create the site, build it, and print the time and the memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--notes", type=int, default=4000, help="notes of the site")
    parser.add_argument("--entries", type=int, default=13_000, help="entries of its bibliography")
    parser.add_argument("--jobs", default="auto", help="Sphinx's --jobs")
    parser.add_argument("--keep", type=Path, help="a new folder in which to keep the site")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    with tempfile.TemporaryDirectory() as root:
        folder = options.keep or Path(root, "site")
        folder.mkdir()
        entries = generate.make_entries(options.entries)
        sites.whole(folder, generate.make_notes(options.notes, entries), entries)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-j", options.jobs]
        command += [".", "_build/html"]
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, start_new_session=True)
        peaks = (0, 0)
        while process.poll() is None:
            peaks = tuple(map(max, peaks, group_memory(process.pid)))
            time.sleep(0.2)
        clock = time.perf_counter() - start
        pages = sum(1 for _ in (folder / "_build/html").rglob("*.html"))
    total, largest = (round(peak / 1024) for peak in peaks)
    sys.stdout.write(
        f"{options.notes} notes, {options.entries} entries, -j {options.jobs}: {clock:.0f} s, "
        f"{pages} pages; at most {total} MB in all, {largest} MB in one process\n"
    )
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
