"""Measure in Chromium how soon the front page's filter answers, and how heavy its data is.

What a reader waits for is measured in the page: from a key to the frame that shows what was found,
and from opening the filter to the first answer, with what is loaded and read for it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from . import sites
from .browser import chromium, served
from .peers import OURS

BAR = 100
OPENED = "the filter is opened, its data loaded"
# Each gives the milliseconds until the frame after the one that is painted with the answer.
OPEN = """async () => {
  const start = performance.now();
  const list = document.querySelector(".pn-filter-fold");
  list.open = true;
  while (!list.querySelector("input[type=search]")) await new Promise((go) => setTimeout(go));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
  return performance.now() - start;
}"""
ANSWER = """async (words) => {
  const input = document.querySelector(".pn-filter-fold input[type=search]");
  const start = performance.now();
  input.value = words;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
  return performance.now() - start;
}"""
CHOOSE = """async (number) => {
  const box = document.querySelectorAll(".pn-filter-tags input")[number];
  const start = performance.now();
  box.click();
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
  return performance.now() - start;
}"""


def measure(page: Page, address: str) -> dict[str, float]:
    """Return the milliseconds until each answer, on a page that is loaded anew."""
    page.goto(f"{address}index.html", wait_until="load")
    found = {OPENED: page.evaluate(OPEN)}
    for number, words in enumerate(["a", "an", "2017", "nothing that is there"]):
        what = "the first letter" if not number else f'"{words}"'
        found[what] = page.evaluate(ANSWER, words)
    page.evaluate(ANSWER, "")
    found["a tag"] = page.evaluate(CHOOSE, 0)
    return found


def report(data: bytes, taken: list[dict[str, float]]) -> str:
    """Return a table of the medians, and what the data weighs."""
    rows = ["| until there is an answer to | median | most | bar |", "| --- | --- | --- | --- |"]
    for what in taken[0]:
        times = [each[what] for each in taken]
        met = "met" if median(times) <= BAR else "missed"
        # Until it is opened nothing is loaded; the bar is for what comes after.
        bar = "" if what == OPENED else f"≤ {BAR} ms, {met}"
        rows.append(f"| {what} | {median(times):.0f} ms | {max(times):.0f} ms | {bar} |")
    notes = len(json.loads(data[data.index(b"{") : data.rindex(b"}") + 1])["notes"])
    zipped = len(gzip.compress(data, mtime=0))
    said = f"{notes:,} notes; notes.js has {len(data):,} bytes, {zipped:,} with gzip."
    return "\n".join([said, "", *rows]) + "\n"


def main() -> None:
    """Build a site, or take one that is built, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.filtering", description=__doc__)
    parser.add_argument("--notes", type=int, default=4000, metavar="N")
    parser.add_argument("--repeats", type=int, default=9, metavar="N")
    parser.add_argument("--built", type=Path, metavar="FOLDER", help="the pages of such a site")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(sites.PROJECT / "_ext")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        outdir: Path | None = options.built
        if outdir is None:
            sites.make_site(Path(folder, "site"), options.notes, sites.whole)
            OURS.build(Path(folder, "site"))
            outdir = Path(folder, "site", OURS.output)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with served(outdir) as address:
            taken = []
            for _ in range(options.repeats):
                # Nothing is kept from one visit to the next.
                page = browser.new_context().new_page()
                taken.append(measure(page, address))
                page.context.close()
        browser.close()
        sys.stdout.write(report((outdir / "notes.js").read_bytes(), taken))


if __name__ == "__main__":
    main()
