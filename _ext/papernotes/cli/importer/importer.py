"""``papernotes import``: make a site from another program's collection of notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import identify
from papernotes.bibliography.titles import comparison_key
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import clean, fix_latex
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.bibfile.style import Layout
from papernotes.cli.importer.blocks import Blocks, Line, headings
from papernotes.cli.importer.collection import Collection, Document, Kind, read
from papernotes.cli.importer.inline import Inline
from papernotes.cli.importer.link_targets import Destination, DocumentLinks, LinkTargets
from papernotes.cli.importer.paper_urls import entry_of, is_paper
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.scaffold import escaping
from papernotes.cli.scaffold.description import Description
from papernotes.cli.scaffold.files import Parts, check_folder, render, write
from papernotes.cli.site import show

_KEY_PATTERN = "{family}{year}{word}"
_PAPER_FIELDS = "link arxiv doi paper url pdf paper_url paperurl source external_link links".split()
_KNOWN_FIELDS = frozenset(
    "title date created tags categories tag category topics draft summary aliases".split()
) | frozenset(_PAPER_FIELDS)
_ADDRESS = re.compile(r"https?://[^\s<>)\]\"'}]+")
# The number of documents between two reports of progress.
_PROGRESS_INTERVAL = 500
# The number of lines at the start of a note that may hold the URL of its paper.
_TOP_LINES = 15
_FENCED = re.compile(r"^[ ]{0,3}(`{3,}|~{3,}).*?^[ ]{0,3}\1", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|[*`{}\\]")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#@]")

# What ends conf.py: settings for what other programs' notes contain.
_SETTINGS = """\
myst_enable_extensions = ["deflist", "strikethrough"]
suppress_warnings = [
    # The entries hold only what the links in the notes contain. Delete these lines after
    # `papernotes refresh`.
    "papernotes.incomplete-entry",
    "papernotes.missing-field",
    # A formula that cannot be converted is shown as TeX, and code that does not fit its language
    # is not highlighted. Delete these lines to see where.
    "papernotes.bad-math",
    "misc.highlighting_failure",
]
"""
# Drafts are not built, and the report is no page.
_PARTS = Parts(exclude=("drafts", "report.txt"), sort="-read", settings=_SETTINGS)


@dataclass
class Importer:
    """A conversion of the collection *source* into a site in the folder *target*.

    *progress* is called with a line of text now and then. ``written`` is the number of documents.
    """

    kind: Kind
    source: Path
    target: Path
    description: Description
    progress: Callable[[str], None] = lambda _: None
    reported: set[tuple[str, int, str]] = field(default_factory=set)
    written: int = 0

    def run(self) -> None:
        """Write the site.

        Raise a CommandError, before anything is written, if *target* is not empty or the
        collection has no documents.
        """
        check_folder(self.target)
        self.collection: Collection = read(self.kind, self.source)
        self.library, old = self._bibliography()
        self.new_entries: list[tuple[str, Entry]] = []
        destinations = list(self._destinations())
        targets = LinkTargets(self.kind, self.source, self.collection.assets, destinations)
        texts: dict[str, str] = {}
        for number, destination in enumerate(destinations):
            if number and number % _PROGRESS_INTERVAL == 0:
                self.progress(f"{number} of {len(destinations)} documents")
            name = f"{destination.folder}/{destination.slug}.md"
            texts[name] = self._text(destination, targets)
        layout = Layout()
        entries = "\n\n".join(layout.write(entry, key) for key, entry in self.new_entries)
        files: dict[str, str | bytes] = {
            **render(self.description, _PARTS),
            _PARTS.bibliography: "\n\n".join(part for part in (old.strip(), entries) if part)
            + "\n",
            "report.txt": "".join(f"{line}\n" for line in self.report()),
            **texts,
        }
        write(self.target, files)
        for file, name in targets.files.items():
            write(self.target, {name.lstrip("/"): file.read_bytes()})
        self.written = len(texts)

    def report(self) -> list[str]:
        """Return one line for each thing that could not be converted, sorted by file and line."""
        return [f"{path}:{line}: {message}" for path, line, message in sorted(self.reported)]

    def _report(self, document: Document, line: int, message: str) -> None:
        self.reported.add((show(document.path), line, " ".join(message.split())))

    def _bibliography(self) -> tuple[Library, str]:
        """Return the entries of the collection's own bibliography files, and their text."""
        loaded = reader.load(self.collection.bibliographies, self.source)
        bibliography, sources = reader.read_with_sources(loaded)
        library = Library({}, {}, {})
        for name, entries in sources.items():
            library.extend(
                IndexedEntry(Entry.of(entry), entry.key, self.source / name, entry.line)
                for entry in entries
                if bibliography.places.get(entry.key) == (name, entry.line)
            )
        texts = [(content or b"").decode("utf-8-sig", "replace").strip() for _, content in loaded]
        return library, "\n\n".join(text.replace("\r\n", "\n") for text in texts if text)

    def _destinations(self) -> Iterator[Destination]:
        taken: set[str] = set()
        for document in self.collection.documents:
            draft = str(document.fields.get("draft", "")).lower() == "true"
            draft = draft or "_drafts/" in f"/{document.name}"
            key = self._key(document)
            folder = "drafts" if draft else "papers" if key else "pages"
            if draft:
                self._report(document, 1, "is a draft; it goes to drafts/, which is not built")
            slug = base = re.sub(r"[^\w.-]+", "-", document.slug).strip("-.") or "note"
            number = 1
            while f"{folder}/{slug}".lower() in taken:
                number += 1
                slug = f"{base}-{number}"
            taken.add(f"{folder}/{slug}".lower())
            yield Destination(document, folder, slug, key)

    def _key(self, document: Document) -> str:
        """Return the key of the paper that *document* is about, and add its entry if it is new.

        Return the empty string if the document names no paper.
        """
        address = self._address(document)
        if not address:
            if not document.name.startswith("_"):
                self._report(document, 1, "names no paper; it becomes a page")
            return ""
        title = fix_latex(_MARKUP.sub(r"\1", self._title(document)[0]))
        entry = clean(entry_of(address, title))
        existing = next(
            (e for i in entry.identifiers() if (e := self.library.by_identifier(i))), None
        ) or self.library.by_title(entry)
        if existing and _may_be_same(existing.entry, entry):
            return existing.key
        key = keys.make_unique(
            keys.make_key(entry, _KEY_PATTERN), lambda key: self.library.by_key(key) is not None
        )
        self.new_entries.append((key, entry))
        self.library.extend([IndexedEntry(entry, key, self.target / "refs.bib", 1)])
        return key

    def _address(self, document: Document) -> str:
        """Return the URL of the paper, from the front matter or the first lines of *document*."""
        for name in _PAPER_FIELDS:
            value, _ = document.text(name)
            if identifier := identify(value):
                base = "arxiv.org/abs" if identifier.kind == "arXiv" else "doi.org"
                return f"https://{base}/{identifier.value}"
            if re.match(r"https?://\S+$", value):
                return value
        top = "\n".join(document.body.strip().split("\n")[:_TOP_LINES])
        addresses = (match[0].rstrip(".,;:") for match in _ADDRESS.finditer(top))
        return next((address for address in addresses if is_paper(address)), "")

    def _title(self, document: Document) -> tuple[str, int | None]:
        """Return the title, and the index of its line in the body if it is a heading there."""
        lines = list(enumerate(document.body.split("\n"), document.line))
        first = next(headings(lines), None)
        title, _ = document.text("title")
        heading = first[2] if first and first[1] == 1 else ""
        if heading and (not title or comparison_key(heading) == comparison_key(title)):
            return heading, first[0] if first else None
        return title or document.slug.replace("-", " ").replace("_", " "), None

    def _text(self, destination: Destination, targets: LinkTargets) -> str:
        """Return the converted text of a document."""
        document = destination.document
        if document.fault:
            self._report(document, 1, f"{document.fault}; it is kept as text")
        lines: list[Line] = list(enumerate(document.body.split("\n"), document.line))
        prose = _FENCED.sub("", document.body)
        inline = Inline(
            self.kind,
            DocumentLinks(targets, document.path.parent),
            _KnownKeys(self.library),
            lambda line, message: self._report(document, line, message),
            _footnotes(prose),
            _references(prose),
        )
        title, index = self._title(document)
        if index is None:
            title = _SPECIAL.sub(r"\\\g<0>", title)
        else:
            title = inline.convert(title, lines[index][0])
            following = lines[index + 1][1] if index + 1 < len(lines) else ""
            length = 2 if re.fullmatch(r"[ ]{0,3}=+[ \t]*", following) else 1
            del lines[index : index + length]
        levels = [level for _, level, _ in headings(lines)]
        blocks = Blocks(self.kind, inline.convert, inline.report, 2 - min(levels) if levels else 0)
        body = "\n".join(blocks.convert(lines)).strip("\n")
        body = re.sub(r"\n{3,}", "\n\n", body)
        front_matter = self._front_matter(destination)
        return "\n".join([front_matter, f"# {title}", *(["", body] if body else []), ""])

    def _front_matter(self, destination: Destination) -> str:
        document = destination.document
        for name, value in document.fields.items():
            if name not in _KNOWN_FIELDS:
                self._report(document, document.lines.get(name, 1), f"{name}: {value} is left out")
        if not destination.key or destination.folder == "pages":
            return "---\norphan: true\n---\n"
        front: dict[str, object] = {"paper": destination.key}
        if tags := document.tags():
            front["tags"] = tags
        if day := document.day():
            front["read"] = day
        summary, _ = document.text("summary")
        if summary:
            front["summary"] = _SPECIAL.sub(r"\\\g<0>", summary)
        return escaping.front_matter(front)


@dataclass(frozen=True)
class _KnownKeys:
    """A container of the citation keys of a library."""

    library: Library

    def __contains__(self, key: object) -> bool:
        entry = self.library.by_key(str(key))
        return entry is not None and entry.key == key


def _may_be_same(a: Entry, b: Entry) -> bool:
    """Return whether two entries share an identifier, or have none of the same kind."""
    ids_a = {identifier.folded() for identifier in a.identifiers()}
    ids_b = {identifier.folded() for identifier in b.identifiers()}
    same_kinds = {identifier.kind for identifier in ids_a} & {each.kind for each in ids_b}
    return bool(ids_a & ids_b) or not same_kinds


def _footnotes(text: str) -> set[str]:
    """Return the names of footnotes that have both a reference and a definition."""
    defined = set(re.findall(r"^[ ]{0,3}\[\^([^\]\s]+)\]:", text, re.MULTILINE))
    return defined & set(re.findall(r"\[\^([^\]\s]+)\](?!:)", text))


def _references(text: str) -> dict[str, str]:
    """Return the labels and targets of link reference definitions without an external URL."""
    definitions = re.findall(
        r"^[ ]{0,3}\[([^\]\n^][^\]\n]*)\]:[ \t]+<?([^\s>]+)>?", text, re.MULTILINE
    )
    return {
        " ".join(label.lower().split()): target
        for label, target in definitions
        if not re.match(r"(?:https?|ftp)://|mailto:", target, re.IGNORECASE)
    }
