"""Other builders than ``html`` give sensible results, and parallel builds the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sites import PROJECT, ROOTS, Site, parse, text
from test_updates import outputs


def test_dirhtml(tiny: Site) -> None:
    build = tiny.build("dirhtml")
    assert build.messages == []
    front = parse(build.outdir / "index.html")
    links = [link.get("href") for link in front.cssselect(".sd-card h2 a")]
    assert links == ["papers/alpha/", "papers/beta/", "papers/delta/"]
    alpha = parse(build.outdir / "papers/alpha/index.html")
    assert alpha.cssselect("a[href='../beta/']")


def test_text(tiny: Site) -> None:
    build = tiny.build("text")
    assert build.messages == []
    note = build.read("papers/alpha.txt")
    assert "Anna Alpha" in note
    assert "[GGG03] Gil Gamma" in " ".join(note.split())
    front = build.read("index.txt")
    assert "A summary with p = 2n + d that cites Beta and Other [BO02]" in " ".join(front.split())
    assert "BibTeX" not in note


def test_latex_binds_all_pages(tiny: Site) -> None:
    build = tiny.build("latex")
    assert build.messages == []
    tex = build.read("tiny.tex")
    for title in ("Alpha of", "Beta", "Delta", "An ordinary page", "Works"):
        assert re.search(rf"\\chapter\{{.*{title}", tex), title
    # Every citation leads to a target that is there.
    led_to = set(re.findall(r"\\hyperlink\{(.*?)\}\{", tex))
    assert led_to
    assert led_to <= set(re.findall(r"\\hypertarget\{(.*?)\}", tex))
    assert "$p = 2n + d$" in tex or r"\(p = 2n + d\)" in tex


def test_epub_holds_the_notes(tiny: Site) -> None:
    settings = {"version": "1", "copyright": "2026"}
    assert tiny.build("epub", confoverrides=settings).messages == []
    # On top of what the first build left, nothing foreign lies in the book's folder.
    build = tiny.build("epub", confoverrides=settings)
    assert build.messages == []
    with zipfile.ZipFile(build.outdir / "tiny.epub") as book:
        contents = book.read("nav.xhtml").decode()
        assert "papers/alpha.xhtml" in book.namelist()
        assert contents.index("papers/alpha.xhtml") < contents.index("plain.xhtml")


def test_singlehtml_holds_the_notes(tiny: Site) -> None:
    build = tiny.build("singlehtml")
    assert build.messages == []
    assert "Nothing is cited here." in text(parse(build.outdir / "index.html"))


def test_html_after_a_book_is_as_before(tiny: Site) -> None:
    """The front page is bound for a book, and free of it again for the site."""
    before = outputs(tiny.build().outdir)
    tiny.build("latex")
    tiny.build()
    assert outputs(tiny.folder / "_build/html") == before


def test_a_note_added_to_a_book(tiny: Site) -> None:
    tiny.build("latex")
    tiny.write("papers/zeta.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nThe summary.\n")
    assert re.search(r"\\chapter\{.*Zeta", tiny.build("latex").read("tiny.tex"))


@pytest.mark.parametrize("builder", ["man", "texinfo", "xml", "pseudoxml", "gettext"])
def test_other_builders_know_every_node(tiny: Site, builder: str) -> None:
    assert tiny.build(builder).messages == []


def test_same_bytes_in_any_process_folder_and_hash_order(tmp_path: Path) -> None:
    found = []
    for number, (jobs, seed) in enumerate([("1", "0"), ("4", "1"), ("auto", "77")]):
        folder = tmp_path / f"checkout-{number}"
        subprocess.run(["cp", "-r", ROOTS / "tiny", folder], check=True)
        subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-W", "-j", jobs, ".", "_build/html"],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(PROJECT / "_ext"),
                "PYTHONHASHSEED": seed,
                "LC_ALL": "C",
            },
            check=True,
        )
        found.append(outputs(folder / "_build/html"))
        # Sphinx's own caches are where they are, and of no concern to a reader.
        found[-1] = {k: v for k, v in found[-1].items() if not k.startswith(".doctrees/")}
    assert found[0] == found[1] == found[2]
