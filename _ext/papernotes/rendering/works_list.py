"""The list of all works, with the pages that cite them, over several pages where it is long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docutils import nodes

from papernotes.catalogue.index_pages import CITING_PAGES, WorksPage
from papernotes.citations.ids import distinct_ids
from papernotes.i18n import _, forms, ngettext
from papernotes.nodes import works_index
from papernotes.rendering.context import RenderContext, section_depth
from papernotes.rendering.markup import empty_list, joined, under_initials
from papernotes.rendering.note_list import pager
from papernotes.rendering.shown import Shown
from papernotes.rendering.work_entry import entry_shows, labelled_entry, works_list

# From this many works on, the bibliography has a heading for each initial.
GROUPED_FROM = 40
# A script with what a search finds in a list that has several pages holds no more works.
WORKS_OF_SCRIPT = 1500


def all_works(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return all works of the site, each with the pages that cite it; of many, the first page."""
    docname = node["docname"]
    level = min(section_depth(node) + 1, 6)
    if page := context.archives.works_pages.get(docname):
        return works_page(context, page, docname, level)
    works = context.catalogue.works
    if not works:
        return [empty_list(_("No works yet."))]
    if len(works) < GROUPED_FROM:
        return list(_lists(context, {"": works}, docname).values())
    groups: dict[str, list[str]] = {}
    for key in works:
        groups.setdefault(context.domain.initial(key), []).append(key)
    parts = under_initials(_lists(context, groups, docname), "works", level)
    return [_searchable(parts, context.env.config.language)]


def works_page(
    context: RenderContext, page: WorksPage, docname: str, level: int
) -> list[nodes.Node]:
    """Return one page of the list of all works, with links as from the page *docname*.

    The initials are headings of *level*.
    """
    lists = _lists(context, dict(page.works), docname)
    here = page.pages[page.number - 1]
    parts = [
        *under_initials(lists, "works", level, page.initials, here, docname),
        *pager(page.pages, page.number, docname),
    ]
    sources = script_names(page.pages[0], len(context.catalogue.works))
    return [_searchable(parts, context.env.config.language, sources)]


def script_names(home: str, count: int) -> list[str]:
    """Return the names of the scripts with what a search finds in a list of *count* works.

    The list begins in the document *home*.
    """
    return [f"{home}/works-{number}.js" for number in range(1, -(-count // WORKS_OF_SCRIPT) + 1)]


def all_works_show(shown: Shown, docname: str) -> list[object]:
    """Return what the list of all works shows in the document *docname*."""
    if page := shown.archives.works_pages.get(docname):
        return works_page_shows(shown, page)
    return _entries_show(shown, shown.catalogue.works)


def works_page_shows(shown: Shown, page: WorksPage) -> list[object]:
    """Return what one page of the list of all works shows."""
    sources = script_names(page.pages[0], len(shown.catalogue.works))
    title = shown.page_titles.get(page.pages[0])
    works = _entries_show(shown, page.keys)
    return [title, page, sources, works]


def _entries_show(shown: Shown, works: Iterable[str]) -> list[object]:
    cited_by = shown.catalogue.cited_by
    return [
        [
            entry_shows(shown, key),
            [(name, shown.page_titles.get(name)) for name in cited_by.get(key, ())],
        ]
        for key in works
    ]


def _lists(
    context: RenderContext, groups: Mapping[str, Iterable[str]], docname: str
) -> dict[str, nodes.Element]:
    """Return the works of each of *groups* as a list, with the pages that cite them."""
    ids = distinct_ids("work", (key for keys in groups.values() for key in keys))

    def entry(key: str) -> nodes.list_item:
        item = labelled_entry(context, key, docname, ids[key])
        item.extend(_cited_by(context, key, docname))
        return item

    return {name: works_list(map(entry, keys)) for name, keys in groups.items()}


def _cited_by(context: RenderContext, key: str, docname: str) -> list[nodes.Node]:
    """Return the line that names the pages which cite the work *key*."""
    citing = context.catalogue.cited_by.get(key, ())
    if not citing:
        return []
    named = citing[:CITING_PAGES]
    parts: list[list[nodes.Node]] = [[context.page_link(name, docname)] for name in named]
    if more := len(citing) - len(named):
        text = ngettext("%(count)d more page", "%(count)d more pages", more) % {"count": more}
        parts.append([nodes.Text(text)])
    label = nodes.Text(_("Cited by") + " ")
    return [nodes.paragraph("", "", label, *joined(parts, ", "), classes=["pn-cited-by"])]


def _searchable(
    parts: Sequence[nodes.Node], language: str, sources: Iterable[str] = ()
) -> nodes.Element:
    """Return *parts* of a list with the texts for its search, which counts as in *language*.

    A search in a list that has several pages finds what the scripts *sources* say.
    """
    found = forms("%(count)d found", "%(count)d found", language)
    texts = {
        "label": _("Find works"),
        **{f"found-{category}": text for category, text in found.items()},
    }
    if sources:
        texts["sources"] = " ".join(sources)
    return works_index("", *parts, classes=["pn-all-works"], data=texts)
