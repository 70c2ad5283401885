"""A site with the theme, its options, and every kind of page, as an author would set it up."""

import os

project = "Notebook"
author = copyright = "a reader"
# EPUB requires a version.
version = "1"
language = "en"
html_baseurl = os.environ.get("SITE_URL") or "https://notebook.example/"

extensions = ["papernotes", "sphinx_last_updated_by_git"]
exclude_patterns = ["_*", ".*"]

bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
papernotes_sections = ["bibliography", "reading-list"]
papernotes_pandoc_citations = True
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

html_theme = "marginalia"
html_theme_options = {
    "tagline": "Papers on translation",
    "license": "CC BY 4.0",
    "license_url": "https://creativecommons.org/licenses/by/4.0/",
}
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"

# Copies of this folder have no history, or a short one.
suppress_warnings = ["git.command_not_found", "git.subprocess_error", "git.too_shallow"]
