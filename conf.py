"""Settings of the site; see README.md for what the extension's own mean."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

# -- The site -----------------------------------------------------------------

project = "Marginalia"
author = "the author of these notes"
# The metadata of a book wants both.
version = "1"
copyright = "the author of these notes"
html_title = project
language = "en"

# -- What is read -------------------------------------------------------------

# The second leaves to a page those style sheets and scripts that it uses.
extensions = ["papernotes", "lean"]
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
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"

# -- Pages --------------------------------------------------------------------

html_theme = "furo"
# Where the site will stand, if the one who builds it says so; Read the Docs does. Servers show
# 404.html at any address, and only from that can it find its style sheet at each.
html_baseurl = os.environ.get("SITE_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL") or ""
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

# The sidebar is the same on every page: a tree of all notes would make each page grow with them.
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/sections.html"]}
html_context = {
    "tagline": "Notes on research papers",
    # Page, name, and the folder or folders of pages that belong to it.
    "sections": [
        ("index", "Papers", ("papers/", "page/")),
        ("tags/index", "Tags", "tags/"),
        ("years/index", "Years", "years/"),
        ("authors/index", "Authors", None),
        ("venues/index", "Venues", None),
        ("map", "Citation map", None),
        ("bibliography", "Bibliography", None),
        ("reading-list", "Reading list", None),
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
epub_exclude_files = ["404.xhtml"] + [
    f"_static/fonts/{file.name}" for file in sorted(Path(__file__).parent.glob("_static/fonts/*"))
]
