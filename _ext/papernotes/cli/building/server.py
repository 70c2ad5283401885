"""Serve a site while it is written: build it and reload its pages whenever a file is saved."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from papernotes.cli.building.sphinx_build import BUILD
from papernotes.cli.errors import CommandError
from papernotes.cli.site import Site
from papernotes.core.extras import install_command

_SERVER = "sphinx_autobuild"
# Temporary files of editors, and Python's caches.
_UNSAVED = r"/__pycache__(/|$)|~$|/[.#][^/]*$|/4913$"


def serve(site: Site, arguments: Sequence[str]) -> int:
    """Serve *site* until it is interrupted, and return the exit status.

    *arguments* are passed to sphinx-autobuild, the program that does it. Drafts and
    private quotes are shown. Pages are searched with Sphinx's own search, which is the fastest to
    build: each save rebuilds it for all notes.
    """
    if find_spec(_SERVER) is None:
        raise CommandError(
            "sphinx-autobuild, which serves the site, is not installed; run"
            f" {install_command('serve')}"
        )
    build = site.root / BUILD
    watching = ["--ignore", str(build), "--re-ignore", _UNSAVED]
    sphinx = ["-q", "-j", "auto", "-b", "html", "-D", "papernotes_search=sphinx"]
    sphinx += ["-D", "papernotes_drafts=1", "-D", "papernotes_highlights_public=1"]
    folders = [
        "-d",
        str(build / "doctrees" / "live"),
        *arguments,
        str(site.root),
        str(build / "live"),
    ]
    with subprocess.Popen([sys.executable, "-m", _SERVER, *watching, *sphinx, *folders]) as server:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                # The terminal interrupts the server too, which ends by itself.
                continue
