"""``python -m papernotes``: the command line."""

from __future__ import annotations

import sys

try:
    from papernotes.cli.program import main
except ModuleNotFoundError as error:
    if (error.name or "papernotes").startswith("papernotes"):
        raise
    sys.exit(
        f'papernotes: the module "{error.name}" is missing; install what the command line needs:'
        ' pip install "sphinx-papernotes[cli]"'
    )

if __name__ == "__main__":
    main(prog_name="papernotes")
