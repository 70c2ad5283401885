"""Settings that the theme needs, or that suit a site of notes; conf.py overrides each."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import texescape

from papernotes import site_info
from papernotes.catalogue.archives import PARTS
from papernotes.settings import is_set
from papernotes.theme import FOLDER
from papernotes.theme.usage import is_chosen, is_used

# The font of the theme, by script.
_FONTS = tuple(
    str(FOLDER / "static" / "fonts" / f"newsreader-roman-{script}.woff2")
    for script in ("latin", "letters", "latin-ext", "vietnamese")
)

ENGINE = "lualatex"


def set_defaults(app: Sphinx, config: Config) -> None:
    """Set the settings that conf.py leaves open, if the site uses the theme."""
    if not is_chosen(app):
        return
    for name, value in _defaults(app).items():
        if name in config and not is_set(config, name):
            config[name] = value


def add_404_page(app: Sphinx) -> None:
    """Add the page that servers send for missing files, to sites of HTML pages alone."""
    if is_used(app):
        app.config.html_additional_pages.setdefault("404", "404.html")


def _defaults(app: Sphinx) -> dict[str, Any]:
    title = texescape.escape(app.config.project)
    elements = {
        # A PDF is read on a screen, where empty pages before chapters serve nobody.
        "extraclassoptions": "openany,oneside",
        # The cards follow in no chapter, and would be headed "Contents".
        "tableofcontents": rf"\sphinxtableofcontents\markboth{{{title}}}{{{title}}}",
    }
    for_engine: dict[str, Any] = {}
    if not is_set(app.config, "latex_engine") or app.config.latex_engine == ENGINE:
        elements["fontenc"] = (FOLDER.parent / "latex/fonts.tex").read_text("utf-8")
        # Sphinx has a class for Japanese that only other engines can read.
        for_engine["latex_docclass"] = {}
    return for_engine | {
        "html_title": app.config.project,
        "html_math_renderer": "mathml",
        # Without MathJax, no text has to be hidden from it.
        "myst_update_mathjax": is_set(app.config, "html_math_renderer"),
        # Readers of notes have no use for an index of terms.
        "html_domain_indices": False,
        "html_use_index": False,
        "html_last_updated_fmt": "%-d %B %Y",
        "html_permalinks_icon": "#",
        # Figures and tables that can be referred to. Equations have numbers for each page.
        "numfig": True,
        "math_numfig": False,
        # The same day in every time zone.
        "git_last_updated_timezone": "UTC",
        # Links work in a book; their addresses would only interrupt the text.
        "epub_show_urls": "no",
        # pdfLaTeX stops at the first letter that is not Latin.
        "latex_engine": ENGINE,
        "latex_elements": elements,
        "papernotes_browse": list(PARTS),
        # A site at home or under a placeholder is not shared, and needs no social cards.
        "papernotes_pictures": site_info.is_public(app),
        "papernotes_picture_fonts": _FONTS,
        "papernotes_search": "pagefind" if find_spec("pagefind") else "sphinx",
    }
