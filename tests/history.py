"""Sites in Git repositories of their own, from which the days of last change come."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sites import Site


class Repository:
    """A site in a Git repository, which no setting of the machine affects."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.git("init", "--quiet", "--initial-branch=main")
        site.write(".gitignore", "_build\n")

    def git(self, *arguments: str, folder: Path | None = None, day: str = "2020-01-01") -> None:
        """Run Git as on *day*."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.site.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{
                f"GIT_{role}_{name}": value
                for role in ("AUTHOR", "COMMITTER")
                for name, value in (
                    ("NAME", "A"),
                    ("EMAIL", "a@example.org"),
                    ("DATE", f"{day}T10:00:00+02:00"),
                )
            },
        }
        subprocess.run(
            ["git", *arguments], cwd=folder or self.site.folder, env=environment, check=True
        )

    def commit(self, day: str) -> None:
        """Commit all changes on *day*."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=change", day=day)
