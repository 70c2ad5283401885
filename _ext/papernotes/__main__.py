"""Entry point of the command line: ``python -m papernotes`` and the script ``papernotes``."""

from __future__ import annotations

import os
import shlex
import sys

from papernotes.core.extras import install_command, modules


def main() -> None:
    """Run the command line; if one of its libraries is missing, say what to install."""
    try:
        from papernotes.cli.main import main as program

        program([*sys.argv[1:], *_more_arguments()], prog_name="papernotes")
    except ModuleNotFoundError as error:
        name = error.name or "papernotes"
        if name.startswith("papernotes"):
            raise
        if name.partition(".")[0] in modules("cli"):
            hint = f"install the libraries of the command line: {install_command('cli')}"
        else:
            hint = "install papernotes again by pip, which installs what it depends on"
        sys.exit(f'papernotes: the module "{name}" is missing; {hint}')


def _more_arguments() -> list[str]:
    """Return the arguments that the Makefile of a site passes on: no shell may read them.

    Programs that this one starts do not get them.
    """
    text = os.environ.pop("PAPERNOTES_ARGS", "")
    try:
        return shlex.split(text)
    except ValueError as error:
        sys.exit(f"papernotes: PAPERNOTES_ARGS is {text!r}: {error}; correct the ARGS of make")


if __name__ == "__main__":
    main()
