"""Marks of works that were retracted or corrected, or have a newer version."""

from __future__ import annotations

from docutils import nodes

from papernotes.catalogue.status import Kind, Status
from papernotes.i18n import _


def status_marks(
    status: Status, *, before: str = "", at_most: int | None = None
) -> list[nodes.Node]:
    """Return the marks of a work, each a text in brackets; *before* stands before each.

    *at_most* limits their number to the most serious.
    """
    found: list[nodes.Node] = []
    for kind in status.kinds[:at_most]:
        if before or found:
            found.append(nodes.Text(before or " "))
        text = f"[{status_text(status, kind)}]"
        found.append(nodes.inline("", text, classes=["pn-status", f"pn-{kind}"]))
    return found


def status_text(status: Status, kind: Kind) -> str:
    """Return what the mark of *kind* says."""
    if kind == "version":
        versions = {"latest": status.latest_version, "read": status.read_version}
        return _("version %(latest)d since v%(read)d was read") % versions
    texts = {
        "retracted": _("retracted"),
        "concern": _("expression of concern"),
        "corrected": _("corrected"),
    }
    return f"{texts[kind]} {status.date(kind)[:4]}".strip()
