"""The site that a command works on: its settings, bibliography files and documents."""

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
from papernotes.core.fields import Field
from papernotes.reading.syntax import notebooks
from papernotes.settings import (
    fault_of_bibliography,
    fault_of_external_bibliographies,
    own_fields,
)
from papernotes.settings.table import EXPECTED, SETTINGS

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
    def fields(self) -> dict[str, Field]:
        """The author's own fields, by name, as far as they are declared correctly."""
        return own_fields(self.config)

    @property
    def encoding(self) -> str:
        """The encoding of the bibliography files."""
        encoding: str = self.config.bibtex_encoding
        return encoding

    def bibliography_files(self) -> list[Path]:
        """Return the bibliography files in the order of ``bibtex_bibfiles``."""
        files = [self.root / name for name in self.config.bibtex_bibfiles]
        if not files:
            raise CommandError(
                f"{show(self.root / _CONF)} names no bibliography file; add"
                ' bibtex_bibfiles = ["refs.bib"] to it'
            )
        return files

    def own_bibliography_files(self) -> list[Path]:
        """Return the bibliography files that no other program owns, in their order."""
        return [path for path in self.bibliography_files() if not self.is_external(path)]

    def file_for_new_entries(self) -> Path:
        """Return the first bibliography file that is not external; raise a CommandError if none."""
        own = self.own_bibliography_files()
        if not own:
            raise CommandError(
                f"{show(self.root / _CONF)}: another program owns each bibliography file, so that a"
                ' new entry has no place; add a file of your own, such as "refs.bib", to'
                " bibtex_bibfiles"
            )
        return own[0]

    def is_external(self, path: Path) -> bool:
        """Return whether another program owns the file *path*, so that it must not be written."""
        # Two names may lead to one file by symbolic links.
        return os.path.realpath(path) in {
            os.path.realpath(self.root / name)
            for name in self.config.papernotes_external_bibliographies
        }

    def documents(self) -> Iterator[str]:
        """Yield the files of the site's documents, sorted, relative to the root, with slashes."""
        setting = self.config.source_suffix
        # The Markdown parser adds its own suffix to those in conf.py.
        suffixes = [".md", *([setting] if isinstance(setting, str) else setting)]
        exclude = [*self.config.exclude_patterns, *EXCLUDE_PATHS]
        if "myst_nb" in self.config.extensions:
            suffixes.append(notebooks.SUFFIX)
            # Copies of notebooks that MyST-NB and Jupyter make.
            exclude += ["**/jupyter_execute", "**.ipynb_checkpoints"]
        found = get_matching_files(self.root, self.config.include_patterns, exclude)
        yield from sorted(name for name in found if name.endswith(tuple(suffixes)))

    def notes(self) -> Iterator[str]:
        """Yield the files of the notes, sorted, relative to the root, with slashes."""
        for name in self.documents():
            if name.startswith(f"{self.folder}/") and name.endswith((".md", notebooks.SUFFIX)):
                yield name

    def templates(self) -> list[Path]:
        """Return the site's template folders."""
        return [self.root / name for name in self.config.templates_path]

    def relative(self, path: Path) -> str:
        """Return *path* relative to the root, with slashes."""
        return Path(os.path.relpath(path, self.root)).as_posix()


def show(path: Path) -> str:
    """Return *path* for display: relative to the current folder if it lies below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def find_site(start: Path) -> Site:
    """Return the site in the folder *start*, or in the nearest folder above it with a ``conf.py``.

    Run ``conf.py`` as a build does, without building anything. Raise a CommandError if there is no
    ``conf.py``, or if it fails.
    """
    root = find_root(start)
    return Site(root, _read(root))


def find_root(start: Path) -> Path:
    """Return the folder *start* or the nearest one above it that has a ``conf.py``."""
    start = start.absolute()
    if not start.is_dir():
        raise CommandError(f'the folder "{start}" does not exist; check its name')
    root = next((path for path in (start, *start.parents) if (path / _CONF).is_file()), None)
    if root is None:
        raise CommandError(
            f"there is no {_CONF} in {start} or above it; change to the site's folder, or name it:"
            " papernotes --site FOLDER …"
        )
    return root


def conf_error(root: Path, error: ConfigError) -> CommandError:
    """Return what to tell about a ``conf.py`` that fails."""
    # Sphinx's message contains the traceback; its last line is the error.
    reason = str(error).strip().splitlines()[-1].strip()
    return CommandError(f"{show(root / _CONF)} cannot be read: {reason}")


def _read(root: Path) -> Config:
    try:
        config = Config.read(root, overrides={}, tags=Tags())
    except ConfigError as error:
        raise conf_error(root, error) from error
    defaults: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}
    types = {setting.name: setting.types for setting in SETTINGS}
    # The settings of sphinxcontrib-bibtex, with its defaults.
    defaults |= {"bibtex_bibfiles": [], "bibtex_encoding": "utf-8-sig"}
    types |= {"bibtex_bibfiles": (list, tuple), "bibtex_encoding": (str,)}
    for name, default in defaults.items():
        config.add(name, default, "", types[name])
        value = getattr(config, name)
        if not isinstance(value, types[name]):
            wanted = EXPECTED[types[name][-1]]
            raise CommandError(
                f"{show(root / _CONF)}: {name} = {value!r} is not {wanted}; correct it"
            )
    if fault := fault_of_bibliography(config.bibtex_bibfiles, config.bibtex_encoding):
        raise CommandError(f"{show(root / _CONF)}: {fault}")
    # With a wrong name, a command would write to a file that another program owns.
    if fault := fault_of_external_bibliographies(config):
        raise CommandError(f"{show(root / _CONF)}: {fault}")
    return config
