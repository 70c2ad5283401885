"""``papernotes import``: a collection of notes of another program as a site of this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import identify
from papernotes.bibliography.titles import comparison_key
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.clean import clean, fix_latex
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.bibfile.style import Layout
from papernotes.cli.errors import CommandError
from papernotes.cli.importer.blocks import Blocks, Line, headings
from papernotes.cli.importer.collection import Collection, Document, Kind, read
from papernotes.cli.importer.inline import Inline
from papernotes.cli.importer.link_targets import Destination, DocumentLinks, LinkTargets
from papernotes.cli.importer.paper_urls import entry_of, is_paper
from papernotes.cli.library import IndexedEntry, Library
from papernotes.cli.site import show

PATTERN = "{family}{year}{word}"
_LINKS = "link arxiv doi paper url pdf paper_url paperurl source external_link links".split()
_KNOWN = frozenset(
    "title date created tags categories tag category topics draft summary aliases".split()
) | frozenset(_LINKS)
_ADDRESS = re.compile(r"https?://[^\s<>)\]\"'}]+")
# After how many documents there is word of progress.
_OFTEN = 500
# How far down in a note the address of its paper is looked for.
_TOP = 15
_FENCED = re.compile(r"^[ ]{0,3}(`{3,}|~{3,}).*?^[ ]{0,3}\1", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|[*`{}\\]")
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#@]")

_CONF = '''"""Settings of a site of imported notes."""

project = "Notes"
extensions = ["papernotes"]
exclude_patterns = ["_build", "drafts", "report.txt"]
bibtex_bibfiles = ["refs.bib"]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "strikethrough"]
papernotes_pandoc_citations = True
suppress_warnings = [
    # The entries hold what the notes' links tell; after `papernotes refresh` this line can go.
    "papernotes.incomplete-entry",
    # A formula that cannot be read shows its TeX, and such code has no colours. Without these
    # lines, a build tells where.
    "papernotes.bad-math",
    "misc.highlighting_failure",
]
'''
_INDEX = """# Notes

```{papers}
:sort: -read
```
"""


@dataclass
class Importer:
    """Turns a collection into the files of a site; *step* is told how far it is."""

    kind: Kind
    source: Path
    target: Path
    step: Callable[[str], None] = lambda _: None
    told: set[tuple[str, int, str]] = field(default_factory=set)
    written: int = 0

    def run(self) -> None:
        """Write the site; raise a CommandError, with nothing written, where that fails."""
        if self.target.exists() and (not self.target.is_dir() or any(self.target.iterdir())):
            raise CommandError(
                f"{show(self.target)} is not empty; name a folder that is not there yet"
            )
        self.collection: Collection = read(self.kind, self.source)
        self.library, old = self._bibliography()
        self.new: list[tuple[str, Entry]] = []
        self.plans = list(self._plan())
        whereabouts = LinkTargets(self.kind, self.source, self.collection.assets, self.plans)
        texts: dict[str, str] = {}
        for number, plan in enumerate(self.plans):
            if number and number % _OFTEN == 0:
                self.step(f"{number} of {len(self.plans)} documents")
            texts[self._path(plan)] = self._text(plan, whereabouts)
        layout = Layout()
        entries = "\n\n".join(layout.write(entry, key) for key, entry in self.new)
        files = {
            "conf.py": _CONF,
            "index.md": _INDEX,
            "refs.bib": "\n\n".join(part for part in (old.strip(), entries) if part) + "\n",
            "report.txt": "".join(f"{line}\n" for line in self.report()),
            **texts,
        }
        for name, text in files.items():
            path = self.target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for picture, name in whereabouts.files.items():
            path = self.target / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture.read_bytes())
        self.written = len(texts)

    def tell(self, document: Document, line: int, what: str) -> None:
        """Report that *what* stands on a line of *document* and could not be carried over."""
        self.told.add((show(document.path), line, " ".join(what.split())))

    def report(self) -> list[str]:
        """Return a line for each thing that could not be carried over, in the order of files."""
        return [f"{path}:{line}: {what}" for path, line, what in sorted(self.told)]

    def _bibliography(self) -> tuple[Library, str]:
        """Return the entries of the collection's own bibliography files, and their text."""
        loaded = reader.load(self.collection.bibliographies, self.source)
        found, sources = reader.read_with_sources(loaded)
        library = Library({}, {}, {})
        for name, entries in sources.items():
            library.extend(
                IndexedEntry(Entry.of(entry), entry.key, self.source / name, entry.line)
                for entry in entries
                if found.places.get(entry.key) == (name, entry.line)
            )
        texts = [(content or b"").decode("utf-8-sig", "replace").strip() for _, content in loaded]
        return library, "\n\n".join(text.replace("\r\n", "\n") for text in texts if text)

    def _plan(self) -> Iterator[Destination]:
        taken: set[str] = set()
        noted: set[str] = set()
        for document in self.collection.documents:
            draft = str(document.fields.get("draft", "")).lower() == "true"
            draft = draft or "_drafts/" in f"/{document.name}"
            key = self._key(document)
            if key in noted:
                self.tell(document, 1, f'another note is on "{key}" too; this is a page of its own')
                key = ""
            folder = "drafts" if draft else "papers" if key else "pages"
            if draft:
                self.tell(document, 1, "is a draft; it is in drafts/, which is not built")
            elif key:
                noted.add(key)
            slug = base = re.sub(r"[^\w.-]+", "-", document.slug).strip("-.") or "note"
            number = 1
            while f"{folder}/{slug}".lower() in taken:
                number += 1
                slug = f"{base}-{number}"
            taken.add(f"{folder}/{slug}".lower())
            yield Destination(document, folder, slug, key)

    def _key(self, document: Document) -> str:
        """Return the key of the paper that *document* is on; make its entry if there is none."""
        address = self._address(document)
        if not address:
            if not document.name.startswith("_"):
                self.tell(document, 1, "names no paper; it is a page of its own")
            return ""
        title = fix_latex(_MARKUP.sub(r"\1", self._title(document)[0]))
        entry = clean(entry_of(address, title))
        held = next(
            (h for i in entry.identifiers() if (h := self.library.by_identifier(i))), None
        ) or self.library.by_title(entry)
        if held and (
            not held.entry.identifiers() or not entry.identifiers() or _alike(held, entry)
        ):
            return held.key
        key = keys.make_unique(
            keys.make_key(entry, PATTERN), lambda key: self.library.by_key(key) is not None
        )
        self.new.append((key, entry))
        self.library.extend([IndexedEntry(entry, key, self.target / "refs.bib", 1)])
        return key

    def _address(self, document: Document) -> str:
        for name in _LINKS:
            value, _ = document.text(name)
            if identifier := identify(value):
                base = "arxiv.org/abs" if identifier.kind == "arXiv" else "doi.org"
                return f"https://{base}/{identifier.value}"
            if re.match(r"https?://\S+$", value):
                return value
        top = "\n".join(document.body.strip().split("\n")[:_TOP])
        found = (match[0].rstrip(".,;:") for match in _ADDRESS.finditer(top))
        return next((address for address in found if is_paper(address)), "")

    def _title(self, document: Document) -> tuple[str, int | None]:
        """Return the title, and the index of the line that has it, if it stands in the text."""
        lines = list(enumerate(document.body.split("\n"), document.line))
        first = next(headings(lines), None)
        title, _ = document.text("title")
        heading = first[2] if first and first[1] == 1 else ""
        if heading and (not title or comparison_key(heading) == comparison_key(title)):
            return heading, first[0] if first else None
        return title or document.slug.replace("-", " ").replace("_", " "), None

    def _path(self, plan: Destination) -> str:
        return f"{plan.folder}/{plan.slug}.md"

    def _text(self, plan: Destination, whereabouts: LinkTargets) -> str:
        document = plan.document
        if document.fault:
            self.tell(document, 1, f"{document.fault}; it is a part of the text")
        places = DocumentLinks(whereabouts, plan)
        lines: list[Line] = list(enumerate(document.body.split("\n"), document.line))
        prose = re.sub(
            r"^[ ]{0,3}(`{3,}|~{3,}).*?^[ ]{0,3}\1",
            "",
            document.body,
            flags=re.MULTILINE | re.DOTALL,
        )
        inline = Inline(
            self.kind,
            places,
            _Keys(self.library),
            lambda line, what: self.tell(document, line, what),
            _footnotes(prose),
            _references(prose),
        )
        title, place = self._title(document)
        if place is None:
            title = _SPECIAL.sub(r"\\\g<0>", title)
        else:
            title = inline.convert(title, lines[place][0])
            following = lines[place + 1][1] if place + 1 < len(lines) else ""
            length = 2 if re.fullmatch(r"[ ]{0,3}=+[ \t]*", following) else 1
            del lines[place : place + length]
        levels = [level for _, level, _ in headings(lines)]
        blocks = Blocks(self.kind, inline.convert, inline.report, 2 - min(levels) if levels else 0)
        body = "\n".join(blocks.convert(lines)).strip("\n")
        body = re.sub(r"\n{3,}", "\n\n", body)
        return "\n".join([self._front(plan), f"# {title}", *(["", body] if body else []), ""])

    def _front(self, plan: Destination) -> str:
        document = plan.document
        for name, value in document.fields.items():
            if name not in _KNOWN:
                self.tell(document, document.lines.get(name, 1), f"{name}: {value} is left out")
        if not plan.key or plan.folder == "pages":
            return "---\norphan: true\n---\n"
        front = [_yaml({"paper": plan.key})]
        if tags := document.tags():
            front.append(f"tags: {_yaml(tags)}")
        if day := document.day():
            front.append(f"read: {day}\n")
        summary, _ = document.text("summary")
        if summary:
            front.append(_yaml({"summary": _SPECIAL.sub(r"\\\g<0>", summary)}))
        return f"---\n{''.join(front)}---\n"


def _yaml(value: object) -> str:
    is_list = isinstance(value, list)
    written: str = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=is_list, width=2**20
    )
    return written


@dataclass(frozen=True)
class _Keys:
    """The keys of a library, as a container."""

    library: Library

    def __contains__(self, key: object) -> bool:
        held = self.library.by_key(str(key))
        return held is not None and held.key == key


def _alike(held: IndexedEntry, entry: Entry) -> bool:
    """Return whether an identifier is shared, or none tells the two apart."""
    mine = {one.folded() for one in entry.identifiers()}
    theirs = {one.folded() for one in held.entry.identifiers()}
    kinds = {one.kind for one in mine} & {one.kind for one in theirs}
    return bool(mine & theirs) or not kinds


def _footnotes(text: str) -> set[str]:
    """Return the names of footnotes that are both referred to and there."""
    defined = set(re.findall(r"^[ ]{0,3}\[\^([^\]\s]+)\]:", text, re.MULTILINE))
    return defined & set(re.findall(r"\[\^([^\]\s]+)\](?!:)", text))


def _references(text: str) -> dict[str, str]:
    """Return where the link references of *text* lead to that stay in the collection."""
    found = re.findall(r"^[ ]{0,3}\[([^\]\n^][^\]\n]*)\]:[ \t]+<?([^\s>]+)>?", text, re.MULTILINE)
    return {
        " ".join(label.lower().split()): target
        for label, target in found
        if not re.match(r"(?:https?|ftp)://|mailto:", target, re.IGNORECASE)
    }
