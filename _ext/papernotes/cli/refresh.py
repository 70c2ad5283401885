"""``papernotes refresh``: update published preprints, and add missing fields to entries.

A field that still has arXiv's value may take the value of the publication. Any other value comes
from the author, and stays.
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
from papernotes.cli.checks.entries import missing_fields
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.remote.sources import ArxivRecord, Sources
from papernotes.cli.site import Site, show
from papernotes.core.diagnostics import Fix

# The fields that a registry may change; the others do not describe the publication.
_FIELDS = (
    "title author booktitle journal series edition volume number eid pages chapter institution"
    " school publisher year doi"
).split()
_ALIASES = {"journal": ("journal", "journaltitle"), "year": ("year", "date")}
# The entry types of unpublished works.
_UNPUBLISHED = frozenset({"misc", "online", "unpublished"})


@dataclass(frozen=True)
class Change:
    """A change of a field from the value *old*, None if missing, to *new*.

    The field with the empty name is the entry's type.
    """

    field: str
    old: str | None
    new: str


@dataclass(frozen=True)
class Proposal:
    """The changes proposed for one entry, and why; without changes, only a message.

    ``external`` says that another program owns the file, so that the changes are only shown.
    """

    key: str
    path: Path
    line: int
    why: str
    changes: tuple[Change, ...] = ()
    external: bool = False


@dataclass(frozen=True)
class _Target:
    path: Path
    external: bool
    source: SourceEntry
    entry: Entry
    arxiv: str
    doi: Identifier | None


def propose(
    site: Site, sources: Sources, wanted: Sequence[str], step: Callable[[str], None]
) -> Iterator[Proposal]:
    """Yield proposals for the entries with the keys *wanted*, or, without keys, for all candidates.

    Candidates are preprints without the DOI of a publication, and entries with a DOI that lack a
    required field. *step* is called with a description of each request. If the record of a DOI
    cannot be fetched, the proposal has no changes. Raise a CommandError if arXiv does not answer,
    or if there is no network.
    """
    targets = list(_targets(site, wanted))
    arxiv_ids = [target.arxiv for target in targets if target.arxiv and not target.doi]
    if arxiv_ids:
        step(f"asking arXiv about {len(arxiv_ids)} preprint{'s' if len(arxiv_ids) > 1 else ''}")
    records = {record.id: record for record in sources.records(arxiv_ids)} if arxiv_ids else {}
    for target in targets:
        record = records.get(target.arxiv)
        doi = target.doi or (parse_doi(record.doi) if record and record.doi else None)
        if doi is None or doi.kind == "arXiv":
            yield from _propose_for_preprint(target, record, named=bool(wanted))
            continue
        step(f'fetching {doi} for "{target.source.key}"')
        try:
            (published,) = parse(sources.bibtex(doi).encode(), f"the BibTeX of {doi}")
        except UnreachableError:
            raise
        except (CommandError, ValueError) as error:
            yield _proposal(target, f"no record was found: {error}")
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
                f'no entry has the key "{key}"; '
                + (f"did you mean {near}?" if near else "check the key")
            )
    for name, entries in found.items():
        external = site.is_external(paths[name])
        for source in entries:
            if read.places.get(source.key) != (name, source.line):
                continue
            entry = Entry.of(source)
            identifiers = {each.kind: each for each in entry.identifiers()}
            arxiv, doi = identifiers.get("arXiv"), identifiers.get("DOI")
            arxiv_id = arxiv.value if arxiv else ""
            target = _Target(paths[name], external, source, entry, arxiv_id, doi)
            is_candidate = (
                (missing_fields(source) or missing_author_or_year(entry)) if doi else arxiv
            )
            if source.key in wanted or (not wanted and is_candidate):
                yield target


def _propose_for_preprint(
    target: _Target, record: ArxivRecord | None, *, named: bool
) -> Iterator[Proposal]:
    """Yield what arXiv says about an entry without the DOI of a publication.

    *named* says that the user named the entry, which then always gets an answer.
    """
    publication = ""
    if record and record.journal and target.entry.type in _UNPUBLISHED:
        publication = f'arXiv names a publication without a DOI: "{record.journal}"'
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
    if changes or publication:
        yield _proposal(target, publication or "arXiv has the missing fields", changes)
    elif named and target.arxiv:
        yield _proposal(target, "arXiv names no publication")
    elif named:
        yield _proposal(target, "the entry has no arXiv identifier and no DOI to look up")


def _proposal(target: _Target, why: str, changes: Iterable[Change] = ()) -> Proposal:
    source = target.source
    return Proposal(
        source.key, target.path, source.line, why, tuple(changes), external=target.external
    )


def _compare(
    target: _Target, record: ArxivRecord | None, published: Entry, doi: Identifier
) -> Proposal:
    entry = target.entry
    titles = (comparison_key(entry.get("title")), comparison_key(published.get("title")))
    if difflib.SequenceMatcher(None, *titles).ratio() < 0.6 and not _same_people(entry, published):
        return _proposal(
            target, f'{doi} belongs to another work, "{published.title()}"; the entry is unchanged'
        )
    fields = {"doi": doi.value, **published.fields}
    if published.type == "article":
        # The journal of an article implies the publisher.
        fields.pop("publisher", None)
    arxiv_values = _arxiv_values(record)
    changes = []
    if entry.type in _UNPUBLISHED and published.type not in _UNPUBLISHED:
        changes.append(Change("", entry.type, published.type))
    for name in _FIELDS:
        new = fields.get(name, "")
        old_name = next((alias for alias in _ALIASES.get(name, (name,)) if entry.get(alias)), "")
        if not new or (old_name == "date" and not entry.get("date").isdigit()):
            continue
        old = entry.get(old_name) if old_name else None
        if old is None:
            changes.append(Change(name, None, new))
        elif not is_same_value(name, old, new) and any(
            is_same_value(name, old, value) for value in arxiv_values[name]
        ):
            changes.append(Change(old_name, old, new))
    return _proposal(target, f"published as {doi}" if record else f"registered as {doi}", changes)


def _arxiv_values(record: ArxivRecord | None) -> dict[str, set[str]]:
    """Return the values that each field may have if it comes from arXiv."""
    values: dict[str, set[str]] = {name: set() for name in _FIELDS}
    if record:
        values["title"].add(record.title)
        values["author"].add(" and ".join(record.authors))
        values["year"].update(record.years)
        values["year"].add(arxiv_year(Identifier("arXiv", record.id)))
    return values


def _same_people(entry: Entry, other: Entry) -> bool:
    return is_same_value("author", entry.get("author"), other.get("author"))


def is_same_value(name: str, one: str, other: str) -> bool:
    """Return whether two values of the field *name* mean the same.

    Authors are compared by their family names, pages by BibTeX's way to write them, and other
    fields by their letters and digits.
    """
    if name == "author":
        return _family_names(one) == _family_names(other)
    if name == "pages":
        return fix_pages(one) == fix_pages(other)
    return comparison_key(one) == comparison_key(other)


def _family_names(value: str) -> list[str]:
    people = (parse_name(name) for name in split_name_list(value))
    return [comparison_key(family_name(person)) for person in people if person is not None]


def apply(site: Site, proposals: Sequence[Proposal]) -> None:
    """Make the changes of *proposals* in the bibliography files that no other program owns.

    Raise a CommandError, with nothing written to the file, if a value to change is no longer the
    one in the proposal.
    """
    own = [proposal for proposal in proposals if not proposal.external]
    with storage.lock(site.bibliography_files()[0]):
        for path in dict.fromkeys(proposal.path for proposal in own):
            while True:
                try:
                    _apply(site, path, [each for each in own if each.path == path])
                except storage.Changed:
                    # Another program saved the file meanwhile: start again from its new content.
                    continue
                break


def _apply(site: Site, path: Path, proposals: Sequence[Proposal]) -> None:
    content = storage.read(path) or b""
    found = reader.read_with_sources([("", content)], site.encoding)[1][""]
    layout = layout_of(content, site.encoding, found)
    by_key = {source.key: source for source in reversed(found)}
    fixes: list[Fix] = []
    for proposal in proposals:
        source = by_key.get(proposal.key)
        if source is None:
            raise CommandError(
                f'the entry "{proposal.key}" has just been removed from {show(path)}; try again'
            )
        fixes += _fixes(path, source, proposal, layout, line_end(content))
    with storage.Draft(path, edit(path, content, site.encoding, fixes)) as draft:
        draft.replace(content)


def _fixes(
    path: Path, source: SourceEntry, proposal: Proposal, layout: Layout, end: str
) -> Iterator[Fix]:
    # New fields that go to the same place must be in the order of the file's fields.
    order = cmp_to_key(layout.compare)
    for change in sorted(proposal.changes, key=lambda change: order(layout.name(change.field))):
        if not change.field:
            start = source.start + 1
            yield Fix(start, start + len(source.type), _constant(layout.kind(change.new)))
            continue
        field = source.field(change.field)
        if (field.value if field else None) != change.old:
            raise CommandError(
                f'"{change.field}" of "{proposal.key}" has just been changed in {show(path)}:'
                f"{source.line}; try again"
            )
        if field:
            new = layout.value(change.field, change.new)
            yield Fix(field.value_start, field.value_end, _constant(new))
        else:
            yield _insertion(source, change, layout, end)


def _insertion(source: SourceEntry, change: Change, layout: Layout, end: str) -> Fix:
    """Return the insertion of a new field after the fields that precede it in the file's order."""
    name = layout.name(change.field)
    text = layout.field(name, change.new)
    before = [field for field in source.fields if layout.compare(field.name.lower(), name) < 0]
    if before:
        place = before[-1].value_end
        added = f",{layout.between}{text}"
    elif source.fields:
        place = source.fields[0].start
        added = f"{text},{layout.between}"
    else:
        raise CommandError(f'the entry "{source.key}" has no fields; add them by hand')
    return Fix(place, place, _constant(added.replace("\n", end)))


def _constant(text: str) -> Callable[[str], str]:
    return lambda _: text
