"""How findings are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from papernotes.cli.checks.run import Checked, Fixed
from papernotes.cli.site import Site, show
from papernotes.core.diagnostics import Diagnostic

Style = Callable[[str, Diagnostic], str]


def lines(site: Site, diagnostics: Iterable[Diagnostic], style: Style) -> list[str]:
    """Return findings as lines in a *style*."""
    diagnostics = list(diagnostics)
    places = {path: show(site.root / path) for path in {each.path for each in diagnostics}}
    return [style(places[each.path], each) for each in diagnostics]


def text(place: str, diagnostic: Diagnostic) -> str:
    """Return a finding in the file *place* as a line of text."""
    prefix = "remark: " if diagnostic.severity == "remark" else ""
    return f"{place}:{diagnostic.line}: {prefix}{diagnostic.message} [{diagnostic.label}]"


def github(place: str, diagnostic: Diagnostic) -> str:
    """Return a finding as a command of GitHub's workflows, which makes an annotation of it.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    level = "notice" if diagnostic.severity == "remark" else "error"
    properties = {"file": place, "line": str(diagnostic.line), "title": diagnostic.label}
    named = ",".join(f"{name}={_escape(value, ',:')}" for name, value in properties.items())
    return f"::{level} {named}::{_escape(diagnostic.message)}"


STYLES: dict[str, Style] = {"text": text, "github": github}


def fixed(site: Site, fixed: Fixed) -> str:
    """Return what was corrected as a line of text."""
    before, after = (" ".join(value.split()) for value in (fixed.before, fixed.after))
    place = f"{show(site.root / fixed.diagnostic.path)}:{fixed.diagnostic.line}"
    return f"{place}: fixed: {before} is now {after} [{fixed.diagnostic.label}]"


def summary(checked: Checked) -> str:
    """Return how much was looked at, and how much was found."""
    remarks = sum(each.severity == "remark" for each in checked.diagnostics)
    faults = len(checked.diagnostics) - remarks
    seen = f"{_count(checked.notes, 'note')} and {_count(checked.entries, 'entry', 'entries')}"
    if not checked.diagnostics:
        return f"{seen}: all is well."
    return f"{seen}: {_count(faults, 'fault')}, {_count(remarks, 'remark')}."


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _escape(value: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        value = value.replace(char, f"%{ord(char):02X}")
    return value
