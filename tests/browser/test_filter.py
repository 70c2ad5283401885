"""The filter of the front page in Chromium: words, tags, year, order, address, keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from host import serve
from playwright.sync_api import Browser, Locator, Page, expect
from sites import Build
from visits import Visitor

pytestmark = pytest.mark.browser
MANY = 4000


@pytest.fixture
def scheme() -> str:
    """Return one colour scheme: the filter does the same in each."""
    return "light"


def opened(visitor: Visitor, path: str = "index.html") -> Page:
    """Visit the front page and open the filter."""
    page = visitor.visit(path).page
    page.locator(".pn-filter-fold > summary").click()
    page.get_by_label("Words").wait_for()
    return page


def found_line(page: Page) -> Locator:
    """Return the line that says how many notes are found, and is announced."""
    return page.get_by_role("search", name="Filter and sort").get_by_role("status")


def found(page: Page) -> list[str]:
    return page.locator(".pn-filter > .pn-list a").all_inner_texts()


def test_nothing_is_loaded_until_it_is_opened(visitor: Visitor) -> None:
    requests: list[str] = []
    visitor.context.on("request", lambda request: requests.append(request.url))
    page = visitor.visit("index.html").page
    assert not [url for url in requests if url.endswith("/notes.js")]
    assert page.get_by_label("Words").count() == 0
    page.locator(".pn-filter-fold > summary").click()
    page.get_by_label("Words").wait_for()
    assert len([url for url in requests if url.endswith("/notes.js")]) == 1
    # Open, but with nothing chosen: the cards stay.
    assert page.locator(".pn-card").first.is_visible()
    assert found_line(page).inner_text() == ""


def test_words_find_titles_people_and_tags(visitor: Visitor) -> None:
    visit = visitor.visit("index.html")
    page = visit.page
    page.locator(".pn-filter-fold > summary").click()
    words = page.get_by_label("Words")
    words.fill("memorization networks")
    expect(found_line(page)).to_have_text("1 note")
    assert found(page) == ["A closer look at memorization in deep networks"]
    assert not page.locator(".pn-card").first.is_visible()
    # Without accents and case, and a name that the card does not show.
    words.fill("JASTRZEBSKI")
    expect(found_line(page)).to_have_text("1 note")
    words.fill("optimization smith")
    expect(found_line(page)).to_have_text("1 note")
    words.fill("no such words")
    expect(found_line(page)).to_have_text("No notes found")
    assert found(page) == []
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".pn-card").first.is_visible()
    expect(words).to_be_focused()
    assert visit.faults == []


def test_tags_and_year_narrow(visitor: Visitor) -> None:
    page = opened(visitor)
    page.get_by_label("generalization").check()
    expect(found_line(page)).to_have_text("3 notes")
    page.get_by_label("deep-learning").check()
    expect(found_line(page)).to_have_text("2 notes")
    page.get_by_label("Year").select_option("2010")
    expect(found_line(page)).to_have_text("No notes found")
    page.get_by_label("deep-learning").uncheck()
    expect(found_line(page)).to_have_text("1 note")
    assert found(page) == ["Why does unsupervised pre-training help deep learning?"]


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("Title, Z to A", "Why does", "A closer look"),
        ("Earliest read first", "Why does", ""),
        ("Latest read first", "", "Why does"),
        ("Earliest paper first", "Why does", "A disciplined"),
        ("Latest paper first", "A disciplined", "Why does"),
    ],
)
def test_notes_are_sorted(visitor: Visitor, order: str, first: str, last: str) -> None:
    page = opened(visitor)
    page.get_by_label("Order").select_option(order)
    expect(found_line(page)).to_have_text("5 notes")
    titles = found(page)
    assert titles[0].startswith(first)
    assert titles[-1].startswith(last)


def test_an_address_holds_the_choice(visitor: Visitor) -> None:
    page = opened(visitor)
    page.get_by_label("Words").fill("deep")
    page.get_by_label("generalization").check()
    page.get_by_label("Order").select_option("Title, Z to A")
    address = page.url
    assert address.endswith("?q=deep&tag=generalization&sort=-title")
    before = found(page)
    assert len(before) == 3
    # Another reader comes by it, and the first one comes back from a note.
    other = visitor.visit(address.removeprefix(visitor.address)).page
    expect(found_line(other)).to_have_text("3 notes")
    assert found(other) == before
    assert other.get_by_label("Words").input_value() == "deep"
    assert other.get_by_label("generalization").is_checked()
    other.locator(".pn-filter > .pn-list a").first.click()
    other.locator(".pn-header").wait_for()
    other.go_back()
    expect(found_line(other)).to_have_text("3 notes")
    other.get_by_role("button", name="Clear").click()
    assert other.url == f"{visitor.address}index.html"


def test_an_address_with_a_choice_that_is_none(visitor: Visitor) -> None:
    visit = visitor.visit("index.html?tag=no-such-tag&year=1066&sort=size")
    visit.page.get_by_label("Words").wait_for()
    assert visit.page.locator(".pn-card").first.is_visible()
    assert visit.page.url == f"{visitor.address}index.html"
    assert visit.faults == []


def test_it_works_by_keyboard(visitor: Visitor) -> None:
    page = visitor.visit("index.html").page
    summary = page.locator(".pn-filter-fold > summary")
    for _ in range(60):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_label("Words").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("hyperparameter")
    expect(found_line(page)).to_have_text("2 notes")
    # What these notes have no use for is not in the way.
    expect(page.get_by_label("deep-learning")).to_be_hidden()
    for _ in range(4):
        page.keyboard.press("Tab")
    tag = page.locator(".pn-filter-tags input:visible").first
    expect(tag).to_be_focused()
    page.keyboard.press("Space")
    expect(tag).to_be_checked()
    expect(found_line(page)).to_have_text(re.compile(r"^\d notes?$"))
    # The key that chose it also gives it up: it stays, though the year has left it no note.
    page.get_by_label("Year").select_option("2010")
    expect(found_line(page)).to_have_text("No notes found")
    tag.focus()
    page.keyboard.press("Space")
    expect(tag).not_to_be_checked()
    expect(tag).to_be_focused()


def test_it_works_from_a_folder(visitor: Visitor, own_site: Build) -> None:
    visit = visitor.visit("index.html", address=f"{own_site.outdir.as_uri()}/")
    visit.page.locator(".pn-filter-fold > summary").click()
    visit.page.get_by_label("Words").fill("disciplined")
    expect(found_line(visit.page)).to_have_text("1 note")
    visit.page.locator(".pn-filter > .pn-list a").click()
    visit.page.locator(".pn-header").wait_for()
    assert visit.faults == []


def test_it_fits_the_window(visitor: Visitor, width: int) -> None:
    page = opened(visitor)
    page.get_by_label("Words").fill("deep")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    controls = page.locator(".pn-filter-box :is(input, select, button)").filter(visible=True).all()
    # The words, an order and a year at least, and the tags that the found notes have.
    assert len(controls) > 3
    for control in controls:
        box = control.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width


def test_without_scripts_there_are_the_cards(visitor: Visitor) -> None:
    context = visitor.context.browser.new_context(java_script_enabled=False)
    page = Visitor(context, visitor.address).visit("index.html").page
    assert page.locator(".pn-card").first.is_visible()
    assert page.locator(".pn-filter-fold").count() == 0
    context.close()


# Of many notes.


@pytest.fixture(scope="module")
def many(own_site: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the front page with a script that knows of thousands of notes."""
    folder = tmp_path_factory.mktemp("many")
    for each in own_site.outdir.iterdir():
        if each.name != "notes.js":
            (folder / each.name).symlink_to(each)
    own = (own_site.outdir / "notes.js").read_text(encoding="utf-8")
    data = json.loads(own.removeprefix("papernotes.notes(").rstrip(";\n").removesuffix(")"))
    rows = [
        [row[0], f"{row[1]} {number}", *row[2:]]
        for number in range(MANY)
        for row in [data["notes"][number % len(data["notes"])]]
    ]
    text = json.dumps({"tags": data["tags"], "notes": rows})
    (folder / "notes.js").write_text(f"papernotes.notes({text});\n", encoding="utf-8")
    with serve(folder) as address:
        yield address


def test_many_notes_are_found_a_part_at_a_time(browser: Browser, many: str) -> None:
    context = browser.new_context()
    page = opened(Visitor(context, many))
    page.get_by_label("Words").fill("deep")
    expect(found_line(page)).to_have_text("2400 notes")
    more = page.get_by_role("button", name="Show more")
    shown = len(found(page))
    assert shown < 100
    more.click()
    assert len(found(page)) == 2 * shown
    expect(page.locator(".pn-filter > .pn-list a").nth(shown)).to_be_focused()
    context.close()
