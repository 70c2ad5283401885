"""The Atom feeds are valid by the grammar of RFC 4287, and feed readers can read them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import html5lib
import lxml.html
import pytest
from lxml import etree
from sites import PNG, TESTS, Build, Site, text

ADDRESS = "https://example.org/notes/"
GRAMMAR = etree.RelaxNG(etree.parse(TESTS / "schemas" / "atom.rng"))
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def build(site: Site, builder: str = "html", **settings: Any) -> Build:
    """Build *site* with *settings*, without any message."""
    made = site.build(builder, confoverrides=settings)
    assert made.messages == []
    return made


def feed(made: Build, name: str = "feed.xml") -> etree._Element:
    """Parse a feed, and assert that it is valid.

    It must satisfy the grammar, and the rules that validators check in addition.
    """
    xml = (made.outdir / name).read_bytes()
    tree = etree.fromstring(xml)
    assert GRAMMAR.validate(tree), GRAMMAR.error_log
    parsed = feedparser.parse(xml)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    ids = found(tree, "//a:id/text()")
    assert len(ids) == len(set(ids))
    assert found(tree, "a:author/a:name/text()") != []
    assert len(found(tree, "a:link[@rel='self']")) == 1
    updated = found(tree, "a:entry/a:updated/text()")
    assert updated == sorted(updated, reverse=True)
    for entry in found(tree, "a:entry"):
        assert len(found(entry, "a:link[@rel='alternate']")) == 1
        # The format of RFC 3339, and no later than the feed itself.
        day = datetime.datetime.fromisoformat(found(entry, "a:updated/text()")[0])
        assert day.tzinfo is not None
        assert found(entry, "a:updated/text()")[0] <= found(tree, "a:updated/text()")[0]
    for content in contents(tree):
        assert not content.cssselect("script, style, link, form, iframe")
        for address in addresses(content):
            assert urlsplit(address).scheme in ("http", "https", "mailto"), address
    return tree


def found(element: etree._Element, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=ATOM))


def contents(tree: etree._Element) -> Iterator[lxml.html.HtmlElement]:
    """Yield the content of each entry, parsed as HTML without errors."""
    for content in found(tree, "a:entry/a:content"):
        assert content.get("type") == "html"
        html5lib.HTMLParser(strict=True).parseFragment(content.text)
        yield lxml.html.fragment_fromstring(content.text, create_parent="div")


def addresses(content: lxml.html.HtmlElement) -> list[str]:
    return [str(link) for _, _, link, _ in content.iterlinks()]


def test_feed_has_dated_notes_the_latest_read_first(tiny: Site) -> None:
    tree = feed(build(tiny))
    # Delta has no day, so the feed omits it.
    assert found(tree, "a:entry/a:title/text()") == ["Beta", "Alpha of x^2"]
    assert found(tree, "a:entry/a:published/text()") == [
        "2021-01-02T12:00:00Z",
        "2020-08-31T12:00:00Z",
    ]
    assert found(tree, "a:updated/text()") == ["2021-01-02T12:00:00Z"]
    assert found(tree, "a:link[@rel='self']/@href") == [ADDRESS + "feed.xml"]
    assert found(tree, "a:link[@rel='alternate']/@href") == [ADDRESS + "index.html"]
    assert found(tree, "a:entry[2]/a:link/@href") == [
        ADDRESS + "papers/alpha.html",
        "https://arxiv.org/abs/math/0101001",
    ]
    assert found(tree, "a:entry[2]/a:category/@term") == ["generalization", "C++"]
    assert tree.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_feed_entry_has_the_whole_summary_with_mathematics_and_absolute_links(tiny: Site) -> None:
    _, alpha = contents(feed(build(tiny)))
    assert text(alpha).startswith("A summary with p=2n+d")
    assert text(alpha).endswith("Its second paragraph.")
    assert len(alpha.cssselect("math mi")) == 3
    assert addresses(alpha) == [ADDRESS + "papers/beta.html"]
    assert not alpha.cssselect("[id], [data-pn-preview]")


def test_feed_has_mathml_even_if_pages_use_mathjax(tiny: Site) -> None:
    made = build(tiny, html_math_renderer="mathjax")
    assert not made.page("papers/alpha").cssselect("math")
    assert next(reversed(list(contents(feed(made))))).cssselect("math")


def test_feed_and_description_expand_the_site_s_macros(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "The summary of beta.", "In $\\RR^d$.")
    for renderer in ("mathml", "mathjax"):
        made = build(
            tiny,
            html_math_renderer=renderer,
            papernotes_macros={"RR": "\\mathbb{R}"},
        )
        beta, _ = contents(feed(made))
        assert "ℝ" in text(beta.cssselect("math")[0])
        (meta,) = made.page("papers/beta").cssselect("meta[name=description]")
        assert meta.get("content") == "In ℝ^d."


def test_feed_shows_a_formula_that_cannot_be_converted_as_tex(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "The summary of beta.", "Of $\\nosuchcommand{x}$.")
    made = tiny.build()
    assert [line.rpartition("[")[2] for line in made.messages] == ["papernotes.bad-math]"]
    beta, _ = contents(feed(made))
    assert text(beta) == "Of \\nosuchcommand{x}."


def test_feed_ids_survive_a_new_file_name_title_and_day(tiny: Site) -> None:
    before = found(feed(build(tiny)), "//a:id/text()")
    (tiny.folder / "papers/beta.md").rename(tiny.folder / "papers/b.md")
    tiny.edit("papers/b.md", "# Beta", "# Another title")
    tiny.edit("papers/b.md", "2021-01-02", "2021-03-04")
    assert found(feed(build(tiny)), "//a:id/text()") == before
    assert before == [
        ADDRESS + "feed.xml",
        ADDRESS + "feed.xml#beta2002",
        ADDRESS + "feed.xml#alpha2001",
    ]


def test_feed_ids_survive_a_move_of_the_site(tiny: Site) -> None:
    before = found(feed(build(tiny)), "//a:id/text()")
    moved = build(tiny, html_baseurl="https://example.net", papernotes_feed_id=ADDRESS + "feed.xml")
    tree = feed(moved)
    assert found(tree, "//a:id/text()") == before
    assert found(tree, "a:link[@rel='self']/@href") == ["https://example.net/feed.xml"]


def test_hostile_text_in_the_feed_stays_text(tiny: Site) -> None:
    hostile = "]]> <script>alert(1)</script> & &amp; \x01\x0b\x1f\ufffe \U0001f600 \u0085"
    tiny.edit("papers/beta.md", "# Beta", f"# Beta `{hostile}`")
    tiny.edit("papers/beta.md", "The summary of beta.", f"Here `{hostile}` is code.")
    tiny.edit("papers/beta.md", "[optimization]", '["]]></category><b>", "\\x01tag\\x1f"]')
    tiny.edit("refs.bib", "{On beta}", "{On ]]> <b>beta</b>}")
    made = tiny.build(confoverrides={"author": "]]> <A> & B"})
    assert all(message.endswith(" [papernotes.control-character]") for message in made.messages)
    tree = feed(made)
    shown = "]]> <script>alert(1)</script> & &amp;"
    assert found(tree, "a:entry[1]/a:title/text()")[0].startswith(f"Beta {shown}")
    beta, _ = contents(tree)
    assert f"Here {shown}" in text(beta)
    assert "\U0001f600" in text(beta)
    assert found(tree, "a:entry[1]/a:category/@term") == ["]]></category><b>", "\ufffdtag\ufffd"]
    assert found(tree, "a:entry[1]/a:link[@rel='related']/@title") == ["On ]]> <b>beta</b>"]
    assert found(tree, "a:author/a:name/text()") == ["]]> <A> & B"]
    # feedparser sanitizes the content as feed readers do.
    entry = feedparser.parse(made.outdir / "feed.xml").entries[0]
    assert "<script" not in entry.content[0].value


def test_pictures_and_downloads_in_the_feed_have_absolute_urls(tiny: Site) -> None:
    tiny.write("papers/picture.png", PNG)
    tiny.write("papers/data.csv", "1,2\n")
    tiny.edit(
        "papers/beta.md",
        "The summary of beta.",
        "![A picture](picture.png) ![Gone](gone.png) {download}`data <data.csv>` {doc}`../plain`"
        " [there](#a-section)\n\n![Elsewhere](https://example.com/x.png)",
    )
    tiny.edit(
        "conf.py",
        "html_theme",
        'myst_heading_anchors = 2\nsuppress_warnings = ["papernotes.missing-file"]\n'
        "papernotes_summary_words = 0\nhtml_theme",
    )
    made = build(tiny)
    beta, _ = contents(feed(made))
    found_addresses = addresses(beta)
    assert len(found_addresses) == 5
    for address in found_addresses[:3]:
        assert (made.outdir / address.removeprefix(ADDRESS)).is_file(), address
    assert found_addresses[3] == ADDRESS + "papers/beta.html#a-section"
    assert found_addresses[4] == "https://example.com/x.png"
    assert "Gone" in text(beta)


def test_each_page_links_the_feed(tiny: Site) -> None:
    made = build(tiny)
    for path in made.outdir.rglob("*.html"):
        page = lxml.html.document_fromstring(path.read_text(encoding="utf-8"))
        (link,) = page.cssselect("head link[rel=alternate][type='application/atom+xml']")
        assert link.get("href") == ADDRESS + "feed.xml", path


def test_feed_has_the_addresses_of_dirhtml(tiny: Site) -> None:
    made = build(tiny, "dirhtml")
    tree = feed(made)
    assert found(tree, "a:link[@rel='alternate']/@href") == [ADDRESS]
    assert found(tree, "a:entry[2]/a:link[1]/@href") == [ADDRESS + "papers/alpha/"]
    assert addresses(list(contents(tree))[1]) == [ADDRESS + "papers/beta/"]
    page = lxml.html.document_fromstring(made.read("papers/alpha/index.html"))
    assert (
        page.cssselect("link[type='application/atom+xml']")[0].get("href") == ADDRESS + "feed.xml"
    )


def test_papernotes_feed_limit_keeps_the_newest_notes(tiny: Site) -> None:
    titles = "a:entry/a:title/text()"
    assert found(feed(build(tiny, papernotes_feed_limit=1)), titles) == ["Beta"]
    assert len(found(feed(build(tiny, papernotes_feed_limit=0)), titles)) == 2


def test_negative_feed_limit_is_reported_and_ignored(tiny: Site) -> None:
    made = tiny.build(confoverrides={"papernotes_feed_limit": -1})
    (message,) = made.messages
    assert message.endswith(
        "WARNING: papernotes_feed_limit = -1 is below 0; write how many notes the feed holds at"
        " most, or 0 for all [papernotes.bad-option]"
    )
    assert len(found(feed(made), "a:entry")) == 2


def test_site_without_dated_notes_has_an_empty_feed(tiny: Site) -> None:
    for name in ("alpha", "beta"):
        tiny.remove(f"papers/{name}.md")
    tiny.edit("papers/delta.md", " cites {cite:p}`alpha2001`", "")
    tiny.edit("plain.md", "links to {note}`alpha2001` and ", "")
    tiny.edit("generalization.md", ":tags: generalization\n", "")
    assert found(feed(build(tiny)), "a:entry") == []


@pytest.mark.parametrize(
    "settings",
    [{"html_baseurl": ""}, {"html_baseurl": "/notes/"}, {"papernotes_feed": False}],
    ids=["no address", "half an address", "off"],
)
def test_feed_is_removed_without_an_address_or_if_turned_off(
    tiny: Site, settings: dict[str, Any]
) -> None:
    """A feed needs the site's address to be valid."""
    build(tiny)
    made = build(tiny, **settings)
    assert not (made.outdir / "feed.xml").exists()
    assert not made.page("index").cssselect("link[type='application/atom+xml']")


@pytest.mark.parametrize(
    ("old", "new", "is_written"),
    [
        ("The summary of beta.", "Another summary.", True),
        ("2021-01-02", "2021-01-03", True),
        ("[optimization]", "[generalization]", True),
        ("Nothing is cited here.", "Still nothing.", False),
    ],
    ids=["summary", "day", "tags", "text"],
)
def test_feed_is_written_only_when_its_content_changes(
    tiny: Site, old: str, new: str, is_written: bool
) -> None:
    path = build(tiny).outdir / "feed.xml"
    before = path.stat().st_mtime_ns
    tiny.edit("papers/beta.md", old, new)
    build(tiny)
    assert (path.stat().st_mtime_ns != before) == is_written
    incremental = path.read_bytes()
    tiny.clean()
    build(tiny)
    assert path.read_bytes() == incremental


def test_feed_follows_changes_of_the_bibliography_and_the_settings(tiny: Site) -> None:
    build(tiny)
    tiny.edit("refs.bib", "Bo Other", "Bo Another")
    tiny.edit("refs.bib", "eprint = {math/0101001}", "url = {https://example.org/alpha}")
    tree = feed(build(tiny, author="Somebody"))
    assert "Beta and Another" in text(list(contents(tree))[1])
    assert found(tree, "a:entry[2]/a:link[2]/@href") == ["https://example.org/alpha"]
    assert found(tree, "a:author/a:name/text()") == ["Somebody"]


def test_author_s_own_feed_is_not_overwritten(tiny: Site) -> None:
    tiny.write("extra/feed.xml", "<mine/>")
    assert build(tiny, html_extra_path=["extra"]).read("feed.xml") == "<mine/>"


def test_other_formats_have_no_feed(tiny: Site) -> None:
    for builder in ("singlehtml", "text"):
        assert not (build(tiny, builder).outdir / "feed.xml").exists()


# -- A feed for each tag ------------------------------------------------------

TAGS = {"papernotes_browse": ["tags"]}


def test_each_tag_has_a_feed(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "[optimization]", "[generalization, 深度学习]")
    tiny.edit("generalization.md", ":view: list", ":view: list\n:sort: read")
    made = build(tiny, **TAGS)
    tree = feed(made, "tags/generalization.xml")
    assert found(tree, "a:title/text()") == ["tiny: generalization"]
    assert found(tree, "a:entry/a:title/text()") == ["Beta", "Alpha of x^2"]
    assert found(tree, "a:id/text()") == [ADDRESS + "tags/generalization.xml"]
    assert found(tree, "a:link/@href") == [
        ADDRESS + "tags/generalization.xml",
        ADDRESS + "tags/generalization.html",
    ]
    # An entry is the same in every feed.
    everything = feed(made)
    assert found(tree, "a:entry/a:id/text()") == found(everything, "a:entry/a:id/text()")
    assert found(feed(made, "tags/c-plus-plus.xml"), "a:entry/a:title/text()") == ["Alpha of x^2"]
    learning = feed(made, "tags/深度学习.xml")
    (address,) = found(learning, "a:link[@rel='self']/@href")
    assert address.isascii()
    assert unquote(address) == ADDRESS + "tags/深度学习.xml"


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_tag_s_page_links_the_tag_s_feed_first(tiny: Site, builder: str) -> None:
    made = build(tiny, builder, papernotes_page_size=1, **TAGS)
    # The second page of a tag has no feed of its own.
    tiny.edit("papers/beta.md", "[optimization]", "[generalization]")
    made = build(tiny, builder, papernotes_page_size=1, **TAGS)
    for page in ("tags/generalization", "tags/generalization/2"):
        path = made.outdir / (f"{page}.html" if builder == "html" else f"{page}/index.html")
        links = lxml.html.document_fromstring(path.read_text(encoding="utf-8")).cssselect(
            "head link[type='application/atom+xml']"
        )
        assert [link.get("href") for link in links] == [
            ADDRESS + "tags/generalization.xml",
            ADDRESS + "feed.xml",
        ]
        assert [link.get("title") for link in links] == ["tiny: generalization", "tiny"]


def test_tag_s_feed_is_removed_with_the_tag(tiny: Site) -> None:
    build(tiny, **TAGS)
    tiny.edit("papers/beta.md", "[optimization]", "[]")
    made = build(tiny, **TAGS)
    assert not (made.outdir / "tags/optimization.xml").exists()
    assert (made.outdir / "tags/c-plus-plus.xml").exists()
    assert not list(build(tiny).outdir.glob("tags/*.xml"))


def test_ids_in_tags_feeds_survive_a_move_of_the_site(tiny: Site) -> None:
    name = "tags/optimization.xml"
    before = found(feed(build(tiny, **TAGS), name), "//a:id/text()")
    for former in (ADDRESS + "feed.xml", "tag:example.org,2020:notes"):
        made = build(tiny, html_baseurl="https://example.net", papernotes_feed_id=former, **TAGS)
        ids = found(feed(made, name), "//a:id/text()")
        assert (ids == before) == former.startswith("https")
        assert ids[0] != found(feed(made), "a:id/text()")[0]
