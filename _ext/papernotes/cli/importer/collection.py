"""Read another program's collection of notes: its files and their front matter."""

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
from papernotes.cli.importer.marks import Line, numbered, without_marks
from papernotes.cli.site import show

Kind = Literal["hugo", "jekyll", "mkdocs", "obsidian"]
KINDS: tuple[Kind, ...] = ("hugo", "jekyll", "mkdocs", "obsidian")

SUFFIXES = (".md", ".markdown")
# Folders of the programs that hold no notes.
_EXCLUDED_FOLDERS = frozenset(
    "_data _includes _layouts _sass _site archetypes i18n layouts node_modules public resources"
    " site themes vendor venv".split()
)
_YAML = re.compile(
    r"\ufeff?---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-(.+)")


# The fields of Jekyll and Obsidian by which a document is not published, and the words for that.
_PUBLISHED = ("published", "publish")
_NO = frozenset({"false", "no", "off"})
_DRAFT = re.compile(
    r"^[\"']?(?:draft[\"']?\s*[:=]\s*[\"']?(?:true|yes|on)|publish(?:ed)?[\"']?\s*[:=]\s*"
    r"[\"']?(?:false|no|off))\b",
    re.MULTILINE | re.IGNORECASE,
)


class _Loader(yaml.SafeLoader):
    """A loader that reads numbers as text, to keep the last digit of "1706.05390"."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - overrides a class attribute of PyYAML
        first: [pair for pair in resolvers if pair[0].rpartition(":")[2] not in ("float", "int")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass
class Document:
    """A file of the collection.

    ``name`` is its path in the collection, with slashes. ``fields`` is its front matter, with names
    in lower case, and ``lines`` the line number of each field. ``body`` is the text after the front
    matter, which starts on ``line``. ``fault`` says what is wrong with the front matter, which is
    then part of the body.
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
        """The name of the file, or the folder of a page bundle, without a date."""
        stem = self.path.stem
        if stem in ("index", "_index", "README") and "/" in self.name:
            stem = self.path.parent.name
        match = _DATED_NAME.fullmatch(stem)
        return match[2] if match else stem

    def text(self, *names: str) -> tuple[str, str]:
        """Return the text and the name of the first field of *names* that is not empty."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str | int | float) and str(value).strip():
                return str(value).strip(), name
        return "", ""

    def day(self) -> datetime.date | None:
        """Return the day in the front matter, or else in the file name."""
        value = self.fields.get("date") or self.fields.get("created")
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        match = _DATED_NAME.fullmatch(self.path.stem)
        text = str(value or (match[1] if match else ""))[:10]
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    def aliases(self) -> list[str]:
        """Return the other names by which links refer to the document."""
        value = self.fields.get("aliases") or self.fields.get("permalink") or []
        return [str(alias) for alias in (value if isinstance(value, list) else [value])]

    def numbered(self) -> list[Line]:
        """Return the lines of the body with their numbers."""
        return numbered(self.body, self.line)

    def is_draft(self) -> bool:
        """Return whether the document is a draft, or is not to be published."""
        if self.fault:
            # Whatever else is wrong with the front matter, a draft must stay private.
            return bool(_DRAFT.search(self.body)) or "_drafts/" in f"/{self.name}"
        draft = str(self.fields.get("draft") or "no").lower() not in _NO
        private = any(str(self.fields.get(name, "")).lower() in _NO for name in _PUBLISHED)
        return "_drafts/" in f"/{self.name}" or draft or private

    def tags(self, kind: Kind) -> list[str]:
        """Return tags, categories and topics, each once."""
        found: dict[str, None] = {}
        for name in ("tags", "categories", "tag", "category", "topics"):
            value = self.fields.get(name)
            # Jekyll and Obsidian part the words of a text; Jekyll does not if the name is singular.
            words = kind == "obsidian" or (kind == "jekyll" and name in ("tags", "categories"))
            parts: object = value
            if isinstance(value, str):
                has_marks = re.search("[,;]", value) is not None
                parts = value.split() if words and not has_marks else re.split("[,;]", value)
            for part in parts if isinstance(parts, list) else []:
                if text := str(part if part is not None else "").strip().lstrip("#"):
                    found[text] = None
        return list(found)


@dataclass
class Collection:
    """The documents of a collection, and its other files.

    ``assets`` are the folders to search for pictures, ``bibliographies`` the BibTeX files.
    """

    root: Path
    documents: list[Document]
    assets: list[Path]
    bibliographies: list[Path]


def read(kind: Kind, folder: Path) -> Collection:
    """Read the collection in *folder*; raise a CommandError if it has no documents."""
    if not folder.is_dir():
        raise CommandError(f'the folder "{folder}" does not exist; check its name')
    subfolder = {"hugo": "content", "mkdocs": "docs"}.get(kind, "")
    root = folder / subfolder if (folder / subfolder).is_dir() else folder
    documents = [_document(path, root) for path in _files(kind, root, folder)]
    if not documents:
        raise CommandError(
            f"{show(root)} contains no notes in Markdown; name the folder of a {kind} collection"
        )
    assets = [root, folder, folder / "static", folder / "assets"]
    bibliographies = sorted(
        path for path in folder.rglob("*.bib") if not _is_excluded(path, folder)
    )
    return Collection(root, documents, [path for path in assets if path.is_dir()], bibliographies)


def _is_excluded(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts[:-1]
    return any(part in _EXCLUDED_FOLDERS or part.startswith(".") for part in parts)


def _files(kind: Kind, root: Path, folder: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file() or _is_excluded(path, root):
            continue
        folders = path.relative_to(root).parts[:-1]
        # Jekyll keeps posts, drafts and collections in folders such as _posts.
        if kind == "jekyll" and not any(part.startswith("_") for part in folders):
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
    text = without_marks(text)
    match = _YAML.match(text) or _TOML.match(text)
    if match is None:
        return Document(path, name, {}, text, 1)
    line = text.count("\n", 0, match.end()) + 1
    try:
        is_toml = text.startswith("+++")
        fields = tomllib.loads(match[1]) if is_toml else _yaml(match[1])
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        return Document(path, name, {}, text, 1, fault=f"front matter cannot be read: {reason}")
    if not isinstance(fields, dict):
        return Document(path, name, {}, text, 1, fault="front matter is not a mapping")
    # Programs differ in the case of field names.
    lowercase = {str(key).lower(): value for key, value in fields.items()}
    lines = {
        start[1].lower(): number
        for number, content in enumerate(match[1].split("\n"), 2)
        if (start := re.match(r"[\"']?([\w-]+)[\"']?\s*[:=]", content))
    }
    return Document(path, name, lowercase, text[match.end() :], line, lines)
