"""Build a site with Sphinx, so that its cache hides no warning."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import papernotes
from papernotes.cli.site import Site
from papernotes.incremental.doctree_cache import MARK

BUILD = "_build"
# Programs are run as modules of this Python, because its scripts may not be on the path.
_SPHINX = (sys.executable, "-m", "sphinx", "-q", "-j", "auto")


def output_folder(site: Site, builder: str) -> Path:
    """Return the folder of what *builder* makes of *site*."""
    return site.root / BUILD / builder


def build(site: Site, builder: str, *, allow_warnings: bool) -> bool:
    """Build *site* with Sphinx's *builder*, and return whether that succeeded.

    Each warning is an error, unless *allow_warnings*.

    Sphinx caches what it has read and reads only what has changed. It would not report the same
    warnings again, and the next build would pass. So a build with warnings removes the mark that
    the extension leaves in the cache of a finished build, and the next build reads everything. The
    same happens if papernotes or the installed packages are newer than the cache, which Sphinx does
    not check.

    Each builder has a cache of its own, because a build by another builder would hide from this one
    what has changed since.
    """
    doctrees = site.root / BUILD / "doctrees" / builder
    distrust_older_cache(doctrees)
    strict = () if allow_warnings else ("-W", "--keep-going")
    with tempfile.TemporaryDirectory() as temporary:
        # Sphinx writes the warnings there too, to tell whether there were any.
        warnings = Path(temporary, "warnings")
        folders = ("-d", str(doctrees), str(site.root), str(output_folder(site, builder)))
        command = [*_SPHINX, "-b", builder, *strict, "-w", str(warnings), *folders]
        status = subprocess.run(command, check=False).returncode
        has_warnings = not warnings.exists() or bool(warnings.read_bytes())
    if status or has_warnings:
        (doctrees / MARK).unlink(missing_ok=True)
    return status == 0


def distrust_older_cache(doctrees: Path) -> None:
    """Make Sphinx read everything again if the engine or a package is newer than its cache."""
    mark = doctrees / MARK
    if mark.exists() and mark.stat().st_mtime < max(_program_times()):
        mark.unlink()


def _program_times() -> Iterator[float]:
    """Yield when the engine, and the folders of installed packages, were last changed."""
    for path in Path(papernotes.__file__).parent.rglob("*.py"):
        yield path.stat().st_mtime
    # Installing, upgrading or removing a package changes a name in one of these folders.
    for name in ("purelib", "platlib"):
        yield Path(sysconfig.get_path(name)).stat().st_mtime
