"""The furo templates that the site replaces have not changed since it was written."""

from __future__ import annotations

import hashlib

import furo
import pytest

TEMPLATES = furo.THEME_PATH
# Furo's template: its known digest, and what replaces it or blocks of it in this project.
REPLACED = {
    "base.html": (
        "c6b65a3fc4089f83",
        "theme/marginalia/page.html: htmltitle, site_meta, regular_scripts, theme_styles",
    ),
    "genindex.html": (
        "e8de4997983f6996",
        "theme/marginalia/genindex.html: content, without its styles",
    ),
    "page.html": (
        "ad8bad98317b2e09",
        "theme/marginalia/page.html: body; static/site.css and theme.js beside it",
    ),
    "search.html": (
        "95755b01ed85cf27",
        "theme/marginalia/search.html: htmltitle, content",
    ),
    "partials/_head_css_variables.html": (
        "0a75ba610a57fa46",
        "theme/marginalia/static/site.css: the custom properties",
    ),
    "sidebar/brand.html": (
        "847f4c19956c8a1e",
        "theme/marginalia/sidebar/brand.html",
    ),
    "sidebar/search.html": (
        "d0cc1cbc08f56a54",
        "theme/marginalia/sidebar/search.html",
    ),
}


@pytest.mark.parametrize("name", REPLACED)
def test_replaced_furo_template_is_unchanged(name: str) -> None:
    known, ours = REPLACED[name]
    digest = hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest()[:16]
    assert digest == known, (
        f"{name} has changed in furo {furo.__version__}; compare it with {ours}, adapt these if"
        f" necessary, and write {digest} here"
    )
