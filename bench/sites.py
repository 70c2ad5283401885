"""Write the same notes as a site for this project and for each of its peers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from .generate import ENTRIES_A_NOTE, Entry, Note, make_entries, make_notes

PROJECT = Path(__file__).parent.parent
# A site with the theme and every feature, and its files without its notes and its bibliography.
NOTEBOOK = PROJECT / "tests/roots/notebook"
PAGES = ["_static", "conf.py", "index.md", "bibliography.md", "reading-list.md"]

# The Sphinx peers share the theme and all settings, except those of their libraries.  The notes are
# in no toctree: with one, every page would link to every other, and the cost of these links would
# hide that of the citations.
COMMON = """\
project = "bench"
html_theme = "alabaster"
myst_enable_extensions = ["dollarmath"]
"""
EXTENSION = """\
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_sections = ["bibliography"]
"""
# sphinxcontrib-bibtex's documentation says to silence these if each page has a bibliography.
LIBRARIES = """\
extensions = ["myst_parser", "sphinxcontrib.bibtex"]
bibtex_bibfiles = ["refs.bib"]
suppress_warnings = ["bibtex.duplicate_citation", "bibtex.duplicate_label", "toc.not_included"]
"""
BARE = """\
extensions = ["myst_parser"]
suppress_warnings = ["toc.not_included"]
"""
# Python searches all objects for garbage when it ends, unless a program says otherwise, as ours.
SAME_EXIT = "import atexit, gc\natexit.register(gc.freeze)\n"
REFERENCES = "\n## References\n\n```{bibliography}\n:filter: docname in docnames\n```\n"
FRONT = "# Notes\n\nNotes on papers that nobody wrote.\n"
MKDOCS = """\
site_name: bench
theme:
  name: material
  font: false
plugins:
  - search
  - bibtex:
      bib_file: refs.bib
markdown_extensions:
  - footnotes
  - pymdownx.arithmatex:
      generic: true
"""
HUGO = (
    'baseURL = "https://example.org/"\ntitle = "bench"\n[markup.goldmark.renderer]\nunsafe = true\n'
)
HUGO_PAGE = "<!doctype html><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}"
HUGO_LIST = (
    "{{ range .RegularPagesRecursive }}<p><a href={{ .RelPermalink }}>{{ .Title }}</a></p>{{ end }}"
)
CITATION = re.compile(r"\{cite:[pt]\}`(.*?)`")

# A function that writes notes and entries as a site into an empty folder.
Writer = Callable[[Path, list[Note], list[Entry]], None]


def make_site(
    folder: Path, notes: int, write: Writer, *, long: bool = False, entries: int = 0
) -> None:
    """Create *folder* with a site of *notes* notes and *entries*, or else twice as many entries.

    *long* notes are as long as those of a person who reads closely.
    """
    works = make_entries(entries or notes * ENTRIES_A_NOTE)
    folder.mkdir(parents=True)
    write(folder, make_notes(notes, works, long=long), works)


def whole(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write a site with the theme and every feature, with these notes."""
    for name in PAGES:
        copy = shutil.copytree if (NOTEBOOK / name).is_dir() else shutil.copy
        copy(NOTEBOOK / name, folder / name)
    _write_notes(folder, notes, entries)


def unindexed(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the same site without Pagefind."""
    whole(folder, notes, entries)
    _append(folder / "conf.py", 'papernotes_search = "sphinx"\n')


def extension(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write a site that uses the extension with its defaults, and Sphinx's default theme."""
    _write(folder / "conf.py", COMMON + EXTENSION)
    _write(folder / "index.md", FRONT + "\n```{papers}\n:limit: 24\n```\n")
    _write(folder / "bibliography.md", "# Bibliography\n\n```{works}\n```\n")
    _write_notes(folder, notes, entries)


def libraries(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the notes for myst_parser and sphinxcontrib.bibtex, each with a bibliography."""
    _write(folder / "conf.py", COMMON + LIBRARIES)
    _write(folder / "index.md", FRONT)
    _write_bibliography(folder, entries)
    for note in notes:
        _write(folder / f"papers/{note.key}.md", note.body + REFERENCES)


def bare(folder: Path, notes: list[Note], _: list[Entry]) -> None:
    """Write the notes for myst_parser alone, with citations as plain text."""
    _write(folder / "conf.py", COMMON + BARE)
    _write(folder / "index.md", FRONT)
    for note in notes:
        _write(folder / f"papers/{note.key}.md", CITATION.sub(r"(\1)", note.body))


def bare_with_our_exit(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the notes for myst_parser alone, with a build that ends as fast as ours."""
    bare(folder, notes, entries)
    _append(folder / "conf.py", SAME_EXIT)


def mkdocs(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the notes for MkDocs with Material, mkdocs-bibtex and the default navigation."""
    _write(folder / "mkdocs.yml", MKDOCS)
    _write(folder / "docs/index.md", FRONT)
    _write_bibliography(folder, entries)
    for note in notes:
        body = CITATION.sub(r"[@\1]", note.body)
        _write(folder / f"docs/papers/{note.key}.md", f"{body}\n## References\n\n\\bibliography\n")


def hugo(folder: Path, notes: list[Note], _: list[Entry]) -> None:
    """Write the notes for Hugo, which has no citations, with minimal templates."""
    _write(folder / "hugo.toml", HUGO)
    _write(folder / "layouts/_default/single.html", HUGO_PAGE)
    _write(folder / "layouts/_default/list.html", HUGO_LIST)
    for note in notes:
        body = CITATION.sub(r"(\1)", note.body).split("\n", 1)[1]
        front = json.dumps({"title": note.title, "date": note.read.isoformat(), "tags": note.tags})
        _write(folder / f"content/papers/{note.key}.md", f"{front}\n{body}")


def _write_notes(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    _write_bibliography(folder, entries)
    for note in notes:
        _write(folder / f"papers/{note.key}.md", note.source)


def _write_bibliography(folder: Path, entries: list[Entry]) -> None:
    _write(folder / "refs.bib", "\n".join(entry.bibtex for entry in entries))


def _append(path: Path, content: str) -> None:
    _write(path, path.read_text(encoding="utf-8") + content)


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(content, encoding="utf-8", newline="\n")
