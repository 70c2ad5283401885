"""The measurement measures what it says: whole sites, built without a warning, and compared."""

from __future__ import annotations

import filecmp
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from bench import citations, generate, measure  # noqa: E402


def test_the_same_site_each_time(tmp_path: Path) -> None:
    for name in ("one", "other"):
        generate.make_site(tmp_path / name, 4, "papernotes")
    compared = filecmp.dircmp(tmp_path / "one", tmp_path / "other")
    assert not compared.diff_files
    notes = filecmp.cmpfiles(
        tmp_path / "one/papers", tmp_path / "other/papers", compared.subdirs["papers"].left_list
    )
    assert [len(names) for names in notes] == [4, 0, 0]


@pytest.mark.parametrize("flavour", ["papernotes", "libraries", "bare"])
def test_whole_sites_are_built(tmp_path: Path, flavour: generate.Flavour) -> None:
    generate.make_site(tmp_path / "site", 4, flavour)
    measured = measure.build(tmp_path / "site")
    assert measured.cpu > 0
    assert 10 < measured.memory < 1000
    pages = list((tmp_path / "site/_build/papers").glob("*.html"))
    assert len(pages) == 4
    if flavour != "bare":
        text = pages[0].read_text(encoding="utf-8")
        assert text.count("https://doi.org/10.5555/") >= 2


def test_a_build_that_warns_is_no_measurement(tmp_path: Path) -> None:
    generate.make_site(tmp_path / "site", 2, "papernotes")
    with (tmp_path / "site/index.md").open("a", encoding="utf-8") as index:
        index.write("\n{cite:t}`nobody1900`\n")
    with pytest.raises(RuntimeError, match="unknown citation key"):
        measure.build(tmp_path / "site")


def test_growth_and_ratios() -> None:
    def took(seconds: float) -> list[measure.Measurement]:
        return [measure.Measurement(seconds, seconds, 100)]

    results: citations.Results = {
        ("papernotes", 100): took(2),
        ("papernotes", 400): took(8),
        ("libraries", 100): took(4),
        ("bare", 100): took(1),
        ("bare", 400): took(16),
    }
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in citations.table(results, [100, 400]).splitlines()
        if line.startswith("|")
    ]
    assert rows[2][1:] == [
        "2.0 s",
        "",
        "100 MB",
        "4.0 s",
        "",
        "100 MB",
        "1.0 s",
        "",
        "100 MB",
        "0.50",
        "2.00",
    ]
    assert rows[3][1:] == [
        "8.0 s",
        "1.00",
        "100 MB",
        "not run",
        "",
        "",
        "16.0 s",
        "2.00",
        "100 MB",
        "",
        "0.50",
    ]
