"""What citations cost as a site grows: the extension beside the libraries as they come.

``python -m bench.citations`` builds sites of several sizes from nothing, each in a folder and a
process of its own, and prints a table in Markdown.  Seconds depend on the machine; the ratios
within a run, and how they grow, are what can be compared.
"""

from __future__ import annotations

import argparse
import itertools
import math
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median

from . import generate, measure

SIZES = [100, 400, 1600]
COLUMNS: dict[generate.Flavour, str] = {
    "papernotes": "papernotes",
    "libraries": "the libraries alone",
    "bare": "MyST, no citations",
}
# Longer builds are not repeated: chance matters little to them.
LONG = 60.0

Results = dict[tuple[generate.Flavour, int], list[measure.Measurement]]


def main() -> None:
    """Measure, and print the table."""
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        results = run(Path(folder), options)
    sys.stdout.write(table(results, options.sizes) + "\n")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.citations", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="how many notes"
    )
    parser.add_argument(
        "--stop",
        type=int,
        default=400,
        metavar="N",
        help="the largest site for the libraries alone, whose time grows with the cube",
    )
    parser.add_argument(
        "--repeats", type=int, default=3, metavar="N", help="builds of each, of under a minute"
    )
    options = parser.parse_args(arguments)
    options.sizes.sort()
    return options


def run(folder: Path, options: argparse.Namespace) -> Results:
    """Measure each size and flavour, in turns, so that what slows the machine slows all of them."""
    results: Results = {}
    # Python compiles modules, and the system reads files, the first time only.
    for flavour in COLUMNS:
        once(folder / f"warm-up-{flavour}", 3, flavour)
    for turn in range(options.repeats):
        for size, flavour in itertools.product(options.sizes, COLUMNS):
            if flavour == "libraries" and size > options.stop:
                continue
            found = results.setdefault((flavour, size), [])
            if found and found[0].cpu > LONG:
                continue
            measured = once(folder / f"{flavour}-{size}-{turn}", size, flavour)
            found.append(measured)
            sys.stderr.write(
                f"{flavour}, {size} notes: {measured.cpu:.1f} s ({measured.clock:.1f} s passed)\n"
            )
    return results


def once(site: Path, size: int, flavour: generate.Flavour) -> measure.Measurement:
    """Make a site, and measure one build of it."""
    generate.make_site(site, size, flavour)
    return measure.build(site)


def table(results: Results, sizes: list[int]) -> str:
    """Return the table: medians, the exponent since the size before, ratios."""
    head = ["notes", *(cell for name in COLUMNS.values() for cell in (name, "growth", "memory"))]
    head += [f"papernotes : {COLUMNS[flavour]}" for flavour in ("libraries", "bare")]
    rows = [head, ["---:"] * len(head)]
    for before, size in zip([0, *sizes], sizes, strict=False):
        row = [f"{size:,}"]
        for flavour in COLUMNS:
            row += described(results, flavour, before, size)
        ours = seconds(results, "papernotes", size)
        for flavour in ("libraries", "bare"):
            theirs = seconds(results, flavour, size)
            row.append(f"{ours / theirs:.2f}" if ours and theirs else "")
        rows.append(row)
    return "\n".join(
        [
            about(),
            "",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            "Growth is the exponent of the time since the row above: 1 is linear, 3 cubic.",
        ]
    )


def described(results: Results, flavour: generate.Flavour, before: int, size: int) -> list[str]:
    """Return the cells of a flavour at a size: time and spread, exponent since *before*, memory."""
    now = seconds(results, flavour, size)
    if now is None:
        return ["not run", "", ""]
    found = results[flavour, size]
    times = [measured.cpu for measured in found]
    spread = f" ({min(times):.1f} to {max(times):.1f})" if len(times) > 1 else ""
    earlier = seconds(results, flavour, before)
    growth = f"{math.log(now / earlier) / math.log(size / before):.2f}" if earlier else ""
    memory = median(measured.memory for measured in found)
    return [f"{now:.1f} s{spread}", growth, f"{memory:.0f} MB"]


def seconds(results: Results, flavour: generate.Flavour, size: int) -> float | None:
    """Return the median time of a flavour at a size, if it was measured."""
    found = results.get((flavour, size))
    return median(measured.cpu for measured in found) if found else None


def about() -> str:
    """Return what was measured, with its versions, and on what."""
    packages = ["sphinx", "docutils", "myst-parser", "sphinxcontrib-bibtex"]
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"Cold builds, one process, {generate.ENTRIES_A_NOTE} entries and"
        f" {generate.CITATIONS_A_NOTE} citations a note; medians of processor time, and the peak of"
        f" memory.  {platform.machine()}, Python {platform.python_version()}, {versions}."
    )


if __name__ == "__main__":
    main()
