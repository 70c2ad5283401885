"""Markup of what leads through the notes: pagers, indexes, neighbours and related notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docutils import nodes
from sphinx_design.shared import create_component

from papernotes.bibliography import formatting
from papernotes.catalogue.archives import Group, Kind, ListPage, index_page
from papernotes.catalogue.citation_graph import CitationMap
from papernotes.citations.ids import distinct_ids
from papernotes.core.text import fold_plain
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, forms, ngettext
from papernotes.nodes import navigation, notes_filter
from papernotes.rendering.links import external, note_link, place_link
from papernotes.rendering.note_card import titles

# How many groups an index has before it is worth parting by initials, and how many notes before it
# is worth a list of the groups.
PARTED_FROM = 40


def index_title(kind: Kind) -> str:
    """Return the title of an index."""
    return {
        "tags": _("Tags"),
        "years": _("Years"),
        "authors": _("Authors"),
        "venues": _("Venues"),
    }[kind]


def list_page_title(sheet: ListPage, front: str, number: int | None = None) -> str:
    """Return the title of a page of a list: of *number*, or of this one.

    *front* is the title of the front page.
    """
    name = front if sheet.kind == "front" else sheet.name
    number = number or sheet.number
    return (
        name if number == 1 else _("%(name)s, page %(number)d") % {"name": name, "number": number}
    )


def how_many(count: int) -> str:
    """Return a number of notes in words."""
    text = ngettext("%(count)d note", "%(count)d notes", count)
    return text % {"count": count}


def directions(sort: str) -> tuple[str, str]:
    """Return what the pages before and after are called in a list of the order *sort*."""
    if sort in ("-read", "-year"):
        return _("Newer"), _("Older")
    if sort in ("read", "year"):
        return _("Older"), _("Newer")
    return _("Previous"), _("Next")


def pager(sheet: ListPage, docname: str) -> list[nodes.Node]:
    """Return the links from a page of a list to the others, for the page *docname*."""
    pages, here = sheet.pages, sheet.number - 1
    last = len(pages) - 1
    if not last:
        return []
    before, after = directions(sheet.sort)
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
            position = {"number": sheet.number, "count": len(pages)}
            line += nodes.inline("", _("Page %(number)d of %(count)d") % position)
        elif place == here or not 0 <= place <= last:
            # It keeps its place, so that a reader who goes on and on need not aim again.
            line += nodes.inline("", text, classes=["pn-off"])
        else:
            line += place_link(pages[place], "", docname, [nodes.Text(text)])
    return [navigation("", line, label=_("Pages"), classes=["pn-pager"])]


def filtered(shown: Iterable[nodes.Node], sort: str, language: str) -> nodes.Element:
    """Return the list of notes that *shown* holds, in the order *sort*, with a filter.

    *language* is that of the site, by whose rules the filter counts.
    """
    found = forms("%(count)d note", "%(count)d notes", language)
    texts = {
        "source": "notes.js",
        "sort": sort,
        "label": _("Filter and sort"),
        "words": _("Words"),
        "tags": _("Tags"),
        "year": _("Year"),
        "years": _("All years"),
        "order": _("Order"),
        "bytitle": _("Title, A to Z"),
        "by-title": _("Title, Z to A"),
        "by-read": _("Latest read first"),
        "byread": _("Earliest read first"),
        "by-year": _("Latest paper first"),
        "byyear": _("Earliest paper first"),
        "clear": _("Clear"),
        "more": _("Show more"),
        "none": _("No notes found"),
        **{f"found-{category}": text for category, text in found.items()},
    }
    return notes_filter("", *shown, classes=["pn-filter"], data=texts)


def above(kind: Kind, count: int, docname: str) -> nodes.Element:
    """Return the line under the title of a tag or year: how many notes, and all the others."""
    others = {"tags": _("all tags"), "years": _("all years")}[kind]
    link = place_link(index_page(kind), "", docname, [nodes.Text(others)])
    return nodes.paragraph("", f"{how_many(count)} · ", link, classes=["pn-byline"])


def counted(groups: Iterable[Group], docname: str) -> nodes.Element:
    """Return an index of groups that have a page each, with the number of their notes."""
    items = []
    for group in groups:
        name: nodes.Node = nodes.Text(group.name)
        if group.page:
            name = place_link(group.page, "", docname, [name])
        count = nodes.inline("", str(len(group.notes)), classes=["pn-count"])
        items.append(nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(" "), count)))
    return nodes.bullet_list("", *items, classes=["pn-index"])


def listed(groups: Sequence[Group], domain: PaperNotesDomain, docname: str) -> list[nodes.Node]:
    """Return an index of groups with a link to each of their notes."""
    ids = distinct_ids("of", [group.name for group in groups])
    parts: dict[str, nodes.definition_list] = {}
    for group in groups:
        initial = fold_plain(group.name)[:1].upper()
        part = parts.setdefault(
            initial if initial.isalpha() else "#", nodes.definition_list(classes=["pn-groups"])
        )
        links = [
            nodes.list_item(
                "",
                nodes.paragraph(
                    "", "", note_link(note.key, docname, domain.noted(note).title.nodes())
                ),
            )
            for note in group.notes
        ]
        part += nodes.definition_list_item(
            "",
            nodes.term("", group.name, ids=[ids[group.name]]),
            nodes.definition("", nodes.bullet_list("", *links, classes=["pn-list"])),
        )
    if len(groups) < PARTED_FROM:
        whole = nodes.definition_list("", classes=["pn-groups"])
        for part in parts.values():
            whole.extend(part.children)
        if len(groups) == 1 or sum(len(group.notes) for group in groups) < PARTED_FROM:
            return [whole]
        return [_contents(groups, ids), whole]
    letters = nodes.paragraph(classes=["pn-letters"])
    shown: list[nodes.Node] = [letters]
    for number, (initial, part) in enumerate(parts.items(), 1):
        if number > 1:
            letters += nodes.Text(" ")
        letters += nodes.reference("", initial, refid=f"part-{number}", internal=True)
        heading = nodes.rubric("", initial, ids=[f"part-{number}"], classes=["pn-letter"])
        heading["heading-level"] = 2
        shown.append(create_component("pn-group", ["pn-group"], children=[heading, part]))
    return shown


def _contents(groups: Iterable[Group], ids: Mapping[str, str]) -> nodes.Element:
    """Return links to the groups of the same page, which hold too much to be looked through."""
    items = []
    for group in groups:
        link = nodes.reference("", group.name, refid=ids[group.name], internal=True)
        count = nodes.inline("", str(len(group.notes)), classes=["pn-count"])
        items.append(nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(" "), count)))
    return nodes.bullet_list("", *items, classes=["pn-index"])


def cited(shown: CitationMap, domain: PaperNotesDomain, docname: str) -> nodes.Element:
    """Return the citation map in words: each note that cites, with the works that it cites."""
    items = []
    by_note: dict[str, list[str]] = {}
    for citing, key in shown.citations:
        by_note.setdefault(citing, []).append(key)
    # In the order of titles.
    for note in domain.catalogue.notes.values():
        if note.key not in by_note:
            continue
        line = nodes.paragraph("", _("cites") + " ")
        for number, key in enumerate(by_note[note.key]):
            if number:
                line += nodes.Text(", ")
            line += work_link(key, domain, docname)
        title = note_link(note.key, docname, domain.noted(note).title.nodes())
        items.append(
            nodes.definition_list_item("", nodes.term("", "", title), nodes.definition("", line))
        )
    return nodes.definition_list("", *items, classes=["pn-groups"])


def work_link(key: str, domain: PaperNotesDomain, docname: str) -> nodes.Node:
    """Return a work's short name as a link to the note on it, or else to the work."""
    name = nodes.Text(domain.spell(key, linked=False))
    if key in domain.catalogue.notes:
        return note_link(key, docname, [name])
    url = formatting.target(domain.catalogue.papers[key])
    return external(url, [name]) if url else name


def related(lines: Sequence[Sequence[nodes.Node]]) -> list[nodes.Node]:
    """Return the section of a note that lists those related to it, a line each."""
    if not lines:
        return []
    return [
        nodes.section(
            "",
            nodes.title("", _("Related notes")),
            titles(lines),
            ids=["pn-related"],
            classes=["pn-related-section"],
        )
    ]


def neighbours(before: nodes.Node | None, after: nodes.Node | None) -> list[nodes.Node]:
    """Return the links to the notes before and after a note."""
    items = []
    steps = [(before, _("Previous note"), "pn-before"), (after, _("Next note"), "pn-after")]
    for link, text, name in steps:
        if link is None:
            continue
        step = nodes.inline("", text, classes=["pn-step"])
        items.append(nodes.paragraph("", "", step, nodes.Text(" "), link, classes=[name]))
    if not items:
        return []
    return [navigation("", *items, label=_("Neighbouring notes"), classes=["pn-neighbours"])]
