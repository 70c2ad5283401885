"""The theme bundles style sheets and scripts for HTML, and leaves books alone."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from large import write_large_site
from outputs import build_again
from pygments.styles import get_style_by_name
from pygments.token import Token
from sites import Site

from papernotes.theme import bundling


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a site with the settings of the notebook and few notes."""
    return write_large_site(tmp_path / "site", notes=1)


def test_all_pages_are_written_again_when_a_style_sheet_changes(site: Site) -> None:
    """Their links have its digest, so that browsers do not use the old one."""
    site.build()
    site.write("_static/own.css", ".new { color: blue; }")
    site.edit("conf.py", "html_favicon", 'html_css_files = ["own.css"]\nhtml_favicon')
    site.build()
    site.write("_static/own.css", ".new { color: red; }")
    built = build_again(site)
    assert built.read("_static/own.css") == ".new{color:red}"
    assert {"index", "papers/plain"} <= built.written


def test_no_page_is_written_when_nothing_changed(site: Site) -> None:
    site.build()
    assert site.build().written == set()


def test_dirhtml_pages_link_the_bundle(site: Site) -> None:
    build = site.build("dirhtml")
    assert build.messages == []
    assert 'href="../../_static/page.css' in build.read("papers/plain/index.html")


def test_epub_is_not_bundled(site: Site) -> None:
    build = site.build("epub")
    assert build.messages == []
    [book] = build.outdir.glob("*.epub")
    with zipfile.ZipFile(book) as files:
        assert {"404.xhtml", "_static/page.css"} & set(files.namelist()) == set()
        page = files.read("papers/everything.xhtml").decode()
    assert "site-header" not in page
    assert "width: 12em" in page


def test_code_has_the_colours_of_both_styles() -> None:
    light, dark = map(get_style_by_name, ("github-light-high-contrast", "github-dark"))
    css = bundling.code_colours(light, dark)
    for token, name in [(Token.Keyword, ".k"), (Token.Comment.Single, ".c1")]:
        colours = ",".join(f"#{style.style_for_token(token)['color']}" for style in (light, dark))
        [rule] = [line for line in css.splitlines() if name in re.findall(r"\.\w+", line)]
        assert f"light-dark({colours})" in rule


def test_numbers_are_short_and_texts_and_addresses_stay() -> None:
    source = """
.a { margin: -0.5em 0.25px; width: calc(1em + 0.5px * 10.05); inset: 0 auto; }
.b::before { content: "at 0.5, 'or' 0.6"; background: url(v/0.7.svg); }
"""
    assert bundling.minified_css(source) == (
        ".a{margin:-.5em .25px;width:calc(1em + .5px * 10.05);inset:0 auto}"
        ".b::before{content:\"at 0.5, 'or' 0.6\";background:url(v/0.7.svg)}"
    )
