"""Entry point of the command line: ``python -m papernotes`` and the script ``papernotes``."""

from __future__ import annotations

import sys

from papernotes.core.extras import install_command, modules


def main() -> None:
    """Run the command line; if one of its libraries is missing, say what to install."""
    try:
        from papernotes.cli.main import main as program

        program(prog_name="papernotes")
    except ModuleNotFoundError as error:
        name = error.name or "papernotes"
        if name.startswith("papernotes"):
            raise
        if name.partition(".")[0] in modules("cli"):
            hint = f"install the libraries of the command line: {install_command('cli')}"
        else:
            hint = "install papernotes again by pip, which installs what it depends on"
        sys.exit(f'papernotes: the module "{name}" is missing; {hint}')


if __name__ == "__main__":
    main()
