"""Several notes on a paper, and several papers in a note, everywhere that a site shows them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import lxml.html
import pytest
from page_checks import assert_ids_are_unique, assert_links_have_targets
from sites import ROOTS, Build, Site, text
from sphinx.util.inventory import InventoryFile

AGAIN = """---
paper: alpha2001
tags: [generalization]
read: 2021-05-05
---

# Again $y$

The second look at alpha.
"""
COMPARED = """---
paper:
- gamma2003
- beta2002
tags: [generalization]
read: 2022-01-01
---

# Compared

It cites {cite:t}`zeta2006`.
"""
PLAIN = """# An ordinary page

By key: {note}`alpha2001`, {note}`both <alpha2001>`, {note}`gamma2003`.

By name: {note}`papers/again`, {note}`the comparison <deep/compared>`.

Cited: {cite:t}`alpha2001`.

## In a heading: {note}`again`

Text.
"""
BROWSE = 'papernotes_browse = ["tags", "years", "authors", "venues", "related", "filter", "map"]\n'
ADDRESS = "https://example.org/notes/"


def write(folder: Path) -> Site:
    """Write the tiny site with a second note on alpha, and a note on gamma and beta."""
    site = Site(shutil.copytree(ROOTS / "tiny", folder))
    site.edit("conf.py", "html_theme", f"{BROWSE}html_theme")
    site.write("papers/again.md", AGAIN)
    site.write("papers/deep/compared.md", COMPARED)
    site.write("plain.md", PLAIN)
    return site


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the site, built."""
    return write(tmp_path_factory.mktemp("several") / "site").build()


def links(element: lxml.html.HtmlElement, selector: str) -> list[tuple[str, str]]:
    """Return the text and the target of the links in the first element that *selector* finds."""
    (first, *_) = element.cssselect(selector)
    return [(text(link), link.get("href")) for link in first.cssselect("a")]


def texts(page: lxml.html.HtmlElement, selector: str) -> list[str]:
    return [text(element) for element in page.cssselect(selector)]


def test_site_builds_without_a_message(build: Build) -> None:
    assert build.messages == []
    assert_ids_are_unique(build)
    assert_links_have_targets(build)


def test_note_role_leads_to_all_notes_on_a_key_or_to_the_note_of_a_name(build: Build) -> None:
    by_key, by_name = build.page("plain").cssselect("h1 ~ p")[:2]
    alpha = "Alpha of x2x^2"
    assert text(by_key) == f"By key: Again yy, {alpha}, both (Again yy, {alpha}), Compared."
    both = ["papers/again.html", "papers/alpha.html"]
    targets = [link.get("href") for link in by_key.cssselect("a")]
    assert targets == [*both, *both, "papers/deep/compared.html"]
    assert [(text(link), link.get("href")) for link in by_name.cssselect("a")] == [
        ("Again yy", "papers/again.html"),
        ("the comparison", "papers/deep/compared.html"),
    ]
    assert texts(build.page("plain"), "h2")[0].startswith("In a heading: again")


def test_entries_and_previews_of_a_work_lead_to_all_its_notes(build: Build) -> None:
    alpha, beta, _, gamma = (
        text(item) for item in build.page("works").cssselect(".pn-works > li")[:4]
    )
    assert "PDF · notes: Again yy, Alpha of x2x^2 Cited by" in alpha
    assert "DOI · notes: Beta, Compared Cited by" in beta
    assert "abstract · note on The book of gamma" in gamma
    preview = json.loads(f"[{build.read('previews/alpha2001.js').strip()[19:-2]}]")[1]
    page = lxml.html.fromstring(preview)
    assert [target for _, target in links(page, ".pn-links")][:2] == [
        "papers/again.html",
        "papers/alpha.html",
    ]
    # Neither of the two speaks for both.
    assert page.cssselect(".pn-summary") == []


def test_header_of_a_note_on_several_papers_shows_each(build: Build) -> None:
    page = build.page("papers/deep/compared")
    gamma, beta = page.cssselect(".pn-header > .pn-papers > li")
    assert texts(gamma, "p") == [
        "The book of gamma",
        "Gil Gamma, Gus Gamma and Gail Gamma",
        "Letters Press · 2003",
        "abstract",
    ]
    assert links(beta, ".pn-paper-title") == [("On beta", "https://doi.org/10.1000/beta")]
    assert links(beta, ".pn-links") == [("DOI", "https://doi.org/10.1000/beta")]
    assert [len(item.cssselect(".Z3988")) for item in (gamma, beta)] == [1, 1]
    assert "@inproceedings{beta2002," in text(beta.cssselect("details.pn-bibtex")[0])
    assert texts(page, ".pn-header > .pn-access, .pn-header > .pn-tags") == [
        "Read on 1 January 2022",
        "generalization",
    ]
    # No single paper is what the title could lead to.
    assert page.cssselect("h1 .pn-paper") == []


def test_cards_and_lists_name_the_papers_of_a_note(build: Build) -> None:
    names = "Gamma et al. (2003), Beta and Other (2002)"
    card = next(
        card
        for card in build.page("index").cssselect(".pn-card")
        if "Compared" in text(card.cssselect(".pn-card-title")[0])
    )
    assert texts(card, ".pn-byline") == [names]
    assert links(card, "p.pn-links") == [("Read more on Compared", "papers/deep/compared.html")]
    assert f"Compared · {names}" in texts(build.page("generalization"), ".pn-list > li")


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("tags/generalization", ["Again yy", "Alpha of x2x^2", "Compared"]),
        ("years/2001", ["Again yy", "Alpha of x2x^2"]),
        ("years/2002", ["Beta", "Compared"]),
        ("years/2003", ["Compared"]),
    ],
)
def test_pages_of_tags_and_years_list_each_note(build: Build, page: str, titles: list[str]) -> None:
    assert texts(build.page(page), ".pn-card-title") == titles


@pytest.mark.parametrize(
    ("page", "group", "titles"),
    [
        ("authors/index", "Gamma, Gus", ["Compared"]),
        ("authors/index", "Other, Bo", ["Beta", "Compared"]),
        ("venues/index", "Journal of Letters", ["Again yy", "Alpha of x2x^2"]),
        ("venues/index", "Letters Press", ["Compared"]),
    ],
)
def test_indexes_list_each_note_under_all_its_papers(
    build: Build, page: str, group: str, titles: list[str]
) -> None:
    (term,) = (term for term in build.page(page).cssselect("dt") if text(term) == group)
    assert texts(term.getnext(), "li") == titles


def test_pages_are_cited_by_what_mentions_the_note(build: Build) -> None:
    def mentions(name: str) -> list[list[str]]:
        items = build.page(name).cssselect(".pn-mentions > li")
        return [texts(item, "p") for item in items]

    by_key = "By key: Again yy, Alpha of x2x^2, both, Compared."
    cited = "Cited: Alpha [Alp01]."
    delta = ["Delta", "The summary of delta cites [Alp01]."]
    assert mentions("papers/alpha") == [delta, ["An ordinary page", by_key, cited]]
    by_name = "By name: Again yy, the comparison."
    assert mentions("papers/again") == [delta, ["An ordinary page", by_key, by_name, cited]]
    marked = build.page("papers/again").cssselect(".pn-mention mark a")
    assert {link.get("href").partition("#")[0] for link in marked} == {
        "delta.html",
        "../plain.html",
    }


def test_map_lists_the_works_that_each_note_cites(build: Build) -> None:
    page = build.page("map")
    groups = dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))
    assert groups["Compared"] == "cites Zeta (2006)"
    assert "Again yy" not in groups


def test_files_for_other_programs_tell_the_notes_apart(build: Build) -> None:
    notes = {note["name"]: note for note in json.loads(build.read("papers.json"))["notes"]}
    assert list(notes) == [
        *("papers/again", "papers/alpha", "papers/beta", "papers/deep/compared", "papers/delta")
    ]
    compared = notes["papers/deep/compared"]
    assert (compared["keys"], compared["main"]) == (["gamma2003", "beta2002"], False)
    assert [paper["id"] for paper in compared["papers"]] == ["gamma2003", "beta2002"]
    inventory = InventoryFile.loads((build.outdir / "objects.inv").read_bytes(), uri="")
    objects = {name: item.uri for name, item in inventory.data["papernotes:note"].items()}
    assert objects == {
        "again": "papers/again.html",
        "alpha": "papers/alpha.html",
        "alpha2001": "papers/again.html",
        "beta": "papers/beta.html",
        "beta2002": "papers/beta.html",
        "deep/compared": "papers/deep/compared.html",
        "delta": "papers/delta.html",
        "delta2004": "papers/delta.html",
        "gamma2003": "papers/deep/compared.html",
    }
    feed = build.read("feed.xml")
    # The note that was read first keeps the identifier of the paper.
    assert re.findall(r"<id>.*feed.xml#(.*)</id>", feed) == [
        *("gamma2003", "alpha2001/papers/again", "beta2002", "alpha2001")
    ]
    assert feed.count('rel="related"') == 5
    (data,) = build.page("papers/deep/compared").cssselect('[type="application/ld+json"]')
    about = json.loads(data.text)["about"]
    assert [work["name"] for work in about] == ["The book of gamma", "On beta"]


def test_filter_finds_a_note_by_each_of_its_papers(build: Build) -> None:
    data = json.loads(build.read("notes.js").strip()[len("papernotes.notes(") : -2])
    (row,) = (row for row in data["notes"] if row[1] == "Compared")
    assert row[3:6] == [
        "Gamma et al. (2003), Beta and Other (2002)",
        "Gil Gamma, Gus Gamma and Gail Gamma Bo Beta and Bo Other gamma2003 beta2002",
        ["2003", "2002"],
    ]


def test_main_note_is_what_its_key_leads_to(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    site.build()
    site.edit("papers/alpha.md", "read:", "main: true\nread:")
    build = site.build()
    assert build.messages == []
    by_key = build.page("plain").cssselect("h1 ~ p")[0]
    assert text(by_key) == "By key: Alpha of x2x^2, both, Compared."
    # Entries and previews lead to the others too; a preview shows the summary of the main note.
    assert "notes: Again yy, Alpha of x2x^2" in text(build.page("works").cssselect(".pn-works")[0])
    assert "A summary with" in build.read("previews/alpha2001.js")
    assert "papers/again.html" in build.read("previews/alpha2001.js")
    # The link by key no longer mentions the other note.
    mentions = texts(build.page("papers/again"), ".pn-mention")
    assert [mention.partition(":")[0] for mention in mentions][1:] == ["By name", "Cited"]


@pytest.mark.parametrize("builder", ["latex", "epub", "singlehtml"])
def test_other_formats_build_without_a_message(tmp_path: Path, builder: str) -> None:
    messages = write(tmp_path / "site").build(builder).messages
    # An EPUB needs a copyright and a version, which the site lacks.
    assert [message for message in messages if "conf value" not in message] == []
