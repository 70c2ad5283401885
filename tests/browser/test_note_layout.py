"""The page of a note in Chromium, at several widths: what only a browser can measure."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from gallery import write_gallery
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from sites import Build

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return write_gallery(tmp_path_factory.mktemp("note-page")).build()


@pytest.fixture(scope="module")
def tab(browser: Browser, build: Build) -> Iterator[Page]:
    """Open the note that has most, for all tests; each sets the width that it needs."""
    page = browser.new_page()
    page.goto((build.outdir / "papers/many.html").as_uri())
    page.evaluate("document.fonts.ready")
    yield page
    page.close()


def set_width(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})


# The white space behind each root, in em.
WHITE = """() => [...document.querySelectorAll("msqrt, mroot")].map((root) => {
    const { fontSize, marginRight } = getComputedStyle(root);
    const inner = root.tagName === "mroot" ? root.firstElementChild : root.lastElementChild;
    const white = root.getBoundingClientRect().right - inner.getBoundingClientRect().right;
    return (white + parseFloat(marginRight)) / parseFloat(fontSize);
})"""


def test_no_white_space_stands_behind_roots(tab: Page) -> None:
    set_width(tab, 1280)
    *low, fraction = tab.evaluate(WHITE)
    assert len(low) == 4
    assert max(map(abs, low)) < 0.02
    assert fraction < 0.2


# How many characters of usual text a line of the note holds.
CHARACTERS = """() => {
    const line = document.createElement("p");
    line.style.cssText = "width: max-content; white-space: nowrap";
    line.textContent = "The quick brown fox jumps over the lazy dog, and nobody minds. ".repeat(4);
    const article = document.querySelector("article section");
    article.append(line);
    const characters = line.textContent.length / line.getBoundingClientRect().width;
    line.remove();
    return characters * article.getBoundingClientRect().width;
}"""


@pytest.mark.parametrize("width", [600, 700, 767, 768, 769, 1024, 1280, 1920])
def test_lines_have_at_most_75_characters(tab: Page, width: int) -> None:
    set_width(tab, width)
    assert 60 <= tab.evaluate(CHARACTERS) <= 75


# The height of each block of text in the page.
HEIGHTS = """() => [...document.querySelectorAll("article :is(p, h1, h2, li, td)")]
    .map(block => block.getBoundingClientRect().height)"""


@pytest.mark.parametrize("width", [412, 1350])
def test_lines_are_as_long_before_the_font_is_there(
    browser: Browser, notebook: Build, width: int
) -> None:
    """A font of the machine is scaled to its width, so that few blocks take another line."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((notebook.outdir / "bibliography.html").as_uri())
    page.evaluate("document.fonts.ready")
    with_font = page.evaluate(HEIGHTS)
    context.route("**/newsreader-*.woff2", lambda route: route.abort())
    page.reload()
    without = page.evaluate(HEIGHTS)
    context.close()
    assert with_font != without
    assert sum(without) == pytest.approx(sum(with_font), rel=0.05)


def test_one_layout_holds_at_each_width(tab: Page) -> None:
    sizes = []
    for width in (767, 768, 769):
        set_width(tab, width)
        sizes.append(tab.locator("article").evaluate("it => getComputedStyle(it).fontSize"))
        padding = tab.locator(".site-main").evaluate("it => getComputedStyle(it).paddingLeft")
        sizes.append(padding)
    assert sizes == ["18px", "20px", "20px", "48px", "20px", "48px"]


def test_heads_of_tables_keep_their_words_on_a_phone(tab: Page) -> None:
    set_width(tab, 320)
    head = tab.locator("th p", has_text="Internationalization").first
    rows = head.evaluate("""it => {
        const range = document.createRange();
        range.selectNodeContents(it);
        return range.getClientRects().length;
    }""")
    assert rows == 1
    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_names_hang_in_full_beside_a_title_with_a_formula(browser: Browser, build: Build) -> None:
    """Paragraphs with formulas scroll on phones, and would cut off what hangs out of them."""
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto((build.outdir / "bibliography.html").as_uri())
    name = page.locator(".pn-works > li > p", has_text="server problem")
    assert name.evaluate("it => getComputedStyle(it).overflowX") == "auto"
    cut = name.evaluate("""it => {
        const line = document.createRange();
        line.selectNodeContents(it);
        return it.getBoundingClientRect().left - line.getClientRects()[0].left;
    }""")
    page.close()
    assert cut <= 0


def test_long_words_of_one_of_several_titles_keep_to_the_page(
    browser: Browser, build: Build
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900})
    page.goto((build.outdir / "papers/several.html").as_uri())
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert width == 320


def test_bibtex_opens_below_the_line_of_links(tab: Page) -> None:
    set_width(tab, 1280)
    summary = tab.locator(".pn-bibtex > summary")
    links = tab.locator(".pn-access > .pn-links").bounding_box()
    summary.click()
    # Opening it moves nothing.
    assert abs(summary.bounding_box()["y"] - links["y"]) < 4
    assert tab.locator(".pn-bibtex pre").bounding_box()["y"] > links["y"] + links["height"]
    summary.click()


def test_names_unfold_by_keyboard(tab: Page) -> None:
    more = tab.locator(".pn-authors summary")
    more.focus()
    tab.keyboard.press("Enter")
    assert tab.get_by_text("Ada Number79").first.is_visible()
    tab.keyboard.press("Enter")


@pytest.mark.parametrize("width", [320, 390])
def test_long_name_of_a_site_keeps_to_its_line(tab: Page, width: int) -> None:
    set_width(tab, width)
    name = tab.locator(".site-header .site-name")
    height = "it => it.getBoundingClientRect().height / parseFloat(getComputedStyle(it).lineHeight)"
    assert name.evaluate(height) < 1.5
    assert name.evaluate("it => it.scrollWidth <= it.clientWidth")


def test_tags_keep_to_the_header_and_wrap_beside_their_dots(tab: Page) -> None:
    set_width(tab, 320)
    right = tab.locator("article").bounding_box()
    for tag in tab.locator(".pn-header .pn-tags > li").all():
        box, link = tag.bounding_box(), tag.locator("a").bounding_box()
        assert box["x"] + box["width"] <= right["x"] + right["width"]
        # Some 12 px for the dot and its space.
        assert 8 <= link["x"] - box["x"] <= 24
        assert link["y"] - box["y"] < 4


def test_lines_of_a_preview_begin_together_on_a_phone(tab: Page) -> None:
    set_width(tab, 390)
    starts = tab.evaluate("""() => {
        const preview = document.createElement("div");
        preview.className = "pn-preview";
        for (const name of ["math", "words"]) {
            const line = document.createElement("p");
            line.innerHTML = `<span class="${name}">x</span>`;
            preview.append(line);
        }
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = document.documentElement.dataset.content_root + "_static/previews.css";
        return new Promise((resolve) => {
            link.onload = () => {
                document.body.append(preview);
                const spans = [...preview.querySelectorAll("span")];
                resolve(spans.map((span) => span.getBoundingClientRect().left));
                preview.remove();
                link.remove();
            };
            document.head.append(link);
        });
    }""")
    assert starts[0] == starts[1]


def test_a_preview_shows_one_of_two_pictures_on_a_page_without_such_pairs(
    tab: Page, build: Build
) -> None:
    tab.goto((build.outdir / "papers/many.html").as_uri())
    assert tab.locator("link[href*='schemes.css']").count() == 0
    shown = """scheme => {
        document.documentElement.dataset.theme = scheme;
        const pair = document.createElement("p");
        pair.className = "pn-schemes";
        for (const name of ["only-light", "only-dark"]) {
            const picture = document.createElement("img");
            picture.className = name;
            pair.append(picture);
        }
        document.body.append(pair);
        const found = [...pair.children].filter((it) => getComputedStyle(it).display !== "none");
        pair.remove();
        delete document.documentElement.dataset.theme;
        return found.map((it) => it.className);
    }"""
    assert tab.evaluate(shown, "light") == ["only-light"]
    assert tab.evaluate(shown, "dark") == ["only-dark"]


# The contrast of a border to the ground of the page.
CONTRAST = """it => {
    const luminance = (colour) => {
        const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255);
        const linear = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const border = luminance(getComputedStyle(it).borderBottomColor);
    const ground = luminance(getComputedStyle(document.body).backgroundColor);
    return (Math.max(border, ground) + 0.05) / (Math.min(border, ground) + 0.05);
}"""


@pytest.mark.parametrize(
    ("path", "field"),
    [("papers/many.html", ".site-sidebar .site-search"), ("index.html", ".pn-filter input")],
)
def test_border_of_a_field_can_be_seen(tab: Page, build: Build, path: str, field: str) -> None:
    set_width(tab, 1280)
    tab.goto((build.outdir / path).as_uri())
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert tab.locator(field).first.evaluate(CONTRAST) >= 3, scheme


def test_a_shade_covers_the_lower_edge_of_tags_until_the_last_one_is_seen(
    tab: Page, build: Build
) -> None:
    """The pictures of many tags differ at the lower edge, where a few tags have the same."""
    set_width(tab, 1280)
    tab.emulate_media(color_scheme="light")
    tab.goto((build.outdir / "index.html").as_uri())
    tab.locator(".pn-filter-fold > summary").click()
    tags = tab.locator(".pn-filter-choices")
    edge = "it => { const label = it.lastElementChild; for (let n = 0; n < 300; n++) {"
    tags.evaluate(edge + " it.append(label.cloneNode(true)); } it.scrollTop = 0; }")
    assert lowest_line(tags) < 230
    tags.evaluate("it => { it.scrollTop = it.scrollHeight; }")
    assert lowest_line(tags) > 250


def lowest_line(box: Locator) -> int:
    """Return the brightness, up to 255, of the lower right corner of *box*, where no text is."""
    picture = Image.open(io.BytesIO(box.screenshot())).convert("L")
    return int(picture.getpixel((picture.width - 20, picture.height - 2)))
