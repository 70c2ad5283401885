"""The files of documents: when they are read again, and which cannot be.

Sphinx goes by the time of a file; here a document is known by what it holds. And Sphinx decodes a
file without asking, and makes names of its name, and would end the build in a traceback; here one
that it cannot take is left out, and reported.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes.catalogue.slugs import is_reserved
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.text import check_encoding, replace_control_characters
from papernotes.domain import PaperNotesDomain
from papernotes.reading.record import is_note
from papernotes.reporting import note_problem, warn

# Of the 255 bytes that file systems give a name, without the longest suffix that it gets.
_MOST_BYTES = 255 - len(".doctree")
# Control characters, and what stands for a byte that is not UTF-8.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def leave_out_unusable(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Take those documents out of the build whose files cannot be used, with a warning.

    Each is one that there is not: no page is left of it, and links to it are links to nothing. The
    next build finds it as a new document, and so reports it again until it is mended.
    """
    for problem in _odd_names(env):
        warn(problem)
    for docname in sorted(added | changed):
        fault = _fault(env, docname)
        if fault is None:
            continue
        warn(fault)
        env.found_docs.discard(docname)
        added.discard(docname)
        changed.discard(docname)
        if docname in env.all_docs:
            removed.add(docname)
    return []


def _odd_names(env: BuildEnvironment) -> list[Diagnostic]:
    """Return what keeps files of notes from being files, or files of their own, everywhere."""
    root = Path(env.srcdir)
    folder = root / env.config.papernotes_folder
    homes = (root.resolve(), folder.resolve())
    first: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        composed = unicodedata.normalize("NFC", path.as_posix())
        other = first.setdefault(composed.casefold(), path)
        if "\n" in name:
            # Sphinx passes over it.
            problems += _unwritable(name)
            continue
        if other != path and unicodedata.normalize("NFC", other.as_posix()) == composed:
            fault = "is that of another note in another form of Unicode, and one of them is not"
            fault += " read; rename one"
        elif other != path:
            known = other.relative_to(root).as_posix()
            fault = f"differs from {known} by case only, and is the same to many systems; rename"
            fault += " one"
        elif path.is_symlink() and not path.exists():
            target = path.readlink().as_posix()
            fault = f"is that of a link to {target}, where nothing is; correct it"
        elif path.is_symlink() and not any(map(path.resolve().is_relative_to, homes)):
            target = path.readlink().as_posix()
            message = f'the note is a link to "{target}", outside the site\'s folder; copy it there'
            problems.append(Diagnostic(name, 1, message, DiagnosticKind.OUTSIDE))
            continue
        elif is_reserved(path.stem.split(".")[0]):
            fault = "is one that Windows keeps for a device; rename the file"
        else:
            continue
        problems.append(Diagnostic(name, 1, f"the file's name {fault}", DiagnosticKind.FILE_NAME))
    return problems


def _unwritable(path: str) -> list[Diagnostic]:
    """Return the problem of a name that no page, feed or sitemap can hold, if *path* is one."""
    if not (found := _NO_NAME.search(path)):
        return []
    surrogate = "\ud800" <= found[0] <= "\udfff"
    fault = "is not UTF-8" if surrogate else f"holds the control character U+{ord(found[0]):04X}"
    shown = _NO_NAME.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), path)
    message = f"the file's name {fault}; rename the file, until then the site does without the page"
    return [Diagnostic(shown, 1, message, DiagnosticKind.FILE_NAME)]


def _fault(env: BuildEnvironment, docname: str) -> Diagnostic | None:
    path = env.doc2path(docname, base=False).as_posix()
    for problem in _unwritable(path):
        return problem
    if len(docname.rsplit("/", 1)[-1].encode()) > _MOST_BYTES:
        return Diagnostic(
            path,
            1,
            f"the file's name is too long for the files that are made of it; give it one of"
            f" {_MOST_BYTES} bytes at most, until then the site does without the page",
            DiagnosticKind.FILE_NAME,
        )
    encoding: str = env.settings["input_encoding"]
    return check_encoding(env.doc2path(docname).read_bytes(), path, encoding)


def replace_controls(app: Sphinx, docname: str, content: list[str]) -> None:
    """Replace control characters in a document's source, with a warning."""
    path = app.env.doc2path(docname, base=False).as_posix()
    content[0], problems = replace_control_characters(content[0], path)
    for problem in problems:
        note_problem(app.env, problem)


def note_outside(app: Sphinx, doctree: nodes.document) -> None:
    """Report files outside the site's folder that a note has taken in.

    What a note includes is published, and nobody expects that of a file that is not the site's.
    """
    env = app.env
    if not is_note(env, env.docname):
        return
    path = env.doc2path(env.docname, base=False).as_posix()
    taken = {
        os.path.relpath(Path(app.srcdir, name), app.srcdir)
        for name in env.dependencies[env.docname]
    }
    for name in sorted(Path(name).as_posix() for name in taken):
        if name.startswith("../"):
            message = f'the note takes in "{name}" from outside the site\'s folder; copy it there'
            note_problem(env, Diagnostic(path, 1, message, DiagnosticKind.OUTSIDE))


def note_source(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the digest of what the document that has just been read is made of."""
    env = app.env
    PaperNotesDomain.of(env).note_source(env.docname, _digest(env, env.docname, {}))


def find_changed(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the documents that are no longer what was read, whatever the time of their files."""
    known: dict[Path, bytes] = {}
    return [
        name
        for name, digest in sorted(PaperNotesDomain.of(env).sources.items())
        if name in env.found_docs and name not in changed and digest != _digest(env, name, known)
    ]


def _digest(env: BuildEnvironment, docname: str, known: dict[Path, bytes]) -> bytes:
    """Return the digest of the file of *docname* and of all that it includes or shows.

    *known* are those of files that have been looked at.
    """
    paths = sorted({Path(path) for path in env.dependencies.get(docname, ())})
    return _of([_file(Path(env.doc2path(docname)), known), *(_file(path, known) for path in paths)])


def _file(path: Path, known: dict[Path, bytes]) -> bytes:
    if path not in known:
        try:
            known[path] = _of([path.read_bytes()])
        except OSError:
            known[path] = b""
    return known[path]


def _of(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.digest()


def add_documents(app: Sphinx) -> None:
    """Have the files of documents looked at, ahead of what reads them."""
    app.connect("env-get-outdated", leave_out_unusable, priority=400)
    app.connect("source-read", replace_controls, priority=400)
    app.connect("env-get-outdated", find_changed)
    # After Sphinx's own collectors (500), which know what a document takes in.
    app.connect("doctree-read", note_outside, priority=590)
    app.connect("doctree-read", note_source, priority=590)
