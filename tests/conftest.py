"""Fixtures for all tests: copies of the roots, which tests may edit, and the built notebook."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from typing import Any

import pybtex.plugin
import pytest
from filelock import FileLock
from history import Repository
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers as hypothesis_providers
from hypothesis.internal.constants_ast import Constants
from sites import NOTEBOOK, PROJECT, ROOTS, SOAK, TESTS, Build, Site, build_strictly
from sphinxcontrib.bibtex import plugin as bibtex_plugin

from papernotes.publish import social_cards

# See the fixture of this name.
Once = Callable[[str, Callable[[Path], Any]], Any]

# Each run has the same examples, and Hypothesis writes nothing beside the sources. `make soak` uses
# many new examples, and prints a failing one so that it can be run again. If CI is set, Hypothesis
# changes its defaults, above all so that a slow machine is no failure; these profiles do not depend
# on CI.
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

# Variables that depend on how make or pytest was called. They are removed for the tests and for the
# programs that tests start.
CALLERS = re.compile(
    r"MAKE.*|MFLAGS|GNUMAKEFLAGS"  # make passes its flags and arguments on to every make below it
    r"|PYTHON|UPGRADE|GITHUB_ACTIONS|LATEXMKOPTS|LATEXOPTS"  # read by this and Sphinx's Makefile
    r"|SITE_URL|READTHEDOCS.*"  # the site's address, read by conf.py
    r"|GIT_(COMMON_DIR|DIR|INDEX_FILE|OBJECT_DIRECTORY|PREFIX|WORK_TREE)"  # set for a hook of Git
    r"|LANG|LANGUAGE|LC_.*"  # ssh brings along locales that are not installed
    r"|SOURCE_DATE_EPOCH|DOCUTILSCONFIG|PYTHONDEVMODE|PYTHONWARNINGS"  # what programs do and say
    r"|PYTHONDONTWRITEBYTECODE"  # programs would compile the package each time
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
        # Servers of tests, and names that no server has, are asked for directly; a proxy may be
        # needed to reach the package index.
        hosts = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, f"127.0.0.1,.invalid,{hosts}".rstrip(","))
        yield


@pytest.fixture(scope="session", autouse=True)
def _known_plugins() -> Iterator[None]:
    """Keep what plugins there are, of pybtex, of sphinxcontrib-bibtex and of Sphinx.

    They would read the metadata of all installed packages for each plugin, eleven times a build.
    """
    styles = [f"pybtex.style.{part}" for part in ("formatting", "labels", "names", "sorting")]
    for group in ("pybtex.backends", *styles):
        for plugin in entry_points(group=group):
            pybtex.plugin.register_plugin(group, plugin.name, plugin.load(), force=True)
    group = "sphinxcontrib.bibtex.style.referencing"
    for plugin in entry_points(group=group):
        bibtex_plugin.register_plugin(group, plugin.name, plugin.load(), force=True)

    @functools.cache
    def found(group: str, path: tuple[str, ...]) -> EntryPoints:
        return entry_points(group=group)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("sphinx.registry", "sphinx.theming"):
            patch.setattr(f"{module}.entry_points", lambda group: found(group, tuple(sys.path)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _same_examples() -> Iterator[None]:
    """Keep Hypothesis from drawing constants of the modules that happen to be imported.

    Which those are depends on what other tests ran before in the process. `make soak` draws them.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not SOAK:
            patch.setattr(hypothesis_providers, "_get_local_constants", Constants)
        yield


@pytest.fixture(scope="session", autouse=True)
def _drawn_cards() -> Iterator[None]:
    """Draw each social card once; drawing those of a small site takes a seventh of its build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(social_cards, "_draw", functools.cache(social_cards._draw))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_progress() -> Iterator[None]:
    """Keep Sphinx from making a record of each event, and of each page, which no test reads."""
    logging.disable(logging.DEBUG)
    progress = logging.getLogger("sphinx.sphinx.util.display")
    progress.setLevel(logging.WARNING)
    yield
    progress.setLevel(logging.NOTSET)
    logging.disable(logging.NOTSET)


def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than there are cores: a third of the time, tests wait for a browser.

    pytest-xdist would use fewer, since it counts only the cores that share nothing.
    """
    return (os.cpu_count() or 1) + 1


# The files that take longest, in this order. They begin first: if one began last, the other
# processes would have nothing to do until its end.
LONGEST = [
    TESTS / name
    for name in (
        "browser/test_new_sites.py",
        "reading/test_messages.py",
        "pages/test_archive_pages.py",
        "browser/test_other_themes.py",
        "project/test_other_projects.py",
        "incremental/test_incremental_equals_clean.py",
        "browser/test_axe.py",
        "browser/test_independence.py",
        "project/test_ownership.py",
        "incremental/test_reproducible.py",
        "rendering/test_builders.py",
        "browser/test_hostile.py",
    )
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests; skip those that need LaTeX if it is missing, but not with `-m latex`."""
    items.sort(key=lambda item: LONGEST.index(item.path) if item.path in LONGEST else len(LONGEST))
    typesetting = [item for item in items if item.get_closest_marker("latex")]
    if not typesetting or config.option.markexpr == "latex" or _has_latex():
        return
    for item in typesetting:
        item.add_marker(pytest.mark.skip("needs LuaLaTeX with latexmk, see CONTRIBUTING.md"))


def _has_latex() -> bool:
    """Return whether the programs that `make pdf` needs are installed."""
    if not shutil.which("latexmk") or not shutil.which("kpsewhich"):
        return False
    found = subprocess.run(["kpsewhich", "luaotfload.sty"], capture_output=True, check=False)
    return found.returncode == 0


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[[str], Site]:
    """Return a function that copies a root to a new folder."""

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
def once(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Once:
    """Return a function that makes something in a folder, once for all processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(pytestconfig, "workerinput"):
        folder = folder.parent

    def make(name: str, build: Callable[[Path], Any]) -> Any:
        made = folder / f"{name}.pickle"
        with FileLock(folder / f"{name}.lock"):
            if not made.exists():
                (folder / name).mkdir()
                made.write_bytes(pickle.dumps(build(folder / name)))
        return pickle.loads(made.read_bytes())  # noqa: S301

    return make


@pytest.fixture(scope="session")
def notebook(once: Once) -> Build:
    """Build the root ``notebook`` once, strictly, in a repository with one commit."""

    def build(folder: Path) -> Build:
        site = Site(folder / "site")
        shutil.copytree(NOTEBOOK, site.folder)
        Repository(site).commit("2021-04-02")
        return build_strictly(site.folder, folder / "built")

    return once("notebook", build)
