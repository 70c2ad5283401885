"""How findings are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from papernotes.cli.checks.findings import Remark
from papernotes.cli.checks.run import Checked, Mended
from papernotes.cli.site import Site, show

Style = Callable[[str, Remark], str]


def lines(site: Site, remarks: Iterable[Remark], style: Style) -> list[str]:
    """Return findings as lines in a *style*."""
    remarks = list(remarks)
    places = {path: show(site.root / path) for path in {remark.path for remark in remarks}}
    return [style(places[remark.path], remark) for remark in remarks]


def text(place: str, remark: Remark) -> str:
    """Return a finding in the file *place* as a line of text."""
    told = "remark: " if remark.told else ""
    return f"{place}:{remark.line}: {told}{remark.message} [{remark.label}]"


def github(place: str, remark: Remark) -> str:
    """Return a finding as a command of GitHub's workflows, which makes an annotation of it.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    level = "notice" if remark.told else "error"
    properties = {"file": place, "line": str(remark.line), "title": remark.label}
    named = ",".join(f"{name}={_escape(value, ',:')}" for name, value in properties.items())
    return f"::{level} {named}::{_escape(remark.message)}"


STYLES: dict[str, Style] = {"text": text, "github": github}


def mended(site: Site, mended: Mended) -> str:
    """Return what was mended as a line of text."""
    before, after = (" ".join(value.split()) for value in (mended.before, mended.after))
    place = f"{show(site.root / mended.remark.path)}:{mended.remark.line}"
    return f"{place}: mended: {before} is now {after} [{mended.remark.label}]"


def summary(checked: Checked) -> str:
    """Return how much was looked at, and how much was found."""
    told = sum(remark.told for remark in checked.remarks)
    faults = len(checked.remarks) - told
    seen = f"{_count(checked.notes, 'note')} and {_count(checked.entries, 'entry', 'entries')}"
    if not checked.remarks:
        return f"{seen}: all is well."
    return f"{seen}: {_count(faults, 'fault')}, {_count(told, 'remark')}."


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _escape(value: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        value = value.replace(char, f"%{ord(char):02X}")
    return value
