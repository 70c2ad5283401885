"""Entry point of the command line: ``python -m papernotes`` and the script ``papernotes``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; if one of its libraries is missing, say what to install."""
    try:
        from papernotes.cli.main import main as program

        program(prog_name="papernotes")
    except ModuleNotFoundError as error:
        if (error.name or "papernotes").startswith("papernotes"):
            raise
        sys.exit(
            f'papernotes: the module "{error.name}" is missing; install the libraries of the'
            ' command line: pip install "sphinx-papernotes[cli]"'
        )


if __name__ == "__main__":
    main()
