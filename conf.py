"""Settings of the site; see README.md for what the extension's own mean."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))


def _(text: str) -> str:
    """Mark a text that a template shows, and translates, for `make messages`."""
    return text


# -- The site -----------------------------------------------------------------

project = "Marginalia"
author = "the author of these notes"
# The metadata of a book wants both.
version = "1"
copyright = "the author of these notes"
html_title = project
language = "en"
# What the templates say in other languages, and translations of notes.
locale_dirs = ["_locale"]
# The address that the site is published at, for what wants absolute ones: feed, sitemap, metadata.
# Whoever publishes tells it; the last is for builds at home.
site_url = os.environ.get("SITE_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL")
html_baseurl = site_url or "https://marginalia.example/"

# -- What is read -------------------------------------------------------------

# The second leaves to a page those style sheets and scripts that it uses.
extensions = ["papernotes", "asset_bundling", "sphinx_last_updated_by_git"]
source_suffix = {".md": "markdown"}
# The project around the site is no part of it.
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
# Calm colours that keep their contrast in both schemes; they come with furo.
pygments_style = "github-light-high-contrast"
pygments_dark_style = "github-dark"

# The pictures that are shown where a note is shared, in the site's type; there is nothing to share
# at home.
papernotes_pictures = bool(site_url)
papernotes_picture_fonts = [
    f"_static/fonts/newsreader-roman-{letters}.woff2"
    for letters in ("latin", "letters", "latin-ext", "vietnamese")
]

# When a note was last changed: not said without git, or in a clone that is too shallow to tell.
git_last_updated_timezone = "UTC"
html_last_updated_fmt = "%-d %B %Y"
suppress_warnings = ["git.command_not_found", "git.subprocess_error", "git.too_shallow"]

# The sidebar is the same on every page: a tree of all notes would make each page grow with them.
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/sections.html"]}
html_context = {
    "tagline": _("Notes on research papers"),
    "site_url": site_url,
    # Page, name, and the folder or folders of pages that belong to it.
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

# What a reader of notes has no use for: sources, an index of terms, a copyright line (the footer
# names the licence).
html_copy_source = False
html_show_copyright = False
html_domain_indices = False
html_use_index = False

# A book is read in its reader's type, and has no page around the text. What it does not use would
# only make it heavy.
epub_css_files: list[str] = []
# Links work in it; their addresses after them would only be in the way.
epub_show_urls = "no"
epub_exclude_files = [
    *["404.xhtml", "_static/site.css", "_static/text.css"],
    *[
        f"_static/fonts/{file.name}"
        for file in sorted(Path(__file__).parent.glob("_static/fonts/*"))
    ],
]

# pdfLaTeX stops at the first letter that is not Latin; this sets every one that its fonts have.
latex_engine = "lualatex"
latex_elements = {
    # Read on a screen, where empty pages before chapters help nobody.
    "extraclassoptions": "openany,oneside",
    # The cards follow in no chapter, and would stand under "Contents".
    "tableofcontents": rf"\sphinxtableofcontents\markboth{{{project}}}{{{project}}}",
}
