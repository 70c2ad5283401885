"""``papernotes check``: what is amiss in notes and bibliography, without a build."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from papernotes.bibliography import reader
from papernotes.bibliography.reader import Bibliography
from papernotes.bibliography.scanner import SourceEntry
from papernotes.cli import storage
from papernotes.cli.bibfile import keys
from papernotes.cli.bibfile.edit import delimit_like, edit, is_single_string
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.checks import notes as note_checks
from papernotes.cli.checks.entries import check_duplicates, check_entry, check_key
from papernotes.cli.site import Site
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind, Fix, without_suppressed
from papernotes.core.text import check_encoding, replace_control_characters

# A directive that shows entries which nobody cites.
_SHOWS_ALL = re.compile(r"\{bibliography\}|\.\. bibliography::")
_ALL = re.compile(r"^\s*:(?:all|filter|list):|^(?:all|filter|list):", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what was found."""

    notes: int
    entries: int
    diagnostics: list[Diagnostic]


@dataclass(frozen=True)
class Fixed:
    """A fault that was corrected: what was written, and what is now."""

    diagnostic: Diagnostic
    before: str
    after: str


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage: what is read stays to the end, and looking takes a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def check(site: Site) -> Checked:
    """Look at the notes, the other documents and the bibliography of *site*."""
    pattern: str = site.config.papernotes_key_pattern
    keys.check_pattern(pattern)
    read, sources = _read(site)
    diagnostics = list(read.problems)
    # Of two entries with one key, the first counts; the other has been reported.
    entries = [
        (path, source, Entry.of(source))
        for path, found in sources.items()
        for source in found
        if read.places.get(source.key) == (path, source.line)
    ]
    for path, source, entry in entries:
        diagnostics += check_entry(path, source)
        diagnostics += check_key(path, source, entry, pattern)
    diagnostics += check_duplicates(entries)
    notes: list[note_checks.NoteFile] = []
    cited: set[str] = set()
    shows_all = False
    folder = f"{site.folder}/"
    for name in site.documents():
        content = storage.read(site.root / name) or b""
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        text, controls = replace_control_characters(text, name)
        encoding = check_encoding(content, name, "utf-8-sig")
        diagnostics += [*controls, *([encoding] if encoding else [])]
        cited.update(note_checks.cited(text))
        shows_all = shows_all or bool(_SHOWS_ALL.search(text) and _ALL.search(text))
        if name.startswith(folder) and name.endswith(".md"):
            note, found = note_checks.check_note(name, text)
            notes.append(note)
            diagnostics += found
            cited.add(note.front.paper)
        if name.endswith(".md"):
            diagnostics += note_checks.check_links(name, text)
    diagnostics += note_checks.check_tags(notes)
    if not shows_all:
        diagnostics += _unused(read, entries, cited)
    found = without_suppressed(diagnostics, site.config.suppress_warnings)
    return Checked(len(notes), len(entries), found)


def _read(site: Site) -> tuple[Bibliography, dict[str, list[SourceEntry]]]:
    loaded = reader.load(site.bibliography_files(), site.root)
    return reader.read_with_sources(loaded, site.encoding)


def _unused(
    read: Bibliography, entries: Sequence[tuple[str, SourceEntry, Entry]], cited: set[str]
) -> Iterator[Diagnostic]:
    used = cited | set(read.to_read())
    for _, _, entry in entries:
        for name in ("crossref", "xref", "xdata"):
            used.update(key.strip() for key in entry.get(name).split(","))
    for key, (path, line) in read.places.items():
        if key not in used:
            message = f'nobody cites or notes "{key}", and it is not to be read'
            yield Diagnostic(path, line, message, DiagnosticKind.UNUSED_ENTRY)


def apply_fixes(site: Site) -> list[Fixed]:
    """Correct what can be corrected without a doubt, and return it."""
    with storage.lock(site.bibliography_files()[0]):
        done: list[Fixed] = []
        for path in site.bibliography_files():
            while True:
                try:
                    done += _fix_file(site, path)
                except storage.Changed:
                    # Someone saved the file in between.
                    continue
                break
        return done


def _fix_file(site: Site, path: Path) -> list[Fixed]:
    content = storage.read(path)
    if content is None:
        return []
    name = site.relative(path)
    fixed: dict[tuple[int, int], Fixed] = {}
    text = content.decode(site.encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    _, sources = reader.read_with_sources([(name, content)], site.encoding)
    found = [diagnostic for source in sources[name] for diagnostic in check_entry(name, source)]
    for diagnostic in without_suppressed(found, site.config.suppress_warnings):
        fix = diagnostic.fix
        if fix is None or not is_single_string(written := text[fix.start : fix.end]):
            continue
        after = delimit_like(written, fix.replace(written[1:-1]))
        if after != written:
            fixed.setdefault((fix.start, fix.end), Fixed(diagnostic, written, after))
    if not fixed:
        return []
    edits = [_edit(one) for one in fixed.values()]
    with storage.Draft(path, edit(path, content, site.encoding, edits)) as draft:
        draft.replace(content)
    return list(fixed.values())


def _edit(fixed: Fixed) -> Fix:
    fix = fixed.diagnostic.fix
    assert fix is not None
    # The text of the file may have other ends of lines than the scanner's.
    return dataclasses.replace(
        fix, replace=lambda written: delimit_like(written, fix.replace(written[1:-1]))
    )
