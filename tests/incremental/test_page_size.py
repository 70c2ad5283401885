"""The size of a note's page does not depend on the number of notes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sites import PROJECT, Build, Site

sys.path.insert(0, str(PROJECT))

from bench import generate, page_size, sites

SIZES = (26, 66)
# A note in the middle, whose page has everything that a note's page can have.
NOTE = "papers/alike1020"


def _write(folder: Path, count: int) -> Site:
    """Write the pages of the notebook with *count* notes, each of which cites its neighbours."""
    # All names have the same length.
    numbers = range(1000, 1000 + count)
    entries = [
        generate.Entry(
            f"alike{number}",
            f"Alike {number}",
            f"@article{{alike{number},\n  author = {{Ada A{number}}},\n"
            f"  title = {{Alike {number}}},\n  journal = {{Journal}},\n  year = {{2020}},\n"
            f"  doi = {{10.5555/{number}}},\n}}\n",
        )
        for number in numbers
    ]
    notes = []
    for number in numbers:
        cited = [each for each in (number - 1, number + 1) if each in numbers]
        text = " ".join(f"It cites {{cite:t}}`alike{each}` here." for each in cited)
        body = f"# Alike {number}\n\nA summary, $x = {number}$.\n\n## More\n\n{text}\n"
        day = generate.datetime.date(2020, 1, 1) + generate.datetime.timedelta(days=number)
        notes.append(generate.Note(f"alike{number}", f"Alike {number}", ("same",), day, body))
    folder.mkdir()
    sites.whole(folder, notes, entries)
    return Site(folder)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Build]:
    """Build sites of growing size, by number of notes."""
    builds = {}
    for count in SIZES:
        site = _write(tmp_path_factory.mktemp("grown") / "site", count)
        build = site.build()
        assert build.messages == []
        builds[count] = build
    return builds


def test_size_of_a_note_s_page_does_not_grow_with_the_site(grown: dict[int, Build]) -> None:
    pages = [build.page(NOTE) for build in grown.values()]
    for selector in ("*", "a", "aside a", ".pn-related-section a", ".pn-neighbours a"):
        counts = {len(page.cssselect(selector)) for page in pages}
        assert len(counts) == 1, (selector, counts)
        assert counts != {0}, selector
    sizes = {len(build.read(f"{NOTE}.html")) for build in grown.values()}
    assert len(sizes) == 1


def test_size_of_paged_lists_does_not_grow_with_the_site(grown: dict[int, Build]) -> None:
    for name in ("index", "tags/same", "years/2020"):
        counts = {len(build.page(name).cssselect("*")) for build in grown.values()}
        assert len(counts) == 1, name


def test_benchmark_prints_page_sizes_as_a_table(
    grown: dict[int, Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry(number: int) -> generate.Entry:
        return generate.Entry(f"alike{1000 + number}", "", "")

    monkeypatch.setattr(generate, "make_entry", entry)
    weights = {count: page_size.weigh(build.outdir, count) for count, build in grown.items()}
    _, _, first, *others = page_size.table(weights).splitlines()
    assert first.endswith("| 1.00 |")
    (bibliography,) = (row for row in others if row.startswith("| bibliography.html, bytes"))
    assert float(bibliography.split("|")[-2]) > 2
