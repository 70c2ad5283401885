"""What the manual says about publishing is true of the files that ``papernotes new`` writes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import run
from sites import PROJECT, Site

PAGE = (PROJECT / "docs/howto/publish.md").read_text(encoding="utf-8")
# The page as one line.
WORDS = " ".join(PAGE.split())
ENV = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture
def new(tmp_path: Path) -> Site:
    """Return a new site whose owner has not decided on an address."""
    site = Site(tmp_path)
    options = ["--title", "Notes", "--author", "A. Reader", "--language", "en"]
    result = run(site, "new", str(tmp_path / "site"), *options)
    assert result.exit_code == 0, result.output
    return Site(tmp_path / "site")


def read(site: Site, name: str) -> str:
    return (site.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def workflow(new: Site) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(read(new, ".github/workflows/site.yml"))
    return loaded


def blocks(language: str = "") -> list[str]:
    """Return the blocks of code in *language*, without the indentation of lists."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def test_files_that_the_page_names_are_in_a_new_site(new: Site) -> None:
    for name in (".github/workflows/site.yml", ".readthedocs.yaml", "requirements.txt", "conf.py"):
        assert f"`{name}`" in PAGE
        assert (new.folder / name).is_file()
    assert "/_build/" in read(new, ".gitignore").splitlines()


def test_requirement_has_the_form_that_the_page_shows(new: Site) -> None:
    requirement = read(new, "requirements.txt").splitlines()[-1]
    shown = blocks()[0].splitlines()
    assert len(shown) == 2
    for line in shown:
        assert line.partition("]")[0] == requirement.partition("]")[0]


def test_table_has_the_steps_of_the_workflow_in_their_order(workflow: dict[Any, Any]) -> None:
    steps = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]
    rows = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)
    assert rows[:-1] == steps[:-1]
    assert re.search(rf"^ *{rows[-1]} ", steps[-1], re.MULTILINE)


def test_only_pushes_to_main_are_published(workflow: dict[Any, Any]) -> None:
    assert workflow["name"] == "site"
    assert "The workflow “site” runs" in WORDS
    assert set(workflow[True]) == {"push", "pull_request"}  # YAML 1.1 reads `on` as a truth value
    assert set(workflow["jobs"]) == {"build", "publish"}
    assert workflow["jobs"]["publish"]["needs"] == "build"
    for job in re.findall(r"job `(\w+)`", WORDS):
        assert job in workflow["jobs"]
    assert "refs/heads/main" in workflow["jobs"]["publish"]["if"]
    assert "git init --initial-branch=main" in PAGE


def addresses(workflow: dict[Any, Any]) -> Iterator[str]:
    """Yield the addresses in the workflow, with the words of the page in place of its variables."""
    expression = workflow["jobs"]["build"]["env"]["SITE_URL"]
    for found in re.findall(r"'(https://[^']*)'", expression):
        yield found.replace("{0}", "OWNER").replace("{1}", "REPOSITORY")


def test_addresses_of_pages_are_those_of_the_workflow(workflow: dict[Any, Any]) -> None:
    expression = workflow["jobs"]["build"]["env"]["SITE_URL"]
    assert expression.startswith("${{ vars.SITE_URL")
    assert "create the repository variable `SITE_URL`" in WORDS
    found = list(addresses(workflow))
    assert len(found) == 2
    for address in found:
        assert f"`{address}`" in WORDS


def test_given_address_is_in_conf_py_and_not_in_the_workflow(tmp_path: Path) -> None:
    site = Site(tmp_path)
    address = "https://notes.example.org/"
    options = ["--title", "Notes", "--author", "A. Reader", "--language", "en", "--url", address]
    assert run(site, "new", str(tmp_path / "site"), *options).exit_code == 0
    new = Site(tmp_path / "site")
    conf = read(new, "conf.py")
    variables = re.findall(r'os\.environ\.get\("(\w+)"\)', conf)
    assert variables == ["SITE_URL", "READTHEDOCS_CANONICAL_URL"]
    for variable in variables:
        assert f"`{variable}`" in PAGE
    assert re.search(rf'or "{re.escape(address)}"\n\)', conf)
    assert "github.io" not in read(new, ".github/workflows/site.yml")


def test_read_the_docs_fails_on_warnings(new: Site) -> None:
    settings = yaml.safe_load(read(new, ".readthedocs.yaml"))
    assert settings["sphinx"] == {"configuration": "conf.py", "fail_on_warning": True}
    assert settings["python"]["install"] == [{"requirements": "requirements.txt"}]


def test_additions_for_days_of_last_change_fit_the_files(new: Site) -> None:
    """Written where the page says, they make what this repository's own files have."""
    depth, jobs = blocks("yaml")
    name = ".github/workflows/site.yml"
    line = "          persist-credentials: false\n"
    assert f"below `{line.strip()}`" in WORDS
    new.edit(name, line, line + depth)
    added = yaml.safe_load(read(new, name))
    ours = yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))
    assert added["jobs"]["build"]["steps"][0] == ours["jobs"]["build"]["steps"][0]
    name = ".readthedocs.yaml"
    (line,) = re.findall(r'^ *python: ".*\n', read(new, name), re.MULTILINE)
    assert f"below `{line.strip()}` under `build`" in WORDS
    new.edit(name, line, line + jobs)
    ours = yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))
    assert yaml.safe_load(read(new, name))["build"] == ours["build"]


def test_site_is_committed_as_the_page_says(new: Site) -> None:
    """What is built is not committed, and all else is."""
    commands = next(block for block in blocks() if "git init" in block)
    _check, build, *git = commands.splitlines()
    assert build == "papernotes build"
    (new.folder / "_build/html").mkdir(parents=True)
    new.write("_build/html/index.html", "")
    roles = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    identity = {f"GIT_{role}": "a@example.org" for role in roles}
    for command in git:
        subprocess.run(["sh", "-c", command], cwd=new.folder, env=ENV | identity, check=True)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=new.folder, env=ENV, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {".github/workflows/site.yml", ".readthedocs.yaml", "conf.py", "index.md"} <= set(listed)
    assert not [name for name in listed if name.startswith("_build")]


def test_policies_are_those_that_the_tests_enforce() -> None:
    policy = re.compile("Content-Security-Policy: (.*)")
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert policy.findall(PAGE) == policy.findall(readme)
