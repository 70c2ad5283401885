"""Metadata of pages: head elements, JSON-LD, COinS and social cards."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import lxml.html
import pytest
from PIL import Image
from sites import THEME, Build, Site, text

from papernotes.bibliography import reader
from papernotes.bibliography.export import coins, csl
from papernotes.publish.plaintext import shorten

ADDRESS = "https://example.org/notes/"
Element = lxml.html.HtmlElement
NEWSREADER = tuple(
    f"newsreader-roman-{letters}.woff2" for letters in ("latin", "latin-ext", "vietnamese")
)


def metas(page: Element) -> dict[str, list[str]]:
    """Return the content of each meta element with a name or property."""
    found: dict[str, list[str]] = {}
    for meta in page.cssselect("head meta[name], head meta[property]"):
        found.setdefault(meta.get("property") or meta.get("name"), []).append(meta.get("content"))
    return found


def data(page: Element) -> dict[str, Any]:
    """Return the JSON-LD of a page, which has at most one such script."""
    scripts = page.cssselect("script[type='application/ld+json']")
    assert len(scripts) <= 1
    return dict(json.loads(scripts[0].text)) if scripts else {}


def works(page: Element) -> list[dict[str, list[str]]]:
    """Return the parsed COinS of a page."""
    return [
        parse_qs(span.get("title"), strict_parsing=True) for span in page.cssselect("span.Z3988")
    ]


def test_json_ld_describes_a_note_as_a_posting_about_a_paper(tiny: Site) -> None:
    made = tiny.build()
    address = ADDRESS + "papers/alpha.html"
    assert data(made.page("papers/alpha")) == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": address,
        "url": address,
        "headline": "Alpha of x^2",
        "description": "A summary with p = 2n + d that cites Beta and Other [BO02]. Its second"
        " paragraph.",
        "image": ADDRESS + "pictures/papers/alpha.png",
        "inLanguage": "en",
        "keywords": ["generalization", "C++"],
        "datePublished": "2020-08-31",
        "isPartOf": {"@type": "Blog", "name": "tiny", "url": ADDRESS + "index.html"},
        "about": {
            "@type": "ScholarlyArticle",
            "name": "On alpha",
            "author": [
                {
                    "@type": "Person",
                    "name": "Anna Alpha",
                }
            ],
            "datePublished": "2001",
            "isPartOf": {"@type": "Periodical", "name": "Journal of Letters"},
            "url": "https://arxiv.org/abs/math/0101001",
            "encoding": {
                "@type": "MediaObject",
                "contentUrl": "https://arxiv.org/pdf/math/0101001",
                "encodingFormat": "application/pdf",
            },
        },
    }  # fmt: skip


def test_no_page_has_citation_tags_which_would_present_the_note_as_the_paper(tiny: Site) -> None:
    made = tiny.build()
    for path in made.outdir.rglob("*.html"):
        page = lxml.html.document_fromstring(path.read_text(encoding="utf-8"))
        assert not [name for name in metas(page) if name.lower().startswith("citation_")]


def test_note_has_open_graph_and_twitter_metadata(tiny: Site) -> None:
    found = metas(tiny.build().page("papers/alpha"))
    summary = "A summary with p = 2n + d that cites Beta and Other [BO02]. Its second paragraph."
    for name, content in {
        "description": [summary],
        "og:title": ["Alpha of x^2"],
        "og:description": [summary],
        "og:type": ["article"],
        "og:url": [ADDRESS + "papers/alpha.html"],
        "og:site_name": ["tiny"],
        "og:image": [ADDRESS + "pictures/papers/alpha.png"],
        "og:image:width": ["1200"],
        "og:image:height": ["630"],
        "og:image:alt": ["Alpha of x^2"],
        "article:published_time": ["2020-08-31"],
        "article:tag": ["generalization", "C++"],
        "twitter:card": ["summary_large_image"],
    }.items():
        assert found[name] == content, name


def test_metadata_of_the_front_page_and_of_an_ordinary_page(tiny: Site) -> None:
    tiny.edit("index.md", "# A shelf", "# A shelf\n\nMy notes on *letters*.")
    made = tiny.build()
    front = made.page("index")
    assert metas(front)["description"] == ["My notes on letters."]
    assert metas(front)["og:title"] == ["tiny"]
    assert data(front) == {
        "@context": "https://schema.org",
        "@type": "Blog",
        "@id": ADDRESS + "index.html",
        "url": ADDRESS + "index.html",
        "name": "tiny",
        "description": "My notes on letters.",
        "inLanguage": "en",
    }
    plain = made.page("plain")
    assert metas(plain)["og:title"] == ["An ordinary page"]
    assert metas(plain)["og:type"] == ["website"]
    assert metas(plain)["description"] == [
        "It links to Alpha of x^2 and cites Gamma et al. [GGG03]."
    ]
    assert metas(plain)["twitter:card"] == ["summary"]
    assert data(plain) == {}
    # The text of cards does not describe the page that lists them.
    assert "description" not in metas(made.page("generalization"))


def test_titles_in_metadata_are_plain_text(tiny: Site) -> None:
    tiny.edit("plain.md", "# An ordinary page", "# A *plai*n page of C`++` & $x_i$")
    tiny.edit("papers/beta.md", "# Beta", "# *Be*ta")
    made = tiny.build()
    assert metas(made.page("plain"))["og:title"] == ["A plain page of C++ & x_i"]
    assert metas(made.page("papers/beta"))["og:title"] == ["Beta"]


def test_addresses_in_metadata_are_percent_encoded(tiny: Site) -> None:
    (tiny.folder / "papers/beta.md").rename(tiny.folder / "papers/the naïve one.md")
    page = tiny.build().page("papers/the naïve one")
    address = ADDRESS + "{}papers/the%20na%C3%AFve%20one{}"
    assert metas(page)["og:url"] == [address.format("", ".html")]
    assert metas(page)["og:image"] == [address.format("pictures/", ".png")]


def test_pages_have_their_canonical_address_and_language(tiny: Site) -> None:
    for builder, address in (("html", "papers/alpha.html"), ("dirhtml", "papers/alpha/")):
        made = tiny.build(builder, confoverrides={"language": "de"})
        file = "papers/alpha.html" if builder == "html" else "papers/alpha/index.html"
        page = lxml.html.document_fromstring(made.read(file))
        assert page.get("lang") == "de"
        (canonical,) = page.cssselect("head link[rel=canonical]")
        assert canonical.get("href") == ADDRESS + address
        assert metas(page)["og:url"] == [ADDRESS + address]


def test_language_is_a_tag_of_bcp_47_wherever_it_is_published(tiny: Site) -> None:
    tiny.edit("papers/alpha.md", "read:", "redirect_from: [papers/old]\nread:")
    settings = {"language": "zh_CN", "papernotes_search": "pagefind"}
    build = tiny.build(confoverrides=settings)
    assert build.messages == []
    assert 'xml:lang="zh-CN"' in build.read("feed.xml")
    assert json.loads(build.read("papers.json"))["language"] == "zh-CN"
    for name in ("papers/alpha", "papers/old", "index"):
        assert build.page(name).get("lang") == "zh-CN"
    for path in build.outdir.rglob("*.*"):
        if path.suffix in (".html", ".xml", ".json") and path.is_file():
            assert b"zh_CN" not in path.read_bytes(), path
    # The search says what it cannot do; an extended Pagefind can.
    is_extended = find_spec("pagefind_bin_extended") is not None
    said = "only words between spaces or punctuation" in text(build.page("search"))
    assert said != is_extended


def test_author_s_own_description_is_kept(tiny: Site) -> None:
    tiny.write(
        "plain.md", "---\nmyst:\n  html_meta:\n    description: Mine.\n---\n\n# Page\n\nA text.\n"
    )
    assert metas(tiny.build().page("plain"))["description"] == ["Mine."]


def test_summary_in_front_matter_is_the_description(tiny: Site) -> None:
    tiny.edit(
        "papers/beta.md",
        "tags: [optimization]",
        "summary: |\n  Short, with $\\frac{1}{n}$ and {cite:p}`gamma2003`.",
    )
    page = tiny.build().page("papers/beta")
    assert metas(page)["description"] == ["Short, with 1/n and [GGG03]."]
    assert "Short, with" not in text(page.body)


def test_long_description_is_cut_after_a_word(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "The summary of beta.", "A word, and another, " * 30)
    (found,) = metas(tiny.build().page("papers/beta"))["description"]
    assert 140 < len(found) <= 160
    assert found.endswith(("A…", "word…", "and…", "another…"))
    assert shorten("short", 5) == "short"


def test_hostile_text_in_metadata_stays_text(tiny: Site) -> None:
    hostile = "\"'></script><script>alert(1)</script> & <!-- ]]>"
    tiny.edit("papers/beta.md", "# Beta", f"# Beta `{hostile}`")
    tiny.edit("papers/beta.md", "The summary of beta.", f"Of `{hostile}`.")
    tiny.edit("papers/beta.md", "[optimization]", "['\"></script><b>']")
    tiny.edit("refs.bib", "{On beta}", "{On </script><b>beta\"'</b>}")
    tiny.edit("refs.bib", "{Bo Beta and", '{Bo {<i>"Beta"</i>} and')
    made = tiny.build(confoverrides={"author": "</script><b>A"})
    page = made.page("papers/beta")
    assert metas(page)["og:title"] == [f"Beta {hostile}"]
    assert metas(page)["description"] == [f"Of {hostile}."]
    assert metas(page)["article:tag"] == ['"></script><b>']
    found = data(page)
    assert found["headline"] == f"Beta {hostile}"
    assert found["author"]["name"] == "</script><b>A"
    assert found["about"]["name"].startswith("On </script><b>beta")
    scripts = page.cssselect("script:not([type='application/ld+json'])")
    assert not [script for script in scripts if "alert" in (script.text or "")]
    (work,) = works(page)
    assert work["rft.atitle"][0].startswith("On </script><b>beta")


def test_metadata_has_no_addresses_without_html_baseurl(tiny: Site) -> None:
    made = tiny.build(confoverrides={"html_baseurl": ""})
    page = made.page("papers/alpha")
    found = metas(page)
    assert found["description"] == found["og:description"]
    assert not {"og:url", "og:image"} & set(found)
    assert found["twitter:card"] == ["summary"]
    assert data(page)["about"]["@type"] == "ScholarlyArticle"
    assert not {"url", "@id", "image", "mainEntityOfPage"} & set(data(page))
    assert not (made.outdir / "pictures").exists()


def test_papernotes_metadata_turns_metadata_off(tiny: Site) -> None:
    page = tiny.build(confoverrides={"papernotes_metadata": False}).page("papers/alpha")
    assert not {name for name in metas(page) if name.startswith(("og:", "description"))}
    assert (data(page), works(page)) == ({}, [])


def test_coins_describe_the_paper_and_each_reference(tiny: Site) -> None:
    made = tiny.build()
    found = works(made.page("papers/alpha"))
    # The note's own paper, then the two works that it cites, in the order of the list.
    assert [work.get("rft.atitle") or work["rft.btitle"] for work in found] == [
        ["On alpha"],
        ["On beta"],
        ["The book of gamma"],
    ]
    assert found[1]["rft_id"] == ["info:doi/10.1000/beta", "https://doi.org/10.1000/beta"]
    assert len(works(made.page("works"))) == 4


def test_text_and_epub_have_no_coins(tiny: Site) -> None:
    assert "Z39" not in tiny.build("text").read("papers/alpha.txt")
    settings = {"version": "1", "copyright": "2026"}
    assert "Z39" not in tiny.build("epub", confoverrides=settings).read("papers/alpha.xhtml")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            (
                "@article{key, author = {Ann van Beta and {A Group}}, title = {Ä & b},"
                " journal = {J}, volume = 3, number = 4, pages = {5--6}, issn = {1234-5678},"
                " date = {2020-02-03}, doi = {10.1000/x}}"
            ),
            {
                "rft_val_fmt": ["info:ofi/fmt:kev:mtx:journal"],
                "rft_id": ["info:doi/10.1000/x", "https://doi.org/10.1000/x"],
                "rft.genre": ["article"],
                "rft.atitle": ["Ä & b"],
                "rft.jtitle": ["J"],
                "rft.volume": ["3"],
                "rft.issue": ["4"],
                "rft.pages": ["5-6"],
                "rft.issn": ["1234-5678"],
                "rft.date": ["2020-02-03"],
                "rft.aulast": ["van Beta"],
                "rft.aufirst": ["Ann"],
                "rft.au": ["Ann van Beta"],
                "rft.aucorp": ["A Group"],
            },
        ),
        (
            "@inproceedings{key, title = {T}, booktitle = {Proceedings}, year = 2001}",
            {
                "rft_val_fmt": ["info:ofi/fmt:kev:mtx:book"],
                "rft.genre": ["proceeding"],
                "rft.atitle": ["T"],
                "rft.btitle": ["Proceedings"],
                "rft.date": ["2001"],
            },
        ),
        (
            "@book{key, title = {T}, publisher = {P}, address = {Here}, year = 2001}",
            {
                "rft_val_fmt": ["info:ofi/fmt:kev:mtx:book"],
                "rft.genre": ["book"],
                "rft.btitle": ["T"],
                "rft.pub": ["P"],
                "rft.place": ["Here"],
                "rft.date": ["2001"],
            },
        ),
        (
            "@phdthesis{key, author = {A B}, title = {T}, school = {U}, year = 2001}",
            {
                "rft_val_fmt": ["info:ofi/fmt:kev:mtx:dissertation"],
                "rft.title": ["T"],
                "rft.inst": ["U"],
                "rft.degree": ["PhD thesis"],
                "rft.date": ["2001"],
                "rft.aulast": ["B"],
                "rft.aufirst": ["A"],
                "rft.au": ["A B"],
            },
        ),
        (
            "@online{key, author = {A B}, title = {T}, url = {https://example.org/?a=b&c=d}}",
            {
                "rft_val_fmt": ["info:ofi/fmt:kev:mtx:dc"],
                "rft_id": ["https://example.org/?a=b&c=d"],
                "rft.title": ["T"],
                "rft.creator": ["A B"],
            },
        ),
    ],
    ids=["article", "proceedings", "book", "thesis", "page"],
)
def test_entry_has_the_coins_of_its_type(entry: str, expected: dict[str, list[str]]) -> None:
    bibliography = reader.read([("refs.bib", entry.encode())])
    item = csl.item(bibliography.paper("key"))
    context_object = parse_qs(coins.context_object(item), strict_parsing=True)
    assert context_object == {"ctx_ver": ["Z39.88-2004"], **expected}


# -- Social cards -------------------------------------------------------------


@pytest.fixture
def with_fonts(tiny: Site) -> Site:
    """Return the tiny site with the fonts of the theme."""
    for name in NEWSREADER:
        shutil.copy(THEME / "static/fonts" / name, tiny.folder)
    tiny.edit("conf.py", "html_theme", f"papernotes_picture_fonts = {NEWSREADER!r}\nhtml_theme")
    return tiny


def ink(path: Path) -> tuple[int, int, int, int]:
    """Return the bounding box of the text on a picture, without the bar at its left side."""
    picture = Image.open(path)
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    paper = Image.new("RGB", picture.size, "#fdfdfb")
    difference = Image.frombytes(
        "L",
        picture.size,
        bytes(
            255 * (a != b)
            for a, b in zip(
                picture.convert("L").tobytes(), paper.convert("L").tobytes(), strict=True
            )
        ),
    )
    box = difference.crop((20, 0, 1200, 630)).getbbox()
    assert box is not None
    return box


def test_text_of_a_social_card_is_within_its_margins(with_fonts: Site) -> None:
    made = with_fonts.build()
    assert made.messages == []
    pictures = made.outdir / "pictures/papers"
    assert {path.name for path in pictures.iterdir()} == {"alpha.png", "beta.png", "delta.png"}
    left, top, right, bottom = ink(pictures / "alpha.png")
    assert (left, right < 1120, top > 60, bottom < 570) == (60, True, True, True)


def test_long_title_stays_within_the_social_card(with_fonts: Site) -> None:
    for title in ("word " * 200, "Donaudampfschifffahrt" * 20):
        with_fonts.edit("refs.bib", "{On beta}", f"{{{title}}}")
        _, _, right, bottom = ink(with_fonts.build().outdir / "pictures/papers/beta.png")
        assert right <= 1120 - 20
        assert bottom < 600
        with_fonts.edit("refs.bib", f"{{{title}}}", "{On beta}")


def test_social_card_is_omitted_if_no_font_has_a_letter(with_fonts: Site) -> None:
    """Each letter is taken from the first font that has it."""
    with_fonts.edit("refs.bib", "{Anna Alpha}", r"{Stanis{\l}aw Jastrz{\k{e}}bski}")
    with_fonts.edit("refs.bib", "{Dee Delta}", "{深度 学习}")
    made = with_fonts.build()
    assert (made.outdir / "pictures/papers/alpha.png").exists()
    assert not (made.outdir / "pictures/papers/delta.png").exists()
    assert metas(made.page("papers/delta"))["twitter:card"] == ["summary"]
    with_fonts.edit("conf.py", "'newsreader-roman-latin-ext.woff2', ", "")
    assert not (with_fonts.build().outdir / "pictures/papers/alpha.png").exists()


def test_unreadable_picture_fonts_are_reported_and_ignored(tiny: Site) -> None:
    tiny.write("none.ttf", "no font")
    made = tiny.build(confoverrides={"papernotes_picture_fonts": ["none.ttf", "gone.ttf"]})
    assert [line.partition("WARNING: ")[2] for line in made.messages] == [
        f'papernotes_picture_fonts: no font can be read from "{name}"; name a TrueType, OpenType or'
        " WOFF2 file, relative to conf.py [papernotes.bad-option]"
        for name in ("none.ttf", "gone.ttf")
    ]
    assert (made.outdir / "pictures/papers/alpha.png").exists()


def test_social_cards_follow_changes_of_the_bibliography(with_fonts: Site) -> None:
    folder = with_fonts.build().outdir / "pictures/papers"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    stamp = (folder / "alpha.png").stat().st_mtime_ns
    with_fonts.edit("refs.bib", "On beta", "On the letter beta")
    with_fonts.remove("papers/delta.md")
    with_fonts.edit("papers/alpha.md", "Its second paragraph.", "Another.")
    with_fonts.build()
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(after) == {"alpha.png", "beta.png"}
    assert after["beta.png"] != before["beta.png"]
    assert (folder / "alpha.png").stat().st_mtime_ns == stamp
    with_fonts.clean()
    with_fonts.build()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == after


def test_papernotes_pictures_turns_social_cards_off(with_fonts: Site) -> None:
    with_fonts.build()
    made: Build = with_fonts.build(confoverrides={"papernotes_pictures": False})
    assert not (made.outdir / "pictures").exists()
    assert "og:image" not in metas(made.page("papers/alpha"))
