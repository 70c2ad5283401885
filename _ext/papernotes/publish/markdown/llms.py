"""``llms.txt`` (https://llmstxt.org): the pages of the site, each with a sentence or two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from papernotes import site_info
from papernotes.core.model import Note, Query
from papernotes.domain import PaperNotesDomain
from papernotes.domain.records import Excerpt
from papernotes.i18n import _
from papernotes.mathematics import renderer as mathematics
from papernotes.publish import catalogue_json, feed
from papernotes.publish.files import File
from papernotes.publish.markdown import addresses, escaping
from papernotes.publish.markdown.pages import is_on
from papernotes.publish.plaintext import Prose, shorten
from papernotes.publish.summaries import Summaries
from papernotes.rendering.context import RenderContext
from papernotes.rendering.html_fragments import Renderer
from papernotes.rendering.note_card import card_shows
from papernotes.rendering.shown import Shown

NAME = "llms.txt"
# About two sentences, so that a program can read the list of thousands of notes.
LENGTH = 200
# Front matter by which an author keeps a page out of lists and searches.
_UNLISTED = {"nosearch", "no-search", "orphan"}


def files(app: Sphinx, shown: Shown, summaries: Summaries) -> Iterator[File]:
    """Yield the file, if the site has pages as Markdown."""
    if not is_on(app):
        return
    domain = PaperNotesDomain.of(app.env)
    metadata = app.env.metadata
    notes = [
        note
        for note in domain.catalogue.select(Query(sort=app.config.papernotes_sort))
        if not (_UNLISTED - {"orphan"}) & metadata[note.docname].keys()
    ]
    others = [
        name
        for name in sorted(app.env.found_docs - domain.catalogue.by_docname.keys())
        if name != app.config.root_doc
        and (name in app.config.papernotes_sections or not _UNLISTED & metadata[name].keys())
    ]
    openings = {name: domain.records[name].opening for name in (app.config.root_doc, *others)}
    tagline = _tagline(app)
    source = [
        [site_info.title(app.config), tagline, addresses.absolute(app, "")],
        [(card_shows(shown, note), note.keys) for note in notes],
        [
            (name, shown.page_titles.get(name), opening and shown.excerpt(opening))
            for name, opening in openings.items()
        ],
        list(_data(app)),
    ]
    yield File(NAME, source, lambda: _list(app, tagline, notes, openings, summaries))


def _tagline(app: Sphinx) -> str:
    """Return what the options of the theme say of the site, if it is a theme with this option."""
    return " ".join(str(app.config.html_theme_options.get("tagline", "")).split())


def _data(app: Sphinx) -> Iterator[tuple[str, str]]:
    """Yield the files with data of all notes, and what is in them."""
    if app.config.papernotes_catalogue:
        yield catalogue_json.NAME, _("all notes as data")
        yield catalogue_json.BIBTEX, _("the works as BibTeX")
    if feed.is_published(app):
        yield feed.NAME, _("the notes read last")


def _list(
    app: Sphinx,
    tagline: str,
    notes: Sequence[Note],
    openings: dict[str, Excerpt | None],
    summaries: Summaries,
) -> bytes:
    env = app.env
    domain = PaperNotesDomain.of(env)
    described = _openings(app, openings)
    opening = described.pop(app.config.root_doc)
    about = [part for part in (escaping.escape(tagline), escaping.prose(opening)) if part]
    parts = [f"# {escaping.one_line(escaping.escape(site_info.title(app.config)))}"]
    parts += [f"> {escaping.finish(part)}" for part in about[:1]]
    parts += map(escaping.finish, about[1:])
    entries = []
    for note, summary in zip(notes, summaries.of(notes), strict=True):
        works = ", ".join(
            domain.spell("t", paper.key) for paper in domain.catalogue.papers_of(note)
        )
        title, text = summary.markup
        texts = [f"{works}." if works else "", shorten(text, LENGTH)]
        entries.append(_entry(app, note.docname, title, " ".join(filter(None, texts))))
    pages = [_entry(app, name, env.titles[name].astext(), text) for name, text in described.items()]
    data = [
        f"- [{name}]({site_info.absolute(app, quote(name))}): {escaping.escape(text)}"
        for name, text in _data(app)
    ]
    # "Optional" is what programs in a hurry skip.
    sections = ((_("Notes"), entries), (_("Other pages"), pages), ("Optional", data))
    parts += (f"## {name}\n\n" + "\n".join(lines) for name, lines in sections if lines)
    return ("\n\n".join(parts) + "\n").encode(errors="replace")


def _entry(app: Sphinx, docname: str, title: str, text: str) -> str:
    """Return the line of a page."""
    address = addresses.absolute(app, docname)
    shown = f"- [{escaping.one_line(escaping.prose(title))}]({escaping.address(address)})"
    return f"{shown}: {escaping.one_line(escaping.prose(text))}" if text else shown


def _openings(app: Sphinx, openings: dict[str, Excerpt | None]) -> dict[str, str]:
    """Return the beginning of each page that is no note."""
    context, root = RenderContext(app.env), app.config.root_doc
    renderer = Renderer(app, root)
    prose = Prose(app.config, lambda node: escaping.whole_formula(mathematics.source(node)))

    def text(excerpt: Iterable[nodes.Node]) -> str:
        return shorten(prose.one_line([renderer.settle(nodes.container("", *excerpt))]), LENGTH)

    return {
        name: text(context.relocated(opening, name, root)) if opening else ""
        for name, opening in openings.items()
    }
