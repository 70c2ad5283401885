"""Fixtures: copies of the roots, edited at will, and this project's own site."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from sites import PROJECT, ROOTS, SOAK, Build, Site
from sphinx.testing.util import SphinxTestApp

# The same examples in each run, and nothing beside the sources; in `make soak` many and new ones,
# which a failure prints in a form that can be run again. Hypothesis has other defaults where CI is
# set, above all that a slow machine is no failure: here they are the same everywhere.
set_hypothesis_home_dir(PROJECT / "_build" / "hypothesis")
settings.register_profile(
    "papernotes",
    settings.get_profile("default"),
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "soak",
    settings.get_profile("papernotes"),
    derandomize=False,
    max_examples=5000,
    print_blob=True,
)
settings.load_profile("soak" if SOAK else "papernotes")

# Variables that say how make or pytest was called. Tests, and the programs that tests start, do not
# see them.
CALLERS = re.compile(
    r"MAKE.*|MFLAGS|GNUMAKEFLAGS"  # make passes its flags and arguments on to every make below it
    r"|PYTHON|UPGRADE|GITHUB_ACTIONS|LATEXMKOPTS|LATEXOPTS"  # read by our Makefile and Sphinx's
    r"|SITE_URL|READTHEDOCS.*"  # the address, for conf.py
    r"|GIT_(COMMON_DIR|DIR|INDEX_FILE|OBJECT_DIRECTORY|PREFIX|WORK_TREE)"  # set for a hook of Git
    r"|LANG|LANGUAGE|LC_.*"  # ssh brings along locales that are not installed
    r"|SOURCE_DATE_EPOCH|DOCUTILSCONFIG|PYTHONDEVMODE|PYTHONWARNINGS"  # what programs do and say
    r"|COLUMNS|FORCE_COLOU?R"  # and how that looks
    r"|PYTEST_(ADDOPTS|PLUGINS)"  # a pytest that a test starts would obey them
)


@pytest.fixture(scope="session", autouse=True)
def _whoever_calls() -> Iterator[None]:
    """Give tests the same environment, however make or pytest was called."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(CALLERS.fullmatch, list(os.environ)):
            patch.delenv(name)
        patch.setenv("LC_ALL", "C.UTF-8")
        # Sphinx writes in colour where CI is set, but not where this is. CI itself stays, because
        # pytest then prints long differences in full.
        patch.setenv("NO_COLOR", "1")
        # Servers of tests are asked directly; a proxy may be needed to reach the package index.
        hosts = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, f"127.0.0.1,{hosts}" if hosts else "127.0.0.1")
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs LaTeX where there is none; who asks for it by `-m latex` sees it fail."""
    setting = [item for item in items if item.get_closest_marker("latex")]
    if not setting or config.option.markexpr == "latex" or _has_latex():
        return
    for item in setting:
        item.add_marker(pytest.mark.skip("needs LuaLaTeX with latexmk, see CONTRIBUTING.md"))


def _has_latex() -> bool:
    """Return whether what `make pdf` looks for is here."""
    if not shutil.which("latexmk") or not shutil.which("kpsewhich"):
        return False
    looked = subprocess.run(["kpsewhich", "luaotfload.sty"], capture_output=True, check=False)
    return looked.returncode == 0


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
