"""Pictures with another for dark pages, and pictures on cards."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass

import lxml.html
import pytest
from outputs import build_again
from PIL import Image
from sites import PNG, ROOTS, Build, Site

from papernotes import pictures

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200"/>'
FIGURE = "```{figure} %s\n:alt: %s\n\nA caption.\n```\n"


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture of many colours."""
    file = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert(mode).save(file, kind)
    return file.getvalue()


@dataclass
class Shelf:
    """A site, and a build of it as pages."""

    site: Site
    html: Build


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Build a site of three notes: with a figure, with a picture for its card alone, without."""
    site = Site(tmp_path_factory.mktemp("pictures") / "site")
    shutil.copytree(ROOTS / "tiny", site.folder)
    site.write("papers/photo.png", picture(1440, 900))
    site.write("papers/photo-dark.png", picture(1440, 900))
    site.write("papers/plot.svg", SVG)
    alpha, beta = (site.folder / f"papers/{name}.md" for name in ("alpha", "beta"))
    site.write("papers/alpha.md", f"{alpha.read_text()}\n{FIGURE % ('photo.png', 'A slope')}")
    site.edit("papers/beta.md", "---\npaper:", "---\npicture: plot.svg\npaper:")
    site.write("papers/beta.md", f"{beta.read_text()}\n![](photo.png) [a](photo.png)\n")
    site.edit("papers/delta.md", "---\npaper:", "---\npicture: false\npaper:")
    delta = (site.folder / "papers/delta.md").read_text()
    site.write("papers/delta.md", f"{delta}\n## Shape\n\n{FIGURE % ('plot.svg', 'A plot')}")
    site.edit("index.md", "{papers}", "{papers}\n:pictures:")
    site.edit("generalization.md", ":view: list\n", "")
    html = site.build()
    assert html.messages == []
    return Shelf(site, html)


def shown(root: lxml.html.HtmlElement) -> list[dict[str, str]]:
    return [dict(image.attrib) for image in root.cssselect("img")]


def test_a_figure_has_a_picture_for_dark_pages(shelf: Shelf) -> None:
    [figure] = shelf.html.page("papers/alpha").cssselect("figure")
    assert [(each["src"], each["class"], each["alt"]) for each in shown(figure)] == [
        ("../_images/photo.png", "only-light", "A slope"),
        ("../_images/photo-dark.png", "only-dark", "A slope"),
    ]
    assert len(figure.cssselect("figcaption")) == 1
    # pydata's theme hides a caption beside a picture that it hides.
    assert not figure.cssselect("img ~ figcaption")
    [pair] = shelf.html.page("papers/beta").cssselect("span.pn-schemes")
    assert len(shown(pair)) == 2
    assert len(shown(shelf.html.page("papers/delta"))) == 1


def test_cards_show_the_first_figure_or_the_picture_of_the_front_matter(shelf: Shelf) -> None:
    cards = shelf.html.page("index").cssselect(".pn-card")
    alpha, beta, delta = map(shown, cards)
    assert alpha == [
        {
            "src": f"_images/cards/{name}",
            "alt": "A slope",
            "class": scheme,
            "width": "1440",
            "height": "900",
        }
        for name, scheme in (("photo.png", "only-light"), ("photo-dark.png", "only-dark"))
    ]
    assert beta == [{"src": "_images/cards/plot.svg", "alt": "", "width": "320", "height": "200"}]
    assert delta == []
    folder = shelf.html.outdir / "_images"
    assert Image.open(folder / "cards/photo.png").size == (pictures.CARD_WIDTH, 450)
    assert Image.open(folder / "photo.png").size == (1440, 900)
    assert (folder / "cards/plot.svg").read_text() == SVG
    # No other list asks for pictures.
    assert not shelf.html.page("generalization").cssselect(".pn-card img")


def test_a_dark_picture_is_found_when_it_is_there(shelf: Shelf) -> None:
    shelf.site.write("papers/plot-dark.svg", SVG)
    build = shelf.site.build()
    assert {"papers/beta", "papers/delta", "index"} >= build.written >= {"papers/delta", "index"}
    assert len(shown(build.page("papers/delta"))) == 2
    shelf.site.remove("papers/plot-dark.svg")
    shelf.site.edit("index.md", ":pictures:", ":pictures: no")
    settings = {"papernotes_card_pictures": True, "papernotes_browse": ["tags"]}
    build = shelf.site.build(confoverrides=settings)
    assert len(shown(build.page("papers/delta"))) == 1
    assert not build.page("index").cssselect(".pn-card img")
    first, _ = shown(build.page("generalization").cssselect(".pn-grid")[0])
    assert "loading" not in first
    later, _ = shown(build.page("tags/generalization").cssselect(".pn-grid")[0])
    assert later["loading"] == "lazy"
    assert (build.outdir / "_images/cards/photo.png").exists()
    assert not (build.outdir / "_images/plot-dark.svg").exists()
    build = shelf.site.build()
    assert not (build.outdir / "_images/cards").exists()


def test_formats_with_white_pages_show_the_light_picture(shelf: Shelf) -> None:
    written = shelf.site.build("text").read("papers/alpha.txt")
    assert written.count("[image: A slope]") == 1
    shelf.site.write("papers/plot.pdf", b"%PDF-1.4")
    latex = shelf.site.build("latex")
    assert latex.messages == []
    tex = next(latex.outdir.glob("*.tex")).read_text(encoding="utf-8")
    # Once in the figure, and once in a line.
    assert tex.count("{photo}") == 2
    assert "photo-dark" not in tex
    feed = shelf.html.read("feed.xml")
    assert "only-" not in feed
    epub = shelf.site.build("epub")
    with zipfile.ZipFile(next(epub.outdir.glob("*.epub"))) as book:
        assert not [name for name in book.namelist() if "dark" in name or "cards/" in name]


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "P"), ("PNG", "RGBA"), ("JPEG", "CMYK")])
def test_pictures_keep_their_format_when_they_are_scaled(kind: str, mode: str, tmp_path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(picture(800, 500, kind, mode))
    small = Image.open(io.BytesIO(pictures.scaled(path)))
    assert (small.format, small.size) == (kind, (720, 450))


@pytest.mark.parametrize("content", [PNG, picture(800, 500, "GIF"), b"\x89PNG\r\n\x1a\nno picture"])
def test_small_damaged_and_other_pictures_stay_as_they_are(content: bytes, tmp_path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)
    assert pictures.scaled(path) == pictures.without_metadata(content)


def turned(width: int, height: int) -> bytes:
    """Return a photo that is shown as *width* by *height*, from a camera that lay on its side."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (height, width)).save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.png", picture(30, 20), (30, 20)),
        ("a.jpg", turned(30, 20), (30, 20)),
        ("a.webp", picture(30, 20, "WEBP"), (30, 20)),
        ("a.svg", SVG.encode(), (320, 200)),
        (
            "a.svg",
            b"<!-- a -->\n<svg class='a>b' stroke-width='9'\nwidth='3in' height = '1.5pc'>",
            (288, 24),
        ),
        # A number that no float can be.
        ("a.svg", b'<svg width="' + b"9" * 400 + b'" height="2"/>', None),
        ("a.svg", b'<svg viewBox="0 0 3 2"><rect width="3" height="2"/></svg>', None),
        ("a.svg", b'<svg width="100%" height="50%"/>', None),
        ("a.svg", b'<svg width="1.2.3" height="5"/>', None),
        ("a.svg", b"", None),
        ("a.png", b"\x89PNG\r\n\x1a\nno picture", None),
        ("a.gif", b"", None),
    ],
)
def test_size_of_a_picture_is_what_browsers_show(
    name: str, content: bytes, size: tuple[int, int] | None, tmp_path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert pictures.natural_size(tmp_path / name) == size
    assert pictures.natural_size(tmp_path / "missing.svg") is None


def test_pictures_keep_their_place_in_the_theme(tiny: Site) -> None:
    """By the size in the file, or by the side that the author gives; cards on other pages, too."""
    tiny.edit("conf.py", "alabaster", "marginalia")
    tiny.write("papers/plot.svg", SVG)
    tiny.write("papers/plot-dark.svg", SVG.replace("200", "160"))
    tiny.write("papers/free.svg", SVG.replace('width="320" height="200"', 'viewBox="0 0 3 2"'))
    sized = "```{image} plot.svg\n:class: only-light\n%s\n```\n"
    given = (":width: 80px", ":height: 50px", ":scale: 25", ":width: 10px\n:height: 90px")
    shown = "\n".join(sized % size for size in given)
    tiny.edit("papers/beta.md", "# Beta", f"# Beta\n\n![a](plot.svg) ![b](free.svg)\n\n{shown}\n")
    build = tiny.build()
    assert build.messages == []
    sizes = [
        (image.get("width"), image.get("height"))
        for image in build.page("papers/beta").cssselect("section img")
    ]
    assert sizes == [
        ("320", "200"),
        ("320", "160"),
        (None, None),
        ("80", "50"),
        ("80", "50"),
        ("80", "50"),
        ("10", "90"),
    ]
    # Only what is smaller than its file leads to it, as in other themes.
    assert len(build.page("papers/beta").cssselect("section a.image-reference")) == 4
    assert build.page("index").cssselect(".pn-card img")[0].get("height") == "200"
    tiny.write("papers/plot.svg", SVG.replace("200", "240"))
    again = build_again(tiny)
    assert again.page("index").cssselect(".pn-card img")[0].get("height") == "240"
