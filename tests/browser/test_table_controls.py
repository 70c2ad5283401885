"""Tables of notes in Chromium: sorting, filtering, narrow windows, and axe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from host import serve
from playwright.sync_api import Browser, Page, expect
from sites import NOTEBOOK, ROOTS, Site
from test_axe import axe_violations
from visits import Visitor

pytestmark = pytest.mark.browser

CONF = """
html_theme = "marginalia"
html_favicon = "favicon.svg"
html_math_renderer = "mathml"
papernotes_fields = {
    "method": {"kind": "choices", "choices": ["SGD", "Adam"]},
    "my-rating": {"label": "Rating", "kind": "number"},
    "result": "markdown",
}
"""
FIELDS = {
    "alpha": "method: [SGD, Adam]\nmy-rating: 9\nresult: Half of $x^2$.\n",
    "beta": "method: SGD\nmy-rating: 10\n",
}
PAGE = """# Tables

```{papers}
:view: table
:columns: title, authors, year, method, my-rating, result, venue, links, tags
```

## In groups

```{papers}
:view: table
:columns: title, year
:group: method
```
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a site with tables, and yield its address."""
    site = Site(shutil.copytree(ROOTS / "tiny", tmp_path_factory.mktemp("tables") / "site"))
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    site.write("conf.py", conf + CONF)
    shutil.copy(NOTEBOOK / "_static/favicon.svg", site.folder)
    for name, fields in FIELDS.items():
        site.edit(f"papers/{name}.md", "tags:", f"{fields}tags:")
    site.write("plain.md", PAGE)
    with serve(site.build().outdir) as address:
        yield address


@pytest.fixture(params=[320, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """Return the width of a small phone's or a desktop's window."""
    return int(request.param)


def titles(page: Page, number: int = 0) -> list[str]:
    """Return the first words of the titles in a table, without the rows that are hidden."""
    rows = page.locator(".pn-table").nth(number).locator("tbody th:visible")
    return [text.split()[0] for text in rows.all_inner_texts()]


def test_headings_sort_and_controls_filter(browser: Browser, tables: str) -> None:
    visit = Visitor(browser.new_context(), tables).visit("plain.html")
    page = visit.page
    first = page.locator(".pn-tables").first
    rating = first.get_by_role("columnheader", name="Rating")
    for order, direction in ((["Alpha", "Beta"], "ascending"), (["Beta", "Alpha"], "descending")):
        rating.get_by_role("button").press("Enter")
        assert rating.get_attribute("aria-sort") == direction
        # A note without a rating comes last in both directions.
        assert titles(page) == [*order, "Delta"]
    # Links have no order.
    assert not first.get_by_role("columnheader", name="Links").get_by_role("button").count()
    first.get_by_label("Method").select_option("Adam")
    assert titles(page) == ["Alpha"]
    expect(first.get_by_role("status")).to_have_text("1 note")
    first.get_by_label("Words").fill("nothing like it")
    expect(first.get_by_role("status")).to_have_text("No notes found")
    # The other table has controls of its own. A note in two groups counts once.
    second = page.locator(".pn-tables").nth(1)
    second.get_by_label("Words").fill("alpha")
    expect(second.get_by_role("status")).to_have_text("1 note")
    shown = second.locator(".pn-group-title:visible").all_inner_texts()
    assert [text.strip("\n¶") for text in shown] == ["SGD", "Adam"]
    with page.expect_download() as download:
        first.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "plain.csv"
    assert visit.faults == []
    page.context.close()


def test_filter_of_the_front_page_chooses_and_orders_by_fields(
    browser: Browser, tables: str
) -> None:
    visit = Visitor(browser.new_context(), tables).visit("index.html")
    page = visit.page
    page.locator(".pn-filter-fold > summary").click()
    page.get_by_role("combobox", name="Method", exact=True).select_option("SGD")
    order = page.get_by_role("combobox", name="Order", exact=True)
    order.select_option(label="Rating, descending")
    found = page.locator(".pn-filter > .pn-list a")
    assert [text.split()[0] for text in found.all_inner_texts()] == ["Beta", "Alpha"]
    address = "index.html?method=SGD&sort=-my-rating"
    assert page.url.endswith(address)
    # The address is enough to show the same, and "Clear" takes it back.
    again = Visitor(page.context, tables).visit(address).page
    expect(again.locator(".pn-filter > .pn-list a")).to_have_count(2)
    again.get_by_role("button", name="Clear").click()
    method = again.get_by_role("combobox", name="Method", exact=True)
    assert method.input_value() == ""
    assert again.locator(".pn-card").first.is_visible()
    assert visit.faults == []
    page.context.close()


def test_tables_are_accessible_and_only_they_scroll(
    browser: Browser, tables: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    visit = Visitor(context, tables).visit("plain.html")
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator(".pn-table").first.evaluate("box => { box.scrollLeft = 60; }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert (scheme, axe_violations(page)) == (scheme, [])
    note = Visitor(context, tables).visit("papers/alpha.html").page
    assert axe_violations(note) == []
    assert visit.faults == []
    context.close()
