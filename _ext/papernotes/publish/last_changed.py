"""When a page was last changed, from the history of its file: sphinx-last-updated-by-git knows.

The library is the site's to load. In a clone that is too shallow to tell, or without git, there is
no date.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sphinx.environment import BuildEnvironment


def _dates(env: BuildEnvironment) -> dict[str, tuple[bytes | None, bool] | None]:
    """Return what the library keeps: for each document a time and whether git has its source."""
    dates: dict[str, tuple[bytes | None, bool] | None] = getattr(env, "git_last_updated", {})
    return dates


def forget(env: BuildEnvironment) -> None:
    """Have the library ask git for all files again.

    By itself it asks for those that are read. A commit changes the date of a file that was read
    before, and so does the rest of the history when it is fetched.
    """
    dates = _dates(env)
    dates.update(dict.fromkeys(dates))


def changed(env: BuildEnvironment, docname: str) -> datetime.datetime | None:
    """Return when the file of *docname* was last changed, in UTC, or None where it is not known."""
    found = _dates(env).get(docname)
    if not found or not found[0]:
        return None
    return datetime.datetime.fromtimestamp(int(found[0]), datetime.UTC)


def all_changed(env: BuildEnvironment) -> Mapping[str, str]:
    """Return when each page was last changed, where it is known."""
    found = ((name, changed(env, name)) for name in sorted(_dates(env)))
    return {name: time.isoformat() for name, time in found if time}
