"""Sitemap, robots.txt, the days of last change, and redirects from former addresses of notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import html5lib
import lxml.html
import pytest
from history import Repository
from lxml import etree
from sites import TESTS, Build, Site, text

ADDRESS = "https://example.org/notes/"
SITEMAP = etree.RelaxNG(etree.parse(TESTS / "schemas" / "sitemap.rng"))
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def sitemap(made: Build) -> dict[str, str]:
    """Validate the sitemap, and return its addresses with the times of last change."""
    tree = etree.fromstring(made.outdir.joinpath("sitemap.xml").read_bytes())
    assert SITEMAP.validate(tree), SITEMAP.error_log
    urls = tree.findall("s:url", NAMES)
    return {
        url.findtext("s:loc", None, NAMES): url.findtext("s:lastmod", "", NAMES) for url in urls
    }


PAGES = (
    "generalization index papers/alpha papers/beta papers/delta plain reading works".split()
)  # fmt: skip


def test_sitemap_has_every_page(tiny: Site) -> None:
    made = tiny.build()
    assert list(sitemap(made)) == [f"{ADDRESS}{name}.html" for name in PAGES]
    # The sitemap is complete even if a build writes one page only.
    tiny.edit("papers/beta.md", "Nothing is cited here.", "Still nothing.")
    again = tiny.build()
    assert again.written == {"papers/beta"}
    assert sitemap(again) == sitemap(made)


def test_sitemap_has_the_canonical_addresses_of_pages(tiny: Site) -> None:
    made = tiny.build("dirhtml")
    found = set()
    for path in made.outdir.rglob("index.html"):
        page = lxml.html.document_fromstring(path.read_text(encoding="utf-8"))
        found.add(page.cssselect("link[rel=canonical]")[0].get("href"))
    assert set(sitemap(made)) <= found
    assert ADDRESS in sitemap(made)
    assert ADDRESS + "papers/alpha/" in sitemap(made)


def test_special_characters_in_the_sitemap_are_percent_encoded(tiny: Site) -> None:
    tiny.write("a & b <ä>.md", "---\norphan: true\n---\n\n# Signs\n\nA page.\n")
    assert ADDRESS + "a%20%26%20b%20%3C%C3%A4%3E.html" in sitemap(tiny.build())


def test_sitemap_has_the_archive_pages(tiny: Site) -> None:
    settings = {"papernotes_browse": ["tags", "years"], "papernotes_page_size": 2}
    made = tiny.build(confoverrides=settings)
    found = sitemap(made)
    for name in ("page/2", "tags/index", "tags/c-plus-plus", "years/2001"):
        assert f"{ADDRESS}{name}.html" in found
        assert (made.outdir / f"{name}.html").is_file()
    assert sitemap(tiny.build(confoverrides=settings)) == found


def test_robots_txt_names_the_sitemap(tiny: Site) -> None:
    assert tiny.build().read("robots.txt").splitlines() == [
        "User-agent: *",
        "Disallow:",
        "",
        f"Sitemap: {ADDRESS}sitemap.xml",
    ]


def test_author_s_own_robots_txt_is_not_overwritten(tiny: Site) -> None:
    tiny.build()
    tiny.write("robots.txt", "User-agent: *\nDisallow: /\n")
    settings = {"html_extra_path": ["robots.txt"]}
    assert "Disallow: /" in tiny.build(confoverrides=settings).read("robots.txt")
    assert "Disallow: /" in tiny.build(confoverrides=settings).read("robots.txt")


@pytest.mark.parametrize("settings", [{"html_baseurl": ""}, {"papernotes_sitemap": False}])
def test_sitemap_is_removed_without_an_address_or_if_turned_off(
    tiny: Site, settings: dict[str, Any]
) -> None:
    tiny.build()
    made = tiny.build(confoverrides=settings)
    assert not (made.outdir / "sitemap.xml").exists()
    assert not (made.outdir / "robots.txt").exists()


# -- Days of last change ------------------------------------------------------


@pytest.fixture
def history(tiny: Site) -> Repository:
    """Return the tiny site with two commits; the second changes beta."""
    tiny.edit("conf.py", '["papernotes"]', '["papernotes", "sphinx_last_updated_by_git"]')
    tiny.edit("conf.py", "html_theme", 'git_last_updated_timezone = "UTC"\nhtml_theme')
    repository = Repository(tiny)
    repository.commit("2021-03-01")
    tiny.edit("papers/beta.md", "Nothing is cited here.", "Still nothing.")
    repository.commit("2022-05-06")
    return repository


def modified(made: Build, docname: str) -> tuple[str, str]:
    """Return when a page was last changed, according to its head and to the sitemap."""
    page = made.page(docname)
    (data,) = page.cssselect("script[type='application/ld+json']") or [None]
    lastmod = sitemap(made)[f"{ADDRESS}{docname}.html"]
    day = json.loads(data.text).get("dateModified", "")[:10] if data is not None else ""
    return day, lastmod


def test_days_of_last_change_come_from_git(history: Repository) -> None:
    made = history.site.build()
    assert made.messages == []
    assert modified(made, "papers/alpha") == ("2021-03-01", "2021-03-01T08:00:00+00:00")
    assert modified(made, "papers/beta") == ("2022-05-06", "2022-05-06T08:00:00+00:00")


def test_commit_changes_the_day_of_its_note_only(history: Repository) -> None:
    site = history.site
    site.edit("papers/alpha.md", "Its second paragraph.", "Another.")
    # The day changes only when the edit is committed.
    assert modified(site.build(), "papers/alpha")[0] == "2021-03-01"
    history.commit("2023-07-08")
    made = site.build()
    assert made.written == {"papers/alpha"}
    assert modified(made, "papers/alpha") == ("2023-07-08", "2023-07-08T08:00:00+00:00")
    assert site.build().written == set()
    # A build of another page leaves the new day to the next build.
    history.git("commit", "--quiet", "--amend", "--no-edit", "--reset-author", day="2024-01-02")
    site.build("html", "papers/beta.md")
    assert modified(site.build(), "papers/alpha")[0] == "2024-01-02"


def test_shallow_clone_has_no_days_of_last_change(history: Repository, tmp_path: Path) -> None:
    address = f"file://{history.site.folder}"
    clone = tmp_path / "clone"
    history.git("clone", "--quiet", "--depth=1", address, str(clone), folder=tmp_path)
    shallow = Site(clone)
    made = shallow.build()
    assert {line.rpartition("[")[2] for line in made.messages} == {"git.too_shallow]"}
    for name in ("papers/alpha", "papers/beta"):
        assert modified(made, name) == ("", "")
    # With the whole history, the days appear.
    history.git("fetch", "--quiet", "--unshallow", folder=clone)
    made = shallow.build()
    assert modified(made, "papers/alpha")[0] == "2021-03-01"
    assert modified(made, "papers/beta")[0] == "2022-05-06"


def test_site_without_git_has_no_days_of_last_change(tiny: Site) -> None:
    assert modified(tiny.build(), "papers/alpha") == ("", "")


def test_footer_of_a_note_shows_when_it_was_changed(notebook: Build) -> None:
    footer = text(notebook.page("papers/choromanski2021rethinking").cssselect(".site-footer")[0])
    shown = footer.partition("Last changed on ")[2].partition("Made with")[0].strip()
    assert shown == "2 April 2021"
    assert "Last changed" not in text(notebook.page("index"))


# -- Redirects ----------------------------------------------------------------


def redirect(made: Build, name: str) -> tuple[str, lxml.html.HtmlElement]:
    """Return the target of a redirect page, and the page."""
    source = made.read(name)
    html5lib.HTMLParser(strict=True).parse(source)
    page = lxml.html.document_fromstring(source)
    (refresh,) = page.cssselect("meta[http-equiv=refresh]")
    delay, address = refresh.get("content").split("; url=")
    assert delay == "0"
    return urljoin(ADDRESS + name, address), page


def rename_beta(site: Site, *names: str) -> None:
    """Rename the note beta to b, with redirects from *names*."""
    (site.folder / "papers/beta.md").rename(site.folder / "papers/b.md")
    listed = "".join(f"\n  - {name}" for name in names)
    site.edit("papers/b.md", "read:", f"redirect_from:{listed}\nread:")


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_former_name_redirects_to_the_note(tiny: Site, builder: str) -> None:
    tiny.build(builder)
    rename_beta(tiny, "papers/beta", "/old/place.html")
    made = tiny.build(builder)
    assert made.messages == []
    suffix, target = (
        (".html", "papers/b.html") if builder == "html" else ("/index.html", "papers/b/")
    )
    for name in ("papers/beta", "old/place"):
        address, page = redirect(made, name + suffix)
        assert address == ADDRESS + target
        (canonical,) = page.cssselect("link[rel=canonical]")
        assert canonical.get("href") == ADDRESS + target
        # Until the redirect happens, the page shows its target, in the reader's colour scheme.
        assert text(page.body) == "This note has moved: Beta"
        assert text(page.head.cssselect("title")[0]) == "Beta"
        assert page.cssselect("meta[name=color-scheme]")[0].get("content") == "light dark"
        assert page.get("lang") == "en"
    incremental = {path: path.read_bytes() for path in made.outdir.rglob("*.html")}
    tiny.clean()
    assert {
        path: path.read_bytes() for path in tiny.build(builder).outdir.rglob("*.html")
    } == incremental
    assert not [address for address in sitemap(made) if "beta" in address]


def test_redirect_works_without_html_baseurl(tiny: Site) -> None:
    rename_beta(tiny, "papers/beta")
    address, page = redirect(tiny.build(confoverrides={"html_baseurl": ""}), "papers/beta.html")
    assert address == ADDRESS + "papers/b.html"
    assert not page.cssselect("link[rel=canonical]")


def test_redirect_page_is_removed_with_its_line(tiny: Site) -> None:
    rename_beta(tiny, "papers/beta", "old")
    tiny.build()
    tiny.edit("papers/b.md", "\n  - old", "")
    made = tiny.build()
    assert not (made.outdir / "old.html").exists()
    assert (made.outdir / "papers/beta.html").exists()


def test_note_renamed_back_replaces_its_redirect_page(tiny: Site) -> None:
    rename_beta(tiny, "papers/beta")
    tiny.build()
    tiny.edit("papers/b.md", "redirect_from:\n  - papers/beta\n", "")
    (tiny.folder / "papers/b.md").rename(tiny.folder / "papers/beta.md")
    made = tiny.build()
    assert "The summary of beta." in text(made.page("papers/beta"))
    assert not (made.outdir / "papers/b.html").exists()


def test_redirect_replaces_the_page_of_a_removed_document(tiny: Site) -> None:
    """Sphinx leaves pages of removed documents in the output folder."""
    tiny.build()
    tiny.remove("plain.md")
    tiny.edit("conf.py", '"plain", ', "")
    tiny.edit("papers/beta.md", "read:", "redirect_from: [plain]\nread:")
    assert redirect(tiny.build(), "plain.html")[0] == ADDRESS + "papers/beta.html"


def test_clashing_redirects_are_reported_with_file_and_line(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "read:", "redirect_from:\n- papers/alpha\n- once\n- search\nread:")
    tiny.edit("papers/delta.md", "paper:", "redirect_from: [once, papers/delta]\npaper:")
    made = tiny.build()
    assert "".join(f"{line}\n" for line in made.messages).replace(f"{tiny.folder}/", "") == (
        'papers/beta.md:5: WARNING: "redirect_from" names "papers/alpha", which is the page of'
        " papers/alpha.md; delete it here or there [papernotes.bad-redirect]\n"
        'papers/delta.md:2: WARNING: "redirect_from" names "once", which already'
        " redirects to papers/beta.md; delete it here or there [papernotes.bad-redirect]\n"
        'papers/delta.md:2: WARNING: "redirect_from" names "papers/delta", which is the page of'
        " papers/delta.md; delete it here or there [papernotes.bad-redirect]\n"
        'papers/beta.md:7: WARNING: "redirect_from" names "search", which is a page of the site;'
        " delete it here [papernotes.bad-redirect]\n"
    )
    assert "A summary with" in text(made.page("papers/alpha"))
    assert not made.page("search").cssselect("meta[http-equiv=refresh]")
    assert redirect(made, "once.html")[0] == ADDRESS + "papers/beta.html"


def test_redirect_that_differs_from_a_page_in_case_alone_is_left_out(tiny: Site) -> None:
    """Many systems ignore case, and would have the redirect in the place of the page."""
    tiny.edit("papers/beta.md", "read:", "redirect_from: [Papers/Alpha, Once, once, SEARCH]\nread:")
    build = tiny.build()
    names = 'papers/beta.md:4: WARNING: "redirect_from" names'
    assert [line.rpartition(";")[0] for line in build.messages] == [
        f'{names} "Papers/Alpha", which is the page of papers/alpha.md, but for its case',
        f'{names} "once", which already redirects to papers/beta.md, but for its case',
        f'{names} "SEARCH", which is a page of the site',
    ]
    assert not (build.outdir / "Papers").exists()
    assert (build.outdir / "Once.html").exists()


def test_redirect_that_clashes_with_an_archive_page_is_reported(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "read:", "redirect_from: [tags/index]\nread:")
    for _build in range(2):
        made = tiny.build(confoverrides={"papernotes_browse": ["tags"]})
        (message,) = made.messages
        assert message.endswith(
            'papers/beta.md:4: WARNING: "redirect_from" names "tags/index", which is a page of the'
            " site; delete it here [papernotes.bad-redirect]"
        )
        assert not made.page("tags/index").cssselect("meta[http-equiv=refresh]")


def test_tag_s_page_replaces_a_former_redirect(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "read:", "redirect_from: [tags/fresh]\nread:")
    browse = {"papernotes_browse": ["tags"]}
    assert redirect(tiny.build(confoverrides=browse), "tags/fresh.html")
    tiny.edit("papers/beta.md", "redirect_from: [tags/fresh]\n", "")
    tiny.edit("papers/beta.md", "tags: [optimization]", "tags: [fresh]")
    made = tiny.build(confoverrides=browse)
    assert made.page("tags/fresh").cssselect("h1")[0].text_content().startswith("fresh")


def test_hostile_titles_and_names_of_redirects_stay_text(tiny: Site) -> None:
    rename_beta(tiny, "\"papers/a 'quoted' & <name>\"", "papers/naïve")
    tiny.edit("papers/b.md", "# Beta", '# Beta `"><script>alert(1)</script>`')
    made = tiny.build()
    assert [line.rpartition("[")[2] for line in made.messages] == ["papernotes.bad-redirect]"]
    address, page = redirect(made, "papers/naïve.html")
    assert address == ADDRESS + "papers/b.html"
    assert not page.cssselect("script")
    assert text(page.body) == 'This note has moved: Beta "><script>alert(1)</script>'
