"""Full-text search by Pagefind: readers load only those parts of its index that they need.

The index holds only what the author of a page wrote. Whichever process writes a page also writes
that text into a record beside the doctree cache: HTML of headings and paragraphs alone, with
formulas as lines of text. After all pages are written, Pagefind builds its index again if a record
has changed.

Tags and years are stored beside the index and not in it, since Pagefind 1.5 writes its filters in
another order each time.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config

from papernotes import site_info
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.files import below
from papernotes.core.text import fold_plain
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, forms, language_tag
from papernotes.nodes import UNSEARCHED, written
from papernotes.publish.jinja import render
from papernotes.publish.plaintext import Prose
from papernotes.rendering import markup
from papernotes.reporting import logger, warn

FOLDER = "pagefind"
# The name under which a build keeps what makes the index.
PROGRAM = "program"
CHOICES = "choices.json"
PAGE = "search"
# Files of Pagefind that our search page does not use: user interfaces, and a worker, for which a
# content security policy of its own would have to allow WebAssembly.
_UNUSED = ("pagefind-*.js", "pagefind-*.css")
_SERVICE = str(Path(__file__).with_name("pagefind_service.py"))
# The scripts of Sphinx's search in the order of loading, for browsers that cannot load Pagefind.
_BUILT_IN = (
    *(f"_static/{name}.js" for name in ("documentation_options", "doctools", "sphinx_highlight")),
    # This file exists only for languages that Sphinx is translated into.
    "_static/translations.js",
    *("_static/searchtools.js", "_static/language_data.js", "searchindex.js"),
)
# Maps the address that Pagefind gives a note's page to what readers can filter by: the values of
# "tag" and "year".
Choices = dict[str, dict[str, list[str]]]
# Classes of elements that are not indexed, since they lead elsewhere; the last is docutils'.
_LEFT_OUT = {UNSEARCHED, "toctree-wrapper", "contents"}


def is_on(app: Sphinx) -> bool:
    """Return whether the site uses Pagefind; ``settings`` turns it off if it is not installed."""
    return bool(app.config.papernotes_search == "pagefind")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, or a heading if it has a ``level``; a heading may have an ``id``."""

    text: str
    level: int = 0
    id: str = ""


class _IndexedText(Prose):
    """Extracts the text to index: without list markers, and without what leads elsewhere."""

    def parts(self, node: nodes.Node, level: int = 0) -> Iterator[Part]:
        """Yield the headings and paragraphs of *node*, which is inside *level* sections."""
        section = node if isinstance(node, nodes.section) else None
        if not isinstance(node, nodes.document | nodes.section) or _is_left_out(node):
            yield from (Part(text) for text in self._blocks(node))
            return
        # The header comes after the summary, so that excerpts begin with the summary.
        header: list[Part] = []
        for child in node.children:
            if section is not None and isinstance(child, nodes.title):
                id_ = section["ids"][0] if section["ids"] else ""
                yield Part(self.one_line([child]), min(level, 6), id_)
            elif isinstance(child, written):
                lines = (" ".join(line.split()) for line in child.astext().split("\n\n"))
                header += [Part(line) for line in lines if line]
            else:
                if isinstance(child, nodes.section):
                    yield from header
                    header = []
                yield from self.parts(child, level + isinstance(child, nodes.section))
        yield from header

    def _blocks(self, node: nodes.Node) -> list[str]:
        if _is_left_out(node):
            return []
        if isinstance(node, nodes.list_item):
            return [block for child in node.children for block in self._blocks(child)]
        return super()._blocks(node)

    def _inline(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.raw):
            # Raw markup may be a line break, which separates words.
            return " "
        return "" if _is_left_out(node) else super()._inline(node)


def _is_left_out(node: nodes.Node) -> bool:
    return isinstance(node, nodes.citation | nodes.label) or (
        isinstance(node, nodes.Element) and not _LEFT_OUT.isdisjoint(node.get("classes", ()))
    )


def _record_name(app: Sphinx, docname: str) -> str:
    """Return the name of a document's record; Pagefind derives the page's address from it."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    return Path(builder.get_output_path(docname)).relative_to(app.outdir).as_posix()


def _records(app: Sphinx) -> Path:
    # The address of a document's page depends on the builder.
    return Path(app.doctreedir, "papernotes-search", app.builder.name)


def write_record(app: Sphinx, docname: str, doctree: nodes.document) -> None:
    """Write the record of a document's page, or remove it if the page opts out of the search."""
    path = _records(app) / _record_name(app, docname)
    if not {"no-search", "nosearch"}.isdisjoint(app.env.metadata.get(docname, {})):
        path.unlink(missing_ok=True)
        return
    domain = PaperNotesDomain.of(app.env)
    note = domain.catalogue.by_docname.get(docname)
    byline = markup.note_byline(domain.catalogue, note) if note else []
    parts = list(_IndexedText(app.config).parts(doctree))
    if not (parts and parts[0].level):
        parts.insert(0, Part(app.env.titles[docname].astext(), 1))
    values = {
        "language": language_tag(app.config.language),
        "parts": parts,
        "byline": "".join(node.astext() for node in byline),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render("record.html", values), encoding="utf-8")


class PagefindIndexer:
    """Runs Pagefind while Sphinx does the rest, in one build after another."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}
        self._choices: Choices = {}
        self._pagefind: subprocess.Popen[str] | None = None

    def prepare(self, app: Sphinx, before: dict[str, str]) -> None:
        """Start Pagefind with the records of the last build, while the build writes a few anew.

        *before* is what :meth:`end` returned in the last build.
        """
        folder = Path(app.outdir, FOLDER)
        if not self._pagefind and is_on(app) and before and (folder / CHOICES).exists():
            # If it cannot be run, that is reported when the index is due.
            with contextlib.suppress(OSError):
                self._pagefind = _start_pagefind(_records(app), folder, before)

    def begin(self, app: Sphinx, before: dict[str, str]) -> None:
        """Begin the index if it is out of date, or remove the index if the site has none.

        All records must have been written. *before* is what :meth:`end` returned in the last build.
        """
        folder = Path(app.outdir, FOLDER)
        self._digests, self._choices = {}, {}
        if not is_on(app):
            if before:
                shutil.rmtree(folder, ignore_errors=True)
            return
        records = _records(app)
        names = {docname: _record_name(app, docname) for docname in app.env.found_docs}
        for name in set(below(records)).difference(names.values()):
            Path(records, name).unlink()
        if self._pagefind is not None:
            # An edit hardly ever leaves the index as it is, and Pagefind takes longer than the
            # build from here on.
            self._release()
        self._choices = _collect_choices(app, names)
        if _joins_words(app.config):
            # This is not the author's fault, and the search page says it too: no warning.
            logger.info(
                "Pagefind finds only words between spaces or punctuation; run pip install"
                ' "pagefind[extended]" for a dictionary of the language of this site'
            )
        self._digests = {FOLDER: _digest(records, self._choices), PROGRAM: _program()}
        if self._digests == before and (folder / CHOICES).exists():
            self.stop(app)
            return
        if self._pagefind is None:
            try:
                self._pagefind = _start_pagefind(records, folder, before)
            except OSError as error:
                self._digests = {}
                _give_up(folder, str(error))
            else:
                self._release()

    def _release(self) -> None:
        """Tell Pagefind that all records are written."""
        assert self._pagefind
        assert self._pagefind.stdin
        # If it has ended, its output says why.
        with contextlib.suppress(BrokenPipeError):
            self._pagefind.stdin.write("\n")
            self._pagefind.stdin.flush()

    def end(self, app: Sphinx) -> dict[str, str]:
        """Put a new index into place, and return the digests of what it was made of and by.

        The result is empty if there is no index.
        """
        if self._pagefind is not None:
            folder = Path(app.outdir, FOLDER)
            # While Pagefind is at work: it keeps most files of the last index.
            known = {path.stat().st_ino: _address(path) for path in _fragments(folder)}
            _, output = self._pagefind.communicate()
            if self._pagefind.returncode == 0:
                _put_into_place(folder, self._choices, known)
            else:
                self._digests = {}
                _give_up(folder, output or f"it ended with {self._pagefind.returncode}")
            self._pagefind = None
        return self._digests

    def stop(self, app: Sphinx) -> None:
        """Stop Pagefind, whose index is not wanted."""
        if self._pagefind is not None:
            # It ends Pagefind itself.
            self._pagefind.terminate()
            self._pagefind.communicate()
            self._pagefind = None
            shutil.rmtree(_new_folder(Path(app.outdir, FOLDER)), ignore_errors=True)


def _digest(records: Path, choices: Choices) -> str:
    """Return the digest of the index's input."""
    digest = hashlib.blake2b(json.dumps(choices).encode(), digest_size=16)
    for name in sorted(below(records)):
        content = Path(records, name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _collect_choices(app: Sphinx, names: Mapping[str, str]) -> Choices:
    """Return the tags of each note, and the years of its papers; *names* are those of records."""
    catalogue = PaperNotesDomain.of(app.env).catalogue
    choices: Choices = {}
    for docname, note in sorted(catalogue.by_docname.items()):
        address = re.sub(r"(^|/)index\.html$", r"\1", names[docname])
        choices[f"/{address}"] = {"tag": list(note.tags), "year": catalogue.years_of(note)}
    return choices


def _new_folder(folder: Path) -> Path:
    """Return the folder in which the index is built before it replaces *folder*."""
    return folder.with_name(f"{folder.name}.new")


def _program() -> str:
    return f"{version('pagefind')}{' extended' * _is_extended()}"


def _start_pagefind(records: Path, folder: Path, before: dict[str, str]) -> subprocess.Popen[str]:
    """Start to index *records* beside *folder*; raise OSError if Pagefind cannot be run.

    It waits for a line before it writes files. It takes over those of *folder* that are still true.
    """
    from pagefind.service import get_executable

    target = _new_folder(folder)
    shutil.rmtree(target, ignore_errors=True)
    records.mkdir(parents=True, exist_ok=True)
    arguments = [str(get_executable()), str(records), str(target)]
    if before.get(PROGRAM) == _program() and (folder / CHOICES).exists():
        arguments.append(str(folder))
    return subprocess.Popen(
        # Without the settings of Python in the environment.
        [sys.executable, "-IS", _SERVICE, *arguments],
        cwd=records,
        # Pagefind would also use settings that it finds in its folder and its environment.
        env={name: value for name, value in os.environ.items() if name[:9] != "PAGEFIND_"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _give_up(folder: Path, reason: str) -> None:
    """Warn that there is no index and why, and remove what there is of one."""
    message = (
        f"Pagefind cannot make its index: {' '.join(reason.split())}; correct this, or set"
        ' papernotes_search = "sphinx"; until then the search page uses Sphinx\'s search'
    )
    warn(Diagnostic("conf.py", 1, message, DiagnosticKind.NO_PAGEFIND))
    shutil.rmtree(_new_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _put_into_place(folder: Path, choices: Choices, known: Mapping[int, str]) -> None:
    """Complete the new index with *choices*, and replace the old index with it.

    *known* are the addresses in fragments of the old index, by their inodes.
    """
    new = _new_folder(folder)
    for pattern in _UNUSED:
        for path in new.glob(pattern):
            path.unlink()
    ids: dict[str, dict[str, list[str]]] = {}
    for path in sorted(_fragments(new)):
        address = known.get(path.stat().st_ino) or _address(path)
        for name, values in choices.get(address, {}).items():
            for value in values:
                ids.setdefault(name, {}).setdefault(value, []).append(path.stem)
    text = json.dumps(ids, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (new / CHOICES).write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)


def _fragments(folder: Path) -> Iterator[Path]:
    """Return the fragments of an index, one for each page; Pagefind's results have their names."""
    return folder.glob("fragment/*.pf_fragment")


def _address(fragment: Path) -> str:
    """Return the address of the page of a *fragment*.

    Pagefind does not document the format of its fragments, but only they hold both the id and the
    address. A test reads the result as the search page does.
    """
    content = gzip.decompress(fragment.read_bytes())
    address: str = json.loads(content[content.index(b"{") :])["url"]
    return address


def _built_in(context: dict[str, Any]) -> list[str]:
    """Return the addresses of the scripts of Sphinx's search, for the page of *context*."""
    available = {str(script.filename) for script in context["script_files"]}
    return [
        context["pathto"](name, resource=True)
        for name in _BUILT_IN
        if name in available or not name.endswith("/translations.js")
    ]


def _joins_words(config: Config) -> bool:
    """Return whether the search cannot tell words apart in the language of the site.

    Chinese and Japanese write no spaces; only an extended Pagefind has a dictionary of them.
    """
    return config.language[:2] in ("ja", "zh") and not _is_extended()


def _is_extended() -> bool:
    from pagefind.service import get_executable

    path = get_executable()
    return path is not None and "extended" in f"{path.parent.name}/{path.name}"


def fill_page(app: Sphinx, context: dict[str, Any]) -> str:
    """Fill *context* for a search page that uses Pagefind, and return the page's template."""
    pathto = context["pathto"]
    catalogue = PaperNotesDomain.of(app.env).catalogue
    years = {year for note in catalogue.notes for year in catalogue.years_of(note)}
    tags = {tag for note in catalogue.notes for tag in note.tags}
    values = {
        "action": pathto(PAGE),
        "index": pathto(f"{FOLDER}/pagefind.js", resource=True),
        "choices": pathto(f"{FOLDER}/{CHOICES}", resource=True),
        "built_in": " ".join(_built_in(context)),
        "front": pathto(app.config.root_doc),
        "tags": sorted(tags, key=lambda tag: (fold_plain(tag), tag)),
        "years": sorted(years, reverse=True),
        "texts": {
            "title": _("Search"),
            "words": _("Words"),
            "tag": _("Tag"),
            "tags": _("All tags"),
            "year": _("Year"),
            "years": _("All years"),
            "none": _("Nothing found"),
            "near": _("No page has these words; the pages below have similar ones"),
            "more": _("Show more"),
            "enter": _("Press Enter to search"),
            "script": _("Searching needs JavaScript. Without it, all can be reached from here:"),
            "front": site_info.title(app.config),
            "joined": _joins_words(app.config)
            and _("The search finds only words between spaces or punctuation."),
        },
        "found": forms("%(count)d page found", "%(count)d pages found", app.config.language),
    }
    context.update(
        title=values["texts"]["title"],
        body=render("search.html", values),
        metatags=context.get("metatags", "") + render("unlisted.html", {}),
        sourcename="",
        toc="",
        display_toc=False,
    )
    app.add_css_file("search.css")
    app.add_js_file("search.js", loading_method="defer")
    return "page.html"
