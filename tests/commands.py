"""Run the command line on a site, in this process or in a new one."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import CliRunner, Result
from programs import Program
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


def start(site: Site, *arguments: str, text: str = "") -> Program:
    """Start ``python -m papernotes`` in the folder of *site*; *text* is its standard input."""
    env = os.environ | environment(site) | {"PYTHONPATH": str(PROJECT / "_ext")}
    return Program("papernotes", *arguments, cwd=site.folder, env=env, text=text)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below *folder*, without what programs keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and {"__pycache__", "_build"}.isdisjoint(path.parts)
    }
