"""A small site for edits, which compares its incremental builds with clean ones."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sites import Site, application

from papernotes.catalogue import literature
from papernotes.catalogue.literature import Suggestion

CONF = """\
project = "equal"
extensions = ["papernotes"]
papernotes_pandoc_citations = True
exclude_patterns = ["_*", "part.md"]
papernotes_sections = ["page", "tables", "works"]
papernotes_fields = {
    "rating": "number",
    "method": {"kind": "choices", "choices": ["a", "b"]},
    "result": "markdown",
}
papernotes_browse = [
    *["tags", "years", "authors", "venues", "map", "neighbours", "related", "filter"]
]
papernotes_page_size = 2
papernotes_pictures = False
papernotes_markdown = True
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 2
html_baseurl = "https://example.org/notes/"
html_theme = "alabaster"
html_math_renderer = "mathml"
numfig = True
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_extra_path = ["extra"]
templates_path = ["_templates"]
"""

# Settings that tests append to conf.py, one at a time.
SETTINGS = [
    "",
    "papernotes_page_size = 3",
    'papernotes_sort = "-read"',
    'papernotes_browse = ["tags"]',
    "papernotes_feed = False",
    "papernotes_previews = False",
    "papernotes_summary_words = 3",
    "papernotes_markdown = False",
    "papernotes_pictures = True",
    "html_copy_source = False",
    "html_use_index = False",
    'html_baseurl = ""',
    'language = "fr"',
    'papernotes_fields = {"rating": {"label": "Mark", "kind": "number"}}',
    'html_additional_pages = {"404": "more.html"}',
    "bibtex_reference_style = 'label'",
    "math_number_all = True",
    "papernotes_highlights_public = True",
    "papernotes_drafts = True",
    "papernotes_card_pictures = True",
    'papernotes_references = "margin"',
    'papernotes_venue_names = {"J": "The J"}',
    'papernotes_view = "rows"',
    'papernotes_search = "pagefind"',
    "papernotes_obsidian = True",
    "papernotes_cite_this_note = False",
    "numfig = False",
    'html_theme = "furo"',
    *[
        f'html_theme = "marginalia"\n{more}'
        for more in (
            'papernotes_search = "sphinx"',
            'papernotes_references = "margin"',
            'html_theme_options = {"accent": "#8a1c1c", "tagline": "Notes", "license": "CC0"}',
            'html_theme_options = {"sidebar_links": [("Page", "page"), ("Tags", "tags/index")]}',
        )
    ],
]
INDEX = """\
# A shelf

```{papers}
```

```{toctree}
:hidden:

chapter
```
"""
CHAPTER = """\
# A chapter

![A picture](picture.svg)

$$ a = b $$ (first)

By {eq}`first`, and {eq}`second`, {cite:t}`k0` holds; see [a section](papers/gamma.md#section),
{numref}`drawn` and {term}`word`. It says {highlight}`k0:1`.

```{include} part.md
```
"""
PAGE = "# A page\n\nIt cites {cite:p}`k1`, links {note}`k2`, says {highlight}`k1:1`.\n"
WORKS = "# Works\n\n```{works}\n```\n\n```{reading-list}\n```\n\n```{suggestions}\n```\n"
TABLES = """\
# Tables

```{papers}
:view: table
:columns: title, authors, year, method, rating, result, summary, tags, links, key
```

```{papers}
:view: table
:sort: -rating
:group: method
```
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M{}0h9v9z"/></svg>\n'
SLUGS = ["alpha", "beta", "gamma", "delta", "deep/er", "été"]
KEYS = [f"k{number}" for number in range(6)]
TAGS = ["vision", "C++", "ML", "ml", "a b"]
WORDS = ["one", "two words", "three *marked* words", "$x^2$", "four"]
# Blocks of quotes: none, one that nothing shows but by a role, and one that is published.
QUOTES = ["", ":imported: pdf", ":public:"]
QUOTE = """\
:::{{quote}} 1
:page: 2

> Quoted {}, and more.^[In the margin.]

Why?
:::
"""
FIGURE = """:::{{figure}} picture.svg
:name: drawn
:width: {}

Drawn.[^foot] It {{cite:t}}`k1`; see {{eq}}`second`.
:::

[^foot]: At the foot, {}.
"""
GLOSSARY = """:::{{glossary}}
word
: A meaning, {}, of {{cite:t}}`k0`.
:::
"""


@dataclass(frozen=True)
class NoteFile:
    """The contents of a note's file."""

    key: str
    tags: tuple[str, ...] = ()
    read: int = 0
    title: str = "one"
    summary: str = "one"
    cited: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    picture: bool = False
    equation: bool = False
    draft: bool = False
    main: bool = False
    typed: str = ""
    quotes: str = ""
    figure: str = ""
    glossary: bool = False
    broken: str = ""
    own: str = ""
    letter: str = "a"

    def text(self) -> str:
        """Return the text of the file."""
        front = [f"paper: {self.key}", f"tags: {list(self.tags)}"]
        front += [f"read: 2020-01-0{self.read}"] if self.read else []
        front += [f"redirect_from: {list(self.former)}"] if self.former else []
        front += ["draft: true"] if self.draft else []
        front += ["main: true"] if self.main else []
        front += [text for text in (self.own, self.broken) if text]
        cites = [f"Here {{cite:t}}`{key}` is cited." for key in self.cited]
        links = [f"There is {{note}}`{key}`." for key in self.linked]
        lines = ["---", *front, "---", "", f"# Title {self.title}", "", f"Summary {self.summary}."]
        lines += cites[:1]
        lines += ["", "![A picture](picture.svg)"] if self.picture else []
        lines += ["", "## Section", "", f"Letter {self.letter}.", *cites[1:], *links]
        lines += [f"It [@{self.typed}]."] if self.typed else []
        lines += ["", "$$ c = d $$ (second)"] if self.equation else []
        lines += ["", FIGURE.format(self.figure, self.letter)] if self.figure else []
        lines += ["", GLOSSARY.format(self.letter)] if self.glossary else []
        lines += ["", *self.block()] if self.quotes else []
        return "\n".join(lines) + "\n"

    def block(self) -> list[str]:
        """Return the lines of a block of quotes from the note's first paper."""
        key = self.key.strip("[]").partition(",")[0]
        return [f"::::{{quotes}} {key}", self.quotes, "", QUOTE.format(self.letter), "::::"]


@dataclass(frozen=True)
class Entry:
    """A bibliography entry; ``more`` is BibTeX for further fields."""

    author: str = "Ann Author"
    title: str = "On one"
    year: int = 2001
    more: str = ""

    def text(self, key: str) -> str:
        """Return the entry as BibTeX."""
        fields = f"author = {{{self.author}}},\n title = {{{self.title}}},\n year = {self.year}"
        return f"@article{{{key},\n {fields},\n journal = {{J}}{self.more}}}\n"


@dataclass
class Shelf:
    """The site, its notes by slug and its entries by key.

    ``broken`` is appended to the bibliography; ``checks`` counts the comparisons.
    """

    site: Site
    notes: dict[str, NoteFile] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    broken: str = ""
    checks: int = 0

    def write_sources(self) -> None:
        """Write the initial files of the site."""
        write = self.site.write
        write("conf.py", CONF)
        write("index.md", INDEX)
        write("chapter.md", CHAPTER)
        write("tables.md", TABLES)
        write("part.md", "Part one.\n")
        write("page.md", PAGE)
        write("works.md", WORKS)
        write("picture.svg", PICTURE.format(0))
        write("papers/picture.svg", PICTURE.format(1))
        write("papers/deep/picture.svg", PICTURE.format(2))
        write("_static/own.css", "p { margin: 0 }\n")
        write("extra/extra.txt", "extra\n")
        write("_templates/more.html", '{% extends "page.html" %}\n')
        for number, key in enumerate(KEYS[:4]):
            self.entries[key] = Entry(title=f"On {key}", year=2001 + number // 2)
        alpha = NoteFile("k0", tags=("vision",), read=1, cited=("k1", "k2"), quotes=QUOTES[1])
        beta = NoteFile("k1", tags=("vision", "C++"), read=2, linked=("k0",), quotes=QUOTES[2])
        gamma = NoteFile("k2", read=3, equation=True, picture=True, figure="9px", glossary=True)
        for slug, note in (("alpha", alpha), ("beta", beta), ("gamma", gamma)):
            self.write_note(slug, note)
        self.write_citations({"k0": ["k3", "k4"], "k3": ["k1"]})
        self.write_bibliography()

    def write_note(self, slug: str, note: NoteFile) -> None:
        """Write a note."""
        self.notes[slug] = note
        self.site.write(f"papers/{slug}.md", note.text())

    def write_citations(self, cites: Mapping[str, Iterable[str]]) -> None:
        """Write how the papers cite each other, and a work that all of them cite."""
        work = Suggestion("W1", "10.1234/w1", "A work", 1999, tuple(cites))
        self.site.write(literature.NAME, literature.write(cites, [work]))

    def write_bibliography(self) -> None:
        """Write the bibliography."""
        entries = "\n".join(entry.text(key) for key, entry in self.entries.items())
        self.site.write("refs.bib", entries + self.broken)

    def remove_note(self, slug: str) -> NoteFile:
        """Delete a note, and return its contents."""
        self.site.remove(f"papers/{slug}.md")
        return self.notes.pop(slug)

    def check(self, parallel: int = 1) -> None:
        """Assert that an incremental build has the same output as a clean one."""
        folder = self.site.folder / "_clean"
        build(self.site, self.site.folder / "_build", parallel)
        build(self.site, folder, 1)
        incremental, clean = files(self.site.folder / "_build/html"), files(folder / "html")
        shutil.rmtree(folder)
        assert sorted(incremental) == sorted(clean)
        assert [name for name in clean if incremental[name] != clean[name]] == []
        self.checks += 1


def build(site: Site, folder: Path, parallel: int, *names: str) -> None:
    """Build *site* into *folder*; with *names*, write only these files."""
    # Sphinx compares files by filecmp, which caches results by time and size within a process.
    filecmp.clear_cache()
    app = application("html", site.folder, builddir=folder, parallel=parallel)
    try:
        app.build(filenames=[site.folder / name for name in names])
    finally:
        app.cleanup()


def files(folder: Path) -> dict[str, bytes]:
    """Return the contents of each file below *folder*, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
