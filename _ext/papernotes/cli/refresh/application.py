"""Make proposed changes in the bibliography files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cmp_to_key
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.scanner import SourceEntry
from papernotes.cli import storage
from papernotes.cli.bibfile.append import layout_of, line_end
from papernotes.cli.bibfile.edit import edit
from papernotes.cli.bibfile.style import Layout
from papernotes.cli.errors import CommandError
from papernotes.cli.refresh.changes import Change, Proposal
from papernotes.cli.site import Site, show
from papernotes.core.diagnostics import Fix


def apply(site: Site, proposals: Sequence[Proposal]) -> None:
    """Make the changes of *proposals* in the bibliography files that no other program owns.

    Raise a CommandError, with nothing written to the file, if a value to change is no longer the
    one in the proposal.
    """
    own = [proposal for proposal in proposals if not proposal.external]
    with storage.lock(*site.bibliography_files()):
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
        if ((field.value or None) if field else None) != change.old:
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
