"""Leave out of published pictures what they say of their author; scale and measure them.

Of the author's place, camera, names and comments nothing is left; pixels, colours and the direction
that is up stay as they are, because nothing is compressed again. Files of the author are only read.
"""

from __future__ import annotations

import io
import os
import re
import struct
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path

_JPEG, _PNG, _GIF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif"))
# Segments of JPEG that are shown: JFIF's density, the profile of colours, and Adobe's colour model.
_SHOWN = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
# In compressed data, a marker follows on FF, but not 00 or a restart. There may be more FF before.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
_TEXT_CHUNKS = frozenset((b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"caBX"))
# Extensions of GIF that are shown: delays and text, and of programs' own the loop and the profile.
_SHOWN_EXTENSIONS = frozenset((0xF9, 0x01))
_SHOWN_PROGRAMS = frozenset((b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"))
# Where drawing programs keep the path at which the author saved or exported the picture.
_PATH_IN_SVG = re.compile(
    rb"\b(?:inkscape:export-filename|sodipodi:(?:absref|docbase))\s*+=\s*+"
    rb"[\"'](?:/|\\|file:|[A-Za-z]:)"
)
_ORIENTATION, _PLACE = 0x0112, 0x8825
# The start tag of a drawing, its sides, and the pixels of the units that depend on nothing else. No
# page shows a side of a million.
_SVG = re.compile(rb"<svg\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>")
_SIDE = re.compile(
    rb"\s(width|height)\s*=\s*[\"']\s*(\d{1,6}(?:\.\d{1,9})?)\s*(px|pt|pc|mm|cm|in|)\s*[\"']"
)
_UNITS = {b"": 1, b"px": 1, b"pt": 4 / 3, b"pc": 16, b"mm": 96 / 25.4, b"cm": 96 / 2.54, b"in": 96}
# Bytes in which the start tag is looked for, after a licence or the like.
_HEAD = 1 << 16
# Formats with the same metadata, which cannot be left out so simply.
_KEPT = frozenset((".avif", ".heic", ".heif", ".jxl", ".tif", ".tiff"))

# Cards are no wider than half of this, and screens show up to two pixels in the place of one.
CARD_WIDTH = 720
_SCALED = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}


def is_scaled(path: str) -> bool:
    """Return whether the picture *path* is made smaller where it is wider than a card."""
    return Path(path).suffix.lower() in _SCALED


def scaled(path: Path) -> bytes:
    """Return the picture *path* without its metadata, and no wider than a card shows it.

    A picture that moves, that is in another format or damaged, or that would not become smaller,
    keeps its size.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    content = path.read_bytes()
    whole = without_metadata(content)
    draft = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as picture:
            kind = picture.format
            if kind not in _SCALED.values() or getattr(picture, "n_frames", 1) > 1:
                return whole
            turned = ImageOps.exif_transpose(picture)
            if turned.width <= CARD_WIDTH:
                return whole
            if turned.mode in ("P", "1", "LA", "PA"):
                turned = turned.convert("RGBA")
            height = max(round(turned.height * CARD_WIDTH / turned.width), 1)
            small = turned.resize((CARD_WIDTH, height), Image.Resampling.LANCZOS)
            profile = picture.info.get("icc_profile")
            small.save(draft, kind, quality=85, optimize=True, icc_profile=profile, exif=b"")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
    ):
        return whole
    return min(draft.getvalue(), whole, key=len)


def natural_size(path: Path) -> tuple[int, int] | None:
    """Return the width and height at which browsers show the picture *path*, if the file says both.

    A drawing without them takes the width that it is given.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        if path.suffix.lower() == ".svg":
            return _size_of_drawing(path)
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            width, height = picture.size
            # Pillow would unpack all of a PNG to find this.
            is_turned = picture.format != "PNG" and picture.getexif().get(_ORIENTATION, 1) > 4
    except (
        UnidentifiedImageError,
        OSError,
        TypeError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
    ):
        return None
    return (height, width) if is_turned else (width, height)


def _size_of_drawing(path: Path) -> tuple[int, int] | None:
    with path.open("rb") as file:
        root = _SVG.search(file.read(_HEAD))
    sides = _SIDE.findall(root[0]) if root else []
    pixels = {side: round(float(number) * _UNITS[unit]) for side, number, unit in sides}
    width, height = pixels.get(b"width", 0), pixels.get(b"height", 0)
    return (width, height) if width and height else None


def strip(paths: Iterable[Path]) -> None:
    """Remove the metadata of the pictures among *paths*, and keep their times."""
    for path in paths:
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            continue
        content = path.read_bytes()
        stripped = without_metadata(content)
        if stripped != content:
            status = path.stat()
            draft = path.with_name(f"{path.name}.papernotes-tmp")
            draft.write_bytes(stripped)
            draft.chmod(status.st_mode)
            os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
            draft.replace(path)


def fault(path: Path) -> str:
    """Return the message on a picture that says where it was taken or saved, or nothing.

    There is none on what is no picture, and on the formats in which that is left out.
    """
    if path.suffix.lower() == ".svg" and path.is_file():
        return (
            f'the picture "{path.name}" names a folder of your computer, and is published so; save'
            " it as plain SVG"
            if _PATH_IN_SVG.search(path.read_bytes())
            else ""
        )
    if path.suffix.lower() not in _KEPT:
        return ""
    # Few sites have such pictures, and Pillow takes a while to import.
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            tells = bool(picture.getexif().get_ifd(_PLACE))
    except UnidentifiedImageError:
        # Pillow does not know each of these formats, such as HEIC.
        tells = b"Exif\0\0" in path.read_bytes()
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        tells = False
    if not tells:
        return ""
    return (
        f'the picture "{path.name}" says where it was taken, and is published so; save it as JPEG,'
        " PNG or WebP, where that is left out"
    )


def without_metadata(content: bytes) -> bytes:
    """Return a picture without its metadata; other files are returned as they are."""
    try:
        if content.startswith(_JPEG):
            return _jpeg(content)
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith(_GIF):
            return _gif(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError):
        # A damaged picture, which browsers show as far as they can.
        pass
    return content


def _jpeg(content: bytes) -> bytes:
    parts: list[bytes] = []
    orientation = b""
    position = 2
    while marker := _MARKER.search(content, position):
        parts.append(content[position : marker.start()])
        start, kind = marker.start(), marker[1][0]
        if kind == 0xD9:
            # What follows the end is another picture, such as a preview with the same metadata.
            parts.append(b"\xff\xd9")
            return b"".join((_JPEG, orientation, *parts))
        (length,) = struct.unpack_from(">H", content, marker.end())
        position = marker.end() + max(length, 2)
        payload = content[marker.end() + 2 : position]
        is_metadata = 0xE0 <= kind <= 0xEF or kind == 0xFE
        if kind == 0xE1 and payload.startswith(b"Exif\0\0"):
            exif = _exif(payload[6:])
            segment = b"Exif\0\0" + exif
            orientation = struct.pack(">HH", 0xFFE1, len(segment) + 2) + segment if exif else b""
        elif not is_metadata or payload.startswith(_SHOWN.get(kind, b"-")):
            parts.append(content[start:position])
    # The end is missing.
    return content if position == 2 else b"".join((_JPEG, orientation, *parts, content[position:]))


def _png(content: bytes) -> bytes:
    parts = [_PNG]
    position = len(_PNG)
    while position < len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + length + 12
        if kind == b"eXIf" and (exif := _exif(content[position + 8 : end - 4])):
            crc = zlib.crc32(kind + exif)
            parts.append(struct.pack(">I4s", len(exif), kind) + exif + struct.pack(">I", crc))
        elif kind not in _TEXT_CHUNKS:
            parts.append(content[position:end])
        position = end
        if kind == b"IEND":
            break
    return b"".join(parts)


def _gif(content: bytes) -> bytes:
    position = 13 + _size_of_colours(content[10])
    parts = [content[:position]]
    while content[position] in b"!,":
        start = position
        is_shown = True
        if content[start] == 0x2C:
            position += 11 + _size_of_colours(content[start + 9])
        else:
            position += 2
            kind, program = content[start + 1], content[start + 3 : start + 14]
            is_shown = kind in _SHOWN_EXTENSIONS or (kind == 0xFF and program in _SHOWN_PROGRAMS)
        # Blocks, each with its length before it, up to an empty one.
        while length := content[position]:
            position += length + 1
        position += 1
        if is_shown:
            parts.append(content[start:position])
    # What follows the end is not shown.
    is_end = content[position] == 0x3B
    return b"".join((*parts, content[position : position + 1] if is_end else content[position:]))


def _size_of_colours(flags: int) -> int:
    """Return the size of the table of colours that *flags* tell of."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp(content: bytes) -> bytes:
    parts: list[bytes] = []
    exif = b""
    (size,) = struct.unpack_from("<I", content, 4)
    position, last = 12, min(size + 8, len(content))
    while position + 8 <= last:
        kind, length = struct.unpack_from("<4sI", content, position)
        end = position + 8 + length + length % 2
        if kind == b"EXIF":
            exif = _exif(content[position + 8 : position + 8 + length].removeprefix(b"Exif\0\0"))
        elif kind != b"XMP ":
            parts.append(content[position:end])
        position = end
    if parts and parts[0].startswith(b"VP8X"):
        # Its flags say whether there is EXIF, and XMP.
        flags = parts[0][8] & ~0x0C | (0x08 if exif else 0)
        parts[0] = parts[0][:8] + bytes([flags]) + parts[0][9:]
        if exif:
            parts.append(struct.pack("<4sI", b"EXIF", len(exif)) + exif)
    body = b"WEBP" + b"".join(parts)
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _exif(data: bytes) -> bytes:
    """Return EXIF that says which direction is up, as *data* does, and nothing else."""
    from PIL import Image

    exif = Image.Exif()
    try:
        with warnings.catch_warnings(action="ignore"):
            exif.load(data)
            up = exif.get(_ORIENTATION)
    except (OSError, ValueError, SyntaxError, struct.error, KeyError, TypeError):
        return b""
    if not isinstance(up, int) or not 2 <= up <= 8:
        return b""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, up, 0, 0)
