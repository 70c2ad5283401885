"""Test ``papernotes highlights``: papers, notes, pictures, and what may go wrong on the way."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import files, run, start
from pdfs import Mark, Page, Pdf, line
from PIL import Image
from servers import Reply, Server, serving
from sites import Site
from zotero import KEY, Zotero

from papernotes.cli import storage
from papernotes.cli.highlights import block
from papernotes.cli.highlights.zotero import Zotero as Library
from papernotes.cli.remote.http import Client
from papernotes.cli.site import find_site
from papernotes.reading.syntax.quote_blocks import find_blocks


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def zotero(server: Server) -> Zotero:
    """Return a library with two papers of the site, by citation key and by DOI, and another."""
    library = Zotero(server)
    first = library.paper(1, extra="Citation Key: alpha2001\ntex.x: y")
    second = library.paper(2, DOI="https://doi.org/10.1000/BETA")
    library.mark(1, first, "Alpha says it.", comment="So it <b>does</b>.")
    library.mark(2, first, "And again.", color="#ff6666", pageLabel="6")
    library.mark(3, second, "Beta says more.")
    library.mark(4, library.paper(3, citationKey="other2010"), "Nothing of this site.")
    return library


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    conf = (tiny.folder / "conf.py").read_text(encoding="utf-8")
    settings = (
        f'papernotes_zotero_url = "{server.url}"\npapernotes_zotero_web_url = "{server.url}"\n'
        'papernotes_highlight_colours = {"#FF6666": "doubt"}\n'
    )
    tiny.write("conf.py", conf + settings)
    return tiny


def note(site: Site, name: str = "alpha") -> str:
    return (site.folder / f"papers/{name}.md").read_text(encoding="utf-8")


def quotes(site: Site, name: str = "alpha") -> list[str]:
    return [quote.quotation for each in find_blocks(note(site, name)) for quote in each.quotes]


def highlights(site: Site, *arguments: str, status: int = 0, **env: str) -> str:
    """Run the command, and return what it says."""
    result = run(site, "highlights", *arguments, **env)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    assert KEY not in result.output
    return result.output


def test_highlights_come_into_the_notes_of_their_papers(site: Site, zotero: Zotero) -> None:
    before = files(site.folder)
    dry = highlights(site, "--dry-run")
    assert "+> Alpha says it." in dry
    assert "3 quotes would be added, 0 quotes would be changed." in dry
    assert files(site.folder) == before
    said = highlights(site)
    assert "papers/alpha.md: 2 quotes added, 0 quotes changed" in said
    assert "3 quotes added, 0 quotes changed." in said
    assert quotes(site) == ["Alpha says it.", "And again."]
    assert quotes(site, "beta") == ["Beta says more."]
    assert ":colour: doubt" in note(site)
    assert "\nSo it does.\n" in note(site)
    changed = {name for name, content in files(site.folder).items() if before.get(name) != content}
    assert changed == {"papers/alpha.md", "papers/beta.md"}
    # The notes can be built, and nothing changes without a change.
    assert site.build().messages == []
    after = files(site.folder)
    assert "0 quotes added, 0 quotes changed." in highlights(site)
    assert files(site.folder) == after
    # What changes in Zotero comes along, and what is deleted there is told.
    zotero.mark(2, "FILE0001", "And once again.")
    del zotero.items["MARK0003"]
    zotero.mark(5, "FILE0002", "Beta goes on.")
    said = highlights(site)
    assert quotes(site) == ["Alpha says it.", "And once again."]
    assert quotes(site, "beta") == ["Beta says more.", "Beta goes on."]
    place = note(site, "beta").splitlines().index(":::{quote} 1") + 1
    assert f"beta.md:{place}: quote 1 is no longer in Zotero" in said


PAPERS: dict[str, tuple[dict[str, str], str]] = {
    "its own key": ({"citationKey": "Alpha2001"}, "alpha2001"),
    "key in Extra": ({"extra": "tex.x: y\ncitation key: alpha2001"}, "alpha2001"),
    "DOI": ({"DOI": "10.1000/BETA"}, "DOI:10.1000/beta"),
    "DOI in Extra": ({"extra": "Publisher: X\nDOI: 10.1000/beta"}, "DOI:10.1000/beta"),
    "address": ({"url": "https://doi.org/10.1000/beta"}, "DOI:10.1000/beta"),
    "arXiv": ({"archiveID": "arXiv:math/0101001"}, "arXiv:math/0101001"),
    "arXiv in Extra": ({"extra": "arXiv:math/0101001v2 [math.GT]"}, "arXiv:math/0101001"),
    "DOI of arXiv": ({"DOI": "10.48550/arXiv.math/0101001"}, "arXiv:math/0101001"),
    "remark in Extra": ({"extra": "Comment on doi:10.1000/beta and arXiv:math/0101001"}, ""),
}


def test_a_paper_has_all_its_names(site: Site, server: Server) -> None:
    library = Zotero(server)
    for number, (name, (data, _)) in enumerate(PAPERS.items(), start=1):
        library.mark(number, library.paper(number, **data), name)
    found = find_site(site.folder)
    names = {
        item.annotations[0].text: " ".join([*item.keys, *map(str, item.identifiers)])
        for item in Library(found, Client()).items(found)
    }
    assert names == {name: expected for name, (_, expected) in PAPERS.items()}
    # A citation key is the author's own choice, so that identifiers count without one.
    highlights(site)
    assert quotes(site) == ["its own key", "key in Extra"]
    assert quotes(site, "beta") == ["DOI", "DOI in Extra", "address"]


@pytest.mark.parametrize("key", ["DBLP:journals/corr/abs-1706", "o'neil+2020_ü.x", "2020"])
def test_notes_of_all_kinds_get_their_quotes(site: Site, server: Server, key: str) -> None:
    library = Zotero(server)
    library.mark(1, library.paper(1, DOI="10.1000/BETA"), "Beta says it.")
    site.edit("refs.bib", "beta2002", key)
    content = note(site, "beta").replace("beta2002", f'"{key}"')
    site.remove("papers/beta.md")
    site.remove("papers/alpha.md")
    site.remove("papers/delta.md")
    # With a mark of the byte order, ends of lines of Windows, in a folder in the folder.
    name = "2020/q1/a note"
    site.write(f"papers/{name}.md", b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    assert "1 quote added" in highlights(site)
    written = (site.folder / f"papers/{name}.md").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf---\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert "0 quotes added, 0 quotes changed" in highlights(site, key)
    site.write("plain.md", f"# Plain\n\nIt says {{highlight}}`{key}:1`.\n")
    build = site.build()
    assert "“Beta says it.”" in build.read("plain.html")
    assert [line for line in build.messages if "plain.md" in line] == []


def test_one_paper_can_be_named(site: Site, zotero: Zotero) -> None:
    assert "1 quote added" in highlights(site, "beta2002")
    assert quotes(site) == []
    assert 'no note is on "gamma2003"' in highlights(site, "gamma2003", status=1)
    assert "no paper with highlights in Zotero" in highlights(site, "delta2004", status=1)
    # The paper is gone, and its quotes stay.
    text = note(site, "beta")
    del zotero.items["PAPR0002"]
    assert "quote 1 is no longer in Zotero" in highlights(site)
    assert note(site, "beta") == text


def test_the_servers_are_asked_with_the_key_and_only_for_what_is_new(
    site: Site, zotero: Zotero, server: Server
) -> None:
    zotero.prefix, zotero.wants_key = "/users/475425", True
    assert "ZOTERO_API_KEY" in highlights(site, "--web", status=1)
    highlights(site, "--web", ZOTERO_API_KEY=KEY)
    assert quotes(site, "beta") == ["Beta says more."]
    headers = [{n.lower(): v for n, v in request.headers.items()} for request in server.asked]
    assert {each.get("zotero-api-key") for each in headers} == {KEY}
    assert "if-modified-since-version" not in headers[1]
    count = len(server.asked)
    text = note(site)
    site.write("papers/alpha.md", text.partition("\n::::")[0])
    highlights(site, "--web", ZOTERO_API_KEY=KEY)
    assert len(server.asked) == count + 2
    assert server.asked[-1].headers["If-Modified-Since-Version"] == "7"
    assert quotes(site) == ["Alpha says it.", "And again."]
    # The library has changed.
    zotero.version += 1
    zotero.mark(9, "FILE0001", "New.")
    highlights(site, "--web", ZOTERO_API_KEY=KEY)
    assert quotes(site)[-1] == "New."
    for path in [*site.folder.rglob("*"), *(site.folder.parent / "cache").rglob("*")]:
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_large_library_is_read_page_by_page(site: Site, zotero: Zotero, server: Server) -> None:
    for number in range(1000, 6000):
        zotero.mark(number, f"FILE000{1 + number % 3}", f"Quote {number}")
    # Addresses in answers are not followed, so that none can lead elsewhere.
    zotero.headers = {"Link": '<http://127.0.0.2:9/users/0/items>; rel="next"'}
    highlights(site)
    assert len(quotes(site)) == 1668
    # 51 pages of annotations, one request for their files, one for the papers.
    assert len(server.asked) == 53


def test_a_library_that_changes_while_it_is_read_is_read_again(
    site: Site, zotero: Zotero, server: Server
) -> None:
    zotero.prefix, zotero.largest = "/groups/8", 2
    site.edit(
        "conf.py",
        "papernotes_zotero_url",
        'papernotes_zotero_library = "groups/8"\npapernotes_zotero_url',
    )

    def change(path: str) -> None:
        if "start=2" in path and zotero.version < 9:
            zotero.version += 1

    server.before = change
    highlights(site, "--web")
    assert quotes(site, "beta") == ["Beta says more."]
    server.before = lambda _: setattr(zotero, "version", zotero.version + 1)
    assert "keeps changing" in highlights(site, "--web", status=1)


OTHER = {"Location": "http://127.0.0.2:9/users/0/items"}
ITEM = {"key": "MARK0001", "data": {"key": "../../x"}}
FAULTS = {
    "not allowed": (Reply("no", status=403), "allow other applications on this computer"),
    "gone": (Reply("no", status=404), "has no such library"),
    "odd": (Reply("no", status=418), "refuses the request (HTTP status 418)"),
    "broken": (Reply('[{"key": "A', "application/json"), "answers with something else"),
    "text": (Reply("hello", "application/json"), "answers with something else"),
    "no list": (Reply("{}", "application/json"), "answers with something else"),
    "no items": (Reply("[1]", "application/json"), "answers with something else"),
    "no key": (Reply(json.dumps([ITEM]), "application/json"), "answers with something else"),
    "deep": (Reply("[" * 100_000, "application/json"), "answers with something else"),
    "number": (Reply("9" * 5000, "application/json"), "answers with something else"),
    "endless": (Reply("[]", headers={"Total-Results": "1000000000"}), "more than 100000"),
    "elsewhere": (Reply(status=302, headers=OTHER), "redirects to another server, 127.0.0.2:9"),
    "large": (Reply(b" " * (16 * 2**20 + 1)), "answers with more than 16 MiB"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_server_leaves_the_notes(site: Site, zotero: Zotero, name: str) -> None:
    before = files(site.folder)
    reply, message = FAULTS[name]
    zotero.faults = [reply]
    assert message in " ".join(highlights(site, status=1).split())
    # Also in the middle of the work.
    zotero.largest = 1
    zotero.faults = []
    zotero.server.before = lambda path: zotero.faults.extend([reply] if "start=2" in path else [])
    assert message in " ".join(highlights(site, status=1).split())
    assert files(site.folder) == before


def test_a_busy_server_is_waited_for(site: Site, zotero: Zotero) -> None:
    waits: list[float] = []
    zotero.largest = 2
    zotero.faults = [Reply("busy", status=429, headers={"Retry-After": "3"})]
    zotero.headers = {"Backoff": "5"}
    library = Library(find_site(site.folder), Client(sleep=waits.append))
    assert len(library.items(find_site(site.folder))) == 3
    assert waits == [3, 5, 5, 5]
    # It is not waited for without end.
    zotero.faults = [Reply("busy", status=429, headers={"Retry-After": "600"})]
    assert "is busy (HTTP status 429); try again in 600 seconds" in highlights(site, status=1)


def test_no_zotero_and_wrong_settings_are_reported(site: Site, server: Server) -> None:
    site.edit(
        "conf.py",
        f'papernotes_zotero_url = "{server.url}"',
        'papernotes_zotero_url = "http://127.0.0.1:9"',
    )
    assert "start Zotero, or ask its servers with --web" in highlights(site, status=1)
    said = highlights(site, "--web", status=1, ZOTERO_API_KEY="no\nletters: Zyx")
    assert "does not hold a key" in said
    assert "Zyx" not in said
    site.edit("conf.py", f'web_url = "{server.url}"', 'web_url = "http://zotero.invalid"')
    assert "in the open" in highlights(site, "--web", status=1, ZOTERO_API_KEY=KEY)
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    site.write("conf.py", conf + 'papernotes_zotero_library = "../admin"\n')
    assert '"../admin" is no library' in highlights(site, status=1)


@pytest.mark.parametrize("place", ["text", "error", "redirect"])
def test_a_key_that_comes_back_goes_nowhere(site: Site, zotero: Zotero, place: str) -> None:
    zotero.prefix = "/users/3"
    zotero.mark(6, "FILE0001", f"Your key is {KEY}")
    location = {"Location": f"http://[{KEY}", "Retry-After": "0"}
    if place != "text":
        zotero.faults = [Reply(KEY, status=500 if place == "error" else 302, headers=location)] * 9
    before = files(site.folder)
    result = run(site, "highlights", "--web", ZOTERO_API_KEY=KEY)
    assert result.exit_code == 1
    assert KEY not in result.output
    assert files(site.folder) == before
    for path in (site.folder.parent / "cache").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_hostile_annotations_harm_nothing(site: Site, zotero: Zotero) -> None:
    position = json.dumps({"pageIndex": 0, "rects": [[0, 0, 9e99, 1]]})
    for number, (name, value) in enumerate(
        [
            ("text", "::::\n:::\n```\n# Heading\n<script>alert(1)</script>"),
            ("comment", ":::\n::::\n\n# Heading\n{include} /etc/passwd"),
            ("text", "long " * 100_000),
            ("pageLabel", "5\n:public:\n"),
            ("color", "red\n:public:"),
            ("sortIndex", 7),
            ("text", ["a", "list"]),
            ("text", "\ud800 half"),
            ("position", position),
        ],
        start=50,
    ):
        zotero.mark(number, "FILE0001", f"Quote {number}", **{name: value})  # type: ignore[arg-type]
    zotero.mark(70, "FILE0001", type="image", position=position)
    drawn = ["{", '{"pageIndex": 0, "width": 1, "paths": ', "[]}", "[[1]]}", "[[1, 2], [3, NaN]]}"]
    # A whole number that no float can be.
    drawn.append(f"[[1, {'9' * 400}]]}}")
    drawn += ["[[1, 2], 7]}", '[["a", "b"]]}', f"[[{'1, 2, ' * 60_000} 1, 2]]}}"]
    for number, paths in enumerate(drawn):
        position = paths if number < 2 else drawn[1] + paths
        zotero.mark(80 + number, "FILE0001", type="ink", position=position)
    zotero.mark(72, "../../../x", "No file")
    highlights(site)
    (found,) = find_blocks(note(site))
    assert found.directive.options.keys() == {"imported"}
    assert len(found.quotes) == 10
    assert max(map(len, note(site).splitlines())) < 10_100
    build = site.build(confoverrides={"papernotes_highlights_public": True})
    assert build.messages == []
    page = build.page("papers/alpha")
    assert len(page.find_class("pn-quotes")[0].xpath("./blockquote")) == 10
    assert not page.find_class("pn-quotes")[0].xpath(".//script|.//h1|.//h2|.//pre")


def test_areas_become_pictures_of_the_file_that_zotero_has(
    site: Site, zotero: Zotero, tmp_path: Path
) -> None:
    position = json.dumps({"pageIndex": 0, "rects": [[100, 600, 200, 650]]})
    zotero.mark(6, "FILE0001", type="image", position=position, comment="A figure.")
    paths = [[], [150, 500, 160, 510, 170, 500]]
    strokes = json.dumps({"pageIndex": 0, "width": 2, "paths": paths})
    zotero.mark(8, "FILE0002", type="ink", position=strokes.replace("2,", "9e4,"))
    zotero.mark(7, "FILE0002", type="ink", position=strokes)
    elsewhere = tmp_path / "a b.pdf"
    for address in ("", "file:///etc/passwd", "file://server/a.pdf", "https://x/a.pdf"):
        zotero.files |= dict.fromkeys(("FILE0001", "FILE0002"), address)
        highlights(site, "--dry-run")
    assert "![" not in highlights(site, "--dry-run")
    elsewhere.write_bytes(bytes(Pdf([Page(drawn=b"1 0 0 rg 100 600 100 50 re f")])))
    zotero.files |= dict.fromkeys(("FILE0001", "FILE0002"), elsewhere.as_uri())
    highlights(site)
    assert ":area: 1 145 495 175 515 3\n\n> ![p. 5](highlights/beta-2.png)" in note(site, "beta")
    picture = Image.open(site.folder / "papers/highlights/beta-2.png")
    assert (255, 212, 0) in {colour for _, colour in picture.getcolors(9999) or ()}
    assert (site.folder / "papers/highlights/alpha-3.png").read_bytes().startswith(b"\x89PNG")
    build = site.build()
    assert build.messages == []
    assert not list(build.outdir.glob("_images/alpha-3*"))
    build = site.build(confoverrides={"papernotes_highlights_public": True})
    assert build.messages == []
    assert list(build.outdir.glob("_images/alpha-3*"))


@pytest.mark.parametrize("linked", ["highlights", "highlights/alpha-3.png"])
def test_no_picture_is_written_through_a_link_out_of_the_folder(
    site: Site, zotero: Zotero, tmp_path: Path, linked: str
) -> None:
    position = json.dumps({"pageIndex": 0, "rects": [[100, 600, 200, 650]]})
    zotero.mark(6, "FILE0001", type="image", position=position)
    paper = tmp_path / "a.pdf"
    paper.write_bytes(bytes(Pdf([Page(drawn=b"")])))
    zotero.files["FILE0001"] = paper.as_uri()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = site.folder / "papers" / linked
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(elsewhere / "x.png" if link.suffix else elsewhere)
    before = note(site)
    result = run(site, "highlights")
    assert result.exit_code == 1
    assert "alpha-3.png leads out of the folder of the note by a symbolic link" in result.stderr
    assert note(site) == before
    assert not list(elsewhere.iterdir())


def test_annotations_of_a_pdf_come_into_the_note(
    site: Site, server: Server, tmp_path: Path
) -> None:
    marks = [
        Mark([line(72, 700, 200)], "mine", "ff6666"),
        Mark([(100, 500, 200, 550)], kind="/Square"),
        Mark([(100, 500, 200, 550)], kind="/Stamp"),
    ]
    pdf = Pdf([Page([(72, 700, "A sentence of the paper.")], marks)], 11)
    path = tmp_path / "alpha2001.pdf"
    path.write_bytes(bytes(pdf))
    said = highlights(site, "--pdf", str(path))
    assert "alpha2001.pdf: annotations of some kinds are left out: stamp 1\n" in said
    assert quotes(site) == ["A sentence of the paper.", "![p. 11](highlights/alpha-2.png)"]
    assert ":page: 11\n:colour: doubt\n" in note(site)
    # What Zotero has read in the same file is there already.
    zotero = Zotero(server)
    zotero.mark(9, zotero.paper(1, DOI="10.1000/beta"), "Nothing.")
    zotero.mark(
        8, zotero.paper(2, extra="Citation Key: alpha2001"), "A sentence of the pa\u00ad per."
    )
    zotero.items["MARK0008"] |= {"annotationPageLabel": "11", "annotationColor": "#ff6666"}
    assert "0 quotes added, 0 quotes changed, 1 quote there already" in highlights(site)
    path = path.rename(tmp_path / "scan.pdf")
    assert "names no paper of the bibliography" in highlights(site, "--pdf", str(path), status=1)
    highlights(site, "--pdf", str(path), "beta2002")
    assert len(quotes(site, "beta")) == 3
    path.write_bytes(bytes(Pdf([Page([(72, 700, "doi: 10.1000/beta.")], marks)])))
    assert "quote 1 has changed" not in highlights(site, "--pdf", str(path))
    assert "doi: 10.1000/beta." in quotes(site, "beta")
    assert highlights(site, "--pdf", str(path), "--web", status=2)
    path.write_bytes(b"no PDF")
    assert "cannot be read as a PDF" in highlights(site, "--pdf", str(path), status=1)


def test_pictures_of_notes_with_similar_names_are_files_of_their_own(
    site: Site, tmp_path: Path
) -> None:
    for old, new in (("alpha", "a.b (c)"), ("beta", "a.b c"), ("delta", "a-b--c-")):
        (site.folder / f"papers/{old}.md").rename(site.folder / f"papers/{new}.md")
    pictures = {}
    for key, corner in (("alpha2001", 200), ("beta2002", 250), ("delta2004", 300)):
        mark = Mark([(100, 500, corner, 550)], kind="/Square")
        path = tmp_path / f"{key}.pdf"
        path.write_bytes(bytes(Pdf([Page([(72, 700, "A sentence.")], [mark])])))
        highlights(site, "--pdf", str(path))
        pictures |= {each: each.read_bytes() for each in site.folder.rglob("highlights/*.png")}
    assert len(pictures) == len(set(pictures.values())) == 3
    build = site.build(confoverrides={"papernotes_highlights_public": True})
    assert len(list(build.outdir.glob("_images/*-1.png"))) == 3


def test_without_the_library_a_pdf_gets_a_message(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypdfium2", None)
    path = tmp_path / "alpha2001.pdf"
    path.write_bytes(bytes(Pdf([Page()])))
    assert "pypdfium2, which is not installed; run" in highlights(
        site, "--pdf", str(path), status=1
    )


def test_notes_that_cannot_be_read_are_left_alone(site: Site, zotero: Zotero) -> None:
    content = note(site).encode() + b"\nnot utf-8: \xff\n"
    site.write("papers/alpha.md", content)
    said = highlights(site, status=1)
    assert f"papers/alpha.md:{len(content.splitlines())}: the file is not UTF-8" in said
    assert (site.folder / "papers/alpha.md").read_bytes() == content
    assert quotes(site, "beta") == ["Beta says more."]


def test_of_several_notes_on_a_paper_one_gets_the_block(site: Site, zotero: Zotero) -> None:
    site.write("papers/about.md", "---\npaper: beta2002\n---\n\n# About\n")
    site.write("papers/zeta.md", "---\npaper: beta2002\nmain: true\n---\n\n# Zeta\n")
    highlights(site, "beta2002")
    assert [quotes(site, name) for name in ("about", "beta")] == [[], []]
    assert quotes(site, "zeta") == ["Beta says more."]
    # It may be moved to another.
    start = note(site, "zeta").index("\n::::")
    site.write("papers/beta.md", note(site, "beta") + note(site, "zeta")[start:])
    site.write("papers/zeta.md", note(site, "zeta")[:start])
    zotero.mark(5, "FILE0002", "Beta goes on.")
    highlights(site, "beta2002")
    assert quotes(site, "beta") == ["Beta says more.", "Beta goes on."]


def test_a_note_on_several_papers_gets_a_block_for_each(site: Site, zotero: Zotero) -> None:
    site.edit("papers/alpha.md", "paper: alpha2001", "paper: [alpha2001, beta2002]")
    site.remove("papers/beta.md")
    highlights(site)
    assert [each.key for each in find_blocks(note(site))] == ["alpha2001", "beta2002"]
    assert quotes(site) == ["Alpha says it.", "And again.", "Beta says more."]
    text = note(site)
    highlights(site)
    assert note(site) == text


def test_a_full_disk_leaves_the_note(
    site: Site, zotero: Zotero, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(site.folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    assert "No space left on device" in highlights(site, status=1)
    assert files(site.folder) == before


def test_a_note_that_is_saved_meanwhile_keeps_both(
    site: Site, zotero: Zotero, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge = block.merge
    edits = iter(["\nMeanwhile.\n"])

    def slow(text: str, *arguments: object) -> block.Merged:
        result = merge(text, *arguments)  # type: ignore[arg-type]
        for edit in edits:
            site.write("papers/alpha.md", note(site) + edit)
        return result

    monkeypatch.setattr("papernotes.cli.highlights.run.merge", slow)
    highlights(site, "alpha2001")
    assert "\nMeanwhile.\n\n::::{quotes} alpha2001" in note(site)


def test_two_runs_at_once_add_each_quote_once(site: Site, zotero: Zotero) -> None:
    programs = [start(site, "highlights") for _ in range(2)]
    for program in programs:
        assert program.communicate(timeout=60)[1]
        assert program.returncode == 0
    assert quotes(site) == ["Alpha says it.", "And again."]


def test_a_killed_run_leaves_the_notes(site: Site, zotero: Zotero, server: Server) -> None:
    before = files(site.folder)
    zotero.largest = 1
    arrived = []
    server.before = lambda path: (arrived.append(path), time.sleep(1 if len(arrived) > 1 else 0))
    program = start(site, "highlights")
    while len(arrived) < 2:
        time.sleep(0.02)
    os.kill(program.pid, signal.SIGKILL)
    program.communicate()
    assert files(site.folder) == before
