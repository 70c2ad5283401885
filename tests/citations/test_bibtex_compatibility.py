"""What sphinxcontrib-bibtex's documentation promises holds with the extension as it does without.

Each example is a small site that uses one feature of the library's user guide (its chapter "Usage",
release 2.7.0), in words of our own.  It is built twice in one folder, with the library alone and
with the extension over it, and what stands on the pages and what the builds say are compared to
the letter.  ``papernotes_references`` is off where the guide has the author place the references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement, tostring
from sites import Build, Site, text
from sphinxcontrib.bibtex.plugin import find_plugin

from papernotes.citations.domain import CitationDomain

ALONE = '["myst_parser", "sphinxcontrib.bibtex"]'
OURS = '["papernotes"]'
# Few pages beside those of the example, so that many sites take little time. The extension turns on
# the syntax of Markdown that notes need; both builds have it here.
CONF = """\
project = "example"
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
bibtex_bibfiles = ["refs.bib"]
html_theme = "basic"
html_use_index = False
html_copy_source = False
"""

REFS = r"""
@article{shannon:1948,
  author = {Claude E. Shannon},
  title = {A Mathematical Theory of Communication},
  journal = {Bell System Technical Journal},
  volume = {27},
  pages = {379--423},
  year = {1948},
  doi = {10.1002/j.1538-7305.1948.tb01338.x},
}

@book{shannon_weaver,
  author = {Claude E. Shannon and Warren Weaver},
  title = {The Mathematical Theory of Communication},
  publisher = {University of Illinois Press},
  year = {1949},
}

@article{hamming-1950,
  author = {Richard W. Hamming},
  title = {Error Detecting and Error Correcting Codes},
  journal = {Bell System Technical Journal},
  volume = {29},
  pages = {147--160},
  year = {1950},
}

@article{godel1931,
  author = {Kurt G{\"o}del},
  title = {{\"U}ber formal unentscheidbare S\"atze der {Principia Mathematica}},
  journal = {Monatshefte f{\"u}r Mathematik und Physik},
  year = 1931,
}

@book{waerden1930,
  author = {van der Waerden, Bartel L.},
  title = {Moderne Algebra},
  publisher = {Springer},
  year = {1930},
}

@techreport{dartmouth,
  author = {John McCarthy and Marvin L. Minsky and Nathaniel Rochester and Claude E. Shannon},
  title = {A Proposal for the {Dartmouth} Summer Research Project},
  institution = {Dartmouth College},
  year = {1955},
}

@book{handbook,
  editor = {Jan van Leeuwen},
  title = {Handbook of Theoretical Computer Science},
  publisher = {Elsevier},
  year = {1990},
}

@misc{rfc1,
  author = {Steve Crocker},
  title = {Host Software, 50\% of It},
  howpublished = {\url{https://www.rfc-editor.org/rfc/rfc1}},
  year = {1969},
}
"""

ROLES = (
    "p ps t ts ct cts alp alps label labelpar year yearpar author authors authorpar authorpars"
    " cauthor cauthors empty"
).split()
FOOT_ROLES = "p ps t ts ct cts".split()


@dataclass(frozen=True)
class Example:
    """A site: its pages, its settings, and further files.

    A page is in reStructuredText unless its name ends otherwise.  ``toctree`` puts the pages into
    one on the front page, in this order; without it the front page is the only one.  ``ours`` is
    what the extension says on top of the library, on purpose.
    """

    pages: dict[str, str]
    settings: str = ""
    files: dict[str, str | bytes] = field(default_factory=dict)
    toctree: bool = True
    ours: tuple[str, ...] = ()

    def write(self, site: Site) -> None:
        """Write the site, but for its ``conf.py``."""
        site.write("refs.bib", REFS)
        for name, content in self.files.items():
            site.write(name, content)
        names = [name.split(".")[0] for name in self.pages if name.split(".")[0] != "index"]
        for name, content in self.pages.items():
            site.write(name if "." in name else f"{name}.rst", content)
        if self.toctree and not any(name.startswith("index") for name in self.pages):
            entries = "".join(f"   {name}\n" for name in names)
            site.write("index.rst", f"Example\n=======\n\n.. toctree::\n\n{entries}")


def single(content: str, settings: str = "", **more: Any) -> Example:
    """Return an example of one page with *content* under a heading."""
    return Example({"index": f"Example\n=======\n\n{content}"}, settings, **more)


def bullets(filters: list[str]) -> str:
    """Return bibliographies with each of *filters*, as lists, which may show a work repeatedly."""
    return "".join(f".. bibliography::\n   :list: bullet\n   :filter: {it}\n\n" for it in filters)


def every_role(style: str) -> Example:
    """Return an example of all roles of a reference style, for one, two and four authors."""
    known = find_plugin("sphinxcontrib.bibtex.style.referencing", style)().role_names()
    keys = ["shannon:1948", "waerden1930,shannon_weaver", "dartmouth", "handbook"]
    lines = [f"* {role}: :cite:{role}:`{key}`." for role in ROLES if role in known for key in keys]
    content = "\n".join(lines) + "\n* alias: :cite:`waerden1930, handbook`.\n\n"
    return single(content + ".. bibliography::\n", f'bibtex_reference_style = "{style}"\n')


PRE_AND_POST = """
It began with :cite:t:`{see}shannon:1948`, on :cite:t:`shannon:1948{p. 379}`, so
:cite:t:`{see}shannon:1948{p. 379}`.  It is known :cite:p:`{see}hamming-1950`, or
:cite:p:`hamming-1950{p. 147}`, or :cite:p:`{see}hamming-1950{p. 147}`, or
:cite:p:`{see}hamming-1950{p. 147},{and}godel1931{ch. 2}`.
Our own brackets [the *first one*, :cite:alp:`godel1931`] and :cite:alps:`{cf.}dartmouth{p. 1}`.

.. bibliography::
"""

CITED_EVERYWHERE = {
    "one": "One\n===\n\nOf :cite:t:`shannon:1948` and :cite:t:`godel1931`.\n",
    "two": "Two\n===\n\nOf :cite:t:`hamming-1950` and :cite:t:`waerden1930`.\n",
    "three": "Three\n=====\n\nOf :cite:p:`waerden1930,dartmouth`.\n",
}

MY_STYLE = """
import pybtex.plugin
from pybtex.style.formatting.unsrt import Style as Unsrt
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.names import BaseNameStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import field, join, sentence, words


class Plain(Unsrt):
    def get_book_template(self, e):
        return sentence[words["A book called", field("title")]]


class Stars(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        return ["*" * (number + 1) for number, _ in enumerate(sorted_entries)]


class Backwards(BaseSortingStyle):
    def sorting_key(self, entry):
        return tuple(-ord(letter) for letter in entry.key)


class Loud(BaseNameStyle):
    def format(self, person, abbr=False):
        return join["".join(person.last_names).upper()]


class All(Plain):
    default_label_style = Stars
    default_sorting_style = Backwards
    default_name_style = Loud


pybtex.plugin.register_plugin("pybtex.style.formatting", "example_plain", Plain)
pybtex.plugin.register_plugin("pybtex.style.formatting", "example_all", All)
"""

ROUND = """
from dataclasses import dataclass, field

import sphinxcontrib.bibtex.plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


def parentheses():
    return BracketStyle(left="(", right=")")


@dataclass
class Round(AuthorYearReferenceStyle):
    bracket_parenthetical: BracketStyle = field(default_factory=parentheses)
    bracket_textual: BracketStyle = field(default_factory=parentheses)
    bracket_author: BracketStyle = field(default_factory=parentheses)
    bracket_label: BracketStyle = field(default_factory=parentheses)
    bracket_year: BracketStyle = field(default_factory=parentheses)


sphinxcontrib.bibtex.plugin.register_plugin(
    "sphinxcontrib.bibtex.style.referencing", "example_round", Round
)
bibtex_reference_style = "example_round"
"""

ANCHORS = """
bibtex_cite_id = "cite-{bibliography_count}-{key}"
bibtex_footcite_id = "footcite-{key}"
bibtex_bibliography_id = "bibliography-{bibliography_count}"
bibtex_footbibliography_id = "footbibliography-{footbibliography_count}"
"""

FOOTNOTES = (
    "\n".join(
        f"* {role}: by word\\ :footcite:{role}:`waerden1930`, :footcite:{role}:`dartmouth,rfc1`"
        for role in FOOT_ROLES
    )
    + "\n* alias: by word\\ :footcite:`godel1931`\n\n.. footbibliography::\n\n"
    + "Again\\ :footcite:p:`godel1931`, and new\\ :footcite:p:`handbook`.\n\n"
    + ".. footbibliography::\n"
)

MINIMAL = """
As :cite:t:`shannon:1948` tells us, a message can be measured.
It can also be mended :cite:p:`hamming-1950`.

.. bibliography::
"""

# In the order of the guide.
EXAMPLES: dict[str, Example] = {
    "minimal": single(MINIMAL),
    "one bibliography for many pages": Example(
        CITED_EVERYWHERE | {"references": "References\n==========\n\n.. bibliography::\n"}
    ),
    "pages before their bibliography is known": Example(
        {"a": "References\n==========\n\n.. bibliography::\n"} | CITED_EVERYWHERE
    ),
    "encoding and letters of LaTeX": single(
        "Says :cite:t:`muster2000`, and :cite:t:`godel1931`, 50\\% of :cite:t:`rfc1`.\n\n"
        ".. bibliography::\n",
        'bibtex_encoding = "latin-1"\n',
        files={
            "refs.bib": REFS.encode()
            + "@book{muster2000, author={Ödön Müßter}, title={Gr\\\"u{\\ss}e, {\\'e}t\\'e, ö},"
            " publisher={Verlag}, year={2000}}\n".encode("latin-1")
        },
    ),
    **{
        f"default style {style}": single(
            "Of :cite:p:`waerden1930`, :cite:t:`dartmouth,handbook`.\n\n.. bibliography::\n",
            f'bibtex_default_style = "{style}"\n',
        )
        for style in ["alpha", "plain", "unsrt", "unsrtalpha"]
    },
    **{f"reference style {style}": every_role(style) for style in ["label", "author_year"]},
    "reference style super": Example(
        every_role("super").pages,
        'bibtex_reference_style = "super"\nbibtex_default_style = "plain"\n',
    ),
    "no tooltips": single(MINIMAL, "bibtex_tooltips = False\n"),
    "style of tooltips": single(MINIMAL, 'bibtex_tooltips_style = "plain"\n'),
    "options of bibliography": Example(
        {
            "all": "All\n===\n\n:cite:p:`rfc1`\n\n.. bibliography::\n   :all:\n   :keyprefix: a-\n",
            "cited": "Cited\n=====\n\n.. bibliography::\n   :cited:\n",
            "rest": "Rest\n====\n\n.. bibliography::\n   :notcited:\n",
            "style": (
                "Style\n=====\n\n.. bibliography::\n   :style: unsrt\n   :labelprefix: S\n"
                "   :list: enumerated\n"
            ),
        }
    ),
    "nocite": single("There is more :cite:empty:`waerden1930,rfc1`.\n\n.. bibliography::\n"),
    "footnotes": single(FOOTNOTES),
    "footnotes on each page": Example(
        {
            name: f"{name}\n=====\n\nBy word\\ :footcite:p:`godel1931`, by\n"
            f":footcite:t:`{key}`.\n\n.. footbibliography::\n"
            for name, key in [("one", "rfc1"), ("two", "handbook")]
        }
    ),
    "Markdown": Example(
        {
            "index.md": (
                "# Example\n\nSee {cite:p}`{see}shannon:1948{p. 379}`, {cite:t}`godel1931`,\n"
                "{cite}`dartmouth` and {footcite:t}`handbook`.\n\n"
                "```{bibliography} refs.bib\n:style: unsrt\n```\n\n```{footbibliography}\n```\n"
            )
        }
    ),
    "pre-text and post-text": single(PRE_AND_POST),
    "pre-text and post-text with years": single(
        PRE_AND_POST, 'bibtex_reference_style = "author_year"\n'
    ),
    "a bibliography for each file": Example(
        {
            "sub/index": "Sub\n===\n\n.. toctree::\n\n   page\n",
            "sub/page": (
                "Page\n====\n\nOf :cite:t:`noether1921`, :cite:t:`handbook`, :cite:t:`hopper1952`."
                "\n\n.. rubric:: Articles\n\n.. bibliography:: ../articles.bib\n\n"
                ".. rubric:: Books\n\n.. bibliography:: ../refs.bib more/books.bib\n"
            ),
        },
        'bibtex_bibfiles = ["refs.bib", "articles.bib", "sub/more/books.bib"]\n',
        files={
            "articles.bib": (
                "@article{noether1921, author={Emmy Noether}, title={Idealtheorie}, year=1921,"
                " journal={Mathematische Annalen}}\n"
            ),
            "sub/more/books.bib": (
                "@book{hopper1952, author={Grace Hopper}, title={A Manual}, year=1952,"
                " publisher={Press}}\n"
            ),
        },
    ),
    "files of one name, elsewhere": single(
        "Of :cite:t:`one` and :cite:p:`two`.\n\n.. bibliography:: ../more/refs.bib\n\n"
        ".. bibliography:: ../old/refs.bib\n",
        'bibtex_bibfiles = ["../old/refs.bib", "../more/refs.bib"]\n',
        files={
            f"../{folder}/refs.bib": f"@misc{{{key}, author={{A. {key}}}, title={{T}}, year=1}}\n"
            for folder, key in [("old", "one"), ("more", "two")]
        },
    ),
    "macros": single(
        "Of :cite:t:`one` and :cite:t:`other`.\n\n.. bibliography::\n",
        'bibtex_bibfiles = ["refs.bib", "more.bib"]\n',
        files={
            "refs.bib": """\
                @string{jan = {January}} @string{press = {The Press}} @preamble{{nothing}}
                @comment{no, title={No entry}}
                @book{one, author={O. Ne}, title={One}, publisher=press, year=2001}
            """,
            "more.bib": """\
                @article{other, author={O. Ther}, title={Other}, year=2002, month=jan,
                  journal=press # " and " # {Son}}
            """,
        },
    ),
    "lists": single(
        "Of :cite:empty:`rfc1`.\n\n.. bibliography::\n   :list: bullet\n   :all:\n\n"
        ".. bibliography::\n   :list: enumerated\n   :all:\n\n"
        + "".join(
            f".. bibliography::\n   :list: enumerated\n   :enumtype: {enumtype}\n"
            f"   :start: {start}\n   :filter: type == 'book'\n\n"
            for enumtype, start in [
                ("arabic", "1"),
                ("arabic", "continue"),
                ("loweralpha", "3"),
                ("upperalpha", "2"),
                ("lowerroman", "continue"),
                ("upperroman", "3"),
            ]
        )
    ),
    "keys under the directive": Example(
        {
            "one": "One\n===\n\nOf :cite:t:`rfc1`.\n\n.. bibliography::\n\n   godel1931\n",
            "two": (
                "Two\n===\n\n.. bibliography::\n   :filter: False\n\n   waerden1930\n   handbook\n"
            ),
            "three": (
                "Three\n=====\n\n.. bibliography::\n   :filter: False\n   :keyprefix: b-\n\n"
                "   dartmouth\n"
            ),
        }
    ),
    "prefixes of labels": single(
        "Of :cite:t:`shannon:1948`.\n\n"
        ".. rubric:: References\n\n.. bibliography::\n   :cited:\n   :labelprefix: A\n\n"
        ".. rubric:: Further reading\n\n.. bibliography::\n   :notcited:\n   :labelprefix: B\n"
    ),
    "prefixes of keys": Example(
        {
            name: (
                f"{name}\n=====\n\nOf :cite:t:`{name}-godel1931` and :cite:p:`{name}-rfc1`.\n\n"
                f".. bibliography::\n   :labelprefix: {name}\n   :keyprefix: {name}-\n\n"
                "   handbook\n"
            )
            for name in ["a", "b"]
        }
    ),
    "filters": Example(
        {
            "page": "Filters\n=======\n\nOf :cite:t:`shannon:1948`, :cite:t:`undated`.\n\n"
            + bullets(
                [
                    'author % "shannon"',
                    "title % 'theor(y|etical)'",
                    'editor % "Leeuwen"',
                    'type == "book" or type == "misc"',
                    'type in {"book", "misc"} and not (key == "handbook")',
                    'type not in {"book"} | {"misc"}',
                    'key < "h"',
                    'cited and year and (year <= "1990")',
                    'year and (year > "1949") and (year >= "1955")',
                    'docname == "page"',
                    "docname in docnames",
                    '{"page", "other"} & docnames',
                    'cited and ({"other"} >= docnames)',
                    "True",
                    "not True",
                ]
            ),
            "other": "Other\n=====\n\nOf :cite:t:`rfc1` and :cite:t:`handbook`.\n",
            "references": "References\n==========\n\n.. bibliography::\n",
        },
        files={
            "refs.bib": REFS + "@misc{undated, author={Una Dated}, title={Undated}, note={Lost}}\n"
        },
        ours=(
            (
                'refs.bib:62: WARNING: the entry "undated" has no year; add what is known'
                " [papernotes.incomplete-entry]"
            ),
        ),
    ),
    "local bibliographies": Example(
        {
            name: f"{content}\n.. bibliography::\n   :filter: docname in docnames\n"
            for name, content in CITED_EVERYWHERE.items()
        },
        'suppress_warnings = ["bibtex.duplicate_citation"]\n',
    ),
    "local bibliographies that repeat a work": Example(
        {
            name: f"{content}\n.. bibliography::\n   :filter: docname in docnames\n"
            for name, content in CITED_EVERYWHERE.items()
        }
    ),
    "bibliographies of some pages": Example(
        CITED_EVERYWHERE
        | {
            "some": 'Some\n====\n\n.. bibliography::\n   :filter: {"one", "two"} & docnames\n',
            "only": (
                "Only\n====\n\n.. bibliography::\n   :keyprefix: o-\n"
                '   :filter: cited and ({"one", "two"} >= docnames)\n\n'
                ".. bibliography::\n   :list: bullet\n"
                '   :filter: cited and ({"one", "two"} >= docnames)\n'
            ),
            "rest": 'Rest\n====\n\n.. bibliography::\n   :filter: {"three"} == docnames\n',
        }
    ),
    "a format of one's own": single(
        "Of :cite:t:`waerden1930` and :cite:p:`shannon_weaver,handbook`.\n\n.. bibliography::\n",
        MY_STYLE + 'bibtex_default_style = "example_plain"\n',
    ),
    "labels, order and names of one's own": single(
        "Of :cite:t:`waerden1930` and :cite:p:`rfc1,godel1931`.\n\n.. bibliography::\n",
        MY_STYLE + 'bibtex_default_style = "example_all"\n',
    ),
    "references of one's own": Example(every_role("author_year").pages, ROUND),
    "anchors of one's own": single(
        "Of :cite:t:`shannon_weaver`, :cite:p:`rfc1`, :footcite:t:`shannon_weaver`.\n\n"
        ".. bibliography::\n   :filter: key == 'rfc1'\n\n"
        ".. bibliography::\n   :filter: key == 'shannon_weaver'\n\n.. footbibliography::\n",
        ANCHORS,
    ),
    "anchors for one bibliography a page": single(MINIMAL, 'bibtex_cite_id = "cite-{key}"\n'),
    "headers": single(
        "Of :cite:t:`rfc1`, :footcite:t:`handbook`.\n\n.. bibliography::\n\n"
        ".. footbibliography::\n",
        'bibtex_bibliography_header = ".. rubric:: References"\n'
        "bibtex_footbibliography_header = bibtex_bibliography_header\n",
    ),
    "any": single(
        "Of :any:`shannon:1948`, :any:`rfc1,handbook`, and :any:`the end <end>`.\n\n"
        ".. _end:\n\nEnd\n---\n\n.. bibliography::\n   :all:\n"
    ),
    "duplicates": Example(
        {
            "one": (
                "One\n===\n\nOf :cite:t:`shannon:1948` and :cite:t:`rfc1`.\n\n"
                ".. bibliography::\n\n.. bibliography::\n   :filter: key == 'rfc1'\n"
            ),
            "two": "Two\n===\n\n.. bibliography::\n   :style: plain\n",
            "three": "Three\n=====\n\n.. bibliography::\n   :style: plain\n   :notcited:\n",
        },
        'bibtex_cite_id = "cite-{key}"\n',
    ),
    "faults of directives": single(
        ":cite:empty:`rfc1`\n\n"
        ".. bibliography::\n   :all:\n   :notcited:\n   :cited:\n   :filter: cited\n\n"
        ".. bibliography:: nowhere.bib\n\n"
        ".. bibliography::\n   :list: nonsense\n   :filter: False\n\n   nobody1900\n\n"
        + bullets(["key ==", "1; 2", "key is 'rfc1'", "key == 'a' == 'b'", "key + 'a'", "3 % key"])
    ),
    "a field that the style needs": single(
        "Of :cite:t:`bare`.\n\n.. bibliography::\n",
        files={"refs.bib": "@article{bare, author={B. Are}, title={Bare}, year=2001}\n"},
    ),
    "a key that no file holds": single(
        "Of :cite:t:`rfc1`, :cite:t:`nobody1900` and :cite:p:`shannon:1948,nobody1901`.\n\n"
        ".. bibliography::\n"
    ),
    "a key that no file holds, silenced": single(
        "Of :cite:t:`rfc1` and :cite:t:`nobody1900`.\n\n.. bibliography::\n",
        'suppress_warnings = ["bibtex.key_not_found"]\n',
    ),
    "a work that no bibliography shows": single("Of :cite:t:`rfc1`.\n"),
    "all warnings silenced": single(
        "Of :cite:t:`rfc1` and :cite:p:`nobody1900`.\n\n.. bibliography::\n\n"
        ".. bibliography::\n   :list: nonsense\n",
        'suppress_warnings = ["bibtex"]\n',
    ),
}

# Where each page that cites has a bibliography of its own, the extension's setting is no matter.
COMPLETE = ["minimal", "footnotes", "Markdown", "local bibliographies", "duplicates", "any"]

# With more than five pages, Sphinx reads and writes them in several processes.
MANY = Example(
    {
        f"page{number}": (
            f"Page {number}\n======\n\nOf :cite:t:`shannon:1948` and :cite:p:`{key}`, and\n"
            f":footcite:t:`{key}`.\n\n.. footbibliography::\n"
        )
        for number, key in enumerate(re.findall(r"@\w+\{(.+),", REFS))
    }
    | {"references": "References\n==========\n\n.. bibliography::\n   :all:\n"}
)


def build(site: Site, extensions: str, settings: str, **options: Any) -> Build:
    """Build the site from nothing with these extensions and settings."""
    site.write("conf.py", f"{CONF}extensions = {extensions}\n{settings}")
    return site.build(**options)


def bodies(built: Build) -> dict[str, list[str]]:
    """Return what stands on each page, within what the theme draws around it, as lines."""
    found = {}
    for path in sorted(built.outdir.rglob("*.html")):
        name = path.relative_to(built.outdir).with_suffix("").as_posix()
        if name == "search":
            continue
        (body,) = built.page(name).cssselect("div.body")
        found[name] = markup(body)
    return found


def markup(element: HtmlElement) -> list[str]:
    """Return an element as HTML, each tag on a line, so that a failed test shows what differs."""
    return tostring(element, encoding="unicode").replace("<", "\n<").splitlines()


def assert_same(ours: dict[str, list[str]], alone: dict[str, list[str]]) -> None:
    """Assert that two builds left the same pages with the same on them."""
    assert alone
    assert ours.keys() == alone.keys()
    for name, lines in alone.items():
        assert ours[name] == lines, f"{name} differs"


def said(built: Build) -> list[str]:
    """Return the messages, without the addresses in memory that Python names objects by.

    The library repeats some, which the extension shows once.
    """
    found = (re.sub(r"0x[0-9a-f]{6,}", "0x…", message) for message in built.messages)
    return list(dict.fromkeys(found))


def compare(
    example: Example, folder: Path, settings: str = "papernotes_references = False\n"
) -> None:
    """Build *example* with the library alone and with the extension, and compare."""
    site = Site(folder / "site")
    example.write(site)
    alone = build(site, ALONE, example.settings)
    expected = bodies(alone)
    site.clean()
    ours = build(site, OURS, example.settings + settings)
    assert_same(bodies(ours), expected)
    found = said(ours)
    assert [message for message in found if message not in example.ours] == said(alone)
    assert [message for message in found if message in example.ours] == list(example.ours)


@pytest.mark.parametrize("name", EXAMPLES)
def test_as_documented(name: str, tmp_path: Path) -> None:
    compare(EXAMPLES[name], tmp_path)


@pytest.mark.parametrize("name", COMPLETE)
def test_a_page_with_its_own_bibliography_needs_no_setting(name: str, tmp_path: Path) -> None:
    compare(EXAMPLES[name], tmp_path, settings="")


@pytest.mark.parametrize(
    ("builder", "suffix", "start"), [("text", "txt", ""), ("latex", "tex", r"\begin{document}")]
)
def test_other_formats(builder: str, suffix: str, start: str, tmp_path: Path) -> None:
    """One bibliography, and footnotes, which the guide recommends where LaTeX is wanted."""
    site = Site(tmp_path)
    MANY.write(site)
    found = []
    for extensions in (ALONE, OURS):
        settings = "papernotes_references = False\n" if extensions == OURS else ""
        built = build(site, extensions, settings, builder=builder)
        texts = {}
        for path in sorted(built.outdir.rglob(f"*.{suffix}")):
            content = path.read_text(encoding="utf-8")
            # Packages that the extension brings add lines of their own to LaTeX's preamble.
            texts[path.name] = content[content.index(start) :].splitlines()
        assert any("Shannon" in line for lines in texts.values() for line in lines)
        found.append((texts, built.messages))
        site.clean()
    assert found[1] == found[0]


def test_in_several_processes(tmp_path: Path) -> None:
    site = Site(tmp_path)
    MANY.write(site)
    alone = build(site, ALONE, "", parallel=2)
    expected = bodies(alone)
    site.clean()
    ours = build(site, OURS, "papernotes_references = False\n", parallel=2)
    assert_same(bodies(ours), expected)
    assert ours.messages == alone.messages


def test_a_citation_in_a_heading_is_spelt_out(tmp_path: Path) -> None:
    """A limitation that the guide names is gone: a table of contents showed the raw key.

    The heading has text in place of the link; the bibliography stays what it is, and its links
    back lead somewhere.
    """
    example = Example(
        {
            "page": (
                "Page on :cite:t:`godel1931`\n===========================\n\n"
                "Why :cite:p:`rfc1`\n------------------\n\nFor :cite:t:`rfc1`.\n\n"
                ".. bibliography::\n"
            )
        }
    )
    site = Site(tmp_path)
    example.write(site)
    alone = build(site, ALONE, "")
    assert "godel1931" in text(alone.page("index").cssselect("div.body")[0])
    works = [text(work) for work in alone.page("page").cssselect("div.citation p")]
    site.clean()
    ours = build(site, OURS, "papernotes_references = False\n")
    assert ours.messages == alone.messages == []
    contents = ours.page("index").cssselect("div.body a.reference")
    assert [text(link) for link in contents] == ["Page on Gödel (1931)", "Why (Crocker, 1969)"]
    page = ours.page("page")
    assert [text(work) for work in page.cssselect("div.citation p")] == works
    assert len(works) == 2
    (body,) = page.cssselect("div.body")
    anchors = {element.get("id") for element in page.iter() if element.get("id")}
    targets = [link.get("href") for link in body.iter("a")]
    assert [target for target in targets if target[0] == "#" and target[1:] not in anchors] == []


def test_the_roles_are_all_there() -> None:
    assert set(CitationDomain.roles) == set(ROLES)


@pytest.mark.parametrize(
    ("settings", "more", "message"),
    [
        (
            'bibtex_bibfiles = ["refs.bib", "gone.bib"]\n',
            "",
            (
                "gone.bib:1: WARNING: no such bibliography file; create it, or correct"
                " bibtex_bibfiles in conf.py [papernotes.bib-missing]"
            ),
        ),
        (
            'bibtex_bibfiles = ["refs.bib", "more.bib"]\n',
            "@misc{rfc1, author={A}, title={Again}, year=2000}\n",
            (
                'more.bib:1: WARNING: the key "rfc1" is already used by the entry at refs.bib:56,'
                " which counts; rename or delete one of them [papernotes.duplicate-key]"
            ),
        ),
    ],
    ids=["no file", "no new key"],
)
def test_faults_of_files_are_reported_by_the_extension(
    settings: str, more: str, message: str, tmp_path: Path
) -> None:
    """The one thing that is replaced on purpose: two of the library's warnings, with a line.

    The pages are the same all the same.
    """
    example = single(MINIMAL, settings)
    site = Site(tmp_path)
    example.write(site)
    if more:
        site.write("more.bib", more)
    alone = build(site, ALONE, settings)
    expected = bodies(alone)
    assert [re.findall(r"\[(.*)\]", line) for line in alone.messages] in (
        [["bibtex.bibfile_error"]],
        [["bibtex.bibfile_data_error"]],
    )
    site.clean()
    ours = build(site, OURS, f"{settings}papernotes_references = False\n")
    assert_same(bodies(ours), expected)
    assert ours.messages == [message]
