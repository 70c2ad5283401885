"""The handlers of Sphinx's events that need several stages, in the order of a build."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from papernotes import pictures
from papernotes.builders import binds, publishes, writes_site
from papernotes.catalogue import literature
from papernotes.citations.domain import CitationDomain
from papernotes.core.diagnostics import Diagnostic, without_suppressed
from papernotes.domain import PaperNotesDomain, last_changed
from papernotes.incremental import (
    doctree_cache,
    locks,
    output_folder,
    parallel,
    pending,
)
from papernotes.incremental.digests import Digests
from papernotes.incremental.state import STATE_FILE, State
from papernotes.mathematics import macros, renderer
from papernotes.pages import archive_pages, filter_data, own_files, pagefind, previews, works_data
from papernotes.publish import (
    catalogue_json,
    csv_tables,
    feed,
    files,
    redirects,
    sitemap,
    social_cards,
)
from papernotes.publish.markdown import llms
from papernotes.publish.markdown import pages as markdown_pages
from papernotes.publish.summaries import Summaries
from papernotes.reading.parser import vault_of
from papernotes.reading.source_files import missing_sections, missing_sources
from papernotes.reading.syntax import highlights
from papernotes.reading.withheld import paper_files
from papernotes.rendering.previews import addresses, places
from papernotes.rendering.shown import Shown
from papernotes.reporting import warn
from papernotes.theme import sidebar


def setup(app: Sphinx) -> None:
    """Connect the handlers, in the order in which Sphinx calls them."""
    app.connect("config-inited", hold_cache, priority=900)
    # When the other extensions have said what they bring (500 to 900).
    app.connect("builder-inited", hold_output_folder, priority=950)
    app.connect("env-get-outdated", read_again)
    app.connect("env-before-read-docs", forget_history)
    # Ahead of what sphinxcontrib-bibtex does (500).
    app.connect("env-updated", derive_catalogue, priority=400)
    # When sphinx-last-updated-by-git, if it is there, has the dates (500).
    app.connect("env-updated", outdated_dates, priority=600)
    app.connect("html-page-context", serve_search)
    writer = FollowingWriter(app)
    # Before other processes read (999).
    app.connect("env-before-read-docs", writer.prepare, priority=990)
    app.connect("html-collect-pages", writer.write)
    app.connect("build-finished", writer.finish)
    app.connect("build-finished", strip_pictures)
    # When the other extensions have written their files.
    app.connect("build-finished", mark_folders_finished, priority=999)


def hold_cache(app: Sphinx, config: Config) -> None:
    """Wait for other builds with the same cache, and discard a cache that was left unfinished."""
    _hold(app, Path(app.doctreedir))
    doctree_cache.discard_unfinished(Path(app.doctreedir))


def hold_output_folder(app: Sphinx) -> None:
    """Wait for other builds of the same pages or the same book, and prepare their folder."""
    if app.builder.format:
        _hold(app, Path(app.outdir))
        output_folder.prepare(app, STATE_FILE)


def _hold(app: Sphinx, folder: Path) -> None:
    """Wait for other builds in *folder*, and hold it until this one ends."""
    held = locks.hold(folder)
    # Behind all other handlers.
    app.connect("build-finished", lambda app, exception: held.close(), priority=1000)
    # If one of them fails, this one is not called.
    weakref.finalize(app, held.close)


def serve_search(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> str | None:
    """Record what Pagefind indexes of a page, and give the search page its own template."""
    if not (pagefind.is_on(app) and writes_site(app)):
        return None
    if doctree is not None:
        pagefind.write_record(app, pagename, doctree)
    return pagefind.fill_page(app, context) if templatename == "search.html" else None


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the documents to read again although their files have not changed.

    They are the front page, when the notes that it binds have changed; documents whose headings
    spell out a citation of a changed entry; those that cite a quote that has changed in a note;
    those whose links in two brackets lead elsewhere; and documents whose toctrees hold, or whose
    links lead to, a document that is gone.
    """
    domain = PaperNotesDomain.of(env)
    bound = binds(app)
    stale = bound != domain.bound or (bound and bool(added | removed))
    domain.note_bound(bound)
    outdated = [*domain.misspelled(), *highlights.find_changed(env)]
    if app.config.papernotes_obsidian:
        outdated += domain.misled(vault_of(env))
    outdated += [name for name, included in env.toctree_includes.items() if removed & set(included)]
    outdated += [name for name, each in domain.records.items() if removed & set(each.page.targets)]
    return [env.config.root_doc, *outdated] if stale else outdated


def derive_catalogue(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Derive the catalogue, report all diagnostics, and return the pages that are out of date."""
    domain = PaperNotesDomain.of(env)
    # The dummy builder reports what would be wrong with the pages of the site.
    domain.derive(of_pages=writes_site(app) or app.builder.name == "dummy")
    domain.writes_site = writes_site(app)
    domain.frame = sidebar.derive(app)
    named = places(env) if writes_site(app) and app.config.papernotes_previews else {}
    domain.previews = addresses(app.builder, named)
    CitationDomain.of(env).prepare()
    domain.paper_files, file_problems = paper_files(env, domain.catalogue.papers.values())
    domain.literature, citation_problems = read_citations(app)
    problems = {
        *domain.problems(),
        *missing_sources(env),
        *missing_sections(env),
        *citation_problems,
        *formula_problems(app, domain),
        *file_problems,
    }
    for problem in without_suppressed(problems, app.config.suppress_warnings):
        warn(problem)
    if not writes_site(app):
        return domain.records
    redirects.check(app)
    output_folder.number_images(app)
    before = State.load(Path(app.outdir))
    digests = Digests(env)
    now = {name: digests.page(name) for name in domain.records}
    remove_pages(app, before.pages.keys() - now.keys())
    output_folder.remove_files(app, before.copied.keys() - output_folder.copied_files(app).keys())
    return [name for name, digest in now.items() if before.pages.get(name) != digest]


def read_citations(app: Sphinx) -> tuple[literature.Literature, list[Diagnostic]]:
    """Return what ``citations.json`` says, and what is wrong with it; a site may have none."""
    try:
        content = Path(app.srcdir, literature.NAME).read_bytes()
    except OSError:
        return literature.Literature(), []
    return literature.read(content, PaperNotesDomain.of(app.env).bibliography)


def formula_problems(app: Sphinx, domain: PaperNotesDomain) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each bad formula in the entries that the site shows."""
    if renderer.is_used(app.config):
        given = macros.for_converter(app.config)
        for key, paper in domain.catalogue.papers.items():
            yield from renderer.faults(paper, domain.formatted(key).formulas, given)


def forget_history(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Drop the dates of earlier builds, so that all are looked up again."""
    last_changed.forget(env)


def outdated_dates(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose date of the last change is out of date."""
    if not writes_site(app):
        return []
    before = State.load(Path(app.outdir)).last_changed
    now = last_changed.all_changed(env)
    return [name for name in env.found_docs if before.get(name) != now.get(name)]


def remove_pages(app: Sphinx, docnames: Iterable[str]) -> None:
    """Remove the pages of deleted documents, which Sphinx leaves in place."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for docname in docnames:
        output_folder.remove(Path(builder.get_output_path(docname)), Path(app.outdir))


class FollowingWriter:
    """Writes what follows the documents' pages, in one build after another.

    These are the archive pages and the files beside the pages, while Pagefind makes its index.
    """

    def __init__(self, app: Sphinx) -> None:
        self._index = pagefind.PagefindIndexer()
        self._processes = app.parallel
        self._written: dict[str, str] = {}

    def prepare(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Let Pagefind begin if few documents have changed."""
        if docnames and len(docnames) < parallel.FEW and writes_site(app):
            self._index.prepare(app, State.load(Path(app.outdir)).search)

    def write(self, app: Sphinx) -> Iterable[Any]:
        """Write all of it, and return no page for Sphinx to write."""
        if not writes_site(app):
            return ()
        before = State.load(Path(app.outdir))
        self._index.begin(app, before.search)
        digests = Digests(app.env)
        # The processes that write the pages of documents write these.
        self._written = dict.fromkeys(markdown_pages.names(app), "")
        jobs: dict[str, Callable[[], None]] = {}
        now = archive_pages.digests_of(app, digests)
        groups = (
            (with_summaries(app, digests.shown), True),
            (without_summaries(app, digests.shown), False),
            (archive_pages.markdown(app, now), False),
        )
        for group, is_one_job in groups:
            written, changed = files.changed(app, group, before.files)
            self._written |= written
            # A process renders each summary once, and so writes all files that hold them.
            for part in [changed[:]] if is_one_job and changed else [[file] for file in changed]:
                jobs[part[0].name] = functools.partial(files.write, app, part)
        jobs |= archive_pages.jobs(app, now, before.archive_pages)
        shares = parallel.share(
            list(jobs),
            lambda name: jobs[name](),
            processes=self._processes if app.builder.parallel_ok else 1,
            title="writing archive pages and files... ",
        )
        parallel.show(shares)
        return ()

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Wait for the index, and keep the digests of what the folder shows."""
        if exception is not None or not publishes(app):
            self._index.stop(app)
            return
        outdir = Path(app.outdir)
        before = State.load(outdir)
        files.remove(app, before.files.keys() - self._written.keys())
        digests = Digests(app.env)
        state = State(
            pages={name: digests.page(name) for name in PaperNotesDomain.of(app.env).records},
            archive_pages=archive_pages.digests_of(app, digests),
            files=self._written,
            last_changed=dict(last_changed.all_changed(app.env)),
            copied=output_folder.copied_files(app),
            # At last, since Pagefind is still at work.
            search=self._index.end(app),
        )
        pending.unwritten_state(app, state, before).save(outdir)


def with_summaries(app: Sphinx, shown: Shown) -> Iterator[files.File]:
    """Yield the files that hold the summaries of notes."""
    summaries = Summaries(app)
    yield from feed.files(app, shown, summaries)
    yield from catalogue_json.files(app, shown, summaries)
    yield from csv_tables.files(app, shown, summaries)
    yield from llms.files(app, shown, summaries)


def without_summaries(app: Sphinx, shown: Shown) -> Iterator[files.File]:
    """Yield all other files beside the pages."""
    yield from filter_data.files(app, shown)
    yield from works_data.files(app, shown)
    yield from social_cards.files(app)
    yield from sitemap.files(app)
    yield from redirects.files(app)
    yield from previews.files(app, shown)
    yield from own_files.files(app)


def strip_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Leave out of the pictures that Sphinx has copied what they say of their author.

    It copies them again in each build. Those of a book are done before they are packed into it.
    """
    if exception is None:
        outdir = Path(app.outdir)
        copied = [outdir / app.builder.imagedir / name for name in app.builder.images.values()]
        if app.builder.format == "html":
            copied += [outdir / name for name in output_folder.copied_files(app)]
            copied += (outdir / "_static").rglob("*")
        pictures.strip(copied)


def mark_folders_finished(app: Sphinx, exception: Exception | None) -> None:
    """Record that the build is finished, once nothing more is written."""
    if exception is None:
        if app.builder.format:
            output_folder.mark_finished(app)
        doctree_cache.mark_finished(Path(app.doctreedir))
