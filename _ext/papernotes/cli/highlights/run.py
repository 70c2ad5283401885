"""Bring highlights into the notes of a site: find the papers, change the notes, draw pictures."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from papernotes.bibliography.identifiers import identifiers_in
from papernotes.cli import storage
from papernotes.cli.errors import CommandError
from papernotes.cli.highlights import pdf
from papernotes.cli.highlights.annotation import Annotation
from papernotes.cli.highlights.block import Merged, Source, UnusableNote, merge
from papernotes.cli.highlights.zotero import Item, Zotero
from papernotes.cli.library import Library
from papernotes.cli.site import Site, show
from papernotes.reading.syntax import notebooks
from papernotes.reading.syntax.quote_blocks import find_blocks
from papernotes.settings.table import COLOUR_AND_WORD


@dataclass(frozen=True)
class Paper:
    """A paper that has a note, with its annotations, and the PDF to draw parts of its pages.

    ``told`` are messages about its source.
    """

    key: str
    note: Path
    annotations: tuple[Annotation, ...]
    source: Source
    pdf: Callable[[Annotation], Path | None] = lambda _: None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What was done to a note: the difference, the numbers of quotes, and what to tell.

    ``known`` is the number of those that were there from another source. ``failed`` says that the
    note was left alone; ``told`` has the reason.
    """

    note: Path
    added: int = 0
    changed: int = 0
    known: int = 0
    told: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    failed: bool = False


def from_zotero(
    site: Site, library: Library, items: Sequence[Item], zotero: Zotero, keys: Sequence[str]
) -> list[Paper]:
    """Return the papers with notes that *items* of Zotero are, those of *keys* if there are any.

    A paper with quotes from Zotero is among them even if Zotero has none any more. Raise a
    CommandError if one of *keys* has no note, or is not in Zotero.
    """
    can_draw = find_spec("pypdfium2") is not None
    files: dict[str, Path | None] = {}

    def file(annotation: Annotation) -> Path | None:
        if annotation.attachment not in files:
            files[annotation.attachment] = zotero.file(annotation.attachment)
        return files[annotation.attachment]

    def draws(annotation: Annotation) -> bool:
        return can_draw and file(annotation) is not None

    source = Source("Zotero", "zotero", _words(site), draws)
    papers = []
    for key in keys or library.notes:
        note = _note_of(library, key)
        entry = library.by_key(key)
        identifiers = {each.folded() for each in entry.entry.identifiers()} if entry else set()
        found = [item for item in items if key.casefold() in item.keys]
        # A citation key is the author's own choice, and another paper may have the same identifier.
        found = found or [item for item in items if identifiers & item.identifiers]
        annotations = [each for item in found for each in item.annotations]
        if found or _has_quotes(note, key, source):
            papers.append(Paper(key, note, _unique(annotations), source, file))
        elif keys:
            raise CommandError(
                f'no paper with highlights in Zotero has the citation key "{key}", or a DOI or'
                " arXiv identifier of its entry; give the item one of them"
            )
    return papers


def from_pdf(site: Site, library: Library, path: Path, key: str) -> Paper:
    """Return the paper with the annotations in the PDF *path*; *key* is its key, if given.

    Without it, the name of the file is a key, or the file names an identifier of an entry.
    """
    document = pdf.read(path)
    if not key:
        key = _key_of(library, path, document.beginning)
    source = Source(show(path), "pdf", _words(site), lambda _: True)
    note = _note_of(library, key)
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(document.left_out.items()))
    told = f"{show(path)}: annotations of some kinds are left out: {kinds}"
    annotations = tuple(document.annotations)
    return Paper(key, note, annotations, source, lambda _: path, (told,) if kinds else ())


def _key_of(library: Library, path: Path, beginning: str) -> str:
    """Return the key of the paper in the PDF *path*; raise a CommandError if it is not certain."""
    if entry := library.by_key(path.stem):
        return entry.key
    found = map(library.by_identifier, identifiers_in(beginning))
    keys = list({entry.key: None for entry in found if entry})
    if len(keys) != 1:
        what = "several papers" if keys else "no paper"
        raise CommandError(
            f"{show(path)} names {what} of the bibliography; name its citation key, as in"
            f" papernotes highlights --pdf {show(path)} KEY"
        )
    return keys[0]


def _note_of(library: Library, key: str) -> Path:
    """Return the note on *key*: the one with a block of quotes, or else the first."""
    notes = library.notes.get(key, [])
    if not notes:
        raise CommandError(f'no note is on "{key}"; create one with papernotes add')
    for path in notes:
        text = (storage.read(path) or b"").decode("utf-8", "replace")
        if any(block.key == key for block in find_blocks(text)):
            return path
    return notes[0]


def _has_quotes(note: Path, key: str, source: Source) -> bool:
    """Return whether the *note* has quotes from the work *key* that are from *source*."""
    text = (storage.read(note) or b"").decode("utf-8", "replace")
    return any(
        f" {source.kind}:" in f" {quote.options.get('from', '')}"
        for block in find_blocks(text)
        if block.key == key
        for quote in block.quotes
    )


def _words(site: Site) -> dict[str, str]:
    """Return the words for colours, as far as they are declared correctly."""
    return {
        colour.lower(): word
        for colour, word in site.config.papernotes_highlight_colours.items()
        if isinstance(colour, str) and COLOUR_AND_WORD[0].fullmatch(colour)
        if isinstance(word, str) and COLOUR_AND_WORD[1].fullmatch(word)
    }


def _unique(annotations: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """Return *annotations* in their order, without a second one of the same name."""
    found = {each.name: each for each in reversed(annotations)}
    return tuple(sorted(found.values(), key=lambda each: (each.order, each.name)))


def write(site: Site, papers: Sequence[Paper], *, dry: bool) -> Iterator[Outcome]:
    """Yield what was done to the note of each of *papers*, or what would be if *dry*."""
    for paper in papers:
        try:
            # The lock of all commands, so that no draft of another is taken for a stale one.
            with storage.lock(*site.bibliography_files()):
                storage.remove_stale_drafts(paper.note.parent)
                outcome = _write(paper, dry=dry)
        except UnusableNote as error:
            line, _, message = str(error).partition(": ")
            told = f"{show(paper.note)}:{line}: {message}; the note is unchanged"
            outcome = Outcome(paper.note, told=(told,), failed=True)
        yield replace(outcome, told=(*paper.told, *outcome.told))


def _write(paper: Paper, *, dry: bool) -> Outcome:
    while True:
        content = storage.read(paper.note)
        result = _merged(paper, content)
        before, after = (content or b"").decode("utf-8"), result.text
        if before != after and not dry:
            try:
                # A note never shows a picture that is not there.
                with storage.Draft(paper.note, after.encode()) as draft:
                    if storage.read(paper.note) != content:
                        continue
                    result.told += _draw(paper, result)
                    draft.replace(content)
            except storage.Changed:
                # The author saved the note meanwhile: start again from its new content.
                continue
        name = show(paper.note)
        return Outcome(
            paper.note,
            result.added,
            result.changed,
            result.known,
            tuple(f"{name}:{line}: {message}" for line, message in result.told),
            tuple(_difference(name, before, after)),
        )


def _merged(paper: Paper, content: bytes | None) -> Merged:
    if content is None:
        raise UnusableNote("1: the note has just been removed")
    if paper.note.suffix == notebooks.SUFFIX:
        raise UnusableNote("1: the note is a notebook, in which no quotes are written")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnusableNote(f"{line}: the file is not UTF-8; save it in that encoding") from error
    return merge(text, paper.key, paper.annotations, paper.source, paper.note.stem)


def _draw(paper: Paper, result: Merged) -> list[tuple[int, str]]:
    """Write the pictures of *result* beside the note, and tell which cannot be drawn."""
    told = []
    for address, annotation in result.pictures.items():
        assert annotation.area
        file = paper.pdf(annotation)
        content = pdf.draw(file, annotation.area, annotation.colour) if file else None
        if content is None:
            message = f"{address} cannot be drawn, since the PDF has no such page; delete its quote"
            told.append((1, message))
            continue
        path = paper.note.parent / address
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise CommandError(
                f"{show(path.parent)} cannot be created: {error.strerror}; it is the folder of the"
                " pictures"
            ) from error
        if not path.resolve().is_relative_to(path.parents[1].resolve()):
            raise CommandError(
                f"{show(path)} leads out of the folder of the note by a symbolic link; put a folder"
                " in the place of the link"
            )
        with storage.Draft(path, content) as draft:
            draft.replace(storage.read(path))
    return told


def _difference(name: str, before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, name, n=1, lineterm=""
    )
    yield from (line for line in lines if not line.startswith(("---", "+++")))
