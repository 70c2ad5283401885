"""``papernotes build`` and ``papernotes serve``: what they build, and when they read it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import programs
import pytest
from commands import environment, run, start
from sites import PROJECT, Site

from papernotes.cli.building import sphinx_build
from papernotes.cli.site import find_site


@pytest.fixture
def sphinx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run Sphinx, which the program starts, in a process that has imported it."""

    def run_imported(command: list[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        result = programs.run(command, check=check)
        sys.stdout.write(result.stdout)
        sys.stderr.write(result.stderr)
        return result

    monkeypatch.setattr(sphinx_build.subprocess, "run", run_imported)


def papernotes(site: Site, *arguments: str) -> tuple[int, str, str]:
    """Run the program on *site*; return its status, its output and its errors."""
    result = run(site, *arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def broken(tiny: Site) -> Site:
    """Return a site with a warning."""
    with (tiny.folder / "papers/beta.md").open("a", encoding="utf-8") as note:
        note.write("\n{cite:t}`nobody1900`\n")
    return tiny


def test_build_says_where_the_site_is(tiny: Site) -> None:
    # A warning of what is deprecated in Sphinx, which Python shows only if it is told to.
    tiny.write("more.md", "---\norphan: true\n---\n\n# More\n\n```{include} words.txt\n```\n")
    tiny.write("words.txt", "Words.\n")
    with start(tiny, "--site", "papers", "build") as process:
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output == "The site is built: open _build/html/index.html\n"
    assert (tiny.folder / "_build/html/index.html").is_file()


@pytest.mark.usefixtures("sphinx")
def test_warning_is_an_error_each_time_it_is_built(broken: Site) -> None:
    for _ in range(2):
        status, output, errors = papernotes(broken, "build")
        assert (status, output) == (1, "")
        assert "nobody1900" in errors
    broken.edit("papers/beta.md", "\n{cite:t}`nobody1900`\n", "")
    assert papernotes(broken, "build")[0] == 0


@pytest.mark.usefixtures("sphinx")
def test_warnings_can_be_allowed_but_are_not_forgotten(broken: Site) -> None:
    status, output, errors = papernotes(broken, "build", "--allow-warnings")
    assert status == 0
    assert output.endswith("_build/html/index.html\n")
    assert "nobody1900" in errors
    status, _, errors = papernotes(broken, "build")
    assert status == 1
    assert "nobody1900" in errors


@pytest.mark.usefixtures("sphinx")
def test_builders_have_folders_and_caches_of_their_own(tiny: Site) -> None:
    assert papernotes(tiny, "build", "--builder", "text") == (0, "", "")
    assert (tiny.folder / "_build/text/index.txt").is_file()
    assert papernotes(tiny, "build", "--builder", "dummy") == (0, "", "")
    caches = {path.name for path in (tiny.folder / "_build/doctrees").iterdir()}
    assert caches == {"text", "dummy"}


def test_unknown_builder_is_a_usage_error(tiny: Site) -> None:
    status, output, errors = papernotes(tiny, "build", "--builder", "nothing")
    assert (status, output) == (2, "")
    assert "'nothing' is not one of 'html', 'dirhtml'" in errors


@pytest.mark.usefixtures("sphinx")
def test_error_is_one_even_where_warnings_are_allowed(tiny: Site) -> None:
    tiny.edit("conf.py", "extensions = [", 'extensions = ["no_such_extension", ')
    status, output, errors = papernotes(tiny, "build", "--allow-warnings")
    assert status == 1
    assert "no_such_extension" in errors
    assert output == ""


def test_build_without_a_site_says_so(tmp_path: Path) -> None:
    status, _, errors = papernotes(Site(tmp_path), "build")
    assert status == 1
    assert "there is no conf.py" in errors


@pytest.mark.usefixtures("sphinx")
def test_cache_is_used_until_the_program_is_newer(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT / "_ext"))
    site = find_site(tiny.folder)

    def build(program: float) -> bool:
        """Build with a program of that time; return whether the documents were read."""
        monkeypatch.setattr(sphinx_build, "_program_times", lambda: iter([program]))
        doctree = tiny.folder / "_build/doctrees/dummy/index.doctree"
        before = doctree.stat().st_mtime_ns if doctree.exists() else 0
        assert sphinx_build.build(site, "dummy", allow_warnings=False)
        return doctree.stat().st_mtime_ns != before

    assert build(0)
    assert not build(0)
    assert build(4e9)
    assert not build(0)


def test_newer_engine_and_installed_packages_count(monkeypatch: pytest.MonkeyPatch) -> None:
    times = list(sphinx_build._program_times())
    assert len(times) > 100
    newest = max(path.stat().st_mtime for path in (PROJECT / "_ext/papernotes").rglob("*.py"))
    packages = Path(pytest.__file__).parents[1].stat().st_mtime
    assert {newest, packages} <= set(times)


def test_serve_shows_drafts(tiny: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Server:
        def __init__(self, command: list[str]) -> None:
            started.append(command)

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Server)
    assert run(tiny, "serve").exit_code == 0
    # The rest of the command is for Sphinx: it builds a draft, and publishes it marked.
    command = started[0]
    options = [command[n + 1] for n, each in enumerate(command) if each == "-D"]
    tiny.edit("papers/beta.md", "read:", "draft: true\nread:")
    build = tiny.build(confoverrides=dict(option.split("=") for option in options))
    assert build.page("papers/beta").find_class("pn-draft")


def test_serve_without_its_library_says_how_to_install_it(tiny: Site, tmp_path: Path) -> None:
    # Python treats a module that is None in sys.modules as missing.
    code = "import sys\nsys.modules['sphinx_autobuild'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(code)
    result = subprocess.run(
        [sys.executable, "-m", "papernotes", "serve"],
        cwd=tiny.folder,
        env=environment(tiny) | {"PYTHONPATH": f"{PROJECT / '_ext'}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert re.fullmatch(
        r"papernotes: sphinx-autobuild, .* installed; run \S+ -m pip install"
        r' "sphinx-autobuild>=2024\.9"\n',
        result.stderr,
    )
