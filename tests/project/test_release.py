"""A release: what is in the distributions, what an index shows, and the workflow that publishes."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from markdown_it import MarkdownIt
from sites import PROJECT

from papernotes import __version__

REPOSITORY = "https://code.example/someone/papernotes"
README = "# Notes\n\n[Licence](LICENSE), [format](https://example.org/)\n"
PACKAGE = PROJECT / "_ext/papernotes"
WORKFLOW = yaml.safe_load((PROJECT / ".github/workflows/release.yml").read_text(encoding="utf-8"))


def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def links(markdown: str) -> list[str]:
    """Return the targets of links and pictures, as a Markdown parser finds them."""
    found = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown):
        for child in token.children or []:
            found += [str(child.attrs[name]) for name in ("href", "src") if name in child.attrs]
        if token.type == "html_block":
            found += re.findall(r'(?:href|src)="([^"]*)"', token.content)
    return found


def without_targets(markdown: str) -> list[tuple[str, str]]:
    """Return what a Markdown parser finds, without the targets of links."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    return [(token.type, token.content) for token in [*tokens, *inline] if token.type != "inline"]


def test_newest_release_of_the_changelog_is_this_version() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (\S+) — (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    assert releases[0][0] == __version__
    assert [day for _, day in releases] == sorted((day for _, day in releases), reverse=True)


# The README in the metadata.


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a](CONTRIBUTING.md)", "[a](R/blob/v1/CONTRIBUTING.md)"),
        ("[a](./docs/a.md#part)", "[a](R/blob/v1/docs/a.md#part)"),
        ("[a](#part)", "[a](R/blob/v1/README.md#part)"),
        ("[a](<LICENSE>)", "[a](<R/blob/v1/LICENSE>)"),
        ('[a](LICENSE "Title")', '[a](R/blob/v1/LICENSE "Title")'),
        ("![a [b]](x/y.png)", "![a [b]](R/raw/v1/x/y.png)"),
        ("[![a](x.svg)](LICENSE)", "[![a](R/raw/v1/x.svg)](R/blob/v1/LICENSE)"),
        ("[a][b]\n\n[b]: docs/a.md", "[a][b]\n\n[b]: R/blob/v1/docs/a.md"),
        ('<img src="x.png" alt="">', '<img src="R/raw/v1/x.png" alt="">'),
        ("[a](https://example.org/a)", "[a](https://example.org/a)"),
        ("[a](mailto:a@example.org)", "[a](mailto:a@example.org)"),
        ("`[a](b.md)` and [c](d.md)", "`[a](b.md)` and [c](R/blob/v1/d.md)"),
        ("```\n[a](b.md)\n```\n[c](d.md)", "```\n[a](b.md)\n```\n[c](R/blob/v1/d.md)"),
        ("1. x\n\n   ```\n   [a](b)\n   ```\n", "1. x\n\n   ```\n   [a](b)\n   ```\n"),
    ],
)
def test_relative_link_becomes_one_of_the_repository(markdown: str, expected: str) -> None:
    text = hook().with_absolute_links(markdown, f"{REPOSITORY}/", "v1")
    assert text == expected.replace("R/", f"{REPOSITORY}/")


def test_all_links_of_the_readme_become_absolute_and_nothing_else_changes() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    text = hook().with_absolute_links(readme, REPOSITORY, "v1")
    assert [link for link in links(text) if not re.match(r"https?://", link)] == []
    assert without_targets(text) == without_targets(readme)


def metadata(folder: Path, urls: str) -> ProjectMetadata:
    """Return the metadata of this project, with the table of addresses *urls*."""
    (folder / "README.md").write_text(README, encoding="utf-8")
    for name in ("LICENSE", "hatch_build.py"):
        shutil.copy(PROJECT / name, folder)
    (folder / "_ext/papernotes").mkdir(parents=True)
    shutil.copy(PACKAGE / "__init__.py", folder / "_ext/papernotes")
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    text = re.sub(r"^\[project\.urls\]\n(?:[^\[\n].*\n|\n)*", "", text, flags=re.MULTILINE)
    (folder / "pyproject.toml").write_text(f"{text}\n{urls}", encoding="utf-8")
    return ProjectMetadata(str(folder), PluginManager())


def test_metadata_have_the_readme_with_links_to_the_tag_of_the_version(tmp_path: Path) -> None:
    made = metadata(tmp_path, f'[project.urls]\nRepository = "{REPOSITORY}"\n')
    assert links(made.core.readme) == [
        f"{REPOSITORY}/blob/v{made.version}/LICENSE",
        "https://example.org/",
    ]
    assert made.core.readme_content_type == "text/markdown"


def test_metadata_have_the_readme_as_it_is_if_no_repository_is_named(tmp_path: Path) -> None:
    assert metadata(tmp_path, "").core.readme == README


# The distributions.


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and the wheel from it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, PROJECT]
    subprocess.run(build, check=True, capture_output=True)
    return folder


def wheel(folder: Path) -> zipfile.ZipFile:
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.wheel
def test_distributions_pass_the_checks_of_an_index(distributions: Path) -> None:
    files = sorted(distributions.iterdir())
    assert [path.suffix for path in files] == [".whl", ".gz"]
    check = [sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files]
    result = subprocess.run(check, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout.count("PASSED")) == (0, 2), result.stdout


@pytest.mark.wheel
def test_wheel_holds_each_file_of_the_package_and_no_other(distributions: Path) -> None:
    expected = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with wheel(distributions) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


@pytest.mark.wheel
@pytest.mark.parametrize(
    "name",
    [
        "cli/templates/note.md",
        "core/frontmatter.schema.json",
        "locale/fr/LC_MESSAGES/papernotes.mo",
        "locale/fr/LC_MESSAGES/sphinx.mo",
        "publish/papers.schema.json",
        "py.typed",
        "static/mathematics/stix-two-math.woff2",
        "static/papernotes.css",
        "publish/templates/head.html",
        "theme/marginalia/page.html",
        "theme/marginalia/sidebar/sections.html",
        "theme/marginalia/static/fonts/newsreader-roman-latin.woff2",
        "theme/marginalia/static/site.css",
        "theme/marginalia/static/theme.js",
        "theme/marginalia/static/third-party.txt",
        "theme/marginalia/theme.toml",
    ],
)
def test_wheel_holds_what_is_not_python(distributions: Path, name: str) -> None:
    with wheel(distributions) as archive:
        assert archive.read(f"papernotes/{name}") == (PACKAGE / name).read_bytes()


@pytest.mark.wheel
def test_wheel_says_what_it_is(distributions: Path) -> None:
    with wheel(distributions) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        told = message_from_bytes(archive.read(name))
        (points,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        entry_points = archive.read(points).decode()
    assert {"Framework :: Sphinx :: Extension", "Framework :: Sphinx :: Theme"} <= set(
        told.get_all("Classifier", [])
    )
    assert told["Description-Content-Type"] == "text/markdown"
    assert "papernotes = papernotes.__main__:main" in entry_points
    assert "marginalia = papernotes.theme.entry_point" in entry_points


@pytest.mark.wheel
def test_source_distribution_holds_what_a_build_needs_and_no_site(distributions: Path) -> None:
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    # The wheel of the fixture was built from it.
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md"} <= names
    assert not {name for name in names if name.startswith(("papers/", "tests/", "_build", "docs/"))}


# The workflow.


def test_tag_builds_and_checks_before_anything_is_published() -> None:
    # YAML 1.1 reads the key "on" as true.
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}
    build, publish = WORKFLOW["jobs"]["build"], WORKFLOW["jobs"]["publish"]
    commands = [step["run"] for step in build["steps"] if "run" in step]
    assert commands[1:] == [
        ".ci/run",
        ".venv/bin/python -m build --no-isolation --outdir dist",
        ".venv/bin/python -m twine check --strict dist/*",
    ]
    assert (publish["needs"], publish["environment"]) == ("build", "pypi")


def test_workflow_publishes_the_files_that_it_built_without_a_password() -> None:
    build, publish = WORKFLOW["jobs"]["build"], WORKFLOW["jobs"]["publish"]
    upload, (download, upload_to_index) = build["steps"][-1], publish["steps"]
    assert upload["uses"].startswith("actions/upload-artifact@")
    assert download["uses"].startswith("actions/download-artifact@")
    assert (upload["with"]["name"], upload["with"]["path"]) == tuple(download["with"].values())
    # With a password, it would not use trusted publishing.
    assert upload_to_index["uses"].startswith("pypa/gh-action-pypi-publish@")
    assert "with" not in upload_to_index
    assert "secrets" not in (PROJECT / ".github/workflows/release.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tag", "urls", "message"),
    [
        ("v1.2.0", 'Repository = "https://code.example/a/b"', ""),
        ("v1.2.1", 'Repository = "https://code.example/a/b"', "__version__ differs from the tag"),
        ("v1.2.0", "", "does not name this repository; write Repository = "),
        ("v1.2.0", 'Repository = "https://code.example/c/b"', "does not name this repository"),
    ],
)
def test_workflow_stops_if_version_or_repository_differ(
    tmp_path: Path, tag: str, urls: str, message: str
) -> None:
    (script,) = [s["run"] for s in WORKFLOW["jobs"]["build"]["steps"] if s.get("id") == "names"]
    (tmp_path / "_ext/papernotes").mkdir(parents=True)
    version = re.sub(
        r'^__version__ = ".*"$',
        '__version__ = "1.2.0"',
        (PACKAGE / "__init__.py").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    (tmp_path / "_ext/papernotes/__init__.py").write_text(version, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(f"[project.urls]\n{urls}\n", encoding="utf-8")
    names = {
        "GITHUB_REF_NAME": tag,
        "GITHUB_SERVER_URL": "https://code.example",
        "GITHUB_REPOSITORY": "a/b",
    }
    result = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env=os.environ | names,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (result.returncode, message in result.stdout) == (1 if message else 0, True)
    assert bool(message) == result.stdout.startswith("::error file=")
