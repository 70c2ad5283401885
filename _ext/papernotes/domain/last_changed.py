"""Dates of the last change of pages, which sphinx-last-updated-by-git takes from git's history.

The site may load that extension or not. Without it, without git, and in a clone that is too shallow
to tell, there are no dates.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sphinx.environment import BuildEnvironment


def _dates(env: BuildEnvironment) -> dict[str, tuple[bytes | None, bool] | None]:
    """Return the extension's data: the time of each document, and whether git has its source."""
    dates: dict[str, tuple[bytes | None, bool] | None] = getattr(env, "git_last_updated", {})
    return dates


def forget(env: BuildEnvironment) -> None:
    """Make the extension look up the dates of all documents again.

    By itself, it asks git only about the documents that a build reads. But a commit changes the
    date of a document that was read before, and so does fetching the rest of a shallow history.
    """
    dates = _dates(env)
    dates.update(dict.fromkeys(dates))


def changed(env: BuildEnvironment, docname: str) -> datetime.datetime | None:
    """Return when the file of *docname* was last changed, in UTC, or None if that is unknown."""
    timestamp, _ = _dates(env).get(docname) or (None, False)
    return datetime.datetime.fromtimestamp(int(timestamp), datetime.UTC) if timestamp else None


def all_changed(env: BuildEnvironment) -> Mapping[str, str]:
    """Return when each page was last changed, in ISO 8601, as far as that is known."""
    times = ((name, changed(env, name)) for name in sorted(_dates(env)))
    return {name: time.isoformat() for name, time in times if time}
