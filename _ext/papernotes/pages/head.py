"""Metadata in the head of a page, for search engines, feed readers and link previews.

It is added to ``metatags``, which every theme writes, and it depends on that one page only. There
are no Highwire tags (``citation_title`` and the like): they would present the note as the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from papernotes import site_info
from papernotes.bibliography.export import csl
from papernotes.domain import PaperNotesDomain, last_changed
from papernotes.domain.intents import intents_of
from papernotes.domain.records import NotedPaper
from papernotes.i18n import language_tag
from papernotes.nodes import DECK
from papernotes.pages import schema_org
from papernotes.publish import catalogue_json, feed, social_cards
from papernotes.publish.jinja import render
from papernotes.publish.markdown import pages as markdown_pages
from papernotes.publish.plaintext import Prose, shorten
from papernotes.rendering.resolver import SUMMARY
from papernotes.settings import authors

# About as many characters as search engines and link previews show, or a few more.
DESCRIPTION_LENGTH = 160


def add_head(
    app: Sphinx, pagename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add metadata to the head of a page; *doctree* is None for a page without a document."""
    pathto = context["pathto"]
    values = {
        "feeds": _feeds(app, pagename),
        "site": site_info.title(app.config),
        "catalogue": _catalogue(app, pathto) if pagename == app.config.root_doc else {},
        "width": social_cards.WIDTH,
        "height": social_cards.HEIGHT,
        "markdown": _markdown(app, pagename, pathto),
        "page": None,
    }
    if doctree is not None and app.config.papernotes_metadata:
        values |= _about(app, pagename, doctree)
    context["metatags"] = context.get("metatags", "") + render("head.html", values)


def _feeds(app: Sphinx, pagename: str) -> dict[str, str]:
    """Return the addresses and titles of a page's feeds: that of its tag, if any, and the site's.

    Addresses are absolute, since a server can show the page of error 404 at any address.
    """
    if not feed.is_published(app):
        return {}
    title = site_info.title(app.config)
    feeds = {}
    list_page = PaperNotesDomain.of(app.env).archives.list_pages.get(pagename)
    if list_page and list_page.kind == "tags":
        address = site_info.absolute(app, quote(feed.of_page(list_page.pages[0])))
        feeds[address] = f"{title}: {list_page.name}"
    return feeds | {site_info.absolute(app, feed.NAME): title}


def _markdown(app: Sphinx, pagename: str, pathto: Callable[..., str]) -> str:
    """Return the address of the page as Markdown, or nothing if there is none."""
    name = markdown_pages.beside(app, pagename)
    return pathto(quote(name), resource=True) if name else ""


def _catalogue(app: Sphinx, pathto: Callable[..., str]) -> dict[str, str]:
    """Return the addresses of the files that list all notes and works, with their media types."""
    if not app.config.papernotes_catalogue:
        return {}
    return {
        pathto(catalogue_json.NAME, resource=True): "application/json",
        pathto(catalogue_json.BIBTEX, resource=True): "application/x-bibtex",
    }


def _about(app: Sphinx, docname: str, doctree: nodes.document) -> dict[str, Any]:
    """Return what the template says of a document, with its JSON-LD as ``data``.

    ``is_described`` says that the author gives a description, which is kept.
    """
    domain = PaperNotesDomain.of(app.env)
    noted = domain.records[docname].noted if docname in domain.catalogue.by_docname else None
    page, data = _note(app, noted, doctree) if noted else _document(app, docname, doctree)
    is_described = any(meta.get("name") == "description" for meta in doctree.findall(nodes.meta))
    return {"page": page, "data": data, "is_note": bool(noted), "is_described": is_described}


def _document(
    app: Sphinx, docname: str, doctree: nodes.document
) -> tuple[schema_org.Posting, schema_org.Thing]:
    prose = Prose(app.config)
    description = shorten(_opening(doctree, prose), DESCRIPTION_LENGTH)
    page = _posting(app, docname, prose.one_line([app.env.titles[docname]]), description)
    if docname != app.config.root_doc:
        return page, {}
    return replace(page, title=page.site), schema_org.site(page)


def _note(
    app: Sphinx, noted: NotedPaper, doctree: nodes.document
) -> tuple[schema_org.Posting, schema_org.Thing]:
    note = noted.note
    papers = PaperNotesDomain.of(app.env).catalogue.papers_of(note)
    prose = Prose(app.config)
    deck = [each for each in doctree.findall(nodes.paragraph) if DECK in each["classes"]]
    description = prose.one_line(deck or doctree.get(SUMMARY, ()))
    title = prose.title(noted.title.nodes())
    page = replace(
        _posting(app, note.docname, title, shorten(description, DESCRIPTION_LENGTH)),
        image=social_cards.address(app, note),
        tags=note.tags,
        language=note.language or language_tag(app.config.language),
        published=note.read.isoformat() if note.read else "",
    )
    items = [catalogue_json.item(app, paper) for paper in papers]
    links = {paper.key: site_info.paper_links(app, paper) for paper in papers}
    catalogue = PaperNotesDomain.of(app.env).catalogue
    cited: dict[str, list[csl.Item]] = {}
    for key, names in intents_of(PaperNotesDomain.of(app.env), note).items():
        for name in names:
            cited.setdefault(name, []).append(catalogue_json.item(app, catalogue.papers[key]))
    return page, schema_org.note(page, items, links, cited)


def _posting(app: Sphinx, docname: str, title: str, description: str) -> schema_org.Posting:
    modified = last_changed.changed(app.env, docname)
    return schema_org.Posting(
        title=title,
        description=description,
        url=site_info.public_page(app, docname),
        language=language_tag(app.config.language),
        authors=authors(app.config),
        site=site_info.title(app.config),
        site_url=site_info.public_page(app, app.config.root_doc),
        modified=modified.isoformat() if modified else "",
    )


def _opening(doctree: nodes.document, prose: Prose) -> str:
    """Return the first paragraph directly in the document or a section, or an empty string."""
    sections: Iterable[nodes.Node] = (doctree, *doctree.children)
    for section in sections:
        if isinstance(section, nodes.document | nodes.section):
            for node in section.children:
                if isinstance(node, nodes.paragraph):
                    return prose.one_line([node])
    return ""
