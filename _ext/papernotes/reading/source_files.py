"""Source files: which have changed, and which cannot be used.

Sphinx compares the times of files; this module compares their contents. Sphinx also aborts with a
traceback at a file that it cannot decode, or whose name it cannot use; this module reports such a
file and leaves it out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from papernotes.catalogue.file_names import odd_names, unwritable
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import dark_name, is_inside
from papernotes.core.text import check_encoding, replace_control_characters
from papernotes.domain import PaperNotesDomain
from papernotes.reading.syntax import notebooks
from papernotes.reading.withheld import homes
from papernotes.reporting import note_problem, warn

# File systems allow 255 bytes in a name, and the longest suffix of a derived file needs some.
_MOST_BYTES = 255 - len(".doctree")


def leave_out_unusable(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Drop unreadable documents from the build, with a warning.

    Their pages are removed, and links to them are broken. The next build finds them as new
    documents, and so reports them again until they are corrected.
    """
    documents = [env.doc2path(name, base=False).as_posix() for name in env.found_docs]
    for problem in odd_names(Path(env.srcdir), env.config.papernotes_folder, documents):
        warn(problem)
    written = {name for name in added if _is_output(env, name)}
    loops = _loops(env, added)
    for link in sorted(set(loops.values())):
        message = "the folder is a link to one that it lies in, so that its documents would have"
        message += " pages without end; delete the link, until then they are left out"
        warn(Diagnostic(link, 1, message, DiagnosticKind.FILE_NAME))
    written.update(loops)
    env.found_docs.difference_update(written)
    added -= written
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


def missing_sources(env: BuildEnvironment) -> Iterator[Diagnostic]:
    """Yield a remark if a site that lists notes has no folder of them, or has no entries.

    A site may just begin, or use nothing but citations.
    """
    domain, folder = PaperNotesDomain.of(env), env.config.papernotes_folder
    if not any(record.page.queries for record in domain.records.values()):
        return
    if not Path(env.srcdir, folder).is_dir():
        message = f'the folder of notes, "{folder}", does not exist; create it, or correct'
        message += " papernotes_folder"
        yield Diagnostic("conf.py", 1, message, DiagnosticKind.NO_FOLDER)
    bibliography = domain.bibliography
    if bibliography.keys and not bibliography.places and not bibliography.problems:
        message = "the bibliography has no entries; add one, or correct bibtex_bibfiles in conf.py"
        yield Diagnostic([*bibliography.keys][-1], 1, message, DiagnosticKind.BIB_EMPTY)


def missing_sections(env: BuildEnvironment) -> Iterator[Diagnostic]:
    """Yield a problem for each name in ``papernotes_sections`` that no document has."""
    for name in dict.fromkeys(env.config.papernotes_sections):
        if name not in env.titles and not Path(env.doc2path(name)).is_file():
            message = f'papernotes_sections names "{name}", which is no document; write the path'
            message += " of one from conf.py, without its suffix"
            yield Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION)


def _is_output(env: BuildEnvironment, docname: str) -> bool:
    """Return whether a build has written the file of *docname*, such as the Markdown of a page.

    Sphinx leaves a file in each folder that it writes pages to. A site may build below its sources.
    """
    folders = docname.split("/")[:-1]
    return any(
        Path(env.srcdir, *folders[:count], ".buildinfo").exists()
        for count in range(1, len(folders) + 1)
    )


def _loops(env: BuildEnvironment, docnames: Iterable[str]) -> dict[str, str]:
    """Return which of *docnames* Sphinx finds through a link to a folder above, with the link."""
    found: dict[str, str] = {}
    known: dict[PurePosixPath, bool] = {}
    for docname in docnames:
        for folder in reversed(PurePosixPath(docname).parents[:-1]):
            if folder not in known:
                path = Path(env.srcdir, folder)
                known[folder] = path.is_symlink() and path.parent.resolve().is_relative_to(
                    path.resolve()
                )
            if known[folder]:
                found[docname] = folder.as_posix()
                break
    return found


def _fault(env: BuildEnvironment, docname: str) -> Diagnostic | None:
    """Return what keeps Sphinx from reading the file of *docname*, if anything does."""
    path = env.doc2path(docname, base=False).as_posix()
    for problem in unwritable(path):
        return problem
    if len(docname.rsplit("/", 1)[-1].encode()) > _MOST_BYTES:
        return Diagnostic(
            path,
            1,
            f"the file's name is too long for the files that are derived from it; shorten it to"
            f" {_MOST_BYTES} bytes, until then the site leaves the page out",
            DiagnosticKind.FILE_NAME,
        )
    target = env.doc2path(docname).resolve()
    if not is_inside(target, homes(env)):
        name = Path(os.path.relpath(target, Path(env.srcdir).resolve())).as_posix()
        message = f'the file is a link to "{name}", which is outside the site\'s folder; copy it'
        message += " there, until then the page is left out"
        return Diagnostic(path, 1, message, DiagnosticKind.OUTSIDE)
    encoding: str = env.settings["input_encoding"]
    content = env.doc2path(docname).read_bytes()
    if path.endswith(notebooks.SUFFIX):
        return notebooks.fault(content, path)
    return check_encoding(content, path, encoding)


def replace_controls(app: Sphinx, docname: str, content: list[str]) -> None:
    """Replace control characters in a document's source, with a warning."""
    path = app.env.doc2path(docname, base=False).as_posix()
    content[0], problems = replace_control_characters(content[0], path)
    for problem in problems:
        note_problem(app.env, problem)


def note_source(app: Sphinx, doctree: nodes.document) -> None:
    """Note the digest of the sources of the document that has just been read."""
    env = app.env
    PaperNotesDomain.of(env).note_source(env.docname, _digest(env, env.docname, {}))


def find_changed(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the documents whose sources have changed, whatever the times of their files."""
    known: dict[str, bytes] = {}
    return [
        name
        for name, digest in sorted(PaperNotesDomain.of(env).sources.items())
        if name in env.found_docs and name not in changed and digest != _digest(env, name, known)
    ]


def find_dark_pictures(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the documents with a picture for which there is one for dark pages since."""
    found: set[str] = set()
    for path, (docnames, _) in env.images.items():
        dark = dark_name(path, app.config.papernotes_dark_pictures)
        if dark and dark not in env.images and Path(env.srcdir, dark).is_file():
            found |= docnames
    return sorted(found)


def _digest(env: BuildEnvironment, docname: str, known: dict[str, bytes]) -> bytes:
    """Return the digest of the file of *docname* and of all files that it includes or shows.

    *known* caches the digests of files.
    """
    paths = sorted(map(os.fspath, env.dependencies.get(docname, ())))
    return _of([_file(path, known) for path in (str(env.doc2path(docname)), *paths)])


def _file(path: str, known: dict[str, bytes]) -> bytes:
    if path not in known:
        try:
            known[path] = _of([Path(path).read_bytes()])
        except OSError:
            known[path] = b""
    return known[path]


def _of(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.digest()


def add_documents(app: Sphinx) -> None:
    """Connect the handlers that check source files before Sphinx reads them."""
    app.connect("env-get-outdated", leave_out_unusable, priority=400)
    app.connect("source-read", replace_controls, priority=400)
    app.connect("env-get-outdated", find_changed)
    app.connect("env-get-outdated", find_dark_pictures)
    # After Sphinx's own collectors (500), which know what a document includes.
    app.connect("doctree-read", note_source, priority=590)
