"""What the page of a citation map holds: the picture, or the most cited works, and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from docutils import nodes

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.catalogue.archives import MAP_PAGE
from papernotes.catalogue.citation_graph import CitationMap, known_citations
from papernotes.core.model import Note
from papernotes.domain.intents import STANCES, intents_of, label, stance, stance_label
from papernotes.domain.xrefs import place_link
from papernotes.i18n import _, ngettext, phrases
from papernotes.nodes import bar
from papernotes.pages.citation_map import drawing
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import empty_list, hue_class, joined, note_link
from papernotes.rendering.note_card import work_link

# Returns the address of a page for the page that is written.
Address = Callable[[str], str]


def title(citation_map: CitationMap) -> str:
    """Return the title of the page."""
    if not citation_map.tag:
        return _("Citation map")
    return _("Citation map: %(tag)s") % {"tag": citation_map.tag}


def body(
    context: RenderContext, citation_map: CitationMap, docname: str, address: Address
) -> list[nodes.Node]:
    """Return what stands under the title, with links as from the page *docname*."""
    if citation_map.most_cited:
        return _most_cited(context, citation_map, docname)
    if not citation_map.works:
        return [empty_list(_("No note cites a work yet."))]
    labels = {
        work.key: _label(context, work.key, work.count, address) for work in citation_map.works
    }
    hues, pages = context.archives.hues, context.archives.tag_pages
    lanes = [
        drawing.Lane(
            tag or _("other tags"), address(pages[tag]) if tag in pages else "", hues.get(tag)
        )
        for tag in citation_map.lanes
    ]
    intents = _intents(context, citation_map)
    stances = {pair: found for pair, names in intents.items() if (found := stance(names))}
    known = known_citations(citation_map, context.domain.literature.cites)
    kinds = {**stances, **dict.fromkeys(known, drawing.KNOWN)}
    picture = drawing.draw(citation_map, labels, lanes, name=title(citation_map), stances=kinds)
    about = _(
        "Each work stands in the year in which it appeared. An arrow leads from a note to a work"
        " that it cites. Works with a note are filled, and larger the more notes cite them. The"
        " list below says the same in words."
    )
    shown: list[nodes.Node] = [nodes.paragraph("", about, classes=["pn-byline"])]
    if citation_map.tag:
        link = place_link(MAP_PAGE, "", docname, [nodes.Text(_("all tags"))])
        shown.insert(0, nodes.paragraph("", "", link, classes=["pn-byline"]))
    drawn = {found for pair, found in stances.items() if pair in citation_map.arrows}
    texts = {each: stance_label(each) for each in STANCES if each in drawn}
    if known:
        texts[drawing.KNOWN] = _("cited by the paper, and not by the note")
    if texts:
        picture += drawing.legend(texts)
    return [
        *shown,
        nodes.raw("", picture, format="html"),
        _in_words(context, citation_map, docname, intents),
        *_known_in_words(context, known, docname),
    ]


def _intents(context: RenderContext, citation_map: CitationMap) -> dict[drawing.Pair, list[str]]:
    """Return why works are cited, as properties of CiTO, by the keys of both works."""
    found: dict[drawing.Pair, list[str]] = {}
    for docname in citation_map.cited:
        note = context.catalogue.by_docname[docname]
        for key, names in intents_of(context.domain, note).items():
            found.setdefault((note.key, key), []).extend(names)
    return found


def _label(context: RenderContext, key: str, count: int, address: Address) -> drawing.Label:
    catalogue = context.catalogue
    paper, note = catalogue.papers.get(key), catalogue.leading(key)
    name = formatting.cited_names(paper, phrases()) if paper else key
    title = flatten(formatting.title(paper)) if paper else key
    target = formatting.target(paper) if paper else ""
    if note is not None:
        title, target = note.title, address(note.docname)
    whole = f"{context.domain.spell('t', key)}: {title}"
    if count:
        cited = ngettext("cited by %(count)d note", "cited by %(count)d notes", count)
        whole += f" ({cited % {'count': count}})"
    return drawing.Label(name, whole, target)


def _most_cited(
    context: RenderContext, citation_map: CitationMap, docname: str
) -> list[nodes.Node]:
    """Return the most cited works with bars, and links to the maps of tags."""
    highest = citation_map.most_cited[0][1]
    items = []
    for key, count in citation_map.most_cited:
        cited = ngettext("cited by %(count)d note", "cited by %(count)d notes", count)
        about = nodes.inline("", cited % {"count": count}, classes=["pn-count"])
        line = nodes.paragraph("", "", *_work(context, key, docname), nodes.Text(" "), about)
        items.append(nodes.list_item("", line, bar("", share=round(100 * count / highest))))
    shown: list[nodes.Node] = []
    if citation_map.tags:
        lead = _("The map of the notes with a tag shows which works they cite:")
        shown.append(nodes.paragraph("", lead))
        links = [
            nodes.list_item(
                "",
                nodes.paragraph("", "", place_link(page, "", docname, [nodes.Text(tag)])),
                classes=hue_class(context.archives.hues.get(tag)),
            )
            for tag, page in citation_map.tags
        ]
        shown.append(nodes.bullet_list("", *links, classes=["pn-tags"]))
    heading = nodes.rubric("", _("Most cited works"))
    heading["heading-level"] = 2
    return [*shown, heading, nodes.enumerated_list("", *items, classes=["pn-most-cited"])]


def _work(context: RenderContext, key: str, docname: str) -> list[nodes.Node]:
    """Return a work as a link with its short name, and its title."""
    paper, note = context.catalogue.papers[key], context.catalogue.leading(key)
    title = note.title if note else flatten(formatting.title(paper))
    return [work_link(context, key, docname), nodes.Text(f": {title}")]


def _known_in_words(
    context: RenderContext, known: Sequence[drawing.Pair], docname: str
) -> list[nodes.Node]:
    """Return which papers cite which works of the map, apart from what notes say."""
    cited: dict[str, list[str]] = {}
    for citing, key in known:
        cited.setdefault(citing, []).append(key)
    items = []
    for citing, keys in cited.items():
        works = ([work_link(context, key, docname)] for key in keys)
        line = nodes.paragraph("", _("cites") + " ", *joined(works, ", "))
        term = nodes.term("", "", work_link(context, citing, docname))
        items.append(nodes.definition_list_item("", term, nodes.definition("", line)))
    if not items:
        return []
    lead = _("What the papers cite, and no note says:")
    return [nodes.paragraph("", lead), nodes.definition_list("", *items, classes=["pn-groups"])]


def _in_words(
    context: RenderContext,
    citation_map: CitationMap,
    docname: str,
    intents: Mapping[drawing.Pair, Sequence[str]],
) -> nodes.Element:
    """Return the map as a list: each note that cites works, with these works and why."""

    def work(note: Note, key: str) -> list[nodes.Node]:
        why = ", ".join(map(label, intents.get((note.key, key), ())))
        return [work_link(context, key, docname), *([nodes.Text(f" ({why})")] if why else [])]

    items = []
    # The catalogue sorts notes by title.
    for note in context.catalogue.notes:
        if note.docname not in citation_map.cited:
            continue
        works = [work(note, key) for key in citation_map.cited[note.docname]]
        line = nodes.paragraph("", _("cites") + " ", *joined(works, ", "))
        heading = note_link(note, docname, context.title(note))
        items.append(
            nodes.definition_list_item("", nodes.term("", "", heading), nodes.definition("", line))
        )
    return nodes.definition_list("", *items, classes=["pn-groups"])
