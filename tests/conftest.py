"""Fixtures: copies of the roots, edited at will, and this project's own site."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir
from sites import PROJECT, ROOTS, SOAK, Build, Site
from sphinx.testing.util import SphinxTestApp

# The same examples in each run, and nothing beside the sources; in `make soak` many and new ones,
# which a failure prints in a form that can be run again.
set_hypothesis_home_dir(PROJECT / "_build" / "hypothesis")
settings.register_profile("papernotes", derandomize=True, database=None, deadline=None)
settings.register_profile("soak", max_examples=5000, database=None, deadline=None, print_blob=True)
settings.load_profile("soak" if SOAK else "papernotes")


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[[str], Site]:
    """Return a function that copies a root to a folder of its own."""

    def make(root: str = "tiny") -> Site:
        folder = tmp_path / f"{root}-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(ROOTS / root, folder)
        return Site(folder)

    return make


@pytest.fixture
def tiny(make_site: Callable[[str], Site]) -> Site:
    """Return a copy of the tiny site."""
    return make_site("tiny")


@pytest.fixture(scope="session")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build this project's site, once, every warning an error as ``make html`` has it."""
    folder = tmp_path_factory.mktemp("own")
    app = SphinxTestApp("html", srcdir=PROJECT, builddir=folder, warningiserror=True)
    try:
        app.build()
        messages = app.warning.getvalue().splitlines()
        found = set(app.env.found_docs)
        status = app.statuscode
    finally:
        app.cleanup()
    assert (messages, status) == ([], 0)
    return Build(messages, folder / "html", found)
