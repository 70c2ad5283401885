"""Read another program's collection of notes: its files and their front matter."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import yaml

from papernotes.cli.errors import CommandError
from papernotes.cli.importer.marks import Line, numbered, without_marks
from papernotes.cli.importer.tree import MAX_DOCUMENT, Tree, name_of
from papernotes.cli.site import show
from papernotes.core.frontmatter import MAX_VALUES
from papernotes.core.frontmatter_yaml import count_values
from papernotes.core.text import FORBIDDEN_CHARACTER, REPLACEMENT, escape_controls

Kind = Literal["hugo", "jekyll", "mkdocs", "obsidian"]

SUFFIXES = (".md", ".markdown")
# Folders of the programs that hold no notes.
_EXCLUDED_FOLDERS = frozenset(
    "_data _includes _layouts _sass _site archetypes i18n layouts node_modules public resources"
    " site themes vendor venv".split()
)
_YAML = re.compile(r"---[ \t]*+\n(.*?)^(?:---|\.\.\.)[ \t]*+(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*+\n(.*?)^\+\+\+[ \t]*+(?:\n|\Z)", re.MULTILINE | re.DOTALL)
# More than people write in front matter: its characters, and how deep its values are nested.
_MAX_FRONT_MATTER = 200_000
_MAX_DEPTH = 20
# Python, but not an editor, ends lines at these.
_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")
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
    then part of the body. ``remarks`` say what of the text had to be replaced.
    """

    path: Path
    name: str
    fields: dict[str, Any]
    body: str
    line: int
    lines: dict[str, int] = field(default_factory=dict)
    fault: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The name of the file, or the folder of a page bundle, without a date."""
        stem = PurePosixPath(self.name).stem
        if stem in ("index", "_index", "README") and "/" in self.name:
            stem = PurePosixPath(self.name).parent.name
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
        match = _DATED_NAME.fullmatch(PurePosixPath(self.name).stem)
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

    ``tree`` holds all files that may be read. ``assets`` are the folders to search for pictures,
    ``bibliographies`` the BibTeX files.
    """

    tree: Tree
    documents: list[Document]
    assets: list[Path]
    bibliographies: list[Path]


def read(kind: Kind, folder: Path) -> Collection:
    """Read the collection in *folder*; raise a CommandError if it has no documents."""
    if not folder.is_dir():
        raise CommandError(f'the folder "{folder}" does not exist; check its name')
    tree = Tree(folder)
    subfolder = {"hugo": "content", "mkdocs": "docs"}.get(kind, "")
    root = tree.folder(folder / subfolder) if subfolder else folder
    documents = [
        document for path in _files(kind, root, tree) if (document := _document(path, root, tree))
    ]
    if not documents:
        told = "".join(f"; {show(path)} {reason}" for path, reason in [*tree.left_out.items()][:1])
        raise CommandError(
            f"{show(root)} contains no notes in Markdown; name the folder of a {kind} collection"
            f"{escape_controls(told)}"
        )
    assets = [root, folder, folder / "static", folder / "assets"]
    bibliographies = [
        path for path in tree.files if path.suffix == ".bib" and not _is_excluded(path, folder)
    ]
    return Collection(tree, documents, [path for path in assets if path.is_dir()], bibliographies)


def _is_excluded(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts[:-1]
    return any(part in _EXCLUDED_FOLDERS or part.startswith(".") for part in parts)


def _files(kind: Kind, root: Path, tree: Tree) -> Iterator[Path]:
    for path in tree.below(root):
        if path.suffix not in SUFFIXES or _is_excluded(path, root):
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
        node = loader.get_single_node()
        # Aliases multiply when values are made from the nodes.
        if node is None or count_values(node, {}) <= MAX_VALUES:
            return loader.construct_document(node) if node else None
        raise ValueError(f"it expands to more than {MAX_VALUES} values through aliases")
    finally:
        loader.dispose()


def _fields(text: str, *, is_toml: bool) -> Any:
    """Return the values in front matter; raise an error if they cannot be read."""
    if len(text) > _MAX_FRONT_MATTER:
        raise ValueError(f"it has more than {_MAX_FRONT_MATTER} characters")
    try:
        return _cleaned(tomllib.loads(text) if is_toml else _yaml(text), 0)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (AttributeError, LookupError, TypeError):
        # PyYAML does not expect each value that an explicit tag, such as !!bool, may have.
        raise ValueError("a value does not fit its tag") from None


def _cleaned(value: Any, depth: int) -> Any:
    """Return *value* with plain types and valid text; raise a RecursionError if it is deep."""
    if depth > _MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        return {_text(str(key)): _cleaned(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_cleaned(each, depth + 1) for each in value]
    if isinstance(value, bool | int | float | datetime.date | None):
        return value
    return _text(str(value))


def _text(text: str) -> str:
    """Return *text* without characters that no file of a site may contain, or that are marks."""
    return FORBIDDEN_CHARACTER.sub(REPLACEMENT, without_marks(text).translate(_LINE_ENDS))


def _document(path: Path, root: Path, tree: Tree) -> Document | None:
    content = tree.read(path, MAX_DOCUMENT)
    if content is None:
        return None
    remarks = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
        remarks.append("is not UTF-8; what is not is replaced")
    if FORBIDDEN_CHARACTER.search(text):
        remarks.append("contains control characters; they are replaced")
    text = _text(text.replace("\r\n", "\n").replace("\r", "\n")).lstrip("\ufeff")
    document = _parsed(path, name_of(path.relative_to(root)), text)
    document.remarks = remarks
    return document


def _parsed(path: Path, name: str, text: str) -> Document:
    match = _YAML.match(text) or _TOML.match(text)
    if match is None:
        return Document(path, name, {}, text, 1)
    line = text.count("\n", 0, match.end()) + 1
    try:
        fields = _fields(match[1], is_toml=text.startswith("+++"))
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        return Document(path, name, {}, text, 1, fault=f"front matter cannot be read: {reason}")
    if not isinstance(fields, dict):
        return Document(path, name, {}, text, 1, fault="front matter is not a mapping")
    # Programs differ in the case of field names.
    lowercase = {key.lower(): value for key, value in fields.items()}
    lines = {
        start[1].lower(): number
        for number, content in enumerate(match[1].split("\n"), 2)
        if (start := re.match(r"[\"']?([\w-]+)[\"']?\s*[:=]", content))
    }
    return Document(path, name, lowercase, text[match.end() :], line, lines)
