"""Compare the output of builds: digests of files, and an incremental build with a clean one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sites import Build, Site

# The documents of the tiny site.
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
    """Return a digest of each file in *outdir*, by path."""
    return {
        path.relative_to(outdir).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(outdir.rglob("*"))
        if path.is_file()
    }


def build_again(site: Site) -> Build:
    """Build incrementally, assert that a clean build has the same output, and return the former."""
    incremental = site.build()
    files = outputs(incremental.outdir)
    site.clean()
    assert files == outputs(site.build().outdir)
    return incremental
