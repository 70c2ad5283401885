"""Run the command line on a site, in this process or in a new one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sites import PROJECT, Site

from papernotes.cli.main import main


def environment(site: Site) -> dict[str, str]:
    """Return environment variables that set a separate cache and no proxy for the local server."""
    return {
        "XDG_CACHE_HOME": str(site.folder.parent / "cache"),
        "NO_PROXY": "127.0.0.1",
        "VISUAL": "",
        "EDITOR": "",
    }


def run(site: Site, *arguments: str, text: str | bytes | None = None, **env: str) -> Result:
    """Run ``papernotes`` in this process on *site*; *text* is its standard input."""
    runner = CliRunner(env=environment(site) | env)
    folder = str(site.folder)
    result = runner.invoke(main, ["--site", folder, *arguments], input=text, prog_name="papernotes")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def start(site: Site, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start ``python -m papernotes`` in the folder of *site*."""
    return subprocess.Popen(
        [sys.executable, "-m", "papernotes", *arguments],
        cwd=site.folder,
        env=os.environ | environment(site) | {"PYTHONPATH": str(PROJECT / "_ext")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below *folder*, without what programs keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and {"__pycache__", "_build"}.isdisjoint(path.parts)
    }
