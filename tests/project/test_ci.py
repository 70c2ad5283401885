"""CI runs what newcomers are told to run, with what they are told to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from sites import PROJECT, Build

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
    for name in ("Makefile", "CONTRIBUTING.md", ".github/workflows/tests.yml"):
        text = " ".join(re.sub(r"['\\]", " ", (PROJECT / name).read_text(encoding="utf-8")).split())
        found += re.findall(r"apt-get install (?:-\S+ )*(latexmk(?: [a-z][a-z-]+)*)", text)
    assert len(found) == 3
    assert len(set(found)) == 1, found


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    path = PROJECT / ".github/workflows" / name
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


def commands(job: dict[str, Any]) -> list[str]:
    """Return the commands of a job."""
    return [step["run"].strip() for step in job["steps"] if "run" in step]


def test_ci_skips_no_test_for_want_of_latex() -> None:
    """One job runs the tests with the marker by `-m latex`, under which none is skipped."""
    assert jobs("tests.yml")["latex"]["steps"][-1] == {"run": 'make test ARGS="-m latex"'}


def test_ci_runs_the_tests_with_the_lowest_versions() -> None:
    """On the oldest Python, which the oldest releases run on."""
    job = jobs("tests.yml")["lowest"]
    assert job["steps"][-1] == {"run": "make lowest"}
    (lowest,) = (step["with"]["python-version"] for step in job["steps"] if "python" in str(step))
    assert f">={lowest}" in (PROJECT / "pyproject.toml").read_text("utf-8")


def test_engine_is_tested_with_several_pythons() -> None:
    job = jobs("tests.yml")["test"]
    assert commands(job) == [".ci/run"]
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = re.findall(r"Python :: (3\.\d+)", "".join(settings["project"]["classifiers"]))
    pythons = job["strategy"]["matrix"]["python"]
    assert {listed[0], listed[-1]} < set(pythons) <= set(listed)


# -- The site is checked, built and published without the tests of the engine ---


def test_site_is_built_and_checked_before_it_is_published() -> None:
    build = jobs("site.yml")["build"]
    html, check, install, _ = commands(build)
    # As README.md has it.
    assert [html] == [each for each in newcomers_commands() if "html" in each]
    assert check == ".venv/bin/python -m papernotes check --format github"
    (checking,) = [step for step in build["steps"] if step.get("run", "").strip() == check]
    assert checking["env"] == {"PYTHONPATH": "_ext"}
    assert install == f"python -m pip install LinkChecker=={version('LinkChecker')}"
    # The last step keeps what has passed all of them, and only on main.
    (kept,) = [step for step in build["steps"] if "upload-pages-artifact" in step.get("uses", "")]
    assert kept is build["steps"][-1]
    assert kept["with"] == {"path": "_build/html"}
    publish = jobs("site.yml")["publish"]
    assert kept["if"] == publish["if"] == ON_MAIN


ON_MAIN = "github.event_name == 'push' && github.ref == 'refs/heads/main'"


def test_publishing_does_not_wait_for_the_tests_of_the_engine() -> None:
    site = jobs("site.yml")
    assert set(site) == {"build", "publish"}
    assert site["publish"]["needs"] == "build"
    assert "needs" not in site["build"]
    run = "\n".join(commands(site["build"]))
    assert not re.search(r"\.ci/run|pytest|make (test|check|soak)", run)
    # Nor is it started by another workflow, or by a call of one.
    text = (PROJECT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)[True]) == {"push", "pull_request"}  # YAML 1.1 reads `on` so
    assert ".github/workflows/" not in text


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """Yield a new folder that all can read, since LinkChecker gives up the rights of root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.parametrize(
    "broken", [{}, {"bibliography": "gone.html", "reading-list": "bibliography.html#work-gone"}]
)
def test_site_with_a_broken_link_inside_is_not_published(
    notebook: Build, readable_folder: Path, broken: dict[str, str]
) -> None:
    """The command of the workflow accepts the notebook, and no page or section that is missing."""
    html = readable_folder / "_build/html"
    html.mkdir(parents=True)
    shutil.copytree(notebook.outdir, html, dirs_exist_ok=True, copy_function=shutil.copyfile)
    index = notebook.read("index.html")
    for name, there in broken.items():
        assert f'href="{name}.html"' in index
        index = index.replace(f'href="{name}.html"', f'href="{there}"', 1)
    (html / "index.html").write_text(index, encoding="utf-8")
    *_, links = commands(jobs("site.yml")["build"])
    program = readable_folder / "linkchecker"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m linkcheck "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    checked = subprocess.run(
        ["sh", "-e", "-c", links],
        cwd=readable_folder,
        env=os.environ | {"PATH": f"{readable_folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == bool(broken), checked.stdout
    assert [there for there in broken.values() if f"`{there}'" not in checked.stdout] == []
