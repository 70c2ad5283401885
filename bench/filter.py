"""Measure how fast the front page's filter answers in Chromium, and how large its data is.

Times are taken in the page: from a keystroke to the frame that shows the result, and from opening
the filter, which loads its data, to the frame that shows its input.
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

# Milliseconds that an answer may take.
BAR = 100
OPENED = "the filter is opened, its data loaded"
# Each script returns the milliseconds until after the frame that shows the answer.
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
    """Load the front page, and return the milliseconds until each answer."""
    page.goto(f"{address}index.html", wait_until="load")
    found = {OPENED: page.evaluate(OPEN)}
    for number, words in enumerate(["a", "an", "2017", "nothing that is there"]):
        what = "the first letter" if not number else f'"{words}"'
        found[what] = page.evaluate(ANSWER, words)
    page.evaluate(ANSWER, "")
    found["a tag"] = page.evaluate(CHOOSE, 0)
    return found


def report(data: bytes, taken: list[dict[str, float]]) -> str:
    """Return the size of the data and a table of the medians."""
    rows = ["| until there is an answer to | median | most | bar |", "| --- | --- | --- | --- |"]
    for what in taken[0]:
        times = [each[what] for each in taken]
        met = "met" if median(times) <= BAR else "missed"
        # Opening includes loading the data; the bar applies to answers.
        bar = "" if what == OPENED else f"≤ {BAR} ms, {met}"
        rows.append(f"| {what} | {median(times):.0f} ms | {max(times):.0f} ms | {bar} |")
    notes = len(json.loads(data[data.index(b"{") : data.rindex(b"}") + 1])["notes"])
    zipped = len(gzip.compress(data, mtime=0))
    summary = f"{notes:,} notes; notes.js has {len(data):,} bytes, {zipped:,} with gzip."
    return "\n".join([summary, "", *rows]) + "\n"


def main() -> None:
    """Build a site, or use a built one, and print the results."""
    parser = argparse.ArgumentParser(prog="python -m bench.filter", description=__doc__)
    parser.add_argument("--notes", type=int, default=4000, metavar="N", help="notes of the site")
    parser.add_argument("--repeats", type=int, default=9, metavar="N", help="visits to the page")
    parser.add_argument("--built", type=Path, metavar="FOLDER", help="a built site to measure")
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
                # A new context has an empty cache.
                page = browser.new_context().new_page()
                taken.append(measure(page, address))
                page.context.close()
        browser.close()
        sys.stdout.write(report((outdir / "notes.js").read_bytes(), taken))


if __name__ == "__main__":
    main()
