"""A picture of each note, from the title and authors of its paper: shown where the note is shared.

Those who show it take PNG and no SVG. Pillow draws it.
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

from papernotes.bibliography import formatting
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.core.model import Note
from papernotes.domain import PaperNotesDomain
from papernotes.i18n import _, phrases
from papernotes.publish import site_info
from papernotes.publish.files import File
from papernotes.publish.plaintext import Prose
from papernotes.rendering import links
from papernotes.reporting import warn

FOLDER = "pictures"
# The size that is asked for by those who show it large.
WIDTH, HEIGHT = 1200, 630

_MARGIN = 80
_PAPER, _INK, _MUTED, _ACCENT = "#fdfdfb", "#1c1c1f", "#5b5b60", "#24509f"
_TITLE_SIZES = range(76, 36, -4)
_TITLE_BOTTOM = 470
_LEADING = 1.18
_SMALL = 34
# A word, or a sign of East Asian writing, which may stand at the end of a line by itself.
_WORD = re.compile(
    r"(\s*)([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|\S+?(?=\s|$|[\u2e80-\u9fff]))"
)


@dataclass(frozen=True, slots=True)
class CardText:
    """What the picture of a note says, from top to bottom."""

    site: str
    title: str
    authors: str
    source: str


def files(app: Sphinx) -> Iterator[File]:
    """Yield the picture of each note, if the site has them."""
    if not is_published(app):
        return
    fonts = Fonts.of(app)
    for note in PaperNotesDomain.of(app.env).catalogue.notes.values():
        words = card_text(app, note)
        if fonts.can_write(words):
            yield File(name(note), [words, fonts.digest], functools.partial(_draw, fonts, words))


def is_published(app: Sphinx) -> bool:
    """Return whether the site has pictures: it wants them, and can say where they are."""
    return bool(app.config.papernotes_pictures and site_info.base(app))


def address(app: Sphinx, note: Note) -> str:
    """Return the address of the picture of *note*, or nothing where there is none."""
    if is_published(app) and Fonts.of(app).can_write(card_text(app, note)):
        return site_info.absolute(app, quote(name(note)))
    return ""


def name(note: Note) -> str:
    """Return the file of the picture of *note*."""
    return f"{FOLDER}/{note.docname}.png"


def card_text(app: Sphinx, note: Note) -> CardText:
    """Return what the picture of *note* says: of the paper, else of the note itself."""
    domain = PaperNotesDomain.of(app.env)
    paper = domain.catalogue.papers.get(note.key)
    prose = Prose(app.config)
    if paper is None:
        found = (prose.title(domain.noted(note).title.nodes()), "", "")
    else:
        source = (prose.flatten(formatting.short_venue(paper)), formatting.year(paper, phrases()))
        found = (
            prose.flatten(formatting.title(paper)),
            prose.flatten(formatting.byline(paper, links.BYLINE_AUTHORS, phrases())),
            " · ".join(part for part in source if part),
        )
    label = _("%s: a note on") % site_info.title(app.config)
    return CardText(*(_spelled(part) for part in (label, *found)))


def _spelled(text: str) -> str:
    """Return *text* with accents in their letters and no characters that are not seen."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(char for char in composed if unicodedata.category(char) not in ("Cc", "Cf"))


def check_fonts(app: Sphinx, config: Config) -> None:
    """Leave out fonts that cannot be read, with a warning for each."""
    kept = []
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
            kept.append(font)
    config.papernotes_picture_fonts = tuple(kept)


class Fonts:
    """Fonts that stand in for each other: a letter comes from the first that has it."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        contents = [path.read_bytes() for path in paths]
        self.digest = hashlib.blake2b(b"\0".join(contents), digest_size=16).hexdigest()
        self._letters: dict[str, int | None] = {}

    @classmethod
    def of(cls, app: Sphinx) -> Fonts:
        """Return the fonts of the site."""
        return _fonts(
            tuple(Path(app.confdir, name) for name in app.config.papernotes_picture_fonts)
        )

    def can_write(self, words: CardText) -> bool:
        """Return whether the fonts have every letter: a name is spelled right, or not drawn."""
        return all(self._which(char) is not None for text in astuple(words) for char in text)

    def _which(self, char: str) -> int | None:
        if char not in self._letters:
            count = max(len(self.paths), 1)
            having = (number for number in range(count) if char == " " or self._has(number, char))
            self._letters[char] = next(having, None)
        return self._letters[char]

    def _has(self, number: int, char: str) -> bool:
        font = self._sized(number, _SMALL)
        # What a font shows for a character that it lacks, and that no font can have.
        shown, lacking = font.getmask(char), font.getmask("\U0010ffff")
        return (shown.size, bytes(shown)) != (lacking.size, bytes(lacking))

    def _sized(self, number: int, size: int) -> ImageFont.FreeTypeFont:
        return _font(self.paths[number] if self.paths else None, size)

    def runs(self, text: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """Yield *text* in pieces, each with the font that has it."""
        start = 0
        for position in range(1, len(text) + 1):
            if position == len(text) or self._which(text[position]) != self._which(text[start]):
                yield self._sized(self._which(text[start]) or 0, size), text[start:position]
                start = position

    def width(self, text: str, size: int) -> float:
        """Return how wide *text* is, in pixels."""
        return sum(font.getlength(piece) for font, piece in self.runs(text, size))


@functools.lru_cache(maxsize=4)
def _fonts(paths: tuple[Path, ...]) -> Fonts:
    return Fonts(paths)


@functools.lru_cache(maxsize=64)
def _font(path: Path | None, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _draw(fonts: Fonts, words: CardText) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 16, HEIGHT), fill=_ACCENT)
    _write(pen, fonts, _MARGIN, [cut(fonts, words.site, _SMALL)], _SMALL, _ACCENT)
    lines, size = _title(fonts, words.title)
    below = _write(pen, fonts, 150, lines, size, _INK)
    small = [cut(fonts, text, _SMALL) for text in (words.authors, words.source) if text]
    _write(pen, fonts, below + 24, small, _SMALL, _MUTED)
    out = io.BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


@functools.cache
def _palette() -> Image.Image:
    """Return the colours and what the letters' edges need between them: a file of half the size."""
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
    """Return the lines of the title and their size: the largest in which all of it has room."""
    lines: list[str] = []
    room = _TITLE_BOTTOM - 150
    for size in _TITLE_SIZES:
        lines = list(_wrap(fonts, text, size))
        if len(lines) * size * _LEADING <= room and all(_fits(fonts, line, size) for line in lines):
            return lines, size
    size = _TITLE_SIZES[-1]
    shown = lines[: int(room / (size * _LEADING))]
    if len(shown) < len(lines):
        shown[-1] += "…"
    return [cut(fonts, line, size) for line in shown], size


def _fits(fonts: Fonts, text: str, size: int) -> bool:
    return fonts.width(text, size) <= WIDTH - 2 * _MARGIN


def cut(fonts: Fonts, text: str, size: int) -> str:
    """Return *text*, cut where it would leave the picture."""
    if _fits(fonts, text, size):
        return text
    # The first length that is too much: each look at a text goes through all of its letters.
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
    """Write lines below *top*, and return where they end."""
    for line in lines:
        left: float = _MARGIN
        for font, piece in fonts.runs(line, size):
            # On a common line, whichever font a piece is in.
            pen.text((left, top + size), piece, fill=ink, font=font, anchor="ls")
            left += font.getlength(piece)
        top += size * _LEADING
    return top
