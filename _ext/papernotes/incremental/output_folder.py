"""The output folder, which holds what a clean build would leave there, and files of other programs.

Sphinx writes into the folder and removes nothing. This module keeps the names of the files that
builds have written, and removes those that a clean build would not write. When all pages change, as
after a change of settings or after a build that was killed, it removes all of them before the first
is written. So it does for books, plain text and data, of which every build writes everything: what
is left there of a note that has become a draft would be published. Files that no build has written
stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import CONFIG_OK

from papernotes.builders import writes_site
from papernotes.core.files import below
from papernotes.domain import PaperNotesDomain
from papernotes.incremental import locks
from papernotes.incremental.doctree_cache import write_whole

FILES = ".papernotes-files.json"
# How the lists of other builders begin, which may write into the same folder.
_FILES_OF = ".papernotes-files-"
_SEARCH_INDEX = "searchindex.js"
_BUILD_INFO = ".buildinfo"
# Sphinx keeps the last .buildinfo under this name.
_LEFT_OVER = ".buildinfo.bak"
_NOT_OURS = (locks.NAME, FILES, _FILES_OF)


def prepare(app: Sphinx, state_file: str) -> None:
    """Prepare the output folder, and record that a build has begun there.

    *state_file* is the name of the file with the digests of what the folder shows.
    """
    outdir = Path(app.outdir)
    keeps_pages = writes_site(app)
    around = _around(app) if keeps_pages else ""
    there = set(_files(app))
    theirs, trusted = _others(outdir / _list(app), there, around)
    theirs -= {state_file, _BUILD_INFO}
    if not (keeps_pages and trusted) or app.env.config_status != CONFIG_OK:
        for name in sorted(there - theirs):
            remove(outdir / name, outdir)
        if keeps_pages:
            # Its digests are of files that have just been removed.
            (outdir / state_file).unlink(missing_ok=True)
    _keep(app, {"finished": False, "around": around, "names": sorted(theirs)})


def mark_finished(app: Sphinx) -> None:
    """Record that a build is finished, and which files it has written."""
    outdir = Path(app.outdir)
    (outdir / _LEFT_OVER).unlink(missing_ok=True)
    found = json.loads((outdir / _list(app)).read_text(encoding="utf-8"))
    theirs = set(found["names"])
    names = sorted(name for name in _files(app) if name not in theirs)
    index = _index(outdir)
    content = {"finished": True, "around": found["around"], "index": index, "names": names}
    _keep(app, content)


def _others(path: Path, there: set[str], around: str) -> tuple[set[str], bool]:
    """Return the files of other programs, and whether a build can reuse the last one's.

    *path* is that of the list.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        names, finished = set(found["names"]), found["finished"]
        same = finished and (found["around"], found["index"]) == (around, _index(path.parent))
    except FileNotFoundError:
        return there, False
    except (OSError, ValueError, KeyError, TypeError):
        # Something has overwritten the list. Names with a leading dot may be a repository's.
        return {name for name in there if name.startswith(".")}, False
    if not finished:
        return names, False
    return there - names, same


def _index(outdir: Path) -> str:
    """Return the digest of Sphinx's search index, which Sphinx uses as a cache."""
    path = outdir / _SEARCH_INDEX
    return hashlib.blake2b(path.read_bytes()).hexdigest() if path.exists() else ""


def _list(app: Sphinx) -> str:
    """Return the name of the file that lists what the builder has written."""
    return FILES if writes_site(app) else f"{_FILES_OF}{app.builder.name}.json"


def _keep(app: Sphinx, content: dict[str, object]) -> None:
    write_whole(Path(app.outdir, _list(app)), json.dumps(content, indent=0) + "\n")


def _files(app: Sphinx) -> Iterator[str]:
    """Return the files in the output folder, without those that are kept there between builds."""
    outdir, cache = Path(app.outdir), Path(app.doctreedir)
    # The cache may have another name than Sphinx's own, or be the folder itself.
    kept = [f"{cache.relative_to(outdir).as_posix()}/"] if cache.is_relative_to(outdir) else []
    starts = ("",) if cache == outdir else tuple(kept)
    for name in below(outdir, {".doctrees", ".git"}):
        if not name.startswith((*_NOT_OURS, *starts)):
            yield name


def _around(app: Sphinx) -> str:
    """Return the digest of settings, templates, style sheets and scripts, which shape every page.

    Pages load style sheets and scripts by addresses that hold a digest of each.
    """
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    digest = hashlib.blake2b(digest_size=16)
    info = builder.build_info
    digest.update(f"{info.config_hash} {info.tags_hash}".encode())
    templates = [Path(app.confdir, name) for name in app.config.templates_path]
    for folder, suffixes in [
        *((folder, ()) for folder in templates),
        *((folder, (".css", ".js")) for folder in _static(app)),
    ]:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def _static(app: Sphinx) -> list[Path]:
    return [Path(app.confdir, name) for name in app.config.html_static_path]


def copied_files(app: Sphinx) -> dict[str, str]:
    """Return the files that Sphinx copies into the output folder, with empty values.

    They are static files, the images and downloads of documents, and the sources of documents.
    """
    config, env = app.config, app.env
    names = [f"_static/{name}" for folder in _static(app) for name in _copied(folder)]
    names += [name for path in config.html_extra_path for name in _copied(Path(app.confdir, path))]
    names += [f"_images/{name}" for _, name in env.images.values()]
    names += [f"_downloads/{name}" for _, name in env.dlfiles.values()]
    if config.html_copy_source:
        records = PaperNotesDomain.of(env).records
        names += [_source(app, name) for name in env.found_docs if not records[name].private]
    return dict.fromkeys(sorted(names), "")


def _source(app: Sphinx, docname: str) -> str:
    """Return the name that Sphinx gives to the copy of a document's source."""
    suffix = app.env.doc2path(docname).suffix
    more = app.config.html_sourcelink_suffix
    return f"_sources/{docname}{suffix}{more if suffix != more else ''}"


def _copied(path: Path) -> Iterator[str]:
    """Yield the name of the copy of a file, or of each file in a folder."""
    if path.is_file():
        yield path.name
        return
    for file in path.rglob("*"):
        if file.is_file():
            name = file.relative_to(path).as_posix()
            # Sphinx renders templates and drops these suffixes.
            yield name.removesuffix(".jinja").removesuffix("_t")


def remove_files(app: Sphinx, names: Iterable[str]) -> None:
    """Remove files that an earlier build has copied into the output folder."""
    outdir = Path(app.outdir)
    for name in names:
        remove(outdir / name, outdir)


def remove(path: Path, outdir: Path) -> None:
    """Remove a file, and the folders that become empty."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == outdir or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def number_images(app: Sphinx) -> None:
    """Give images of one name from several folders the numbers of a clean build.

    Sphinx numbers them in the order of reading, and keeps the numbers of earlier builds.
    """
    env = app.env
    named = type(env.images)()
    for path in sorted(env.images):
        for docname in sorted(env.images[path][0]):
            named.add_file(docname, path)
    env.images = named
