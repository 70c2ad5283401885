"""The sections of the site in the sidebar, which follow from what the site has, and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config

from papernotes import site_info
from papernotes.bibliography.latex import SAFE_LINK
from papernotes.builders import writes_site
from papernotes.catalogue.archives import MAP_PAGE
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.catalogue.index_pages import index_page
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, direction, language_tag
from papernotes.pages.archive_content import index_title
from papernotes.reporting import warn
from papernotes.settings import given_author
from papernotes.theme.usage import is_used

_SCHEME = re.compile(r"[^/?#]*:")
_MAIL = re.compile(r"mailto:[^\s<>\"]+", re.IGNORECASE)
# What docutils writes into the head of each page.
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'


class Section(NamedTuple):
    """A link in the sidebar.

    ``page`` is the name of its page, and ``folders`` the names of folders whose pages belong to it.
    """

    page: str
    title: str
    folders: tuple[str, ...] = ()


class Frame(NamedTuple):
    """What the sidebar shows on every page: sections, and titles and addresses of links."""

    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...]


def derive(app: Sphinx) -> Frame | tuple[()]:
    """Return what the sidebar shows, and warn about links that lead nowhere."""
    if not is_used(app):
        return ()
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    # To Sphinx, no option is a list.
    links: Any = builder.theme_options.get("sidebar_links", ())
    return Frame(
        tuple(_sections(app)),
        tuple((title, address) for title, address in links if _leads(app, address)),
    )


def add_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add to the context of a page what the templates of the theme show."""
    domain = PaperNotesDomain.of(app.env)
    record = domain.records.get(pagename)
    noted = record.noted if record else None
    # Furo's pages have such an element already.
    context["metatags"] = context.get("metatags", "").replace(_VIEWPORT, "")
    context["papernotes_is_note"] = noted is not None
    language = noted.note.language if noted else ""
    context["papernotes_language"] = language
    context["papernotes_direction"] = direction(language or language_tag(app.config.language))
    context["papernotes_address"] = site_info.base(app) if site_info.is_public(app) else ""
    context["papernotes_owners"] = _owners(app.config)
    if frame := domain.frame:
        sections, links = frame
        context["papernotes_sections"] = sections
        context["papernotes_links"] = [
            (title, _href(app, address, context["pathto"])) for title, address in links
        ]
        # Browsers ask for /favicon.ico where a page names no icon.
        if not context.get("favicon_url"):
            context["favicon_url"] = context["pathto"]("_static/marginalia.svg", resource=True)


def _sections(app: Sphinx) -> Iterator[Section]:
    """Yield the front page, the archives that show something, and the documents that show works."""
    config, domain = app.config, PaperNotesDomain.of(app.env)
    of_notes = (f"{config.papernotes_folder}/", "page/", "cited-by/")
    yield Section(config.root_doc, _("Papers"), of_notes)
    if writes_site(app):
        for kind in ("tags", "years", "authors", "venues"):
            if domain.archives.indexes.get(kind):
                yield Section(index_page(kind), index_title(kind), (f"{kind}/",))
        if (whole := domain.archives.maps.get(MAP_PAGE)) and whole != CitationMap():
            yield Section(MAP_PAGE, _("Citation map"))
    works = [
        name
        for name, record in sorted(domain.records.items())
        if (record.page.works or record.page.reading_list) and name != config.root_doc
    ]
    for name in dict.fromkeys([*config.papernotes_sections, *works]):
        if name in app.env.titles:
            pages = domain.archives.works_pages
            folders = (f"{name}/",) if name in pages else ()
            yield Section(name, app.env.titles[name].astext(), folders)


def _owners(config: Config) -> list[str]:
    """Return whose the notes are, as far as the settings say so and want it shown."""
    if not config.html_show_copyright:
        return []
    given = config.copyright
    owners = [given] if isinstance(given, str) else list(given)
    author = given_author(config)
    return [f"© {owner}" for owner in owners if owner] or [author] * bool(author)


def _leads(app: Sphinx, address: str) -> bool:
    """Return whether a link can lead somewhere; if not, warn."""
    if _is_absolute(address):
        is_safe = bool(SAFE_LINK.fullmatch(address) or _MAIL.fullmatch(address))
        leads = is_safe or not _SCHEME.match(address)
        fault = "is not an http, https or mailto address"
    else:
        path = address.partition("#")[0]
        # What has a suffix is a file, such as one of html_extra_path or the feed.
        leads = _is_page(app, path) or bool(PurePosixPath(path).suffix)
        fault = "is not a page of the site"
    if not leads:
        message = (
            f'html_theme_options["sidebar_links"] has the address {address!r}, which {fault};'
            " correct it, until then the theme ignores it"
        )
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
    return leads


def _is_absolute(address: str) -> bool:
    return address.startswith("/") or bool(_SCHEME.match(address))


def _is_page(app: Sphinx, name: str) -> bool:
    archives = PaperNotesDomain.of(app.env).archives.pages
    return name in app.env.all_docs or name in archives or name in ("search", "genindex")


def _href(app: Sphinx, address: str, pathto: Callable[..., str]) -> str:
    """Return the address of a link from a page, whose links are relative to it."""
    if _is_absolute(address):
        return address
    path, sign, fragment = address.partition("#")
    return f"{pathto(path, not _is_page(app, path))}{sign}{fragment}"
