"""What a build after an edit need not do."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Site

from papernotes.effort import FEW, OBJECTS

CONF = """
import gc
extensions = ["papernotes"]
bibtex_bibfiles = []

def setup(app):
    merged = []
    app.connect("env-merge-info", lambda *_: merged.append(1))
    app.connect("env-updated", lambda app, env: print(
        f"frozen {gc.get_freeze_count() > 0}, threshold {gc.get_threshold()[0]},",
        f"merged {bool(merged)}, then {app.parallel}",
    ))
"""


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


@pytest.mark.parametrize(
    ("own", "pages", "said"),
    [
        (700, FEW, f"frozen True, threshold {OBJECTS}, merged False, then 2"),
        (700, FEW + 1, "frozen True, threshold 700, merged True, then 2"),
        (90_000, FEW, "frozen True, threshold 90000, merged False, then 2"),
        (0, FEW, "frozen True, threshold 0, merged False, then 2"),
    ],
)
def test_a_build_spares_itself_what_a_few_documents_do_not_need(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], own: int, pages: int, said: str
) -> None:
    site = Site(tmp_path)
    site.write("conf.py", CONF)
    for number in range(pages):
        site.write(f"{number or 'index'}.md", "# Notes\n")
    gc.set_threshold(own)
    site.build("dummy", parallel=2)
    assert said in capfd.readouterr().out
    assert gc.get_threshold()[0] == own
    assert gc.get_freeze_count() == 0
