"""The look of the figures: the site's type and colours, in a light and a dark scheme.

A script calls `draw` with the name of a figure and a function that plots it. Three files are
written: NAME.svg, NAME-dark.svg, and NAME.pdf for LaTeX, which has no SVG.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent
SITE_FONTS = FOLDER.parents[1] / "_ext/papernotes/theme/marginalia/static/fonts"
FONTS = FOLDER.parents[1] / "_build/fonts"
# In inches. On a phone of 320 pixels, the text is still larger than 8 pixels.
SIZE = (4.6, 2.9)


@dataclass(frozen=True)
class Scheme:
    """The colours of a scheme. `first` and `second` are told apart without colour vision, too."""

    ink: str
    faint: str
    first: str
    second: str
    third: str


LIGHT = Scheme(ink="#1c1c1f", faint="#a3a19a", first="#24509f", second="#b4501f", third="#696970")
DARK = Scheme(ink="#dcdad5", faint="#5d5f64", first="#9dbcf5", second="#e8a27a", third="#a5a4a1")

Plot = Callable[[Axes, Scheme], None]


def draw(name: str, plot: Plot, folder: Path = FOLDER) -> None:
    """Write the figure *name*, in which *plot* draws into the axes that it is given."""
    for scheme, files in ((LIGHT, (f"{name}.svg", f"{name}.pdf")), (DARK, (f"{name}-dark.svg",))):
        with mpl.rc_context(_settings(scheme)):
            # A figure of its own, since pyplot would keep it.
            figure = Figure(SIZE, layout="constrained")
            plot(figure.add_subplot(), scheme)
            for file in files:
                # Without the day, the same numbers give the same bytes.
                dated = "CreationDate" if file.endswith(".pdf") else "Date"
                figure.savefig(folder / file, transparent=True, metadata={dated: None})


def _settings(scheme: Scheme) -> dict[str, object]:
    family = _install_fonts()
    return {
        "axes.edgecolor": scheme.faint,
        "axes.grid": False,
        "axes.labelcolor": scheme.ink,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.family": family,
        "font.size": 10,
        "legend.frameon": False,
        "legend.labelcolor": scheme.ink,
        "lines.linewidth": 1.4,
        "mathtext.cal": f"{family}:italic",
        "mathtext.fontset": "custom",
        "mathtext.it": f"{family}:italic",
        "mathtext.rm": family,
        "mathtext.fallback": "stix",
        # Paths, because a picture on a page cannot use the fonts of the page.
        "svg.fonttype": "path",
        "svg.hashsalt": "papernotes",
        "text.color": scheme.ink,
        "xtick.color": scheme.faint,
        "xtick.labelcolor": scheme.ink,
        "ytick.color": scheme.faint,
        "ytick.labelcolor": scheme.ink,
    }


@functools.cache
def _install_fonts() -> str:
    """Make the site's fonts known to matplotlib, and return the name of their family."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for style in ("roman", "italic"):
        # The site has them in the format of browsers.
        font = TTFont(SITE_FONTS / f"newsreader-{style}-latin.woff2")
        font.flavor = None
        font.save(path := FONTS / f"{style}.ttf")
        font_manager.fontManager.addfont(path)
    return font_manager.get_font(path).family_name
