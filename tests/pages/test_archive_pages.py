"""The pages that no document stands for, built: lists that go on, tags, years, indexes."""

from __future__ import annotations

import json
import posixpath
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
import pytest
from outputs import ALL, build_again, outputs
from sites import Build, Site, parse, text

SETTINGS = """
papernotes_browse = ["tags", "years", "authors", "venues", "map"]
papernotes_browse += ["neighbours", "related", "filter"]
papernotes_page_size = 2
html_baseurl = "https://example.org/shelf/"
"""
MADE = {
    "page/2",
    "tags/index",
    "tags/c-plus-plus",
    "tags/generalization",
    "tags/optimization",
    "years/index",
    "years/2001",
    "years/2002",
    "years/2004",
    "authors/index",
    "venues/index",
    "map",
}
Element = lxml.html.HtmlElement


@pytest.fixture
def shelf(tiny: Site) -> Site:
    """Return the tiny site with all that helps to browse, and two notes a page."""
    tiny.write("conf.py", (tiny.folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    return tiny


def hrefs(page: Element, selector: str) -> list[tuple[str, str | None]]:
    return [(text(link), link.get("href")) for link in page.cssselect(selector)]


# What there is.


def test_pages_are_made(shelf: Site) -> None:
    build = shelf.build()
    assert (build.messages, build.made) == ([], MADE)


def test_none_are_made_unasked(tiny: Site) -> None:
    build = tiny.build()
    assert build.made == set()
    assert not build.page("papers/alpha").cssselect(".pn-tags a, .pn-related-section, nav.pn-pager")


def test_the_front_page_goes_on(shelf: Site) -> None:
    build = shelf.build()
    front, second = build.page("index"), build.page("page/2")
    assert [text(title) for title in front.cssselect(".pn-card-title")] == [
        "Alpha of x2x^2",
        "Beta",
    ]
    assert [text(title) for title in second.cssselect(".pn-card-title")] == ["Delta"]
    assert hrefs(front, ".pn-pager a") == [("Next", "page/2.html"), ("Last", "page/2.html")]
    assert hrefs(second, ".pn-pager a") == [
        ("First", "../index.html"),
        ("Previous", "../index.html"),
    ]
    assert "Page 2 of 2" in text(second.cssselect(".pn-pager")[0])
    assert text(second.cssselect("h1")[0]) == "A shelf, page 2¶"
    assert second.findtext(".//title").startswith("A shelf, page 2 — tiny")


def test_pages_name_those_around_them_and_themselves(shelf: Site) -> None:
    shelf.write("conf.py", (shelf.folder / "conf.py").read_text().replace("size = 2", "size = 1"))
    build = shelf.build()

    def relations(name: str) -> dict[str, str]:
        links = build.page(name).cssselect("link[rel=prev], link[rel=next], link[rel=canonical]")
        return {link.get("rel"): link.get("href") for link in links}

    assert relations("index") == {
        "canonical": "https://example.org/shelf/index.html",
        "next": "page/2.html",
    }
    assert relations("page/2") == {
        "canonical": "https://example.org/shelf/page/2.html",
        "prev": "../index.html",
        "next": "3.html",
    }
    assert relations("page/3") == {
        "canonical": "https://example.org/shelf/page/3.html",
        "prev": "2.html",
    }
    assert relations("tags/index") == {"canonical": "https://example.org/shelf/tags/index.html"}


def test_pages_are_called_by_time_where_the_order_is_one(shelf: Site) -> None:
    shelf.write("index.md", "# A shelf\n\n```{papers}\n:sort: -read\n```\n")
    build = shelf.build()
    assert hrefs(build.page("index"), ".pn-pager a")[0] == ("Older", "page/2.html")
    assert hrefs(build.page("page/2"), ".pn-pager a")[1] == ("Newer", "../index.html")


def test_only_the_first_list_without_a_limit_goes_on(shelf: Site) -> None:
    shelf.write(
        "index.md",
        "# A shelf\n\n```{papers}\n:limit: 3\n```\n\n```{papers}\n:view: list\n```\n\n"
        "```{papers}\n:view: list\n```\n",
    )
    build = shelf.build()
    front = build.page("index")
    assert len(front.cssselect(".pn-card")) == 3
    assert [len(part.cssselect("li")) for part in front.cssselect(".pn-list")] == [2, 3]
    assert [text(line) for line in build.page("page/2").cssselect(".pn-list li")] == [
        "Delta · Dee Delta · 2004"
    ]


def test_index_of_tags_counts_and_links(shelf: Site) -> None:
    shelf.edit("papers/beta.md", "[optimization]", "[optimization, generalization]")
    items = shelf.build().page("tags/index").cssselect(".pn-index li")
    assert [(text(item), item.cssselect("a")[0].get("href")) for item in items] == [
        ("C++ 1", "../tags/c-plus-plus.html"),
        ("generalization 2", "../tags/generalization.html"),
        ("optimization 1", "../tags/optimization.html"),
    ]


def test_a_tag_s_page_has_the_cards_of_the_front_page(shelf: Site) -> None:
    build = shelf.build()
    tag = build.page("tags/generalization")
    assert text(tag.cssselect("h1")[0]) == "generalization¶"
    assert text(tag.cssselect(".pn-byline")[0]) == "1 note · all tags"
    (card,) = tag.cssselect(".pn-card")
    front = build.page("index").cssselect(".pn-card")[0]
    for part in (front, card):
        part.make_links_absolute(f"https://example.org/{'tags/x' if part is card else ''}")
    assert lxml.html.tostring(card) == lxml.html.tostring(front)
    assert card.cssselect("math")
    assert (
        card.cssselect(".bibtex-citation a")[0].get("href")
        == "https://example.org/papers/beta.html"
    )


def test_a_long_list_of_a_tag_goes_on(shelf: Site) -> None:
    for name in ("beta", "delta"):
        source = (shelf.folder / f"papers/{name}.md").read_text()
        source = re.sub(r"tags: .*\n", "", source).replace("---\npaper", "---\ntags: [C++]\npaper")
        shelf.write(f"papers/{name}.md", source)
    build = shelf.build()
    assert "tags/c-plus-plus/2" in build.made
    second = build.page("tags/c-plus-plus/2")
    assert text(second.cssselect("h1")[0]) == "C++, page 2¶"
    assert [text(title) for title in second.cssselect(".pn-card-title")] == ["Delta"]
    assert hrefs(second, ".pn-card-title a") == [("Delta", "../../papers/delta.html")]
    assert hrefs(second, ".pn-pager a")[0] == ("First", "../../tags/c-plus-plus.html")


def test_years(shelf: Site) -> None:
    build = shelf.build()
    assert [text(item) for item in build.page("years/index").cssselect(".pn-index li")] == [
        "2004 1",
        "2002 1",
        "2001 1",
    ]
    assert [text(title) for title in build.page("years/2002").cssselect(".pn-card-title")] == [
        "Beta"
    ]


def test_authors_and_venues(shelf: Site) -> None:
    build = shelf.build()

    def index(name: str) -> dict[str, list[tuple[str, str | None]]]:
        page = build.page(name)
        parts = zip(page.cssselect("dt"), page.cssselect("dd"), strict=True)
        return {text(term): hrefs(group, "a") for term, group in parts}

    assert index("authors/index") == {
        "Alpha, Anna": [("Alpha of x2x^2", "../papers/alpha.html")],
        "Beta, Bo": [("Beta", "../papers/beta.html")],
        "Delta, Dee": [("Delta", "../papers/delta.html")],
        "Other, Bo": [("Beta", "../papers/beta.html")],
    }
    assert index("venues/index") == {
        "Journal of Letters": [("Alpha of x2x^2", "../papers/alpha.html")],
        "Meeting on Letters": [("Beta", "../papers/beta.html")],
    }


def test_an_index_of_few_groups_with_many_notes_begins_with_their_names(shelf: Site) -> None:
    assert not shelf.build().page("venues/index").cssselect("ul.pn-index")
    for number in range(40):
        key = f"zeta{number}"
        shelf.write(f"papers/{key}.md", f"---\npaper: {key}\n---\n\n# Zeta {number}\n\nWords.\n")
        entry = (
            f"@article{{{key}, author={{Zoe Zeta}}, title={{Zeta}}, journal={{Zed}}, year=2006}}"
        )
        bibliography = (shelf.folder / "refs.bib").read_text(encoding="utf-8")
        shelf.write("refs.bib", f"{bibliography}\n{entry}\n")
    page = shelf.build().page("venues/index")
    names = [text(item) for item in page.cssselect("ul.pn-index > li")]
    assert names == ["Journal of Letters 1", "Meeting on Letters 1", "Zed 40"]
    for _, href in hrefs(page, "ul.pn-index a"):
        (term,) = page.xpath("//dt[@id=$id]", id=str(href).removeprefix("#"))
        assert term.getnext().tag == "dd"


def test_the_citation_map_says_the_same_in_a_picture_and_in_words(shelf: Site) -> None:
    page = shelf.build().page("map")
    labels = {"Alpha (2001)", "Beta and Other (2002)", "Gamma et al. (2003)", "Delta (2004)"}
    picture = page.cssselect(".pn-map > svg")[0]
    assert {text(label) for label in picture.cssselect("text")} == labels
    assert {link.get("href") for link in picture.cssselect("a.pn-map-note")} == {
        "papers/alpha.html",
        "papers/beta.html",
        "papers/delta.html",
    }
    assert len(picture.cssselect("line")) == 3
    words = zip(page.cssselect("dt"), page.cssselect("dd"), strict=True)
    assert {text(term): text(cited) for term, cited in words} == {
        "Alpha of x2x^2": "cites Beta and Other (2002), Gamma et al. (2003)",
        "Delta": "cites Alpha (2001)",
    }
    assert hrefs(page, "dd a") == [
        ("Beta and Other (2002)", "papers/beta.html"),
        ("Gamma et al. (2003)", "https://example.org/gamma"),
        ("Alpha (2001)", "papers/alpha.html"),
    ]


def test_a_map_of_notes_that_cite_nothing(shelf: Site) -> None:
    for name in ("alpha", "delta"):
        shelf.remove(f"papers/{name}.md")
    shelf.write("plain.md", "# An ordinary page\n\nIt cites {cite:t}`gamma2003`.\n")
    shelf.write("generalization.md", "# On generalization\n")
    build = shelf.build()
    assert build.messages == []
    assert text(build.page("map").cssselect(".pn-empty")[0]) == "No note cites a work yet."


def test_a_map_needs_networkx(shelf: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papernotes.settings.find_spec", lambda name: None)
    build = shelf.build()
    (message,) = build.messages
    assert message == (
        'conf.py:1: WARNING: papernotes_browse has a "map", which needs networkx and numpy; install'
        ' them with pip install "sphinx-papernotes[map]", or leave it out [papernotes.bad-option]'
    )
    assert build.made == MADE - {"map"}


def test_tags_link_to_their_pages(shelf: Site) -> None:
    build = shelf.build()
    expected = [
        ("generalization", "../tags/generalization.html"),
        ("C++", "../tags/c-plus-plus.html"),
    ]
    assert hrefs(build.page("papers/alpha"), ".pn-header .pn-tags a") == expected
    first = build.page("index").cssselect(".pn-card")[0]
    assert hrefs(first, ".pn-tags a")[0] == ("generalization", "tags/generalization.html")


def test_a_note_ends_with_its_neighbours_and_relations(shelf: Site) -> None:
    build = shelf.build()
    beta = build.page("papers/beta")
    assert hrefs(beta, ".pn-neighbours a") == [
        ("Alpha of x2x^2", "alpha.html"),
        ("Delta", "delta.html"),
    ]
    assert [text(line) for line in build.page("papers/delta").cssselect(".pn-neighbours p")] == [
        "Previous note Beta"
    ]
    # Alpha cites beta and is cited by delta.
    alpha = build.page("papers/alpha")
    assert hrefs(alpha, ".pn-related-section li a") == [
        ("Beta", "beta.html"),
        ("Delta", "delta.html"),
    ]
    assert hrefs(beta, ".pn-related-section li a") == [("Alpha of x2x^2", "alpha.html")]


def test_templates_know_what_is_near(shelf: Site) -> None:
    shelf.edit("conf.py", "papernotes_page", 'templates_path = ["_templates"]\npapernotes_page')
    shelf.write(
        "_templates/page.html",
        '{% extends "!page.html" %}{% block body %}{{ super() }}'
        '<ol id="near">{% for note in [papernotes_near.before, papernotes_near.after] if note %}'
        '<li><a href="{{ pathto(note.docname) }}">{{ note.title|e }}</a></li>{% endfor %}'
        "<li>{{ papernotes_near.related|length }}</li></ol>{% endblock %}",
    )
    build = shelf.build()
    beta = build.page("papers/beta")
    assert hrefs(beta, "#near a") == [("Alpha of x^2", "alpha.html"), ("Delta", "delta.html")]
    assert text(beta.cssselect("#near")[0]).endswith("1")
    assert text(build.page("tags/index").cssselect("#near")[0]) == "0"


# The filter, of which browser/test_filter.py tests the working.


def rows(build: Build) -> dict[str, list[object]]:
    text = build.read("notes.js").removeprefix("papernotes.notes(").removesuffix(");\n")
    data = json.loads(text)
    tags = data["tags"]
    return {
        row[0]: [*(plain(value) for value in row[1:7]), [tags[number] for number in row[7]]]
        for row in data["notes"]
    }


def plain(value: object) -> object:
    """Return a text with plain spaces for those that hold a line together."""
    return value.replace("\N{NO-BREAK SPACE}", " ") if isinstance(value, str) else value


def test_the_filter_knows_of_all_notes(shelf: Site) -> None:
    shelf.edit("refs.bib", "Dee Delta", "Dee Delta and D. Two and D. Three and D. Four")
    found = rows(shelf.build())
    title, is_html, *rest = found["papers/alpha.html"]
    assert is_html
    assert lxml.html.fromstring(str(title)).cssselect("math annotation")[0].text == "x^2"
    assert rest == [
        "Anna Alpha · 2001 · Journal of Letters",
        "alpha2001",
        "2001",
        "2020-08-31",
        ["generalization", "C++"],
    ]
    # Those whom the line does not name are found, too.
    assert found["papers/delta.html"] == [
        "Delta",
        0,
        "Dee Delta et al. · 2004",
        "Dee Delta, D. Two, D. Three and D. Four delta2004",
        "2004",
        "",
        [],
    ]


def test_the_filter_finds_what_the_list_holds(shelf: Site) -> None:
    shelf.write("index.md", "# A shelf\n\n```{papers}\n:tags: optimization\n```\n")
    assert list(rows(shelf.build())) == ["papers/beta.html"]


def test_what_the_filter_knows_is_as_safe_as_a_page(shelf: Site) -> None:
    shelf.edit("papers/beta.md", "# Beta", r"# \<img src=x onerror=alert(1)> *and* </script>")
    title, is_html, *_ = rows(shelf.build())["papers/beta.html"]
    assert is_html
    assert str(title).startswith("<span>&lt;img src=x onerror=alert(1)&gt; <em>and</em>")


@pytest.mark.parametrize(
    ("edit", "changes"),
    [
        (lambda site: site.edit("papers/beta.md", "2021-01-02", "2021-01-03"), True),
        (lambda site: site.edit("papers/beta.md", "# Beta", "# Beta, again"), True),
        (lambda site: site.edit("papers/beta.md", "The summary of beta", "Another"), False),
    ],
    ids=["day", "title", "summary"],
)
def test_the_filter_s_script_is_written_when_it_says_something_new(
    shelf: Site, edit: Callable[[Site], object], *, changes: bool
) -> None:
    script = shelf.build().outdir / "notes.js"
    before = script.stat().st_mtime_ns
    edit(shelf)
    shelf.build()
    assert (script.stat().st_mtime_ns != before) is changes
    script.unlink()
    build_again(shelf)


def test_without_the_filter_its_script_goes(shelf: Site) -> None:
    assert shelf.build().page("index").cssselect(".pn-filter .pn-card")
    shelf.edit("conf.py", ', "filter"', "")
    again = build_again(shelf)
    assert not (again.outdir / "notes.js").exists()
    assert not again.page("index").cssselect(".pn-filter, script[src*=filter]")


# How they fit in.


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_every_link_leads_somewhere(shelf: Site, builder: str) -> None:
    for name in ("beta", "delta"):
        source = (shelf.folder / f"papers/{name}.md").read_text()
        source = re.sub(r"tags: .*\n", "", source)
        source = source.replace("---\npaper", "---\ntags: [C++, 深度学习, naïve]\npaper")
        shelf.write(f"papers/{name}.md", source)
    outdir = shelf.build(builder).outdir
    pages = sorted(outdir.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        page = parse(path)
        here = path.relative_to(outdir).as_posix()
        for link in page.xpath("//@href | //@src"):
            if urlsplit(link).netloc or link.endswith("_static/custom.css"):
                continue
            target = urlsplit(urljoin(f"https://site/below/its/root/{here}", link))
            name = unquote(target.path)
            assert name.startswith("/below/its/root/"), (here, link)
            file = outdir / name.removeprefix("/below/its/root/")
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), (here, link)
            if target.fragment:
                assert parse(file).xpath("//*[@id=$id]", id=unquote(target.fragment)), (here, link)


def test_pages_bring_what_their_cards_need(shelf: Site) -> None:
    build = shelf.build()

    def scripts(name: str) -> str:
        return " ".join(build.page(name).xpath("//script/@src"))

    # Alpha's summary cites, beta's does not.
    assert "previews.js" in scripts("tags/generalization")
    assert "previews.js" not in scripts("tags/optimization")


def test_a_picture_in_a_summary_is_on_each_page_with_the_card(shelf: Site) -> None:
    shelf.write("papers/dot.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    shelf.edit("papers/alpha.md", "Its second paragraph.", "![A dot](dot.svg)")
    outdir = shelf.build().outdir
    # Made again alone, it does not hang on what else has been written.
    (outdir / "tags/generalization.html").unlink()
    build = shelf.build()
    for name, up in (("index", ""), ("tags/generalization", "../")):
        (image,) = build.page(name).cssselect(".pn-card img")
        assert image.get("src") == f"{up}_images/dot.svg"


def test_pages_are_not_searched(shelf: Site) -> None:
    index = shelf.build().read("searchindex.js")
    names = json.loads(index[len("Search.setIndex(") : -1])["docnames"]
    assert set(names) == ALL


def test_the_theme_s_own_navigation_knows_them(shelf: Site) -> None:
    shelf.edit("conf.py", "alabaster", "furo")
    build = shelf.build()
    assert build.messages == []
    assert build.page("page/2").cssselect("a.prev-page")[0].get("href") == "../index.html"
    assert build.page("index").cssselect("a.next-page")[0].get("href") == "page/2.html"


@pytest.mark.parametrize("builder", ["singlehtml", "text", "latex", "epub"])
def test_other_formats_have_none_of_it(shelf: Site, builder: str) -> None:
    build = shelf.build(builder, confoverrides={"copyright": "x", "version": "1"})
    assert [line for line in build.messages if "unknown_project_files" not in line] == []
    whole = "".join(
        path.read_text(encoding="utf-8")
        for path in build.outdir.rglob("*")
        if path.suffix in (".html", ".xhtml", ".txt", ".tex")
    )
    # All the notes, since nothing goes on elsewhere.
    assert all(f"summary of {name}" in whole for name in ("beta", "delta"))
    assert "Related notes" not in whole
    assert "c-plus-plus" not in whole
    assert "Page 1 of" not in whole


def test_links_of_a_book_lead_to_what_it_holds(shelf: Site) -> None:
    """Also after a build of the site, whose notes lead to the pages of their tags."""
    shelf.build(confoverrides={"copyright": "x", "version": "1"})
    build = shelf.build("epub", confoverrides={"copyright": "x", "version": "1"})
    with zipfile.ZipFile(next(build.outdir.glob("*.epub"))) as book:
        held = set(book.namelist())
        pages = {
            name: lxml.html.document_fromstring(book.read(name))
            for name in held
            if name.endswith(".xhtml")
        }
    links = [
        (name, urlsplit(href))
        for name, page in pages.items()
        for href in page.xpath("//@href | //@src")
        if not urlsplit(href).scheme
    ]
    assert any(here == "works.xhtml" and "alpha" in link.path for here, link in links)
    for here, link in links:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(link.path)))
        target = target if link.path else here
        assert target in held, (here, link)
        if link.fragment and target in pages:
            found = pages[target].xpath("//*[@id=$id]", id=unquote(link.fragment))
            assert found, (here, link)


def test_links_of_a_printed_book_stay_in_it(shelf: Site) -> None:
    build = shelf.build("latex")
    whole = "".join(path.read_text(encoding="utf-8") for path in build.outdir.glob("*.tex"))
    led_to = set(re.findall(r"\\hyperlink\{(.*?)\}\{", whole))
    assert led_to
    assert led_to <= set(re.findall(r"\\hypertarget\{(.*?)\}", whole))


def test_parallel_builds_leave_the_same(shelf: Site) -> None:
    serial = outputs(shelf.build().outdir)
    shelf.clean()
    assert outputs(shelf.build(parallel=2).outdir) == serial


# Faults.


@pytest.mark.parametrize("builder", ["html", "dummy"])
def test_tags_with_one_address(shelf: Site, builder: str) -> None:
    """They are found by the builder of `make check`, too."""
    shelf.edit("papers/beta.md", "[optimization]", "[Generalization]")
    build = shelf.build(builder)
    (message,) = build.messages
    assert message == (
        'papers/alpha.md:3: WARNING: "generalization" and "Generalization" (papers/beta.md:3) would'
        " both have the page tags/generalization; spell them alike, or tell them apart by a letter"
        " or digit [papernotes.same-address]"
    )


def test_a_tag_is_one_however_its_accents_are_written(shelf: Site) -> None:
    shelf.edit("papers/beta.md", "[optimization]", "[nai\u0308ve]")
    shelf.edit("papers/alpha.md", "C++]", "C++, naïve]")
    build = shelf.build()
    assert build.messages == []
    assert len(build.page("tags/naïve").cssselect(".pn-card")) == 2


def test_a_document_in_the_way_stays(shelf: Site) -> None:
    shelf.write("tags/index.md", "---\norphan: true\n---\n\n# My own tags\n")
    build = shelf.build()
    assert len(build.messages) == 1
    assert text(build.page("tags/index").cssselect("h1")[0]) == "My own tags¶"
    # It comes and goes without harm.
    shelf.remove("tags/index.md")
    assert text(shelf.build().page("tags/index").cssselect("h1")[0]) == "Tags¶"
    shelf.write("tags/index.md", "---\norphan: true\n---\n\n# My own tags\n")
    assert text(shelf.build().page("tags/index").cssselect("h1")[0]) == "My own tags¶"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"papernotes_browse": ["tags", "colours"]},
            'papernotes_browse does not know "colours"; use some of tags, years,',
        ),
        (
            {"papernotes_page_size": -1},
            "papernotes_page_size = -1 is no number of notes; use one above 0, or 0 for all",
        ),
    ],
)
def test_settings_without_a_meaning(shelf: Site, setting: dict[str, object], message: str) -> None:
    build = shelf.build(confoverrides=setting)
    assert len(build.messages) == 1
    assert build.messages[0].startswith(f"conf.py:1: WARNING: {message}")
    assert "page/2" in build.made or setting.get("papernotes_page_size")


# After an edit, the pages that show it are made again, and no other.


def test_nothing_changed(shelf: Site) -> None:
    shelf.build()
    assert build_again(shelf).made == set()


EDITS: dict[str, tuple[Callable[[Site], object], set[str], set[str]]] = {
    "text": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited here.", "Still nothing."),
        {"papers/beta"},
        set(),
    ),
    "summary": (
        lambda site: site.edit("papers/delta.md", "The summary of delta", "What delta says"),
        # Alpha quotes it.
        {"papers/delta", "papers/alpha"},
        {"page/2", "years/2004"},
    ),
    "title": (
        lambda site: site.edit("papers/delta.md", "# Delta", "# Delta, again"),
        {"papers/delta", "papers/alpha", "papers/beta", "works"},
        {"page/2", "years/2004", "authors/index", "map"},
    ),
    "a citation more": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited", "Here {cite:t}`zeta2006` is"),
        {"papers/beta", "works"},
        {"map"},
    ),
    "a tag taken": (
        lambda site: site.edit("papers/beta.md", "tags: [optimization]\n", ""),
        {"papers/beta", "index"},
        {"tags/index", "years/2002"},
    ),
    "a tag more": (
        lambda site: site.edit("papers/beta.md", "[optimization]", "[optimization, C++]"),
        # Alpha and beta were related before, too.
        {"papers/beta", "index"},
        {"tags/index", "tags/optimization", "tags/c-plus-plus", "years/2002"},
    ),
    "a tag that takes another's address": (
        lambda site: site.edit("papers/beta.md", "[optimization]", "[Generalization]"),
        # Alpha's tag has no page any more that it could link to.
        {"papers/beta", "papers/alpha", "index"},
        {"tags/index", "tags/generalization", "tags/c-plus-plus", "years/2001", "years/2002"},
    ),
    "a tag of another note": (
        lambda site: site.edit(
            "papers/delta.md", "paper: delta2004", "paper: delta2004\ntags: [C++]"
        ),
        # Alpha has the tag, too, and now delta before beta among its relations.
        {"papers/delta", "papers/alpha"},
        {"page/2", "tags/index", "tags/c-plus-plus", "years/2004"},
    ),
    "year": (
        lambda site: site.edit("refs.bib", "year = {2004}", "year = {2005}"),
        {"papers/delta", "papers/alpha", "works"},
        {"page/2", "years/index", "years/2005", "map"},
    ),
    "people": (
        lambda site: site.edit("refs.bib", "Dee Delta", "Di Delta"),
        {"papers/delta", "papers/alpha", "works"},
        {"page/2", "years/2004", "authors/index", "map"},
    ),
    "title of the front page": (
        lambda site: site.edit("index.md", "# A shelf", "# My shelf"),
        {"index"},
        {"page/2"},
    ),
    "a note more": (
        lambda site: site.write("papers/z.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nX.\n"),
        {"papers/z", "papers/delta", "works"},
        {"page/2", "years/index", "years/2006", "authors/index"},
    ),
    "a note less": (
        lambda site: site.remove("papers/delta.md"),
        # Beta was before it; the front page's list no longer goes on.
        {"index", "papers/alpha", "papers/beta", "works"},
        {"years/index", "authors/index", "map"},
    ),
}


@pytest.mark.parametrize(("edit", "written", "made"), EDITS.values(), ids=EDITS.keys())
def test_edit(
    shelf: Site, edit: Callable[[Site], object], written: set[str], made: set[str]
) -> None:
    shelf.build()
    edit(shelf)
    again = build_again(shelf)
    assert (again.written, again.made) == (written, made)


def test_a_tag_that_no_note_has_leaves_nothing(shelf: Site) -> None:
    for builder in ("html", "dirhtml"):
        shelf.build(builder)
    shelf.edit("papers/beta.md", "[optimization]", "[generalization]")
    for builder in ("html", "dirhtml"):
        outdir = shelf.build(builder).outdir
        assert not list(outdir.rglob("*optimization*"))


def test_a_page_that_was_deleted_is_made_again(shelf: Site) -> None:
    outdir = shelf.build().outdir
    (outdir / "tags/optimization.html").unlink()
    assert build_again(shelf).made == {"tags/optimization"}


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.edit("conf.py", '"tiny"', '"small"'),
        lambda site: site.edit("conf.py", "page_size = 2", "page_size = 1"),
        lambda site: site.write("_templates/layout.html", '{% extends "!layout.html" %} '),
    ],
    ids=["name of the site", "page size", "template"],
)
def test_all_are_made_again_when_all_look_different(
    shelf: Site, change: Callable[[Site], object]
) -> None:
    shelf.edit("conf.py", "papernotes_page", 'templates_path = ["_templates"]\npapernotes_page')
    shelf.write("_templates/layout.html", '{% extends "!layout.html" %}')
    shelf.build()
    change(shelf)
    again = build_again(shelf)
    assert again.written == ALL
    assert again.made >= MADE


def test_all_are_made_again_when_asked_for(shelf: Site) -> None:
    shelf.build()
    assert _time(shelf.build()) < _time(shelf.build(freshenv=True))


def _time(build: Build) -> int:
    return Path(build.outdir, "tags/optimization.html").stat().st_mtime_ns
