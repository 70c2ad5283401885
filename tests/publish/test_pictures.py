"""Published pictures: what they say of their author is left out, and all that they show is kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from commands import run
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from sites import Site

from papernotes import pictures

UP, CAMERA, GPS = 0x0112, 0x0110, 0x8825
MODEL = "Camera of A. Author"


def picture(kind: str, up: int, *, place: bool = True, **options: Any) -> bytes:
    """Return a picture that says by what it was taken and, if *place*, where."""
    shown = Image.new("RGB", (24, 16))
    shown.putdata([(7 * number % 256, number % 256, 90) for number in range(24 * 16)])
    exif = Image.Exif()
    exif[UP], exif[CAMERA] = up, MODEL
    if place:
        position = exif.get_ifd(GPS)
        position.update({1: "N", 2: (48.0, 8.0, 0.0)})
        exif[GPS] = position
    file = io.BytesIO()
    shown.save(file, kind, exif=exif, **options)
    return file.getvalue()


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("JPEG", {"comment": MODEL.encode(), "dpi": (72, 72), "icc_profile": b"colours" * 20}),
    "JPEG in steps": ("JPEG", {"progressive": True, "xmp": MODEL.encode(), "dpi": (300, 300)}),
    "PNG": ("PNG", {"icc_profile": b"colours" * 20}),
    "WebP": ("WEBP", {"xmp": MODEL.encode(), "icc_profile": b"colours" * 20}),
    "WebP without loss": ("WEBP", {"lossless": True}),
}


@pytest.mark.parametrize("up", [1, 3, 6])
@pytest.mark.parametrize(("kind", "options"), KINDS.values(), ids=KINDS)
def test_picture_looks_the_same_and_says_nothing(
    kind: str, options: dict[str, Any], up: int
) -> None:
    before = picture(kind, up, **options)
    # The end of the data of a JPEG may be followed by a preview that says the same.
    after = pictures.without_metadata(before + (before if kind == "JPEG" else b""))
    assert MODEL.encode() in before
    assert MODEL.encode() not in after
    old, new = (Image.open(io.BytesIO(content)) for content in (before, after))
    assert ImageOps.exif_transpose(old).tobytes() == ImageOps.exif_transpose(new).tobytes()
    assert new.info.get("icc_profile") == options.get("icc_profile")
    assert new.info.get("dpi") == old.info.get("dpi")
    assert dict(new.getexif()) == ({UP: up} if up > 1 else {})
    assert pictures.without_metadata(after) == after


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_animation_looks_the_same_and_says_nothing(mode: str) -> None:
    frames = [Image.new(mode, (9, 9), color) for color in ("red", "white", "black")]
    frames[0].putdata([frames[2].getpixel((0, 0)), frames[0].getpixel((0, 0))] * 40)
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], comment=MODEL, loop=3, duration=80
    )
    # XMP is no chain of blocks; its end leads each of its bytes to the last one.
    end = b"\1" + bytes(range(0xFF, -1, -1)) + b"\0"
    xmp = b"!\xff\x0bXMP DataXMP<x:xmpmeta>" + MODEL.encode() + b"</x:xmpmeta>" + end
    before = file.getvalue()[:-1] + xmp + b";" + MODEL.encode()
    after = pictures.without_metadata(before)
    assert MODEL.encode() not in after
    assert pictures.without_metadata(after) == after
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert new.n_frames == old.n_frames == 3
        assert (new.info["loop"], new.info["duration"]) == (3, 80)
        for frame in range(3):
            old.seek(frame)
            new.seek(frame)
            assert old.convert("RGB").tobytes() == new.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("attribute", "is_told"),
    [
        ('inkscape:export-filename="/home/author/a.png"', True),
        (r"""sodipodi:absref = 'C:\Users\author\a.png'""", True),
        ('inkscape:export-filename="a.png"', False),
        ('inkscape:label="a"', False),
    ],
)
def test_drawing_that_names_a_folder_of_its_author_is_reported(
    tmp_path: Path, attribute: str, is_told: bool
) -> None:
    path = tmp_path / "a.svg"
    path.write_text(f"<svg><g {attribute}/></svg>", encoding="utf-8")
    told = (
        'the picture "a.svg" names a folder of your computer, and is published so; save it as plain'
        " SVG"
    )
    assert pictures.fault(path) == (told if is_told else "")


@given(st.sampled_from(list(KINDS)), st.integers(0, 2000), st.binary(max_size=9))
def test_damaged_picture_is_no_error(name: str, position: int, inserted: bytes) -> None:
    kind, options = KINDS[name]
    whole = picture(kind, 6, **options)
    for content in (whole[:position], whole[:position] + inserted + whole[position:]):
        pictures.without_metadata(content)


def test_what_is_no_picture_stays_as_it_is() -> None:
    for content in (b"", b"text", b"\xff\xd8", b"GIF89a", b"RIFF\0\0\0\0WAVE"):
        assert pictures.without_metadata(content) == content


@pytest.mark.parametrize("builder", ["html", "epub", "latex"])
def test_published_pictures_say_nothing_of_their_author(tiny: Site, builder: str) -> None:
    photo = picture("JPEG", 6)
    tiny.write("photo.jpg", photo)
    tiny.write("shared.png", picture("PNG", 1))
    tiny.write("logo/logo.webp", picture("WEBP", 1))
    tiny.edit("conf.py", "html_theme", 'html_logo = "logo/logo.webp"\nhtml_theme')
    tiny.edit("plain.md", "# ", "![A photo](photo.jpg) {download}`shared.png`\n\n# ")
    made = tiny.build(builder)
    again = tiny.build(builder)
    found = {path.name: path for path in made.outdir.rglob("*") if path.suffix in (".jpg", ".webp")}
    assert "photo.jpg" in found
    for path in made.outdir.rglob("*"):
        assert not path.is_file() or MODEL.encode() not in path.read_bytes(), path
    if builder == "epub":
        with ZipFile(next(made.outdir.glob("*.epub"))) as book:
            assert not [name for name in book.namelist() if MODEL.encode() in book.read(name)]
    assert found["photo.jpg"].read_bytes() == pictures.without_metadata(photo)
    # The source of the author is not touched.
    assert (tiny.folder / "photo.jpg").read_bytes() == photo
    assert again.written == set()


@pytest.mark.parametrize("kind", ["AVIF", "TIFF"])
def test_picture_whose_place_cannot_be_left_out_is_reported(tiny: Site, kind: str) -> None:
    name = f"photo.{kind.lower()}"
    try:
        tiny.write(name, picture(kind, 1))
    except (KeyError, OSError):
        pytest.skip(f"Pillow was built without {kind}")
    assert "says where it was taken" in pictures.fault(tiny.folder / name)
    tiny.write(name, picture(kind, 1, place=False))
    assert pictures.fault(tiny.folder / name) == ""


def test_picture_in_a_format_that_pillow_does_not_know_is_reported(tiny: Site) -> None:
    tiny.write("photo.heic", b"\0\0\0\x18ftypheic Exif\0\0MM")
    tiny.edit("plain.md", "# ", "![A photo](photo.heic)\n\n# ")
    line = (
        'plain.md:1: {}the picture "photo.heic" says where it was taken, and is published so; save'
        " it as JPEG, PNG or WebP, where that is left out [papernotes.picture-place]"
    )
    assert line.format("WARNING: ") in tiny.build().messages
    found = run(tiny, "check").stdout.replace(f"{tiny.folder}/", "")
    assert line.format("") in found.splitlines()
