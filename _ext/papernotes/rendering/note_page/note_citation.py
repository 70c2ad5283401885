"""How to cite a note itself: its reference and its BibTeX, in the fold that ends its page.

Readers of books cite the book, and books do not know the addresses of pages: only pages have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.config import Config

from papernotes import site_info
from papernotes.bibliography.export.csl import MONTHS
from papernotes.bibliography.latex import escape
from papernotes.core.model import Author, Note
from papernotes.domain import PaperNotesDomain, last_changed
from papernotes.i18n import _, phrases
from papernotes.mathematics import macros, renderer, tex
from papernotes.nodes import fold
from papernotes.rendering.context import RenderContext
from papernotes.rendering.markup import day_text, external
from papernotes.rendering.note_page.note_header import bibtex_block, copy_texts
from papernotes.rendering.shown import Shown
from papernotes.settings import authors

# What would end a key of BibTeX, or does not belong into one.
_NOT_IN_KEYS = re.compile(r"[^\w./:-]")
_MARKUP: dict[type[nodes.Node], str] = {
    nodes.emphasis: "emph",
    nodes.strong: "textbf",
    nodes.literal: "texttt",
    nodes.subscript: "textsubscript",
    nodes.superscript: "textsuperscript",
}
_LEFT_OUT = (nodes.comment, nodes.footnote_reference, nodes.raw, nodes.target)


def note_citation(context: RenderContext, node: nodes.Element) -> list[nodes.Node]:
    """Return the fold with the reference and the BibTeX of the note of *node*, unless a draft."""
    note = context.catalogue.by_docname.get(node["docname"])
    config = context.env.config
    if note is None or note.draft or not context.domain.writes_site:
        return []
    if not config.papernotes_cite_this_note:
        return []
    title = _title(context, note)
    changed = last_changed.changed(context.env, note.docname)
    when = _("Last changed on %s") % day_text(config, changed.date()) if changed else ""
    # The script takes the other texts from the first fold, which is that of the paper, if any.
    texts = {} if context.catalogue.papers_of(note) else copy_texts()
    return [
        fold(
            "",
            nodes.paragraph("", "", *_reference(context, note, renderer.plain_text(title), when)),
            bibtex_block(_bibtex(context, note, title, when)),
            summary=_("Cite this note"),
            classes=["pn-cite"],
            data={**texts, "reference": _("Copy reference")},
        )
    ]


def note_citation_shows(shown: Shown, note: Note) -> list[object]:
    """Return what the fold of *note* shows that is neither in its file nor in the settings."""
    return [_key(shown.domain, note)]


def _title(context: RenderContext, note: Note) -> list[nodes.Node]:
    """Return the title of *note* without what is no part of its text."""
    title = nodes.inline("", "", *context.title(note))
    for node in list(title.findall(lambda node: isinstance(node, _LEFT_OUT))):
        node.parent.remove(node)
    return title.children


def _reference(
    context: RenderContext, note: Note, title: str, changed: str
) -> Iterator[nodes.Node]:
    """Yield names, day, title, site, address and day of the last change, as far as they are known.

    Without names, the title takes their place, as in references of works.
    """
    config = context.env.config
    people = list(_names(authors(config)))
    day = f" ({day_text(config, note.read)})" if note.read else ""
    lead = f"{day}. {title}" if people else f"{title}{day}"
    yield from people
    yield nodes.Text(f"{lead} " if lead.endswith((*"?!.。",)) else f"{lead}. ")
    yield nodes.emphasis("", site_info.title(config))
    parts = [context.address(note.docname), changed]
    yield nodes.Text("".join(f". {part}" for part in parts if part))


def _names(people: Iterable[Author]) -> Iterator[nodes.Node]:
    """Yield the names, which lead to ORCID if an iD is known."""
    written = [
        external(each.address, [nodes.Text(each.name)]) if each.address else nodes.Text(each.name)
        for each in people
    ]
    for position, name in enumerate(written):
        if position:
            yield nodes.Text(phrases().last if position == len(written) - 1 else ", ")
        yield name


def _bibtex(context: RenderContext, note: Note, title: list[nodes.Node], changed: str) -> str:
    """Return the entry of *note*, of a type that BibTeX and BibLaTeX know."""
    config, day = context.env.config, note.read
    fields = {
        "author": " and ".join(_name(author) for author in authors(config)),
        # Two pairs of braces keep styles from changing capitals.
        "title": f"{{{_latex(title, config)}}}",
        "howpublished": escape(site_info.title(config)),
        "year": str(day.year) if day else "",
        "month": MONTHS[day.month - 1] if day else "",
        "day": str(day.day) if day else "",
        "url": context.address(note.docname).replace("{", "%7B").replace("}", "%7D"),
        "note": escape(changed),
    }
    # The name of a month is a macro, which each style writes in its own way.
    lines = [
        f"  {name} = {value}," if name == "month" else f"  {name} = {{{value}}},"
        for name, value in fields.items()
        if value
    ]
    return "\n".join([f"@misc{{{_key(context.domain, note)},", *lines, "}"])


def _key(domain: PaperNotesDomain, note: Note) -> str:
    """Return a key for *note*, which no entry of the bibliography has."""
    name = note.docname.removeprefix(f"{domain.env.config.papernotes_folder}/")
    key = "note:" + _NOT_IN_KEYS.sub(lambda match: f"+{ord(match[0]):x}", name)
    while key in domain.bibliography:
        key = f"note:{key}"
    return key


def _name(author: Author) -> str:
    """Return a name for BibTeX, which would take a comma or "and" for its own."""
    name = escape(author.name)
    return f"{{{name}}}" if re.search(r",|\band\b", name, re.IGNORECASE) else name


def _latex(title: Iterable[nodes.Node], config: Config) -> str:
    """Return the nodes of a title as LaTeX."""
    return "".join(_latex_of(node, config) for node in title)


def _latex_of(node: nodes.Node, config: Config) -> str:
    match node:
        case nodes.Text():
            return escape(node.astext())
        case nodes.math():
            return _formula(node, config)
        case nodes.image():
            return escape(node.get("alt", ""))
    inner = _latex(node.children, config)
    command = _MARKUP.get(type(node))
    return f"\\{command}{{{inner}}}" if command else inner


def _formula(node: nodes.math, config: Config) -> str:
    """Return a formula as TeX, or as text where it needs the site's macros or is not whole."""
    source = tex.uncommented(node.astext())
    own = config.papernotes_macros.keys() & set(re.findall(r"\\([A-Za-z]+)", source))
    if tex.is_whole(source) and not own:
        return f"${source}$"
    return escape(renderer.text_of(node, macros.for_converter(config)))
