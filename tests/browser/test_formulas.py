"""Formulas in Chromium: the font, stretching, numbers, copying, wide formulas."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import Quiet, serve
from playwright.sync_api import Browser, Page
from sites import ROOTS, Site
from visits import Visit, Visitor

pytestmark = pytest.mark.browser

FORMULAS = r"""# Formulas

A formula $x^2$, and more.

$$
\left( x \right)
$$

$$
\left( \frac{\frac{a}{b}}{\frac{c}{d}} \right)
$$

$$
a = b
$$ (short)

$$
\underbrace{a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s}_{
\text{a sum that is wider than any page of notes on a small screen}} \tag{*}
$$

$$
A \xrightarrow{f} B \rightarrow C
$$

$$
\sum_{i=1}^n \widetilde{xyz} + \tilde{x} + f' + \mathsf{T} \perp\!\!\!\perp \mathfrak{g}
$$

\begin{align}
a &= b + c \\
abc &= d
\end{align}

Last.
"""
PLAIN = "# Plain\n\nOne {cite:t}`alpha2001` and {cite:t}`gamma2003`.\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tiny site with a page of formulas, and yield its URL."""
    folder = tmp_path_factory.mktemp("formulas") / "tiny"
    shutil.copytree(ROOTS / "tiny", folder)
    site = Site(folder)
    site.edit("conf.py", '["dollarmath"]', '["dollarmath", "amsmath"]')
    site.edit("conf.py", "alabaster", "furo")
    site.write("formulas.md", f"---\norphan: true\n---\n\n{FORMULAS}")
    site.write("plain.md", PLAIN)
    build = site.build()
    assert build.messages == []
    # Unmodified furo has an inline script, which the policy would block.
    with serve(build.outdir, Quiet) as address:
        yield address


@pytest.fixture(params=[320, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """Return the width of the narrowest phone or of a desktop."""
    return int(request.param)


@pytest.fixture
def visitor(browser: Browser, shelf: str, width: int) -> Iterator[Visitor]:
    """Return a visitor of the site of formulas."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(10_000)
    yield Visitor(context, shelf)
    context.close()


def fonts(page: Page) -> list[str]:
    """Return the names of the mathematics fonts that the page has loaded."""
    page.evaluate("document.fonts.ready")
    names = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    return sorted(Path(name).stem for name in names if "woff2" in name and "stix" in name)


def height(visit: Visit, number: int, selector: str) -> float:
    """Return the height of an element in the displayed formula *number*."""
    box = visit.page.locator(".pn-equation").nth(number).locator(selector).first.bounding_box()
    assert box is not None
    return box["height"]


def test_page_loads_only_the_mathematics_fonts_it_needs(visitor: Visitor) -> None:
    # The font is split into three files; a page loads those that have its characters.
    page = visitor.visit("papers/alpha.html").page
    assert fonts(page) == ["stix-two-math"]
    page = visitor.visit("formulas.html").page
    assert fonts(page) == ["stix-two-math", "stix-two-math-letters"]
    assert page.evaluate("document.fonts.check('16px \"STIX Two Math cut\"')")
    visit = visitor.visit("plain.html")
    assert fonts(visit.page) == []
    assert visit.faults == []


def test_preview_with_a_formula_loads_the_mathematics_font(visitor: Visitor) -> None:
    page = visitor.visit("plain.html").page
    page.locator("[data-pn-preview=gamma2003] a").first.hover()
    page.locator(".pn-preview").wait_for()
    assert fonts(page) == []
    page.locator("[data-pn-preview=alpha2001] a").first.hover()
    page.locator(".pn-preview math").first.wait_for()
    page.wait_for_function(
        "document.fonts.size && [...document.fonts].some(f => f.status == 'loaded')"
    )
    assert fonts(page) == ["stix-two-math"]


def test_delimiters_stretch_and_limits_and_rows_are_placed(visitor: Visitor) -> None:
    visit = visitor.visit("formulas.html")
    fonts(visit.page)
    assert height(visit, 1, "mo") > 1.8 * height(visit, 0, "mo")
    # Limits are below and above the sign, not beside it.
    sum_ = visit.page.locator("munderover:has(> mo:text('∑'))").first
    sign, below, above = (sum_.locator(f"> *:nth-child({n})").bounding_box() for n in (1, 2, 3))
    assert above["y"] < sign["y"] < below["y"]
    assert abs((above["x"] + above["width"] / 2) - (sign["x"] + sign["width"] / 2)) < 8
    # Rows are aligned at their equals signs.
    table = visit.page.locator("mtable").last
    signs = [row.bounding_box()["x"] for row in table.locator("mo:text-is('=')").all()]
    assert len(signs) == 2
    assert abs(signs[0] - signs[1]) < 1


def test_wide_formulas_scroll_in_their_box(visitor: Visitor, width: int) -> None:
    visit = visitor.visit("formulas.html")
    page = visit.page
    fonts(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.locator(".pn-formula")
    scrolls = "box => box.scrollWidth > box.clientWidth"
    scrolling = [box.evaluate(scrolls) for box in boxes.all()]
    assert scrolling.count(True) == (1 if width == 320 else 0)
    # Only boxes that scroll can be focused; arrow keys scroll them.
    page.wait_for_function(
        f"[...document.querySelectorAll('.pn-formula')].every(box =>"
        f" box.hasAttribute('tabindex') == ({scrolls})(box))"
    )
    if width == 320:
        box = page.locator(".pn-formula[tabindex]")
        box.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0")
    assert visit.faults == []


def test_equation_number_is_beside_its_formula(visitor: Visitor) -> None:
    page = visitor.visit("formulas.html").page
    block = page.locator(".pn-equation:has(.eqno)").first
    formula, number = (block.locator(part).bounding_box() for part in (".pn-formula", ".eqno"))
    assert formula["x"] + formula["width"] <= number["x"]
    assert number["y"] < formula["y"] + formula["height"] < number["y"] + 3 * number["height"]


def select(page: Page, start: str, end: str) -> None:
    page.evaluate(
        """([start, end]) => {
            const range = document.createRange();
            range.setStartBefore(document.querySelector(start));
            range.setEndAfter(document.querySelector(end));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        [start, end],
    )


def copy_selection(page: Page) -> str:
    page.keyboard.press("Control+c")
    return page.evaluate("navigator.clipboard.readText()")


def test_copied_formula_is_tex(visitor: Visitor) -> None:
    page = visitor.visit("formulas.html").page
    select(page, "article p", "article p")
    assert copy_selection(page) == "A formula $x^2$, and more."
    # Copying a part of a formula copies the whole formula.
    select(page, "article p math mi", "article p math mi")
    assert copy_selection(page) == "$x^2$"
    select(page, ".pn-equation math", ".pn-equation math")
    assert copy_selection(page) == "$$\n\\left( x \\right)\n$$"
    select(page, "article h1", "article h1")
    assert "Formulas" in copy_selection(page)
    # The temporary elements are removed.
    assert page.locator(".pn-copy").count() == 0


def test_punctuation_stays_on_the_line_of_its_formula(visitor: Visitor) -> None:
    page = visitor.visit("formulas.html").page
    parted = page.evaluate(
        """() => {
            const paragraph = document.querySelector("article p");
            const math = paragraph.querySelector("math");
            const comma = document.createRange();
            const text = math.closest(".pn-together").lastChild;
            comma.selectNodeContents(text);
            const parted = [];
            for (let width = 40; width < 250; width++) {
                paragraph.style.width = `${width}px`;
                if (comma.getBoundingClientRect().left < math.getBoundingClientRect().left) {
                    parted.push(width);
                }
            }
            return parted;
        }"""
    )
    assert parted == []
