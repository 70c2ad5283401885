"""The theme's options: what they may be, and the contrast of the accent colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from papernotes.bibliography.latex import SAFE_LINK
from papernotes.core.diagnostics import Diagnostic, DiagnosticKind
from papernotes.reporting import warn
from papernotes.theme.usage import is_used

# The backgrounds of the light and the dark scheme, as in static/site.css.
_BACKGROUNDS = {"accent": "#fdfdfb", "accent_dark": "#17181a"}
# The least contrast of text: success criterion 1.4.3 of WCAG 2.2, level AA.
_CONTRAST = 4.5
_TEXTS = ("tagline", "footer", "license")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def check_options(app: Sphinx) -> None:
    """Warn about options with a value that the theme cannot use, and drop them."""
    if not is_used(app):
        return
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    for name, fault in _faults(builder.theme_options):
        message = f'html_theme_options["{name}"] {fault}; until then the theme ignores it'
        warn(Diagnostic("conf.py", 1, message, DiagnosticKind.BAD_OPTION))
        del builder.theme_options[name]
    # A page of the theme has one script, which sets the colour scheme before it is painted.
    app.add_js_file("theme.js")


def _faults(options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each wrong option, with what is wrong and what to do."""
    for name, value in list(options.items()):
        if name in _TEXTS and not isinstance(value, str):
            yield name, f"is {value!r}, which is not a text; write it in quotes"
        elif name == "sidebar_links":
            if not _are_links(value):
                example = '[("Title", "https://example.org/")]'
                yield name, f"is {value!r}, which is not a list of links; write {example}"
        elif name in _BACKGROUNDS and value:
            if not isinstance(value, str) or not _COLOUR.fullmatch(value):
                yield name, f'is {value!r}, which is not a colour; write it as "#24509f"'
            elif (ratio := contrast(value, _BACKGROUNDS[name])) < _CONTRAST:
                better = "darker" if name == "accent" else "lighter"
                fault = (
                    f"is {value}, whose contrast to the background {_BACKGROUNDS[name]} is"
                    f" {ratio:.1f}; choose a {better} colour, with at least {_CONTRAST}"
                )
                yield name, fault
        elif name == "license_url" and value and not SAFE_LINK.fullmatch(str(value)):
            yield name, f"is {value!r}, which is not an http or https address; correct it"


def _are_links(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(link, list | tuple)
        and len(link) == 2
        and all(isinstance(part, str) for part in link)
        for link in value
    )


def contrast(colour: str, background: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(colour), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of *colour*, from 0 to 1."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def accent_style(options: dict[str, Any]) -> str:
    """Return the CSS rule that sets the accent colour, or the empty string."""
    light, dark = options.get("accent"), options.get("accent_dark")
    if not light and not dark:
        return ""
    colours = f"{light or 'var(--color-accent-light)'},{dark or 'var(--color-accent-dark)'}"
    return f":root{{--color-brand-primary:light-dark({colours})}}"
