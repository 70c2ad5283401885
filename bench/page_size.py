"""Measure the size of pages on sites of growing size, and print a Markdown table.

A note's page must be as large among a hundred notes as among thousands.  The median is compared,
because a page lists the notes that cite it.  Pages that list all notes grow with their number.
Unlike seconds, bytes do not depend on the machine.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import lxml.html

from . import generate, sites
from .peers import OURS

# Pages whose size must not depend on the number of notes, and pages that list all notes.
STEADY = ["index.html", "page/2.html", "tags/vision.html"]
LISTS = ["authors/index.html", "venues/index.html", "map.html", "bibliography.html"]
FILES = ["notes.js", "papers.json", "feed.xml", "sitemap.xml"]

Row = tuple[str, ...]


def weigh(outdir: Path, notes: int) -> dict[str, int]:
    """Return the sizes of the site of *notes* notes in *outdir*, by name."""
    pages = [outdir / f"papers/{generate.make_entry(number).key}.html" for number in range(notes)]
    trees = [lxml.html.document_fromstring(page.read_bytes()) for page in pages]
    sizes = {
        "a note's page, bytes": _median(page.stat().st_size for page in pages),
        "the same, gzip": _median(_zipped(page) for page in pages),
        "elements in it": _median(_count(tree, "//*") for tree in trees),
        "links in it": _median(_count(tree, "//a") for tree in trees),
        "links in its sidebar, at most": max(_count(tree, "//aside//a") for tree in trees),
    }
    for name in [*STEADY, *LISTS, *FILES]:
        if (outdir / name).exists():
            sizes[f"{name}, bytes"] = (outdir / name).stat().st_size
            sizes[f"{name}, gzip"] = _zipped(outdir / name)
    return sizes


def _median(numbers: Iterable[int]) -> int:
    return round(median(numbers))


def _count(tree: lxml.html.HtmlElement, path: str) -> int:
    return len(tree.xpath(path))


def _zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


def table(weights: dict[int, dict[str, int]]) -> str:
    """Return a table of *weights*, by number of notes, with the growth from first to last."""
    first, *_, last = sizes = list(weights)
    head: Row = ("what", *(f"{size:,} notes" for size in sizes), "growth")
    rows = [head, tuple("---" for _ in head)]
    for what in weights[first]:
        values = [weights[size].get(what) for size in sizes]
        numbers = ["" if value is None else f"{value:,}" for value in values]
        before, after = weights[first][what], weights[last].get(what)
        rows.append((what, *numbers, f"{after / before:.2f}" if before and after else ""))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows) + "\n"


def main() -> None:
    """Build the notebook at each size, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.page_size", description=__doc__)
    parser.add_argument("notes", type=int, nargs="*", default=[100, 1000], metavar="N")
    sizes = sorted({*parser.parse_args().notes})
    if len(sizes) < 2:
        parser.error("a comparison needs two sizes; give two or more numbers of notes")
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    weights = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            site = Path(folder, str(size))
            sites.make_site(site, size, sites.whole)
            OURS.build(site)
            weights[size] = weigh(site / OURS.output, size)
    sys.stdout.write(table(weights))


if __name__ == "__main__":
    main()
