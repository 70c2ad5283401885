"""Measure how much a reader's first search loads, with Pagefind's index and with Sphinx's.

``python -m bench.search --notes 100 1000 4000`` builds the notebook at these sizes, opens
``search.html?q=…`` in Chromium, and adds up the files that the search loads: their sizes on disk,
and the bytes that a host sends if it compresses text.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import sync_playwright

from . import generate, sites
from .browser import chromium, served
from .peers import OURS

# Hosts compress these types; Pagefind's own files are already compressed.
TEXT = {".css", ".html", ".js", ".json"}


@dataclass(frozen=True)
class Loaded:
    """The number of loaded files, their bytes on disk, and the bytes sent."""

    files: int
    plain: int
    sent: int


def add_up(paths: set[Path]) -> Loaded:
    """Add up the files *paths*."""
    contents = {path: path.read_bytes() for path in paths}
    sent = (
        len(gzip.compress(content, mtime=0)) if path.suffix in TEXT else len(content)
        for path, content in contents.items()
    )
    return Loaded(len(paths), sum(map(len, contents.values())), sum(sent))


def first_search(outdir: Path, word: str, *, pagefind: bool) -> Loaded:
    """Return what a search for *word* loads in addition to the page itself.

    Without *pagefind*, block Pagefind's files, so that Sphinx's search answers.
    """
    loaded: set[Path] = set()
    with served(outdir) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        if not pagefind:
            page.route("**/pagefind/**", lambda route: route.abort())
        page.on(
            "requestfinished",
            lambda request: loaded.add(outdir / unquote(urlsplit(request.url).path[1:])),
        )
        page.goto(f"{address}search.html?q={word}")
        results = ".pn-search-found li" if pagefind else "#search-results li"
        page.locator(results).first.wait_for()
        page.wait_for_load_state("networkidle")
        browser.close()
    # Not counted: files that every page loads, and pages that Sphinx's search quotes.
    parts = ("pagefind/", "searchindex.js", "_static/search", "_static/language_data.js")
    parts += tuple(f"_static/{name}" for name in ("doc", "sphinx_highlight.js"))
    names = {path.relative_to(outdir).as_posix(): path for path in loaded}
    return add_up({path for name, path in names.items() if name.startswith(parts)})


def row(notes: int, outdir: Path, word: str) -> str:
    """Measure a built site, and return its line of the table."""
    cells = [f"{notes:,}"]
    for pagefind in (True, False):
        loaded = first_search(outdir, word, pagefind=pagefind)
        cells += [str(loaded.files), f"{loaded.plain / 1000:,.0f}", f"{loaded.sent / 1000:,.0f}"]
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    sizes = [100, 1000, 4000]
    parser.add_argument("--notes", type=int, nargs="+", default=sizes, metavar="N", help="sizes")
    parser.add_argument("--word", default=generate.TAGS[0], help="the word to search for")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    sys.stdout.write(
        "| notes | Pagefind: files | kB | kB sent | Sphinx: files | kB | kB sent |\n"
        f"|{' --: |' * 7}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        for notes in options.notes:
            site = Path(folder, str(notes))
            sites.make_site(site, notes, OURS.write)
            OURS.build(site)
            sys.stdout.write(row(notes, site / OURS.output, options.word))


if __name__ == "__main__":
    main()
