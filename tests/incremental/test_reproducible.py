"""The same sources give the same output, byte for byte, wherever and however they are built."""

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
from shelf import NoteFile, Shelf, files
from sites import NOTEBOOK, PROJECT, Site

# A system with ASCII as its encoding, and one in French.
ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
FRENCH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"}
EPOCH = {"SOURCE_DATE_EPOCH": "1600000000"}
# The number of processes and the environment of each build. Builds differ in processes, hash seed,
# language, time zone and folder. One has no SOURCE_DATE_EPOCH: the site contains no build time.
ENVIRONMENTS = [
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


def output_files(site: Site) -> dict[str, bytes]:
    """Return the contents of the output folder, without Sphinx's cache."""
    output = files(site.folder / "_build/html")
    return {name: output[name] for name in output if not name.startswith(".doctrees/")}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """Build copies of a site in different folders, at different depths, in each environment."""
    root = tmp_path_factory.mktemp("deterministic")
    first = Shelf(Site(root / "one"))
    first.write_sources()
    first.write_note("deep/er", NoteFile("k3", title="é", tags=("ML", "a b"), picture=True))
    results = []
    for number, (jobs, env) in enumerate(ENVIRONMENTS):
        site = Site(root / ("deeper/" * number + f"copy-{number}"))
        shutil.copytree(first.site.folder, site.folder)
        assert start(site, jobs, env).wait() == 0
        results.append(output_files(site))
    return results


@pytest.mark.parametrize("number", range(1, len(ENVIRONMENTS)))
def test_output_does_not_depend_on_the_environment(
    builds: list[dict[str, bytes]], number: int
) -> None:
    assert sorted(builds[number]) == sorted(builds[0])
    assert [name for name in builds[0] if builds[number][name] != builds[0][name]] == []


def test_site_with_theme_and_pagefind_is_reproducible(tmp_path: Path) -> None:
    """The notebook contains no build time.

    One build is clean, the other is incremental after two edits.
    """
    results = []
    for name, jobs, env in (("one", "1", {"TZ": "UTC"}), ("two/er", "4", {"TZ": "Asia/Tokyo"})):
        site = Site(tmp_path / name)
        shutil.copytree(NOTEBOOK, site.folder)
        env |= {"SITE_URL": "https://example.org/"}
        if name == "one":
            assert start(site, jobs, env).wait() == 0
        first, second, *_ = sorted((site.folder / "papers").glob("*.md"))
        site.edit(f"papers/{first.name}", "\n# ", "\n# Unheard of ")
        key = re.search(r"paper: (\S+)", second.read_text(encoding="utf-8"))
        assert key
        site.edit("refs.bib", f"{{{key[1]},", f"{{{key[1]},\n  note = {{Unheard of}},")
        assert start(site, jobs, env).wait() == 0
        results.append(output_files(site))
    one, two = results
    assert sorted(one) == sorted(two)
    assert [file for file in one if one[file] != two[file]] == []


@pytest.mark.parametrize(
    ("builder", "name", "date"),
    [("epub", "content.opf", "(dc:date|dcterms:modified)"), ("latex", "tiny.tex", r"\\date")],
)
def test_books_differ_from_day_to_day_only_in_their_date(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, builder: str, name: str, date: str
) -> None:
    """With ``SOURCE_DATE_EPOCH`` the date is fixed."""
    results = []
    for epoch in ("1600000000", ""):
        if epoch:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        else:
            monkeypatch.delenv("SOURCE_DATE_EPOCH")
        build = tiny.build(builder, confoverrides={"version": "1", "copyright": "us"})
        results.append(files(build.outdir))
        tiny.clean()
    one, two = results
    assert sorted(one) == sorted(two)
    assert {file for file in one if one[file] != two[file]} - {"tiny.epub"} == {name}
    lines = zip(one[name].decode().splitlines(), two[name].decode().splitlines(), strict=True)
    differing = [pair for pair in lines if pair[0] != pair[1]]
    assert differing
    assert all(re.search(date, line) for pair in differing for line in pair)
    if builder == "epub":
        with zipfile.ZipFile(io.BytesIO(one["tiny.epub"])) as book:
            assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
