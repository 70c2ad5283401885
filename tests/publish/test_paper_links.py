"""What belongs to a work is linked wherever the work is, as an address or as a file of the site."""

from __future__ import annotations

import json
import shutil

import lxml.html
import pytest
from commands import run
from sites import ROOTS, Build, Site

FIELDS = """
  pdf = {pdf/The talk.pdf},
  code = {https://example.org/a_b%20c},
  slides = {pdf/slides.PDF},
  video = {https://example.org/video},
  poster = {pdf/missing.png},
  data = {https://example.org/data},
  review = {A remark of mine: very good.},
  doi ="""
KINDS = {
    "PDF": "_files/pdf/The%20talk.pdf",
    "DOI": "https://doi.org/10.1000/alpha",
    "code": "https://example.org/a_b%20c",
    "slides": "_files/pdf/slides.PDF",
    "video": "https://example.org/video",
    "data": "https://example.org/data",
}
MISSING = (
    'refs.bib:1: WARNING: the entry "alpha2001" links to the file "pdf/missing.png", which is not'
    " there; correct the name, or add the file [papernotes.missing-file]"
)


def links(element: lxml.html.HtmlElement, before: str = "") -> dict[str, str]:
    """Return the addresses of the links to a work by their texts, without *before*."""
    found = {link.text_content(): link.get("href") for link in element.cssselect(".pn-links a")}
    return {kind: found[kind].removeprefix(before) for kind in KINDS if kind in found}


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Build]:
    site = Site(tmp_path_factory.mktemp("links") / "site")
    shutil.copytree(ROOTS / "tiny", site.folder)
    site.edit("refs.bib", "\n  eprint = {math/0101001},", f"{FIELDS} {{10.1000/alpha}},")
    site.write("pdf/The talk.pdf", b"%PDF")
    site.write("pdf/slides.PDF", b"%PDF slides")
    return site, site.build()


def test_cards_headers_lists_and_previews_link_to_what_belongs_to_a_work(
    linked: tuple[Site, Build],
) -> None:
    _, build = linked
    assert build.messages == [MISSING]
    card = next(each for each in build.page("index").cssselect(".pn-card") if links(each))
    assert links(card) == KINDS
    header = build.page("papers/alpha").cssselect(".pn-header")[0]
    assert links(header, "../") == KINDS
    assert links(build.page("works").cssselect(".pn-works > li")[0]) == KINDS
    [preview] = [
        path.read_text() for path in build.outdir.rglob("*alpha2001*") if "preview" in str(path)
    ]
    assert "pdf/The%20talk.pdf" in preview
    assert (build.outdir / "_files/pdf/The talk.pdf").read_bytes() == b"%PDF"
    # The remark is published nowhere.
    assert not [
        path for path in build.outdir.rglob("*.[hjx]*") if b"very good" in path.read_bytes()
    ]


def test_structured_data_has_the_links(linked: tuple[Site, Build]) -> None:
    _, build = linked
    base = "https://example.org/notes/"
    addresses = {kind: url.replace("_files", f"{base}_files") for kind, url in KINDS.items()}
    notes = {note["name"]: note for note in json.loads(build.read("papers.json"))["notes"]}
    assert notes["papers/alpha"]["links"] == {"alpha2001": addresses}
    [script] = build.page("papers/alpha").cssselect("script[type='application/ld+json']")
    about = json.loads(script.text)["about"]
    assert about["encoding"]["contentUrl"] == addresses["PDF"]
    assert about["hasPart"] == [
        {"@type": "SoftwareSourceCode", "url": addresses["code"]},
        {"@type": "Dataset", "url": addresses["data"]},
    ]
    assert [each["url"] for each in about["subjectOf"]] == [addresses["slides"], addresses["video"]]


def test_files_are_published_while_they_may_be(linked: tuple[Site, Build]) -> None:
    site, _ = linked
    outside = site.folder.parent / "outside.pdf"
    outside.write_bytes(b"%PDF outside")
    (site.folder / "pdf/slides.PDF").unlink()
    (site.folder / "pdf/slides.PDF").symlink_to(outside)
    site.write("pdf/missing.png", b"")
    site.edit("refs.bib", "pdf/The talk.pdf", "papers/beta.md")
    site.edit("refs.bib", "https://example.org/video", "ftp://example.org/video")
    site.edit("refs.bib", "https://example.org/data", "conf.py")
    build = site.build()
    where = 'refs.bib:1: WARNING: the entry "alpha2001" links to the file'
    document = f'{where} "papers/beta.md", which is a document; link to it in the note'
    outside_file = f'{where} "pdf/slides.PDF", which is outside the site\'s folder; copy it there'
    private = f'{where} "conf.py", which is private; delete the field'
    unsafe = 'refs.bib:1: WARNING: the field "video" of the entry "alpha2001" is not an http or'
    unsafe += " https address and is not linked; correct it or delete it"
    assert build.messages == [
        f"{private} [papernotes.bad-link]",
        f"{document} [papernotes.bad-link]",
        f"{outside_file} [papernotes.outside]",
        f"{unsafe} [papernotes.bad-link]",
    ]
    header = build.page("papers/alpha").cssselect(".pn-header")[0]
    assert set(links(header)) == {"DOI", "code"}
    files = build.outdir / "_files"
    assert [path.name for path in files.rglob("*.*")] == ["missing.png"]


def test_check_knows_the_fields(tiny: Site) -> None:
    fields = "  code = {example},\n  slides = {http://x y},\n"
    tiny.edit("refs.bib", "  title = {On alpha}", f"{fields}  title = {{On alpha}}")
    found = run(tiny, "check").output
    assert 'the field "slides" of the entry' in found
    assert '"code"' not in found
