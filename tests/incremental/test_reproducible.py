"""The same sources give the same bytes, wherever and however they are built."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from shelf import Shelf, Written, files
from sites import PROJECT, Site

# A system that knows ASCII, and one that speaks French.
ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
FRENCH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"}
EPOCH = {"SOURCE_DATE_EPOCH": "1600000000"}
# Each build differs from the first in all that it can: processes, seed, language, zone, folder. In
# one Sphinx's clock goes; nothing of this site asks it.
WAYS = [
    ("1", {"PYTHONHASHSEED": "0", **ASCII, **EPOCH, "TZ": "UTC"}),
    ("4", {"PYTHONHASHSEED": "1", **FRENCH, **EPOCH, "TZ": "Pacific/Auckland"}),
    ("4", {"PYTHONHASHSEED": "2", **ASCII, **EPOCH, "TZ": "America/Lima"}),
    ("2", {"PYTHONHASHSEED": "3", **FRENCH, "TZ": "UTC"}),
    ("1", {"PYTHONHASHSEED": "4", **ASCII, **EPOCH, "TZ": "Pacific/Auckland"}),
]


def start(site: Site, jobs: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a build of *site*."""
    paths = [str(site.folder), str(site.folder / "_build/html")]
    return subprocess.Popen(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-j", jobs, *paths],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "_ext")} | env,
    )


def built(site: Site) -> dict[str, bytes]:
    """Return what a build has left, without its cache."""
    found = files(site.folder / "_build/html")
    return {name: found[name] for name in found if not name.startswith(".doctrees/")}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """Build copies of a site, each in a folder of another name and depth, in another way."""
    root = tmp_path_factory.mktemp("deterministic")
    first = Shelf(Site(root / "one"))
    first.begin()
    first.note("deep/er", Written("k3", title="é", tags=("ML", "a b"), picture=True))
    found = []
    for number, (jobs, env) in enumerate(WAYS):
        site = Site(root / ("deeper/" * number + f"copy-{number}"))
        shutil.copytree(first.site.folder, site.folder)
        assert start(site, jobs, env).wait() == 0
        found.append(built(site))
    return found


@pytest.mark.parametrize("number", range(1, len(WAYS)))
def test_same_bytes(builds: list[dict[str, bytes]], number: int) -> None:
    assert sorted(builds[number]) == sorted(builds[0])
    assert [name for name in builds[0] if builds[number][name] != builds[0][name]] == []


def test_the_site_itself(tmp_path: Path) -> None:
    """This project's site, under its own theme and with its search, which asks for no time.

    One is built afresh, the other upon a build of what there was before two edits.
    """
    left = []
    for name, jobs, env in (("one", "1", {"TZ": "UTC"}), ("two/er", "4", {"TZ": "Asia/Tokyo"})):
        site = Site(tmp_path / name)
        shutil.copytree(
            PROJECT,
            site.folder,
            ignore=shutil.ignore_patterns("_build", ".*", "tests", "bench", "__pycache__"),
        )
        env |= {"SITE_URL": "https://example.org/"}
        if name == "one":
            assert start(site, jobs, env).wait() == 0
        first, second, *_ = sorted((site.folder / "papers").glob("*.md"))
        site.edit(f"papers/{first.name}", "\n# ", "\n# Unheard of ")
        key = re.search(r"paper: (\S+)", second.read_text(encoding="utf-8"))
        assert key
        site.edit("refs.bib", f"{{{key[1]},", f"{{{key[1]},\n  note = {{Unheard of}},")
        assert start(site, jobs, env).wait() == 0
        left.append(built(site))
    assert sorted(left[0]) == sorted(left[1])
    assert [file for file in left[0] if left[0][file] != left[1][file]] == []


@pytest.mark.parametrize(
    ("builder", "name", "says"),
    [("epub", "content.opf", "(dc:date|dcterms:modified)"), ("latex", "tiny.tex", r"\\date")],
)
def test_a_book_says_when_it_was_made(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, builder: str, name: str, says: str
) -> None:
    """That is all of it that differs from day to day, unless ``SOURCE_DATE_EPOCH`` is set."""
    left = []
    for epoch in ("1600000000", ""):
        if epoch:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        else:
            monkeypatch.delenv("SOURCE_DATE_EPOCH")
        build = tiny.build(builder, confoverrides={"version": "1", "copyright": "us"})
        left.append(files(build.outdir))
        tiny.clean()
    one, two = left
    assert sorted(one) == sorted(two)
    assert {file for file in one if one[file] != two[file]} - {"tiny.epub"} == {name}
    lines = zip(one[name].decode().splitlines(), two[name].decode().splitlines(), strict=True)
    differing = [pair for pair in lines if pair[0] != pair[1]]
    assert differing
    assert all(re.search(says, line) for pair in differing for line in pair)
    if builder == "epub":
        with zipfile.ZipFile(io.BytesIO(one["tiny.epub"])) as book:
            assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
