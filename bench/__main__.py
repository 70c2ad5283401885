"""Measure this project beside its peers, and print a table in Markdown.

Every build runs in a process of its own, in turns, so that what slows the machine slows all of
them.  Seconds depend on the machine; the ratios within a run are what can be compared.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from . import generate, sites
from .measure import Measurement, run
from .peers import BARE, EXTENSION, HUGO, LIBRARIES, MKDOCS, OURS, SERIAL, Peer

PARSE = """\
from pybtex.database import parse_file
parse_file("refs.bib")
"""
# A build of this size says what a program needs before there is anything to build.
START = 3

Row = tuple[str, ...]
Case = tuple[str, Peer, int]


class Bench:
    """The measurements so far, by what was done, by which peer, at which size."""

    def __init__(self, root: Path, options: argparse.Namespace) -> None:
        self.root = root
        self.options = options
        self.taken: defaultdict[Case, list[Measurement]] = defaultdict(list)

    def take(self, what: str, peer: Peer, size: int, measure: Callable[[], Measurement]) -> None:
        """Take one measurement."""
        measured = measure()
        self.taken[what, peer, size].append(measured)
        said = f"{what}, {peer.name}, {size}: {measured.clock:.1f} s, {measured.pages} pages\n"
        sys.stderr.write(said)

    def cold(self, peer: Peer, size: int) -> Path:
        """Make a site, build it, and return its folder."""
        site = self.folder(peer, size)
        sites.make_site(site, size, peer.write)
        self.take("cold", peer, size, lambda: peer.build(site))
        return site

    def folder(self, peer: Peer, size: int) -> Path:
        """Return a new folder for a site."""
        turn = len(self.taken["cold", peer, size])
        return self.root / f"{peer.name}-{size}-{turn}".replace(" ", "-")

    def seconds(self, what: str, peer: Peer, size: int) -> float:
        """Return the median time of a measurement; raise KeyError where there is none."""
        return median(each.clock for each in self._found(what, peer, size))

    def memory(self, peer: Peer, size: int) -> float:
        """Return the median peak of memory of a cold build."""
        return median(each.memory for each in self._found("cold", peer, size))

    def pages(self, what: str, peer: Peer, size: int) -> str:
        """Return how many pages were written: the same number each time, or the numbers."""
        return " or ".join(sorted({str(each.pages) for each in self._found(what, peer, size)}))

    def time(self, what: str, peer: Peer, size: int) -> str:
        """Return the median time, and the least and the most."""
        times = sorted(each.clock for each in self._found(what, peer, size))
        spread = f" ({times[0]:.1f} to {times[-1]:.1f})" if len(times) > 1 else ""
        return f"{median(times):.1f} s{spread}"

    def _found(self, what: str, peer: Peer, size: int) -> list[Measurement]:
        if (what, peer, size) not in self.taken:
            raise KeyError(what, peer.name, size)
        return self.taken[what, peer, size]


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, metavar="N", help="most comparisons")
    growth = [500, 1000, 2000, 4000]
    parser.add_argument("--growth", type=int, nargs="+", default=growth, metavar="N")
    parser.add_argument("--cited", type=int, nargs="+", default=[100, 400, 1600], metavar="N")
    parser.add_argument("--stop", type=int, default=400, metavar="N", help="for the libraries")
    parser.add_argument("--entries", type=int, default=13_000, metavar="N", help="the large file")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    return parser.parse_args(arguments)


def main() -> None:
    """Measure, and print the table."""
    options = parse(sys.argv[1:])
    # The peers have their own packages, and the extension is in the folder that it is built from.
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    for peer in (OURS, BARE, LIBRARIES, MKDOCS, HUGO):
        peer.install()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options)
        for peer in (OURS, SERIAL, EXTENSION, BARE, LIBRARIES, MKDOCS, HUGO):
            bench.cold(peer, START)
        for _ in range(options.repeats):
            compare(bench)
            grow(bench)
            read_large(bench)
        cite(bench)
    sys.stdout.write(report(bench))


# -- What is done -------------------------------------------------------------


def compare(bench: Bench) -> None:
    """Build sites of one size cold, and then again after each kind of edit."""
    size = bench.options.notes
    for peer in (OURS, BARE):
        site = bench.cold(peer, size)
        for what, edit in EDITS.items():
            if peer is OURS or what in ("text", "nothing"):
                edit(site)
                bench.take(what, peer, size, lambda: peer.build(site))  # noqa: B023
    for peer in (SERIAL, MKDOCS, HUGO):
        bench.cold(peer, size)


def grow(bench: Bench) -> None:
    """Build sites of growing size."""
    for size in bench.options.growth:
        if size != bench.options.notes:
            bench.cold(OURS, size)
    bench.cold(BARE, max(bench.options.growth))


def cite(bench: Bench) -> None:
    """Build sites of growing size with the extension alone and with the libraries as they come."""
    for size in bench.options.cited:
        bench.cold(EXTENSION, size)
        if size <= bench.options.stop:
            bench.cold(LIBRARIES, size)


def read_large(bench: Bench) -> None:
    """Build a site of three notes with a large bibliography, and read that with pybtex alone."""
    size = bench.options.entries
    entries = generate.make_entries(size, abstracts=True)
    site = bench.folder(OURS, size)
    site.mkdir()
    sites.whole(site, generate.make_notes(START, entries), entries)
    bench.take("cold", OURS, size, lambda: OURS.build(site))
    bench.take("nothing", OURS, size, lambda: OURS.build(site))
    command = [str(OURS.python()), "-c", PARSE]
    bench.take("pybtex", OURS, size, lambda: run(command, site))


def _note(site: Path) -> Path:
    return min((site / "papers").glob("*.md"))


def edit_text(site: Path) -> None:
    """Add a sentence to the last paragraph of a note."""
    with _note(site).open("a", encoding="utf-8") as note:
        note.write("One thing has come to mind since.\n")


def edit_title(site: Path) -> None:
    """Change the heading of a note."""
    _replace(_note(site), "\n# ", "\n# Again: ")


def edit_entry(site: Path) -> None:
    """Change the title in the entry of the same note."""
    bibliography = site / "refs.bib"
    text = bibliography.read_text(encoding="utf-8")
    place = text.index(f"{{{_note(site).stem},")
    head, tail = text[:place], text[place:]
    bibliography.write_text(head + tail.replace("title = {", "title = {Again: ", 1), "utf-8")


def edit_nothing(site: Path) -> None:
    """Leave everything as it is."""


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


EDITS: dict[str, Callable[[Path], None]] = {
    "text": edit_text,
    "title": edit_title,
    "entry": edit_entry,
    "nothing": edit_nothing,
}


# -- What is said -------------------------------------------------------------


def report(bench: Bench) -> str:
    """Return the tables, with the machine and the versions."""
    tables = [
        (("what", "papernotes", "beside", "ratio", "bar", ""), ratios(bench)),
        (("after an edit", "pages written", "bar"), written(bench)),
        (("notes", "papernotes", "growth", "memory", "growth", "bar"), growth(bench)),
        (("notes", "the extension", "growth", "the libraries", "growth", "ratio"), cited(bench)),
    ]
    parts = [about(bench)]
    for head, rows in tables:
        lines = [head, tuple("---" for _ in head), *rows]
        parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    parts.append(
        "Growth is the exponent since the row above (1 is linear, 3 cubic), of memory above what a"
        f" site of {START} notes takes."
    )
    return "\n\n".join(parts) + "\n"


def ratios(bench: Bench) -> Iterable[Row]:
    """Yield the rows that compare two measurements."""
    size, large = bench.options.notes, bench.options.entries
    most = max(bench.options.growth)

    def row(
        what: str, ours: tuple[str, Peer, int], theirs: tuple[str, Peer, int], bar: float | None
    ) -> Row:
        ratio = bench.seconds(*ours) / bench.seconds(*theirs)
        limit, met = ("", "") if bar is None else (f"≤ {bar}", "met" if ratio <= bar else "missed")
        name = theirs[1].name if theirs[0] != "pybtex" else "parsing with pybtex"
        beside = f"{name}: {bench.time(*theirs)}"
        return (what, bench.time(*ours), beside, f"{ratio:.2f}", limit, met)

    cold = ("cold", OURS, size)
    yield row(f"cold, {size:,} notes", cold, ("cold", BARE, size), 1.0)
    yield row("the same in one process", ("cold", SERIAL, size), ("cold", BARE, size), None)
    yield row("cold", cold, ("cold", MKDOCS, size), 0.5)
    yield row("cold", cold, ("cold", HUGO, size), None)
    yield row("text of a note edited", ("text", OURS, size), ("text", BARE, size), 1.1)
    yield row("title of a note edited", ("title", OURS, size), ("text", BARE, size), None)
    yield row("an entry edited", ("entry", OURS, size), ("text", BARE, size), 1.5)
    yield row("nothing changed", ("nothing", OURS, size), ("nothing", BARE, size), None)
    yield row(
        f"{large:,} entries, {START} notes", ("cold", OURS, large), ("pybtex", OURS, large), 1.2
    )
    yield row("nothing changed", ("nothing", OURS, large), ("pybtex", OURS, large), None)
    ours, theirs = bench.memory(OURS, most), bench.memory(BARE, most)
    met = "met" if ours <= 1.3 * theirs else "missed"
    beside = f"{BARE.name}: {theirs:.0f} MB"
    yield (f"memory, {most:,}", f"{ours:.0f} MB", beside, f"{ours / theirs:.2f}", "≤ 1.3", met)


def written(bench: Bench) -> Iterable[Row]:
    """Yield how many pages are written after an edit."""
    bars = {"text": "1", "title": "those that show it", "entry": "those that show it"}
    for what in EDITS:
        yield (what, bench.pages(what, OURS, bench.options.notes), bars.get(what, "0"))


def growth(bench: Bench) -> Iterable[Row]:
    """Yield time and memory at each size, and their exponents."""
    start = bench.memory(OURS, START)
    before: tuple[int, float, float] | None = None
    for size in bench.options.growth:
        seconds, memory = bench.seconds("cold", OURS, size), bench.memory(OURS, size) - start
        exponents = [""] * 2
        if before:
            exponents = [
                f"{exponent(now / then, size / before[0]):.2f}"
                for now, then in zip((seconds, memory), before[1:], strict=True)
            ]
        time = bench.time("cold", OURS, size)
        yield (f"{size:,}", time, exponents[0], f"{memory:.0f} MB", exponents[1], "≤ 1.05")
        before = (size, seconds, memory)


def cited(bench: Bench) -> Iterable[Row]:
    """Yield what the extension alone and the libraries take at each size."""
    before: dict[Peer, tuple[int, float]] = {}
    for size in bench.options.cited:
        cells: list[str] = []
        for peer in (EXTENSION, LIBRARIES):
            if ("cold", peer, size) not in bench.taken:
                cells += ["not run", ""]
                continue
            seconds = bench.seconds("cold", peer, size)
            then = before.get(peer)
            grown = f"{exponent(seconds / then[1], size / then[0]):.2f}" if then else ""
            cells += [bench.time("cold", peer, size), grown]
            before[peer] = (size, seconds)
        both = {peer for peer, (last, _) in before.items() if last == size}
        ratio = before[EXTENSION][1] / before[LIBRARIES][1] if LIBRARIES in both else None
        yield (f"{size:,}", *cells, "" if ratio is None else f"{ratio:.2f}")


def exponent(ratio: float, sizes: float) -> float:
    """Return by which power of *sizes* something has grown by *ratio*."""
    return math.log(ratio) / math.log(sizes)


def about(bench: Bench) -> str:
    """Return what was measured, on what, with which versions."""
    packages = ["sphinx", "docutils", "myst-parser", "sphinxcontrib-bibtex", "furo"]
    versions = [f"{package} {version(package)}" for package in packages]
    versions += [package.replace("==", " ") for peer in (MKDOCS, HUGO) for package in peer.packages]
    return (
        f"{generate.ENTRIES_A_NOTE} entries, {generate.CITATIONS_A_NOTE} citations and"
        f" {generate.FORMULAS_A_NOTE} formulas a note; medians of {bench.options.repeats} runs in"
        f" turns, the least and the most in brackets; {os.cpu_count()} cores,"
        f" {platform.machine()}, Python {platform.python_version()}, {', '.join(versions)}."
    )


if __name__ == "__main__":
    main()
