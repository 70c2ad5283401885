"""The colours of tags, by the contrast that WCAG 2 asks of graphical objects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import papernotes
from papernotes.catalogue.archives import HUES

_STYLE = (Path(papernotes.__file__).parent / "static" / "papernotes.css").read_text(
    encoding="utf-8"
)
_HUES = re.findall(r"\.pn-hue-(\d) \{\s*--pn-hue: #([0-9a-f]{6});", _STYLE)
# The grounds of cards and pages in both schemes, of the theme and of plain pages.
_GROUNDS = ("ffffff", "fdfdfb", "fffffe", "17181a", "1c1d20", "000000")


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, by WCAG 2.2."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (0, 2, 4))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_each_large_tag_has_a_colour() -> None:
    assert [int(number) for number, _colour in _HUES] == list(range(1, HUES + 1))
    assert len({colour for _number, colour in _HUES}) == HUES


@pytest.mark.parametrize("ground", _GROUNDS)
@pytest.mark.parametrize("colour", [colour for _number, colour in _HUES])
def test_colours_of_tags_stand_out_from_light_and_dark_grounds(colour: str, ground: str) -> None:
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3
