"""The front page's filter in Chromium: words, tags, year, order, URL, keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import serve
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sites import ROOTS, Build, Site
from visits import Visitor

pytestmark = pytest.mark.browser
MANY = 4000


@pytest.fixture
def scheme() -> str:
    """Return one colour scheme, because the filter behaves alike in both."""
    return "light"


def open_filter(visitor: Visitor, path: str = "index.html") -> Page:
    """Visit the front page, and open the filter."""
    page = visitor.visit(path).page
    page.locator(".pn-filter-fold > summary").click()
    page.get_by_label("Year").wait_for()
    return page


def found_line(page: Page) -> Locator:
    """Return the live region that shows how many notes are found."""
    return page.get_by_role("search", name="Filter and sort").get_by_role("status")


def found_titles(page: Page) -> list[str]:
    return page.locator(".pn-filter > .pn-list a").all_inner_texts()


@pytest.mark.parametrize("use", [".pn-filter-fold > summary", ".pn-filter-words > input"])
def test_filter_loads_its_data_only_when_it_is_used(visitor: Visitor, use: str) -> None:
    requests: list[str] = []
    visitor.context.on("request", lambda request: requests.append(request.url))
    page = visitor.visit("index.html").page
    assert not [url for url in requests if url.endswith("/notes.js")]
    assert page.get_by_label("Find notes").is_visible()
    page.locator(use).click()
    page.get_by_label("Year").wait_for(state="attached")
    assert len([url for url in requests if url.endswith("/notes.js")]) == 1
    # While nothing is chosen, the cards stay visible.
    assert page.locator(".pn-card").first.is_visible()
    assert found_line(page).inner_text() == ""


def test_filter_finds_words_of_titles_authors_and_tags(visitor: Visitor) -> None:
    visit = visitor.visit("index.html")
    page = visit.page
    page.locator(".pn-filter-fold > summary").click()
    words = page.get_by_label("Find notes")
    words.fill("performers attention")
    expect(found_line(page)).to_have_text("1 note")
    assert found_titles(page) == ["Rethinking attention with Performers"]
    assert not page.locator(".pn-card").first.is_visible()
    # Accents and case do not matter, and authors whom the card omits are found.
    words.fill("SARLOS")
    expect(found_line(page)).to_have_text("1 note")
    words.fill("kernels krzysztof")
    expect(found_line(page)).to_have_text("1 note")
    words.fill("no such words")
    expect(found_line(page)).to_have_text("No notes found")
    assert found_titles(page) == []
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".pn-card").first.is_visible()
    expect(words).to_be_focused()
    assert visit.faults == []


def test_tags_and_year_narrow_the_filter(visitor: Visitor) -> None:
    page = open_filter(visitor)
    page.get_by_label("machine-translation").check()
    expect(found_line(page)).to_have_text("4 notes")
    page.get_by_label("attention").check()
    expect(found_line(page)).to_have_text("2 notes")
    page.get_by_label("Year").select_option("1993")
    expect(found_line(page)).to_have_text("No notes found")
    page.get_by_label("attention").uncheck()
    expect(found_line(page)).to_have_text("1 note")
    assert found_titles(page) == ["The mathematics of statistical machine translation"]


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("Title, Z to A", "The mathematics", "Attention is"),
        ("Earliest read first", "The mathematics", "Rethinking"),
        ("Latest read first", "Rethinking", "The mathematics"),
        ("Earliest paper first", "The mathematics", "Rethinking"),
        ("Latest paper first", "Rethinking", "The mathematics"),
    ],
)
def test_filter_sorts_the_notes(visitor: Visitor, order: str, first: str, last: str) -> None:
    page = open_filter(visitor)
    page.get_by_label("Order").select_option(order)
    expect(found_line(page)).to_have_text("5 notes")
    titles = found_titles(page)
    assert titles[0].startswith(first)
    assert titles[-1].startswith(last)


def test_url_keeps_the_filter_s_choices(visitor: Visitor) -> None:
    page = open_filter(visitor)
    page.get_by_label("Find notes").fill("attention")
    page.get_by_label("machine-translation").check()
    page.get_by_label("Order").select_option("Title, Z to A")
    address = page.url
    assert address.endswith("?q=attention&tag=machine-translation&sort=-title")
    before = found_titles(page)
    assert len(before) == 2
    # Another reader opens the URL, follows a link to a note, and returns.
    other = visitor.visit(address.removeprefix(visitor.address)).page
    expect(found_line(other)).to_have_text("2 notes")
    assert found_titles(other) == before
    assert other.get_by_label("Find notes").input_value() == "attention"
    assert other.get_by_label("machine-translation").is_checked()
    other.locator(".pn-filter > .pn-list a").first.click()
    other.locator(".pn-header").wait_for()
    other.go_back()
    expect(found_line(other)).to_have_text("2 notes")
    other.get_by_role("button", name="Clear").click()
    assert other.url == f"{visitor.address}index.html"


def test_unknown_choices_in_the_url_are_ignored(visitor: Visitor) -> None:
    visit = visitor.visit("index.html?tag=no-such-tag&year=1066&sort=size")
    visit.page.get_by_label("Find notes").wait_for()
    assert visit.page.locator(".pn-card").first.is_visible()
    assert visit.page.url == f"{visitor.address}index.html"
    assert visit.faults == []


def test_filter_works_by_keyboard(visitor: Visitor) -> None:
    page = visitor.visit("index.html").page
    words = page.get_by_label("Find notes")
    for _ in range(60):
        page.keyboard.press("Tab")
        if words.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.type("translation")
    expect(found_line(page)).to_have_text("4 notes")
    page.keyboard.press("Tab")
    expect(page.locator(".pn-filter-fold > summary")).to_be_focused()
    page.keyboard.press("Enter")
    # Tags that none of these notes has are hidden.
    expect(page.get_by_label("kernels")).to_be_hidden()
    for _ in range(4):
        page.keyboard.press("Tab")
    tag = page.locator(".pn-filter-tags input:visible").first
    expect(tag).to_be_focused()
    page.keyboard.press("Space")
    expect(tag).to_be_checked()
    expect(found_line(page)).to_have_text(re.compile(r"^\d notes?$"))
    # A checked tag stays visible even if the year leaves it no note, so that it can be unchecked.
    page.get_by_label("Year").select_option("2021")
    expect(found_line(page)).to_have_text("No notes found")
    tag.focus()
    page.keyboard.press("Space")
    expect(tag).not_to_be_checked()
    expect(tag).to_be_focused()


def test_filter_works_from_a_folder(visitor: Visitor, notebook: Build) -> None:
    visit = visitor.visit("index.html", address=f"{notebook.outdir.as_uri()}/")
    visit.page.locator(".pn-filter-fold > summary").click()
    visit.page.get_by_label("Find notes").fill("performers")
    expect(found_line(visit.page)).to_have_text("1 note")
    visit.page.locator(".pn-filter > .pn-list a").click()
    visit.page.locator(".pn-header").wait_for()
    assert visit.faults == []


def test_filter_fits_the_window(visitor: Visitor, width: int) -> None:
    page = open_filter(visitor)
    page.get_by_label("Find notes").fill("attention")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    controls = page.locator(".pn-filter-box :is(input, select, button)").filter(visible=True).all()
    # At least words, order and year, and the tags of the notes found.
    assert len(controls) > 3
    for control in controls:
        box = control.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width


def test_without_scripts_the_cards_are_shown_and_no_filter(visitor: Visitor) -> None:
    context = visitor.context.browser.new_context(java_script_enabled=False)
    page = Visitor(context, visitor.address).visit("index.html").page
    assert page.locator(".pn-card").first.is_visible()
    assert page.locator(".pn-filter-fold").count() == 0
    context.close()


@pytest.fixture(scope="module")
def many_notes(notebook: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site with filter data of thousands of notes, and yield its URL."""
    folder = tmp_path_factory.mktemp("many")
    for each in notebook.outdir.iterdir():
        if each.name != "notes.js":
            (folder / each.name).symlink_to(each)
    served = (notebook.outdir / "notes.js").read_text(encoding="utf-8")
    data = json.loads(served.removeprefix("papernotes.notes(").rstrip(";\n").removesuffix(")"))
    rows = [
        [row[0], f"{row[1]} {number}", *row[2:]]
        for number in range(MANY)
        for row in [data["notes"][number % len(data["notes"])]]
    ]
    text = json.dumps(data | {"notes": rows})
    (folder / "notes.js").write_text(f"papernotes.notes({text});\n", encoding="utf-8")
    with serve(folder) as address:
        yield address


def test_filter_shows_many_notes_a_part_at_a_time(browser: Browser, many_notes: str) -> None:
    context = browser.new_context()
    page = open_filter(Visitor(context, many_notes))
    page.get_by_label("Find notes").fill("attention")
    expect(found_line(page)).to_have_text("2400 notes")
    more = page.get_by_role("button", name="Show more")
    shown = len(found_titles(page))
    assert shown < 100
    more.click()
    assert len(found_titles(page)) == 2 * shown
    expect(page.locator(".pn-filter > .pn-list a").nth(shown)).to_be_focused()
    context.close()


# -- The list of all works ------------------------------------------------------


@pytest.mark.parametrize("is_served", [True, False], ids=["served", "from a folder"])
def test_the_search_finds_works_on_all_pages_of_the_list(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_served: bool
) -> None:
    monkeypatch.setattr("papernotes.catalogue.index_pages.WORKS_LINKS", 25)
    site = Site(tmp_path / "site")
    for path in (ROOTS / "tiny").rglob("*.*"):
        site.write(path.relative_to(ROOTS / "tiny").as_posix(), path.read_bytes())
    site.write("works/all.md", "---\norphan: true\n---\n\n# Works\n\n:::{works}\n:::\n")
    build = site.build()
    with serve(build.outdir) as address, browser.new_context() as context:
        visitor = Visitor(context, address if is_served else f"{build.outdir.as_uri()}/")
        visit = visitor.visit("works/all/2.html")
        page = visit.page
        field = page.get_by_role("searchbox", name="Find works")
        field.fill("ALPHA")
        expect(page.locator(".pn-found")).to_have_text("1 found")
        expect(page.locator(".pn-letters")).to_be_hidden()
        field.fill("")
        expect(page.locator(".pn-letters")).to_be_visible()
        expect(page.locator(".pn-found")).to_have_text("")
        field.fill("alpha")
        page.locator(".pn-all-works > .pn-works a").click()
        expect(page.locator(":target")).to_contain_text("Alpha")
        assert page.url.endswith("works/all.html#work-alpha2001")
        if is_served:
            # A reader types on while the works are loaded.
            page = visitor.visit("works/all/2.html").page
            held: list[Route] = []

            def hold(route: Route) -> None:
                held.append(route)

            context.route("**/works-1.js", hold)
            field = page.get_by_role("searchbox", name="Find works")
            with page.expect_request("**/works-1.js"):
                field.fill("a")
            field.fill("anna")
            held[0].continue_()
            expect(page.locator(".pn-found")).to_have_text("1 found")
            context.unroute("**/works-1.js")
        # Where the other pages cannot be loaded, the works of this one are searched.
        context.route("**/works-1.js", lambda route: route.abort())
        if is_served:  # a route does not meet what a page from a folder loads
            page = visitor.visit("works/all/2.html").page
            page.get_by_role("searchbox", name="Find works").fill("anna")
            expect(page.locator(".pn-found")).to_have_text("0 found")
            # The next letter tries again.
            context.unroute("**/works-1.js")
            page.get_by_role("searchbox", name="Find works").fill("anna ")
            expect(page.locator(".pn-found")).to_have_text("1 found")
