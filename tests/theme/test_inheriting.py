"""Themes that inherit this one, and the theme without the extension."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sites import PROJECT, Build, Site, text

CONF = """\
project = "Shelf"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_sections = ["generalization", "plain", "reading", "works"]
papernotes_search = "sphinx"
html_theme = "mine"
html_theme_path = ["_themes"]
html_theme_options = {"tagline": "A tagline", "colour": "red"}
"""
TOML = """\
[theme]
inherit = "%s"

[options]
colour = ""
"""
INI = """\
[theme]
inherit = %s

[options]
colour =
"""
PAGE = """\
{%% extends "%s/page.html" %%}
{%% block content %%}<p id="mine">{{ theme_colour }}</p>{{ super() }}{%% endblock %%}
"""


def write_theme(site: Site, name: str, parent: str, settings: str = "theme.toml") -> None:
    """Write a theme that adds an option, a paragraph, and a style sheet."""
    folder = f"_themes/{name}"
    site.write(f"{folder}/{settings}", (TOML if settings.endswith("toml") else INI) % parent)
    site.write(f"{folder}/page.html", PAGE % parent)


def looks_like_the_theme(build: Build) -> None:
    assert build.messages == []
    page = build.page("papers/beta")
    assert text(page.cssselect("#mine")[0]) == "red"
    assert page.cssselect(".site-sidebar .site-sections a")
    names = {link.get("href").partition("?")[0] for link in page.cssselect("link[rel=stylesheet]")}
    assert names & {"../_static/page.css", "../_static/page-mathematics.css"}
    assert not names & {"../_static/papernotes.css", "../_static/styles/furo.css"}
    assert text(build.page("index").cssselect("title")[0]) == "Shelf – A tagline"
    # The defaults of settings too.
    assert (build.outdir / "tags/index.html").is_file()
    assert (build.outdir / "404.html").is_file()
    assert not any((build.outdir / "_sources").iterdir())


@pytest.mark.parametrize("settings", ["theme.toml", "theme.conf"])
def test_theme_in_a_folder_of_the_site_inherits_everything(tiny: Site, settings: str) -> None:
    tiny.write("conf.py", CONF)
    write_theme(tiny, "mine", "marginalia", settings)
    looks_like_the_theme(tiny.build())


def test_theme_inherits_by_way_of_another(tiny: Site) -> None:
    tiny.write("conf.py", CONF)
    write_theme(tiny, "mine", "middle")
    tiny.write("_themes/middle/theme.toml", '[theme]\ninherit = "marginalia"\n')
    tiny.write("_themes/middle/page.html", '{% extends "marginalia/page.html" %}\n')
    looks_like_the_theme(tiny.build())


def test_theme_of_an_extension_inherits_everything(tiny: Site) -> None:
    added = 'app.add_html_theme("mine", str(Path(app.confdir, "_themes/mine")))'
    conf = CONF.replace('html_theme_path = ["_themes"]\n', "")
    tiny.write("conf.py", f"from pathlib import Path\n{conf}\ndef setup(app):\n    {added}\n")
    write_theme(tiny, "mine", "marginalia")
    looks_like_the_theme(tiny.build())


def test_pages_of_an_inheriting_theme_follow_its_changes(tiny: Site) -> None:
    """The links in a page have the digest of the style sheets, so it is written again."""
    more = 'html_static_path = ["_static"]\nhtml_css_files = ["own.css"]\n'
    tiny.write("conf.py", CONF + more)
    write_theme(tiny, "mine", "marginalia")
    tiny.write("_static/own.css", "p { color: red }\n")
    tiny.build()
    tiny.write("_static/own.css", "p { color: blue }\n")
    assert "papers/beta" in tiny.build().written


def test_other_themes_do_not_get_the_defaults(tiny: Site) -> None:
    tiny.write("conf.py", CONF.replace(', "colour": "red"', "").replace("tagline", "nosidebar"))
    tiny.write("_themes/mine/theme.toml", '[theme]\ninherit = "basic"\n')
    build = tiny.build()
    assert build.messages == []
    assert not (build.outdir / "tags/index.html").exists()
    assert (build.outdir / "genindex.html").exists()


@pytest.mark.parametrize("content", ["[theme]\n", "inherit = 'x'\n"])
def test_broken_theme_is_left_to_sphinx_to_report(tiny: Site, content: str) -> None:
    tiny.write("conf.py", CONF)
    tiny.write("_themes/mine/theme.toml", content)
    with pytest.raises(Exception, match="theme") as caught:
        tiny.build()
    assert type(caught.value).__name__ == "ThemeError"


def build_as_installed(site: Site, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Build the site with the theme's entry point, as after an installation."""
    about = tmp_path / "installed/sphinx_papernotes-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: sphinx-papernotes\nVersion: 1\n")
    entry = "[sphinx.html_themes]\nmarginalia = papernotes.theme.entry_point\n"
    declared = '[project.entry-points."sphinx.html_themes"]\nmarginalia = "papernotes.theme.entry_'
    assert declared in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    (about / "entry_points.txt").write_text(entry)
    path = os.pathsep.join([str(PROJECT / "_ext"), str(about.parent)])
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", ".", "_build"],
        cwd=site.folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_theme_without_the_extension_says_what_is_missing(tiny: Site, tmp_path: Path) -> None:
    tiny.write("conf.py", 'html_theme = "marginalia"\n')
    tiny.write("index.rst", "Notes\n=====\n")
    tiny.remove("index.md")
    run = build_as_installed(tiny, tmp_path)
    assert run.returncode == 2
    assert run.stderr.strip().startswith("Configuration error!")
    # Sphinx says more around it, as it does around all errors.
    assert (
        'ConfigError: The theme "marginalia" belongs to the extension "papernotes", which is'
        ' missing: add "papernotes" to extensions in conf.py.\n'
    ) in run.stderr


def test_theme_with_the_extension_does_not_need_the_entry_point(tiny: Site, tmp_path: Path) -> None:
    tiny.write("conf.py", CONF.replace("mine", "marginalia").replace(', "colour": "red"', ""))
    run = build_as_installed(tiny, tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "Shelf – A tagline" in (tiny.folder / "_build/index.html").read_text("utf-8")
