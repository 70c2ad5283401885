"""The pages that no document stands for: further pages of lists, and indexes.

They are made when all documents are written, by Sphinx's ``html-collect-pages``, and are no
documents of the environment: there is no source to read, and toctrees, the search and other formats
have no use for them. Each is written only when its digest says that it shows something new, or when
every document has been written since, as after a change of theme or settings.

A card stands on several of these pages. Pages that lie equally deep write their links alike, so
that it is rendered once for all of them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.archives import Archives, Kind, ListPage, index_page
from papernotes.catalogue.citation_graph import CitationMap, lay_out
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _
from papernotes.incremental import output_folder
from papernotes.incremental.digests import Digests
from papernotes.mathematics import renderer
from papernotes.pages import archive_content, graph_svg
from papernotes.rendering import note_card, note_list
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Fragment, Renderer
from papernotes.rendering.links import empty_list

TEMPLATE = "page.html"
# What the context of a page says of it to our own handler.
CITES = "papernotes_cites"

Shown = Kind | ListPage | CitationMap
Page = tuple[str, dict[str, Any], str]


def digests_of(app: Sphinx, digests: Digests) -> dict[str, str]:
    """Return the digest of each page; one whose address a document has is not made."""
    made = PaperNotesDomain.of(app.env).archives.pages
    return {page: digests.archive_page(page) for page in made if page not in app.env.found_docs}


def collect(app: Sphinx, now: dict[str, str], before: dict[str, str]) -> Iterator[Page]:
    """Yield the pages that are to be written, and remove those that are gone.

    *now* and *before* are the digests of this build and those of the last.
    """
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for page in sorted(before.keys() - now.keys() - app.env.found_docs):
        output_folder.remove(Path(builder.get_output_path(page)), Path(app.outdir))
    # A page that is older than every document's is one of before a change of all.
    written = [_time(builder.get_output_path(name)) for name in app.env.found_docs]
    since = min(written, default=0)
    stale = [
        page
        for page, digest in now.items()
        if digest != before.get(page) or _time(builder.get_output_path(page)) < max(since, 1)
    ]
    by_depth: dict[str, list[str]] = {}
    for page in stale:
        by_depth.setdefault(_stand_in(page), []).append(page)
    for stand_in, pages in by_depth.items():
        yield from _Maker(app, builder, stand_in).make(pages)


def _stand_in(page: str) -> str:
    """Return the name of a page that lies as deep as *page*, in folders that no other page is in.

    Its links fit each page of that depth. Builders may have another depth for an index.
    """
    *folders, name = page.split("/")
    return "/".join(["_"] * len(folders) + ["index" if name == "index" else "_"])


def _time(path: Path) -> int:
    """Return when a file was written, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class _Maker:
    """Makes pages that lie equally deep."""

    def __init__(self, app: Sphinx, builder: StandaloneHTMLBuilder, stand_in: str) -> None:
        self.app, self.builder, self.stand_in = app, builder, stand_in
        self.context = RenderContext(app.env)
        self.archives: Archives = self.context.archives
        self.front = app.env.titles[app.config.root_doc].astext()
        self.cards: dict[str, Fragment] = {}
        self.renderer = Renderer(app, stand_in)

    def make(self, pages: list[str]) -> Iterator[Page]:
        """Yield each page with its context."""
        shown = [self.archives.pages[page] for page in pages]
        self._render_cards(sheet for sheet in shown if isinstance(sheet, ListPage))
        bodies = self.renderer.fragments(self._body(each) for each in shown)
        for page, each, body in zip(pages, shown, bodies, strict=True):
            notes = each.notes if isinstance(each, ListPage) else ()
            held = [body, *(self.cards[note.key] for note in notes if note.key in self.cards)]
            context = self._context(page, each, body.html)
            context[CITES] = any(part.cites for part in held)
            context[renderer.HOLDS] = any(part.formulas for part in held)
            yield page, context, TEMPLATE

    def _render_cards(self, sheets: Iterable[ListPage]) -> None:
        notes: dict[str, Note] = {}
        for sheet in sheets:
            if sheet.view == "cards":
                notes.update((note.key, note) for note in sheet.notes)
        elements = [note_card.card(self.context, note, self.stand_in, 2) for note in notes.values()]
        self.cards = dict(zip(notes, self.renderer.fragments(elements), strict=True))

    def _body(self, shown: Shown) -> nodes.Element:
        section = nodes.section("", nodes.title("", self._title(shown)), ids=["notes"])
        if isinstance(shown, CitationMap):
            section.extend(self._map(shown))
            return section
        if not isinstance(shown, ListPage):
            groups = self.archives.indexes[shown]
            if not groups:
                section += empty_list(_("No notes yet."))
            elif shown in ("tags", "years"):
                section += archive_content.counted(groups, self.stand_in)
            else:
                section.extend(archive_content.listed(self.context, groups, self.stand_in))
            return section
        if shown.kind != "front":
            section += archive_content.above(shown.kind, shown.count, self.stand_in)
        if shown.view == "cards":
            rendered = [self.cards[note.key].html for note in shown.notes]
            section += note_card.grid([nodes.raw("", text, format="html") for text in rendered])
        else:
            section += note_card.title_list(
                note_card.title_line(self.context, note, self.stand_in) for note in shown.notes
            )
        section.extend(note_list.pager(shown, self.stand_in))
        return section

    def _map(self, shown: CitationMap) -> list[nodes.Node]:
        """Return the citation map, as a picture and in words."""
        if not shown.citations:
            return [empty_list(_("No note cites a work yet."))]
        labels = {key: self._label(key) for key in shown.drawn}
        picture = graph_svg.draw(shown, lay_out(shown), labels, name=self._title(shown))
        about = _(
            "An arrow leads from a note to a work that it cites; works with a note are filled. The"
            " list below says the same, and all of it where the picture has not the room."
        )
        return [
            nodes.paragraph("", about, classes=["pn-byline"]),
            nodes.raw("", picture, format="html"),
            archive_content.cited(self.context, shown, self.stand_in),
        ]

    def _label(self, key: str) -> graph_svg.Label:
        catalogue = self.context.catalogue
        paper, note = catalogue.papers.get(key), catalogue.notes.get(key)
        title = flatten(formatting.title(paper)) if paper else key
        address = formatting.target(paper) if paper else ""
        if note is not None:
            title = note.title
            address = self.builder.get_relative_uri(self.stand_in, note.docname)
        name = self.context.domain.spell(key, linked=False)
        return graph_svg.Label(name, f"{name}: {title}", address, noted=note is not None)

    def _title(self, shown: Shown) -> str:
        if isinstance(shown, ListPage):
            return note_list.page_title(shown, self.front)
        if isinstance(shown, CitationMap):
            return _("Citation map")
        return archive_content.index_title(shown)

    def _context(self, page: str, shown: Shown, body: str) -> dict[str, Any]:
        parents = []
        before = after = None
        if isinstance(shown, ListPage):
            if shown.kind != "front":
                index = index_page(shown.kind)
                parents = [
                    _link(self.builder, page, index, archive_content.index_title(shown.kind))
                ]
            before, after = list_page_links(self.builder, page, shown, self.front)
        return {
            "title": html.escape(self._title(shown)),
            "body": body,
            "parents": parents,
            "prev": before,
            "next": after,
            "metatags": "",
            "sourcename": "",
            "toc": "",
            "display_toc": False,
        }


def list_page_links(
    builder: StandaloneHTMLBuilder, page: str, sheet: ListPage, front: str
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Return the pages before and after *sheet*, as the context of *page* has them.

    *front* is the title of the front page.
    """
    found: list[dict[str, str] | None] = []
    for number in (sheet.number - 1, sheet.number + 1):
        there = 1 <= number <= len(sheet.pages)
        title = note_list.page_title(sheet, front, number)
        found.append(_link(builder, page, sheet.pages[number - 1], title) if there else None)
    return found[0], found[1]


def _link(builder: StandaloneHTMLBuilder, page: str, target: str, title: str) -> dict[str, str]:
    return {"link": builder.get_relative_uri(page, target), "title": html.escape(title)}
