"""`make paper`: the command line behind a target of the Makefile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from commands import environment
from sites import PROJECT, Site


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


def test_a_paper_from_a_file_and_from_standard_input(site: Site) -> None:
    site.write("one.bib", "@misc{x, title={On alpha}, author={Ann Onym}, year=2001}")
    other = "@misc{x, title={On beta}, author={Bea Onym}, year=2002}"
    result = make(site, "paper", "ID=one.bib -", "ARGS=--to-read", text=other)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("refs.bib:")
    refs = (site.folder / "refs.bib").read_text(encoding="utf-8")
    assert "{onym2001alpha," in refs
    assert "{onym2002beta," in refs


def test_what_a_shell_would_run_is_no_command(site: Site) -> None:
    result = make(site, "paper", "ID=`id`;x")
    assert result.returncode == 2
    assert "is no arXiv identifier" in result.stderr, result.stderr


def test_it_says_what_it_wants_to_know(site: Site) -> None:
    result = make(site, "paper")
    assert result.returncode == 2
    assert "make paper: name the paper, such as make paper ID=1706.05394" in result.stderr
