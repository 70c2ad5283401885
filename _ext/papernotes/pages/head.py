"""What a page says of itself in its head, for search engines, feed readers and those who share it.

It goes through ``metatags``, which every theme has, and is the work of one page only. There are no
Highwire tags (``citation_title`` and its kin): they would pass the note off as the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import NotedPaper
from papernotes.pages import schema_org
from papernotes.publish import catalogue_json, feed, last_changed, site_info, social_cards
from papernotes.publish.jinja import render
from papernotes.publish.plaintext import Prose, shorten
from papernotes.rendering.resolver import SUMMARY

# As much as search engines and previews of links show, or somewhat more.
DESCRIPTION_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Page:
    """What the head says of a page; ``data`` is JSON-LD."""

    title: str
    description: str
    url: str
    is_described: bool
    is_note: bool = False
    image: str = ""
    published: str = ""
    tags: tuple[str, ...] = ()
    data: schema_org.Thing = field(default_factory=dict)


def add_head(
    app: Sphinx, pagename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add to the head of a page what it is; *doctree* is None where it is made of no document."""
    pathto = context["pathto"]
    shown = {
        "feeds": _feeds(app, pagename),
        "site": site_info.title(app.config),
        "catalogue": _catalogue(app, pathto) if pagename == app.config.root_doc else {},
        "width": social_cards.WIDTH,
        "height": social_cards.HEIGHT,
        "page": None,
    }
    if doctree is not None and app.config.papernotes_metadata:
        shown["page"] = asdict(_page(app, pagename, doctree))
    context["metatags"] = context.get("metatags", "") + render("head.html", shown)


def _feeds(app: Sphinx, pagename: str) -> dict[str, str]:
    """Return the feeds of a page with their titles: that of its tag, and that of the site.

    Their addresses are absolute, since a server shows the page for what is not found anywhere.
    """
    if not feed.is_published(app):
        return {}
    title = site_info.title(app.config)
    found = {}
    sheet = PaperNotesDomain.of(app.env).archives.list_pages.get(pagename)
    if sheet and sheet.kind == "tags":
        found[site_info.absolute(app, quote(feed.of_page(sheet.pages[0])))] = (
            f"{title}: {sheet.name}"
        )
    return found | {site_info.absolute(app, feed.NAME): title}


def _catalogue(app: Sphinx, pathto: Callable[..., str]) -> dict[str, str]:
    """Return the files that list all notes and works, with their media types."""
    if not app.config.papernotes_catalogue:
        return {}
    return {
        pathto(catalogue_json.NAME, resource=True): "application/json",
        pathto(catalogue_json.BIBTEX, resource=True): "application/x-bibtex",
    }


def _page(app: Sphinx, docname: str, doctree: nodes.document) -> Page:
    domain = PaperNotesDomain.of(app.env)
    noted = domain.records[docname].noted
    is_note = noted is not None and docname in domain.catalogue.by_docname
    if noted is not None and is_note:
        return _note(app, noted, doctree)
    prose = Prose(app.config)
    title = prose.one_line([app.env.titles[docname]])
    description = shorten(_opening(doctree, prose), DESCRIPTION_LENGTH)
    page = Page(
        title=title,
        description=description,
        url=_address(app, docname),
        is_described=_is_described(doctree),
    )
    if docname != app.config.root_doc:
        return page
    posting = _posting(app, docname, title, description)
    return Page(**{**asdict(page), "title": posting.site, "data": schema_org.site(posting)})


def _note(app: Sphinx, noted: NotedPaper, doctree: nodes.document) -> Page:
    note = noted.note
    paper = PaperNotesDomain.of(app.env).catalogue.papers.get(note.key)
    prose = Prose(app.config)
    title = prose.title(noted.title.nodes())
    description = shorten(prose.one_line(doctree.get(SUMMARY, ())), DESCRIPTION_LENGTH)
    published = note.read.isoformat() if note.read else ""
    posting = replace(
        _posting(app, note.docname, title, description),
        image=social_cards.address(app, note),
        tags=note.tags,
        published=published,
    )
    return Page(
        title=title,
        description=description,
        url=posting.url,
        is_described=_is_described(doctree),
        is_note=True,
        image=posting.image,
        published=published,
        tags=note.tags,
        data=schema_org.note(posting, catalogue_json.item(app, paper) if paper else None),
    )


def _posting(app: Sphinx, docname: str, title: str, description: str) -> schema_org.Posting:
    modified = last_changed.changed(app.env, docname)
    return schema_org.Posting(
        title=title,
        description=description,
        url=_address(app, docname),
        language=app.config.language,
        author=site_info.author(app.config),
        site=site_info.title(app.config),
        site_url=_address(app, app.config.root_doc),
        modified=modified.isoformat() if modified else "",
    )


def _address(app: Sphinx, docname: str) -> str:
    return site_info.page(app, docname) if site_info.base(app) else ""


def _opening(doctree: nodes.document, prose: Prose) -> str:
    """Return the first paragraph that the author of a page wrote, or nothing."""
    sections: Iterable[nodes.Node] = (doctree, *doctree.children)
    for section in sections:
        if isinstance(section, nodes.document | nodes.section):
            for node in section.children:
                if isinstance(node, nodes.paragraph):
                    return prose.one_line([node])
    return ""


def _is_described(doctree: nodes.document) -> bool:
    """Return whether the author of the page gives a description of it."""
    return any(meta.get("name") == "description" for meta in doctree.findall(nodes.meta))
