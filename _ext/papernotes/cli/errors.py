"""Errors that end a command with a one-line message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import click

from papernotes.cli.progress import say
from papernotes.core.text import escape_controls


class CommandError(click.ClickException):
    """A command cannot do what the user asked for.

    The message says why, and what to do about it. The command shows it as one line and exits with
    status 1.
    """

    def show(self, file: object = None) -> None:
        """Write the message to standard error, after the name of the program."""
        say(f"papernotes: {self.format_message()}", err=True)


class Program(click.Group):
    """A program whose usage errors have codes for control characters in its arguments."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Return the context of a call; raise an error for options that the program lacks."""
        with _escaped():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raise an error for arguments that it does not take."""
        with _escaped():
            return super().invoke(ctx)


@contextlib.contextmanager
def _escaped() -> Iterator[None]:
    try:
        yield
    except (click.MissingParameter, click.exceptions.NoArgsIsHelpError):
        # These have no text of the user, and several lines.
        raise
    except click.UsageError as error:
        raise click.UsageError(escape_controls(error.format_message()), error.ctx) from error


class UnreachableError(CommandError):
    """A server cannot be reached, for example because there is no network."""
