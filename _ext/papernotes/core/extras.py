"""The optional libraries, and the command that installs them.

The command names the libraries rather than an extra of the distribution, because it has to work
wherever the distribution came from, a checkout for example. It names this Python, because another
one may be first on the path.
"""

from __future__ import annotations

import re
import sys
from typing import Literal

Extra = Literal["cli", "mathjax", "pdf", "search", "serve"]
# Requirements by extra, as in [project.optional-dependencies] of pyproject.toml.
EXTRAS: dict[Extra, tuple[str, ...]] = {
    "cli": (
        "anyascii>=0.3.2",
        "click>=8.2.1",
        "defusedxml>=0.7.1",
        "filelock>=3.16",
        "platformdirs>=3",
        "requests>=2.32",
        "rispy>=0.10",
        "urllib3>=2.6",
    ),
    "mathjax": ("sphinx-mathjax-offline>=0.0.2",),
    "pdf": ("pypdfium2>=5",),
    "search": ("pagefind[bin]>=1.5",),
    "serve": ("sphinx-autobuild>=2024.9",),
}


def modules(extra: Extra) -> set[str]:
    """Return the names of the libraries of *extra*, which modules share with distributions."""
    return {re.split(r"[\[<>=]", requirement)[0] for requirement in EXTRAS[extra]}


def install_command(extra: Extra) -> str:
    """Return the command, for any shell, that installs the libraries of *extra*."""
    words = [sys.executable, "-m", "pip", "install", *EXTRAS[extra]]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """Return *word*, in quotation marks if a shell would not take it as it is."""
    return f'"{word}"' if set(" <>[]") & set(word) else word
