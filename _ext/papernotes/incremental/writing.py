"""Pages are written by several processes, each of which resolves the documents that it writes.

Sphinx's own way leaves all but the writing to the main process.
"""

from __future__ import annotations

from collections.abc import Container, Set
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms.images import ImageConverter
from sphinx.util.build_phase import BuildPhase
from sphinx.util.display import progress_message
from sphinx.util.index_entries import split_index_msg

from papernotes.domain import PaperNotesDomain
from papernotes.incremental import parallel
from papernotes.reporting import named_document

# Packages whose handlers of "doctree-resolved" keep nothing for the main process.
_KNOWN = ("docutils", "furo", "myst_nb", "myst_parser", "papernotes", "sphinx", "sphinx_design")
# What Sphinx's search index keeps of documents: by word, by document, and the entries of its index.
BY_WORD = ("_mapping", "_title_mapping")
TITLES = "_titles"
BY_DOCUMENT = (TITLES, "_filenames", "_all_titles")
ENTRIES = "_index_entries"
Fragments = dict[tuple[str, str], Any]


class PagesBuilder(StandaloneHTMLBuilder):
    """Sphinx's HTML builder, with pages written by several processes."""

    def __init__(self, app: Sphinx, env: BuildEnvironment) -> None:
        super().__init__(app, env)
        self._registered = app.registry
        self.processes = app.parallel

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Prepare a search index that has no words of *docnames*."""
        super().prepare_writing(docnames)
        # Else each of the translators, of which a page has three, looks for docutils' style sheets,
        # which Sphinx does not link.
        self.docsettings.stylesheet_path = None
        self._settings.stylesheet_path = None
        self._pages: dict[str, dict[str, list[str]]] = {name: {} for name in BY_WORD}

    def write_documents(self, docnames: Set[str]) -> None:
        """Write the pages of all documents in *docnames*."""
        if self._is_gathered_from():
            super().write_documents(docnames)
            return
        shares = parallel.share(
            sorted(docnames),
            self._write,
            processes=self.processes if self.parallel_ok else 1,
            title="writing output... ",
            begin=self._begin,
            hand_back=self._hand_back,
        )
        for done in shares:
            if done.result is not None:
                self._take(*done.result)
        parallel.show(shares)

    def _is_gathered_from(self) -> bool:
        """Return whether an extension may need all documents to be resolved in one process.

        Sphinx resolves them in the main process, so that a handler of its event can gather what it
        finds, and an image converter can note the files that it makes.
        """
        listeners = self.events.listeners["doctree-resolved"]
        homes = {str(getattr(each.handler, "__module__", "")).split(".")[0] for each in listeners}
        return not homes.issubset(_KNOWN) or any(
            issubclass(transform, ImageConverter)
            for transform in self._registered.get_post_transforms()
        )

    def _write(self, docname: str) -> None:
        with named_document(self.env, docname):
            self.phase = BuildPhase.RESOLVING
            doctree = self.env.get_and_resolve_doctree(docname, self, tags=self.tags)
            # Sphinx would keep what it has loaded from each file until the end.
            getattr(self.env, "_pickled_doctree_cache", {}).pop(docname, None)
            self.phase = BuildPhase.WRITING
            self.write_doc_serialized(docname, doctree)
            self.write_doc(docname, doctree)

    def index_page(self, pagename: str, doctree: nodes.document, title: str) -> None:
        """Add a page to the search index, and the page to the list of each of its words.

        Sphinx would keep a set of pages for each word, which takes several times as much memory.
        """
        index = self.indexer
        if index is None:
            return
        known = {name: getattr(index, name) for name in BY_WORD}
        for name in BY_WORD:
            setattr(index, name, {})
        super().index_page(pagename, doctree, title)
        for name in BY_WORD:
            for word in getattr(index, name):
                self._pages[name].setdefault(word, []).append(pagename)
            setattr(index, name, known[name])

    def _begin(self) -> None:
        """Keep apart what this process adds for the main one."""
        self._known_fragments = frozenset(PaperNotesDomain.of(self.env).fragments)
        self.images = {}
        self._pages = {name: {} for name in BY_WORD}
        if self.indexer is not None:
            for name in BY_DOCUMENT:
                setattr(self.indexer, name, {})

    def _hand_back(self) -> tuple[dict[str, str], dict[str, Any], Fragments]:
        """Return the images of the pages, their part of the search index, and shared HTML."""
        parts = BY_DOCUMENT if self.indexer is not None else ()
        index = self._pages | {name: getattr(self.indexer, name) for name in parts}
        fragments = PaperNotesDomain.of(self.env).fragments
        new = {each: fragments[each] for each in fragments.keys() - self._known_fragments}
        return self.images, index, new

    def _take(self, images: dict[str, str], index: dict[str, Any], fragments: Fragments) -> None:
        """Add what another process has handed back."""
        self.images.update(images)
        PaperNotesDomain.of(self.env).fragments.update(fragments)
        for name, found in index.items():
            if name in BY_WORD:
                for word, pages in found.items():
                    self._pages[name].setdefault(word, []).extend(pages)
                continue
            known = getattr(self.indexer, name)
            in_order = sorted({**known, **found}.items())
            known.clear()
            known.update(in_order)

    def dump_search_index(self) -> None:
        """Write Sphinx's search index without what is gone.

        Sphinx keeps words that no page has any more, and goes through all pages for each word.
        """
        index = self.indexer
        if index is None:
            return
        with progress_message(f"dumping search index in {index.label()}"):
            index.prune(frozenset(self.env.all_docs))
            for name in BY_WORD:
                words = {word: list(pages) for word, pages in getattr(index, name).items() if pages}
                for word, pages in self._pages.pop(name).items():
                    words.setdefault(word, []).extend(pages)
                setattr(index, name, words)
            setattr(index, ENTRIES, self._entries(getattr(index, TITLES)))
            path = Path(self.outdir, self.searchindex_filename)
            draft = path.with_suffix(".new")
            with draft.open("w", encoding="utf-8") as file:
                index.dump(file, self.indexer_format)
            draft.replace(path)

    def _entries(self, docnames: Container[str]) -> dict[str, list[tuple[str, str, str]]]:
        """Return the index entries of *docnames*, each with its id and whether it is a main one.

        Sphinx's search index loses those of the pages that a build does not write.
        """
        return {
            docname: sorted(
                {
                    (name, id_, main)
                    for kind, value, id_, main, _ in entries
                    for name in split_index_msg(kind, value)
                }
            )
            for docname, entries in sorted(self.env.domains.index_domain.entries.items())
            if docname in docnames
        }


class FoldersBuilder(PagesBuilder, DirectoryHTMLBuilder):
    """Sphinx's builder of a folder for each page, with pages written by several processes."""

    name = "dirhtml"


def setup(app: Sphinx) -> None:
    """Replace Sphinx's builders of HTML pages."""
    app.add_builder(PagesBuilder, override=True)
    app.add_builder(FoldersBuilder, override=True)
