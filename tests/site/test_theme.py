"""The templates of furo's that the site replaces are those that it was written against."""

from __future__ import annotations

import hashlib

import furo
import pytest

TEMPLATES = furo.THEME_PATH
# Furo's file, its digest, and what of ours stands in place of it or of blocks of it.
REPLACED = {
    "base.html": (
        "c6b65a3fc4089f83",
        "_templates/page.html: htmltitle, site_meta, regular_scripts, theme_styles",
    ),
    "page.html": (
        "ad8bad98317b2e09",
        "_templates/page.html: body; _static/site.css; _static/theme.js",
    ),
    "search.html": (
        "95755b01ed85cf27",
        "_templates/search.html: htmltitle, content",
    ),
    "partials/_head_css_variables.html": (
        "0a75ba610a57fa46",
        "_static/site.css: the custom properties",
    ),
    "sidebar/brand.html": (
        "847f4c19956c8a1e",
        "_templates/sidebar/brand.html",
    ),
    "sidebar/search.html": (
        "d0cc1cbc08f56a54",
        "_templates/sidebar/search.html",
    ),
}


@pytest.mark.parametrize("name", REPLACED)
def test_template_is_the_one_that_was_replaced(name: str) -> None:
    known, ours = REPLACED[name]
    digest = hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest()[:16]
    assert digest == known, (
        f"furo {furo.__version__} has a {name} that is not the one the site was written against."
        f" Compare it with {ours}, and change those where it matters; then write {digest} here."
    )
