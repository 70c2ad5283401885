"""Settings of the site; README.md documents the extension's own."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))


def _(text: str) -> str:
    """Mark a text for `make messages`; templates translate it."""
    return text


# -- The site -----------------------------------------------------------------

project = "Marginalia"
author = "the author of these notes"
# EPUB metadata needs both.
version = "1"
copyright = "the author of these notes"
html_title = project
language = "en"
# Translations of the templates and of notes.
locale_dirs = ["_locale"]
# The published address, for the absolute URLs in feed, sitemap and metadata. The environment of a
# publishing build sets it; local builds use a placeholder.
site_url = os.environ.get("SITE_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL")
html_baseurl = site_url or "https://marginalia.example/"

# -- Sources ------------------------------------------------------------------

# asset_bundling keeps on each page only the style sheets and scripts that the page uses.
extensions = ["papernotes", "asset_bundling", "sphinx_last_updated_by_git"]
source_suffix = {".md": "markdown"}
# The files of the project around the site.
exclude_patterns = [
    "_build",
    "_ext",
    "_templates",
    ".*",
    "bench",
    "tests",
    "*.egg-info",
    "node_modules",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE*",
]

# -- Markdown -----------------------------------------------------------------

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

# -- Papers and citations -----------------------------------------------------

papernotes_sections = ["bibliography", "reading-list"]
papernotes_browse = [
    *["tags", "years", "authors", "venues", "map"],
    *["neighbours", "related", "filter"],
]
papernotes_pandoc_citations = True
papernotes_search = "pagefind"
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"

# -- Pages --------------------------------------------------------------------

html_theme = "furo"
html_additional_pages = {"404": "404.html"}
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["text.css", "site.css"]
html_js_files = ["theme.js"]
html_favicon = "_static/favicon.svg"
html_math_renderer = "mathml"
html_permalinks_icon = "#"
# Calm colours with enough contrast in both schemes; furo's dependencies provide them.
pygments_style = "github-light-high-contrast"
pygments_dark_style = "github-dark"

# Social cards in the site's fonts. Local builds need none, because nobody shares their pages.
papernotes_pictures = bool(site_url)
papernotes_picture_fonts = [
    f"_static/fonts/newsreader-roman-{letters}.woff2"
    for letters in ("latin", "letters", "latin-ext", "vietnamese")
]

# The day of a note's last change is omitted without git, and in a shallow clone.
git_last_updated_timezone = "UTC"
html_last_updated_fmt = "%-d %B %Y"
suppress_warnings = ["git.command_not_found", "git.subprocess_error", "git.too_shallow"]

# The sidebar is the same on every page: with a tree of all notes, each page would grow with them.
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/sections.html"]}
html_context = {
    "tagline": _("Notes on research papers"),
    "site_url": site_url,
    # The page, the name, and the folders of pages that belong to the section.
    "sections": [
        ("index", _("Papers"), ("papers/", "page/")),
        ("tags/index", _("Tags"), "tags/"),
        ("years/index", _("Years"), "years/"),
        ("authors/index", _("Authors"), None),
        ("venues/index", _("Venues"), None),
        ("map", _("Citation map"), None),
        ("bibliography", _("Bibliography"), None),
        ("reading-list", _("Reading list"), None),
    ],
}

# Readers of notes do not need sources, an index of terms or a copyright line; the footer names the
# licence.
html_copy_source = False
html_show_copyright = False
html_domain_indices = False
html_use_index = False

# EPUB readers use their own fonts, and books have no page around the text. Unused files would only
# make the book larger.
epub_css_files: list[str] = []
# Links work in EPUB, so their URLs need not be printed after them.
epub_show_urls = "no"
epub_exclude_files = [
    *["404.xhtml", "_static/site.css", "_static/text.css"],
    *[
        f"_static/fonts/{file.name}"
        for file in sorted(Path(__file__).parent.glob("_static/fonts/*"))
    ],
]

# pdfLaTeX stops at the first letter that is not Latin; LuaLaTeX sets every letter that its fonts
# have.
latex_engine = "lualatex"
latex_elements = {
    # On a screen, empty pages before chapters are useless.
    "extraclassoptions": "openany,oneside",
    # The cards are in no chapter, so their pages would have the running head "Contents".
    "tableofcontents": rf"\sphinxtableofcontents\markboth{{{project}}}{{{project}}}",
}
