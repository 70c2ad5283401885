"""What a build need not do."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Site

from papernotes.effort import OBJECTS

CONF = """
import gc
extensions = ["papernotes"]
bibtex_bibfiles = []

def setup(app):
    merged = []
    app.connect("env-merge-info", lambda *_: merged.append(1))
    app.connect("env-updated", lambda app, env: print(
        f"threshold {gc.get_threshold()[0]},",
        f"merged {bool(merged)}, then {app.parallel}",
    ))
"""


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


@pytest.mark.parametrize(("own", "then"), [(700, OBJECTS), (90_000, 90_000), (0, 0)])
def test_a_build_spares_itself_effort(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], own: int, then: int
) -> None:
    site = Site(tmp_path)
    site.write("conf.py", CONF)
    for number in range(25):
        site.write(f"{number or 'index'}.md", "# Notes\n")
    gc.set_threshold(own)
    site.build("dummy", parallel=2)
    said = f"threshold {then},", "merged False, then 2"
    assert " ".join(said) in capfd.readouterr().out
    assert gc.get_threshold()[0] == own
