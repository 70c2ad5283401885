"""Atom feeds (RFC 4287): one of all notes and one for each tag, sorted by the day read.

What became of a paper is an entry of its own, so that feed readers show it as new.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.logging import getLogger

from papernotes import site_info
from papernotes.bibliography import formatting
from papernotes.catalogue.derive import Catalogue
from papernotes.catalogue.status import Kind, first_day, status
from papernotes.core.model import Author, Note, Paper, Query
from papernotes.domain import PaperNotesDomain
from papernotes.domain.marks import status_text
from papernotes.i18n import _, language_tag, phrases
from papernotes.publish.files import File
from papernotes.publish.plaintext import Prose
from papernotes.publish.summaries import Summaries, Summary
from papernotes.rendering.note_card import card_shows
from papernotes.rendering.note_page.note_header import header_shows
from papernotes.rendering.shown import Shown
from papernotes.settings import authors

NAME = "feed.xml"
MEDIA_TYPE = "application/atom+xml"

logger = getLogger(__name__)

_NAMESPACE = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Characters that XML 1.0 forbids (production Char), and those that it advises against.
_BAD_CHARACTER = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)


def is_published(app: Sphinx) -> bool:
    """Return whether the site has feeds: they are on, and the site has the address they need."""
    return bool(app.config.papernotes_feed and site_info.base(app))


def files(app: Sphinx, shown: Shown, summaries: Summaries) -> Iterator[File]:
    """Yield the feed of all notes and the feed of each tag, if the site has feeds."""
    if not is_published(app):
        if app.config.papernotes_feed:
            logger.info("%s is not written: it needs absolute addresses; set html_baseurl", NAME)
        return
    domain = PaperNotesDomain.of(app.env)
    items = _items(domain.catalogue)
    title = site_info.title(app.config)
    feeds = [Feed(NAME, title, app.config.root_doc, tuple(items))]
    for tag, page in domain.archives.tag_pages.items():
        tagged = tuple(item for item in items if tag in item.note.tags)
        feeds.append(Feed(of_page(page), f"{title}: {tag}", page, tagged))
    for feed in feeds:
        yield _file(app, shown, summaries, feed)


def of_page(page: str) -> str:
    """Return the name of the feed that belongs to the page of a tag."""
    return f"{page}.xml"


@dataclass(frozen=True, slots=True)
class Item:
    """A note in a feed or, with a *kind*, what became of its *paper*, and the day of it."""

    day: datetime.date
    note: Note
    paper: Paper | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its file, its title, the page that it belongs to, and its items, newest first."""

    name: str
    title: str
    page: str
    items: tuple[Item, ...]

    @property
    def notes(self) -> list[Note]:
        """The notes among the items."""
        return [item.note for item in self.items if not item.kind]


def _items(catalogue: Catalogue) -> list[Item]:
    """Return the notes with a day, and what became of their papers if its day is known."""
    items = []
    for note in catalogue.select(Query(sort="-read")):
        if note.read is None:
            continue
        items.append(Item(note.read, note))
        for paper in catalogue.papers_of(note):
            state = status(paper)
            items += [
                Item(first_day(date), note, paper, kind)
                for kind in state.kinds
                if (date := state.date(kind))
            ]
    # A stable sort keeps the order of titles among the items of a day.
    return sorted(items, key=lambda item: item.day, reverse=True)


def _file(app: Sphinx, shown: Shown, summaries: Summaries, feed: Feed) -> File:
    config = app.config
    feed = replace(feed, items=feed.items[: config.papernotes_feed_limit or None])
    source = [
        (feed.name, feed.title, site_info.page(app, feed.page)),
        (config.papernotes_feed_id, authors(config), config.language),
        [
            (card_shows(shown, note), header_shows(shown, note), note.read, entry_id(app, note))
            for note in feed.notes
        ],
        [
            (item, shown.title(item.note), entry_id(app, item.note))
            for item in feed.items
            if item.kind
        ],
    ]
    return File(feed.name, source, lambda: _feed(app, feed, summaries))


def _feed(app: Sphinx, feed: Feed, summaries: Summaries) -> bytes:
    config = app.config
    address = site_info.absolute(app, quote(feed.name))
    root = ElementTree.Element("feed", {"xmlns": _NAMESPACE, _LANG: language_tag(config.language)})
    _add(root, "title", feed.title)
    _add(root, "id", _id(app, feed.name))
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=address)
    _add(root, "link", rel="alternate", type="text/html", href=site_info.page(app, feed.page))
    days = [item.day for item in feed.items]
    _add(root, "updated", _time(max(days, default=datetime.date(1970, 1, 1))))
    _add_authors(root, config)
    written = iter(summaries.of(feed.notes))
    for item in feed.items:
        if item.kind:
            _add_news(app, root, item)
        else:
            _add_entry(app, root, item.note, next(written))
    ElementTree.indent(root)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _add_authors(feed: ElementTree.Element, config: Config) -> None:
    """Add who writes the notes. A feed must say who (4.1.1), even where nobody is named."""
    for author in authors(config) or [Author(_("the author of these notes"))]:
        person = _add(feed, "author")
        _add(person, "name", author.name)
        if author.address:
            _add(person, "uri", author.address)


def _add_entry(app: Sphinx, feed: ElementTree.Element, note: Note, summary: Summary) -> None:
    assert note.read is not None
    address = site_info.page(app, note.docname)
    entry = _add(feed, "entry", **({_LANG: note.language} if note.language else {}))
    _add(entry, "title", summary.title)
    _add(entry, "id", entry_id(app, note))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    for paper in PaperNotesDomain.of(app.env).catalogue.papers_of(note):
        if target := formatting.target(paper):
            _add(
                entry,
                "link",
                rel="related",
                href=target,
                title=Prose(app.config).flatten(formatting.title(paper)),
            )
    _add(entry, "published", _time(note.read))
    _add(entry, "updated", _time(note.read))
    for tag in note.tags:
        _add(entry, "category", term=tag)
    _add(entry, "content", summary.summary.html, type="html")


def _add_news(app: Sphinx, feed: ElementTree.Element, item: Item) -> None:
    """Add what became of a paper as an entry that leads to the note on it."""
    assert item.paper is not None
    assert item.kind is not None
    domain = PaperNotesDomain.of(app.env)
    state = status(item.paper)
    name = Prose(app.config).flatten(formatting.title(item.paper))
    news = _add(feed, "entry")
    _add(news, "title", f"{name} [{status_text(state, item.kind)}]")
    event = f"{item.kind}-{state.date(item.kind)}-{quote(item.paper.key, safe='')}"
    _add(news, "id", f"{entry_id(app, item.note)}/{event}")
    address = site_info.page(app, item.note.docname)
    _add(news, "link", rel="alternate", type="text/html", href=address)
    _add(news, "published", _time(item.day))
    _add(news, "updated", _time(item.day))
    for tag in item.note.tags:
        _add(news, "category", term=tag)
    title = Prose(app.config).title(domain.noted(item.note).title.nodes())
    work = formatting.textual_citation(item.paper, phrases())
    _add(news, "content", f"{title} · {work}", type="text")


def _id(app: Sphinx, name: str) -> str:
    """Return the identifier of the feed *name*: its address, or the former one if that is set."""
    former: str = app.config.papernotes_feed_id
    if former and name == NAME:
        return former
    joined = site_info.join(former or site_info.base(app), quote(name))
    return joined if urlsplit(joined).scheme else f"{former}/{quote(name)}"


def entry_id(app: Sphinx, note: Note) -> str:
    """Return the identifier of a note, which is the same in all feeds.

    It is built from the citation key, so that feed readers do not take a note with a new file,
    title or day for a new note. Of several notes on a paper, the one read first has the key alone:
    the identifier of a note stays the same when another one follows.
    """
    same = [
        other
        for other in PaperNotesDomain.of(app.env).catalogue.on(note.key)
        if other.key == note.key and other.read
    ]
    first = min(same, key=lambda other: (other.read, other.docname), default=note)
    name = "" if first == note else f"/{quote(note.docname)}"
    return f"{_id(app, NAME)}#{quote(note.key, safe='')}{name}"


def _time(day: datetime.date) -> str:
    """Return *day* as a date and time: noon in UTC is on that day nearly everywhere."""
    return f"{day.isoformat()}T12:00:00Z"


def _add(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    """Add an element, without the characters that XML cannot hold."""
    clean = {name: _BAD_CHARACTER.sub("", value) for name, value in attributes.items()}
    element = ElementTree.SubElement(parent, tag, clean)
    element.text = None if text is None else _BAD_CHARACTER.sub("", text)
    return element
