"""Write the same notes as sites for this project and for its peers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from .generate import ENTRIES_A_NOTE, Entry, Note, make_entries, make_notes

PROJECT = Path(__file__).parent.parent
# What makes this project's own site, but for its notes and its bibliography.
OWN = ["_ext", "_static", "_templates", "conf.py", "index.md", "bibliography.md", "reading-list.md"]

# The Sphinx peers have the theme and every setting in common, but for those of their libraries.  No
# toctree holds the notes: with one, each page would draw a link to every other, and that cost, not
# the citations', would be measured.
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
# What the library's documentation says to silence where each page has its own bibliography.
LIBRARIES = """\
extensions = ["myst_parser", "sphinxcontrib.bibtex"]
bibtex_bibfiles = ["refs.bib"]
suppress_warnings = ["bibtex.duplicate_citation", "bibtex.duplicate_label", "toc.not_included"]
"""
BARE = """\
extensions = ["myst_parser"]
suppress_warnings = ["toc.not_included"]
"""
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

# Writes notes and entries as a site into an empty folder.
Writer = Callable[[Path, list[Note], list[Entry]], None]


def make_site(folder: Path, notes: int, write: Writer) -> None:
    """Make a site of *notes* notes, with twice as many entries, in *folder*, which is made."""
    entries = make_entries(notes * ENTRIES_A_NOTE)
    folder.mkdir(parents=True)
    write(folder, make_notes(notes, entries), entries)


def whole(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write this project's own site with other notes: every feature is on."""
    for name in OWN:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    _write_own(folder, notes, entries)


def extension(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write a site of the extension as it comes, under Sphinx's own theme."""
    _write(folder / "conf.py", COMMON + EXTENSION)
    _write(folder / "index.md", FRONT + "\n```{papers}\n:limit: 24\n```\n")
    _write(folder / "bibliography.md", "# Bibliography\n\n```{works}\n```\n")
    _write_own(folder, notes, entries)


def libraries(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the notes for myst_parser and sphinxcontrib.bibtex, a bibliography on each."""
    _write(folder / "conf.py", COMMON + LIBRARIES)
    _write(folder / "index.md", FRONT)
    _write_bibliography(folder, entries)
    for note in notes:
        _write(folder / f"papers/{note.key}.md", note.body + REFERENCES)


def bare(folder: Path, notes: list[Note], _: list[Entry]) -> None:
    """Write the notes for myst_parser alone, with a plain text for each citation."""
    _write(folder / "conf.py", COMMON + BARE)
    _write(folder / "index.md", FRONT)
    for note in notes:
        _write(folder / f"papers/{note.key}.md", CITATION.sub(r"(\1)", note.body))


def mkdocs(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    """Write the notes for MkDocs with Material and mkdocs-bibtex, and its default navigation."""
    _write(folder / "mkdocs.yml", MKDOCS)
    _write(folder / "docs/index.md", FRONT)
    _write_bibliography(folder, entries)
    for note in notes:
        body = CITATION.sub(r"[@\1]", note.body)
        _write(folder / f"docs/papers/{note.key}.md", f"{body}\n## References\n\n\\bibliography\n")


def hugo(folder: Path, notes: list[Note], _: list[Entry]) -> None:
    """Write the notes for Hugo, which cannot cite, with the smallest templates that show them."""
    _write(folder / "hugo.toml", HUGO)
    _write(folder / "layouts/_default/single.html", HUGO_PAGE)
    _write(folder / "layouts/_default/list.html", HUGO_LIST)
    for note in notes:
        body = CITATION.sub(r"(\1)", note.body).split("\n", 1)[1]
        front = json.dumps({"title": note.title, "date": note.read.isoformat(), "tags": note.tags})
        _write(folder / f"content/papers/{note.key}.md", f"{front}\n{body}")


def _write_own(folder: Path, notes: list[Note], entries: list[Entry]) -> None:
    _write_bibliography(folder, entries)
    for note in notes:
        front = f"paper: {note.key}\ntags: [{', '.join(note.tags)}]\nread: {note.read}\n"
        _write(folder / f"papers/{note.key}.md", f"---\n{front}---\n\n{note.body}")


def _write_bibliography(folder: Path, entries: list[Entry]) -> None:
    _write(folder / "refs.bib", "\n".join(entry.bibtex for entry in entries))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(content, encoding="utf-8", newline="\n")
