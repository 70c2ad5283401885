"""Settings of the site. The manual in docs/ describes those of papernotes."""

import os
import sys
from pathlib import Path

# The extension lies in this repository. Other sites install it instead.
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Marginalia"
copyright = "the author of these notes"
# EPUB requires a version.
version = "1"
language = "en"
# Feed, sitemap and metadata need the site's address. Builds at home use a placeholder.
html_baseurl = (
    os.environ.get("SITE_URL")
    or os.environ.get("READTHEDOCS_CANONICAL_URL")
    or "https://marginalia.example/"
)

extensions = ["papernotes", "sphinx_last_updated_by_git"]
# The engine, its tests and this project's own documents are no part of the site.
exclude_patterns = ["_*", ".*", "bench", "docs", "tests", "node_modules", "[A-Z]*.md"]

bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
papernotes_sections = ["bibliography", "reading-list"]
papernotes_summary_words = 100
papernotes_pandoc_citations = True
papernotes_markdown = True
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

html_theme = "marginalia"
html_theme_options = {
    "tagline": "Notes on research papers",
    "license": "CC BY 4.0",
    "license_url": "https://creativecommons.org/licenses/by/4.0/",
}
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"

# Builds without git, or in a shallow clone, leave out the day of a note's last change.
suppress_warnings = ["git.command_not_found", "git.subprocess_error", "git.too_shallow"]
