"""Style sheets, scripts and links in the head: each page gets only those that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.builders import binds, writes_site
from papernotes.core.model import Query
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import NotedPaper
from papernotes.nodes import fold, previewed, written
from papernotes.pages import archive_pages, head

# What shows in the HTML of a page that it says what became of works, or how they cite each other.
_HAS_STATUS = re.compile(r'class="[^"]*\bpn-(?:status|banner|literature)\b')
STATIC = Path(__file__).parent.parent / "static"


def add_assets(app: Sphinx) -> None:
    """Add the style sheets of the extension's own markup to HTML pages."""
    if app.builder.format != "html":
        return
    app.config.html_static_path.insert(0, str(STATIC))
    app.add_css_file("papernotes.css")
    if app.config.papernotes_drafts:
        app.add_css_file("drafts.css")
    if binds(app):
        app.add_css_file("cards.css")
        app.add_css_file("fields.css")
    if app.builder.name == "epub":
        # After those of the components, which pages add.
        app.add_css_file("book.css", priority=900)


def add_page_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the scripts that a page needs, for folds, previews and lists of works, and its metadata.

    The scripts are deferred, and are not modules, since browsers do not load modules from file://.
    """
    previews, folds = context.get(archive_pages.PREVIEWS, False), False
    for node in doctree.findall(_may_need_script) if doctree is not None else ():
        assert isinstance(node, nodes.Element)
        previews = previews or _has_preview(node) or node.get("previews", False)
        folds = folds or isinstance(node, fold) or node.get("folds", False)
    if folds:
        app.add_js_file("papernotes.js", loading_method="defer")
    if previews and app.config.papernotes_previews and writes_site(app):
        app.add_js_file("previews.js", loading_method="defer")
    for name in _styles_for(app, context.get("body", "")):
        app.add_css_file(name)
    record = PaperNotesDomain.of(app.env).records.get(pagename)
    if record and record.noted and _has_wide_header(record.noted):
        app.add_css_file("fields.css")
    works_page = PaperNotesDomain.of(app.env).archives.works_pages.get(pagename)
    if works_page or (record and record.page.works):
        app.add_css_file("works.css")
        app.add_js_file("works.js", loading_method="defer")
    if record and any(_has_cards(query) for query in record.page.queries):
        app.add_css_file("cards.css")
    if record and any(query.view == "table" for query in record.page.queries):
        app.add_css_file("tables.css")
        app.add_js_file("tables.js", loading_method="defer")
    if writes_site(app):
        head.add_head(app, pagename, context, doctree)


def _styles_for(app: Sphinx, body: str) -> Iterator[str]:
    """Yield the style sheets for what shows in the HTML of a page that the page has it."""
    if _HAS_STATUS.search(body):
        yield "status.css"
    # EPUB forbids the property that the file sets.
    if "pn-rtl" in body and app.builder.name != "epub":
        yield "direction.css"


def _has_cards(query: Query) -> bool:
    """Return whether the list of *query* can have cards or rows, or an overview above it."""
    return query.paged or query.view in ("", "cards", "rows")


def _has_wide_header(noted: NotedPaper) -> bool:
    return bool(noted.note.fields or noted.fields or len(noted.note.keys) > 1)


def _may_need_script(node: nodes.Node) -> bool:
    return isinstance(node, fold | written) or _has_preview(node)


def _has_preview(node: nodes.Node) -> bool:
    """Return whether *node* is a marked link, or one to another part of the page."""
    if isinstance(node, nodes.reference):
        return "refid" in node
    return isinstance(node, previewed | nodes.footnote_reference)


def add_navigation(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add what a page needs for browsing: neighbours, styles, the filter, the next page."""
    domain = PaperNotesDomain.of(app.env)
    archives = domain.archives
    before, after = archives.neighbours(pagename)
    related = archives.related.get(pagename, ())
    context["papernotes_near"] = {"before": before, "after": after, "related": related}
    front = archives.front if archives.front and pagename == archives.front.pages[0] else None
    split = front if front and len(front.pages) > 1 else archives.works_pages.get(pagename)
    has_strip = archives.maps and pagename in domain.catalogue.by_docname
    if before or after or related or has_strip:
        app.add_css_file("browse.css")
    is_split = split or pagename in archives.mentions
    if pagename in archives.pages or is_split or (front and archives.filtered):
        app.add_css_file("archives.css")
    if pagename in archives.maps:
        app.add_css_file("map.css")
    if pagename in archives.list_pages:
        app.add_css_file("cards.css")
    if front and archives.filtered:
        app.add_js_file("filter.js", loading_method="defer")
    # A page that a toctree puts next takes precedence.
    if split and pagename not in archives.pages and not context.get("next"):
        builder = app.builder
        assert isinstance(builder, StandaloneHTMLBuilder)
        titles = app.env.titles
        _, context["next"] = archive_pages.list_page_links(builder, pagename, split, titles)
