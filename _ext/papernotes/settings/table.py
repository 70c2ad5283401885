"""The table of the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from papernotes.catalogue.archives import CARDS_UP_TO, PARTS

SEARCHES = ("sphinx", "pagefind")
# The values of ``papernotes_view``.
LIST_VIEWS = ("auto", "cards", "rows", "list")
# What ``papernotes_highlight_colours`` maps, and to what.
COLOUR_AND_WORD = (re.compile("#[0-9A-Fa-f]{6}"), re.compile(r"\w(?:[\w /.-]*\w)?"))
Rebuild = Literal["env", "html", ""]
# What to write for a setting, by the last of its types.
EXPECTED = {
    str: "a text in quotes",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    tuple: "a list of texts in brackets",
    dict: "a dictionary in braces",
}


@dataclass(frozen=True)
class Setting:
    """One setting of ``conf.py``.

    ``rebuild`` tells Sphinx what to do after a change: read all documents again (``env``), write
    all pages again (``html``), or nothing (the empty string). ``help`` is the manual's description.
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
        "the order of `{papers}` without `:sort:`: `title`, `read`, `year` or a field of yours,"
        " with `-` in front for descending",
    ),
    Setting(
        "papernotes_page_size",
        24,
        "html",
        (int,),
        "how many notes to show on each page of the list of a tag or year, and of the front page's"
        " first `{papers}` without `:limit:`, which continues on `page/2.html`; 0 for all",
    ),
    Setting(
        "papernotes_page_rows",
        50,
        "html",
        (int,),
        "the same for lists that show rows: how many rows to show on each page; 0 for all",
    ),
    Setting(
        "papernotes_view",
        "auto",
        "html",
        (str,),
        "how the lists of tags and years, and `{papers}` without `:view:`, show notes: as `cards`,"
        " as `rows` of title, byline and one line of the summary, as a `list` of one line a note,"
        f" or `auto`, which is rows for more than {CARDS_UP_TO} notes, and cards otherwise",
    ),
    Setting(
        "papernotes_browse",
        (),
        "html",
        (list, tuple),
        "what to add for browsing, any of " + ", ".join(f"`{part}`" for part in PARTS),
    ),
    Setting(
        "papernotes_sections",
        (),
        "env",
        (list, tuple),
        "pages beside the front page that need no toctree (a toctree would make Sphinx write the"
        " front page again whenever one of them changes); in books they follow the notes",
    ),
    Setting(
        "papernotes_summary_words",
        80,
        "env",
        (int,),
        "how many words of the paragraphs before a note's first section to show on cards, in lists,"
        " previews and feeds; longer openings are cut after a sentence, and a `summary` in the"
        " front matter never is; 0 for all",
    ),
    Setting(
        "papernotes_references",
        "end",
        "env",
        (bool, str),
        "where the references of a page stand, unless it contains a `{bibliography}`: in a list at"
        " its `end`, in the `margin` beside the first citation, as far as the theme has room for"
        " it, or `False` for nowhere",
    ),
    Setting(
        "papernotes_drafts",
        False,
        "env",
        (bool,),
        "publish drafts, the documents with `draft: true` in the front matter, marked as such;"
        " `papernotes serve` always shows them",
    ),
    Setting(
        "papernotes_highlights_public",
        False,
        "env",
        (bool,),
        "publish all blocks of quotes (`{quotes}`); otherwise only those with `:public:`",
    ),
    Setting(
        "papernotes_pandoc_citations",
        False,
        "env",
        (bool,),
        "read Pandoc's `[@key]`, `[see @key, p. 3; @other]` and `@key` as citations",
    ),
    Setting(
        "papernotes_obsidian",
        False,
        "env",
        (bool,),
        "read what Obsidian adds to Markdown: `[[key]]`, `[[note#heading|text]]`,"
        " `![[picture.png|100]]`, callouts, task lists, `==marks==` and `%% comments %%`",
    ),
    Setting(
        "papernotes_raw_html",
        False,
        "env",
        (bool,),
        "allow HTML in the `summary:` and the Markdown fields of the front matter; otherwise it is"
        " shown as text, with a warning",
    ),
    Setting(
        "papernotes_macros",
        {},
        "env",
        (dict,),
        r'TeX macros for formulas, in every format: `{"R": r"\mathbb{R}", "E":'
        r' (r"\mathrm{E}[#1]", 1)}`, where `E` takes one argument',
    ),
    Setting(
        "papernotes_fields",
        {},
        "env",
        (dict,),
        'fields of your own in the front matter of notes: `{"method": {"label": "Method", "kind":'
        ' "choices", "choices": ["SGD", "Adam"]}, "rating": "number"}`',
    ),
    Setting(
        "papernotes_venue_names",
        {},
        "env",
        (dict,),
        "short names of venues, where an entry has no `shortjournal` or `shortbooktitle`:"
        ' `{"Symposium on Graph Drawing": "GD"}`; those of some large conferences are known',
    ),
    Setting(
        "papernotes_previews",
        True,
        "html",
        (bool,),
        "show what a link in the text leads to while the pointer or the focus is on it: works,"
        " notes, equations, figures, tables, sections and footnotes",
    ),
    Setting(
        "papernotes_search",
        "sphinx",
        "html",
        (str,),
        "the engine of the search page: `sphinx`, or `pagefind`, which searches as the reader types"
        " and filters by tag and year; if Pagefind is not installed, Sphinx's is used",
    ),
    Setting(
        "papernotes_card_pictures",
        False,
        "html",
        (bool,),
        "whether the cards of notes show their first figures; `:pictures:` decides it for one list,"
        " and `picture` in its front matter for one note",
    ),
    Setting(
        "papernotes_dark_pictures",
        "-dark",
        "env",
        (str,),
        "the end of the names of pictures for dark pages: beside `plot.svg`, `plot-dark.svg`; empty"
        " for none",
    ),
    Setting(
        "papernotes_date_format",
        "%-d %B %Y",
        "html",
        (str,),
        "how dates are written, as a `strftime` format; month names are in the site's language",
    ),
    Setting(
        "papernotes_key_pattern",
        "{family}{year}{word}",
        "",
        (str,),
        "the pattern of the keys that the command line makes, from `{family}`, `{year}`"
        " and `{word}` (the first significant word of the title); `{Family}` and `{Word}` begin"
        " with a capital",
    ),
    Setting(
        "papernotes_external_bibliographies",
        (),
        "",
        (list, tuple),
        "files of `bibtex_bibfiles` that another program owns, such as Zotero or JabRef; the"
        " command line never writes to them, and says what to change in that program",
    ),
    Setting(
        "papernotes_contact",
        "",
        "",
        (str,),
        "your e-mail address or web page, which the command line sends to the services that it"
        " asks",
    ),
    Setting(
        "papernotes_arxiv_url",
        "https://arxiv.org",
        "",
        (str,),
        "where the command line gets BibTeX entries from arXiv",
    ),
    Setting(
        "papernotes_arxiv_api_url",
        "https://export.arxiv.org/api/query",
        "",
        (str,),
        "where the command line gets arXiv's records of papers",
    ),
    Setting(
        "papernotes_arxiv_interval",
        3,
        "",
        (int, float),
        "how many seconds the command line waits between requests to arXiv, which asks for three",
    ),
    Setting(
        "papernotes_doi_url",
        "https://doi.org",
        "",
        (str,),
        "where the command line gets the BibTeX entry of a DOI",
    ),
    Setting(
        "papernotes_highlight_colours",
        {},
        "",
        (dict,),
        "words for the colours of highlights, which `papernotes highlights` writes:"
        ' `{"#ffd400": "claim", "#ff6666": "doubt"}`',
    ),
    Setting(
        "papernotes_zotero_library",
        "",
        "",
        (str,),
        "the library in Zotero with the highlights, as `users/123` or `groups/456`; by default your"
        " own",
    ),
    Setting(
        "papernotes_zotero_url",
        "http://localhost:23119/api",
        "",
        (str,),
        "where the command line asks the Zotero that runs on the same computer",
    ),
    Setting(
        "papernotes_zotero_web_url",
        "https://api.zotero.org",
        "",
        (str,),
        "where the command line asks Zotero's servers, with `papernotes highlights --web`",
    ),
    Setting(
        "papernotes_crossref_url",
        "https://api.crossref.org",
        "",
        (str,),
        "where the command line asks what became of works with a DOI",
    ),
    Setting(
        "papernotes_openalex_url",
        "https://api.openalex.org",
        "",
        (str,),
        "where the command line asks which works a work cites",
    ),
    Setting(
        "papernotes_feed",
        True,
        "html",
        (bool,),
        "publish `feed.xml`, an Atom feed of the notes by the day read; needs `html_baseurl`",
    ),
    Setting(
        "papernotes_feed_limit",
        50,
        "",
        (int,),
        "the maximum number of notes in the feed, which has the newest; 0 for all",
    ),
    Setting(
        "papernotes_feed_id",
        "",
        "",
        (str,),
        "the feed's former address, if the site has moved: feed readers then show no old note as"
        " new",
    ),
    Setting(
        "papernotes_authors",
        {},
        "html",
        (dict,),
        'who writes the notes, each with an ORCID iD or an empty text: `{"Ada Lovelace":'
        ' "0000-0002-1825-0097", "Bo Beta": ""}`; without it, the one in `author`, if that is set;'
        " otherwise no page or file names anybody",
    ),
    Setting(
        "papernotes_cite_this_note",
        True,
        "html",
        (bool,),
        "end each note with its own reference and BibTeX, in a fold",
    ),
    Setting(
        "papernotes_metadata",
        True,
        "html",
        (bool,),
        "add metadata to each page: description, OpenGraph and schema.org in the head, and COinS of"
        " the works for reference managers",
    ),
    Setting(
        "papernotes_pictures",
        True,
        "html",
        (bool,),
        "draw a social card for each note, the picture shown where its address is shared; needs"
        " `html_baseurl`",
    ),
    Setting(
        "papernotes_picture_fonts",
        (),
        "html",
        (list, tuple),
        "font files for the social cards, relative to `conf.py`, each for the letters that those"
        " before it lack; without any, only titles and names in unaccented letters get a card",
    ),
    Setting(
        "papernotes_sitemap",
        True,
        "",
        (bool,),
        "publish `sitemap.xml` and `robots.txt`; needs `html_baseurl`",
    ),
    Setting(
        "papernotes_markdown",
        False,
        "html",
        (bool,),
        "publish each page as Markdown beside it (`papers/name.md`), with citations and links"
        " resolved, and `llms.txt`, the list of the pages with their summaries, for language models"
        " and other programs that read text",
    ),
    Setting(
        "papernotes_bibtex_fields",
        (),
        "html",
        (list, tuple),
        "further fields for the BibTeX on the site, such as `abstract`; by themselves it has those"
        " about the work that BibTeX's and BibLaTeX's styles know, and no notes to yourself",
    ),
    Setting(
        "papernotes_catalogue",
        True,
        "html",
        (bool,),
        "publish `papers.json`, the notes as data for other programs, and `refs.bib`, the BibTeX of"
        " the works shown",
    ),
)
