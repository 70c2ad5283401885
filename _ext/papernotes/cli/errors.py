"""What ends a command: one sentence for its user."""

from __future__ import annotations

import click


class CommandError(click.ClickException):
    """A command cannot do what it was asked for; the message says why and what to do.

    It is shown as one line, and the command ends with the status 1.
    """

    def show(self, file: object = None) -> None:
        """Write the message to standard error, after the name of the program."""
        click.echo(f"papernotes: {self.format_message()}", err=True)


class UnreachableError(CommandError):
    """There is no way to a server, as without a network."""
