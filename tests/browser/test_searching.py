"""Searching: as one types, by keyboard, by tag and year, and where Pagefind cannot be had.

Pages are served under the policies of the README, and a visit notes what breaks them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from host import Quiet, Strictest, serve
from large import write_large_site
from playwright.sync_api import Browser, Locator, Page, expect
from sites import ROOTS, Build, Site
from test_axe import judge
from visits import Visit, Visitor

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
PHONE = {"width": 375, "height": 800}


def field(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("searchbox", name="Words")


def titles(page: Page) -> list[str]:
    return page.locator(".pn-search-found > li > p > a").all_inner_texts()


def count(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("status")


def test_finds_as_one_types(open_page: OpenPage) -> None:
    visit = open_page("own", "search.html", viewport=PHONE)
    page = visit.page
    field(page).press_sequentially("memorization")
    # It finds what begins with the stem, "memory" too, and what is named so first.
    expect(count(page)).to_have_text("4 pages found")
    assert titles(page)[0] == "A closer look at memorization in deep networks"
    assert page.url.endswith("?q=memorization")
    first = page.locator(".pn-search-found > li").first
    assert "Devansh Arpit et al.\xa0· 2017" in first.inner_text()
    assert "Zhang et al. (2017) left a puzzle behind." in first.inner_text()
    # A formula in an excerpt stands there once, as text.
    field(page).fill("incomes")
    expect(count(page)).to_have_text("1 page found")
    excerpt = page.locator(".pn-search-excerpt").inner_text()
    assert "G = (∑_i∑_j|g_i \N{MINUS SIGN} g_j|)/(2n∑_ig_i)" in excerpt
    assert page.locator(".pn-search-excerpt mark").all_inner_texts() == ["incomes."]
    # It leads to the section, and the address to what was asked for.
    section = page.locator(".pn-search-sections a").first
    assert section.inner_text() == "Loss sensitivity and its Gini coefficient"
    section.click()
    page.wait_for_url("**/arpit2017closer.html#loss-sensitivity-and-its-gini-coefficient")
    page.go_back()
    expect(count(page)).to_have_text("1 page found")
    assert field(page).input_value() == "incomes"
    field(page).fill("")
    expect(count(page)).to_be_empty()
    assert (titles(page), urlsplit(page.url).query) == ([], "")
    assert visit.faults == []


def test_what_stands_around_the_text_is_not_found(open_page: OpenPage) -> None:
    page = open_page("own", "search.html").page
    # In BibTeX, in references and the bibliography, and in the page around all. In quotation marks,
    # since of a word that is nowhere Pagefind finds the beginning.
    for words in ("inproceedings", "Krizhevsky", "Furo"):
        field(page).fill(f'"{words}"')
        expect(count(page)).to_have_text("Nothing found")
        field(page).fill("")
        expect(count(page)).to_be_empty()
    # The bibliography and cards have it too, and only the note is found.
    field(page).fill('"Leslie"')
    expect(count(page)).to_have_text("1 page found")


def test_filters_by_tag_and_year(open_page: OpenPage) -> None:
    visit = open_page("own", "search.html?q=network")
    page = visit.page
    expect(count(page)).to_have_text("5 pages found")
    tag, year = page.get_by_label("Tag"), page.get_by_label("Year")
    tag.select_option("optimization")
    expect(count(page)).to_have_text("2 pages found")
    year.select_option("2018")
    expect(count(page)).to_have_text("1 page found")
    assert page.url.endswith("?q=network&tag=optimization&year=2018")
    page.reload()
    expect(count(page)).to_have_text("1 page found")
    assert titles(page) == ["A disciplined approach to neural network hyperparameters: part 1"]
    # Without words they list.
    field(page).fill("")
    year.select_option("")
    expect(count(page)).to_have_text("2 pages found")
    # An address can name a tag that is none any more.
    page.goto(page.url.replace("optimization", "gone"))
    expect(count(page)).to_be_empty()
    assert visit.faults == []


def test_works_by_keyboard(open_page: OpenPage) -> None:
    visit = open_page("large", "search.html")
    page = visit.page
    field(page).focus()
    # The beginning of every year.
    page.keyboard.type("20")
    more = page.get_by_role("button", name="Show more")
    more.wait_for()
    shown = titles(page)
    assert len(shown) == 10
    for name in ("Tag", "Year", shown[0]):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert name in (
            focused.inner_text(),
            focused.evaluate("one => one.labels?.[0].innerText.split('\\n')[0]"),
        )
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pn-search-found > li > p > a").nth(10)).to_be_focused()
    assert titles(page)[:10] == shown
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/*")
    assert visit.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: OpenPage, scheme: str) -> None:
    visit = open_page("large", "search.html?q=20", viewport=PHONE, color_scheme=scheme)
    visit.page.get_by_role("button", name="Show more").wait_for()
    assert judge(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_search_loads_what_it_needs(open_page: OpenPage, large_site: Build) -> None:
    visit = open_page("large", "search.html?q=everything")
    expect(count(visit.page)).to_have_text("1 page found")
    asked = visit.page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    names = sorted(re.sub(r"(\w+)_\w+", r"\1", urlsplit(name).path) for name in asked)
    assert [name for name in names if "pagefind" in name] == [
        "/pagefind/fragment/en.pf",
        "/pagefind/index/en.pf",
        "/pagefind/pagefind-entry.json",
        "/pagefind/pagefind.en.pf",
        "/pagefind/pagefind.js",
        "/pagefind/wasm.en.pagefind",
    ]
    assert not [name for name in names if "searchindex" in name or "searchtools" in name]


# Where Pagefind cannot be, Sphinx's search finds.


def find_built_in(page: Page) -> None:
    """Find by Sphinx's search, as a reader without Pagefind does."""
    expect(count(page)).to_have_text("Press Enter to search")
    assert not page.get_by_label("Tag").is_visible()
    field(page).fill("dropout")
    field(page).press("Enter")
    page.wait_for_url("**q=dropout*")
    page.locator("#search-results li a").first.wait_for()
    assert field(page).input_value() == "dropout"
    page.locator("#search-results li a").first.click()
    page.wait_for_url("**/papers/*.html*")


def test_finds_in_a_folder(open_page: OpenPage, own_site: Build) -> None:
    visit = open_page("own", "search.html", f"{own_site.outdir.as_uri()}/")
    find_built_in(visit.page)
    assert visit.faults == []


def test_finds_under_one_policy_for_all_pages(browser: Browser, own_site: Build) -> None:
    with serve(own_site.outdir, Strictest) as address, browser.new_context() as context:
        visit = Visitor(context, address).visit("search.html")
        find_built_in(visit.page)
        assert visit.faults == []


def test_finds_without_the_index(open_page: OpenPage) -> None:
    visit = open_page("own", "404.html")
    visit.page.context.route("**/pagefind/*_meta", lambda route: route.abort())
    visit.page.goto(visit.page.url.replace("404", "search"))
    find_built_in(visit.page)


# In another language, whose texts for Sphinx's scripts are one more script.


def test_in_french(browser: Browser, tmp_path: Path) -> None:
    build = write_large_site(tmp_path / "site", notes=1).build(confoverrides={"language": "fr"})
    assert build.messages == []
    with serve(build.outdir) as address, browser.new_context() as context:
        visitor = Visitor(context, address)
        assert visitor.visit("index.html").faults == []
        assert visitor.visit("papers/everything.html").faults == []
        visit = visitor.visit("search.html?q=everything")
        expect(count(visit.page)).to_have_text("1 page trouvée")
        assert visit.faults == []
        context.route("**/pagefind/*_meta", lambda route: route.abort())
        visit = visitor.visit("search.html?q=everything")
        visit.page.locator("#search-results li a").first.wait_for()
        expect(visit.page.locator("#search-results h2")).to_have_text("Résultats de la recherche")
        # Sphinx has the rule for plurals evaluated, which the policy forbids; texts it has by then.
        errors = [fault for fault in visit.faults if fault.startswith("error")]
        assert [error for error in errors if "unsafe-eval" not in error] == []


# Under another theme, with another builder, below the top of a host.


def test_another_theme_and_builder(browser: Browser, tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    for path in (ROOTS / "tiny").rglob("*.*"):
        site.write(path.relative_to(ROOTS / "tiny").as_posix(), path.read_bytes())
    build = site.build("dirhtml", confoverrides={"papernotes_search": "pagefind"})
    with serve(build.outdir.parent, Quiet) as address, browser.new_context() as context:
        visit = Visitor(context, address).visit("dirhtml/search/?q=summary")
        page = visit.page
        expect(count(page)).to_have_text("3 pages found")
        page.get_by_label("Year").select_option("2002")
        expect(count(page)).to_have_text("1 page found")
        page.locator(".pn-search-found a").first.click()
        page.wait_for_url(f"{address}dirhtml/papers/beta/")
        # That theme has no icon, which browsers ask for.
        assert [fault for fault in visit.faults if "404" not in fault] == []
        page.goto(f"{address}dirhtml/search/?q=summary")
        expect(count(page)).to_have_text("3 pages found")
        context.route("**/pagefind/*", lambda route: route.abort())
        page.reload()
        page.locator("#search-results li a").first.wait_for()
