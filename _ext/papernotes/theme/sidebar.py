"""The sections of the site in the sidebar, which follow from what the site has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from papernotes.builders import writes_site
from papernotes.catalogue.archives import index_page
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _
from papernotes.pages.archive_content import index_title
from papernotes.publish import site_info

_MAP = "map"


class Section(NamedTuple):
    """A link in the sidebar.

    ``page`` is the name of its page, and ``folders`` the names of folders whose pages belong to it.
    """

    page: str
    title: str
    folders: tuple[str, ...] = ()


def add_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add to the context of a page what the templates of the theme show."""
    record = PaperNotesDomain.of(app.env).records.get(pagename)
    context["papernotes_is_note"] = record is not None and record.noted is not None
    context["papernotes_sections"] = list(_sections(app))
    context["papernotes_address"] = site_info.base(app) if site_info.is_public(app) else ""


def _sections(app: Sphinx) -> Iterator[Section]:
    """Yield the front page, the archives, and the documents that show works."""
    config, domain = app.config, PaperNotesDomain.of(app.env)
    yield Section(config.root_doc, _("Papers"), (f"{config.papernotes_folder}/", "page/"))
    if writes_site(app):
        for kind in ("tags", "years", "authors", "venues"):
            if (page := index_page(kind)) in domain.archives.pages:
                folders = (f"{kind}/",) if kind in ("tags", "years") else ()
                yield Section(page, index_title(kind), folders)
        if _MAP in domain.archives.pages:
            yield Section(_MAP, _("Citation map"))
    works = [
        name
        for name, record in sorted(domain.records.items())
        if (record.page.works or record.page.reading_list) and name != config.root_doc
    ]
    for name in dict.fromkeys([*config.papernotes_sections, *works]):
        if name in app.env.titles:
            yield Section(name, app.env.titles[name].astext())
