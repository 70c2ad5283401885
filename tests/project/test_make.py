"""`make paper`, the command line behind a target of the Makefile; and tests called by make."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from commands import environment
from sites import PROJECT, Site

from papernotes import __version__


@pytest.fixture
def site(tiny: Site) -> Site:
    shutil.copy(PROJECT / "Makefile", tiny.folder)
    (tiny.folder / "_ext").symlink_to(PROJECT / "_ext")
    return tiny


def make(site: Site, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-o", ".venv/site-is-installed", f"PY={sys.executable}", *arguments],
        cwd=site.folder,
        env=os.environ | environment(site),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


# Each would create the file "ran" if make or a shell read it.
HOSTILE = [
    "$(shell >ran)${shell >ran}$(file >ran,x)\\$(shell >ran)",
    "`>ran`$$(>ran)$(eval x:=$(shell >ran))",
    "';>ran;'",
    '";>ran;"',
    "x\n>ran",
]


def test_make_paper_takes_a_file_and_standard_input(site: Site) -> None:
    site.write("one.bib", "@misc{x, title={On alpha}, author={Ann Onym}, year=2001}")
    other = "@misc{x, title={On beta}, author={Bea Onym}, year=2002}"
    result = make(site, "paper", "ID=one.bib -", "ARGS=--to-read", text=other)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("refs.bib:")
    refs = (site.folder / "refs.bib").read_text(encoding="utf-8")
    assert "{onym2001alpha," in refs
    assert "{onym2002beta," in refs


@pytest.mark.parametrize("text", HOSTILE)
def test_make_paper_runs_nothing_of_its_arguments(site: Site, text: str) -> None:
    result = make(site, "paper", f"ID={text}", f"ARGS=--key {text}")
    assert result.returncode == 2
    assert result.stderr.startswith("papernotes: "), result.stderr
    assert not (site.folder / "ran").exists()


def test_no_target_runs_what_its_arguments_say(site: Site) -> None:
    makefile = (site.folder / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE)
    assert {"pdf", "html", "check"} < set(targets)
    for target in targets:
        # Recipes are printed, and what make itself expands is run all the same.
        make(site, "--dry-run", target, f"ID={HOSTILE[0]}", f"ARGS={HOSTILE[1]}")
        assert not (site.folder / "ran").exists(), target


def test_options_of_make_are_split_as_a_shell_does(site: Site) -> None:
    site.write("one.bib", "@misc{x, title={On alpha}, author={Ann Onym}, year=2001}")
    result = make(site, "paper", "ID=one.bib", "ARGS=--to-read --key 'my key'")
    assert '"my key"' in result.stderr, result.stderr


def test_make_paper_without_a_paper_names_what_is_missing(site: Site) -> None:
    result = make(site, "paper")
    assert result.returncode == 2
    assert "make paper: name the paper, such as make paper ID=1706.05394" in result.stderr


def passes(command: list[str], **variables: str) -> None:
    """Run a command that runs some tests, all of which must pass."""
    result = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def pytest_command(tmp_path: Path, *arguments: str) -> list[str]:
    """Return the command of a pytest that writes nothing where this one does."""
    folders = [f"--basetemp={tmp_path / 'pytest'}", "-o", f"cache_dir={tmp_path / 'cache'}"]
    return [sys.executable, "-m", "pytest", "-n0", *folders, *arguments]


def test_tests_pass_however_make_is_called(tmp_path: Path) -> None:
    """Make passes its flags and arguments on, and the makes that tests start would take them."""
    tests = pytest_command(tmp_path, __file__, "-k", "make_paper")
    (tmp_path / "Makefile").write_text(f"test:\n\t@{shlex.join(tests)}\n", encoding="utf-8")
    flags = ["-w", "-e", "-j2", "-C", ".", "ID=x", "PYTHON=nowhere/python", "ARGS=--nonsense"]
    passes(["make", *flags, "-f", str(tmp_path / "Makefile")], MAKEFILES="/no/such")


# Variables, and a test of each that would fail if the tests obeyed it.
OBEYED: list[tuple[dict[str, str], str]] = [
    (
        {"GIT_DIR": "no.git"},
        "publish/test_sitemap_redirects.py::test_days_of_last_change_come_from_git",
    ),
    (
        {"LC_ALL": "xx_XX.UTF-8", "PYTHONWARNINGS": "always"},
        "cli/test_building.py::test_build_says_where_the_site_is",
    ),
    (
        {"http_proxy": "http://127.0.0.1:9", "no_proxy": "example.org"},
        "cli/test_links.py::test_each_address_in_notes_and_entries_is_requested_once",
    ),
]


def test_tests_pass_whatever_is_set(tmp_path: Path) -> None:
    variables = {name: value for pairs, _ in OBEYED for name, value in pairs.items()}
    passes(pytest_command(tmp_path, *(f"tests/{test}" for _, test in OBEYED)), **variables)


def test_papernotes_is_on_the_path_of_the_environment(tmp_path: Path) -> None:
    """Nothing is fetched for it, and it works after the checkout has been moved."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(PROJECT / "Makefile", folder)
    (folder / "_ext").symlink_to(PROJECT / "_ext")
    offline = {"PIP_NO_INDEX": "1", "http_proxy": "http://127.0.0.1:9"}
    # Python as it is, except that its environments have no pip, which takes long to install.
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\ntest "$2" != venv || set -- "$@" --without-pip\n'
        f'exec {shlex.quote(sys.executable)} "$@"\n'
    )
    python.chmod(0o755)
    make = ["make", f"PYTHON={python}", ".venv/bin/papernotes"]
    subprocess.run(make, cwd=folder, env=os.environ | offline, check=True, capture_output=True)
    folder = folder.rename(tmp_path / "elsewhere")
    # The libraries of this environment, in place of an installation.
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib")}
    path = {"PATH": f"{folder / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["papernotes", "--version"],
        cwd=tmp_path,
        env=os.environ | libraries | path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == (f"papernotes {__version__}\n", "")


def test_each_target_that_builds_the_site_makes_the_program(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(PROJECT / name, tmp_path)
    for target in ("html", "paper", "linkcheck"):
        plan = subprocess.run(
            ["make", "-n", "-o", ".venv/made-with", target, "ID=x"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        program, _, rest = plan.stdout.partition("chmod +x .venv/bin/papernotes")
        assert "papernotes.pth" in program
        assert "install -qq -r requirements.txt" in rest
