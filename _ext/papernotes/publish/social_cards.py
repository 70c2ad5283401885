"""Social cards: a picture for each note, shown where its address is shared.

A card names the note's paper and its authors. Pillow draws it as PNG, since services that show
cards do not accept SVG.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageColor, ImageDraw, ImageFont
from sphinx.application import Sphinx
from sphinx.config import Config

from papernotes import site_info
from papernotes.bibliography import formatting
from papernotes.catalogue.status import status
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.domain.marks import status_marks
from papernotes.i18n import _, phrases
from papernotes.publish.files import File
from papernotes.publish.plaintext import Prose
from papernotes.rendering import markup
from papernotes.reporting import warn

FOLDER = "pictures"
# The size that services ask for if they show cards large.
WIDTH, HEIGHT = 1200, 630

_MARGIN = 80
_PAPER, _INK, _MUTED, _ACCENT = "#fdfdfb", "#1c1c1f", "#5b5b60", "#24509f"
_TITLE_SIZES = range(76, 36, -4)
_TITLE_TOP, _TITLE_BOTTOM = 150, 470
_LEADING = 1.18
_SMALL = 34
# A word, or a character of an East Asian script, after which a line may break.
_WORD = re.compile(
    r"(?<!\s)(\s*+)([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|\S+?(?=\s|$|[\u2e80-\u9fff]))"
)


@dataclass(frozen=True, slots=True)
class CardText:
    """The text of a note's card, from top to bottom."""

    site: str
    title: str
    authors: str
    source: str


def files(app: Sphinx) -> Iterator[File]:
    """Yield the card of each note, if the site has cards."""
    if not is_published(app):
        return
    fonts = Fonts.of(app)
    for note in PaperNotesDomain.of(app.env).catalogue.notes:
        text = card_text(app, note)
        if fonts.can_write(text):
            yield File(name(note), [text, fonts.digest], functools.partial(_draw, fonts, text))


def is_published(app: Sphinx) -> bool:
    """Return whether the site has cards: they are on, and the site has the address they need."""
    return bool(app.config.papernotes_pictures and site_info.base(app))


def address(app: Sphinx, note: Note) -> str:
    """Return the address of the card of *note*, or an empty string if it has none."""
    if is_published(app) and Fonts.of(app).can_write(card_text(app, note)):
        return site_info.absolute(app, quote(name(note)))
    return ""


def name(note: Note) -> str:
    """Return the name of the file with the card of *note*."""
    return f"{FOLDER}/{note.docname}.png"


def card_text(app: Sphinx, note: Note) -> CardText:
    """Return the text of the card of *note*: about its paper, or its papers if several."""
    domain = PaperNotesDomain.of(app.env)
    papers = domain.catalogue.papers_of(note)
    prose = Prose(app.config)
    if len(papers) != 1:
        names = "".join(node.astext() for node in markup.note_byline(domain.catalogue, note))
        about = (prose.title(domain.noted(note).title.nodes()), names, "")
    else:
        paper = papers[0]
        source = (
            # First, since the end of a long line is cut.
            "".join(node.astext() for node in status_marks(status(paper))),
            prose.flatten(formatting.short_venue(paper)),
            formatting.year(paper, phrases()),
        )
        about = (
            prose.flatten(formatting.title(paper)),
            prose.flatten(formatting.byline(paper, markup.BYLINE_AUTHORS, phrases())),
            " · ".join(part for part in source if part),
        )
    label = _("%s: a note on") % site_info.title(app.config)
    return CardText(*(_normalized(part) for part in (label, *about)))


def _normalized(text: str) -> str:
    """Return *text* in Unicode's form NFC, without control and format characters."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(char for char in composed if unicodedata.category(char) not in ("Cc", "Cf"))


def check_fonts(app: Sphinx, config: Config) -> None:
    """Drop unreadable fonts from the settings, with a warning for each."""
    readable = []
    for font in config.papernotes_picture_fonts:
        path = Path(app.confdir, font)
        try:
            ImageFont.truetype(path, _SMALL)
        except OSError:
            message = (
                f'papernotes_picture_fonts: no font can be read from "{font}"; name a TrueType,'
                " OpenType or WOFF2 file, relative to conf.py"
            )
            warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
        else:
            readable.append(font)
    config.papernotes_picture_fonts = tuple(readable)


class Fonts:
    """Fonts in the order of preference: a character is drawn in the first that has it."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        contents = [path.read_bytes() for path in paths]
        self.digest = hashlib.blake2b(b"\0".join(contents), digest_size=16).hexdigest()
        self._font_numbers: dict[str, int | None] = {}

    @classmethod
    def of(cls, app: Sphinx) -> Fonts:
        """Return the fonts of the site."""
        return _load_fonts(
            tuple(Path(app.confdir, name) for name in app.config.papernotes_picture_fonts)
        )

    def can_write(self, text: CardText) -> bool:
        """Return whether the fonts have every character; a name is never drawn misspelled."""
        return all(self._number(char) is not None for line in astuple(text) for char in line)

    def _number(self, char: str) -> int | None:
        """Return the number of the first font that has *char*."""
        if char not in self._font_numbers:
            count = max(len(self.paths), 1)
            numbers = (number for number in range(count) if char == " " or self._has(number, char))
            self._font_numbers[char] = next(numbers, None)
        return self._font_numbers[char]

    def _has(self, number: int, char: str) -> bool:
        font = self._font(number, _SMALL)
        # A font draws a character that it lacks like U+10FFFF, which no font can have.
        drawn, lacking = font.getmask(char), font.getmask("\U0010ffff")
        return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))

    def _font(self, number: int, size: int) -> ImageFont.FreeTypeFont:
        return _load_font(self.paths[number] if self.paths else None, size)

    def runs(self, text: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """Yield *text* in pieces, each with its font."""
        start = 0
        for position in range(1, len(text) + 1):
            if position == len(text) or self._number(text[position]) != self._number(text[start]):
                yield self._font(self._number(text[start]) or 0, size), text[start:position]
                start = position

    def width(self, text: str, size: int) -> float:
        """Return the width of *text* in pixels."""
        return sum(font.getlength(piece) for font, piece in self.runs(text, size))


@functools.lru_cache(maxsize=4)
def _load_fonts(paths: tuple[Path, ...]) -> Fonts:
    return Fonts(paths)


@functools.lru_cache(maxsize=64)
def _load_font(path: Path | None, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _draw(fonts: Fonts, text: CardText) -> bytes:
    """Return the card as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 16, HEIGHT), fill=_ACCENT)
    _write(pen, fonts, _MARGIN, [cut(fonts, text.site, _SMALL)], _SMALL, _ACCENT)
    lines, size = _title(fonts, text.title)
    bottom = _write(pen, fonts, _TITLE_TOP, lines, size, _INK)
    about = [cut(fonts, line, _SMALL) for line in (text.authors, text.source) if line]
    _write(pen, fonts, bottom + 24, about, _SMALL, _MUTED)
    out = io.BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


@functools.cache
def _palette() -> Image.Image:
    """Return the palette: 16 shades of each text colour. It halves the size of the file."""
    paper = ImageColor.getrgb(_PAPER)
    steps = [
        round(paper[channel] + (ink[channel] - paper[channel]) * step / 15)
        for ink in map(ImageColor.getrgb, (_INK, _MUTED, _ACCENT))
        for step in range(16)
        for channel in range(3)
    ]
    image = Image.new("P", (1, 1))
    image.putpalette(steps)
    return image


def _title(fonts: Fonts, text: str) -> tuple[list[str], int]:
    """Return the lines of the title and their font size: the largest at which all of it fits."""
    lines: list[str] = []
    height = _TITLE_BOTTOM - _TITLE_TOP
    for size in _TITLE_SIZES:
        lines = list(_wrap(fonts, text, size))
        is_low_enough = len(lines) * size * _LEADING <= height
        if is_low_enough and all(_fits(fonts, line, size) for line in lines):
            return lines, size
    size = _TITLE_SIZES[-1]
    shown = lines[: int(height / (size * _LEADING))]
    if len(shown) < len(lines):
        shown[-1] += "…"
    return [cut(fonts, line, size) for line in shown], size


def _fits(fonts: Fonts, text: str, size: int) -> bool:
    return fonts.width(text, size) <= WIDTH - 2 * _MARGIN


def cut(fonts: Fonts, text: str, size: int) -> str:
    """Return *text*, cut and ended by an ellipsis if it is wider than the card."""
    if _fits(fonts, text, size):
        return text
    # The first length that does not fit. Bisection, since each test measures all characters.
    too_long = bisect_left(
        range(1, len(text) + 1), True, key=lambda end: not _fits(fonts, f"{text[:end]}…", size)
    )
    return f"{text[:too_long].rstrip()}…"


def _wrap(fonts: Fonts, text: str, size: int) -> Iterator[str]:
    line = ""
    for match in _WORD.finditer(text):
        space, word = match.groups()
        if line and not _fits(fonts, line + space + word, size):
            yield line
            line = word
        else:
            line += (space if line else "") + word
    if line:
        yield line


def _write(
    pen: ImageDraw.ImageDraw, fonts: Fonts, top: float, lines: Iterable[str], size: int, ink: str
) -> float:
    """Write lines below *top*, and return the bottom of the last."""
    for line in lines:
        left: float = _MARGIN
        for font, piece in fonts.runs(line, size):
            # Anchored at the left of the baseline, which the pieces of a line share in all fonts.
            pen.text((left, top + size), piece, fill=ink, font=font, anchor="ls")
            left += font.getlength(piece)
        top += size * _LEADING
    return top
