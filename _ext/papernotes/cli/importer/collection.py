"""Collections of notes of other programs: their files, and what stands above each note."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from papernotes.cli.errors import CommandError
from papernotes.cli.site import show

Kind = Literal["hugo", "jekyll", "mkdocs", "obsidian"]
KINDS: tuple[Kind, ...] = ("hugo", "jekyll", "mkdocs", "obsidian")

SUFFIXES = (".md", ".markdown")
# Folders of each program that hold no notes.
_OTHERS = frozenset(
    "_data _includes _layouts _sass _site archetypes i18n layouts node_modules public resources"
    " site themes vendor venv".split()
)
_YAML = re.compile(
    r"\ufeff?---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)-(.+)")


class _Loader(yaml.SafeLoader):
    """Takes numbers for text: 1706.05390 is an identifier, whose last digit counts."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own, less two
        first: [one for one in resolvers if one[0].rpartition(":")[2] not in ("float", "int")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass
class Document:
    """A file of the collection: its path, its front matter, its text and where that begins.

    ``name`` is its path in the collection, with slashes; ``fault`` says what is wrong with the
    front matter, which then is a part of the text.
    """

    path: Path
    name: str
    fields: dict[str, Any]
    body: str
    line: int
    lines: dict[str, int] = field(default_factory=dict)
    fault: str = ""

    @property
    def slug(self) -> str:
        """The name of the file, of a page bundle that of its folder, without a date."""
        stem = self.path.stem
        if stem in ("index", "_index", "README") and "/" in self.name:
            stem = self.path.parent.name
        match = _DATED.fullmatch(stem)
        return match[2] if match else stem

    def text(self, *names: str) -> tuple[str, str]:
        """Return the first field of *names* that holds text, and its name."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str | int | float) and str(value).strip():
                return str(value).strip(), name
        return "", ""

    def day(self) -> datetime.date | None:
        """Return the day of the front matter, or of the name of the file."""
        value = self.fields.get("date") or self.fields.get("created")
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        match = _DATED.fullmatch(self.path.stem)
        text = str(value or (match[1] if match else ""))[:10]
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    def aliases(self) -> list[str]:
        """Return other names that links have for the document."""
        value = self.fields.get("aliases") or self.fields.get("permalink") or []
        return [str(one) for one in (value if isinstance(value, list) else [value])]

    def tags(self) -> list[str]:
        """Return tags, categories and topics, each once."""
        found: dict[str, None] = {}
        for name in ("tags", "categories", "tag", "category", "topics"):
            value = self.fields.get(name)
            parts = re.split(r"[,;]", value) if isinstance(value, str) else value
            for part in parts if isinstance(parts, list) else []:
                if text := str(part if part is not None else "").strip().lstrip("#"):
                    found[text] = None
        return list(found)


@dataclass
class Collection:
    """The documents of a collection, and the folders in which their pictures are looked for."""

    root: Path
    documents: list[Document]
    assets: list[Path]
    bibliographies: list[Path]


def read(kind: Kind, folder: Path) -> Collection:
    """Read the collection in *folder*; raise a CommandError where there is none."""
    if not folder.is_dir():
        raise CommandError(f'there is no folder "{folder}"')
    content = {"hugo": "content", "mkdocs": "docs"}.get(kind, "")
    root = folder / content if content and (folder / content).is_dir() else folder
    documents = [_document(path, root) for path in _files(kind, root, folder)]
    if not documents:
        raise CommandError(
            f"no Markdown file is in {show(root)}; is it the folder of a {kind} site?"
        )
    assets = [root, folder, folder / "static", folder / "assets"]
    bibliographies = sorted(path for path in folder.rglob("*.bib") if not _is_other(path, folder))
    return Collection(root, documents, [path for path in assets if path.is_dir()], bibliographies)


def _is_other(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts[:-1]
    return any(part in _OTHERS or part.startswith(".") for part in parts)


def _files(kind: Kind, root: Path, folder: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file() or _is_other(path, root):
            continue
        inside = path.relative_to(root).parts
        if kind == "jekyll" and not any(part.startswith("_") for part in inside[:-1]):
            continue
        if kind == "hugo" and path.stem == "_index":
            continue
        yield path


def _yaml(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _document(path: Path, root: Path) -> Document:
    name = path.relative_to(root).as_posix()
    text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").lstrip("\ufeff")
    match = _YAML.match(text) or _TOML.match(text)
    if match is None:
        return Document(path, name, {}, text, 1)
    line = text.count("\n", 0, match.end()) + 1
    try:
        is_toml = text.startswith("+++")
        fields = tomllib.loads(match[1]) if is_toml else _yaml(match[1])
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError) as error:
        fault = " ".join(str(error).split())
        return Document(path, name, {}, text, 1, fault=f"front matter cannot be read: {fault}")
    if not isinstance(fields, dict):
        return Document(path, name, {}, text, 1, fault="front matter is no mapping")
    # Programs differ in how they write the names of fields.
    named = {str(key).lower(): value for key, value in fields.items()}
    lines = {
        found[1].lower(): number
        for number, content in enumerate(match[1].split("\n"), 2)
        if (found := re.match(r"[\"']?([\w-]+)[\"']?\s*[:=]", content))
    }
    return Document(path, name, named, text[match.end() :], line, lines)
