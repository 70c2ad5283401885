"""Archive pages: further pages of long lists, the indexes, and the citation map.

They have no source file, and so are not documents of the environment: toctrees, the search and
other formats leave them out. They are written after all documents. An archive page is written only
if its digest has changed, or if all documents have been written since it was, as after a change of
theme or settings.

A card can be on several archive pages. Relative links are the same on all pages of the same depth,
so each card is rendered once for every depth.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.catalogue.archives import MAP_PAGE, Content, ListPage
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.catalogue.index_pages import IndexPage, WorksPage, index_page
from papernotes.catalogue.mention_pages import MentionPage
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _
from papernotes.incremental import output_folder
from papernotes.incremental.digests import Digests
from papernotes.mathematics import renderer
from papernotes.pages import archive_content
from papernotes.pages.citation_map import content as map_content
from papernotes.publish.files import File
from papernotes.publish.markdown import pages as markdown_pages
from papernotes.publish.markdown.pages import MarkdownContext
from papernotes.rendering import note_card, note_list, works_list
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import empty_list
from papernotes.rendering.resolver import HtmlContext

TEMPLATE = "page.html"
# What is a page of a list that can have several.
SplitList = ListPage | IndexPage | WorksPage | MentionPage
# Tells ``assets``, in the context of a page, that the page holds links with previews.
PREVIEWS = "papernotes_previews"


def digests_of(app: Sphinx, digests: Digests) -> dict[str, str]:
    """Return the digest of each archive page, except for pages that have the name of a document."""
    pages = PaperNotesDomain.of(app.env).archives.pages
    return {page: digests.archive_page(page) for page in pages if page not in app.env.found_docs}


def jobs(
    app: Sphinx, digests: dict[str, str], last_digests: dict[str, str]
) -> dict[str, Callable[[], None]]:
    """Return what writes each archive page, by name, and remove those that no longer exist.

    *digests* and *last_digests* are the digests of this build and of the last one.
    """
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for page in sorted(last_digests.keys() - digests.keys() - app.env.found_docs):
        output_folder.remove(Path(builder.get_output_path(page)), Path(app.outdir))
    # If all documents are newer than an archive page, it precedes a change that affects all pages.
    times = [_modified(builder.get_output_path(name)) for name in app.env.found_docs]
    oldest = max(min(times, default=0), 1)
    renderer = functools.cache(functools.partial(_PageRenderer, app, builder))
    return {
        page: lambda page=page: renderer(_name_at_depth(page)).write(page)  # type: ignore[misc]
        for page, digest in digests.items()
        if digest != last_digests.get(page) or _modified(builder.get_output_path(page)) < oldest
    }


def markdown(app: Sphinx, digests: dict[str, str]) -> Iterator[File]:
    """Yield the Markdown beside each archive page; *digests* are those of the pages."""
    context = functools.cache(functools.partial(MarkdownContext, app))

    def content(page: str) -> bytes:
        docname = _name_at_depth(page)
        element = _Body(context(), docname, app.builder).of(context().archives.pages[page])
        return context().made(element, docname)

    for page, digest in digests.items():
        if name := markdown_pages.beside(app, page):
            yield File(name, digest, functools.partial(content, page))


def _name_at_depth(page: str) -> str:
    """Return a made-up page name as deep as *page*, in folders that hold no other page.

    Links from it suit every page of that depth. An index gets a name of its own, since builders may
    write it at another depth.
    """
    *folders, name = page.split("/")
    return "/".join(["_"] * len(folders) + ["index" if name == "index" else "_"])


def _modified(path: Path) -> int:
    """Return when a file was last modified, in nanoseconds, or 0 if there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class _Body:
    """The nodes of archive pages, with links as from the page *docname*."""

    def __init__(self, context: RenderContext, docname: str, builder: Builder) -> None:
        self.context, self.docname, self.builder = context, docname, builder
        self.titles = context.env.titles

    def of(self, content: Content) -> nodes.Element:
        """Return what the page with *content* shows."""
        section = nodes.section("", nodes.title("", self.title(content)), ids=["notes"])
        if isinstance(content, CitationMap):
            address = functools.partial(self.builder.get_relative_uri, self.docname)
            section.extend(map_content.body(self.context, content, self.docname, address))
            return section
        if isinstance(content, MentionPage):
            section.extend(archive_content.mentions_of(self.context, content, self.docname))
            return section
        if isinstance(content, WorksPage):
            section.extend(works_list.works_page(self.context, content, self.docname, 2))
            return section
        if isinstance(content, IndexPage):
            section.extend(
                archive_content.index_of_notes(self.context, content, self.docname)
                if content.groups
                else [empty_list(_("No notes yet."))]
            )
            return section
        if not isinstance(content, ListPage):
            groups = self.context.archives.indexes[content]
            hues = self.context.archives.hues if content == "tags" else {}
            section += (
                archive_content.index_of_pages(groups, self.docname, hues)
                if groups
                else empty_list(_("No notes yet."))
            )
            return section
        if content.kind != "front":
            section += archive_content.list_header(content.kind, content.count, self.docname)
        if content.view == "list":
            section += note_card.title_list(
                note_card.title_line(self.context, note, self.docname) for note in content.notes
            )
        else:
            is_rows = content.view == "rows"
            pictured = self.context.shows_pictures(content.pictures)
            shown = [
                part
                for note in content.notes
                for part in note_card.listed(
                    self.context, note, self.docname, is_row=is_rows, pictured=pictured
                )
            ]
            section += note_card.rows(shown) if is_rows else note_card.grid(shown, content.count)
        section.extend(note_list.pager(content.pages, content.number, self.docname, content.sort))
        return section

    def title(self, content: Content) -> str:
        """Return the title of the page with *content*."""
        if isinstance(content, CitationMap):
            return map_content.title(content)
        if isinstance(content, SplitList):
            return note_list.page_title(list_name(content, self.titles), content.number)
        return archive_content.index_title(content)


class _PageRenderer:
    """Renders archive pages of the same depth, with links as from the page *docname*."""

    def __init__(self, app: Sphinx, builder: StandaloneHTMLBuilder, docname: str) -> None:
        context = HtmlContext(app)
        self.builder, self.archives = builder, context.archives
        self.body = _Body(context, docname, builder)
        self.renderer = context.renderer.at(docname)

    def write(self, page: str) -> None:
        """Write *page*."""
        content = self.archives.pages[page]
        body = self.renderer.fragment(self.body.of(content))
        context = self._context(page, content, body.html)
        context[PREVIEWS], context[renderer.HAS_FORMULAS] = body.previews, body.formulas
        self.builder.handle_page(page, context, TEMPLATE)

    def _context(self, page: str, content: Content, body: str) -> dict[str, Any]:
        parents = []
        before = after = None
        if isinstance(content, SplitList):
            if isinstance(content, ListPage) and content.kind != "front":
                title = archive_content.index_title(content.kind)
                parents = [_link(self.builder, page, index_page(content.kind), title)]
            before, after = list_page_links(self.builder, page, content, self.body.titles)
        elif isinstance(content, CitationMap) and content.tag:
            parents = [_link(self.builder, page, MAP_PAGE, _("Citation map"))]
        return {
            "title": html.escape(self.body.title(content)),
            "body": body,
            "parents": parents,
            "prev": before,
            "next": after,
            "metatags": "",
            "sourcename": "",
            "toc": "",
            "display_toc": False,
        }


def list_name(page: SplitList, titles: Mapping[str, nodes.title]) -> str:
    """Return the name of the list that *page* is of; *titles* are those of documents."""
    if isinstance(page, IndexPage):
        return archive_content.index_title(page.kind)
    if isinstance(page, ListPage) and page.kind != "front":
        return page.name
    first = titles[page.pages[0]].astext()
    return _("What cites “%s”") % first if isinstance(page, MentionPage) else first


def list_page_links(
    builder: StandaloneHTMLBuilder,
    page: str,
    list_page: SplitList,
    titles: Mapping[str, nodes.title],
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Return links to the pages before and after *list_page*, for the context of *page*.

    *titles* are those of documents.
    """

    def link(number: int) -> dict[str, str] | None:
        if not 1 <= number <= len(list_page.pages):
            return None
        title = note_list.page_title(list_name(list_page, titles), number)
        return _link(builder, page, list_page.pages[number - 1], title)

    return link(list_page.number - 1), link(list_page.number + 1)


def _link(builder: StandaloneHTMLBuilder, page: str, target: str, title: str) -> dict[str, str]:
    return {"link": builder.get_relative_uri(page, target), "title": html.escape(title)}
