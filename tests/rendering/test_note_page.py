"""What stands on the page of a note: its head, and what its text may have."""

from __future__ import annotations

import html

import lxml.html
import pytest
from gallery import PEOPLE, write_gallery
from sites import Build, Site, text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return write_gallery(tmp_path_factory.mktemp("note-page"))


@pytest.fixture(scope="module")
def build(site: Site) -> Build:
    build = site.build()
    assert build.messages == []
    return build


def test_deck_stands_below_the_title_and_describes_the_page(build: Build) -> None:
    page = build.page("papers/many")
    deck = page.cssselect("h1 ~ .pn-deck")[0]
    assert text(deck).endswith("as One (2019) has them.")
    assert len(deck.cssselect("math")) == len(deck.cssselect("a")) == 1
    assert deck.getnext().get("class").startswith("pn-header")
    assert text(page.cssselect(".pn-references li")[0]).startswith("Oda One")
    metadata = page.xpath("//meta[@name='description' or @property='og:description']/@content")
    assert metadata == ["Models of x^2, as One (2019) has them."] * 2
    assert "The opening." in text(build.page("index"))


def test_twelve_authors_are_named_and_the_others_unfold(build: Build) -> None:
    page = build.page("papers/many")
    line, fold = page.cssselect(".pn-authors > *")
    assert text(line) == ", ".join(PEOPLE[:12]) + ","
    assert (fold.tag, fold.get("open")) == ("details", None)
    assert text(fold[0]) == "and 68 more"
    assert text(fold[1]) == ", ".join(PEOPLE[12:79]) + f" and {PEOPLE[79]}"
    # What is copied, and what search engines read, has all.
    assert all(
        name in page.xpath("string(//script[@type='application/ld+json'])") for name in PEOPLE
    )
    assert page.cssselect(".pn-bibtex pre")[0].text_content().count("Ada") == 80


def test_bibtex_is_in_the_line_of_links(build: Build) -> None:
    line = build.page("papers/many").cssselect(".pn-header > .pn-access")[0]
    assert [text(part) for part in (line[0], line[1][0])] == [
        "Read on 3 February 2021 · abstract · PDF · DOI",
        "BibTeX",
    ]


def test_venue_has_a_short_name_and_its_full_one_as_title(build: Build) -> None:
    full = "Proceedings of the 34th International Conference on Machine Learning, ICML 2020"
    for page, place in (("papers/many", ".pn-header"), ("index", ".pn-card")):
        venue = build.page(page).cssselect(f"{place} abbr")[0]
        assert (text(venue), venue.get("title")) == ("ICML", full)
    reference = build.page("papers/many").cssselect(".pn-references li")[0]
    assert "Letters on Everything" in text(reference)


def test_columns_of_numbers_are_aligned_to_the_right(build: Build) -> None:
    table = build.page("papers/many").cssselect("table")[0]
    rows = [[cell.get("class") for cell in row] for row in table.cssselect("tr")]
    # The author's own alignment wins.
    aligned = [None, "text-right", "text-left", None, "text-right", None]
    assert [[name and name.split()[-1] for name in row] for row in rows] == [
        ["head", *(name or "head" for name in aligned[1:])],
        aligned,
        aligned,
    ]


REFERENCES = "See Fig. 2, Table 1, Listing 1 and Figure 1."


def test_figures_tables_and_programs_have_numbers_in_each_note(build: Build) -> None:
    page = build.page("papers/many")
    captions = [text(number) for number in page.cssselect(".caption-number")]
    assert captions == ["Table 1", "Fig. 1", "Fig. 2", "Listing 1"]
    assert REFERENCES in text(page)
    links = [link.get("href") for link in page.cssselect("a.reference:has(.std-numref)")]
    assert links == ["#second", "#results", "#program", "#first"]
    one = build.page("papers/one")
    assert [text(number) for number in one.cssselect(".caption-number")] == ["Fig. 1"]


def test_other_pages_show_the_numbers_of_a_note(build: Build) -> None:
    shown = "See Fig. 2 of the other note."
    for page, link in (("papers/one", "many.html#second"), ("index", "papers/many.html#second")):
        reference = build.page(page).cssselect("a:has(.std-numref)")[0]
        assert (text(reference), reference.get("href")) == ("Fig. 2", link)
        assert shown in text(build.page(page))
    metadata = build.page("papers/one").xpath("//meta[@name='description']/@content")
    assert metadata[0].startswith(shown)
    assert "Fig. 2</span></a> of the other note" in html.unescape(build.read("feed.xml"))
    [preview] = (build.outdir / "previews").glob("*one2019*")
    assert "Fig. 2" in preview.read_text(encoding="utf-8")


def test_pages_follow_the_numbers_of_another_note(site: Site, build: Build) -> None:
    figure = "```{figure} picture.svg\n:name: zeroth\n\nZeroth.\n```\n\n"
    site.edit("papers/many.md", "## Figures\n\n", f"## Figures\n\n{figure}")
    changed = site.build()
    assert changed.messages == []
    assert changed.written == {"papers/many", "papers/one", "index"}
    assert "See Fig. 3 of the other note." in text(changed.page("papers/one"))
    site.edit("papers/many.md", figure, "")
    site.build()


def test_later_headings_of_the_first_level_are_sections(build: Build) -> None:
    (article,) = build.page("papers/several").cssselect("article")
    assert [text(h1) for h1 in article.cssselect("h1")] == ["Two papers#"]
    parts = text(article)
    assert parts.index("A second heading") < parts.index("Cite this note")


@pytest.mark.parametrize(
    ("builder", "file", "expected"),
    [
        (
            "text",
            "papers/many.txt",
            [REFERENCES, "Table 1 Results", "Fig. 2 The second.", PEOPLE[79]],
        ),
        ("singlehtml", "index.html", [REFERENCES, "See Fig. 2 of the other note."]),
        ("latex", "marginalobservations.tex", [r"[\detokenize{papers/many:second}]{Fig.\@ \ref{"]),
    ],
)
def test_other_formats_have_the_numbers(
    site: Site, builder: str, file: str, expected: list[str]
) -> None:
    build = site.build(builder, parallel=2)
    # LaTeX has no SVG, of which the notes have three.
    assert [each for each in build.messages if "picture-format" not in each] == []
    source = build.read(file)
    shown = text(lxml.html.document_fromstring(source)) if file.endswith("html") else source
    for part in expected:
        assert part in " ".join(shown.split())


def test_footer_says_what_the_settings_say(build: Build) -> None:
    assert text(build.page("index").cssselect(".site-footer")[0]) == "Ada Lovelace"


def test_notes_say_their_language_and_direction(build: Build) -> None:
    def of(name: str) -> list[str | None]:
        article = build.page(f"papers/{name}").cssselect("article")[0]
        section = article.cssselect("section")[0]
        return [article.get("lang"), article.get("dir"), section.get("lang")]

    # By the front matter, by the letters, and as the site.
    assert of("el") == ["el", None, "el"]
    assert of("zh") == ["zh", None, "zh"]
    assert of("ar") == ["ar", "rtl", "ar"]
    assert of("one") == [None, None, None]
    sheets = [
        any(
            "direction.css" in address
            for address in build.page(f"papers/{name}").xpath("//link/@href")
        )
        for name in ("ar", "el", "many")
    ]
    assert sheets == [True, False, False]
    data = build.page("papers/ar").xpath("string(//script[@type='application/ld+json'])")
    assert '"inLanguage":"ar"' in data


def test_cards_links_and_feed_say_the_language_of_a_note(build: Build) -> None:
    bodies = build.page("index").cssselect(".sd-card-body:has(h2)")
    cards = {text(body.cssselect("h2")[0]): body for body in bodies}
    body = cards["ملاحظة حول التعميم"]
    assert (body.get("lang"), "pn-rtl" in body.get("class")) == ("ar", True)
    assert (cards["One"].get("lang"), "pn-rtl" in cards["One"].get("class")) == (None, False)
    links = build.page("years/2018").cssselect("#content [lang='zh']")
    assert [text(link) for link in links if link.tag == "a" or link.cssselect("a")]
    assert '<entry xml:lang="zh">' in build.read("feed.xml")


def test_references_have_the_direction_of_their_work(build: Build) -> None:
    items = build.page("bibliography").cssselect(".pn-works > li")
    from_the_right = [text(item)[:8] for item in items if "pn-rtl" in (item.get("class") or "")]
    assert from_the_right == ["محمد علي"]


def test_quotation_marks_are_those_of_the_language(build: Build) -> None:
    chinese = build.page("papers/zh")
    assert text(chinese.cssselect("h1")[0]).startswith("关于“泛化”的笔记")
    paragraph = text(chinese.cssselect("section > p")[0])
    assert paragraph.startswith("本文研究“深度学习”的‘泛化’能力")
    assert paragraph.endswith('don’t。"code"')
    assert "«حفظ»" in text(build.page("papers/ar"))
