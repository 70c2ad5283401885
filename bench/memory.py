"""Build a site as large as anybody will have, and say how much memory that takes.

    python -m bench.load --notes 4000 --entries 13000 --jobs auto --keep /tmp/large

Linux only: the memory of all processes is read from /proc, pages that they share counted once.
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


def memory(group: int) -> tuple[int, int]:
    """Return what the processes of a group hold, all and the largest, in kilobytes."""
    shares, largest = 0, 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(path.name)) != group:
                continue
            held = (path / "smaps_rollup").read_text(encoding="ascii")
        except (OSError, ValueError):
            continue
        found = {line.split(":")[0]: line.split()[1] for line in held.splitlines()[1:]}
        shares += int(found.get("Pss", 0))
        largest = max(largest, int(found.get("Rss", 0)))
    return shares, largest


def main() -> None:
    """Make the site, build it, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--notes", type=int, default=4000)
    parser.add_argument("--entries", type=int, default=13_000)
    parser.add_argument("--jobs", default="auto")
    parser.add_argument("--keep", type=Path, help="a new folder that the site is left in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = options.keep or Path(root, "site")
        folder.mkdir()
        entries = generate.make_entries(options.entries)
        sites.whole(folder, generate.make_notes(options.notes, entries), entries)
        command = [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "-j",
            options.jobs,
            ".",
            "_build/html",
        ]
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, start_new_session=True)
        peaks = (0, 0)
        while process.poll() is None:
            peaks = tuple(map(max, peaks, memory(process.pid)))
            time.sleep(0.2)
        clock = time.perf_counter() - start
        pages = sum(1 for _ in (folder / "_build/html").rglob("*.html"))
    together, largest = (round(peak / 1024) for peak in peaks)
    sys.stdout.write(
        f"{options.notes} notes, {options.entries} entries, -j {options.jobs}: {clock:.0f} s, "
        f"{pages} pages; at most {together} MB in all, {largest} MB in one process\n"
    )
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
