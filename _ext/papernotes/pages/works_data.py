"""Data of the search in a list of all works that has several pages.

A search finds the works of all pages, so that the page in front of the reader does not hold what it
needs. The scripts are loaded when the reader types, for the reasons that ``filter_data`` gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.bibliography.latex import flatten
from papernotes.citations.ids import distinct_ids
from papernotes.domain import PaperNotesDomain
from papernotes.publish.files import File, call
from papernotes.rendering.shown import Shown
from papernotes.rendering.works_list import WORKS_OF_SCRIPT, script_names


def files(app: Sphinx, shown: Shown) -> Iterator[File]:
    """Yield the scripts of each list of works that has several pages."""
    domain = PaperNotesDomain.of(app.env)
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    root: str = app.config.root_doc
    pages = domain.archives.works_pages
    for home in (name for name, page in pages.items() if page.number == 1):
        places = [
            (builder.get_relative_uri(root, name), key, id_)
            for name in pages[home].pages
            for key, id_ in distinct_ids("work", pages[name].keys).items()
        ]
        for number, name in enumerate(script_names(home, len(places))):
            part = places[number * WORKS_OF_SCRIPT : (number + 1) * WORKS_OF_SCRIPT]
            source = [(address, id_, domain.formatted(key).digest) for address, key, id_ in part]

            def content(part: list[tuple[str, str, str]] = part) -> bytes:
                groups: dict[str, list[tuple[str, str]]] = {}
                for address, key, id_ in part:
                    text = flatten(domain.formatted(key).reference)
                    groups.setdefault(address, []).append((id_, text))
                return call("works", list(groups.items()))

            yield File(name, source, content)
