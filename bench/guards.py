"""Time the reading of notes and titles with and without the limits on hostile input.

    python -m bench.guards --notes 1000 --repeats 5

The limits measure front matter, Markdown, formulas and LaTeX before these are parsed. What is timed
is the work that they guard, in one process and without Sphinx, so that their share is the largest
that it can be. Times are processor time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from unittest.mock import patch

from markdown_it.token import Token

from . import generate, sites

sys.path.insert(0, str(sites.PROJECT / "_ext"))

from papernotes.bibliography import latex
from papernotes.core import frontmatter, limits
from papernotes.mathematics import mathml
from papernotes.reading.syntax.extensions import parser_of

# Each guard, and what an unguarded reading has in its place.
GUARDS: dict[str, Callable[..., object]] = {
    "papernotes.core.limits.check_markdown": lambda path, text: None,
    "papernotes.core.frontmatter_yaml.is_deep_yaml": lambda source, loader: False,
    "papernotes.bibliography.latex.is_deep_latex": lambda source: False,
    "papernotes.mathematics.limits.check": lambda tex, macros: None,
}


def read(notes: list[generate.Note], entries: list[generate.Entry]) -> float:
    """Read the notes and the titles of the entries, and return the seconds that it took."""
    mathml.to_mathml.cache_clear()
    latex.spans.cache_clear()
    parser = parser_of({"myst_enable_extensions": ["dollarmath"]})
    start = time.process_time()
    for note in notes:
        front, _ = frontmatter.parse(note.source, "papers/a.md")
        limits.check_markdown("papers/a.md", front.rest)
        for tex, display in formulas(parser.parse(front.rest)):
            mathml.to_mathml(tex, display)
    for entry in entries:
        # In the second pair of braces that many programs write, a title is parsed as LaTeX.
        latex.spans(f"{{{entry.title}}}")
    return time.process_time() - start


def formulas(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield the formulas of a parsed note, and how they are displayed."""
    for token in tokens:
        for part in (token, *(token.children or ())):
            if part.type.startswith("math"):
                yield part.content, "block" if "block" in part.type else "inline"


def main() -> None:
    """Read with and without the guards in turns, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m bench.guards", description=__doc__)
    parser.add_argument("--notes", type=int, default=1000, help="notes that are read")
    parser.add_argument("--repeats", type=int, default=5, help="readings of each sort")
    options = parser.parse_args()
    entries = generate.make_entries(options.notes + 20)
    notes = generate.make_notes(options.notes, entries)
    read(notes, entries)
    guarded, unguarded = [], []
    for _ in range(options.repeats):
        guarded.append(read(notes, entries))
        with ExitStack() as stack:
            for name, other in GUARDS.items():
                stack.enter_context(patch(name, other))
            unguarded.append(read(notes, entries))
    with_guards, without = median(guarded), median(unguarded)
    sys.stdout.write(
        f"| {options.notes:,} notes read | {with_guards:.2f} s | without guards: {without:.2f} s"
        f" | {with_guards / without:.3f} |\n"
    )


if __name__ == "__main__":
    main()
