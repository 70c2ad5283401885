"""Read the block of metadata with which many notes begin: ``**Venue**: … **arXiv**: …``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from markdown_it import MarkdownIt

from papernotes.bibliography.identifiers import identify
from papernotes.cli.bibfile.clean import MONTHS, escape, split_formulas
from papernotes.cli.formats import people
from papernotes.cli.importer.marks import Line, Placeholders
from papernotes.cli.importer.paper_urls import is_paper

ADDRESS = re.compile(r"https?://[^\s<>)\]\"'}]+")

_MARKER = r"[ ]{0,3}(?:>[ ]?)?(?:[-*+•][ \t]+)?"
_BOLD = re.compile(
    r"(?:\*\*|__)[ \t]*+([^*_:\uff1a\n]{1,40}?)[ \t]*+"
    r"(?:[:\uff1a][ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*[:\uff1a])"
)
# Dataview's fields of Obsidian, and lines without any markup.
_PLAIN = re.compile(r"([^\W\d_][\w ()/-]{0,30}?)[ \t]*+(?:::|[:\uff1a])[ \t]+(?=\S)")
# What stands between two fields on a line.
_AROUND = " \t\\|·•,;–—"
_PROSE = frozenset(
    "abstract|conclusion|idea|intro|introduction|key idea|main idea|overview|question|summary"
    "|tl;dr|tldr".split("|")
)
_MEANINGS = {
    "author": "author|authors|author(s)|by|作者",
    "title": "title|paper title|标题|题目",
    "year": "year|published|published on|publication date|publication year|年份",
    "venue": "venue|publication|published in|published at|appeared in|where|会议|期刊|发表",
    "journal": "journal",
    "booktitle": "conference|proceedings|booktitle|workshop",
    "link": "arxiv|doi|paper|pdf|url|link|links|paper link|paper url|source|openreview|论文|链接",
    "volume": "volume",
    "number": "number|issue",
    "pages": "pages",
    "publisher": "publisher",
    "tags": "tags|tag|keywords|topics|标签|关键词",
    "read": "read|date read|read on|read date",
}
_MEANING = {name: key for key, names in _MEANINGS.items() for name in names.split("|")}
# The characters of a value; a longer one does not go on in the next line.
_MAX_VALUE = 5000
# Fields of front matter that say something about the paper.
FRONT_MATTER = frozenset(
    "authors booktitle conference journal pages publisher venue volume year".split()
)
_JOURNAL = re.compile(
    r"journal|transactions|letters|annals|review|magazine"
    r"|\b(?:cell|jmlr|nature|neural computation|plos|pnas|science|tacl|tmlr|tpami)\b",
    re.IGNORECASE,
)
_UNPUBLISHED = re.compile(r"\b(?:arxiv|corr|preprint|under review)\b", re.IGNORECASE)
_OTHERS = {"phdthesis": r"thesis|dissertation", "misc": r"blog|report|website|lecture|slides"}
_PLACES = {
    "article": "journal",
    "inproceedings": "booktitle",
    "misc": "howpublished",
    "phdthesis": "school",
}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_INITIALS = re.compile(r"(?:[A-Z]\.[ -]?){1,4}|[A-Z]{1,3}")


@dataclass(frozen=True)
class Item:
    """One field of the metadata, its value in Markdown, on its line."""

    label: str
    value: str
    line: int


@dataclass
class Facts:
    """What metadata says: of the paper, of the note, and the ``rest``.

    ``fields`` are BibTeX, ``sources`` the items that they come from. ``addresses`` are those of the
    paper, the best first, and ``type`` is the type of the entry if the metadata tells it.
    """

    type: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Item] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    read: datetime.date | None = None
    rest: list[Item] = field(default_factory=list)

    def names_paper(self) -> bool:
        """Return whether a paper is known, although it has no address."""
        return "author" in self.fields and bool({"year", *_PLACES.values()} & self.fields.keys())


def find(lines: Sequence[Line]) -> tuple[int, list[Item]]:
    """Return the position after the metadata with which *lines* begin, and its items."""
    start = next((at for at, (_, text) in enumerate(lines) if text.strip()), len(lines))
    for pattern in (_BOLD, _PLAIN):
        end, items = _items(lines, start, pattern)
        known = sum(item.label.lower() in _MEANING for item in items)
        # Without bold letters, a sentence may begin like this, too.
        if known and (pattern is _BOLD or known == len(items) > 1):
            return end, items
    return 0, []


def _items(lines: Sequence[Line], start: int, label: re.Pattern[str]) -> tuple[int, list[Item]]:
    items: list[Item] = []
    end = start
    for position in range(start, len(lines)):
        number, line = lines[position]
        text = re.sub(rf"^{_MARKER}", "", line)
        found = _items_of_line(text, number, label)
        goes_on = (
            items
            and len(items[-1].value) < _MAX_VALUE
            and lines[position - 1][1].strip()
            and text.strip()
        )
        if found:
            items += found
        elif goes_on and re.match(r"[ \t]{2}|.*,$", line[:2] + lines[position - 1][1].rstrip()):
            last = items.pop()
            items.append(Item(last.label, f"{last.value} {text.strip(_AROUND)}", last.line))
        elif text.strip():
            break
        else:
            continue
        end = position + 1
    return end, items


def _items_of_line(text: str, number: int, label: re.Pattern[str]) -> list[Item]:
    """Return the items of a line, or none if it does not begin with one, or is prose."""
    labels = list(label.finditer(text)) if label is _BOLD else [label.match(text)]
    if not labels or labels[0] is None or labels[0].start() != 0:
        return []
    items = []
    for position, match in enumerate(labels):
        assert match is not None
        following = labels[position + 1] if position + 1 < len(labels) else None
        value = text[match.end() : following.start() if following else len(text)]
        value = re.sub(r"<br ?/?>", " ", value).strip(_AROUND)
        name = match[1].strip().lower()
        if name in _PROSE or (name not in _MEANING and len(value.split()) > 12):
            return []
        items.append(Item(match[1].strip(), value, number))
    return items


def facts_of(items: Iterable[Item]) -> Facts:
    """Return what *items* say."""
    facts = Facts()
    for item in items:
        meaning = _MEANING.get(item.label.lower(), "")
        if not _add(facts, meaning, item):
            facts.rest.append(item)
    return facts


def _add(facts: Facts, meaning: str, item: Item) -> bool:
    """Add what *item* says to *facts*, and return whether it could be used."""
    text = " ".join(plain(item.value).split())
    if not text and not ADDRESS.search(item.value):
        return True
    if meaning in _READERS:
        return _READERS[meaning](facts, text, item)
    return bool(meaning) and _set(facts, meaning, escape(meaning, text), item)


def _set(facts: Facts, name: str, value: str, item: Item) -> bool:
    """Set the field *name* unless it is set; return whether it was not, or is the same."""
    if not value or facts.fields.get(name, value) != value:
        return False
    facts.fields[name] = value
    facts.sources[name] = item
    return True


def _add_author(facts: Facts, text: str, item: Item) -> bool:
    return _set(facts, "author", names(text), item)


def _add_year(facts: Facts, text: str, item: Item) -> bool:
    """Add a date; "published" may also say where."""
    year = _YEAR.search(text)
    months = "|".join(MONTHS)
    if year is None or re.search(rf"(?!{months})\b[^\W\d_]{{3}}", text, re.IGNORECASE):
        return _add_venue(facts, text, item)
    month = re.match(r"\d{4}[-/.](\d\d?)\b", text[year.start() :])
    if month and 1 <= int(month[1]) <= len(MONTHS):
        _set(facts, "month", MONTHS[int(month[1]) - 1], item)
    return _set(facts, "year", year[0], item)


def _add_venue(facts: Facts, text: str, item: Item, kind: str = "") -> bool:
    if identify(text):
        return _add_links(facts, text, item)
    facts.addresses += [url for url in ADDRESS.findall(item.value) if is_paper(url)]
    year = _YEAR.search(text)
    if year:
        _set(facts, "year", year[0], item)
        text = re.sub(rf"[\s,(]{{0,9}}{year[0]}[\s,)]*+$", "", text)
    if _UNPUBLISHED.search(text):
        return True
    if not text:
        return year is not None
    if not kind:
        kinds = (of for of, form in _OTHERS.items() if re.search(form, text, re.IGNORECASE))
        kind = "article" if _JOURNAL.search(text) else next(kinds, "inproceedings")
    facts.type = facts.type or kind
    return _set(facts, _PLACES[kind], escape(_PLACES[kind], text), item)


def _add_links(facts: Facts, text: str, item: Item) -> bool:
    """Add the addresses and identifiers of an item; return False if one of them has no field."""
    addresses = [address.rstrip(".,;:") for address in ADDRESS.findall(item.value)]
    # The identifier may stand without an address, as in "arXiv: 1706.03762v5 [cs.CL]".
    words = re.sub(r"\[[\w.-]++\]", "", text).split() if not addresses else []
    addresses += [word for word in words if identify(word)]
    used = bool(addresses)
    for address in addresses:
        if identifier := identify(address):
            base = "arxiv.org/abs" if identifier.kind == "arXiv" else "doi.org"
            facts.addresses.insert(0, f"https://{base}/{identifier.value}")
            name = "eprint" if identifier.kind == "arXiv" else "doi"
            used &= _set(facts, name, escape(name, identifier.value), item)
        else:
            facts.addresses.append(address)
            name = "pdf" if address.endswith(".pdf") or item.label.lower() == "pdf" else "url"
            used &= _set(facts, name, escape(name, address), item)
    return used


def _add_tags(facts: Facts, text: str, item: Item) -> bool:
    parts = re.split(r"[,;]|(?<=\s)(?=#)", text)
    facts.tags += [tag for part in parts if (tag := part.strip().lstrip("#"))]
    return True


def _add_read(facts: Facts, text: str, item: Item) -> bool:
    try:
        facts.read = datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


_READERS: dict[str, Callable[[Facts, str, Item], bool]] = {
    "author": _add_author,
    "year": _add_year,
    "venue": _add_venue,
    "journal": partial(_add_venue, kind="article"),
    "booktitle": partial(_add_venue, kind="inproceedings"),
    "link": _add_links,
    "tags": _add_tags,
    "read": _add_read,
}


def names(text: str) -> str:
    """Return the names in *text* as BibTeX writes them."""
    text = " ".join(text.split())
    text = re.sub(r"\s*\([^()]*\)|[¹²³⁴⁵⁶⁷⁸⁹⁰†‡*]|(?<=[^\W\d_])\d\b", "", text)
    text = re.sub(r",?\s*(?:\bet al\b|…|\.\.\.).*", ", others", text)
    if ";" in text:
        return people.joined([people.from_text(part) for part in text.split(";") if part.strip()])
    parts = re.split(r"\s*,\s*(?:and\s+|&\s*)?|\s+and\s+|\s*&\s*|\s*、\s*", text)
    parts = [part.strip() for part in parts if part.strip()]
    if len(parts) > 1 and all(map(_INITIALS.fullmatch, parts[1::2])):
        parts = [", ".join(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return people.joined([people.from_text(part) for part in parts])


def plain(markdown: str) -> str:
    """Return *markdown* as text without markup, with its formulas."""
    marks = Placeholders()
    parts = split_formulas(markdown)
    parts[1::2] = map(marks.keep, parts[1::2])
    inline = MarkdownIt().parseInline("".join(parts))[0].children or []
    text = "".join(" " if token.type == "softbreak" else token.content for token in inline)
    return marks.restore(text).strip()
