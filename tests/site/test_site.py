"""This project's own site, parsed as a browser parses it: front page, notes, lists."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import lxml.html
import pytest
from sites import PROJECT, Build, parse, text

from papernotes.bibliography import reader
from papernotes.core import frontmatter

# In the order of the titles.
NOTES = {
    "arpit2017closer": "https://arxiv.org/abs/1706.05394",
    "smith2018disciplined": "https://arxiv.org/abs/1803.09820",
    "franceschi2017forward": "https://arxiv.org/abs/1703.01785",
    "zhang2017understanding": "https://arxiv.org/abs/1611.03530",
    "erhan2010why": "https://jmlr.org/papers/volume11/erhan10a/erhan10a.pdf",
}
CITED = {
    "smith2017cyclical",
    "smith2019super",
    "howard2020fastai",
    "maclaurin2015gradient",
    "williams1989learning",
    "srivastava2014dropout",
    "goodfellow2013empirical",
    "hinton2006fast",
}
TO_READ = {
    "ba2016layer",
    "wu2018group",
    "li2018visualizing",
    "ha2018world",
    "frankle2019lottery",
    "kitaev2020reformer",
}
Element = lxml.html.HtmlElement


def source(key: str) -> str:
    return (PROJECT / "papers" / f"{key}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front(own_site: Build) -> Element:
    return own_site.page("index")


@pytest.fixture(params=NOTES)
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def note(own_site: Build, key: str) -> Element:
    return own_site.page(f"papers/{key}")


def main(page: Element) -> Element:
    return page.cssselect("article")[0]


def heading(page: Element) -> str:
    return text(main(page).cssselect("h1")[0]).removesuffix("#")


# -- The front page ----------------------------------------------------------------------------


def test_front_page_has_its_heading_and_intro(front: Element) -> None:
    assert heading(front) == "papers"
    assert "research papers that I have read" in text(main(front).cssselect("p")[0])


def test_cards_are_sorted_by_title(own_site: Build, front: Element) -> None:
    links = front.cssselect(".sd-card h2 a")
    assert [link.get("href") for link in links] == [f"papers/{key}.html" for key in NOTES]
    assert [text(link) for link in links] == [heading(own_site.page(f"papers/{k}")) for k in NOTES]


def card(front: Element, key: str) -> Element:
    return front.cssselect(".sd-card")[list(NOTES).index(key)]


def test_card_shows_authors_year_and_venue_of_the_paper(front: Element) -> None:
    bylines = [text(line) for line in front.cssselect(".pn-byline")]
    assert bylines == [
        "Devansh Arpit et al. · 2017 · International Conference on Machine Learning",
        "Leslie N. Smith · 2018 · US Naval Research Laboratory",
        "Luca Franceschi et al. · 2017 · International Conference on Machine Learning",
        "Chiyuan Zhang et al. · 2017 · International Conference on Learning Representations",
        "Dumitru Erhan et al. · 2010 · Journal of Machine Learning Research",
    ]


def test_card_shows_the_opening_of_its_note_and_no_more(
    front: Element, note: Element, key: str
) -> None:
    paragraphs = []
    for element in main(note).cssselect("section")[0]:
        if element.tag == "section":
            break
        if element.tag == "p":
            paragraphs.append(text(element))
    assert paragraphs
    summary = card(front, key).cssselect(".pn-summary")[0]
    assert [text(element) for element in summary] == paragraphs
    first = main(note).cssselect("h2")[0]
    assert text(first).removesuffix("#") not in text(card(front, key))


def test_card_renders_mathematics_and_citations(front: Element) -> None:
    zhang = card(front, "zhang2017understanding").cssselect(".pn-summary")[0]
    assert "p = 2n + d" in [text(tex) for tex in zhang.cssselect("math annotation")]
    assert "$" not in text(zhang)
    arpit = card(front, "arpit2017closer").cssselect(".bibtex-citation")[0]
    assert text(arpit) == "Zhang et al. (2017)"
    # The citation links to the note on the cited paper.
    assert arpit.cssselect("a")[0].get("href") == "papers/zhang2017understanding.html"
    smith = card(front, "smith2018disciplined").cssselect(".bibtex-citation")[0]
    assert text(smith) == "(Smith, 2017)"


def test_card_has_tags_and_links(front: Element, key: str) -> None:
    fields, _ = frontmatter.parse(source(key), f"{key}.md")
    shown = card(front, key)
    assert [text(tag) for tag in shown.cssselect(".pn-tags li")] == list(fields.tags)
    more, *others = shown.cssselect(".pn-links a")
    # "Read more" is visible; screen readers also get the title.
    assert text(more) == f"Read more on {heading_of(front, key)}"
    assert text(more.cssselect(".pn-unseen")[0]) == f"on {heading_of(front, key)}"
    assert more.get("href") == f"papers/{key}.html"
    expected = {
        "erhan2010why": [("PDF", "https://jmlr.org/papers/volume11/erhan10a/erhan10a.pdf")],
    }.get(
        key,
        [
            ("abstract", NOTES[key]),
            ("PDF", NOTES[key].replace("/abs/", "/pdf/")),
        ],
    )
    assert [(text(link), link.get("href")) for link in others] == expected


def heading_of(front: Element, key: str) -> str:
    return text(card(front, key).cssselect("h2")[0])


# -- The notes ---------------------------------------------------------------------------------


def test_title_of_a_note_links_to_the_paper(note: Element, key: str) -> None:
    assert main(note).cssselect("h1 a")[0].get("href") == NOTES[key]


def test_header_of_a_note_shows_paper_day_links_and_tags(own_site: Build) -> None:
    page = own_site.page("papers/arpit2017closer")
    header = page.cssselect(".pn-header")[0]
    assert [text(line) for line in header.cssselect("p")][:3] == [
        (
            "Devansh Arpit, Stanisław Jastrzębski, Nicolas Ballas, David Krueger, Emmanuel Bengio,"
            " Maxinder S. Kanwal, Tegan Maharaj, Asja Fischer, Aaron Courville, Yoshua Bengio and"
            " Simon Lacoste-Julien"
        ),
        "International Conference on Machine Learning · 2017",
        "Read on 31 August 2020 · abstract · PDF",
    ]
    assert [text(tag) for tag in header.cssselect(".pn-tags li")] == [
        "deep-learning",
        "generalization",
    ]


def test_bibtex_of_a_note_is_folded_and_can_be_parsed(note: Element, key: str) -> None:
    fold = note.cssselect("details.pn-bibtex")[0]
    assert fold.get("open") is None
    assert text(fold.cssselect("summary")[0]) == "BibTeX"
    shown = fold.cssselect("pre")[0].text_content().encode()
    parsed = reader.read([("shown.bib", shown)])
    assert parsed.problems == ()
    original = reader.read([("refs.bib", (PROJECT / "refs.bib").read_bytes())])
    assert parsed.paper(key).title == original.paper(key).title
    assert parsed.paper(key).authors == original.paper(key).authors


def test_note_has_sections_with_permalinks(note: Element) -> None:
    headings = main(note).cssselect("h2")
    assert len(headings) >= 2
    for element in headings:
        anchor = element.cssselect("a.headerlink")[0].get("href")
        assert note.get_element_by_id(anchor.removeprefix("#")) is not None


def test_note_has_the_length_of_a_note(key: str) -> None:
    body = source(key).split("---", 2)[2]
    words = len(re.sub(r"[{}`$\\#*]", " ", body).split())
    assert (150 if key == "erhan2010why" else 250) <= words <= 750


def test_references_are_the_works_cited(note: Element, key: str) -> None:
    cited = {
        part.strip()
        for found in re.findall(r"\{cite:\w+\}`([^`]+)`", source(key))
        for part in found.split(",")
    }
    assert cited
    section = main(note).cssselect("section.pn-references")[0]
    assert text(section.cssselect("h2")[0]).removesuffix("#") == "References"
    items = section.cssselect(".pn-works > li")
    assert {item.get("id") for item in items} == {f"ref-{key}" for key in cited}
    # Each citation in the text links to its entry.
    links = main(note).xpath(
        ".//*[@class='bibtex-citation'][not(ancestor::*[@id='pn-cited-by'])]//a/@href"
    )
    assert set(links) == {f"#ref-{key}" for key in cited}
    for item in items:
        noted = item.get("id").removeprefix("ref-") in NOTES
        assert bool(item.cssselect(".pn-note-link")) is noted


def test_notes_cite_every_entry_that_is_neither_noted_nor_to_be_read() -> None:
    sources = "".join(source(key) for key in NOTES)
    assert {key for key in CITED if key not in sources} == set()


# -- The lists ---------------------------------------------------------------------------------


def test_bibliography_page_lists_every_work_with_the_notes_that_cite_it(own_site: Build) -> None:
    page = own_site.page("bibliography")
    items = {item.get("id"): item for item in page.cssselect(".pn-works > li")}
    assert set(items) == {f"work-{key}" for key in CITED | NOTES.keys()}
    citing = items["work-zhang2017understanding"].cssselect(".pn-cited-by a")
    assert "papers/arpit2017closer.html" in {link.get("href") for link in citing}


def test_reading_list_has_the_works_to_be_read(own_site: Build) -> None:
    items = own_site.page("reading-list").cssselect(".pn-works > li")
    titles = {text(item.cssselect("a")[0]) for item in items}
    refs = reader.read([("refs.bib", (PROJECT / "refs.bib").read_bytes())])
    assert titles == {refs.paper(key).title for key in TO_READ}


def test_entries_of_the_bibliography_are_complete() -> None:
    refs = reader.read([("refs.bib", (PROJECT / "refs.bib").read_bytes())])
    assert refs.problems == ()
    assert set(refs.places) == NOTES.keys() | CITED | TO_READ
    for key in refs.places:
        paper = refs.paper(key)
        assert paper.authors, key
        assert paper.title, key
        assert paper.year, key
        assert paper.venue, key


# -- Every page --------------------------------------------------------------------------------


def pages(own_site: Build) -> list[Path]:
    return sorted(own_site.outdir.rglob("*.html"))


def test_pages_have_no_html_parse_errors(own_site: Build) -> None:
    for path in pages(own_site):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_text(encoding="utf-8"))
        errors = [code for _, code, _ in parser.errors]
        assert errors == [], path.name


def test_links_within_the_site_have_a_target(own_site: Build) -> None:
    trees = {path.resolve(): parse(path) for path in pages(own_site)}
    ids = {path: set(tree.xpath("//@id")) for path, tree in trees.items()}
    for path, tree in trees.items():
        for address in tree.xpath("//@href | //@src"):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or address.startswith("#svg-"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path.name, address)
            if parts.fragment and target in ids:
                assert parts.fragment in ids[target], (path.name, address)


def test_ids_are_unique_on_each_page(own_site: Build) -> None:
    for path in pages(own_site):
        ids = parse(path).xpath("//@id")
        assert sorted(set(ids)) == sorted(ids), path.name


def test_nothing_is_loaded_from_other_hosts(own_site: Build) -> None:
    for path in pages(own_site):
        tree = parse(path)
        loaded = tree.xpath("//script/@src | //img/@src | //link[@rel='stylesheet']/@href")
        assert [address for address in loaded if urlsplit(address).netloc] == [], path.name
    for sheet in own_site.outdir.rglob("*.css"):
        assert re.findall(r"url\(['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")) == []


def test_page_titles_name_the_page_and_the_site(own_site: Build) -> None:
    for path in pages(own_site):
        title = parse(path).findtext(".//title") or ""
        assert "Marginalia" in title, path.name
        assert "documentation" not in title.lower(), path.name
    note = own_site.page("papers/arpit2017closer").findtext(".//title")
    assert note.startswith("A closer look at memorization in deep networks")


def test_pages_have_an_icon_and_no_links_to_their_sources(own_site: Build) -> None:
    for path in pages(own_site):
        assert "View page source" not in text(parse(path)), path.name
    assert not list(own_site.outdir.glob("_sources/*"))
    assert own_site.page("index").xpath("//link[contains(@rel, 'icon')]")
