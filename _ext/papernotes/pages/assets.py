"""Style sheets, scripts and head links: what each page needs, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.builders import writes_site
from papernotes.domain import PaperNotesDomain
from papernotes.nodes import cited_work, fold, written
from papernotes.pages import archive_pages, head

STATIC = Path(__file__).parent.parent / "static"


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
    cites, folds = context.get(archive_pages.CITES, False), False
    for node in doctree.findall(_needs_a_script) if doctree is not None else ():
        assert isinstance(node, nodes.Element)
        cites = cites or isinstance(node, cited_work) or node.get("cites", False)
        folds = folds or isinstance(node, fold) or node.get("folds", False)
    if folds:
        app.add_js_file("papernotes.js", loading_method="defer")
    if cites and app.config.papernotes_previews and writes_site(app):
        app.add_css_file("previews.css")
        app.add_js_file("previews.js", loading_method="defer")
    record = PaperNotesDomain.of(app.env).records.get(pagename)
    if record and record.page.works:
        app.add_css_file("works.css")
        app.add_js_file("works.js", loading_method="defer")
    if writes_site(app):
        head.add_head(app, pagename, context, doctree)


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
    archives = PaperNotesDomain.of(app.env).archives
    before, after = archives.neighbours(pagename)
    related = archives.related.get(pagename, ())
    context["papernotes_near"] = {"before": before, "after": after, "related": related}
    front = archives.front if archives.front and pagename == archives.front.pages[0] else None
    goes_on = front is not None and len(front.pages) > 1
    if pagename in archives.pages or before or after or related or goes_on:
        app.add_css_file("browse.css")
    if front and archives.filtered:
        app.add_css_file("browse.css")
        app.add_js_file("filter.js", loading_method="defer")
    # A toctree has a say of its own.
    if front and goes_on and not context.get("next"):
        builder = app.builder
        assert isinstance(builder, StandaloneHTMLBuilder)
        title = app.env.titles[pagename].astext()
        _, context["next"] = archive_pages.list_page_links(builder, pagename, front, title)
