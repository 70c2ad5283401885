"""The requirement that installs this version of papernotes for a new site."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

import papernotes

_NAME = "sphinx-papernotes"
# What the commands, the browsing, the search and `papernotes serve` of a site need.
_EXTRAS = "cli,search,serve"

_FROM_REPOSITORY = "papernotes {version}, from the repository that it was installed from."
_FROM_PLACE = """\
papernotes {version}, from where it was when this site was made. This path is on one computer only.
To build the site elsewhere, as the workflow does, write an address that can be reached from there:
that of a wheel (https://...) or of a repository (git+https://...)."""
_FROM_NOWHERE = """\
papernotes {version}, which made this site. It is not on a package index yet, so that pip cannot
find it by its name. Build a wheel from its source (python -m build), and write after the brackets,
in place of the version, where it is:
  {name}[{extras}] @ https://example.org/sphinx_papernotes-{version}-py3-none-any.whl
  {name}[{extras}] @ git+https://example.org/papernotes.git"""


def requirement() -> str:
    """Return the lines of ``requirements.txt``: the requirement, after a comment about it."""
    address = _address()
    if not address:
        comment, end = _FROM_NOWHERE, f"=={papernotes.__version__}"
    elif address.startswith("file:"):
        comment, end = _FROM_PLACE, f" @ {address}"
    else:
        comment, end = _FROM_REPOSITORY, f" @ {address}"
    comment = comment.format(version=papernotes.__version__, name=_NAME, extras=_EXTRAS)
    lines = [f"# {line}" for line in comment.splitlines()]
    return "\n".join([*lines, f"{_NAME}[{_EXTRAS}]{end}"]) + "\n"


def _address() -> str:
    """Return the address from which pip can install this version, or the empty string."""
    # Run from a checkout, the package may be another than the one that is installed.
    checkout = Path(papernotes.__file__).parents[2]
    if _is_checkout(checkout):
        return _address_of_checkout(checkout)
    try:
        origin = json.loads(metadata.distribution(_NAME).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    return _address_of_origin(origin)


def _address_of_origin(origin: dict[str, Any]) -> str:
    """Return the address in pip's record of a direct reference (PEP 610)."""
    url: str = origin.get("url", "")
    if repository := origin.get("vcs_info"):
        return f"{repository['vcs']}+{url}@{repository['commit_id']}"
    if not url.startswith("file:"):
        return url
    path = Path(url2pathname(urlsplit(url).path))
    if _is_checkout(path):
        return _address_of_checkout(path)
    return url if path.exists() else ""


def _is_checkout(folder: Path) -> bool:
    """Return whether *folder* holds the source of this distribution."""
    project = folder / "pyproject.toml"
    return project.is_file() and f'name = "{_NAME}"' in project.read_text(encoding="utf-8")


def _address_of_checkout(folder: Path) -> str:
    """Return the address of the commit in its repository, or of the folder if it is not there."""
    remote = _public(_git(folder, "remote", "get-url", "origin"))
    is_there = bool(_git(folder, "branch", "--remotes", "--contains", "HEAD"))
    is_changed = bool(_git(folder, "status", "--porcelain", "--", "_ext", "pyproject.toml"))
    if remote and is_there and not is_changed:
        return f"git+{remote}@{_git(folder, 'rev-parse', 'HEAD')}"
    return folder.as_uri()


def _public(remote: str) -> str:
    """Return the address of a remote repository without credentials; empty if it is not one."""
    if short := re.fullmatch(r"([\w.-]+@[\w.-]+):(?!/)(.+)", remote):
        return f"ssh://{short[1]}/{short[2]}"
    parts = urlsplit(remote)
    if parts.scheme == "https":
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return remote if parts.scheme == "ssh" and not parts.password else ""


def _git(folder: Path, *arguments: str) -> str:
    """Return what git prints, or the empty string if it fails or is not installed."""
    try:
        result = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
