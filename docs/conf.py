"""Settings of the manual, which uses the theme and the extension that it describes."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
# The extension lies in this repository, and the directives that generate the reference beside this.
sys.path[:0] = [str(HERE.parent / "_ext"), str(HERE / "_ext")]

project = "papernotes"
author = copyright = "the authors of papernotes"
language = "en"
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")

extensions = ["papernotes", "reference"]
exclude_patterns = ["_*", ".*"]
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
# Programs and their output are shown as they are.
highlight_language = "none"
# Two hyphens begin an option of a command; dashes are written as such.
smartquotes_action = "qe"
toc_object_entries_show_parents = "hide"

html_theme = "marginalia"
# Captions of code blocks are names of files.
numfig = False
html_theme_options = {
    "tagline": "The manual",
    "footer": "The manual and the code are under the MIT licence.",
}
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_favicon = "_static/favicon.svg"
# The manual cites nothing, and has no notes to browse or to publish.
bibtex_bibfiles = []
papernotes_browse = []
papernotes_catalogue = False
papernotes_feed = False
