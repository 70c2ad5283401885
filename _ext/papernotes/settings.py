"""The extension's settings, each declared once: for Sphinx, for the README and for the tests."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from papernotes.catalogue.archives import PARTS
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import SORTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

SEARCHES = ("sphinx", "pagefind")
Rebuild = Literal["env", "html", ""]


@dataclass(frozen=True)
class Setting:
    """One setting of ``conf.py``.

    ``rebuild`` is Sphinx's word for what a change makes stale: ``env`` all that was read, ``html``
    all pages, the empty string nothing.
    """

    name: str
    default: Any
    rebuild: Rebuild
    types: tuple[type, ...]
    help: str


SETTINGS = (
    Setting(
        "papernotes_folder",
        "papers",
        "env",
        (str,),
        "the folder of the notes, relative to the source directory",
    ),
    Setting(
        "papernotes_sort",
        "title",
        "env",
        (str,),
        "the order of `{papers}` without `:sort:`: `title`, `read` or `year`, with `-` for"
        " descending",
    ),
    Setting(
        "papernotes_page_size",
        24,
        "html",
        (int,),
        "how many notes a page shows of the front page's first `{papers}` without `:limit:`, which"
        " goes on at `page/2.html`, and of the list of a tag or year; 0 for all",
    ),
    Setting(
        "papernotes_browse",
        (),
        "html",
        (list, tuple),
        "what a site of pages has for browsing, of " + ", ".join(f"`{part}`" for part in PARTS),
    ),
    Setting(
        "papernotes_sections",
        (),
        "env",
        (list, tuple),
        "pages that stand beside the front page without a toctree, which would have Sphinx write"
        " the front page again after each change of them; books bind them after the notes",
    ),
    Setting(
        "papernotes_references",
        True,
        "env",
        (bool,),
        "close each page that cites with a list of its references, unless it holds a"
        " `{bibliography}` of its own",
    ),
    Setting(
        "papernotes_pandoc_citations",
        False,
        "env",
        (bool,),
        "take Pandoc's `[@key]`, `[see @key, p. 3; @other]` and `@key` for citations",
    ),
    Setting(
        "papernotes_raw_html",
        False,
        "env",
        (bool,),
        "let HTML in the `summary:` of the front matter be HTML; otherwise it is shown as text,"
        " with a warning",
    ),
    Setting(
        "papernotes_macros",
        {},
        "env",
        (dict,),
        r'commands for formulas, in every format: `{"R": r"\mathbb{R}", "E":'
        r' (r"\mathrm{E}[#1]", 1)}`, the latter with one argument',
    ),
    Setting(
        "papernotes_previews",
        True,
        "html",
        (bool,),
        "show a preview of the work where the pointer or the focus is on a citation",
    ),
    Setting(
        "papernotes_search",
        "sphinx",
        "html",
        (str,),
        "what the search page searches with: `sphinx`, or `pagefind`, which finds as one types and"
        " filters by tag and year, with Sphinx's where it cannot be had",
    ),
    Setting(
        "papernotes_date_format",
        "%-d %B %Y",
        "html",
        (str,),
        "how a day is written, in the terms of `strftime`; months are in the site's language",
    ),
    Setting(
        "papernotes_key_pattern",
        "{family}{year}{word}",
        "",
        (str,),
        "how the command line makes citation keys, of `{family}`, `{year}` and `{word}` (the first"
        " of the title that means something); `{Family}` and `{Word}` begin with a capital",
    ),
    Setting(
        "papernotes_contact",
        "",
        "",
        (str,),
        "an e-mail address or page of yours, which the command line tells arXiv and DOI registries",
    ),
    Setting(
        "papernotes_arxiv_url",
        "https://arxiv.org",
        "",
        (str,),
        "where the command line asks for arXiv's BibTeX",
    ),
    Setting(
        "papernotes_arxiv_api_url",
        "https://export.arxiv.org/api/query",
        "",
        (str,),
        "where it asks for arXiv's records",
    ),
    Setting(
        "papernotes_arxiv_interval",
        3,
        "",
        (int, float),
        "how many seconds it leaves between two requests to arXiv, which wants three",
    ),
    Setting(
        "papernotes_doi_url",
        "https://doi.org",
        "",
        (str,),
        "where it asks for the BibTeX of a DOI",
    ),
    Setting(
        "papernotes_feed",
        True,
        "html",
        (bool,),
        "publish `feed.xml`, an Atom feed of the notes by the day read; it takes `html_baseurl`",
    ),
    Setting(
        "papernotes_feed_limit",
        50,
        "",
        (int,),
        "how many notes the feed holds at most, the newest; 0 for all",
    ),
    Setting(
        "papernotes_feed_id",
        "",
        "",
        (str,),
        "the feed's former address, kept when the site moves, so that nobody gets old notes again",
    ),
    Setting(
        "papernotes_metadata",
        True,
        "html",
        (bool,),
        "say in each page what it is, for programs: description, OpenGraph and schema.org in the"
        " head, and works as COinS for reference managers",
    ),
    Setting(
        "papernotes_pictures",
        True,
        "html",
        (bool,),
        "draw a picture of each note, which is shown where its address is shared; it takes"
        " `html_baseurl`",
    ),
    Setting(
        "papernotes_picture_fonts",
        (),
        "html",
        (list, tuple),
        "font files for the pictures, relative to `conf.py`, each for the letters that those before"
        " it lack; without any, only titles and names in unaccented letters get a picture",
    ),
    Setting(
        "papernotes_sitemap",
        True,
        "",
        (bool,),
        "publish `sitemap.xml` and `robots.txt`; they take `html_baseurl`",
    ),
    Setting(
        "papernotes_catalogue",
        True,
        "html",
        (bool,),
        "publish `papers.json`, the notes for other programs, and `refs.bib`, the works shown",
    ),
)


def setup(app: Sphinx) -> None:
    """Declare the settings, and check what conf.py gives them."""
    for setting in SETTINGS:
        app.add_config_value(setting.name, setting.default, setting.rebuild, setting.types)
    app.connect("config-inited", check_settings)


def is_sort(value: str) -> bool:
    """Return whether *value* names an order of notes."""
    return value.removeprefix("-") in SORTS


def _has_pagefind() -> bool:
    """Return whether Pagefind is here, and the program that comes in a package of its own."""
    if not find_spec("pagefind"):
        return False
    from pagefind.service import get_executable

    return get_executable() is not None


# What a setting takes, by the last of its types.
_TAKEN = {
    str: "a text in quotes",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    tuple: "a list of texts in brackets",
    dict: "a dictionary in braces",
}


def _check_types(config: Config) -> None:
    """Replace a value of another type, which Sphinx would report and hand on, by the default."""
    from papernotes.reporting import warn

    for setting in SETTINGS:
        value = config[setting.name]
        parts = value if isinstance(value, list | tuple) else ()
        if isinstance(value, setting.types) and all(isinstance(part, str) for part in parts):
            continue
        wrong = f"{setting.name} = {value!r} is not {_TAKEN[setting.types[-1]]}; correct it, until"
        warn(
            Diagnostic(
                "conf.py",
                1,
                f"{wrong} then it is {setting.default!r}",
                DiagnosticKind.BAD_OPTION,
            )
        )
        setattr(config, setting.name, setting.default)


def fault_of_bibliography(files: object, encoding: object) -> str:
    """Return what is wrong with the library's settings for bibliography files, or nothing.

    They are ``bibtex_bibfiles`` and ``bibtex_encoding``; what is wrong ends with what to do.
    """
    if not (isinstance(files, list | tuple) and all(isinstance(name, str) for name in files)):
        return (
            f'bibtex_bibfiles = {files!r} is not a list of names; write one, such as ["refs.bib"]'
        )
    try:
        codecs.lookup(str(encoding))
    except (LookupError, ValueError):
        return f'bibtex_encoding = {encoding!r} is no encoding; write one, such as "utf-8-sig"'
    return ""


def _check_bibliography(config: Config) -> None:
    """Replace a value that the library would take without asking, with a warning."""
    from papernotes.reporting import warn

    while fault := fault_of_bibliography(config.bibtex_bibfiles, config.bibtex_encoding):
        warn(Diagnostic("conf.py", 1, fault, DiagnosticKind.BAD_OPTION))
        if fault.startswith("bibtex_bibfiles"):
            files = config.bibtex_bibfiles
            config.bibtex_bibfiles = [files] if isinstance(files, str) else []
        else:
            config.bibtex_encoding = "utf-8-sig"


def check_settings(app: Sphinx, config: Config) -> None:
    """Replace a value that has no meaning by the default, with a warning."""
    # Imported here, so that the command line can have the settings without a build.
    from papernotes.reporting import logger, warn

    _check_types(config)
    _check_bibliography(config)
    if not is_sort(config.papernotes_sort):
        warn(
            Diagnostic(
                "conf.py",
                1,
                f'papernotes_sort = "{config.papernotes_sort}" is no order; use title, read or'
                " year, with - in front for descending",
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_sort = "title"
    if config.papernotes_feed_limit < 0:
        warn(
            Diagnostic(
                "conf.py",
                1,
                f"papernotes_feed_limit = {config.papernotes_feed_limit} is below 0; write how many"
                " notes the feed holds at most, or 0 for all",
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_feed_limit = 0
    if config.papernotes_page_size < 0:
        warn(
            Diagnostic(
                "conf.py",
                1,
                f"papernotes_page_size = {config.papernotes_page_size} is no number of notes; use"
                " one above 0, or 0 for all",
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_page_size = 24
    if unknown := [part for part in config.papernotes_browse if part not in PARTS]:
        warn(
            Diagnostic(
                "conf.py",
                1,
                f'papernotes_browse does not know "{unknown[0]}"; use some of {", ".join(PARTS)}',
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_browse = [part for part in config.papernotes_browse if part in PARTS]
    if "map" in config.papernotes_browse and not all(map(find_spec, ("networkx", "numpy"))):
        warn(
            Diagnostic(
                "conf.py",
                1,
                'papernotes_browse has a "map", which needs networkx and numpy; install them with'
                ' pip install "sphinx-papernotes[map]", or leave it out',
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_browse = [part for part in config.papernotes_browse if part != "map"]
    if config.papernotes_search not in SEARCHES:
        warn(
            Diagnostic(
                "conf.py",
                1,
                f'papernotes_search = "{config.papernotes_search}" is no search; use'
                f" {' or '.join(SEARCHES)}",
                DiagnosticKind.BAD_OPTION,
            )
        )
        config.papernotes_search = "sphinx"
    if config.papernotes_search == "pagefind" and not _has_pagefind():
        # No fault of the author's: the site is whole, and is searched with what there is.
        logger.info(
            "Pagefind is not installed, and the site is searched with Sphinx's own; pip install"
            ' "sphinx-papernotes[search]", or set papernotes_search = "sphinx"'
        )
        config.papernotes_search = "sphinx"
    folder = config.papernotes_folder.strip("/")
    if not all(part.strip(".") for part in folder.split("/")):
        warn(
            Diagnostic(
                "conf.py",
                1,
                f'papernotes_folder = "{config.papernotes_folder}" is no folder in that of conf.py;'
                ' write the name of one, such as "papers"',
                DiagnosticKind.BAD_OPTION,
            )
        )
        folder = "papers"
    config.papernotes_folder = folder
