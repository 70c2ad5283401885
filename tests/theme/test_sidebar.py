"""The sections in the sidebar follow from what the site has."""

from __future__ import annotations

import re

import pytest
from outputs import build_again
from sites import Site, text
from sphinx.config import Config

from papernotes.theme import sidebar

CONF = """\
project = "Shelf"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
papernotes_sections = ["works", "reading"]
papernotes_search = "sphinx"
html_theme = "marginalia"
exclude_patterns = ["generalization.md", "plain.md"]
"""
ARCHIVES = ["Tags", "Years", "Authors", "Venues", "Citation map"]
LISTS = ["Works", "To read"]


@pytest.fixture
def site(tiny: Site) -> Site:
    """Return the tiny site in the theme."""
    tiny.write("conf.py", CONF)
    return tiny


def sections(site: Site, docname: str = "index") -> list[str]:
    """Build the site, and return the texts of the sections."""
    build = site.build()
    assert build.messages == []
    return [text(link) for link in build.page(docname).cssselect(".site-sections a")]


def test_site_with_everything(site: Site) -> None:
    assert sections(site) == ["Papers", *ARCHIVES, *LISTS]


def test_lists_need_not_be_named_in_the_settings(site: Site) -> None:
    site.edit("conf.py", 'papernotes_sections = ["works", "reading"]\n', "")
    for name in ("works", "reading"):
        content = (site.folder / f"{name}.md").read_text("utf-8")
        site.write(f"{name}.md", f"---\norphan: true\n---\n\n{content}")
    # Then they are in the order of their files' names.
    assert sections(site) == ["Papers", *ARCHIVES, *reversed(LISTS)]


def test_other_pages_named_in_the_settings_stand_among_them(site: Site) -> None:
    site.edit("conf.py", '"reading"]', '"reading", "about"]')
    site.write("about.md", "# About *us* & co\n")
    assert sections(site) == ["Papers", *ARCHIVES, *LISTS, "About us & co"]


def test_name_of_no_document_in_the_settings_is_reported(site: Site) -> None:
    # A draft is one, and whoever reads the messages of a public build learns nothing of it.
    site.edit("conf.py", '"reading"]', '"reading", "plan", "gone", "works.md"]')
    site.write("plan.md", "---\ndraft: true\n---\n\n# Plan\n")
    advice = "which is no document; write the path of one from conf.py, without its suffix"
    assert site.build().messages == [
        f'conf.py:1: WARNING: papernotes_sections names "{name}", {advice} [papernotes.bad-option]'
        for name in ("gone", "works.md")
    ]


def test_site_without_tags(site: Site) -> None:
    for path in (site.folder / "papers").glob("*.md"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        site.write(f"papers/{path.name}", "".join(x for x in lines if not x.startswith("tags:")))
    assert sections(site) == ["Papers", *ARCHIVES[1:], *LISTS]


def test_site_without_notes(site: Site) -> None:
    for path in (site.folder / "papers").glob("*.md"):
        path.unlink()
    assert sections(site) == ["Papers", *LISTS]


def test_site_of_only_a_reading_list(site: Site) -> None:
    for path in (site.folder / "papers").glob("*.md"):
        path.unlink()
    site.remove("works.md")
    site.edit("conf.py", '"works", ', "")
    assert sections(site) == ["Papers", "To read"]


def test_site_without_archives(site: Site) -> None:
    site.write("conf.py", f"{CONF}papernotes_browse = []\n")
    assert sections(site) == ["Papers", *LISTS]


def test_some_archives(site: Site) -> None:
    site.write("conf.py", f'{CONF}papernotes_browse = ["venues", "tags"]\n')
    assert sections(site) == ["Papers", "Tags", "Venues", *LISTS]


def test_every_page_is_written_again_when_the_sections_change(site: Site) -> None:
    """Each build on top of another leaves what a clean build leaves."""
    site.build()
    site.edit("works.md", "# Works", "# All works")
    renamed = build_again(site)
    assert {"papers/alpha", "tags/index"} <= renamed.written | renamed.made
    for path in (site.folder / "papers").glob("*.md"):
        site.write(f"papers/{path.name}", re.sub("tags: .*\n", "", path.read_text("utf-8")))
    build_again(site)
    site.write("conf.py", f'{CONF}html_theme_options = {{"sidebar_links": [("W", "works")]}}\n')
    build_again(site)


def test_no_page_is_written_again_when_the_sections_stay(site: Site) -> None:
    site.build()
    site.edit("papers/beta.md", "The summary of beta.", "Another summary.")
    assert "papers/delta" not in site.build().written


def test_the_current_section_is_marked(site: Site) -> None:
    build = site.build()
    cases = {
        "index": ("Papers", "page"),
        "papers/alpha": ("Papers", "true"),
        "tags/index": ("Tags", "page"),
        "tags/optimization": ("Tags", "true"),
        "works": ("Works", "page"),
        "search": None,
    }
    for docname, expected in cases.items():
        marked = build.page(docname).cssselect(".site-sections a[aria-current]")
        found = [(text(link), link.get("aria-current")) for link in marked]
        assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("settings", "owners"),
    [
        ({}, []),
        ({"author": "Ada"}, ["Ada"]),
        ({"author": "Ada", "copyright": "2021, Ada"}, ["© 2021, Ada"]),
        ({"copyright": ["2020, Ada", "2021, Bo"]}, ["© 2020, Ada", "© 2021, Bo"]),
        ({"author": "Ada", "copyright": "Ada", "html_show_copyright": False}, []),
    ],
)
def test_footer_names_whom_the_settings_name(
    settings: dict[str, object], owners: list[str]
) -> None:
    config = Config(settings)
    config.add("html_show_copyright", True, "html", bool)
    assert sidebar._owners(config) == owners
