"""Settings of the site; see README.md for what the extension's own mean."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

# -- The site -----------------------------------------------------------------

project = "Marginalia"
author = "the author of these notes"
html_title = project
language = "en"

# -- What is read -------------------------------------------------------------

extensions = ["papernotes"]
source_suffix = {".md": "markdown"}
# The project around the site is no part of it.
exclude_patterns = [
    "_build", "_ext", "_templates", ".*", "bench", "tests", "*.egg-info", "node_modules",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE*",
]

# -- Markdown -----------------------------------------------------------------

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

# -- Papers and citations -----------------------------------------------------

bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"

# -- Pages --------------------------------------------------------------------

html_theme = "furo"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_domain_indices = False
html_use_index = False
html_permalinks_icon = "#"
