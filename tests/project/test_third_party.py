"""What the project takes from others: locked by hash, pinned by commit, licensed."""

from __future__ import annotations

import fnmatch
import importlib.metadata
import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from sites import PROJECT, THEME, Build

LOCKS = [PROJECT / "requirements.txt", PROJECT / "requirements-dev.txt"]
WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
# What a site may be built with: whatever asks for no more than to be named, or binds only itself.
ALLOWED = re.compile(
    r"\b(MIT|0?BSD|Apache|ISC|ISCL|PSFL?|Python Software Foundation|MPL[- ]2\.0|Mozilla Public|Zlib"
    r"|CC0-1\.0|Public Domain)\b"
)


def locked(path: Path) -> list[str]:
    """Return each requirement of a lock with its hashes, a line each."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_one_version_and_its_hashes(path: Path) -> None:
    lines = locked(path)
    assert len(lines) > 30
    for line in lines:
        requirement, *hashes = line.split(" --hash=")
        assert len(Requirement(requirement.strip()).specifier) == 1, line
        assert "==" in requirement, line
        assert hashes, line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes), line


def test_every_dependency_of_the_site_has_a_licence_that_allows() -> None:
    names = {Requirement(line.split(" --hash=")[0].strip()).name for line in locked(LOCKS[0])}
    seen = 0
    for name in sorted(names):
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform or Python
        seen += 1
        terms = [about.get("License-Expression") or "", about.get("License") or ""]
        terms += [each for each in about.get_all("Classifier") or [] if "License ::" in each]
        assert any(ALLOWED.search(each) for each in terms), f"{name}: {terms}"
    assert seen > 30


def listed() -> list[str]:
    """Return the patterns of files that third-party.txt names."""
    text = (THEME / "static/third-party.txt").read_text(encoding="utf-8")
    entries = text.partition("the licence:\n")[2].partition("\n\n\nMIT")[0]
    return [
        pattern
        for line in entries.splitlines()
        if not line.startswith(" ")
        for pattern in line.split()
    ]


def test_what_others_made_is_listed_with_its_licence(notebook: Build) -> None:
    static = notebook.outdir / "_static"
    patterns = listed()
    files = {each.relative_to(static).as_posix() for each in static.rglob("*.*")}
    assert "fonts/newsreader-roman-latin.woff2" in files
    # Of Pagefind's files, what is not made of the notes.
    programs = [*static.glob("../pagefind/*.js"), *static.glob("../pagefind/wasm.*")]
    assert len(programs) > 1
    files |= {f"../pagefind/{each.name}" for each in programs}
    ours = {"favicon.svg", "third-party.txt", "page.css"}
    for folder in (PROJECT / "_ext/papernotes/static", THEME / "static"):
        ours |= {each.name for each in folder.glob("*.*")}
    for name in sorted(files):
        if name.endswith(("/OFL.txt", "/README.txt")) or name in ours:
            continue
        # What is bundled in the build: of the extension's files.
        if re.fullmatch(r"(papernotes|page|previews)(-[a-z]+)+\.(css|js)", name):
            continue
        assert any(fnmatch.fnmatch(name, pattern) for pattern in patterns), name
    # Of books, sites in another language, and those that have chosen MathJax.
    elsewhere = {"epub.css", "translations.js", "mathjax/*"}
    unused = {each for each in patterns if not fnmatch.filter(files, each)}
    assert unused == elsewhere, "third-party.txt lists what is not there"


def steps(path: Path) -> list[dict[str, object]]:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_pinned_actions(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert len(used) == sum("uses" in step for step in steps(path)) > 0
    for action in used:
        # The comment says which release that is.
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


# What a job may do beyond reading the repository, by workflow and job.
RIGHTS = {
    ("site.yml", "publish"): {"pages": "write", "id-token": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_no_more_than_they_need(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert job.get("permissions", {}) == RIGHTS.get((path.name, name), {})
        assert "timeout-minutes" in job
    for step in steps(path):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False  # type: ignore[index]
        # What others may write into a title or branch name is no part of a command.
        assert "${{" not in str(step.get("run", ""))


def test_what_is_published_comes_of_the_lock() -> None:
    """Read the Docs installs the lock of the site, and fails on a warning as `make html` does."""
    settings = yaml.safe_load((PROJECT / ".readthedocs.yaml").read_text(encoding="utf-8"))
    assert settings["python"]["install"] == [{"requirements": "requirements.txt"}]
    assert settings["sphinx"] == {"configuration": "conf.py", "fail_on_warning": True}
