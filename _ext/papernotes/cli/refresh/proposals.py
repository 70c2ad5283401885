"""Propose changes: of published preprints, of entries that lack fields, of works with notices.

A field that still has arXiv's value may take the value of the publication. Any other value comes
from the author, and stays.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pybtex.bibtex.utils import split_name_list

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import Identifier, parse_doi
from papernotes.bibliography.names import family_name, parse_name
from papernotes.bibliography.scanner import SourceEntry
from papernotes.bibliography.titles import comparison_key
from papernotes.catalogue.status import version_read
from papernotes.cli.bibfile.clean import arxiv_year, clean, fix_latex, fix_pages
from papernotes.cli.bibfile.entry import Entry, missing_author_or_year, parse
from papernotes.cli.checks.entries import missing_fields
from papernotes.cli.errors import CommandError, UnreachableError
from papernotes.cli.refresh import updates
from papernotes.cli.refresh.changes import Change, Proposal
from papernotes.cli.remote.sources import ArxivRecord, CrossrefRecord, Sources
from papernotes.cli.site import Site

# The fields that a registry may change; the others do not describe the publication.
_FIELDS = (
    "title author booktitle journal series edition volume number eid pages chapter institution"
    " school publisher year doi"
).split()
_ALIASES = {"journal": ("journal", "journaltitle"), "year": ("year", "date")}
# The entry types of unpublished works.
_UNPUBLISHED = frozenset({"misc", "online", "unpublished"})


@dataclass(frozen=True)
class _Target:
    """An entry to look up, with its identifiers.

    ``read`` says whether it names the version of the preprint that was read, and ``is_incomplete``
    that it lacks a required field, or that the author asks for it.
    """

    path: Path
    external: bool
    source: SourceEntry
    entry: Entry
    arxiv: str
    doi: Identifier | None
    read: bool
    is_incomplete: bool


def propose(
    site: Site, sources: Sources, wanted: Sequence[str], step: Callable[[str], None]
) -> Iterator[Proposal]:
    """Yield proposals for the entries with the keys *wanted*, or, without keys, for all.

    arXiv is asked about preprints without the DOI of a publication, and about those of which a
    version was read; Crossref, about notices on works with a DOI; and the registry, about entries
    with a DOI that lack a required field, or have just got it. *step* is called with a description
    of each request. If the record of a DOI cannot be fetched, the proposal has no changes. Raise a
    CommandError if arXiv or Crossref does not answer, or if there is no network.
    """
    targets = list(_targets(site, wanted))
    arxiv_ids = [each.arxiv for each in targets if each.arxiv and (not each.doi or each.read)]
    if arxiv_ids:
        step(f"asking arXiv about {_count(arxiv_ids, 'preprint')}")
    records = {record.id: record for record in sources.records(arxiv_ids)} if arxiv_ids else {}
    dois = {target.source.key: _doi(target, records.get(target.arxiv)) for target in targets}
    registered = [doi.value for doi in dois.values() if doi]
    if registered:
        step(f"asking Crossref about {_count(registered, 'work')}")
    notices = {each.doi: each for each in sources.updates(registered)} if registered else {}
    for target in targets:
        record, doi = records.get(target.arxiv), dois[target.source.key]
        if doi is None:
            yield from _propose_for_preprint(target, record, named=bool(wanted))
        elif target.is_incomplete or not target.doi:
            yield _propose_publication(target, record, doi, sources, step)
        yield from _propose_status(target, record, notices.get(doi.value.lower()) if doi else None)


def _count(items: Sequence[str], name: str) -> str:
    return f"{len(items)} {name}{'s' if len(items) > 1 else ''}"


def _doi(target: _Target, record: ArxivRecord | None) -> Identifier | None:
    """Return the DOI of the work, or of the publication of a preprint, if it has one."""
    doi = target.doi or (parse_doi(record.doi) if record and record.doi else None)
    return doi if doi and doi.kind != "arXiv" else None


def _propose_publication(
    target: _Target,
    record: ArxivRecord | None,
    doi: Identifier,
    sources: Sources,
    step: Callable[[str], None],
) -> Proposal:
    step(f'fetching {doi} for "{target.source.key}"')
    try:
        (published,) = parse(sources.bibtex(doi).encode(), f"the BibTeX of {doi}")
    except UnreachableError:
        raise
    except (CommandError, ValueError) as error:
        return _proposal(target, f"no record was found: {error}")
    return _compare(target, record, clean(published), doi)


def _propose_status(
    target: _Target, record: ArxivRecord | None, notices: CrossrefRecord | None
) -> Iterator[Proposal]:
    """Yield what became of the work of an entry, as far as the entry does not say so."""
    changes = list(updates.notice_changes(target.entry, notices)) if notices else []
    if record:
        changes += updates.version_changes(target.entry, record)
    if changes:
        yield _proposal(target, updates.why(changes) or "Crossref has the notice", changes)
    if gone := updates.obsolete(target.entry, notices) if notices else []:
        names = " and ".join(f'"{name}"' for name in gone)
        yield _proposal(target, f"Crossref has no such notice; check {names}, and delete it")


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
            if not (arxiv or doi or wanted) or (wanted and source.key not in wanted):
                continue
            yield _Target(
                paths[name],
                external,
                source,
                entry,
                arxiv.value if arxiv else "",
                doi,
                read=bool(version_read(entry.fields)),
                is_incomplete=bool(
                    wanted or missing_fields(source) or missing_author_or_year(entry)
                ),
            )


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
