"""CI runs what newcomers are told to run, with what they are told to install."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from sites import PROJECT

# Stands in for make: notes how it is called, and fails where it is told to.
MAKE = """\
#!/bin/sh
echo "${MAKEFLAGS:+MAKEFLAGS=$MAKEFLAGS }make $*" >>"$CALLS"
test "make $*" != "$FAILS"
"""


def ci(folder: Path, fails: str = "") -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run `.ci/run`, and return what became of it and the commands that it has called."""
    make = folder / "bin/make"
    make.parent.mkdir()
    make.write_text(MAKE, encoding="utf-8")
    make.chmod(0o755)
    variables = {
        "PATH": f"{make.parent}:{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "FAILS": fails,
        "PYTHON": "true",  # a Python that lacks nothing, so that nothing is installed
    }
    run = subprocess.run(
        [PROJECT / ".ci/run"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return run, (folder / "calls").read_text(encoding="utf-8").splitlines()


def newcomers_commands() -> list[str]:
    """Return the commands in the README's blocks of code that build the site and run the tests."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    lines = "".join(re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)).splitlines()
    commands = [line.partition(" #")[0].strip() for line in lines]
    return [each for each in commands if re.search(r"\bmake\b.*\b(html|test)\b", each)]


def test_ci_runs_the_readme_s_commands_word_for_word(tmp_path: Path) -> None:
    run, calls = ci(tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert calls == ["make check", *newcomers_commands()]
    assert len(calls) == 3
    durations = re.findall(r"^(make .*): \d+ s$", run.stdout, re.MULTILINE)
    assert durations == calls


@pytest.mark.parametrize("fails", ["make check", "make html", "make test"])
def test_ci_stops_where_something_fails(tmp_path: Path, fails: str) -> None:
    run, calls = ci(tmp_path, fails)
    assert run.returncode == 1
    assert calls[-1] == fails


def test_what_latex_needs_is_the_same_everywhere() -> None:
    """In the message of `make pdf`, in CONTRIBUTING.md, and in the job that runs these tests."""
    found = []
    for name in ("Makefile", "CONTRIBUTING.md", ".github/workflows/site.yml"):
        text = " ".join(re.sub(r"['\\]", " ", (PROJECT / name).read_text(encoding="utf-8")).split())
        found += re.findall(r"apt-get install (?:-\S+ )*(latexmk(?: [a-z][a-z-]+)*)", text)
    assert len(found) == 3
    assert len(set(found)) == 1, found


def test_ci_skips_no_test_for_want_of_latex() -> None:
    """One job runs the tests with the marker by `-m latex`, under which none is skipped."""
    workflow = yaml.safe_load((PROJECT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["latex"]["steps"][-1] == {"run": 'make test ARGS="-m latex"'}
