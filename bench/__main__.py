"""Measure build times of this project and its peers, and print them as Markdown tables.

Each build runs in its own process.  The peers take turns, so that other load on the machine slows
all of them alike.  Seconds depend on the machine; compare only the ratios within one run.
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

from . import generate, processes, sites
from .measure import Measurement, run
from .peers import (
    BARE,
    BARE_EXIT,
    BARE_PARALLEL,
    BARE_UNSTEMMED,
    EXTENSION,
    HUGO,
    LIBRARIES,
    MKDOCS,
    OURS,
    SERIAL,
    UNINDEXED,
    Peer,
)

PARSE = """\
from pybtex.database import parse_file
parse_file("refs.bib")
"""
# A build of so few notes measures the fixed cost of a program.
START = 3
# The most memory that one process may take at the largest size, in megabytes.
LARGEST = 700

Row = tuple[str, ...]
Case = tuple[str, Peer, int]


class Bench:
    """The measurements so far, by task, peer and number of notes."""

    def __init__(self, root: Path, options: argparse.Namespace) -> None:
        self.root = root
        self.options = options
        self.taken: defaultdict[Case, list[Measurement]] = defaultdict(list)
        # The work of each number of processes.
        self.shares: list[Row] = []

    def take(self, what: str, peer: Peer, size: int, measure: Callable[[], Measurement]) -> None:
        """Take one measurement, and report it on stderr."""
        result = measure()
        self.taken[what, peer, size].append(result)
        sys.stderr.write(
            f"{what}, {peer.name}, {size}: {result.clock:.1f} s, {result.pages} pages\n"
        )

    def cold(self, peer: Peer, size: int, *, long: bool = False) -> Path:
        """Create a site, measure its first build, and return its folder."""
        site = self.folder(peer, size)
        sites.make_site(site, size, peer.write, long=long)
        self.take("long" if long else "cold", peer, size, lambda: peer.build(site))
        return site

    def folder(self, peer: Peer, size: int) -> Path:
        """Return a new folder for a site."""
        turn = len(self.taken["cold", peer, size])
        return self.root / f"{peer.name}-{size}-{turn}".replace(" ", "-")

    def seconds(self, what: str, peer: Peer, size: int) -> float:
        """Return the median time in seconds.

        Raise KeyError if nothing was measured.
        """
        return median(each.clock for each in self._found(what, peer, size))

    def memory(self, what: str, peer: Peer, size: int) -> float:
        """Return the median peak memory of the largest process, in megabytes."""
        return median(each.memory for each in self._found(what, peer, size))

    def pages(self, what: str, peer: Peer, size: int) -> str:
        """Return how many pages each run wrote: one number, or all if the runs differ."""
        return " or ".join(sorted({str(each.pages) for each in self._found(what, peer, size)}))

    def time(self, what: str, peer: Peer, size: int) -> str:
        """Return the median time, with the range if there were several runs."""
        times = sorted(each.clock for each in self._found(what, peer, size))
        spread = f" ({times[0]:.1f} to {times[-1]:.1f})" if len(times) > 1 else ""
        return f"{median(times):.1f} s{spread}"

    def _found(self, what: str, peer: Peer, size: int) -> list[Measurement]:
        if (what, peer, size) not in self.taken:
            raise KeyError(what, peer.name, size)
        return self.taken[what, peer, size]


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)

    def add(name: str, default: int | list[int], text: str) -> None:
        nargs = "+" if isinstance(default, list) else None
        parser.add_argument(name, type=int, nargs=nargs, default=default, metavar="N", help=text)

    add("--notes", 1000, "notes of the sites in most comparisons")
    add("--growth", [500, 1000, 2000, 4000], "sizes to measure growth")
    add("--cited", [100, 400], "sizes to compare the extension with the libraries")
    add("--stop", 100, "largest size that is built with the libraries")
    add("--entries", 13_000, "entries of the large bibliography")
    add("--long", 3500, "long notes of one more site")
    add("--jobs", [4, 8], "numbers of processes whose work is measured")
    add("--repeats", 3, "runs of the builds whose times are compared")
    return parser.parse_args(arguments)


def main() -> None:
    """Measure, and print the tables."""
    options = parse(sys.argv[1:])
    # The extension is imported from the repository; the peers have environments of their own.
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    for peer in (OURS, BARE, BARE_UNSTEMMED, LIBRARIES, MKDOCS, HUGO):
        peer.install()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options)
        for peer in (OURS, SERIAL, EXTENSION, BARE, LIBRARIES, MKDOCS, HUGO):
            bench.cold(peer, START)
        for _ in range(options.repeats):
            compare(bench)
            read_large(bench)
        for peer in (MKDOCS, HUGO):
            bench.cold(peer, options.notes)
        grow(bench)
        for peer in (OURS, BARE):
            bench.cold(peer, options.long, long=True)
        cite(bench)
        site = Path(folder, "processes")
        bench.shares = list(processes.simulate(site, options.notes, options.jobs))
    sys.stdout.write(report(bench))


# -- Tasks --------------------------------------------------------------------


def compare(bench: Bench) -> None:
    """Build sites of one size: cold, then again after each kind of edit."""
    size = bench.options.notes
    for peer in (OURS, BARE_EXIT, UNINDEXED):
        site = bench.cold(peer, size)
        for what, edit in EDITS.items():
            if peer is OURS or what in ("text", "nothing"):
                edit(site)
                bench.take(what, peer, size, lambda: peer.build(site))  # noqa: B023
    for peer in (BARE, BARE_PARALLEL, BARE_UNSTEMMED, SERIAL):
        bench.cold(peer, size)


def grow(bench: Bench) -> None:
    """Build sites of growing size, and the largest once more with a large bibliography."""
    for size in bench.options.growth:
        if size != bench.options.notes:
            bench.cold(OURS, size)
    most = max(bench.options.growth)
    for peer in (OURS, UNINDEXED):
        site = bench.folder(peer, most)
        sites.make_site(site, most, peer.write, entries=bench.options.entries)
        bench.take("large", peer, most, lambda: peer.build(site))  # noqa: B023


def cite(bench: Bench) -> None:
    """Build sites of growing size with the extension alone and with the libraries alone."""
    for size in bench.options.cited:
        bench.cold(EXTENSION, size)
        if size <= bench.options.stop:
            bench.cold(LIBRARIES, size)


def read_large(bench: Bench) -> None:
    """Build a small site with a large bibliography, and parse the same file with pybtex."""
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
    """Append a sentence to a note."""
    with _note(site).open("a", encoding="utf-8") as note:
        note.write("One thing has come to mind since.\n")


def edit_title(site: Path) -> None:
    """Change the heading of a note."""
    _replace(_note(site), "\n# ", "\n# Again: ")


def edit_entry(site: Path) -> None:
    """Change the title in the bibliography entry of the same note."""
    bibliography = site / "refs.bib"
    text = bibliography.read_text(encoding="utf-8")
    place = text.index(f"{{{_note(site).stem},")
    head, tail = text[:place], text[place:]
    bibliography.write_text(head + tail.replace("title = {", "title = {Again: ", 1), "utf-8")


def edit_nothing(site: Path) -> None:
    """Change nothing."""


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


EDITS: dict[str, Callable[[Path], None]] = {
    "text": edit_text,
    "title": edit_title,
    "entry": edit_entry,
    "nothing": edit_nothing,
}


# -- Report -------------------------------------------------------------------


def report(bench: Bench) -> str:
    """Return all tables, after a line on the machine and the versions."""
    tables = [
        (("what", "papernotes", "beside", "ratio", "bar", ""), ratios(bench)),
        (("after an edit", "pages written", "bar"), written(bench)),
        (("notes", "papernotes", "growth", "memory", "growth", "bar"), growth(bench)),
        (("notes", "the extension", "growth", "the libraries", "growth", "ratio"), cited(bench)),
        (processes.HEAD, bench.shares),
    ]
    parts = [about(bench)]
    for head, rows in tables:
        lines = [head, tuple("---" for _ in head), *rows]
        parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    parts.append(
        "Growth is the exponent since the row above (1 is linear, 3 cubic), of memory above what a"
        f" site of {START} notes takes. With a core for each process, a build takes as long as its"
        " main process computes, by the model of `bench.processes`."
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
    better = min((BARE, BARE_PARALLEL), key=lambda peer: bench.seconds("cold", peer, size))
    other = BARE if better is BARE_PARALLEL else BARE_PARALLEL
    yield row(f"cold, {size:,} notes, -j 2", cold, ("cold", better, size), 1.5)
    yield row("cold, -j 2", cold, ("cold", other, size), None)
    yield row("cold, -j 2", cold, ("cold", BARE_UNSTEMMED, size), None)
    yield row("cold, -j 1", ("cold", SERIAL, size), ("cold", better, size), 2.3)
    yield row("cold, -j 1", ("cold", SERIAL, size), ("cold", other, size), None)
    yield row("cold, -j 2", cold, ("cold", MKDOCS, size), 0.6)
    yield row("cold, -j 2", cold, ("cold", HUGO, size), None)
    edited = ("text", BARE_EXIT, size)
    yield row("text of a note edited", ("text", OURS, size), edited, 2.0)
    yield row("the same without Pagefind", ("text", UNINDEXED, size), edited, 1.6)
    yield row("title of a note edited", ("title", OURS, size), edited, None)
    yield row("an entry edited", ("entry", OURS, size), edited, None)
    nothing = ("nothing", BARE_EXIT, size)
    yield row("nothing changed", ("nothing", OURS, size), nothing, None)
    long = bench.options.long
    yield row(f"cold, {long:,} long notes", ("long", OURS, long), ("long", BARE, long), None)
    yield row(
        f"{large:,} entries, {START} notes", ("cold", OURS, large), ("pybtex", OURS, large), 1.2
    )
    yield row("nothing changed", ("nothing", OURS, large), ("pybtex", OURS, large), None)
    name = f"{most:,} notes, {large:,} entries: largest process"
    for peer in (OURS, UNINDEXED):
        memory = bench.memory("large", peer, most)
        met = "met" if memory <= LARGEST else "missed"
        yield (name, f"{memory:.0f} MB", "", "", f"≤ {LARGEST} MB", met)
        # Pagefind's program is the largest process of all.
        name = "the same without Pagefind"


def written(bench: Bench) -> Iterable[Row]:
    """Yield the number of pages written after each kind of edit."""
    bars = {"text": "1", "title": "those that show it", "entry": "those that show it"}
    for what in EDITS:
        yield (what, bench.pages(what, OURS, bench.options.notes), bars.get(what, "0"))


def growth(bench: Bench) -> Iterable[Row]:
    """Yield time and memory at each size, with the exponents of their growth."""
    start = bench.memory("cold", OURS, START)
    before: tuple[int, float, float] | None = None
    for size in bench.options.growth:
        seconds, memory = (
            bench.seconds("cold", OURS, size),
            bench.memory("cold", OURS, size) - start,
        )
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
    """Yield the times of the extension and of the libraries at each size."""
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
    """Return the power of *sizes*, the ratio of two sizes, that equals *ratio*."""
    return math.log(ratio) / math.log(sizes)


def about(bench: Bench) -> str:
    """Return one line on the generated notes, the machine and the versions."""
    packages = ["sphinx", "docutils", "myst-parser", "sphinxcontrib-bibtex", "furo"]
    versions = [f"{package} {version(package)}" for package in packages]
    versions += [package.replace("==", " ") for peer in (MKDOCS, HUGO) for package in peer.packages]
    return (
        f"{generate.ENTRIES_A_NOTE} entries, {generate.CITATIONS_A_NOTE} citations and"
        f" {generate.FORMULAS_A_NOTE} formulas a note; medians of {bench.options.repeats} runs in"
        " turns, the least and the most in brackets; without brackets, one run;"
        f" {os.cpu_count()} cores,"
        f" {platform.machine()}, Python {platform.python_version()}, {', '.join(versions)}."
    )


if __name__ == "__main__":
    main()
