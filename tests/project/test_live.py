"""`make live`: what is saved is built and reloaded, and an error ends nothing."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator

import pytest
from sites import PROJECT, Site

sys.path.insert(0, str(PROJECT))
from bench.live import Live

CONF = f"""\
import sys
sys.path.insert(0, {str(PROJECT / "_ext")!r})
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
papernotes_search = "pagefind"
html_theme = "basic"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates"]
"""
ENTRY = "@article{a2020,\n  author = {A. Author},\n  title = {%s},\n  year = {2020},\n}\n"
NOTE = "---\npaper: a2020\ntags: [one]\n---\n\n# A note\n\n%s, {cite:t}`a2020`.\n"
LAYOUT = '{%% extends "!layout.html" %%}\n{%% block footer %%}<p>%s</p>{%% endblock %%}\n'


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    site = Site(tmp_path_factory.mktemp("live"))
    shutil.copy(PROJECT / "Makefile", site.folder)
    site.write("conf.py", CONF)
    site.write("index.md", "# Notes\n\n```{papers}\n```\n")
    site.write("papers/a.md", NOTE % "Words")
    site.write("refs.bib", ENTRY % "A title")
    site.write("_templates/layout.html", LAYOUT % "A footer")
    site.write("_static/site.css", "p { color: black }\n")
    with Live(site.folder) as live:
        yield live


def save(live: Live, name: str, content: str) -> str:
    """Save a file, and return what is said until the page is loaded again."""
    Site(live.folder).write(name, content)
    return live.reloaded()


def test_a_style_that_is_saved_is_served(live: Live) -> None:
    save(live, "_static/site.css", "p { color: teal }\n")
    assert live.get("_static/site.css") == "p { color: teal }\n"
    assert "websocket-reload" in live.get("papers/a.html")
    # Which would be made after each save, of all notes.
    assert not (live.folder / "_build/live/pagefind").exists()


@pytest.mark.parametrize(
    ("name", "broken", "said", "mended", "shown"),
    [
        (
            "papers/a.md",
            "---\npaper: [a2020\n---\n\n# A note\n\nMore words.\n",
            r"papers/a\.md:[23]: WARNING: .*\[papernotes\.front-matter\]",
            NOTE % "Other words",
            "Other words",
        ),
        (
            "refs.bib",
            (ENTRY % "A title").replace("2020},\n}", "2020"),
            r"refs\.bib:1: WARNING: .*\[papernotes\.bib-syntax\]",
            ENTRY % "Another title",
            "Another title",
        ),
        (
            "_templates/layout.html",
            LAYOUT % "{{ nothing",
            r"_templates/layout\.html:2: .*; correct the template",
            LAYOUT % "Another footer",
            "Another footer",
        ),
        (
            "conf.py",
            f"{CONF}html_title = (\n",
            r"conf\.py, line 12",
            f'{CONF}html_title = "Another name"\n',
            "Another name",
        ),
    ],
    ids=["note", "bibliography", "template", "conf.py"],
)
def test_an_error_is_told_and_what_is_mended_is_served(
    live: Live, name: str, broken: str, said: str, mended: str, shown: str
) -> None:
    assert shown not in live.get("papers/a.html")
    told = save(live, name, broken)
    assert re.search(said, told), told
    assert "</html>" in live.get("papers/a.html")
    save(live, name, mended)
    assert shown in live.get("papers/a.html")
