"""The output folder: it holds what a clean build would leave there, and what others have put there.

Sphinx writes into the folder and removes nothing. Here the files of a build are known by name, and
those that no build would write any more are removed. Where all pages change, as after a change of
settings or a build that was killed, all files are removed before the first is written. A file that
no build has written stays.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import CONFIG_OK
from sphinx.search import js_index

from papernotes.incremental import locks
from papernotes.incremental.doctree_cache import write_whole

FILES = ".papernotes-files.json"
_SEARCH_INDEX = "searchindex.js"
_BUILD_INFO = ".buildinfo"
# What Sphinx leaves of the build before.
_LEFT_OVER = ".buildinfo.bak"
_NOT_OURS = {locks.NAME, FILES}


def prepare(app: Sphinx, state_file: str) -> None:
    """Make the output folder ready, and note that a build has begun there.

    *state_file* is the name of the file that says what the folder shows.
    """
    outdir = Path(app.outdir)
    around = _around(app)
    there = set(_files(outdir))
    theirs, trusted = _others(outdir, there, around)
    theirs -= {state_file, _BUILD_INFO}
    if not trusted or app.env.config_status != CONFIG_OK:
        for name in sorted(there - theirs):
            remove(outdir / name, outdir)
        # It says what is no longer there.
        (outdir / state_file).unlink(missing_ok=True)
    _keep(outdir, {"finished": False, "around": around, "names": sorted(theirs)})


def mark_finished(app: Sphinx) -> None:
    """Note that a build has come to its end, and which files are its own."""
    outdir = Path(app.outdir)
    (outdir / _LEFT_OVER).unlink(missing_ok=True)
    found = json.loads((outdir / FILES).read_text(encoding="utf-8"))
    theirs = set(found["names"])
    names = sorted(name for name in _files(outdir) if name not in theirs)
    index = _index(outdir)
    content = {"finished": True, "around": found["around"], "index": index, "names": names}
    _keep(outdir, content)


def _others(outdir: Path, there: set[str], around: str) -> tuple[set[str], bool]:
    """Return which files are not a build's, and whether those that are can be built upon."""
    try:
        found = json.loads((outdir / FILES).read_text(encoding="utf-8"))
        names, finished = set(found["names"]), found["finished"]
        same = finished and (found["around"], found["index"]) == (around, _index(outdir))
    except FileNotFoundError:
        return there, False
    except (OSError, ValueError, KeyError, TypeError):
        # Something has written over it. What begins with a dot may be a repository.
        return {name for name in there if name.startswith(".")}, False
    if not finished:
        return names, False
    return there - names, same


def _index(outdir: Path) -> str:
    """Return the digest of Sphinx's search index, which Sphinx builds upon as on a cache."""
    path = outdir / _SEARCH_INDEX
    return hashlib.blake2b(path.read_bytes()).hexdigest() if path.exists() else ""


def _keep(outdir: Path, content: dict[str, object]) -> None:
    write_whole(outdir / FILES, json.dumps(content, indent=0) + "\n")


def _files(folder: Path) -> Iterator[str]:
    """Yield the files below *folder*, but for what is kept between builds."""
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".doctrees", ".git"}]
        for name in names:
            found = Path(path, name).relative_to(folder).as_posix()
            if found not in _NOT_OURS:
                yield found


def _around(app: Sphinx) -> str:
    """Return the digest of what shapes every page and is no document: settings, templates, styles.

    Pages name the style sheets and scripts that they load with a digest of each.
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


def beside(app: Sphinx) -> dict[str, str]:
    """Return the files that Sphinx copies into the output folder.

    They are the style sheets, scripts and pictures of the site, the pictures and downloads of
    documents, and their sources. The values are empty.
    """
    config, env = app.config, app.env
    names = [f"_static/{name}" for folder in _static(app) for name in _copied(folder)]
    names += [name for path in config.html_extra_path for name in _copied(Path(app.confdir, path))]
    names += [f"_images/{name}" for _, name in env.images.values()]
    names += [f"_downloads/{name}" for _, name in env.dlfiles.values()]
    if config.html_copy_source:
        names += [_source(app, name) for name in env.found_docs]
    return dict.fromkeys(sorted(names), "")


def _source(app: Sphinx, docname: str) -> str:
    """Return the copy of a document's source, as Sphinx names it."""
    suffix = app.env.doc2path(docname).suffix
    more = app.config.html_sourcelink_suffix
    return f"_sources/{docname}{suffix}{more if suffix != more else ''}"


def _copied(path: Path) -> Iterator[str]:
    """Yield what a file, or the files in a folder, are called where they are copied to."""
    if path.is_file():
        yield path.name
        return
    for file in path.rglob("*"):
        if file.is_file():
            name = file.relative_to(path).as_posix()
            # Templates lose the sign that they are some.
            yield name.removesuffix(".jinja").removesuffix("_t")


def leave_out(app: Sphinx, names: Iterable[str]) -> None:
    """Remove files from the output folder that Sphinx has copied there once."""
    outdir = Path(app.outdir)
    for name in names:
        remove(outdir / name, outdir)


def remove(path: Path, outdir: Path) -> None:
    """Remove a file, and the folders that it leaves empty."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == outdir or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def name_pictures(app: Sphinx) -> None:
    """Give pictures of one name in several folders the numbers that a clean build would give.

    Sphinx numbers them as they are read, and keeps the numbers of those that were there before.
    """
    env = app.env
    named = type(env.images)()
    for path in sorted(env.images):
        for docname in sorted(env.images[path][0]):
            named.add_file(docname, path)
    env.images = named


def drop_lost_words(outdir: Path) -> None:
    """Take words that no page has any more out of Sphinx's search index in *outdir*.

    Sphinx leaves a word that its last page has lost, with an empty list of pages.
    """
    path = outdir / _SEARCH_INDEX
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    if ":[]" not in text:
        return
    index: dict[str, Any] = js_index.loads(text)
    for kind in ("terms", "titleterms"):
        index[kind] = {word: pages for word, pages in index[kind].items() if pages != []}
    write_whole(path, js_index.dumps(index))
