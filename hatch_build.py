"""Make the README's links absolute in the metadata of the distribution.

A package index shows the README at an address of its own, where a link to a file of this repository
is broken. The links become those of the repository in ``[project.urls]`` at the tag of the release.
While no repository is named there, they stay as they are. hatch-fancy-pypi-readme replaces fixed
texts only: it would need the address a second time, and does not know the tag.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_README = "README.md"
# Code comes first, so that what looks like a link in it is passed over.
_LINK = re.compile(
    r"""
    (?P<code> ^[ ]*(?P<fence>`{3,}) .*? ^[ ]*(?P=fence) | (?P<ticks>`+) .+? (?P=ticks) )
    | (?P<before> \]\(<? | ^\[[^\]]+\]:[ ]+<? | \b(?:href|src)=" )
      (?P<target> [^\s()<>"]+ )
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:gif|jpe?g|png|svg|webp)$", re.IGNORECASE)


class ReadmeHook(MetadataHookInterface):
    """Reads the README, and makes its links absolute if the repository is known."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the field ``readme``."""
        text = Path(self.root, _README).read_text(encoding="utf-8")
        repository = metadata.get("urls", {}).get("Repository")
        if repository:
            text = with_absolute_links(text, repository, f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_absolute_links(text: str, repository: str, tag: str) -> str:
    """Make the relative links in Markdown absolute.

    *repository* is an address on GitHub, or on a server that names files as GitHub does.
    """

    def replace(match: re.Match[str]) -> str:
        target = match["target"]
        if match["code"] or _ABSOLUTE.match(target):
            return match[0]
        path = _README + target if target.startswith("#") else target.removeprefix("./")
        # The page of a picture is no picture.
        view = "raw" if _PICTURE.search(path) else "blob"
        return f"{match['before']}{repository.removesuffix('/')}/{view}/{tag}/{path}"

    return _LINK.sub(replace, text)
