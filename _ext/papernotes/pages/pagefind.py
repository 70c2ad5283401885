"""The full text search by Pagefind, whose index is many small files of which a reader gets a few.

A page is searched for what its author wrote. While the page is written, by whichever process, that
goes into a record beside the documents' cache: HTML of headings and paragraphs alone, with formulas
as lines of text. When all are written, and a record has changed, Pagefind makes its index anew.

Tags and years lie beside the index, and not in it: Pagefind 1.5 writes what it filters by in
another order each time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.bibliography import formatting
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.text import fold_plain
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, forms
from papernotes.nodes import UNSEARCHED, written
from papernotes.publish import site_info
from papernotes.publish.jinja import render
from papernotes.publish.plaintext import Prose
from papernotes.rendering import links
from papernotes.reporting import warn

FOLDER = "pagefind"
CHOICES = "choices.json"
PAGE = "search"
# Of what Pagefind writes, what the page of ours has no use for: interfaces, and a worker, which
# would have to be let run WebAssembly by a policy of its own.
_NEEDLESS = ("pagefind-*.js", "pagefind-*.css")
# What Sphinx's search consists of, in the order in which it is loaded where Pagefind cannot be.
_BUILT_IN = (
    *(f"_static/{name}.js" for name in ("documentation_options", "doctools", "sphinx_highlight")),
    # Which there is only for languages that Sphinx is translated into.
    "_static/translations.js",
    *("_static/searchtools.js", "_static/language_data.js", "searchindex.js"),
)
# What a reader can choose of each note, by the address that Pagefind has for its page.
Choices = dict[str, dict[str, list[str]]]
# What leads to other pages, in the text of a page or of what docutils makes of it.
_LEFT_OUT = {UNSEARCHED, "toctree-wrapper", "contents"}


def is_on(app: Sphinx) -> bool:
    """Return whether the site is searched by Pagefind; it is installed then."""
    return bool(app.config.papernotes_search == "pagefind")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, or with a ``level`` a heading, which may have an id."""

    text: str
    level: int = 0
    id: str = ""


class _Text(Prose):
    """Writes what is searched for: lists without signs, and nothing of what leads elsewhere."""

    def parts(self, node: nodes.Node, level: int = 0) -> Iterator[Part]:
        """Yield the headings and paragraphs of *node*, which stands in *level* sections."""
        section = node if isinstance(node, nodes.section) else None
        if not isinstance(node, nodes.document | nodes.section) or _is_left_out(node):
            yield from (Part(text) for text in self._blocks(node))
            return
        # Who wrote the paper comes after the summary, with which an excerpt is to begin.
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
            # It may be what parts two lines.
            return " "
        return "" if _is_left_out(node) else super()._inline(node)


def _is_left_out(node: nodes.Node) -> bool:
    return isinstance(node, nodes.citation | nodes.label) or (
        isinstance(node, nodes.Element) and not _LEFT_OUT.isdisjoint(node.get("classes", ()))
    )


def _record_path(app: Sphinx, docname: str) -> Path:
    """Return where the record of a document is; Pagefind goes by its place in the folder."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    return _records(app) / builder.get_output_path(docname).relative_to(app.outdir)


def _records(app: Sphinx) -> Path:
    # The page of a document has another address with another builder.
    return Path(app.doctreedir, "papernotes-search", app.builder.name)


def record(app: Sphinx, docname: str, doctree: nodes.document) -> None:
    """Write the record of the page of a document, which is being written, if it is searched."""
    path = _record_path(app, docname)
    if not {"no-search", "nosearch"}.isdisjoint(app.env.metadata.get(docname, {})):
        path.unlink(missing_ok=True)
        return
    domain = PaperNotesDomain.of(app.env)
    note = domain.catalogue.by_docname.get(docname)
    paper = domain.catalogue.papers.get(note.key) if note else None
    parts = list(_Text(app.config).parts(doctree))
    if not (parts and parts[0].level):
        parts.insert(0, Part(app.env.titles[docname].astext(), 1))
    values = {
        "language": app.config.language.replace("_", "-"),
        "parts": parts,
        "byline": "".join(node.astext() for node in links.byline(paper)) if paper else "",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render("record.html", values), encoding="utf-8")


class PagefindIndexer:
    """The index in one build after another, made by Pagefind while Sphinx does the rest."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._choices: Choices = {}
        self._pagefind: subprocess.Popen[str] | None = None

    def begin(self, app: Sphinx, before: dict[str, str]) -> None:
        """Begin to make the index unless it is that of *before*, or remove one that is not wanted.

        All records are written by now. *before* maps the name of the index, if there is one, to
        the digest of what it is made of.
        """
        self._now, self._choices, self._pagefind = {}, {}, None
        folder = Path(app.outdir, FOLDER)
        if not is_on(app):
            if before:
                shutil.rmtree(folder, ignore_errors=True)
            return
        self._choices = _choices(app)
        self._now = {FOLDER: _digest(app, self._choices)}
        if self._now == before and (folder / CHOICES).exists():
            return
        try:
            self._pagefind = _start(_records(app), _beside(folder))
        except OSError as error:
            self._now = {}
            _give_up(folder, str(error))

    def end(self, app: Sphinx) -> dict[str, str]:
        """Put the index into its place, if one is made, and return what ``begin`` is to know."""
        if self._pagefind is not None:
            folder = Path(app.outdir, FOLDER)
            _, said = self._pagefind.communicate()
            if self._pagefind.returncode == 0:
                _put_into_place(folder, self._choices)
            else:
                self._now = {}
                _give_up(folder, said or f"it ended with {self._pagefind.returncode}")
            self._pagefind = None
        return self._now

    def stop(self) -> None:
        """Have Pagefind stop, since the build has failed."""
        if self._pagefind is not None:
            self._pagefind.kill()
            self._pagefind.communicate()
            self._pagefind = None


def _digest(app: Sphinx, choices: Choices) -> str:
    """Return the digest of what the index is made of, and remove the records of no page."""
    records = _records(app)
    wanted = {_record_path(app, docname) for docname in app.env.found_docs}
    made_of = [version("pagefind"), json.dumps(choices)]
    digest = hashlib.blake2b(repr(made_of).encode(), digest_size=16)
    for path in sorted(records.rglob("*.html")):
        if path not in wanted:
            path.unlink()
            continue
        content = path.read_bytes()
        digest.update(f"{path.relative_to(records).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _choices(app: Sphinx) -> Choices:
    """Return the tags and the year of each note."""
    catalogue = PaperNotesDomain.of(app.env).catalogue
    found: Choices = {}
    for docname, note in sorted(catalogue.by_docname.items()):
        paper = catalogue.papers.get(note.key)
        place = _record_path(app, docname).relative_to(_records(app))
        year = formatting.year(paper) if paper and paper.year.strip() else ""
        address = f"{place.parent.as_posix()}/" if place.name == "index.html" else place.as_posix()
        found[f"/{address}"] = {"tag": list(note.tags), "year": [year] if year else []}
    return found


def _beside(folder: Path) -> Path:
    """Return where the index is made that is to stand in *folder*."""
    return folder.with_name(f"{folder.name}.new")


def _start(records: Path, target: Path) -> subprocess.Popen[str]:
    """Have Pagefind make the index of *records* in *target*; raise OSError if it cannot be run."""
    from pagefind.service import get_executable

    shutil.rmtree(target, ignore_errors=True)
    records.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [str(get_executable()), "--site", str(records), "--output-path", str(target), "--silent"],
        cwd=records,
        # It would also go by settings that it finds in its folder and environment.
        env={name: value for name, value in os.environ.items() if name[:9] != "PAGEFIND_"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _give_up(folder: Path, said: str) -> None:
    """Report what Pagefind has said, and leave no index."""
    message = (
        f"Pagefind cannot make its index: {' '.join(said.split())}; correct that, or set"
        ' papernotes_search = "sphinx", which the search page does with until then'
    )
    warn(Diagnostic("conf.py", 1, message, DiagnosticKind.NO_PAGEFIND))
    shutil.rmtree(_beside(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _put_into_place(folder: Path, choices: Choices) -> None:
    """Complete the index that has been made, and put it in the place of the one before."""
    made = _beside(folder)
    for pattern in _NEEDLESS:
        for path in made.glob(pattern):
            path.unlink()
    found: dict[str, dict[str, list[str]]] = {}
    for id_, address in sorted(_addresses(made).items()):
        for name, values in choices.get(address, {}).items():
            for value in values:
                found.setdefault(name, {}).setdefault(value, []).append(id_)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (made / CHOICES).write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    made.replace(folder)


def _addresses(folder: Path) -> dict[str, str]:
    """Return the address of each page of an index, by the id that results have.

    The files that Pagefind keeps of pages are no documented format, but nothing else knows both. A
    test reads the result as the page does.
    """
    found = {}
    for path in folder.glob("fragment/*.pf_fragment"):
        content = gzip.decompress(path.read_bytes())
        found[path.stem] = json.loads(content[content.index(b"{") :])["url"]
    return found


def _built_in(context: dict[str, Any]) -> list[str]:
    """Return the addresses of the scripts of Sphinx's search, for the page of *context*."""
    given = {str(script.filename) for script in context["script_files"]}
    return [
        context["pathto"](name, resource=True)
        for name in _BUILT_IN
        if name in given or not name.endswith("/translations.js")
    ]


def fill_page(app: Sphinx, context: dict[str, Any]) -> str:
    """Make the search page one that Pagefind serves, and return the name of its template."""
    pathto = context["pathto"]
    notes = PaperNotesDomain.of(app.env).catalogue.notes.values()
    papers = PaperNotesDomain.of(app.env).catalogue.papers
    years = {formatting.year(papers[note.key]) for note in notes if note.key in papers}
    tags = {tag for note in notes for tag in note.tags}
    values = {
        "action": pathto(PAGE),
        "index": pathto(f"{FOLDER}/pagefind.js", resource=True),
        "choices": pathto(f"{FOLDER}/{CHOICES}", resource=True),
        "built_in": " ".join(_built_in(context)),
        "front": pathto(app.config.root_doc),
        "tags": sorted(tags, key=lambda tag: (fold_plain(tag), tag)),
        "years": sorted(filter(str.strip, years), reverse=True),
        "texts": {
            "title": _("Search"),
            "words": _("Words"),
            "tag": _("Tag"),
            "tags": _("All tags"),
            "year": _("Year"),
            "years": _("All years"),
            "none": _("Nothing found"),
            "more": _("Show more"),
            "enter": _("Press Enter to search"),
            "script": _("Searching needs JavaScript. Without it, all can be reached from here:"),
            "front": site_info.title(app.config),
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
