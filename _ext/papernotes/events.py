"""What happens when: the handlers of Sphinx's events, in the order of a build."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from . import updates
from .domain import PaperNotesDomain
from .problems import warn

STATIC = Path(__file__).parent / "static"


def add_assets(app: Sphinx) -> None:
    """Give HTML pages the style and the script that the extension's markup needs."""
    if app.builder.format != "html":
        return
    app.config.html_static_path.insert(0, str(STATIC))
    app.add_css_file("papernotes.css")
    # Deferred and no module: browsers do not load modules from file://.
    app.add_js_file("papernotes.js", loading_method="defer")


def binds(app: Sphinx) -> bool:
    """Return whether the builder binds all pages together, along the toctrees."""
    return app.builder.format != "html" or app.builder.name in ("epub", "singlehtml")


def read_front_page_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have the front page read once more where the notes that it binds are no longer right."""
    domain = PaperNotesDomain.of(env)
    bound = binds(app)
    stale = bound != domain.bound or (bound and bool(added | removed))
    domain.note_bound(bound)
    return [env.config.root_doc] if stale else []


def derive(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Derive the catalogue, report what is wrong, and return the pages that are out of date."""
    domain = PaperNotesDomain.of(env)
    domain.derive()
    for problem in domain.problems():
        warn(problem)
    if binds(app):
        return domain.records
    before = updates.load(Path(app.outdir))
    now = page_digests(env)
    remove_pages(app, before.keys() - now.keys())
    return [name for name, digest in now.items() if before.get(name) != digest]


def page_digests(env: BuildEnvironment) -> dict[str, str]:
    """Return the digest of what each page shows."""
    domain = PaperNotesDomain.of(env)
    titles = {name: title.astext() for name, title in env.titles.items()}
    digests = updates.Digests(domain, titles)
    return {name: digests.page(name) for name in domain.records}


def remove_pages(app: Sphinx, docnames: Iterable[str]) -> None:
    """Remove the pages of notes that are gone, which Sphinx would leave in place."""
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for docname in docnames:
        if docname.startswith(f"{app.config.papernotes_folder}/"):
            Path(builder.get_output_path(docname)).unlink(missing_ok=True)
            for copy in Path(app.outdir, "_sources").glob(f"{glob.escape(docname)}.*"):
                copy.unlink()


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Keep the digests of the pages that have been written."""
    if exception is None and not binds(app):
        updates.save(Path(app.outdir), page_digests(app.env))
