"""The theme's defaults of settings, each of which conf.py overrides."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sites import Site
from sphinx.testing.util import SphinxTestApp

from papernotes.theme import defaults

CONF = """\
project = "Shelf"
extensions = ["papernotes", "sphinx_last_updated_by_git"]
bibtex_bibfiles = ["refs.bib"]
html_baseurl = "https://notes.example.net/"
suppress_warnings = ["git"]
html_theme = "{theme}"
"""
# What the theme sets on this site, and what an author might set instead.
SETTINGS: dict[str, tuple[Any, Any]] = {
    "html_title": ("Shelf", "Books"),
    "html_math_renderer": ("mathml", "mathjax"),
    "myst_update_mathjax": (False, True),
    "html_domain_indices": (False, True),
    "html_use_index": (False, True),
    "html_last_updated_fmt": ("%-d %B %Y", "%Y"),
    "numfig": (True, False),
    "math_numfig": (False, True),
    "html_permalinks_icon": ("#", "¶"),
    # The extension makes a time zone of the name.
    "git_last_updated_timezone": (ZoneInfo("UTC"), "Europe/Paris"),
    "epub_show_urls": ("no", "inline"),
    "latex_engine": ("lualatex", "xelatex"),
    "latex_docclass": ({}, {"manual": "memoir"}),
    "latex_elements": (
        {
            "extraclassoptions": "openany,oneside",
            "tableofcontents": r"\sphinxtableofcontents\markboth{Shelf}{Shelf}",
        },
        {"pointsize": "11pt"},
    ),
    "papernotes_browse": (
        [
            *("overview", "tags", "years", "authors", "venues"),
            *("neighbours", "related", "filter", "map"),
        ],
        ("tags",),
    ),
    "papernotes_pictures": (True, False),
    "papernotes_picture_fonts": (defaults._FONTS, defaults._FONTS[:1]),
    "papernotes_search": ("pagefind", "sphinx"),
}


def settings(site: Site, theme: str, more: str = "", **overrides: Any) -> dict[str, Any]:
    """Return the settings of the site when conf.py has been read."""
    site.write("conf.py", CONF.format(theme=theme) + more)
    app = SphinxTestApp("html", srcdir=site.folder, confoverrides=overrides)
    try:
        return {name: app.config[name] for name in SETTINGS}
    finally:
        app.cleanup()


def test_each_default_is_set(tiny: Site) -> None:
    found = settings(tiny, "marginalia")
    assert sorted(map(str, found.pop("papernotes_browse"))) == sorted(
        SETTINGS["papernotes_browse"][0]
    )
    # Sphinx completes this one with defaults of its own.
    assert SETTINGS["latex_elements"][0].items() <= found.pop("latex_elements").items()
    assert found == {name: SETTINGS[name][0] for name in found}


def test_every_default_of_the_theme_is_tested_here(tiny: Site) -> None:
    tiny.write("conf.py", CONF.format(theme="marginalia"))
    app = SphinxTestApp("html", srcdir=tiny.folder)
    try:
        assert set(defaults._defaults(app)) == set(SETTINGS)
    finally:
        app.cleanup()


@pytest.mark.parametrize("name", SETTINGS)
def test_conf_py_overrides_the_default(tiny: Site, name: str) -> None:
    mine = SETTINGS[name][1]
    found = settings(tiny, "marginalia", f"{name} = {mine!r}\n")[name]
    if name == "git_last_updated_timezone":
        assert found == ZoneInfo(mine)
    elif name == "latex_elements":
        assert found["pointsize"] == "11pt"
        assert "extraclassoptions" not in found
    else:
        assert found == mine
    # Also where it is what Sphinx or the extension would have anyway.
    plain = settings(tiny, "basic")[name]
    if name not in ("latex_elements", "html_math_renderer"):
        assert settings(tiny, "marginalia", f"{name} = {plain!r}\n")[name] == plain


def test_the_command_line_overrides_the_default(tiny: Site) -> None:
    found = settings(tiny, "marginalia", html_use_index=True, papernotes_search="sphinx")
    assert (found["html_use_index"], found["papernotes_search"]) == (True, "sphinx")


def test_site_at_home_has_no_social_cards(tiny: Site) -> None:
    found = settings(tiny, "marginalia", html_baseurl="https://notes.example/")
    assert found["papernotes_pictures"] is False


def test_what_is_not_installed_is_left_out(tiny: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papernotes.theme.defaults.find_spec", lambda name: None)
    found = settings(tiny, "marginalia")
    assert found["papernotes_search"] == "sphinx"
