"""What happens when: the handlers of Sphinx's events, in the order of a build."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import ParallelTasks, SerialTasks

from . import (
    caches,
    effort,
    filtering,
    folders,
    locks,
    macros,
    mathematics,
    pages,
    previews,
    search_index,
    unwritten,
    updates,
)
from .citations import CitationDomain
from .domain import PaperNotesDomain
from .model import Problem
from .nodes import cited_work, fold, written
from .outputs import (
    catalogue_json,
    feed,
    files,
    history,
    metadata,
    pictures,
    redirects,
    search,
    sitemap,
)
from .outputs.summaries import Summaries
from .problems import warn

STATIC = Path(__file__).parent / "static"


def take_up(app: Sphinx) -> None:
    """Set up what a build takes up from the one before, and what it leaves to the next."""
    app.connect("config-inited", begin, priority=900)
    # When the other extensions have said what they bring (500 to 900), and have written all.
    app.connect("builder-inited", begin_folder, priority=950)
    app.connect("build-finished", finish_folders, priority=999)


def begin(app: Sphinx, config: Config) -> None:
    """Wait for other builds with the same cache, and have a cache that is not whole left alone."""
    held = locks.hold(Path(app.doctreedir))
    # The last of all handlers.
    app.connect("build-finished", lambda app, exception: held.close(), priority=1000)
    caches.begin(Path(app.doctreedir))


def begin_folder(app: Sphinx) -> None:
    """Wait for other builds of the same pages, and make their folder ready."""
    if keeps_state(app):
        held = locks.hold(Path(app.outdir))
        app.connect("build-finished", lambda app, exception: held.close(), priority=1000)
        folders.begin(app, updates.STATE_FILE)


def add_assets(app: Sphinx) -> None:
    """Give HTML pages the style that the extension's markup needs."""
    if app.builder.format != "html":
        return
    app.config.html_static_path.insert(0, str(STATIC))
    app.add_css_file("papernotes.css")


def add_page_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page the scripts that it needs: to copy, to preview citations, to find a work.

    They are deferred and no modules: browsers do not load modules from file://. Each page of a
    site says in its head what it is.
    """
    cites, folds = context.get(pages.CITES, False), False
    for node in doctree.findall(_needs_a_script) if doctree is not None else ():
        assert isinstance(node, nodes.Element)
        cites = cites or isinstance(node, cited_work) or node.get("cites", False)
        folds = folds or isinstance(node, fold) or node.get("folds", False)
    if folds:
        app.add_js_file("papernotes.js", loading_method="defer")
    if cites and app.config.papernotes_previews and keeps_state(app):
        app.add_css_file("previews.css")
        app.add_js_file("previews.js", loading_method="defer")
    record = PaperNotesDomain.of(app.env).records.get(pagename)
    if record and record.page.works:
        app.add_css_file("works.css")
        app.add_js_file("works.js", loading_method="defer")
    if keeps_state(app):
        metadata.add_head(app, pagename, context, doctree)


def _needs_a_script(node: nodes.Node) -> bool:
    return isinstance(node, cited_work | fold | written)


def add_ways(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page what its ways to others need: style, filter, links in its head."""
    browse = PaperNotesDomain.of(app.env).browse
    before, after = browse.neighbours(pagename)
    related = browse.related.get(pagename, ())
    context["papernotes_near"] = {"before": before, "after": after, "related": related}
    front = browse.front if browse.front and pagename == browse.front.pages[0] else None
    goes_on = front is not None and len(front.pages) > 1
    if pagename in browse.pages or before or after or related or goes_on:
        app.add_css_file("browse.css")
    if front and browse.filtered:
        app.add_css_file("browse.css")
        app.add_js_file("filter.js", loading_method="defer")
    # A toctree has a say of its own.
    if front and goes_on and not context.get("next"):
        builder = app.builder
        assert isinstance(builder, StandaloneHTMLBuilder)
        title = app.env.titles[pagename].astext()
        _, context["next"] = pages.sheet_links(builder, pagename, front, title)


def serve_search(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> str | None:
    """Note what Pagefind is to find on a page, and give the search page another template."""
    if not (search.is_on(app) and keeps_state(app)):
        return None
    if doctree is not None:
        search.record(app, pagename, doctree)
    return search.fill_page(app, context) if templatename == "search.html" else None


# The formats of builders that write a page at a time, or none; those of others bind.
_PAGE_FORMATS = ("html", "text", "xml", "pseudoxml", "")


def binds(app: Sphinx) -> bool:
    """Return whether the builder binds all pages together, along the toctrees."""
    builder = app.builder
    return builder.format not in _PAGE_FORMATS or builder.name in ("epub", "singlehtml")


def keeps_state(app: Sphinx) -> bool:
    """Return whether the builder writes a site, whose pages are written again one by one."""
    return app.builder.format == "html" and not binds(app)


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have documents read once more that hold something which is no longer right.

    That is the front page with the notes that it binds, documents whose headings spell out
    citations of entries that have changed, and those whose toctrees hold a document that is gone.
    """
    domain = PaperNotesDomain.of(env)
    bound = binds(app)
    stale = bound != domain.bound or (bound and bool(added | removed))
    domain.note_bound(bound)
    wrong = domain.misspelled()
    wrong += [name for name, held in env.toctree_includes.items() if removed & set(held)]
    return [env.config.root_doc, *wrong] if stale else wrong


def derive(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Derive the catalogue, report what is wrong, and return the pages that are out of date."""
    domain = PaperNotesDomain.of(env)
    # The builder that only checks is to find what would be wrong with the site's pages.
    domain.derive(of_pages=keeps_state(app) or app.builder.name == "dummy")
    domain.writes_site = keeps_state(app)
    CitationDomain.of(env).prepare()
    for problem in sorted({*domain.problems(), *formula_problems(app, domain)}):
        warn(problem)
    if not keeps_state(app):
        return domain.records
    redirects.check(app)
    folders.name_pictures(app)
    before = updates.load(Path(app.outdir))
    digests = updates.Digests(env)
    now = {name: digests.page(name) for name in domain.records}
    remove_pages(app, before.pages.keys() - now.keys())
    folders.leave_out(app, before.beside.keys() - folders.beside(app).keys())
    return [name for name, digest in now.items() if before.pages.get(name) != digest]


def formula_problems(app: Sphinx, domain: PaperNotesDomain) -> Iterator[Problem]:
    """Yield what is wrong with formulas in the entries of works that the site shows."""
    if mathematics.is_used(app.config):
        given = macros.for_converter(app.config)
        for key, paper in domain.catalogue.papers.items():
            yield from mathematics.faults(paper, domain.formatted(key), given)


def ask_for_history(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Have the dates of all pages looked up in this build."""
    history.forget(env)


def compare_history(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages that say when they were last changed, and say it wrong."""
    if not keeps_state(app):
        return []
    before = updates.load(Path(app.outdir)).changed
    now = history.all_changed(env)
    return [name for name in env.found_docs if before.get(name) != now.get(name)]


def remove_pages(app: Sphinx, docnames: Iterable[str]) -> None:
    """Remove the pages of documents that are gone, which Sphinx would leave in place."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for docname in docnames:
        folders.remove(Path(builder.get_output_path(docname)), Path(app.outdir))


class Rest:
    """What is written when all documents are, in one build after another.

    Where Sphinx may use several processes, one of them writes the previews and what is published
    beside the pages, while further pages are made here, and Pagefind makes its index.
    """

    def __init__(self) -> None:
        self._index = search.Making()
        self._tasks: ParallelTasks | SerialTasks = SerialTasks()
        self._written: list[Written] = []

    def begin(self, app: Sphinx) -> Iterable[pages.Page]:
        """Begin with all that, and return the pages that no document stands for."""
        if not keeps_state(app):
            return ()
        before = updates.load(Path(app.outdir))
        self._index.begin(app, before.search)
        self._written = []
        # Of a very large site, two processes and Pagefind would take too much memory at a time.
        several = app.builder.parallel_ok and len(app.env.found_docs) <= effort.SEVERAL
        self._tasks = ParallelTasks(1) if several else SerialTasks()
        # What is handed on last is what the function has returned.
        self._tasks.add_task(
            functools.partial(write_beside, app, before),
            result_func=lambda *handed: self._written.append(handed[-1]),
        )
        return pages.collect(app, pages.digests_of(app, updates.Digests(app.env)), before.made)

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Wait for the end of all that, and keep the digests of what the pages show."""
        if exception is not None or not keeps_state(app):
            self._index.stop()
            if isinstance(self._tasks, ParallelTasks):
                self._tasks.terminate()
            return
        outdir = Path(app.outdir)
        search_index.mend(outdir)
        self._tasks.join()
        (written,) = self._written
        before = updates.load(outdir)
        files.remove(app, before.files.keys() - written.files.keys())
        digests = updates.Digests(app.env)
        state = updates.State(
            pages={name: digests.page(name) for name in PaperNotesDomain.of(app.env).records},
            made=pages.digests_of(app, digests),
            previews=written.previews,
            filter=written.filter,
            files=written.files,
            search=self._index.end(app),
            changed=dict(history.all_changed(app.env)),
            beside=folders.beside(app),
        )
        updates.save(outdir, unwritten.left(app, state, before))


class Written(NamedTuple):
    """The digests of what stands beside the pages, for the state of the output folder."""

    previews: dict[str, str]
    filter: dict[str, str]
    files: dict[str, str]


def write_beside(app: Sphinx, before: updates.State) -> Written:
    """Write the previews, the filter's script and the files that are published beside the pages."""
    digests = updates.Digests(app.env)
    summaries = Summaries(app)
    found = (
        *feed.files(app, digests, summaries),
        *catalogue_json.files(app, digests, summaries),
        *pictures.files(app),
        *sitemap.files(app),
        *redirects.files(app),
    )
    return Written(
        previews.write(app, digests, before.previews),
        filtering.write(app, digests, before.filter),
        files.write(app, found, before.files),
    )


def finish_folders(app: Sphinx, exception: Exception | None) -> None:
    """Note that the build is whole, when nobody writes any more."""
    if exception is None:
        if keeps_state(app):
            folders.finish(app)
        caches.finish(Path(app.doctreedir))
