"""Archive pages, which have no document: further pages of lists, tags, years, indexes, the map.

Also neighbours, related notes and the data of the filter, which depend on the same settings.
"""

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

from papernotes.catalogue import mention_pages
from papernotes.rendering.note_page import mentions

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
def site(tiny: Site) -> Site:
    """Return the tiny site with all archive pages, and two notes per page."""
    tiny.write("conf.py", (tiny.folder / "conf.py").read_text(encoding="utf-8") + SETTINGS)
    return tiny


def hrefs(page: Element, selector: str) -> list[tuple[str, str | None]]:
    return [(text(link), link.get("href")) for link in page.cssselect(selector)]


# -- Contents -----------------------------------------------------------------


def test_archive_pages_are_built_as_configured(site: Site) -> None:
    build = site.build()
    assert (build.messages, build.made) == ([], MADE)


def test_no_archive_pages_are_built_by_default(tiny: Site) -> None:
    build = tiny.build()
    assert build.made == set()
    assert not build.page("papers/alpha").cssselect(".pn-tags a, .pn-related-section, nav.pn-pager")


def test_list_of_the_front_page_continues_on_further_pages(site: Site) -> None:
    build = site.build()
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


def test_archive_pages_link_their_neighbours_and_canonical_address(site: Site) -> None:
    site.write("conf.py", (site.folder / "conf.py").read_text().replace("size = 2", "size = 1"))
    build = site.build()

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


def test_pager_says_older_and_newer_if_notes_are_sorted_by_time(site: Site) -> None:
    site.write("index.md", "# A shelf\n\n```{papers}\n:sort: -read\n```\n")
    build = site.build()
    assert hrefs(build.page("index"), ".pn-pager a")[0] == ("Older", "page/2.html")
    assert hrefs(build.page("page/2"), ".pn-pager a")[1] == ("Newer", "../index.html")


def test_only_the_first_list_without_a_limit_has_further_pages(site: Site) -> None:
    site.write(
        "index.md",
        "# A shelf\n\n```{papers}\n:limit: 3\n```\n\n```{papers}\n:view: list\n```\n\n"
        "```{papers}\n:view: list\n```\n",
    )
    build = site.build()
    front = build.page("index")
    assert len(front.cssselect(".pn-card")) == 3
    assert [len(part.cssselect("li")) for part in front.cssselect(".pn-list")] == [2, 3]
    assert [text(line) for line in build.page("page/2").cssselect(".pn-list li")] == [
        "Delta · Dee Delta · 2004"
    ]


def test_index_of_tags_has_counts_and_links(site: Site) -> None:
    site.edit("papers/beta.md", "[optimization]", "[optimization, generalization]")
    items = site.build().page("tags/index").cssselect(".pn-index li")
    assert [(text(item), item.cssselect("a")[0].get("href")) for item in items] == [
        ("C++ 1", "../tags/c-plus-plus.html"),
        ("generalization 2", "../tags/generalization.html"),
        ("optimization 1", "../tags/optimization.html"),
    ]


def test_tag_s_page_has_the_same_cards_as_the_front_page(site: Site) -> None:
    build = site.build()
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


def test_long_list_of_a_tag_has_further_pages(site: Site) -> None:
    for name in ("beta", "delta"):
        source = (site.folder / f"papers/{name}.md").read_text()
        source = re.sub(r"tags: .*\n", "", source).replace("---\npaper", "---\ntags: [C++]\npaper")
        site.write(f"papers/{name}.md", source)
    build = site.build()
    assert "tags/c-plus-plus/2" in build.made
    second = build.page("tags/c-plus-plus/2")
    assert text(second.cssselect("h1")[0]) == "C++, page 2¶"
    assert [text(title) for title in second.cssselect(".pn-card-title")] == ["Delta"]
    assert hrefs(second, ".pn-card-title a") == [("Delta", "../../papers/delta.html")]
    assert hrefs(second, ".pn-pager a")[0] == ("First", "../../tags/c-plus-plus.html")


def test_years_have_an_index_and_pages(site: Site) -> None:
    build = site.build()
    assert [text(item) for item in build.page("years/index").cssselect(".pn-index li")] == [
        "2004 1",
        "2002 1",
        "2001 1",
    ]
    assert [text(title) for title in build.page("years/2002").cssselect(".pn-card-title")] == [
        "Beta"
    ]


def test_indexes_of_authors_and_venues_list_their_notes(site: Site) -> None:
    build = site.build()

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


def test_index_with_few_groups_and_many_notes_begins_with_links_to_the_groups(site: Site) -> None:
    assert not site.build().page("venues/index").cssselect("ul.pn-index")
    for number in range(40):
        key = f"zeta{number}"
        site.write(f"papers/{key}.md", f"---\npaper: {key}\n---\n\n# Zeta {number}\n\nWords.\n")
        entry = (
            f"@article{{{key}, author={{Zoe Zeta}}, title={{Zeta}}, journal={{Zed}}, year=2006}}"
        )
        bibliography = (site.folder / "refs.bib").read_text(encoding="utf-8")
        site.write("refs.bib", f"{bibliography}\n{entry}\n")
    page = site.build().page("venues/index")
    names = [text(item) for item in page.cssselect("ul.pn-index > li")]
    assert names == ["Journal of Letters 1", "Meeting on Letters 1", "Zed 40"]
    for _, href in hrefs(page, "ul.pn-index a"):
        (term,) = page.xpath("//dt[@id=$id]", id=str(href).removeprefix("#"))
        assert term.getnext().tag == "dd"


def test_citation_map_has_the_same_contents_as_picture_and_text(site: Site) -> None:
    build = site.build()
    page = build.page("map")
    names = ["Alpha", "Beta and Other", "Delta", "Gamma et al."]
    for picture in page.cssselect(".pn-map > svg"):
        assert sorted(map(text, picture.cssselect("[id] > text"))) == names
        assert {link.get("href") for link in picture.cssselect("a.pn-map-target")} == {
            "papers/alpha.html",
            "papers/beta.html",
            "papers/delta.html",
            "https://example.org/gamma",
        }
        assert len(picture.cssselect("path.pn-map-arc")) == 3
        titles = [text(title) for title in picture.cssselect("a > title")]
        assert "Beta and Other (2002): Beta (cited by 1 note)" in titles
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

    # A note has its part of the map: what it cites, itself, and what cites it.
    strip = build.page("papers/alpha").cssselect(".pn-strip")[0]
    assert [text(part) for part in strip] == [
        "cites Beta and Other (2002) Gamma et al. (2003)",
        "Alpha (2001)",
        "cited by Delta (2004)",
    ]
    assert hrefs(strip, "a") == [
        ("Beta and Other (2002)", "beta.html"),
        ("Gamma et al. (2003)", "https://example.org/gamma"),
        ("Delta (2004)", "delta.html"),
    ]
    assert [item.get("class", "") for item in strip.cssselect("li")] == [
        "pn-hue-3",
        "pn-unnoted",
        "",
    ]


def test_citation_map_without_citations_says_so(site: Site) -> None:
    for name in ("alpha", "delta"):
        site.remove(f"papers/{name}.md")
    site.write("plain.md", "# An ordinary page\n\nIt cites {cite:t}`gamma2003`.\n")
    site.write("generalization.md", "# On generalization\n")
    build = site.build()
    assert build.messages == []
    assert text(build.page("map").cssselect(".pn-empty")[0]) == "No note cites a work yet."


def test_tags_link_to_their_pages(site: Site) -> None:
    build = site.build()
    expected = [
        ("generalization", "../tags/generalization.html"),
        ("C++", "../tags/c-plus-plus.html"),
    ]
    assert hrefs(build.page("papers/alpha"), ".pn-header .pn-tags a") == expected
    first = build.page("index").cssselect(".pn-card")[0]
    assert hrefs(first, ".pn-tags a")[0] == ("generalization", "tags/generalization.html")


def test_note_ends_with_its_neighbours_and_related_notes(site: Site) -> None:
    build = site.build()
    beta = build.page("papers/beta")
    assert hrefs(beta, ".pn-neighbours a") == [
        ("Alpha of x2x^2", "alpha.html"),
        ("Delta", "delta.html"),
    ]
    assert [text(line) for line in build.page("papers/delta").cssselect(".pn-neighbours p")] == [
        "Previous note Beta"
    ]
    # Alpha cites beta, and delta cites alpha.
    alpha = build.page("papers/alpha")
    assert hrefs(alpha, ".pn-related-section li a") == [
        ("Beta", "beta.html"),
        ("Delta", "delta.html"),
    ]
    assert hrefs(beta, ".pn-related-section li a") == [("Alpha of x2x^2", "alpha.html")]


def test_templates_get_neighbours_and_related_notes(site: Site) -> None:
    site.edit("conf.py", "papernotes_page", 'templates_path = ["_templates"]\npapernotes_page')
    site.write(
        "_templates/page.html",
        '{% extends "!page.html" %}{% block body %}{{ super() }}'
        '<ol id="near">{% for note in [papernotes_near.before, papernotes_near.after] if note %}'
        '<li><a href="{{ pathto(note.docname) }}">{{ note.title|e }}</a></li>{% endfor %}'
        "<li>{{ papernotes_near.related|length }}</li></ol>{% endblock %}",
    )
    build = site.build()
    beta = build.page("papers/beta")
    assert hrefs(beta, "#near a") == [("Alpha of x^2", "alpha.html"), ("Delta", "delta.html")]
    assert text(beta.cssselect("#near")[0]).endswith("1")
    assert text(build.page("tags/index").cssselect("#near")[0]) == "0"


# -- Data of the filter (tests/browser/test_filter.py tests how it works) -----


def rows(build: Build) -> dict[str, list[object]]:
    text = build.read("notes.js").removeprefix("papernotes.notes(").removesuffix(");\n")
    data = json.loads(text)
    tags = data["tags"]
    return {
        row[0]: [*(plain(value) for value in row[1:7]), [tags[number] for number in row[7]]]
        for row in data["notes"]
    }


def plain(value: object) -> object:
    """Return a text with spaces in place of no-break spaces, or another value as it is."""
    return value.replace("\N{NO-BREAK SPACE}", " ") if isinstance(value, str) else value


def test_filter_data_has_all_notes(site: Site) -> None:
    site.edit("refs.bib", "Dee Delta", "Dee Delta and D. Two and D. Three and D. Four")
    notes = rows(site.build())
    title, is_html, *rest = notes["papers/alpha.html"]
    assert is_html
    assert lxml.html.fromstring(str(title)).cssselect("math annotation")[0].text == "x^2"
    assert rest == [
        "Anna Alpha · 2001 · Journal of Letters",
        "alpha2001",
        ["2001"],
        "2020-08-31",
        ["generalization", "C++"],
    ]
    # Authors whom the byline omits can be found, too.
    assert notes["papers/delta.html"] == [
        "Delta",
        0,
        "Dee Delta et al. · 2004",
        "Dee Delta, D. Two, D. Three and D. Four delta2004",
        ["2004"],
        "",
        [],
    ]


def test_filter_data_has_only_the_notes_of_the_list(site: Site) -> None:
    site.write("index.md", "# A shelf\n\n```{papers}\n:tags: optimization\n```\n")
    assert list(rows(site.build())) == ["papers/beta.html"]


def test_titles_in_filter_data_are_escaped(site: Site) -> None:
    site.edit("papers/beta.md", "# Beta", r"# \<img src=x onerror=alert(1)> *and* </script>")
    title, is_html, *_ = rows(site.build())["papers/beta.html"]
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
def test_filter_data_is_written_only_when_it_changes(
    site: Site, edit: Callable[[Site], object], *, changes: bool
) -> None:
    script = site.build().outdir / "notes.js"
    before = script.stat().st_mtime_ns
    edit(site)
    site.build()
    assert (script.stat().st_mtime_ns != before) is changes
    script.unlink()
    build_again(site)


def test_filter_data_is_removed_with_the_filter(site: Site) -> None:
    assert site.build().page("index").cssselect(".pn-filter .pn-card")
    site.edit("conf.py", ', "filter"', "")
    again = build_again(site)
    assert not (again.outdir / "notes.js").exists()
    assert not again.page("index").cssselect(".pn-filter, script[src*=filter]")


# -- With the rest of the site ------------------------------------------------


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_every_link_of_the_site_has_a_target(site: Site, builder: str) -> None:
    for name in ("beta", "delta"):
        source = (site.folder / f"papers/{name}.md").read_text()
        source = re.sub(r"tags: .*\n", "", source)
        source = source.replace("---\npaper", "---\ntags: [C++, 深度学习, naïve]\npaper")
        site.write(f"papers/{name}.md", source)
    outdir = site.build(builder).outdir
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


def test_archive_pages_load_the_scripts_their_cards_need(site: Site) -> None:
    build = site.build()

    def scripts(name: str) -> str:
        return " ".join(build.page(name).xpath("//script/@src"))

    # Alpha's summary has a citation, beta's has none.
    assert "previews.js" in scripts("tags/generalization")
    assert "previews.js" not in scripts("tags/optimization")


def test_picture_in_a_summary_is_on_each_page_with_the_card(site: Site) -> None:
    site.write("papers/dot.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    site.edit("papers/alpha.md", "Its second paragraph.", "![A dot](dot.svg)")
    outdir = site.build().outdir
    # The picture does not depend on other pages being written in the same build.
    (outdir / "tags/generalization.html").unlink()
    build = site.build()
    for name, up in (("index", ""), ("tags/generalization", "../")):
        (image,) = build.page(name).cssselect(".pn-card img")
        assert image.get("src") == f"{up}_images/dot.svg"


def test_archive_pages_are_not_in_the_search_index(site: Site) -> None:
    index = site.build().read("searchindex.js")
    names = json.loads(index[len("Search.setIndex(") : -1])["docnames"]
    assert set(names) == ALL


def test_theme_s_own_navigation_links_archive_pages(site: Site) -> None:
    site.edit("conf.py", "alabaster", "furo")
    build = site.build()
    assert build.messages == []
    assert build.page("page/2").cssselect("a.prev-page")[0].get("href") == "../index.html"
    assert build.page("index").cssselect("a.next-page")[0].get("href") == "page/2.html"


@pytest.mark.parametrize("builder", ["singlehtml", "text", "latex", "epub"])
def test_other_formats_have_no_archive_pages_nor_links_to_them(site: Site, builder: str) -> None:
    build = site.build(builder, confoverrides={"copyright": "x", "version": "1"})
    assert [line for line in build.messages if "unknown_project_files" not in line] == []
    whole = "".join(
        path.read_text(encoding="utf-8")
        for path in build.outdir.rglob("*")
        if path.suffix in (".html", ".xhtml", ".txt", ".tex")
    )
    # All notes are listed, because there are no further pages.
    assert all(f"summary of {name}" in whole for name in ("beta", "delta"))
    assert "Related notes" not in whole
    assert "c-plus-plus" not in whole
    assert "Page 1 of" not in whole


def test_links_in_epub_have_targets_in_the_book(site: Site) -> None:
    """A preceding HTML build, with links to tags' pages, does not matter."""
    site.build(confoverrides={"copyright": "x", "version": "1"})
    build = site.build("epub", confoverrides={"copyright": "x", "version": "1"})
    with zipfile.ZipFile(next(build.outdir.glob("*.epub"))) as book:
        names = set(book.namelist())
        pages = {
            name: lxml.html.document_fromstring(book.read(name))
            for name in names
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
        assert target in names, (here, link)
        if link.fragment and target in pages:
            found = pages[target].xpath("//*[@id=$id]", id=unquote(link.fragment))
            assert found, (here, link)


def test_hyperlinks_in_latex_have_targets_in_the_book(site: Site) -> None:
    build = site.build("latex")
    whole = "".join(path.read_text(encoding="utf-8") for path in build.outdir.glob("*.tex"))
    links = set(re.findall(r"\\hyperlink\{(.*?)\}\{", whole))
    assert links
    assert links <= set(re.findall(r"\\hypertarget\{(.*?)\}", whole))


def test_parallel_build_with_archive_pages_has_the_same_output(site: Site) -> None:
    serial = outputs(site.build().outdir)
    site.clean()
    assert outputs(site.build(parallel=2).outdir) == serial


# -- Faults -------------------------------------------------------------------


@pytest.mark.parametrize("builder", ["html", "dummy"])
def test_tags_with_the_same_address_are_reported(site: Site, builder: str) -> None:
    """The dummy builder writes no pages, and says what a build of pages would."""
    site.edit("papers/beta.md", "[optimization]", "[Generalization]")
    build = site.build(builder)
    (message,) = build.messages
    assert message == (
        'papers/alpha.md:3: WARNING: "generalization" and "Generalization" (papers/beta.md:3) would'
        " both have the page tags/generalization; spell them alike, or tell them apart by a letter"
        " or digit [papernotes.same-address]"
    )


def test_composed_and_decomposed_accents_make_the_same_tag(site: Site) -> None:
    site.edit("papers/beta.md", "[optimization]", "[nai\u0308ve]")
    site.edit("papers/alpha.md", "C++]", "C++, naïve]")
    build = site.build()
    assert build.messages == []
    assert len(build.page("tags/naïve").cssselect(".pn-card")) == 2


def test_document_takes_precedence_over_an_archive_page_of_its_name(site: Site) -> None:
    site.write("tags/index.md", "---\norphan: true\n---\n\n# My own tags\n")
    build = site.build()
    assert len(build.messages) == 1
    assert text(build.page("tags/index").cssselect("h1")[0]) == "My own tags¶"
    # The archive page returns if the document is deleted.
    site.remove("tags/index.md")
    assert text(site.build().page("tags/index").cssselect("h1")[0]) == "Tags¶"
    site.write("tags/index.md", "---\norphan: true\n---\n\n# My own tags\n")
    assert text(site.build().page("tags/index").cssselect("h1")[0]) == "My own tags¶"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"papernotes_browse": ["tags", "colours"]},
            'papernotes_browse does not know "colours"; use some of overview, tags,',
        ),
        (
            {"papernotes_page_size": -1},
            "papernotes_page_size = -1 is not a number of notes; use one above 0, or 0 for all",
        ),
    ],
)
def test_invalid_settings_of_archive_pages_are_reported(
    site: Site, setting: dict[str, object], message: str
) -> None:
    build = site.build(confoverrides=setting)
    assert len(build.messages) == 1
    assert build.messages[0].startswith(f"conf.py:1: WARNING: {message}")
    assert "page/2" in build.made or setting.get("papernotes_page_size")


# -- After an edit, the pages that show it are written again, and no others ---


def test_no_archive_page_is_written_when_nothing_changed(site: Site) -> None:
    site.build()
    assert build_again(site).made == set()


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
    "citation added": (
        lambda site: site.edit("papers/beta.md", "Nothing is cited", "Here {cite:t}`zeta2006` is"),
        {"papers/beta", "works"},
        {"map"},
    ),
    "tag removed": (
        lambda site: site.edit("papers/beta.md", "tags: [optimization]\n", ""),
        # Alpha cites beta, whose colour it shows.
        {"papers/beta", "papers/alpha", "index"},
        {"tags/index", "years/2002", "map"},
    ),
    "tag added": (
        lambda site: site.edit("papers/beta.md", "[optimization]", "[optimization, C++]"),
        # Alpha and beta are already related.
        {"papers/beta", "index"},
        {"tags/index", "tags/optimization", "tags/c-plus-plus", "years/2002"},
    ),
    "tag with the address of another tag": (
        lambda site: site.edit("papers/beta.md", "[optimization]", "[Generalization]"),
        # Alpha's tag loses its page, and therefore its link and the colour that delta shows.
        {"papers/beta", "papers/alpha", "papers/delta", "index"},
        {
            *("tags/index", "tags/generalization", "tags/c-plus-plus", "years/2001", "years/2002"),
            "map",
        },
    ),
    "tag that another note has": (
        lambda site: site.edit(
            "papers/delta.md", "paper: delta2004", "paper: delta2004\ntags: [C++]"
        ),
        # Alpha has the tag, too, so delta is listed before beta among its related notes.
        {"papers/delta", "papers/alpha"},
        {"page/2", "tags/index", "tags/c-plus-plus", "years/2004", "map"},
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
    "note added": (
        lambda site: site.write("papers/z.md", "---\npaper: zeta2006\n---\n\n# Zeta\n\nX.\n"),
        {"papers/z", "papers/delta", "works"},
        {"page/2", "years/index", "years/2006", "authors/index"},
    ),
    "note deleted": (
        lambda site: site.remove("papers/delta.md"),
        # Beta loses its next note, and the list of the front page its second page.
        {"index", "papers/alpha", "papers/beta", "works"},
        {"years/index", "authors/index", "map"},
    ),
}


@pytest.mark.parametrize(("edit", "written", "made"), EDITS.values(), ids=EDITS.keys())
def test_edit_writes_the_documents_and_archive_pages_that_show_it(
    site: Site, edit: Callable[[Site], object], written: set[str], made: set[str]
) -> None:
    site.build()
    edit(site)
    again = build_again(site)
    assert (again.written, again.made) == (written, made)


def test_files_of_a_tag_are_removed_with_the_tag(site: Site) -> None:
    for builder in ("html", "dirhtml"):
        site.build(builder)
    site.edit("papers/beta.md", "[optimization]", "[generalization]")
    for builder in ("html", "dirhtml"):
        outdir = site.build(builder).outdir
        assert not list(outdir.rglob("*optimization*"))


def test_deleted_archive_page_is_written_again(site: Site) -> None:
    outdir = site.build().outdir
    (outdir / "tags/optimization.html").unlink()
    assert build_again(site).made == {"tags/optimization"}


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.edit("conf.py", '"tiny"', '"small"'),
        lambda site: site.edit("conf.py", "page_size = 2", "page_size = 1"),
        lambda site: site.write("_templates/layout.html", '{% extends "!layout.html" %} '),
    ],
    ids=["name of the site", "page size", "template"],
)
def test_all_archive_pages_are_written_when_all_look_different(
    site: Site, change: Callable[[Site], object]
) -> None:
    site.edit("conf.py", "papernotes_page", 'templates_path = ["_templates"]\npapernotes_page')
    site.write("_templates/layout.html", '{% extends "!layout.html" %}')
    site.build()
    change(site)
    again = build_again(site)
    assert again.written == ALL
    assert again.made >= MADE


def test_all_archive_pages_are_written_by_a_fresh_build(site: Site) -> None:
    site.build()
    assert _time(site.build()) < _time(site.build(freshenv=True))


def _time(build: Build) -> int:
    return Path(build.outdir, "tags/optimization.html").stat().st_mtime_ns


# -- The overview of the front page -----------------------------------------------------------


@pytest.fixture
def many(site: Site) -> Site:
    """Return the site with nine notes more, each on a paper of another year."""
    site.edit("conf.py", '"tags", "years"', '"overview", "tags", "years"')
    for number in range(9):
        site.write(
            f"papers/more{number}.md",
            f"---\npaper: more{number}\ntags: [t{number}]\n---\n\n# More {number}\n\nText.\n",
        )
    entries = "".join(
        f"@misc{{more{number}, author={{Author, Ann}}, title={{Work}}, year={{{1990 + number}}}}}\n"
        for number in range(9)
    )
    bibliography = (site.folder / "refs.bib").read_text(encoding="utf-8")
    site.write("refs.bib", bibliography + entries)
    return site


def test_the_front_page_says_what_there_is_and_leads_to_tags_and_years(many: Site) -> None:
    build = many.build()
    assert build.messages == []
    above = build.page("index").cssselect(".pn-overview")[0]
    count = len(list((many.folder / "papers").glob("*.md")))
    first = text(above.cssselect("p")[0])
    assert first.startswith(f"{count} notes · ")
    assert "papers of 1990 to 2004" in first
    tags = [link.get("href") for link in above.cssselect(".pn-tags a")]
    assert len(tags) == 8
    # Of two, in alphabetical order; all others are on one note.
    assert tags[:2] == ["tags/c-plus-plus.html", "tags/generalization.html"]
    strip = above.cssselect(".pn-bars")[0]
    # Screen readers have the line above, and the index of the years.
    assert strip.get("aria-hidden") == "true"
    places = strip.cssselect("svg > *")
    assert len(places) == 2004 - 1990 + 1
    assert [text(place.cssselect("title")[0]) for place in places[:1]] == ["1990: 1 note"]
    assert places[0].get("href") == "years/1990.html"
    assert {link.get("tabindex") for link in strip.cssselect("a")} == {"-1"}
    assert [text(label) for label in strip.cssselect("span")] == ["1990", "2004"]
    # A year without notes has its place, and leads nowhere.
    gap = places[1999 - 1990]
    assert (gap.tag, gap.cssselect(".pn-bar")[0].get("height")) == ("g", "0")


def test_a_long_list_of_works_goes_on_over_pages_by_initials(
    many: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.WORKS_LINKS", 70)
    monkeypatch.setattr("papernotes.rendering.works_list.WORKS_OF_SCRIPT", 10)
    page = "---\norphan: true\n---\n\n# Bibliography\n\n:::{works}\n:::\n"
    many.write("bibliography.md", page)
    build = many.build()
    assert build.messages == []
    names = ["bibliography", "bibliography/2", "bibliography/3"]
    pages = [build.page(name) for name in names]
    listed = [[item.get("id") for item in page.cssselect(".pn-works > li")] for page in pages]
    assert [len(works) for works in listed] == [6, 6, 1]
    letters = [hrefs(page, ".pn-letters a") for page in pages]
    # An initial leads to the page on which it begins.
    assert letters[0][:2] == [("A", "#works-1"), ("B", "bibliography/2.html#works-2")]
    assert letters[1][:2] == [("A", "../bibliography.html#works-1"), ("B", "#works-2")]
    assert text(pages[1].cssselect("h1")[0]).startswith("Bibliography, page 2")
    assert hrefs(pages[1], ".pn-cited-by a")[0][1].startswith("../papers/")
    heads = [page.cssselect('link[rel="next"], link[rel="prev"]') for page in pages]
    assert [[(link.get("rel"), link.get("href")) for link in links] for links in heads] == [
        [("next", "bibliography/2.html")],
        [("next", "3.html"), ("prev", "../bibliography.html")],
        [("prev", "2.html")],
    ]
    # The search finds the works of all pages.
    scripts = [build.read(f"bibliography/works-{number}.js") for number in (1, 2)]
    found = [id_ for script in scripts for id_ in re.findall(r'\["(work-[^"]+)"', script)]
    assert found == [id_ for works in listed for id_ in works]
    # A shorter bibliography has one page, and the others vanish.
    monkeypatch.undo()
    build = many.build()
    assert len(build.page("bibliography").cssselect(".pn-works > li")) == 13
    assert not (build.outdir / "bibliography").exists()


def test_long_lists_have_rows_and_go_on_over_pages_and_so_do_indexes(
    many: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.INDEX_LINES", 8)
    rows = 'papernotes_view = "rows"\npapernotes_page_rows = 5\npapernotes_page_size'
    many.edit("conf.py", "papernotes_page_size", rows)
    many.edit("papers/beta.md", "The summary of beta.", "The summary of beta. " + "And more. " * 30)
    build = many.build()
    assert build.messages == []
    front, second = (
        [[text(part) for part in row] for row in build.page(name).cssselect(".pn-rows > li")]
        for name in ("index", "page/2")
    )
    assert (len(front), len(second)) == (5, 5)
    title, byline, line = front[1]
    assert (title, byline) == ("Beta", "Bo Beta and Bo Other · 2002 · Meeting on Letters")
    assert line.startswith("The summary of beta. And more.")
    assert line.endswith(" …")
    assert hrefs(build.page("index"), ".pn-pager a")[0] == ("Next", "page/2.html")
    # A page of a tag has rows as well, with the dot of its colour.
    [row] = build.page("tags/t3").cssselect(".pn-rows > li")
    assert row.get("class").startswith("pn-hue-")
    # The filter knows the notes of all pages.
    assert build.read("notes.js").count(".html") == len(list(many.folder.glob("papers/*.md")))
    # The nine notes of one author go on over two pages.
    pages = [build.page(f"authors/{name}") for name in ("index", "2", "3", "4")]
    assert [[text(term) for term in page.cssselect("dt")] for page in pages] == [
        ["Alpha, Anna"],
        ["Author, Ann"],
        ["Author, Ann", "Beta, Bo", "Delta, Dee"],
        ["Other, Bo"],
    ]
    assert text(pages[1].cssselect("h1")[0]) == "Authors, page 2¶"
    # The initials lead to all pages.
    assert {name: link for name, link in hrefs(pages[1], ".pn-letters a") if name in "AO"} == {
        "A": "../authors/index.html#part-1",
        "O": "../authors/4.html#part-4",
    }
    assert pages[3].cssselect("#part-4")[0].text == "O"
    assert hrefs(pages[3], ".pn-pager a")[-1] == ("Previous", "../authors/3.html")
    assert pages[1].cssselect("link[rel=next]")[0].get("href") == "3.html"
    # A note that moves to another page displaces others, as in a clean build.
    many.edit("papers/beta.md", "# Beta", "# Zoological beta")
    assert {"page/2", "page/3"} <= build_again(many).made


def test_cards_tags_and_index_have_the_colours_of_the_largest_tags(many: Site) -> None:
    build = many.build()

    def hues(page: str, selector: str) -> set[str]:
        found = build.page(page).cssselect(selector)
        classes = {name for each in found for name in (each.get("class") or "").split()}
        return {name for name in classes if name.startswith("pn-hue-")}

    every = {f"pn-hue-{number}" for number in range(1, 9)}
    assert hues("index", ".pn-overview .pn-tags > li") == every
    assert hues("tags/index", ".pn-index > li") == every
    [hue] = hues("tags/generalization", ".pn-card")
    assert hue in every


def test_an_overview_follows_the_notes_like_a_clean_build(many: Site) -> None:
    many.build()
    many.edit("papers/more3.md", "tags: [t3]", "tags: [generalization]\nread: 2024-05-06")
    after = build_again(many)
    assert "last read on 6 May 2024" in text(after.page("index").cssselect(".pn-overview")[0])


def test_who_cites_a_note_goes_on_over_pages(tiny: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mention_pages, "ON_NOTE", 1)
    monkeypatch.setattr(mention_pages, "ON_PAGE", 1)
    monkeypatch.setattr(mentions, "_SENTENCES", 2)
    said = "\n\n".join(f"In {number}, {{cite:t}}`beta2002`." for number in range(4))
    tiny.write("plain.md", f"# Page\n\n{said}\n")
    tiny.edit("papers/delta.md", "{cite:p}`alpha2001`", "[@disputes:beta2002]")
    settings = {"papernotes_pandoc_citations": True}
    made = tiny.build(confoverrides=settings)
    section = made.page("papers/beta").cssselect("#pn-cited-by")[0]
    assert text(section.cssselect(".pn-intent")[0]) == "disputes it"
    (item,) = section.cssselect(".pn-mentions > li")
    assert text(item[0]) == "Delta"
    links = {text(a): a.get("href") for a in section.cssselect(".pn-pager a")}
    assert links["Next"] == "../cited-by/papers/beta/2.html"
    last = made.page("cited-by/papers/beta/3")
    assert text(last.cssselect("h1")[0]).startswith("What cites “Beta”")
    assert [link.get("href") for link in last.cssselect(".pn-byline a, .pn-mention-page a")] == [
        "../../../papers/beta.html",
        "../../../plain.html#id1",
    ]
    assert [text(line) for line in last.cssselect(".pn-mention")] == [
        f"In 0, {(cited := text(last.cssselect('mark')[0]))}.",
        f"In 1, {cited}.",
        "and 2 more",
    ]
    tiny.edit("plain.md", "In 1", "In one")
    again = tiny.build(confoverrides=settings)
    assert again.made == {"cited-by/papers/beta/3"}
    assert "In one, " in text(again.page("cited-by/papers/beta/3"))
    tiny.edit("papers/delta.md", "[@disputes:beta2002]", "Nobody")
    again = tiny.build(confoverrides=settings)
    assert not (again.outdir / "cited-by/papers/beta/3.html").exists()
    assert "papers/beta" in again.written
