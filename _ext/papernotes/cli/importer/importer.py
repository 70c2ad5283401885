"""``papernotes import``: make a site from another program's collection of notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import identify
from papernotes.bibliography.titles import comparison_key
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import clean, escape, split_formulas
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.bibfile.style import Layout
from papernotes.cli.importer import metadata
from papernotes.cli.importer.blocks import Blocks, headings
from papernotes.cli.importer.collection import Collection, Document, Kind, read
from papernotes.cli.importer.foreign import EXTENSIONS, Guard, as_code, guard
from papernotes.cli.importer.inline import Inline
from papernotes.cli.importer.link_targets import Destination, DocumentLinks, LinkTargets
from papernotes.cli.importer.marks import Line
from papernotes.cli.importer.metadata import ADDRESS, Facts, Item, facts_of, plain
from papernotes.cli.importer.paper_urls import entry_of, is_paper
from papernotes.cli.importer.protected import replace as replace_spans
from papernotes.cli.importer.protected import spans, sub_closed
from papernotes.cli.importer.shortcodes import Footnote, Preparation
from papernotes.cli.importer.tree import MAX_BIBLIOGRAPHY, name_of, portable_name
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.scaffold import escaping
from papernotes.cli.scaffold.description import Description
from papernotes.cli.scaffold.files import Parts, check_folder, render, write
from papernotes.cli.scaffold.texts import texts
from papernotes.cli.site import show
from papernotes.core.text import escape_controls

_KEY_PATTERN = "{family}{year}{word}"
_PAPER_FIELDS = "link arxiv doi paper url pdf paper_url paperurl source external_link links".split()
_KNOWN_FIELDS = frozenset(
    "title date created tags categories tag category topics draft publish published summary"
    " aliases".split()
) | frozenset(_PAPER_FIELDS)
# The number of documents between two reports of progress.
_PROGRESS_INTERVAL = 500
# The number of lines at the start of a note that may hold the URL of its paper.
_TOP_LINES = 15
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{:?\s*+[#.][^{}]*+\}\s*+$")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#@$]")

# What ends conf.py: settings for what other programs' notes contain.
_SETTINGS = f"""\
myst_enable_extensions = [{", ".join(f'"{name}"' for name in EXTENSIONS)}]
suppress_warnings = [
    # The entries hold only what the links in the notes contain. Delete these lines after
    # `papernotes refresh`.
    "papernotes.incomplete-entry",
    "papernotes.missing-field",
    # A formula that cannot be converted is shown as TeX, dollar signs in text stay text, and code
    # that does not fit its language is not highlighted. Delete these lines to see where.
    "papernotes.bad-math",
    "papernotes.unread-formula",
    "misc.highlighting_failure",
    # Only pages show deleted text as such; a PDF shows it like the rest.
    "myst.strikethrough",
]
"""
# The report is no page.
_PARTS = Parts(exclude=("report.txt",), sort="-read", settings=_SETTINGS)


@dataclass
class Source:
    """A document as it was read: its title, the other lines, and what its metadata says.

    The title is Markdown if it is a heading, on ``title_line``; otherwise this is None. The block
    of metadata is ``lines[: metadata_end]``. ``footnotes`` are those that shortcodes hold.
    """

    document: Document
    title: str
    title_line: int | None
    lines: list[Line]
    metadata_end: int
    facts: Facts
    footnotes: list[Footnote]


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
    # The first place and the number of what is told once for all documents.
    counted: dict[str, tuple[tuple[str, int, str], int]] = field(default_factory=dict)
    written: int = 0

    def run(self) -> None:
        """Write the site.

        Raise a CommandError, before anything is written, if *target* is not empty or the
        collection has no documents.
        """
        check_folder(self.target)
        self.collection: Collection = read(self.kind, self.source)
        for document in self.collection.documents:
            for remark in document.remarks:
                self._report(document, 1, remark)
        self.library, old = self._bibliography()
        self.new_entries: list[tuple[str, Entry]] = []
        self.sources = {each.name: self._source(each) for each in self.collection.documents}
        destinations = list(self._destinations())
        targets = LinkTargets(self.kind, self.collection, destinations)
        self.guard: Guard = guard(_KnownKeys(self.library))
        texts: dict[str, str] = {}
        for number, destination in enumerate(destinations):
            if number and number % _PROGRESS_INTERVAL == 0:
                self.progress(f"{number} of {len(destinations)} documents")
            name = f"{destination.folder}/{destination.slug}.md"
            texts[name] = self._safe_text(destination, targets)
        layout = Layout()
        entries = "\n\n".join(layout.write(entry, key) for key, entry in self.new_entries)
        files: dict[str, str | bytes] = {
            **render(self.description, _PARTS),
            _PARTS.bibliography: "\n\n".join(part for part in (old.strip(), entries) if part)
            + "\n",
            **texts,
        }
        write(self.target, files)
        if targets.files:
            (self.target / "pictures").mkdir()
        for file, name in targets.files.items():
            self.collection.tree.copy(file, self.target / name.lstrip("/"))
        write(self.target, {"report.txt": "".join(f"{line}\n" for line in self.report())})
        self.written = len(texts)

    def report(self) -> list[str]:
        """Return one line for each thing that could not be converted, sorted by file and line."""
        counted = {
            (path, line, message + (f" ({count} times in all)" if count > 1 else ""))
            for (path, line, message), count in self.counted.values()
        }
        left_out = {(show(path), 1, why) for path, why in self.collection.tree.left_out.items()}
        told = sorted(self.reported | counted | left_out)
        return [escape_controls(f"{path}:{line}: {text}") for path, line, text in told]

    def _report(self, document: Document, line: int, message: str, kind: str = "") -> None:
        told = (show(document.path), line, " ".join(message.split()))
        if kind:
            first, count = self.counted.get(kind, (told, 0))
            self.counted[kind] = (first, count + 1)
        else:
            self.reported.add(told)

    def _source(self, document: Document) -> Source:
        def report(line: int, message: str, kind: str = "") -> None:
            self._report(document, line, message, kind)

        label = _unused_label("sidenote", document.body)
        preparation = Preparation(self.kind, document.line, report, label)
        document.body = preparation.prepare(document.body)
        lines = document.numbered()
        title, index = _title(document, lines)
        title_line = None
        if index is not None:
            title_line = lines[index][0]
            following = lines[index + 1][1] if index + 1 < len(lines) else ""
            length = 2 if re.fullmatch(r"[ ]{0,3}=+[ \t]*", following) else 1
            del lines[index : index + length]
        # What stands above the title is no metadata.
        is_first = not any(text.strip() for _, text in lines[: index or 0])
        end, items = metadata.find(lines) if is_first else (0, [])
        facts = facts_of([*self._front_matter_items(document), *items])
        return Source(document, title, title_line, lines, end, facts, preparation.footnotes)

    @staticmethod
    def _front_matter_items(document: Document) -> Iterator[Item]:
        """Yield what the front matter says of the paper."""
        names = metadata.FRONT_MATTER & document.fields.keys()
        for name in sorted(names):
            value = document.fields[name]
            text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            # Authors by themselves may be the writers of the site.
            if name != "authors" or len(names) > 1:
                yield Item(name, text, document.lines.get(name, 1))

    def _bibliography(self) -> tuple[Library, str]:
        """Return the entries of the collection's own bibliography files, and their text."""
        tree = self.collection.tree
        loaded: list[tuple[str, bytes | None]] = [
            (name_of(path.relative_to(self.source)), content)
            for path in self.collection.bibliographies
            if (content := tree.read(path, MAX_BIBLIOGRAPHY)) is not None
        ]
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
            key = self._key(self.sources[document.name])
            folder = "papers" if key else "pages"
            if document.is_draft():
                self._report(document, 1, "is a draft; it stays one, by draft: true")
            slug = base = portable_name(document.slug, "note")
            number = 1
            while f"{folder}/{slug}".casefold() in taken:
                number += 1
                slug = f"{base}-{number}"
            taken.add(f"{folder}/{slug}".casefold())
            yield Destination(document, folder, slug, key)

    def _key(self, source: Source) -> str:
        """Return the key of the paper that a document is about, and add its entry if it is new.

        Return the empty string if the document names no paper.
        """
        document, facts = source.document, source.facts
        address = _address(source)
        if not address and not facts.names_paper():
            if not document.name.startswith("_"):
                self._report(document, 1, "names no paper; it becomes a page")
            return ""
        entry = entry_of(
            address, escape("title", plain(_ATTRIBUTES.sub("", source.title).rstrip()))
        )
        entry = replace(entry, type=facts.type or entry.type, fields=entry.fields | facts.fields)
        entry = clean(entry)
        existing = next(
            (e for i in entry.identifiers() if (e := self.library.by_identifier(i))), None
        ) or self.library.by_title(entry)
        if existing and _may_be_same(existing.entry, entry):
            # The files of the collection stay as they are, so what they lack goes to the note.
            lacking = [item for name, item in facts.sources.items() if not existing.entry.get(name)]
            facts.rest += dict.fromkeys(lacking)
            return existing.key
        key = keys.make_unique(
            keys.make_key(entry, _KEY_PATTERN), lambda key: self.library.by_key(key) is not None
        )
        self.new_entries.append((key, entry))
        self.library.extend([IndexedEntry(entry, key, self.target / "refs.bib", 1)])
        return key

    def _safe_text(self, destination: Destination, targets: LinkTargets) -> str:
        """Return the text of a document, in which nothing is alive that the author wrote."""
        document = destination.document
        try:
            front_matter, text = self._text(destination, targets)
        except RecursionError:
            self._report(document, 1, "is nested too deeply; it is kept as code")
            front_matter = self._front_matter(destination)
            text = f"# {destination.slug}\n\n{as_code(document.body)}\n"
        source = document.body.split("\n")

        def report(shown: str) -> None:
            beginning = shown.split("`", maxsplit=1)[0] or shown.strip("`~ ")
            places = (number for number, line in enumerate(source) if beginning in line)
            line = document.line + next(places, 0)
            self._report(document, line, f"{shown} would be run by MyST; it is left as text")

        return f"{front_matter}\n{self.guard.disarm(text, report)}"

    def _text(self, destination: Destination, targets: LinkTargets) -> tuple[str, str]:
        """Return the front matter and the converted text of a document."""
        document = destination.document
        source = self.sources[document.name]
        if document.fault:
            self._report(document, 1, f"{document.fault}; it is kept as text")
        is_note = bool(destination.key)
        lines = source.lines[source.metadata_end :] if is_note else source.lines
        fences = (span for span in spans(document.body) if span.kind == "fence")
        prose = replace_spans(document.body, fences, lambda _: "")
        inline = Inline(
            self.kind,
            DocumentLinks(targets, document.path.parent),
            _KnownKeys(self.library),
            lambda line, message, kind="": self._report(document, line, message, kind),
            _footnotes(prose) | {note.label for note in source.footnotes},
            _references(prose),
            _unused_label("note", document.body),
        )
        title = (
            _as_markdown(source.title)
            if source.title_line is None
            else inline.convert(source.title, source.title_line)
        )
        levels = [level for _, level, _ in headings(lines)]
        blocks = Blocks(self.kind, inline.convert, inline.report, 2 - min(levels) if levels else 0)
        body = blocks.convert(lines)
        if is_note and source.facts.rest:
            first = next(headings(list(enumerate(body))), None)
            position = first[0] if first else len(body)
            body[position:position] = self._rest(source.facts.rest, inline)
        for note in source.footnotes:
            body += ["", *_footnote(note.label, blocks.convert(note.lines()))]
        for label, text in inline.notes:
            body += ["", f"[^{label}]: {text}"]
        whole = re.sub(r"\n{3,}", "\n\n", "\n".join(body).strip("\n"))
        front_matter = self._front_matter(destination)
        return front_matter, "\n".join([f"# {title}", *(["", whole] if whole else []), ""])

    def _rest(self, items: Sequence[Item], inline: Inline) -> list[str]:
        """Return the section for metadata that no entry has a field for."""
        heading = texts(self.description.language)["details"]
        listed = []
        for item in items:
            value = f"<{item.value}>" if ADDRESS.fullmatch(item.value) else item.value
            listed.append(inline.convert(f"- **{item.label}**: {value}", item.line))
        return ["", f"## {heading}", "", *listed, ""]

    def _front_matter(self, destination: Destination) -> str:
        document, facts = destination.document, self.sources[destination.document.name].facts
        used = {item.label for item in facts.sources.values()} if destination.key else set()
        for name, value in document.fields.items():
            if name not in _KNOWN_FIELDS and name not in used:
                self._report(document, document.lines.get(name, 1), f"{name}: {value} is left out")
        front: dict[str, object] = {}
        if destination.key:
            front["paper"] = destination.key
            if tags := [*dict.fromkeys([*document.tags(self.kind), *facts.tags])]:
                front["tags"] = tags
            if day := facts.read or document.day():
                front["read"] = day
            if summary := document.text("summary")[0]:
                front["summary"] = self._summary(summary)
        else:
            front["orphan"] = True
        if document.is_draft():
            front["draft"] = True
        return escaping.front_matter(front)

    def _summary(self, text: str) -> str:
        """Return the summary in the front matter, *text*, as Markdown that begins no block."""
        markdown = re.sub(r"^(\d*)(?=[%+:~=.)|-])", r"\1\\", _as_markdown(text))
        return self.guard.disarm(markdown, lambda _: None)


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
    return defined & set(re.findall(r"\[\^([^\[\]\s]++)\](?!:)", text))


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


def _title(document: Document, lines: Sequence[Line]) -> tuple[str, int | None]:
    """Return the title, and the index of its line in *lines* if it is a heading there."""
    first = next(headings(lines), None)
    title, _ = document.text("title")
    heading = first[2] if first and first[1] == 1 else ""
    if heading and (not title or comparison_key(heading) == comparison_key(title)):
        return heading, first[0] if first else None
    return title or document.slug.replace("-", " ").replace("_", " "), None


def _address(source: Source) -> str:
    """Return the URL of the paper, from front matter, metadata or the first lines."""
    for name in _PAPER_FIELDS:
        value, _ = source.document.text(name)
        if identifier := identify(value):
            base = "arxiv.org/abs" if identifier.kind == "arXiv" else "doi.org"
            return f"https://{base}/{identifier.value}"
        if re.match(r"https?://\S+$", value):
            return value
    if source.facts.addresses:
        return source.facts.addresses[0]
    top = "\n".join(text for _, text in source.lines).strip().split("\n")[:_TOP_LINES]
    visible = sub_closed(_COMMENT, "-->", lambda _: "", "\n".join(top))
    addresses = (match[0].rstrip(".,;:") for match in ADDRESS.finditer(visible))
    return next((address for address in addresses if is_paper(address)), "")


def _as_markdown(text: str) -> str:
    """Return *text*, which is not Markdown but may have formulas, as Markdown on one line."""
    parts = split_formulas(" ".join(text.split()))
    parts[::2] = [_SPECIAL.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)


def _unused_label(label: str, text: str) -> str:
    """Return *label*, or one like it, for footnotes that *text* does not have."""
    while f"[^{label}-" in text:
        label += "-x"
    return label


def _footnote(label: str, content: list[str]) -> list[str]:
    """Return the definition of a footnote; its later paragraphs are indented."""
    first, *rest = "\n".join(content).strip("\n").split("\n")
    return [f"[^{label}]: {first}", *(f"    {line}" if line else "" for line in rest)]
