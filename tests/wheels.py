"""Build the distribution's wheel, and install it into an empty environment."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from sites import PROJECT


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout in *folder*, without the network."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
    subprocess.run([*build, PROJECT], check=True, capture_output=True)
    (wheel,) = folder.glob("sphinx_papernotes-*.whl")
    return wheel


def make_environment(folder: Path) -> Path:
    """Make an environment that has only pip in *folder*, and return its Python.

    By uv, which takes a second; the module venv takes ten.
    """
    uv = [sys.executable, "-m", "uv", "--quiet", "venv", "--seed", "--python", sys.executable]
    subprocess.run([*uv, folder], check=True, capture_output=True)
    return folder / "bin/python"


def share_libraries(python: Path) -> None:
    """Give an environment all libraries of this one, in place of an installation."""
    (site_packages,) = python.parent.parent.glob("lib/python*/site-packages")
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")


def install(python: Path, requirement: str, lock: Path, *options: str) -> None:
    """Install a requirement for *python*, with its dependencies as locked; also by uv."""
    uv = [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--python", python]
    subprocess.run([*uv, *options, "-c", lock, requirement], check=True, capture_output=True)


def constraints(lock: str, folder: Path) -> Path:
    """Return a lock as pip's constraints, which take no hashes.

    With the locked versions, a test says something of this project, not of today's releases.
    """
    lines = (PROJECT / lock).read_text(encoding="utf-8").splitlines()
    pinned = [line.removesuffix("\\").strip() for line in lines if "==" in line[:60]]
    path = folder / f"constraints-{lock}"
    path.write_text("\n".join(line for line in pinned if line[0] not in "#-") + "\n")
    return path
