"""Test the program ``papernotes``: its help, how it is run, and what it imports."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from commands import run, start
from sites import NOTEBOOK, PROJECT, Site

from papernotes import __version__
from papernotes.cli.main import main
from papernotes.cli.progress import Progress
from papernotes.core.extras import EXTRAS


def help_text(*arguments: str) -> str:
    return CliRunner().invoke(main, [*arguments, "--help"], prog_name="papernotes").output


def test_help_lists_each_command_and_describes_each_option() -> None:
    text = help_text()
    assert text.startswith("Usage: papernotes [OPTIONS] COMMAND")
    for name, command in main.commands.items():
        assert f"\n  {name} " in text
        assert command.help
        command_help = help_text(name)
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[0] in command_help
                assert option.help


@pytest.mark.parametrize("word", ["1706.05394", "10.1162", "refs-to-add.bib", "note.md", "nothing"])
def test_help_of_add_names_each_form_of_its_argument(word: str) -> None:
    assert word in help_text("add")


def test_usage_error_exits_with_status_2_and_without_a_traceback(tiny: Site) -> None:
    for arguments in (["ad"], ["add"], ["add", "--key"], ["check", "--format", "xml"]):
        result = run(tiny, *arguments)
        assert (result.exit_code, "Traceback" in result.output) == (2, False)


# They direct a terminal, end a line, or turn the direction of writing round.
CONTROLS = "\x1b]0;pwned\x07\x1b[2J\x9b31m\x85\u2028\u202e\x7f\r\n::error::x\udcff"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\udc80-\udcff]")


@pytest.mark.parametrize(
    "arguments",
    [
        *(["check"], ["check", "--format", "github"], ["check", "--fix"], ["refresh", CONTROLS]),
        *(["check", CONTROLS], [CONTROLS], [f"--{CONTROLS}"], ["import", CONTROLS, "posts"]),
        *(["linkcheck"], ["add", CONTROLS], ["add", "--key", CONTROLS, "-"], ["add", "bad.bib"]),
        ["import", "hugo", "posts", "--to", "new"],
    ],
    ids=" ".join,
)
def test_no_control_character_of_a_file_or_an_argument_is_written(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tiny.folder)
    # Not each of the parts may have each of the characters.
    some, most = CONTROLS[:5], CONTROLS[:-2]
    quoted = "".join(rf"\u{ord(char):04x}" for char in CONTROLS[:-1])
    front = f'paper: "x{quoted}"\ntags: ["{quoted}"]\nsumary: "{quoted}"\n"{quoted[:40]}": 1\n'
    entry = f"@misc{{k{most}, title={{T{most}}}, url={{x{most}}}, year={{x}}}}"
    text = f"---\n{front}---\n\n# A\n\n[x](y{some}.md) <http://[{some}> {{{{< x{some} >}}}}\n"
    for folder in ("papers", "posts"):
        tiny.write(f"{folder}/a{CONTROLS}b.md", text)
    tiny.write("bad.bib", entry)
    tiny.write("refs.bib", (tiny.folder / "refs.bib").read_text("utf-8") + entry)
    result = run(tiny, *arguments, text=entry)
    assert (written := result.stdout + result.stderr)
    assert not CONTROL.search(written)
    assert "\n::error::x" not in written


def test_progress_on_a_terminal_writes_no_control_character_of_its_text() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    Progress(2, stream).step(f"checking {CONTROLS}")
    shown = stream.getvalue().removeprefix("\r\x1b[K")
    assert shown.startswith(
        r"[1/2] checking \x1b]0;pwned\x07\x1b[2J\x9b31m\x85\u2028\u202e\x7f\r\n::err"
    )
    assert not CONTROL.search(shown)


def test_site_option_accepts_a_subfolder_of_the_site(tiny: Site) -> None:
    with start(tiny, "--site", "papers", "check") as process:
        output, _ = process.communicate()
    # Paths are relative to the current folder of the shell.
    assert output.startswith("papers/delta.md:1: ")


def test_module_and_script_run_the_same_program(tiny: Site) -> None:
    with start(tiny, "--version") as process:
        assert process.communicate()[0] == f"papernotes {__version__}\n"
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["scripts"]["papernotes"].partition(":")
    code = f"import sys; sys.argv[1:] = ['--version']; from {module} import {name}; {name}()"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PROJECT / "_ext")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"papernotes {__version__}\n"


def _modules(code: str) -> set[str]:
    code += "\nimport sys; print('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PROJECT / "_ext")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


def test_build_does_not_import_the_command_line() -> None:
    modules = _modules("import papernotes, papernotes.events")
    assert {"papernotes.domain.domain", "sphinx.application"} <= modules
    assert {name for name in modules if name.startswith("papernotes.cli")} == set()
    assert modules.isdisjoint({"click", "filelock", "platformdirs", "anyascii", "rispy"})


def test_command_line_does_not_import_the_modules_of_a_build() -> None:
    modules = _modules(
        "import papernotes.cli.checks.run, papernotes.cli.add, papernotes.cli.remote.sources"
    )
    assert modules.isdisjoint({"sphinx.application", "myst_parser", "papernotes.domain.domain"})


@pytest.mark.parametrize("library", ["click", "anyascii"])
def test_missing_library_is_reported_with_the_install_command(tmp_path: Path, library: str) -> None:
    # Python treats a module that is None in sys.modules as missing.
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules['{library}'] = None\n")
    result = subprocess.run(
        [sys.executable, "-m", "papernotes", "--site", NOTEBOOK, "check"],
        env={"PYTHONPATH": f"{PROJECT / '_ext'}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        f'papernotes: the module "{library}" is missing; install the libraries of the command line:'
        f' {sys.executable} -m pip install "anyascii>=0.3.2" "click>=8.2.1" "defusedxml>=0.7.1"'
        ' "filelock>=3.16" "platformdirs>=3" "requests>=2.32" "rispy>=0.10" "urllib3>=2.6"\n'
    )


def test_missing_dependency_of_the_distribution_is_no_library_of_the_command_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['yaml'] = None\n")
    result = subprocess.run(
        [sys.executable, "-m", "papernotes", "--site", NOTEBOOK, "check"],
        env={"PYTHONPATH": f"{PROJECT / '_ext'}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        'papernotes: the module "yaml" is missing; install papernotes again by pip, which installs'
        " what it depends on\n"
    )


def test_optional_libraries_are_those_of_the_distribution() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {name: tuple(each) for name, each in project["optional-dependencies"].items()}
    assert declared == EXTRAS


class Stream:
    def __init__(self, *, terminal: bool) -> None:
        self.terminal = terminal
        self.text = ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_progress_is_one_line_on_a_terminal_and_plain_lines_elsewhere() -> None:
    plain, terminal = Stream(terminal=False), Stream(terminal=True)
    for stream in (plain, terminal):
        with Progress(2, stream) as progress:  # type: ignore[arg-type]
            progress.step("one")
            progress.show("waiting")
            progress.step("two")
    assert plain.text == "[1/2] one\nwaiting\n[2/2] two\n"
    assert terminal.text.count("\n") == 0
    assert terminal.text.endswith("[2/2] two\r\x1b[K")
