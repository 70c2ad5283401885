"""Telling what takes time: on a terminal in one line that changes, elsewhere in plain lines."""

from __future__ import annotations

import sys
from typing import TextIO

import click


class Progress:
    """The steps of a long task, told on standard error.

    Used as a context: the changing line is gone at its end.
    """

    def __init__(self, steps: int, stream: TextIO | None = None) -> None:
        self.steps = steps
        self.done = 0
        self.stream = stream or sys.stderr
        self.changing = self.stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.changing:
            click.echo("\r\x1b[K", nl=False, file=self.stream)

    def step(self, what: str) -> None:
        """Tell what is done now."""
        self.done += 1
        count = f"[{self.done}/{self.steps}] " if self.steps > 1 else ""
        self.tell(f"{count}{what}")

    def tell(self, what: str) -> None:
        """Tell what there is to wait for."""
        if self.changing:
            click.echo(f"\r\x1b[K{what}", nl=False, file=self.stream)
        else:
            click.echo(what, file=self.stream)
