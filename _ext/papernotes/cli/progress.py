"""Show the progress of a command: on a terminal in one changing line, elsewhere line by line."""

from __future__ import annotations

import sys
from typing import TextIO

import click


class Progress:
    """Shows the progress of a task with a number of *steps*, on standard error by default.

    As a context manager, it erases the progress line at the end.
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
            click.echo("\r\x1b[K", nl=False, file=self.stream)

    def step(self, description: str) -> None:
        """Begin the next step and show its number and *description*."""
        self.done += 1
        count = f"[{self.done}/{self.steps}] " if self.steps > 1 else ""
        self.show(f"{count}{description}")

    def show(self, text: str) -> None:
        """Show *text* in place of the progress line, or as a line of its own."""
        if self.is_terminal:
            click.echo(f"\r\x1b[K{text}", nl=False, file=self.stream)
        else:
            click.echo(text, file=self.stream)
