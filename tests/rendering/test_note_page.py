"""What stands on the page of a note: its head, and what its text may have."""

from __future__ import annotations

import pytest
from sites import Build, Site, text

CONF = """\
project = "Notes"
extensions = ["papernotes"]
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "papernotes"
html_baseurl = "https://example.org/"
html_theme = "marginalia"
papernotes_pictures = False
papernotes_search = "sphinx"
papernotes_venue_names = {"Letters on Everything": "LE"}
"""
PEOPLE = [f"Ada Number{number}" for number in range(80)]
REFS = f"""
@inproceedings{{many2020, title = {{Many}}, author = {{{" and ".join(PEOPLE)}}}, year = {{2020}},
  booktitle = {{Proceedings of the 34th International Conference on Machine Learning,
    {{ICML}} 2020}},
  eprint = {{2001.00001}}, archiveprefix = {{arXiv}}, doi = {{10.5555/many}}}}
@article{{one2019, title = {{One}}, author = {{Oda One}}, year = {{2019}},
  journal = {{Letters on Everything}}}}
"""
MANY = """\
---
paper: many2020
read: 2021-02-03
deck: Models of $x^2$, as {cite:t}`one2019` has *them*.
---

# Many

The opening.
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("note-page"))
    site.write("conf.py", CONF)
    site.write("refs.bib", REFS)
    site.write("index.md", "# Notes\n\n```{papers}\n```\n")
    site.write("papers/many.md", MANY)
    return site


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
    assert text(build.page("index").cssselect(".pn-summary")[0]) == "The opening."


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


def test_other_formats_name_all_authors(site: Site, build: Build) -> None:
    assert PEOPLE[79] in " ".join(site.build("text").read("papers/many.txt").split())


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
