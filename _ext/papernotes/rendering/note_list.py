"""The notes that ``{papers}`` asks for, and the pages on which a long list goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.config import Config

from papernotes.catalogue.archives import ListPage, view_of
from papernotes.core.model import Note, Query
from papernotes.domain.xrefs import place_link
from papernotes.i18n import _, forms
from papernotes.nodes import navigation, notes_filter
from papernotes.rendering import note_card
from papernotes.rendering.context import RenderContext, section_depth
from papernotes.rendering.markup import empty_list
from papernotes.rendering.overview.overview import overview, overview_shows
from papernotes.rendering.shown import Shown
from papernotes.rendering.tables.table import table, table_shows
from papernotes.settings import own_fields

# The file with the data of the filter, beside the front page.
FILTER_DATA = "notes.js"


def papers(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the notes that the placeholder *node* selects, as cards, rows, lines or a table."""
    docname, query = node["docname"], node["query"]
    level = min(section_depth(node) + 1, 6)
    if query.view == "table":
        return table(context, query, docname, level)
    page = context.archives.front if query.paged else None
    notes = page.notes if page else context.catalogue.select(query)
    if not notes:
        return [empty_list(_("No notes yet."))]
    count = page.count if page else len(notes)
    match page.view if page else _view(query, count, context.env.config):
        case "list":
            lines = (note_card.title_line(context, note, docname) for note in notes)
            listed = note_card.title_list(lines)
        case "rows":
            listed = note_card.rows(note_card.row(context, note, docname) for note in notes)
        case _:
            pictured = context.shows_pictures(query.pictures)
            cards = [
                note_card.card(context, note, docname, level, pictured=pictured, below=place >= 3)
                for place, note in enumerate(notes)
            ]
            listed = note_card.grid(cards, count)
    if page is None:
        return [listed]
    shown = [listed, *pager(page.pages, page.number, docname, page.sort)]
    above = overview(context, docname)
    if not context.archives.filtered:
        return [*above, *shown]
    return [*above, _with_filter(shown, page.sort, context.env.config)]


def papers_shows(shown: Shown, query: Query) -> list[object]:
    """Return what the list of notes that *query* selects shows."""
    if query.view == "table":
        return table_shows(shown, query)
    if query.paged and shown.archives.front:
        return [overview_shows(shown), *page_shows(shown, shown.archives.front)]
    notes = shown.catalogue.select(query)
    return _notes_show(shown, _view(query, len(notes), shown.config), notes)


def _view(query: Query, count: int, config: Config) -> str:
    """Return how the *count* notes that *query* selects are shown."""
    return view_of(query.view or config.papernotes_view, count)


def page_shows(shown: Shown, page: ListPage) -> list[object]:
    """Return what one page of a list shows."""
    # Only the pages of tags and years say how many notes there are.
    count = page.count if page.kind != "front" else page.count <= note_card.FEW
    about = [page.name, page.number, page.pages, count, page.sort, page.view, page.pictures]
    title = shown.page_titles.get(page.pages[0])
    return [about, title, _notes_show(shown, page.view, page.notes)]


def _notes_show(shown: Shown, view: str, notes: Iterable[Note]) -> list[object]:
    show = note_card.line_shows if view == "list" else note_card.card_shows
    return [show(shown, note) for note in notes]


def page_title(name: str, number: int) -> str:
    """Return the title of page *number* of the list *name*."""
    return (
        name if number == 1 else _("%(name)s, page %(number)d") % {"name": name, "number": number}
    )


def pager(pages: Sequence[str], number: int, docname: str, sort: str = "title") -> list[nodes.Node]:
    """Return the links from page *number* of a list to the other *pages*, for *docname*.

    *sort* is the order of the list.
    """
    here = number - 1
    last = len(pages) - 1
    if not last:
        return []
    before, after = _directions(sort)
    line = nodes.paragraph()
    steps = [
        (_("First"), 0),
        (before, here - 1),
        (None, here),
        (after, here + 1),
        (_("Last"), last),
    ]
    for text, place in steps:
        if len(line):
            line += nodes.Text(" ")
        if text is None:
            position = {"number": number, "count": len(pages)}
            line += nodes.inline("", _("Page %(number)d of %(count)d") % position)
        elif place == here or not 0 <= place <= last:
            # The word keeps its place, so that a reader can click on without aiming again.
            line += nodes.inline("", text, classes=["pn-off"])
        else:
            line += place_link(pages[place], "", docname, [nodes.Text(text)])
    return [navigation("", line, label=_("Pages"), classes=["pn-pager"])]


def _directions(sort: str) -> tuple[str, str]:
    """Return what the pages before and after are called in a list of the order *sort*."""
    if sort in ("-read", "-year"):
        return _("Newer"), _("Older")
    if sort in ("read", "year"):
        return _("Older"), _("Newer")
    return _("Previous"), _("Next")


def _with_filter(shown: Iterable[nodes.Node], sort: str, config: Config) -> nodes.Element:
    """Return the list *shown*, which is in the order *sort*, with a filter."""
    found = forms("%(count)d note", "%(count)d notes", config.language)
    fields = [field.name for field in own_fields(config).values() if field.is_filter]
    texts = {
        "source": FILTER_DATA,
        "sort": sort,
        "fields": " ".join(fields),
        "label": _("Filter and sort"),
        "words": _("Find notes"),
        "tags": _("Tags"),
        "year": _("Year"),
        "years": _("All years"),
        "all": _("All"),
        "order": _("Order"),
        "bytitle": _("Title, A to Z"),
        "by-title": _("Title, Z to A"),
        "by-read": _("Latest read first"),
        "byread": _("Earliest read first"),
        "by-year": _("Latest paper first"),
        "byyear": _("Earliest paper first"),
        "up": _("%s, ascending"),
        "down": _("%s, descending"),
        "clear": _("Clear"),
        "more": _("Show more"),
        "none": _("No notes found"),
        **{f"found-{category}": text for category, text in found.items()},
    }
    return notes_filter("", *shown, classes=["pn-filter"], data=texts)
