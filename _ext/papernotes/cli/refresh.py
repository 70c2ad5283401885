"""``papernotes refresh``: what has become of preprints, and what entries lack.

What an author has changed is told from what arXiv or the registry said: a field that still says
what arXiv does may follow the publication; any other is the author's, and stays.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from pathlib import Path

from pybtex.bibtex.utils import split_name_list

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import Identifier, parse_doi
from papernotes.bibliography.names import family_name, parse_name
from papernotes.bibliography.scanner import SourceEntry
from papernotes.bibliography.titles import comparison_key
from papernotes.cli import storage
from papernotes.cli.bibfile.append import layout_of, line_end
from papernotes.cli.bibfile.clean import arxiv_year, clean, fix_latex, fix_pages
from papernotes.cli.bibfile.edit import edit
from papernotes.cli.bibfile.entry import Entry, missing_author_or_year, parse
from papernotes.cli.bibfile.style import Layout
from papernotes.cli.checks.entries import lacking
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.remote.sources import ArxivRecord, Sources
from papernotes.cli.site import Site, show
from papernotes.core.diagnostics import Fix

# What a registry says of a publication; the rest of an entry is no matter of it.
_FIELDS = (
    "title author booktitle journal series edition volume number eid pages chapter institution"
    " school publisher year doi"
).split()
_ALIASES = {"journal": ("journal", "journaltitle"), "year": ("year", "date")}
# Kinds of entries that say that a work is not published.
_UNPUBLISHED = frozenset({"misc", "online", "unpublished"})


@dataclass(frozen=True)
class Change:
    """One field as it is, None where there is none, and as it would be; "" is the entry's kind."""

    field: str
    old: str | None
    new: str


@dataclass(frozen=True)
class Proposal:
    """What could change in one entry, and why; without changes it is only told."""

    key: str
    path: Path
    line: int
    why: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class _Target:
    path: Path
    source: SourceEntry
    entry: Entry
    arxiv: str
    doi: Identifier | None


def propose(
    site: Site, sources: Sources, wanted: Sequence[str], step: Callable[[str], None]
) -> Iterator[Proposal]:
    """Yield what could change in the entries *wanted*, or, if there are none, in all that may gain.

    Those are preprints without the DOI of a publication, and entries with a DOI that lack what
    their kind needs. *step* is told what is asked for. Raise a CommandError where arXiv does
    not answer, or there is no network; one DOI that cannot be had is told.
    """
    targets = list(_targets(site, wanted))
    asked = [target.arxiv for target in targets if target.arxiv and not target.doi]
    if asked:
        step(f"asking arXiv about {len(asked)} preprint{'s' if len(asked) > 1 else ''}")
    records = {record.id: record for record in sources.records(asked)} if asked else {}
    for target in targets:
        record = records.get(target.arxiv)
        doi = target.doi or (parse_doi(record.doi) if record and record.doi else None)
        if doi is None or doi.kind == "arXiv":
            yield from _of_preprint(target, record, named=bool(wanted))
            continue
        step(f"asking for {doi}, of {target.source.key}")
        try:
            (published,) = parse(sources.bibtex(doi).encode(), f"the BibTeX of {doi}")
        except UnreachableError:
            raise
        except (CommandError, ValueError) as fault:
            yield _proposal(target, f"nothing can be had: {fault}")
            continue
        yield _compare(target, record, clean(published), doi)


def _targets(site: Site, wanted: Sequence[str]) -> Iterator[_Target]:
    paths = {site.relative(path): path for path in site.bibliography_files()}
    loaded = reader.load(paths.values(), site.root)
    read, found = reader.read_with_sources(loaded, site.encoding)
    for key in wanted:
        if key not in read:
            near = " or ".join(f'"{other}"' for other in read.nearest(key))
            raise CommandError(
                f'no entry has the key "{key}"' + (f"; did you mean {near}?" if near else "")
            )
    for name, entries in found.items():
        for source in entries:
            if read.places.get(source.key) != (name, source.line):
                continue
            entry = Entry.of(source)
            identifiers = {one.kind: one for one in entry.identifiers()}
            arxiv, doi = identifiers.get("arXiv"), identifiers.get("DOI")
            target = _Target(paths[name], source, entry, arxiv.value if arxiv else "", doi)
            may_gain = (lacking(source) or missing_author_or_year(entry)) if doi else arxiv
            if source.key in wanted or (not wanted and may_gain):
                yield target


def _of_preprint(target: _Target, record: ArxivRecord | None, *, named: bool) -> Iterator[Proposal]:
    """Yield what arXiv says of an entry for which there is no DOI of a publication."""
    told = ""
    if record and record.journal and target.entry.type in _UNPUBLISHED:
        told = f'arXiv names a publication without a DOI: "{record.journal}"'
    changes: list[Change] = []
    if record:
        preprint = clean(
            Entry(
                "misc",
                "",
                {
                    "title": fix_latex(record.title),
                    "author": " and ".join(record.authors),
                    "year": arxiv_year(Identifier("arXiv", record.id)),
                },
            )
        )
        changes = [
            Change(name, None, value)
            for name, value in preprint.fields.items()
            if not any(target.entry.get(alias) for alias in _ALIASES.get(name, (name,)))
        ]
    if changes or told:
        yield _proposal(target, told or "what it lacks is known to arXiv", changes)
    elif named and target.arxiv:
        yield _proposal(target, "arXiv names no publication")
    elif named:
        yield _proposal(target, "it has neither an arXiv identifier nor a DOI to ask for")


def _proposal(target: _Target, why: str, changes: Iterable[Change] = ()) -> Proposal:
    return Proposal(target.source.key, target.path, target.source.line, why, tuple(changes))


def _compare(
    target: _Target, record: ArxivRecord | None, published: Entry, doi: Identifier
) -> Proposal:
    entry = target.entry
    titles = (comparison_key(entry.get("title")), comparison_key(published.get("title")))
    if difflib.SequenceMatcher(None, *titles).ratio() < 0.6 and not _same_people(entry, published):
        return _proposal(
            target, f'{doi} is of another work, "{published.title()}"; the entry is left alone'
        )
    fields = {"doi": doi.value, **published.fields}
    if published.type == "article":
        # Of an article, the journal says it all.
        fields.pop("publisher", None)
    base = _said_by_arxiv(record)
    changes = []
    if entry.type in _UNPUBLISHED and published.type not in _UNPUBLISHED:
        changes.append(Change("", entry.type, published.type))
    for name in _FIELDS:
        new = fields.get(name, "")
        there = next((a for a in _ALIASES.get(name, (name,)) if entry.get(a)), "")
        if not new or (there == "date" and not entry.get("date").isdigit()):
            continue
        old = entry.get(there) if there else None
        if old is None:
            changes.append(Change(name, None, new))
        elif not same(name, old, new) and any(same(name, old, value) for value in base[name]):
            changes.append(Change(there, old, new))
    return _proposal(target, f"published as {doi}" if record else f"known as {doi}", changes)


def _said_by_arxiv(record: ArxivRecord | None) -> dict[str, set[str]]:
    """Return the values that arXiv itself gives to the fields of a preprint."""
    said: dict[str, set[str]] = {name: set() for name in _FIELDS}
    if record:
        said["title"].add(record.title)
        said["author"].add(" and ".join(record.authors))
        said["year"].update(record.years)
        said["year"].add(arxiv_year(Identifier("arXiv", record.id)))
    return said


def _same_people(entry: Entry, other: Entry) -> bool:
    return same("author", entry.get("author"), other.get("author"))


def same(name: str, one: str, other: str) -> bool:
    """Return whether two values of field *name* say the same; of names, the families count."""
    if name == "author":
        return _families(one) == _families(other)
    if name == "pages":
        return fix_pages(one) == fix_pages(other)
    return comparison_key(one) == comparison_key(other)


def _families(value: str) -> list[str]:
    people = (parse_name(name) for name in split_name_list(value))
    return [comparison_key(family_name(person)) for person in people if person is not None]


def apply(site: Site, agreed: Sequence[Proposal]) -> None:
    """Make the changes of *agreed*, and no other, in the files.

    Raise a CommandError, with nothing written to that file, where what is to be changed in an entry
    has changed meanwhile.
    """
    with storage.lock(site.bibliography_files()[0]):
        for path in dict.fromkeys(proposal.path for proposal in agreed):
            while True:
                try:
                    _apply(site, path, [one for one in agreed if one.path == path])
                except storage.Changed:
                    # Someone saved the file in between: begin again from what it is now.
                    continue
                break


def _apply(site: Site, path: Path, agreed: Sequence[Proposal]) -> None:
    content = storage.read(path) or b""
    found = reader.read_with_sources([("", content)], site.encoding)[1][""]
    layout = layout_of(content, site.encoding, found)
    by_key = {source.key: source for source in reversed(found)}
    fixes: list[Fix] = []
    for proposal in agreed:
        source = by_key.get(proposal.key)
        if source is None:
            raise CommandError(f'the entry "{proposal.key}" has just gone from {show(path)}')
        fixes += _fixes(path, source, proposal, layout, line_end(content))
    with storage.Draft(path, edit(path, content, site.encoding, fixes)) as draft:
        draft.replace(content)


def _fixes(
    path: Path, source: SourceEntry, proposal: Proposal, layout: Layout, end: str
) -> Iterator[Fix]:
    # New fields that come to stand behind one another do so in the file's order.
    order = cmp_to_key(layout.compare)
    for change in sorted(proposal.changes, key=lambda change: order(layout.name(change.field))):
        if not change.field:
            start = source.start + 1
            yield Fix(start, start + len(source.type), _always(layout.kind(change.new)))
            continue
        field = source.field(change.field)
        if (field.value if field else None) != change.old:
            raise CommandError(
                f'"{change.field}" of "{proposal.key}" has just been changed in {show(path)}:'
                f"{source.line}; try again"
            )
        if field:
            new = layout.value(change.field, change.new)
            yield Fix(field.value_start, field.value_end, _always(new))
        else:
            yield _insertion(source, change, layout, end)


def _insertion(source: SourceEntry, change: Change, layout: Layout, end: str) -> Fix:
    """Return what puts a new field behind those that stand before it in the file's order."""
    name = layout.name(change.field)
    written = layout.field(name, change.new)
    before = [field for field in source.fields if layout.compare(field.name.lower(), name) < 0]
    if before:
        place = before[-1].value_end
        added = f",{layout.between}{written}"
    elif source.fields:
        place = source.fields[0].start
        added = f"{written},{layout.between}"
    else:
        raise CommandError(f'the entry "{source.key}" has no fields; add them by hand')
    return Fix(place, place, _always(added.replace("\n", end)))


def _always(text: str) -> Callable[[str], str]:
    return lambda _: text
