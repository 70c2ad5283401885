"""What ``papernotes check`` finds beside a build: style, doubtful entries, and what to correct."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from papernotes.bibliography import reader
from papernotes.bibliography.identifiers import unbrace
from papernotes.bibliography.macros import Macro, definitions, expand
from papernotes.bibliography.reader import Bibliography
from papernotes.bibliography.scanner import SourceEntry
from papernotes.catalogue.status import is_valid
from papernotes.cli import storage
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.edit import delimit_like, edit, is_single_string
from papernotes.cli.bibfile.entry import Entry, with_inherited
from papernotes.cli.checks import notes as note_checks
from papernotes.cli.checks.entries import check_duplicates, check_entry, check_key
from papernotes.cli.site import Site
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind, Fix, without_suppressed
from papernotes.core.model import Paper
from papernotes.core.text import replace_control_characters
from papernotes.reading.syntax import notebooks

# A directive that, with one of these options, also shows entries that are not cited.
_SHOWS_ALL = re.compile(r"\{bibliography\}|\.\. bibliography::")
_ALL = re.compile(r"^[ \t]*+:(?:all|filter|list):|^(?:all|filter|list):", re.MULTILINE)


@dataclass(frozen=True)
class CheckResult:
    """The numbers of notes and entries that were checked, and the diagnostics."""

    notes: int
    entries: int
    diagnostics: list[Diagnostic]


@dataclass(frozen=True)
class AppliedFix:
    """A fault that was corrected, with the text before and after."""

    diagnostic: Diagnostic
    before: str
    after: str


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Disable the garbage collector.

    All objects live until the end, and collecting takes a tenth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_garbage_collection()
def check(site: Site, shown: Mapping[str, Paper] = MappingProxyType({})) -> CheckResult:
    """Check the notes, the other documents and the bibliography of *site*.

    *shown* has the works on the site, in which a build finds some of the faults itself.
    """
    pattern: str = site.config.papernotes_key_pattern
    keys.check_pattern(pattern)
    read, sources = _read(site)
    diagnostics: list[Diagnostic] = []
    macros = definitions(read.preamble)
    # Of entries with the same key, only the first counts; the others have been reported.
    entries = [
        (path, source, Entry.of(source))
        for path, found in sources.items()
        for source in (_expanded(each, macros) for each in found)
        if read.places.get(source.key) == (path, source.line)
    ]
    by_key = {entry.given_key.lower(): entry for _, _, entry in entries}
    entries = [
        (path, source, with_inherited(entry, lambda key: by_key.get(key.lower())))
        for path, source, entry in entries
    ]
    external = {name for name in sources if site.is_external(site.root / name)}
    for path, source, entry in entries:
        diagnostics += check_entry(path, source, shown.get(source.key))
        # The program that owns a file makes its keys.
        if path not in external:
            diagnostics += check_key(path, source, entry, pattern)
    # Of two entries on one work, the one to delete is that which the author can delete.
    diagnostics += check_duplicates(sorted(entries, key=lambda entry: entry[0] not in external))
    notes: list[note_checks.NoteFile] = []
    cited: set[str] = set()
    shows_all = False
    folder = f"{site.folder}/"
    for name in site.documents():
        content = storage.read(site.root / name) or b""
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        text, _ = replace_control_characters(text, name)
        cited.update(note_checks.possible_citation_keys(text))
        shows_all = shows_all or bool(_SHOWS_ALL.search(text) and _ALL.search(text))
        if name.startswith(folder) and name.endswith(".md"):
            note, found = note_checks.check_note(name, text, site.fields)
            notes.append(note)
            diagnostics += found
            cited.update(note.front.papers)
        elif name.startswith(folder) and (parsed := notebooks.parse(text, name, site.fields)):
            notes.append(note_checks.NoteFile(name, parsed[0]))
            cited.update(parsed[0].papers)
        if name.endswith(".md"):
            diagnostics += note_checks.check_links(name, text)
    diagnostics += note_checks.check_tags(notes)
    diagnostics += note_checks.check_papers(notes)
    retracted = {
        source.key
        for _, source, entry in entries
        if is_valid("retracted", unbrace(entry.get("retracted")))
    }
    diagnostics += note_checks.check_retractions(notes, retracted)
    if not shows_all:
        # A reference manager holds more papers than a site cites.
        diagnostics += [each for each in _unused(read, entries, cited) if each.path not in external]
    unsuppressed = without_suppressed(diagnostics, site.config.suppress_warnings)
    return CheckResult(len(notes), len(entries), unsuppressed)


def _expanded(source: SourceEntry, macros: Mapping[str, Macro]) -> SourceEntry:
    """Return *source* with the macros of preambles replaced in its values, as a build does."""
    if not macros:
        return source
    fields = (
        dataclasses.replace(field, value=expand(field.name, field.value, macros))
        for field in source.fields
    )
    return dataclasses.replace(source, fields=tuple(fields))


def _read(site: Site) -> tuple[Bibliography, dict[str, list[SourceEntry]]]:
    # A site may do without a bibliography.
    files = [site.root / name for name in site.config.bibtex_bibfiles]
    loaded = reader.load(files, site.root)
    return reader.read_with_sources(loaded, site.encoding)


def _unused(
    read: Bibliography, entries: Sequence[tuple[str, SourceEntry, Entry]], cited: set[str]
) -> Iterator[Diagnostic]:
    used = cited | set(read.to_read())
    for _, _, entry in entries:
        used.update(entry.parents())
    for key, (path, line) in read.places.items():
        if key not in used:
            message = (
                f'the entry "{key}" is not cited, has no note and is not marked to be read; cite it'
                " or delete it"
            )
            yield Diagnostic(path, line, message, DiagnosticKind.UNUSED_ENTRY)


def apply_fixes(site: Site) -> list[AppliedFix]:
    """Correct what can be corrected with certainty, and return the corrections.

    External bibliography files are left alone.
    """
    with storage.lock(*site.bibliography_files()):
        applied: list[AppliedFix] = []
        for path in site.own_bibliography_files():
            while True:
                try:
                    applied += _fix_file(site, path)
                except storage.Changed:
                    # Another program saved the file meanwhile.
                    continue
                break
        return applied


def _fix_file(site: Site, path: Path) -> list[AppliedFix]:
    content = storage.read(path)
    if content is None:
        return []
    name = site.relative(path)
    fixed: dict[tuple[int, int], AppliedFix] = {}
    text = content.decode(site.encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    _, sources = reader.read_with_sources([(name, content)], site.encoding)
    found = [diagnostic for source in sources[name] for diagnostic in check_entry(name, source)]
    for diagnostic in without_suppressed(found, site.config.suppress_warnings):
        fix = diagnostic.fix
        if fix is None or not is_single_string(written := text[fix.start : fix.end]):
            continue
        after = delimit_like(written, fix.replace(written[1:-1]))
        if after != written:
            fixed.setdefault((fix.start, fix.end), AppliedFix(diagnostic, written, after))
    if not fixed:
        return []
    edits = [_edit(each) for each in fixed.values()]
    with storage.Draft(path, edit(path, content, site.encoding, edits)) as draft:
        draft.replace(content)
    return list(fixed.values())


def _edit(fixed: AppliedFix) -> Fix:
    fix = fixed.diagnostic.fix
    assert fix is not None
    # The file may have other line endings than the text that the scanner read.
    return dataclasses.replace(
        fix, replace=lambda written: delimit_like(written, fix.replace(written[1:-1]))
    )
