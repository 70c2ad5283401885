"""Search in Chromium: while typing, by keyboard, by tag and year, and without Pagefind.

Pages are served with the README's content security policies, and a visit records violations.
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
from test_axe import axe_violations
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


def test_search_finds_pages_while_the_reader_types(open_page: OpenPage) -> None:
    visit = open_page("notebook", "search.html", viewport=PHONE)
    page = visit.page
    field(page).press_sequentially("performers")
    # All words that begin with the stem are found, such as "performs"; a title with it is first.
    expect(count(page)).to_have_text("4 pages found")
    assert titles(page)[0] == "Rethinking attention with Performers"
    assert page.url.endswith("?q=performers")
    first = page.locator(".pn-search-found > li").first
    assert "Krzysztof Choromanski et al.\xa0· 2021" in first.inner_text()
    assert "Vaswani et al. (2017) left a bill behind." in first.inner_text()
    # A formula appears in an excerpt once, as text.
    field(page).fill("raffle")
    expect(count(page)).to_have_text("1 page found")
    excerpt = page.locator(".pn-search-excerpt").inner_text()
    assert "Â_ij = (ϕ(q_i)^\N{DOWN TACK}ϕ(k_j))/(∑_lϕ(q_i)^\N{DOWN TACK}ϕ(k_l))" in excerpt
    assert page.locator(".pn-search-excerpt mark").all_inner_texts() == ["raffle."]
    # The result links to the section, and going back restores the query from the URL.
    section = page.locator(".pn-search-sections a").first
    assert section.inner_text() == "Positive random features"
    section.click()
    page.wait_for_url("**/choromanski2021rethinking.html#positive-random-features")
    page.go_back()
    expect(count(page)).to_have_text("1 page found")
    assert field(page).input_value() == "raffle"
    title, mark = page.locator(".pn-search-found > li > p > a"), page.locator("mark")
    weights = [
        int(each.first.evaluate("one => getComputedStyle(one).fontWeight"))
        for each in (title, mark)
    ]
    assert weights[0] >= weights[1]
    # Pagefind finds the longest beginning of a word that no page has: here a letter, there a word.
    field(page).fill("quantum")
    expect(count(page)).to_have_text("Nothing found")
    assert titles(page) == []
    field(page).fill("performatory")
    expect(count(page)).to_have_text("No page has these words; the pages below have similar ones")
    assert titles(page)
    field(page).fill("")
    expect(count(page)).to_be_empty()
    assert (titles(page), urlsplit(page.url).query) == ([], "")
    assert visit.faults == []


def test_search_ignores_bibtex_references_and_navigation(open_page: OpenPage) -> None:
    page = open_page("notebook", "search.html").page
    # These words are in BibTeX, in references and the bibliography, and in the footer.  They are
    # quoted, because Pagefind shortens a word that it does not find to one that it finds.
    for words in ("inproceedings", "Roukos", "Furo"):
        field(page).fill(f'"{words}"')
        expect(count(page)).to_have_text("Nothing found")
        field(page).fill("")
        expect(count(page)).to_be_empty()
    # The bibliography and cards also have this name, but only the note is found.
    field(page).fill('"Krzysztof"')
    expect(count(page)).to_have_text("1 page found")


def test_search_can_be_narrowed_by_tag_and_year(open_page: OpenPage) -> None:
    visit = open_page("notebook", "search.html?q=network")
    page = visit.page
    expect(count(page)).to_have_text("5 pages found")
    tag, year = page.get_by_label("Tag"), page.get_by_label("Year")
    tag.select_option("attention")
    expect(count(page)).to_have_text("3 pages found")
    year.select_option("2021")
    expect(count(page)).to_have_text("1 page found")
    assert page.url.endswith("?q=network&tag=attention&year=2021")
    page.reload()
    expect(count(page)).to_have_text("1 page found")
    assert titles(page) == ["Rethinking attention with Performers"]
    # A tag without words lists its notes.
    field(page).fill("")
    year.select_option("")
    expect(count(page)).to_have_text("3 pages found")
    # A URL may name a tag that no longer exists.
    page.goto(page.url.replace("attention", "gone"))
    expect(count(page)).to_be_empty()
    assert visit.faults == []


def test_search_works_by_keyboard(open_page: OpenPage) -> None:
    visit = open_page("large", "search.html")
    page = visit.page
    field(page).focus()
    # Every year begins with these digits.
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
def test_axe_finds_no_violation_in_search_results(open_page: OpenPage, scheme: str) -> None:
    visit = open_page("large", "search.html?q=20", viewport=PHONE, color_scheme=scheme)
    visit.page.get_by_role("button", name="Show more").wait_for()
    assert axe_violations(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_search_loads_only_the_parts_of_the_index_it_needs(
    open_page: OpenPage, large_site: Build
) -> None:
    visit = open_page("large", "search.html?q=everything")
    expect(count(visit.page)).to_have_text("1 page found")
    loaded = visit.page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    names = sorted(re.sub(r"(\w+)_\w+", r"\1", urlsplit(name).path) for name in loaded)
    assert [name for name in names if "pagefind" in name] == [
        "/pagefind/fragment/en.pf",
        "/pagefind/index/en.pf",
        "/pagefind/pagefind-entry.json",
        "/pagefind/pagefind.en.pf",
        "/pagefind/pagefind.js",
        "/pagefind/wasm.en.pagefind",
    ]
    assert not [name for name in names if "searchindex" in name or "searchtools" in name]


# -- Without Pagefind, Sphinx's search answers --------------------------------


def find_with_sphinx(page: Page) -> None:
    """Search with Sphinx's index, as a reader does if Pagefind does not load."""
    expect(count(page)).to_have_text("Press Enter to search")
    assert not page.get_by_label("Tag").is_visible()
    field(page).fill("softmax")
    field(page).press("Enter")
    page.wait_for_url("**q=softmax*")
    page.locator("#search-results li a").first.wait_for()
    assert field(page).input_value() == "softmax"
    page.locator("#search-results li a").first.click()
    page.wait_for_url("**/papers/*.html*")


def test_sphinx_search_answers_from_a_folder(open_page: OpenPage, notebook: Build) -> None:
    visit = open_page("notebook", "search.html", f"{notebook.outdir.as_uri()}/")
    find_with_sphinx(visit.page)
    assert visit.faults == []


def test_sphinx_search_answers_if_the_policy_blocks_pagefind(
    browser: Browser, notebook: Build
) -> None:
    with serve(notebook.outdir, Strictest) as address, browser.new_context() as context:
        visit = Visitor(context, address).visit("search.html")
        find_with_sphinx(visit.page)
        assert visit.faults == []


def test_sphinx_search_answers_if_pagefind_s_index_is_missing(open_page: OpenPage) -> None:
    visit = open_page("notebook", "404.html")
    visit.page.context.route("**/pagefind/*_meta", lambda route: route.abort())
    visit.page.goto(visit.page.url.replace("/404", "/search"))
    find_with_sphinx(visit.page)


# -- Other languages, themes and builders --------------------------------------


def test_search_works_in_french(browser: Browser, tmp_path: Path) -> None:
    """Sphinx loads the translations of its scripts as one more script."""
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
        # Sphinx evaluates the rule for plurals, which the policy forbids, after it has the texts.
        errors = [fault for fault in visit.faults if fault.startswith("error")]
        assert [error for error in errors if "unsafe-eval" not in error] == []


def test_search_works_with_another_theme_and_dirhtml_in_a_subfolder(
    browser: Browser, tmp_path: Path
) -> None:
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
        # Browsers request an icon, and this theme has none.
        assert [fault for fault in visit.faults if "404" not in fault] == []
        page.goto(f"{address}dirhtml/search/?q=summary")
        expect(count(page)).to_have_text("3 pages found")
        context.route("**/pagefind/*", lambda route: route.abort())
        page.reload()
        page.locator("#search-results li a").first.wait_for()
