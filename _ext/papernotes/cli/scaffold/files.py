"""Render the files of a new site, and write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from papernotes.cli.errors import CommandError
from papernotes.cli.scaffold import escaping
from papernotes.cli.scaffold.description import Description
from papernotes.cli.scaffold.requirement import requirement
from papernotes.cli.scaffold.texts import texts
from papernotes.cli.site import show

# The template of each file. Names with a dot would hide them from tools, or configure those.
_TEMPLATES = {
    ".github/workflows/site.yml": "workflow.yml",
    ".gitignore": "gitignore",
    ".readthedocs.yaml": "readthedocs.yaml",
    "Makefile": "makefile",
    "README.md": "readme.md",
    "bibliography.md": "bibliography.md",
    "conf.py": "conf",
    "index.md": "index.md",
    "reading-list.md": "reading-list.md",
}
# What a folder may hold before it becomes a site: the repository and the environment of the site.
_PERMITTED = frozenset({".git", ".venv"})


@dataclass(frozen=True)
class Parts:
    """What differs between sites, beside their description.

    ``bibliography`` is the name of the bibliography file and ``encoding`` its encoding, if that is
    not UTF-8. ``exclude`` are more patterns of files that are not pages, ``sort`` the order of the
    notes on the front page, and ``settings`` are lines that end ``conf.py``. ``obsidian`` says
    whether to read Obsidian's syntax.
    """

    bibliography: str = "refs.bib"
    encoding: str = ""
    exclude: tuple[str, ...] = ()
    sort: str = ""
    settings: str = ""
    obsidian: bool = False


def render(description: Description, parts: Parts) -> dict[str, str]:
    """Return the files of a site by their names, without its notes and its bibliography."""
    environment = Environment(
        loader=PackageLoader("papernotes.cli.scaffold", "templates"),
        # The files have braces of their own.
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        # None of the files is HTML; each value is escaped for the language of its file.
        autoescape=select_autoescape(),
    )
    environment.filters |= {
        "python": escaping.python,
        "markdown": escaping.markdown,
        "code": escaping.code,
    }
    values = {"site": description, "parts": parts, "texts": texts(description.language)}
    files = {
        name: environment.get_template(f"{template}.jinja").render(values)
        for name, template in _TEMPLATES.items()
    }
    return files | {"requirements.txt": requirement()}


def check_folder(folder: Path) -> None:
    """Raise a CommandError unless a site can be written to *folder*."""
    try:
        present = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        present = []
    except NotADirectoryError as error:
        raise CommandError(
            f"{show(folder)} is a file; name a folder that does not exist"
        ) from error
    except OSError as error:
        raise CommandError(f"{show(folder)} cannot be read: {error.strerror}") from error
    if found := [name for name in present if name not in _PERMITTED]:
        raise CommandError(
            f"{show(folder)} is not empty, it contains {found[0]}; name a folder that is empty or"
            " does not exist"
        )


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write *files* below *folder*, text with LF line ends; never overwrite a file."""
    for name, content in files.items():
        path = folder / name
        data = content.encode("utf-8") if isinstance(content, str) else content
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError as error:
            raise CommandError(
                f"{show(path)} exists already, and was not overwritten; name another folder"
            ) from error
        except OSError as error:
            raise CommandError(f"{show(path)} cannot be written: {error.strerror}") from error
