"""A whole site in the theme: front page, notes, lists, and what holds for every page."""

from __future__ import annotations

import re

import lxml.html
import page_checks
import pytest
from sites import NOTEBOOK, Build, text
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from papernotes.bibliography import reader
from papernotes.core import frontmatter

# In the order of the titles, with what the title of each note leads to.
NOTES = {
    "vaswani2017attention": "https://arxiv.org/abs/1706.03762",
    "gehring2017convolutional": "https://arxiv.org/abs/1705.03122",
    "bahdanau2015neural": "https://arxiv.org/abs/1409.0473",
    "choromanski2021rethinking": "https://arxiv.org/abs/2009.14794",
    "brown1993mathematics": "https://aclanthology.org/J93-2003.pdf",
}
CITED = {
    "dempster1977maximum",
    "he2016deep",
    "hochreiter1997long",
    "koehn2007moses",
    "papineni2002bleu",
    "rahimi2007random",
    "sutskever2014sequence",
}
TO_READ = {"devlin2019bert", "luong2015effective", "wang2020linformer"}
Element = lxml.html.HtmlElement


def source(key: str) -> str:
    return (NOTEBOOK / "papers" / f"{key}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front(notebook: Build) -> Element:
    return notebook.page("index")


@pytest.fixture(params=NOTES)
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def note(notebook: Build, key: str) -> Element:
    return notebook.page(f"papers/{key}")


def main(page: Element) -> Element:
    return page.cssselect("article")[0]


def heading(page: Element) -> str:
    return text(main(page).cssselect("h1")[0]).removesuffix("#")


# -- The front page ----------------------------------------------------------------------------


def test_front_page_has_its_heading_and_intro(front: Element) -> None:
    assert heading(front) == "Read so far"
    assert "from counting words to attention" in text(main(front).cssselect("p")[0])


def test_cards_are_sorted_by_title(notebook: Build, front: Element) -> None:
    links = front.cssselect(".sd-card h2 a")
    assert [link.get("href") for link in links] == [f"papers/{key}.html" for key in NOTES]
    assert [text(link) for link in links] == [heading(notebook.page(f"papers/{k}")) for k in NOTES]


def card(front: Element, key: str) -> Element:
    return front.cssselect(".sd-card")[list(NOTES).index(key)]


def test_card_shows_authors_year_and_venue_of_the_paper(front: Element) -> None:
    bylines = [text(line).split(" · ") for line in front.cssselect(".pn-card .pn-byline")]
    learning = "ICLR"
    assert bylines == [
        ["Ashish Vaswani et al.", "2017", "NeurIPS"],
        ["Jonas Gehring et al.", "2017", "ICML"],
        ["Dzmitry Bahdanau, Kyunghyun Cho and Yoshua Bengio", "2015", learning],
        ["Krzysztof Choromanski et al.", "2021", learning],
        ["Peter F. Brown et al.", "1993", "Computational Linguistics"],
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
    vaswani = card(front, "vaswani2017attention").cssselect(".pn-summary")[0]
    assert [text(tex) for tex in vaswani.cssselect("math annotation")] == ["Q", "K", "V"]
    assert "$" not in text(vaswani)
    choromanski = card(front, "choromanski2021rethinking").cssselect(".bibtex-citation")[0]
    assert text(choromanski) == "Vaswani et al. (2017)"
    # The citation links to the note on the cited paper.
    assert choromanski.cssselect("a")[0].get("href") == "papers/vaswani2017attention.html"
    brown = card(front, "brown1993mathematics").cssselect(".bibtex-citation")[0]
    assert text(brown) == "(Dempster et al., 1977)"


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
        "brown1993mathematics": [("PDF", NOTES["brown1993mathematics"])],
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


def test_header_of_a_note_shows_paper_day_links_and_tags(notebook: Build) -> None:
    page = notebook.page("papers/choromanski2021rethinking")
    header = page.cssselect(".pn-header")[0]
    assert [text(line) for line in header.cssselect("p")][:3] == [
        (
            "Krzysztof Choromanski, Valerii Likhosherstov, David Dohan, Xingyou Song, Andreea Gane,"
            " Tamás Sarlós, Peter Hawkins, Jared Davis, Afroz Mohiuddin, Lukasz Kaiser, David"
            " Belanger, Lucy Colwell and Adrian Weller"
        ),
        "ICLR · 2021",
        "Read on 31 March 2021 · abstract · PDF",
    ]
    assert [text(tag) for tag in header.cssselect(".pn-tags li")] == ["attention", "kernels"]


def test_bibtex_of_a_note_is_folded_and_can_be_parsed(note: Element, key: str) -> None:
    fold = note.cssselect("details.pn-bibtex")[0]
    assert fold.get("open") is None
    assert text(fold.cssselect("summary")[0]) == "BibTeX"
    shown = fold.cssselect("pre")[0].text_content().encode()
    parsed = reader.read([("shown.bib", shown)])
    assert parsed.problems == ()
    original = reader.read([("refs.bib", (NOTEBOOK / "refs.bib").read_bytes())])
    assert parsed.paper(key).title == original.paper(key).title
    assert parsed.paper(key).authors == original.paper(key).authors


def test_note_has_sections_with_permalinks(note: Element) -> None:
    headings = main(note).cssselect("h2")
    assert len(headings) >= 2
    for element in headings:
        anchor = element.cssselect("a.headerlink")[0].get("href")
        assert note.get_element_by_id(anchor.removeprefix("#")) is not None


def test_references_are_the_works_cited(note: Element, key: str) -> None:
    cited = {
        part.key
        for found in re.findall(r"\{cite:\w+\}`([^`]+)`", source(key))
        for part in parse_citation_targets(found)
    }
    assert cited
    section = main(note).cssselect("section.pn-references")[0]
    assert text(section.cssselect("h2")[0]).removesuffix("#") == "References"
    items = section.cssselect(".pn-works > li")
    assert {item.get("id") for item in items} == {f"ref-{key}" for key in cited}
    # Each citation in the text links to its entry; the page of a PDF is another link.
    links = main(note).xpath(
        ".//*[@class='bibtex-citation'][not(ancestor::*[@id='pn-cited-by'])]"
        "//a[not(contains(@class, 'pn-locator'))]/@href"
    )
    assert set(links) == {f"#ref-{key}" for key in cited}
    for item in items:
        noted = item.get("id").removeprefix("ref-") in NOTES
        assert bool(item.cssselect(".pn-note-link")) is noted


# -- The lists ---------------------------------------------------------------------------------


def test_bibliography_page_lists_every_work_with_the_notes_that_cite_it(notebook: Build) -> None:
    page = notebook.page("bibliography")
    items = {item.get("id"): item for item in page.cssselect(".pn-works > li")}
    assert set(items) == {f"work-{key}" for key in CITED | NOTES.keys()}
    citing = items["work-vaswani2017attention"].cssselect(".pn-cited-by a")
    assert "papers/choromanski2021rethinking.html" in {link.get("href") for link in citing}


def test_reading_list_has_the_works_to_be_read(notebook: Build) -> None:
    items = notebook.page("reading-list").cssselect(".pn-works > li")
    titles = {text(item.cssselect("a")[0]) for item in items}
    refs = reader.read([("refs.bib", (NOTEBOOK / "refs.bib").read_bytes())])
    assert set(refs.places) == NOTES.keys() | CITED | TO_READ
    assert titles == {re.sub("[{}]", "", refs.paper(key).title) for key in TO_READ}


# -- Every page --------------------------------------------------------------------------------


def test_pages_have_no_html_parse_errors(notebook: Build) -> None:
    page_checks.assert_markup_parses(notebook)


def test_links_within_the_site_have_a_target(notebook: Build) -> None:
    page_checks.assert_links_have_targets(notebook)


def test_ids_are_unique_on_each_page(notebook: Build) -> None:
    page_checks.assert_ids_are_unique(notebook)


def test_nothing_is_loaded_from_other_hosts(notebook: Build) -> None:
    page_checks.assert_nothing_is_loaded_from_other_hosts(notebook)


def test_page_titles_name_the_page_and_the_site(notebook: Build) -> None:
    page_checks.assert_titles_name_the_site(notebook, "Notebook")
    note = notebook.page("papers/choromanski2021rethinking").findtext(".//title")
    assert note.startswith("Rethinking attention with Performers")


def test_pages_have_an_icon_and_no_links_to_their_sources(notebook: Build) -> None:
    page_checks.assert_icon_and_no_links_to_sources(notebook)
