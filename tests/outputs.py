"""What builds of a site leave: digests of files, and a build that is held against a clean one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sites import Build, Site

ALL = {
    "index",
    "generalization",
    "plain",
    "reading",
    "works",
    "papers/alpha",
    "papers/beta",
    "papers/delta",
}


def outputs(outdir: Path) -> dict[str, str]:
    """Return a digest of each file that a build leaves."""
    return {
        path.relative_to(outdir).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(outdir.rglob("*"))
        if path.is_file()
    }


def build_again(site: Site) -> Build:
    """Build on top, then afresh; hold that both leave the same, and return the first."""
    again = site.build()
    on_top = outputs(again.outdir)
    site.clean()
    assert on_top == outputs(site.build().outdir)
    return again
