"""Whoever makes the site hers, and changes everything of it, still has tests that pass.

She renames the project, deletes the notes, the bibliography and the tests of this site, and chooses
another language, theme and options. The tests of the engine build sites of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import PROJECT, TESTS, Site

CONF = """\
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
project = "Zettelkasten"
author = copyright = "somebody else"
language = "de"
extensions = ["papernotes"]
exclude_patterns = ["_*", ".*", "bench", "docs", "tests", "node_modules", "[A-Z]*.md"]
bibtex_bibfiles = ["literatur.bib"]
bibtex_reference_style = "papernotes"
papernotes_folder = "notizen"
papernotes_page_size = 3
papernotes_browse = ["tags"]
papernotes_search = "sphinx"
papernotes_feed = False
html_theme = "furo"
html_title = "Zettel"
"""
ENTRY = """\
@article{hilbert1900mathematische,
  title = {Mathematische Probleme},
  author = {David Hilbert},
  journal = {Nachrichten von der Gesellschaft der Wissenschaften zu Göttingen},
  pages = {253--297},
  year = {1900},
}
"""
NOTE = "---\npaper: hilbert1900mathematische\ntags: [Zahlen]\n---\n\n# Probleme\n\nEs sind 23.\n"
# What is of the site: all else at the top level is of the engine.
OF_THE_SITE = [
    *("_static", "papers", "tests/site", "bibliography.md", "conf.py", "index.md"),
    *("reading-list.md", "refs.bib"),
]
# Tests that build or read a whole site, or read files of the repository. They take few seconds.
INDEPENDENT = [
    "tests/core/test_frontmatter_schema.py",
    "tests/project/test_layout.py",
    "tests/project/test_third_party.py",
    "tests/publish/test_sitemap_redirects.py::test_footer_of_a_note_shows_when_it_was_changed",
    "tests/rendering/test_i18n.py::test_every_text_has_a_french_translation",
    "tests/theme/test_bundling.py::test_dirhtml_pages_link_the_bundle",
]


@pytest.fixture(scope="module")
def hers(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Copy the repository, and put another site into the place of this one."""
    folder = tmp_path_factory.mktemp("hers") / "repository"
    # What Python has compiled stays: the copies are as old as the files.
    leftovers = shutil.ignore_patterns("_build", ".git", ".venv", "node_modules")
    shutil.copytree(PROJECT, folder, ignore=leftovers)
    for name in OF_THE_SITE:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    site = Site(folder)
    site.write("conf.py", CONF)
    site.write("index.md", "# Zettel\n\n```{papers}\n```\n")
    site.write("notizen/hilbert.md", NOTE)
    site.write("literatur.bib", ENTRY)
    return site


def run(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in her repository."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=site.folder,
        env=os.environ | {"PYTHONPATH": str(site.folder / "_ext")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_her_site_is_built_and_checked(hers: Site) -> None:
    built = run(hers, "sphinx", "-q", "-W", ".", "_build/html")
    assert (built.returncode, built.stderr) == (0, "")
    checked = run(hers, "papernotes", "check")
    assert (checked.returncode, checked.stdout) == (0, "")


def test_her_repository_has_no_test_that_cannot_be_collected(hers: Site) -> None:
    """A list of cases, or a fixture's file, may depend on what is read when tests are collected."""
    # What assertions show takes as long to prepare as all else, and none is run.
    collected = run(hers, "pytest", "-q", "-n0", "--collect-only", "--assert=plain")
    assert collected.returncode == 0, collected.stdout
    empty = re.findall(r".*NOTSET.*", collected.stdout)
    assert empty == [], "lists of cases that are empty without this site"


def test_tests_of_the_engine_pass_on_her_repository(hers: Site) -> None:
    passed = run(hers, "pytest", "-q", "-n0", *INDEPENDENT)
    assert passed.returncode == 0, passed.stdout
    assert re.search(r"\d{2,} passed", passed.stdout)


OF_THIS_SITE = re.compile(
    r"""(?:PROJECT|ROOT|parents\[\d\]) / f?["']"""
    r"""(?:_static|bibliography\.md|conf\.py|index\.md|papers|reading-list\.md|refs\.bib)\b"""
    r"""|(?:srcdir=|Site\(|find_site\()PROJECT\b"""
)


@pytest.mark.parametrize(
    "path",
    sorted({*TESTS.rglob("*.py"), *(PROJECT / "bench").glob("*.py")} - {Path(__file__)}),
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_tests_of_the_engine_read_no_file_of_this_site(path: Path) -> None:
    if path.parent != TESTS / "site":
        assert OF_THIS_SITE.findall(path.read_text(encoding="utf-8")) == []
