"""Run Sphinx and ``papernotes`` in processes of their own, which have imported them already.

A server imports them once, and makes each process by a fork. To start Python and to import Sphinx
takes longer than the build of a small site.
"""

from __future__ import annotations

import functools
import io
import multiprocessing
import os
import runpy
import signal
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from pkgutil import walk_packages
from subprocess import CompletedProcess
from typing import Any, Self

import pytest
from sites import PROJECT
from sphinx.application import builtin_extensions

import papernotes

# What the programs import when they build, apart from what Sphinx and the package's modules import.
LATE = (
    *("docutils.core", "docutils.parsers.rst.directives.tables", "furo", "http.cookiejar"),
    *("myst_parser.parsers.sphinx_", "myst_parser.sphinx_ext.main", "sphinx.cmd.build"),
    *("sphinx_design.extension", "sphinxcontrib.bibtex.transforms"),
)
# These import libraries that most sites do without, or run.
LEFT_OUT = {"papernotes.__main__", "papernotes.reading.syntax.notebook_parser"}


@functools.cache
def server() -> ForkServerContext:
    """Start the server, and return what makes processes by it."""
    package = {each.name for each in walk_packages(papernotes.__path__, "papernotes.")} - LEFT_OUT
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*builtin_extensions, *LATE, *sorted(package)])
    with pytest.MonkeyPatch.context() as patch:
        # Before Python 3.13, the server does not know where this process looks for modules.
        patch.setenv("PYTHONPATH", str(PROJECT / "_ext"))
        forkserver.ensure_running()
    return context


class Program:
    """``python -m MODULE`` in a process and a session of its own, like `subprocess.Popen`."""

    def __init__(
        self,
        module: str,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str] = os.environ,
        text: str = "",
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """Start it; *text* is its standard input, and *prepare* is called in its process first."""
        readers, writers = zip(*(server().Pipe(duplex=False) for _ in range(2)), strict=True)
        self._streams = readers
        place = (writers, text, str(cwd), dict(env), warnings.filters, prepare)
        self._process = server().Process(target=_run, args=([module, *map(str, arguments)], *place))
        self._process.start()
        self.pid = self._process.pid or 0
        for writer in writers:
            writer.close()

    @property
    def returncode(self) -> int | None:
        """Return the exit status, or the negative number of the signal that ended it."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the end, which must come within *timeout* seconds."""
        self._process.join(timeout)
        assert self.returncode is not None, f"the program has not ended after {timeout} seconds"

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end, and return what the program wrote to both streams."""
        written = dict.fromkeys(self._streams, b"")
        left = list(written)
        while left:
            ready = wait(left, timeout)
            assert ready, f"the program has written nothing for {timeout} seconds"
            for stream in ready:
                part = os.read(stream.fileno(), 65_536)
                written[stream] += part
                if not part:
                    left.remove(stream)
        self.wait(timeout)
        output, errors = (content.decode() for content in written.values())
        return output, errors

    def send_signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)
            self.wait()


def run(
    command: list[Any],
    *,
    cwd: Path | None = None,
    timeout: float | None = None,
    check: bool = False,
) -> CompletedProcess[str]:
    """Run ``python -m MODULE …``, which *command* is, like `subprocess.run`."""
    assert command[:2] == [sys.executable, "-m"]
    with Program(*command[2:], cwd=cwd or Path.cwd()) as program:
        output, errors = program.communicate(timeout)
    result = CompletedProcess(command, program.returncode or 0, output, errors)
    if check:
        result.check_returncode()
    return result


def _run(
    command: list[str],
    streams: tuple[Connection, Connection],
    text: str,
    folder: str,
    env: dict[str, str],
    filters: Sequence[Any],
    prepare: Callable[[], None] | None,
) -> None:
    os.setsid()
    # As in the process of the tests: see pyproject.toml.
    warnings.resetwarnings()
    warnings.filters[:] = filters
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    if prepare:
        prepare()
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
