"""The page of a note is as large among more notes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sites import PROJECT, Build, Site

sys.path.insert(0, str(PROJECT))

from bench import generate, sites, weight

SIZES = (30, 90)
# One in the middle of all of them, with everything that a note's page can have.
NOTE = "papers/alike1020"


def _write(folder: Path, count: int) -> Site:
    """Write *count* notes, each of which cites those beside it, into this project's own site."""
    # Every name has as many letters.
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
    """Build sites of growing size."""
    found = {}
    for count in SIZES:
        site = _write(tmp_path_factory.mktemp("grown") / "site", count)
        build = site.build()
        assert build.messages == []
        found[count] = build
    return found


def test_a_note_s_page_is_as_large_among_more(grown: dict[int, Build]) -> None:
    pages = [build.page(NOTE) for build in grown.values()]
    for selector in ("*", "a", "aside a", ".pn-related-section a", ".pn-neighbours a"):
        counts = {len(page.cssselect(selector)) for page in pages}
        assert len(counts) == 1, (selector, counts)
        assert counts != {0}, selector
    sizes = {len(build.read(f"{NOTE}.html")) for build in grown.values()}
    assert len(sizes) == 1


def test_the_front_page_is_as_large_among_more(grown: dict[int, Build]) -> None:
    for name in ("index", "tags/same", "years/2020"):
        counts = {len(build.page(name).cssselect("*")) for build in grown.values()}
        assert len(counts) == 1, name


def test_weights_are_a_table(grown: dict[int, Build], monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(number: int) -> generate.Entry:
        return generate.Entry(f"alike{1000 + number}", "", "")

    monkeypatch.setattr(generate, "make_entry", entry)
    weights = {count: weight.weigh(build.outdir, count) for count, build in grown.items()}
    _, _, first, *others = weight.table(weights).splitlines()
    assert first.endswith("| 1.00 |")
    (bibliography,) = (row for row in others if row.startswith("| bibliography.html, bytes"))
    assert float(bibliography.split("|")[-2]) > 2
