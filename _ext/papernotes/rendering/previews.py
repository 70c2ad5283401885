"""Which places have a preview, and the marks on the links that lead to them.

The preview of a place is a file, which :mod:`papernotes.pages.previews` writes for links from other
pages. A script copies what is on the same page, so links of a page to itself have no mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment

from papernotes.catalogue.derive import Catalogue
from papernotes.citations.ids import preview_name
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.places import named
from papernotes.domain.records import Record
from papernotes.mathematics.equations import equation_place
from papernotes.nodes import previewed

# A document and the id of an element in it; without an id, the whole document.
Place = tuple[str, str]


def setup(app: Sphinx) -> None:
    """Connect the handler that marks links, ahead of what replaces placeholders."""
    app.connect("doctree-resolved", mark_links, priority=400)


def place_name(place: Place) -> str:
    """Return the name of the preview of *place*; none of an id begins with an underscore."""
    docname, id_ = place
    return f"{docname}/{preview_name(id_) if id_ else '_'}"


def note_name(catalogue: Catalogue, note: Note) -> str:
    """Return the name of the preview of *note*: that of its paper, if no other note is on it."""
    is_known = note.key in catalogue.papers
    if len(note.keys) == 1 and is_known and catalogue.linked(note.key) == (note,):
        return preview_name(note.key)
    return place_name((note.docname, ""))


def places(env: BuildEnvironment) -> dict[Place, str]:
    """Return the names of the previews of all notes, and of places that other documents link to."""
    domain = PaperNotesDomain.of(env)
    catalogue, records = domain.catalogue, domain.records
    found = {
        (docname, ""): note_name(catalogue, note) for docname, note in catalogue.by_docname.items()
    }
    for _, record in sorted(records.items()):
        for place in _linked(env, record):
            if place[0] in records:
                found.setdefault(place, place_name(place))
    return found


def _linked(env: BuildEnvironment, record: Record) -> Iterator[Place]:
    """Yield the places that links of a document lead to from another page."""
    page, noted = record.page, record.noted
    if not (page.targets or page.equations):
        return
    # Pages that show parts of the document link to places in it.
    parts = [each.sentence for each in record.mentions]
    if noted:
        parts += [noted.title, noted.summary, *(excerpt for _, excerpt in noted.fields)]
    copied = {name for part in parts for name in (*part.targets, *part.equations)}
    led: list[tuple[str, Place | None]]
    led = [(name, place) for name in page.targets for place in _named(env, name)]
    led += [(label, equation_place(env, label)) for label in page.equations]
    for name, place in led:
        if place and (place[0] != page.docname or name in copied):
            yield place


def _named(env: BuildEnvironment, name: str) -> Iterator[Place]:
    """Yield the places that a link to *name* can lead to: documents, labels, terms and headings."""
    yield name, ""
    for spelled in dict.fromkeys((name.lower(), name)):
        yield from ((place[0], place[1]) for place in named(env, spelled))
    docname, _, id_ = name.partition("#")
    if id_ and docname in env.metadata:
        slugs = env.metadata[docname].get("myst_slugs", {})
        yield docname, slugs[id_][1] if id_ in slugs else id_


def addresses(builder: Builder, named: dict[Place, str]) -> dict[str, str]:
    """Return the names of the previews of places by the addresses that links to them have."""
    return {
        builder.get_target_uri(docname) + (id_ and f"#{id_}"): name
        for (docname, id_), name in named.items()
    }


def mark_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark the links of a resolved document; the domain has marked those to notes by their keys."""
    previews = PaperNotesDomain.of(app.env).previews
    if not previews:
        return
    home = "/" + app.builder.get_target_uri(docname)
    for link in list(doctree.findall(nodes.reference)):
        is_in_text = isinstance(link.parent, nodes.TextElement)
        if not is_in_text or isinstance(link.parent, previewed):
            continue
        if "refuri" in link and link.get("internal") and link.get("preview", True):
            address = urljoin(home, link["refuri"])
            name = previews.get(address[1:])
            if name is not None and address.partition("#")[0] != home:
                marked = previewed(preview=name)
                link.replace_self(marked)
                marked += link
