"""``python -m papernotes``, and the script ``papernotes``: the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; say what to install where a library of it is missing."""
    try:
        from papernotes.cli.main import main as program

        program(prog_name="papernotes")
    except ModuleNotFoundError as error:
        if (error.name or "papernotes").startswith("papernotes"):
            raise
        sys.exit(
            f'papernotes: the module "{error.name}" is missing; install what the command line'
            ' needs: pip install "sphinx-papernotes[cli]"'
        )


if __name__ == "__main__":
    main()
