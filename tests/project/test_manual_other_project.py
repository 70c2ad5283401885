"""The manual's page on other projects: what it says is built, word for word, under four themes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import manual
import pytest
from sites import PROJECT, Site, text
from wheels import make_environment, share_libraries

PAGE = "howto/other-project"
THEMES = ["furo", "alabaster", "pydata-sphinx-theme", "sphinx-book-theme"]
MODULES = {"pydata-sphinx-theme": "pydata_sphinx_theme", "sphinx-book-theme": "sphinx_book_theme"}
INDEX = """\
Handbook
========

.. toctree::

   reading
   sorting
"""


def strangers_project(folder: Path, theme: str) -> Site:
    """Write a project that has never heard of papernotes, and return it."""
    site = Site(folder)
    site.write("conf.py", f'project = "Handbook"\nhtml_theme = "{MODULES.get(theme, theme)}"\n')
    site.write("index.rst", INDEX)
    return site


def follow(site: Site) -> None:
    """Write the files of the page; what it shows of conf.py is added to the project's."""
    for name, content in manual.files(PAGE).items():
        before = (site.folder / name).read_text("utf-8") if name == "conf.py" else ""
        site.write(name, before + content)


@pytest.fixture(params=THEMES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """Return a project under one of the themes, after its owner has followed the page."""
    site = strangers_project(tmp_path / "handbook", request.param)
    follow(site)
    return site


def build_options(site: Site) -> dict[str, dict[str, str]]:
    """Return an override without which Sphinx's test application replaces the theme alabaster."""
    theme = "alabaster" if "alabaster" in (site.folder / "conf.py").read_text("utf-8") else ""
    return {"confoverrides": {"html_theme": theme}} if theme else {}


def test_two_lines_of_settings_are_enough(site: Site) -> None:
    build = site.build(**build_options(site))
    assert build.messages == []
    reading = build.page("reading")
    [card] = reading.cssselect(".pn-card")
    assert text(card.cssselect("h2")[0]) == "Quicksort"
    assert [math.get("display") for math in card.cssselect("math")] == [None, None]
    assert card.cssselect("math msup")
    note = build.page("papers/quicksort")
    assert note.cssselect("h1 a")[0].get("href") == "https://doi.org/10.1093/comjnl/5.1.10"
    assert len(note.cssselect(".pn-equation math")) == 2
    assert text(note.cssselect(".bibtex-citation")[0]) == "Williams [Wil64]"
    [line] = build.page("sorting").cssselect(".pn-list > li")
    assert text(line).startswith("Quicksort")
    # None of the syntax stands in a page as text.
    for page in (reading, note):
        for source in page.cssselect("script, style, annotation, .pn-bibtex"):
            source.drop_tree()
        words = text(page)
        assert not {sign for sign in (":::", "$", r"\begin", "{cite", "{papers") if sign in words}


def test_settings_that_the_page_proposes(tmp_path: Path) -> None:
    site = strangers_project(tmp_path / "handbook", "alabaster")
    follow(site)
    before = (site.folder / "conf.py").read_text("utf-8")
    proposed = [
        'bibtex_reference_style = "papernotes"',
        'papernotes_browse = ["tags", "years", "authors", "venues"]',
        'html_math_renderer = "mathjax"',
    ]
    page = (PROJECT / f"docs/{PAGE}.md").read_text("utf-8")
    assert [line for line in proposed if f"`{line}`" not in page] == []
    site.write("conf.py", before + "\n".join(proposed))
    site.write(
        "plain.md",
        "---\norphan: true\n---\n\n# Costs\n\n{cite:t}`hoare1962quicksort`: \\$5 or $6$.\n",
    )
    build = site.build(confoverrides={"html_theme": "alabaster"})
    assert build.messages == []
    assert "Hoare (1962): $5 or" in text(build.page("plain"))
    assert "“Hoare (1962)”" in page
    assert {"tags/index", "years/index", "authors/index", "venues/index"} <= build.made
    assert not build.page("plain").cssselect("math")


def test_extensions_of_the_author_s_stay_on(tmp_path: Path) -> None:
    """Whatever the type of the setting; the three are turned on beside them."""
    for number, given in enumerate(['["deflist"]', '("deflist",)', '{"deflist"}']):
        site = strangers_project(tmp_path / str(number), "alabaster")
        follow(site)
        conf = (site.folder / "conf.py").read_text("utf-8")
        site.write("conf.py", f"{conf}myst_enable_extensions = {given}\n")
        site.write("reading.md", "# Reading\n\nTerm\n: $n$\n\n:::{papers}\n:::\n")
        page = site.build().page("reading")
        assert page.cssselect("dl dd math")
        assert page.cssselect(".pn-card")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("5", "it is not a list of names"),
        ("'deflist'", "it is not a list of names"),
        ("[5]", "MyST does not know 5"),
    ],
)
def test_a_setting_that_is_no_list_is_reported_and_ignored(
    tmp_path: Path, given: str, fault: str
) -> None:
    site = strangers_project(tmp_path / "handbook", "alabaster")
    follow(site)
    conf = (site.folder / "conf.py").read_text("utf-8")
    site.write("conf.py", f"{conf}myst_enable_extensions = {given}\n")
    build = site.build()
    (message,) = build.messages
    assert message == (
        f"conf.py:1: WARNING: myst_enable_extensions = {given} is invalid: {fault}; correct it,"
        " until then it is [] [papernotes.bad-option]"
    )
    assert build.page("reading").cssselect(".pn-card math")


def test_citations_have_the_labels_that_the_page_quotes(tmp_path: Path) -> None:
    site = strangers_project(tmp_path / "handbook", "alabaster")
    follow(site)
    site.write("plain.md", "---\norphan: true\n---\n\n# Plain\n\n{cite:t}`hoare1962quicksort`\n")
    label = text(site.build().page("plain").cssselect(".bibtex-citation")[0])
    assert f"“{label}”" in (PROJECT / f"docs/{PAGE}.md").read_text("utf-8")


@pytest.mark.wheel
def test_the_commands_of_the_page_install_and_build(tmp_path: Path) -> None:
    # What is installed without them is shown by test_other_projects.py.
    share_libraries(make_environment(tmp_path / "venv"))
    site = strangers_project(tmp_path / "handbook", "alabaster")
    follow(site)
    path = f"{tmp_path / 'venv/bin'}{os.pathsep}{os.environ['PATH']}"
    install, build = manual.commands(PAGE)
    for command in (install.replace("/path/to/the/checkout", str(PROJECT)), build):
        subprocess.run(
            command.split(),
            cwd=site.folder,
            # Compiling all modules takes longer than anything else.
            env={"PATH": path, "LC_ALL": "C.UTF-8", "PIP_NO_COMPILE": "1"},
            capture_output=True,
            check=True,
        )
    assert (site.folder / "_build/html/reading.html").is_file()
