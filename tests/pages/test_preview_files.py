"""Previews of what links lead to: which links have one, and what the files show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from explained import write_explained_site
from sites import Build, Site, text

from papernotes.rendering.previews import place_name


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the site, which tests do not change."""
    return write_explained_site(tmp_path_factory.mktemp("explained") / "site")


@pytest.fixture(scope="module")
def build(site: Site) -> Build:
    """Return the site, built."""
    build = site.build()
    assert build.messages == []
    return build


@pytest.fixture
def edited(tmp_path: Path) -> Site:
    """Return the site for edits, not yet built."""
    return write_explained_site(tmp_path / "site")


def files(build: Build) -> dict[str, bytes]:
    """Return the previews by name."""
    folder = build.outdir / "previews"
    found = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.js")}
    return {name.with_suffix("").as_posix(): content for name, content in found.items()}


def shown(build: Build, name: str) -> lxml.html.HtmlElement:
    """Return what the preview *name* shows."""
    named, html = json.loads(f"[{build.read(f'previews/{name}.js')[19:-3]}]")
    assert named == name
    return lxml.html.fromstring(html)


def marks(build: Build, docname: str) -> dict[str, str | None]:
    """Return the preview of each link in the paragraphs of a page, by what it says."""
    page = build.page(docname)
    links = page.cssselect("article section > p a, article .pn-noted > p a")
    return {text(link): link.getparent().get("data-pn-preview") for link in links}


def test_links_to_other_pages_have_the_previews_of_what_they_lead_to(build: Build) -> None:
    assert (
        marks(build, "papers/two").items()
        >= {
            "(1)": "papers/one/equation-energy",
            "Fig. 1": "papers/one/the-curve",
            "Table 1": "papers/one/numbers",
            "Listing 1": "papers/one/program",
            "the method": "papers/one/method-of-one",
            "details": "papers/one/its-details",
            "the remark": "papers/one/remark",
            "Both of them": "papers/both/_",
            # A note shares the file of its paper.
            "all of it": "one2019",
            "One of the first notes": "one2019",
            "关于“泛化”的笔记": "zh2018",
            "The method of all": "method/_",
            "steps": "method/steps",
            "loss": "method/term-loss",
            "Notes": "index/_",
            # These explain nothing.
            "a file": None,
            "Index": None,
        }.items()
    )


def test_links_within_a_page_and_links_that_navigate_have_no_mark(build: Build) -> None:
    page = build.page("papers/one")
    section = page.cssselect("#looking-back")[0]
    for link in section.xpath(".//a[starts-with(@href, '#') or starts-with(@href, 'https:')]"):
        assert link.getparent().get("data-pn-preview") is None or "bibtex-citation" in (
            link.getparent().getparent().get("class") or ""
        )
    for docname in ("index", "papers/one", "papers/two", "papers/both", "method"):
        marked = build.page(docname).cssselect(
            "nav [data-pn-preview], .pn-related-section [data-pn-preview],"
            " .pn-card-title [data-pn-preview], .pn-mention-page [data-pn-preview],"
            " .pn-list [data-pn-preview], .pn-works [data-pn-preview]"
        )
        assert marked == [], docname


def test_each_mark_has_a_file_and_each_file_of_a_place_has_a_mark(build: Build) -> None:
    marked = {
        name
        for path in build.outdir.rglob("*.html")
        for name in lxml.html.parse(str(path)).xpath("//@data-pn-preview")
    }
    found = files(build).keys()
    assert marked <= found
    notes = {"papers/two/_"}
    assert {name for name in found - marked if "/" in name} <= notes


def test_previews_show_what_links_explain(build: Build) -> None:
    equation = shown(build, "papers/one/equation-energy")
    assert equation.cssselect("math")
    assert text(equation.cssselect(".eqno")[0]).startswith("(1)")
    figure = shown(build, "papers/one/the-curve")
    assert text(figure.cssselect("figcaption")[0]).startswith(
        "Fig. 1 The loss falls, as Two (2020)"
    )
    pictures = [image.get("src") for image in figure.cssselect("img")]
    assert pictures == ["_images/wide.svg", "_images/wide-dark.svg"]
    table = shown(build, "papers/one/numbers")
    assert text(table.cssselect("caption")[0]).startswith("Table 1 All numbers")
    assert len(table.cssselect("td")) == 12
    program = shown(build, "papers/one/program")
    assert text(program.cssselect(".code-block-caption")[0]).startswith("Listing 1 A program")
    assert program.cssselect(".highlight span.nb")
    assert "An admonition that stands apart." in text(shown(build, "papers/one/remark"))
    assert text(shown(build, "method/term-loss").cssselect("dt")[0]).startswith("loss")
    # Each says on which page it is.
    for place in (equation, figure, table, program):
        [link] = place.cssselect(":scope > .pn-byline a, .pn-byline a")
        assert (text(link), link.get("href")) == ("One of the first notes", "papers/one.html")


def test_previews_of_sections_and_pages_show_their_beginning(build: Build) -> None:
    section = shown(build, "papers/one/method-of-one")
    [title] = section.cssselect(".pn-preview-title a")
    assert (text(title), title.get("href")) == ("The method", "papers/one.html#method-of-one")
    assert "It has two steps" in text(section)
    assert "A second paragraph." in text(section)
    assert "Its details" not in text(section)
    page = shown(build, "method/_")
    assert text(page) == "The method of all How the notes are made. See One of the first notes."
    assert [a.get("href") for a in page.cssselect("a")] == ["method.html", "papers/one.html"]
    note = shown(build, "papers/both/_")
    assert text(note.cssselect(".pn-byline")[0]) == "Two (2020), Three (2021)"
    assert "Two and three, compared by (1)." in text(note)
    # A label of a note's title leads to the same.
    assert text(shown(build, "papers/both/top-of-both")) == text(note)


def test_long_sections_are_cut_after_a_sentence(build: Build) -> None:
    section = shown(build, "papers/one/its-details")
    assert 20 < text(section).count("They are long.") < 40
    more = next(link for link in section.cssselect("a") if text(link) == "…")
    assert more.get("href") == "papers/one.html#its-details"


def test_previews_do_not_nest_and_their_links_lead_from_the_front_page(build: Build) -> None:
    for name in files(build):
        preview = shown(build, name)
        assert preview.xpath("//@data-pn-preview") == [], name
        for address in preview.xpath("//@href | //@src"):
            parts = urlsplit(address)
            if not parts.scheme and parts.path:
                assert (build.outdir / unquote(parts.path)).is_file(), (name, address)


def test_previews_follow_what_they_show(edited: Site) -> None:
    before = files(edited.build())
    edited.edit("papers/one.md", "E = m c^2", "E = m c^3")
    edited.edit("papers/one.md", "# One of", "# The one of")
    edited.edit("papers/two.md", "[steps](/method.md#steps),", "")
    edited.edit("papers/both.md", "and three", "and 3")
    # A second note on a paper takes its preview from the first.
    edited.write("papers/again.md", "---\npaper: one2019\n---\n\n# Again\n\nOnce more.\n")
    edited.edit("conf.py", 'project = "', 'papernotes_summary_words = 3\nproject = "')
    incremental = edited.build()
    after = files(incremental)
    # Nothing links to the steps any more, and the short card has lost its equation.
    assert before.keys() - after.keys() == {"method/steps", "papers/both/equation-sum"}
    assert after.keys() - before.keys() == {"papers/again/_", "papers/one/_"}
    assert b"c^3" in after["papers/one/equation-energy"]
    assert b"The one of" in after["papers/one/the-curve"]
    assert b"and 3" in after["papers/both/top-of-both"]
    assert b"The summary of" in after["papers/one/_"]
    assert len(after["papers/one/method-of-one"]) < len(before["papers/one/method-of-one"])
    # Links follow.
    assert (
        marks(incremental, "papers/both").items()
        >= {
            "Again": "papers/again/_",
            "The one of the first notes": "papers/one/_",
            "Both of them": None,
        }.items()
    )
    edited.clean()
    assert files(edited.build(parallel=2)) == after


def test_cards_link_to_places_of_their_notes_with_previews(build: Build) -> None:
    """The page of the note itself needs no file."""
    [card] = build.page("index").xpath("//a[@href='papers/both.html#equation-sum']/..")
    assert card.get("data-pn-preview") == "papers/both/equation-sum"
    assert shown(build, "papers/both/equation-sum").cssselect("math")
    [own] = build.page("papers/both").xpath("//p/a[@href='#equation-sum']")
    assert text(own) == "(1)"


def test_names_of_previews_are_names_of_files() -> None:
    long = "a-heading-" * 40
    for id_ in ("plain-id", "a/../b", "with_underscore", "ключ", long):
        folder, _, name = place_name(("papers/one", id_)).rpartition("/")
        assert folder == "papers/one"
        assert re.fullmatch(r"[a-z0-9][-a-z0-9]{0,120}", name), name
    assert place_name(("a", long)) != place_name(("a", f"{long}b"))


def test_nothing_of_a_draft_is_in_a_preview(edited: Site) -> None:
    edited.edit("papers/one.md", "tags: [a]", "tags: [a]\ndraft: true")
    edited.edit("method.md", "# The method", "---\ndraft: true\n---\n\n# The method")
    edited.edit("conf.py", '["method"]', "[]")
    build = edited.build()
    assert {name.partition("/")[0] for name in files(build)} == {
        *("index", "papers", "three2021", "two2020", "zh2018")
    }
    assert not any(name.startswith("papers/one") for name in files(build))
    for content in files(build).values():
        for secret in (b"loss", b"summary of one", b"How the notes"):
            assert secret not in content
    assert "papers/one" not in str(build.page("papers/two").xpath("//@data-pn-preview"))


def test_pages_grow_little_by_previews(build: Build, edited: Site) -> None:
    without = edited.build(confoverrides={"papernotes_previews": False})
    page = without.page("papers/two")
    assert page.cssselect("#links-to-the-first-note [data-pn-preview]") == []
    assert not any("preview" in address for address in page.xpath("//script/@src"))
    assert not (without.outdir / "previews").exists()
    for docname in ("papers/one", "papers/two", "papers/both"):
        page = build.read(f"{docname}.html")
        grown = len(page) - len(without.read(f"{docname}.html"))
        # For the links and for that to the script, which loads all else when it is wanted.
        assert grown <= 64 * page.count("data-pn-preview") + 120, docname
    static = build.outdir / "_static"
    assert len((static / "previews.js").read_bytes()) < 3200
    for sheet in ("page.css", "page-mathematics.css"):
        assert "pn-preview" not in (static / sheet).read_text(encoding="utf-8")


def test_previews_work_where_addresses_have_no_suffix(site: Site, build: Build) -> None:
    pages = site.build("dirhtml")
    section = lxml.html.parse(str(pages.outdir / "papers/two/index.html"))
    links = section.xpath("//*[@id='links-to-the-first-note']/p//a")
    found = {text(link): link.getparent().get("data-pn-preview") for link in links}
    assert (found["Fig. 1"], found["Notes"]) == ("papers/one/the-curve", "index/_")
    figure = shown(pages, "papers/one/the-curve")
    assert figure.cssselect(".pn-byline a")[0].get("href") == "papers/one/"
    assert figure.cssselect("img")[0].get("src") == "_images/wide.svg"
