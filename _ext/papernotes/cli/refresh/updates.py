"""Changes that say what became of works: notices that Crossref knows, and versions at arXiv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from papernotes.bibliography.identifiers import unbrace
from papernotes.catalogue.status import DATED, UNDATED, version_number, version_read
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.refresh.changes import Change
from papernotes.cli.remote.sources import ArxivRecord, CrossrefRecord, Update

# Crossref's types of notices, in the form of their names there, by the field that they belong to.
_TYPES = {
    "retracted": "retraction withdrawal removal".split(),
    "concern": ["expression_of_concern"],
    "corrected": "correction corrigendum erratum partial_retraction".split(),
}
_REINSTATED = "reinstatement"


def version_changes(entry: Entry, record: ArxivRecord) -> Iterator[Change]:
    """Yield the changes that name the last version at arXiv, if an older one was read."""
    known = version_number(unbrace(entry.get("latest_version")))
    if max(known, version_read(entry.fields)) >= record.version or not version_read(entry.fields):
        return
    yield _change(entry, "latest_version", str(record.version))
    if record.updated:
        yield _change(entry, "latest_date", record.updated)


def notice_changes(entry: Entry, record: CrossrefRecord) -> Iterator[Change]:
    """Yield the changes that name the notices about the work, and the DOI of the main one."""
    last = _last_notices(record.updates)
    changed = []
    for name in DATED:
        if name in last:
            old, new = unbrace(entry.get(name)), last[name].date or UNDATED
            # An author may know the day of which Crossref has the year.
            if not old or (old < new and not new.startswith(old) and new != UNDATED):
                changed.append(name)
                yield _change(entry, name, new)
    main = next(iter(name for name in DATED if name in last), "")
    if main in changed and (doi := last[main].doi) and unbrace(entry.get("notice")) != doi:
        yield _change(entry, "notice", doi)


def obsolete(entry: Entry, record: CrossrefRecord) -> list[str]:
    """Return the fields that name notices which Crossref does not have, or no longer."""
    last = _last_notices(record.updates)
    return [name for name in DATED if entry.get(name) and name not in last]


def why(changes: Iterable[Change]) -> str:
    """Return what *changes* say of the work."""
    new = {change.field: change.new for change in changes}
    return ", ".join(
        text.format(new[name]).removesuffix(f" on {UNDATED}")
        for name, text in _REASONS.items()
        if name in new
    )


_REASONS = {
    "retracted": "retracted on {}",
    "concern": "expression of concern on {}",
    "corrected": "corrected on {}",
    "latest_version": "version {} is at arXiv",
}


def _last_notices(updates: Iterable[Update]) -> Mapping[str, Update]:
    """Return the last notice for each field; a reinstatement cancels the retractions before it.

    Publishers and Retraction Watch may both have told Crossref of one, and their dates differ.
    """
    last: dict[str, Update] = {}
    for update in sorted(updates, key=lambda each: (each.date, each.doi)):
        type_ = update.type.lower().replace("-", "_").replace(" ", "_")
        if type_ == _REINSTATED:
            last.pop("retracted", None)
        for name, types in _TYPES.items():
            if type_ in types:
                last[name] = update
    return last


def _change(entry: Entry, name: str, new: str) -> Change:
    return Change(name, entry.fields.get(name), new)
