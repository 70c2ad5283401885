"""The site that a command works on: its settings, its bibliography files, its documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.project import EXCLUDE_PATHS
from sphinx.util.matching import get_matching_files
from sphinx.util.tags import Tags

from papernotes.cli.errors import CommandError
from papernotes.settings import SETTINGS, fault_of_bibliography

_CONF = "conf.py"


@dataclass(frozen=True)
class Site:
    """A site's folder and the values of its ``conf.py``."""

    root: Path
    config: Config

    @property
    def folder(self) -> str:
        """The folder of the notes, relative to the root, with slashes."""
        folder: str = self.config.papernotes_folder.strip("/")
        return folder

    @property
    def encoding(self) -> str:
        """The encoding of the bibliography files."""
        encoding: str = self.config.bibtex_encoding
        return encoding

    def bibliography_files(self) -> list[Path]:
        """Return the bibliography files, in their order."""
        files = [self.root / name for name in self.config.bibtex_bibfiles]
        if not files:
            raise CommandError(
                f"{show(self.root / _CONF)} names no bibliography; add"
                ' bibtex_bibfiles = ["refs.bib"] to it'
            )
        return files

    def documents(self) -> Iterator[str]:
        """Yield the files of the site's documents, relative to the root, with slashes, sorted."""
        given = self.config.source_suffix
        # The Markdown parser adds its own to those of conf.py.
        suffixes = tuple(
            {".md": None} | dict.fromkeys([given] if isinstance(given, str) else given)
        )
        exclude = [*self.config.exclude_patterns, *EXCLUDE_PATHS]
        found = get_matching_files(self.root, self.config.include_patterns, exclude)
        yield from sorted(name for name in found if name.endswith(suffixes))

    def notes(self) -> Iterator[str]:
        """Yield the files of the notes, relative to the root, with slashes, sorted."""
        for name in self.documents():
            if name.startswith(f"{self.folder}/") and name.endswith(".md"):
                yield name

    def templates(self) -> list[Path]:
        """Return the site's folders of templates."""
        return [self.root / name for name in self.config.templates_path]

    def relative(self, path: Path) -> str:
        """Return *path* relative to the root, with slashes."""
        return Path(os.path.relpath(path, self.root)).as_posix()


def show(path: Path) -> str:
    """Return *path* as it is shown: relative to the working folder, if it lies below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def find(start: Path) -> Site:
    """Return the site that the folder *start* is in: the next folder upwards with a ``conf.py``.

    ``conf.py`` is run, as a build would run it; nothing is built. Raise a CommandError where there
    is none, or where it fails.
    """
    start = start.absolute()
    if not start.is_dir():
        raise CommandError(f'there is no folder "{start}"')
    root = next((path for path in (start, *start.parents) if (path / _CONF).is_file()), None)
    if root is None:
        raise CommandError(
            f"no {_CONF} in {start} or above it; go to the site's folder, or name it:"
            " papernotes --site FOLDER …"
        )
    return Site(root, _read(root))


def _read(root: Path) -> Config:
    try:
        config = Config.read(root, overrides={}, tags=Tags())
    except ConfigError as error:
        # Of a failure in conf.py, Sphinx's message holds the traceback, which ends with what it is.
        reason = str(error).strip().splitlines()[-1].strip()
        raise CommandError(f"{show(root / _CONF)} cannot be read: {reason}") from error
    defaults: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}
    types = {setting.name: setting.types for setting in SETTINGS}
    # sphinxcontrib-bibtex's own, with its defaults.
    defaults |= {"bibtex_bibfiles": [], "bibtex_encoding": "utf-8-sig"}
    types |= {"bibtex_bibfiles": (list, tuple), "bibtex_encoding": (str,)}
    for name, default in defaults.items():
        config.add(name, default, "", types[name])
        value = getattr(config, name)
        if not isinstance(value, types[name]):
            wanted = " or ".join(kind.__name__ for kind in types[name])
            raise CommandError(
                f"{show(root / _CONF)}: {name} = {value!r} is no {wanted}; correct it"
            )
    if fault := fault_of_bibliography(config.bibtex_bibfiles, config.bibtex_encoding):
        raise CommandError(f"{show(root / _CONF)}: {fault}")
    return config
