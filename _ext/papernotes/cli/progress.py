"""Write lines to the terminal, and show the progress of a command there.

Whatever the commands say goes through here. Parts of it come from files and servers, and control
characters in them would direct the terminal, or pretend to be another line.
"""

from __future__ import annotations

import sys
from typing import TextIO

import click

from papernotes.core.text import escape_controls

_ERASE = "\r\x1b[K"


def say(line: str, *, err: bool = False, file: TextIO | None = None) -> None:
    """Write a *line*, with codes for control characters, to standard output or another stream."""
    click.echo(escape_controls(line), err=err, file=file)


class Progress:
    """Shows the progress of a task with a number of *steps*, on standard error by default.

    On a terminal that is one changing line, elsewhere line by line. As a context manager, it erases
    the progress line at the end.
    """

    def __init__(self, steps: int, stream: TextIO | None = None) -> None:
        self.steps = steps
        self.done = 0
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_terminal:
            click.echo(_ERASE, nl=False, file=self.stream)

    def step(self, description: str) -> None:
        """Begin the next step and show its number and *description*."""
        self.done += 1
        count = f"[{self.done}/{self.steps}] " if self.steps > 1 else ""
        self.show(f"{count}{description}")

    def show(self, text: str) -> None:
        """Show *text* in place of the progress line, or as a line of its own."""
        if self.is_terminal:
            click.echo(f"{_ERASE}{escape_controls(text)}", nl=False, file=self.stream)
        else:
            say(text, file=self.stream)
