"""Markup that components share: bylines, links to papers, notes and pages, and long lists.

Links to notes and pages are cross-references, which the domain resolves to addresses.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.config import Config
from sphinx.util.i18n import format_date
from sphinx_design.shared import create_component

from papernotes import nodes as placeholders
from papernotes.bibliography import formatting
from papernotes.bibliography.latex import Span, flatten, spans
from papernotes.catalogue.archives import Archives
from papernotes.catalogue.derive import Catalogue
from papernotes.catalogue.status import status
from papernotes.core.model import Note, Paper
from papernotes.domain import PaperNotesDomain
from papernotes.domain.marks import status_marks
from papernotes.domain.xrefs import place_link
from papernotes.i18n import _, babel_language, phrases

_TAGS: dict[str, type[nodes.TextElement]] = {
    "emphasis": nodes.emphasis,
    "strong": nodes.strong,
    "code": nodes.literal,
    "sub": nodes.subscript,
    "sup": nodes.superscript,
}
# The first space does not break, so that no line begins with the dot.
SEPARATOR = "\N{NO-BREAK SPACE}· "
# Up to this many authors are named in a byline; of more, the first.
BYLINE_AUTHORS = 3


def inline(parts: Iterable[Span], *, linked: bool = True) -> list[nodes.Node]:
    """Return spans as inline nodes, without links unless *linked*; links do not nest."""
    found: list[nodes.Node] = []
    for part in parts:
        match part.kind:
            case "text":
                found.append(nodes.Text(part.text))
            case "math":
                found.append(nodes.math(part.text, part.text))
            case "link" if linked and part.text.lower().startswith(("http://", "https://")):
                found.append(external(part.text, inline(part.children, linked=False)))
            case "link":
                found += inline(part.children, linked=False)
            case _:
                children = inline(part.children, linked=linked)
                found.append(_TAGS[part.kind]("", "", *children))
    return found


def external(url: str, children: Sequence[nodes.Node]) -> nodes.reference:
    """Return a link to another site."""
    return nodes.reference("", "", *children, refuri=url, internal=False)


def note_link(
    note: Note, docname: str, children: Sequence[nodes.Node], *, about: str = ""
) -> pending_xref:
    """Return a link to *note*, for the page *docname*.

    *about* completes the text for screen readers, where many links of a page have the same one.
    """
    link = place_link(note.docname, "", docname, children)
    if about:
        link += [nodes.Text(" "), nodes.inline("", _("on %s") % about, classes=["pn-unseen"])]
    return link


def joined(groups: Iterable[Sequence[nodes.Node]], separator: str = SEPARATOR) -> list[nodes.Node]:
    """Return the nodes of *groups* that are not empty, with separators between them."""
    found: list[nodes.Node] = []
    for group in groups:
        if not group:
            continue
        if found:
            found.append(nodes.Text(separator))
        found.extend(group)
    return found


def byline(paper: Paper) -> list[nodes.Node]:
    """Return "authors · year · venue"."""
    return joined(
        [
            inline(formatting.byline(paper, BYLINE_AUTHORS, phrases())),
            [nodes.Text(formatting.year(paper, phrases()))],
            venue(paper),
            status_marks(status(paper)),
        ]
    )


def venue(paper: Paper) -> list[nodes.Node]:
    """Return the venue, with its full name for those who point at a short one."""
    shown = inline(formatting.short_venue(paper))
    if not paper.short_venue:
        return shown
    full = " ".join(flatten(spans(paper.venue)).split())
    return [placeholders.abbreviated("", "", *shown, full=full)]


def note_byline(catalogue: Catalogue, note: Note) -> list[nodes.Node]:
    """Return the byline of the paper of *note*, or short citations of its papers if several."""
    papers = catalogue.papers_of(note)
    if len(papers) == 1:
        return byline(papers[0])
    cited = []
    for paper in papers:
        suffix = catalogue.suffixes.get(paper.key, "")
        text = formatting.textual_citation(paper, phrases(), suffix)
        cited.append([nodes.Text(text), *status_marks(status(paper), before=" ")])
    return joined(cited, ", ")


def link_texts() -> dict[formatting.LinkKind, str]:
    """Return the texts of the links to a paper."""
    return {
        "abstract": _("abstract"),
        "PDF": _("PDF"),
        "DOI": _("DOI"),
        "code": _("code"),
        "slides": _("slides"),
        "video": _("video"),
        "poster": _("poster"),
        "data": _("data"),
        "review": _("review"),
    }


def paper_links(domain: PaperNotesDomain, paper: Paper, docname: str) -> list[nodes.Node]:
    """Return the links of *paper* for the page *docname*: abstract, PDF, DOI and material."""
    texts = link_texts()
    return [
        _file(link.url, docname, texts[link.kind])
        if link.is_file
        else external(link.url, [nodes.Text(texts[link.kind])])
        for link in domain.paper_links(paper)
    ]


def _file(name: str, docname: str, text: str) -> pending_xref:
    link = place_link(name, "", docname, [nodes.Text(text)])
    link["reftype"] = "paper-file"
    return link


def tag_list(archives: Archives, tags: Sequence[str], docname: str) -> list[nodes.Node]:
    """Return *tags* as a list, or nothing if there are none; those that have a page link to it."""
    items = []
    for tag in tags:
        shown: nodes.Node = nodes.Text(tag)
        if page := archives.tag_pages.get(tag):
            shown = place_link(page, "", docname, [shown])
        hue = hue_class(archives.hues.get(tag))
        items.append(nodes.list_item("", nodes.paragraph("", "", shown), classes=hue))
    return [nodes.bullet_list("", *items, classes=["pn-tags"])] if items else []


def hue_class(number: int | None) -> list[str]:
    """Return the class for the colour *number* of a tag, if it has one."""
    return [f"pn-hue-{number}"] if number else []


def draft_mark() -> list[nodes.Node]:
    """Return what stands after the title of a draft."""
    return [nodes.Text(" "), nodes.inline("", _("Draft"), classes=["pn-draft"])]


def file_link(name: str, docname: str, children: Sequence[nodes.Node]) -> pending_xref:
    """Return a link by which readers of the page *docname* download the file *name* of the site."""
    link = place_link(name, "", docname, children)
    link["reftype"] = "file"
    return link


def day_text(config: Config, day: datetime.date) -> str:
    """Return *day* as ``papernotes_date_format`` writes it, in the site's language."""
    noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
    language = babel_language(config.language)
    return format_date(config.papernotes_date_format, date=noon, language=language)


def empty_list(text: str) -> nodes.Element:
    """Return the line that stands where a list is empty."""
    return nodes.paragraph("", text, classes=["pn-empty"])


def under_initials(
    groups: Mapping[str, nodes.Node],
    prefix: str,
    level: int,
    initials: Iterable[tuple[str, str]] = (),
    page: str = "",
    docname: str = "",
) -> list[nodes.Node]:
    """Return links to the initials of *groups*, and then each group under its initial.

    The initials are headings of *level*; their ids begin with *prefix*. *initials* are all of a
    list that is split over several pages, each with the page on which it begins; the groups are
    those of *page*, which has links as from *docname*.
    """
    letters = nodes.paragraph(classes=["pn-letters"])
    parts: list[nodes.Node] = [letters]
    for number, (letter, home) in enumerate(initials or ((each, page) for each in groups), 1):
        id_ = f"{prefix}-{number}"
        if number > 1:
            letters += nodes.Text(" ")
        if home == page:
            letters += nodes.reference("", letter, refid=id_, internal=True)
        else:
            letters += place_link(home, id_, docname, [nodes.Text(letter)])
        if letter not in groups:
            continue
        group = groups[letter]
        heading = nodes.rubric("", letter, ids=[id_])
        heading["heading-level"] = level
        parts.append(create_component("pn-group", ["pn-group"], children=[heading, group]))
    return parts
