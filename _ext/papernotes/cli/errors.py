"""Errors that end a command with a one-line message."""

from __future__ import annotations

import click

from papernotes.cli.progress import say


class CommandError(click.ClickException):
    """A command cannot do what the user asked for.

    The message says why, and what to do about it. The command shows it as one line and exits with
    status 1.
    """

    def show(self, file: object = None) -> None:
        """Write the message to standard error, after the name of the program."""
        say(f"papernotes: {self.format_message()}", err=True)


class UnreachableError(CommandError):
    """A server cannot be reached, for example because there is no network."""
