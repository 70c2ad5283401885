"""A stranger's site: another theme, and nothing of this project's own conf.py."""

project = "tiny"
extensions = ["papernotes"]
papernotes_sections = ["generalization", "plain", "reading", "works"]
bibtex_bibfiles = ["refs.bib"]
myst_enable_extensions = ["dollarmath"]
html_baseurl = "https://example.org/notes/"
html_theme = "alabaster"
html_math_renderer = "mathml"
