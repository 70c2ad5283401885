"""Format diagnostics for the terminal and for GitHub Actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from papernotes.cli.checks.run import AppliedFix, CheckResult
from papernotes.cli.site import Site, show
from papernotes.core.diagnostics import Diagnostic

Style = Callable[[str, Diagnostic], str]

_OWNED = "another program owns this file; change it only in that program"


def lines(site: Site, diagnostics: Iterable[Diagnostic], style: Style) -> list[str]:
    """Return one line for each diagnostic, in the given *style*.

    A diagnostic about an external bibliography file says that the file is corrected elsewhere.
    """
    diagnostics = list(diagnostics)
    paths = {each.path for each in diagnostics}
    shown = {path: show(site.root / path) for path in paths}
    external = {path for path in paths if site.is_external(site.root / path)}
    return [
        style(
            shown[each.path],
            replace(each, message=f"{each.message} ({_OWNED})") if each.path in external else each,
        )
        for each in diagnostics
    ]


def text(path: str, diagnostic: Diagnostic) -> str:
    """Return a diagnostic as a line of text, with the given *path* of its file."""
    prefix = "remark: " if diagnostic.severity == "remark" else ""
    suffix = f" [{diagnostic.label}]" if diagnostic.label else ""
    return f"{path}:{diagnostic.line}: {prefix}{diagnostic.message}{suffix}"


def github(path: str, diagnostic: Diagnostic) -> str:
    """Return a diagnostic as a GitHub Actions workflow command that creates an annotation.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    level = "notice" if diagnostic.severity == "remark" else "error"
    properties = {"file": path, "line": str(diagnostic.line), "title": diagnostic.label or "sphinx"}
    named = ",".join(f"{name}={_escape(value, ',:')}" for name, value in properties.items())
    return f"::{level} {named}::{_escape(diagnostic.message)}"


STYLES: dict[str, Style] = {"text": text, "github": github}


def describe_fix(site: Site, fix: AppliedFix) -> str:
    """Return a line that shows a correction."""
    before, after = (" ".join(value.split()) for value in (fix.before, fix.after))
    place = f"{show(site.root / fix.diagnostic.path)}:{fix.diagnostic.line}"
    return f"{place}: fixed: {before} is now {after} [{fix.diagnostic.label}]"


def summary(result: CheckResult) -> str:
    """Return a line with the numbers of notes, entries, faults and remarks."""
    remarks = sum(each.severity == "remark" for each in result.diagnostics)
    faults = len(result.diagnostics) - remarks
    checked = f"{_count(result.notes, 'note')} and {_count(result.entries, 'entry', 'entries')}"
    if not result.diagnostics:
        return f"{checked}: no problems found."
    return f"{checked}: {_count(faults, 'fault')}, {_count(remarks, 'remark')}."


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def _escape(value: str, also: str = "") -> str:
    for char in f"%\r\n{also}":
        value = value.replace(char, f"%{ord(char):02X}")
    return value
