"""The manual's page on the theme: its settings build a site that shows what the page says."""

from __future__ import annotations

import ast
import re

import pytest
from sites import PROJECT, Site, text

CONF = """\
project = "Shelf"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_search = "sphinx"
html_extra_path = ["extra"]
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>\n'


def code(language: str) -> list[str]:
    """Return the blocks of code of one language on the page."""
    page = (PROJECT / "docs/howto/theme.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def settings() -> dict[str, object]:
    """Return the settings of the page; it sets some options of the theme at a time."""
    found: dict[str, object] = {"html_theme_options": {}}
    for block in code("python"):
        for line in ast.parse(block).body:
            assert isinstance(line, ast.Assign)
            name, value = ast.unparse(line.targets[0]), ast.literal_eval(line.value)
            found[name] = found[name] | value if isinstance(value, dict) else value
    return found


@pytest.fixture
def site(tiny: Site) -> Site:
    """Return a site whose owner has followed the whole page."""
    options = dict(settings())
    # The page says to leave it out where each scheme has a logo.
    assert options.pop("html_logo") == "logo.svg"
    lines = [f"{name} = {value!r}" for name, value in options.items()]
    tiny.write("conf.py", CONF + "\n".join(lines))
    for name in ("favicon.svg", "_static/logo-light.svg", "_static/logo-dark.svg"):
        tiny.write(name, SVG)
    tiny.write("_static/own.css", "p { color: var(--color-brand-primary) }\n")
    tiny.write("extra/files/cv.pdf", "%PDF-\n")
    for name in ("about", "generalization", "plain", "reading", "works"):
        tiny.write(f"{name}.md", f"---\norphan: true\n---\n\n# {name}\n")
    return tiny


def test_settings_of_the_page_show_what_it_says(site: Site) -> None:
    build = site.build()
    assert build.messages == []
    page = build.page("papers/alpha")
    links = [link.get("href") for link in page.cssselect(".site-sections a")]
    assert links[-3:] == ["../about.html", "../files/cv.pdf", "https://example.org/code"]
    assert (build.outdir / "files/cv.pdf").is_file()
    brand = page.cssselect(".site-sidebar .site-name")[0]
    assert [logo.get("alt") for logo in brand.cssselect("img")] == ["Shelf", "Shelf"]
    footer = text(page.cssselect(".site-footer")[0])
    assert footer.startswith("Written in the evenings. Notes are under CC BY 4.0")
    assert text(build.page("index").cssselect("title")[0]) == "Shelf – Notes on research papers"
    assert page.cssselect("link[href*='favicon.svg'], link[href*='own.css']")
    assert "light-dark(#8a1c1c,#f0a8a8)" in build.read("_static/page.css")


def test_message_that_the_page_quotes_is_said(site: Site) -> None:
    site.edit("conf.py", "'#8a1c1c'", "'blue'")
    assert site.build().messages == code("text")[0].splitlines()
