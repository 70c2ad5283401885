"""What a new site is: its title, author, language and address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier, parse_locale

from papernotes.bibliography.latex import SAFE_LINK
from papernotes.cli.scaffold.texts import texts
from papernotes.core.text import FORBIDDEN_CHARACTER


@dataclass(frozen=True)
class Description:
    """What the author says of a new site; without a ``title``, it has one in the site's language.

    Create it with :func:`describe`, which checks the values.
    """

    title: str
    author: str
    language: str
    url: str


def describe(title: str = "", author: str = "", language: str = "", url: str = "") -> Description:
    """Return a description with valid values; raise a ValueError if one cannot be used."""
    code = language_code(language)
    defaults = texts(code)
    return Description(
        one_line(title) or defaults["title"],
        one_line(author),
        code,
        address(url),
    )


def one_line(text: str) -> str:
    """Return *text* on one line, without characters that pages cannot contain."""
    return " ".join(FORBIDDEN_CHARACTER.sub(" ", text).split())


def language_code(text: str) -> str:
    """Return a language as Sphinx writes it, such as ``pt_BR``; English if *text* is empty."""
    code = text.strip().replace("-", "_") or "en"
    try:
        # Locale adds a script to some codes, which Sphinx does not know: zh_Hans_CN.
        Locale.parse(code)
        return get_locale_identifier(parse_locale(code))
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(
            f'"{one_line(text)}" is not a language code; write one such as en, fr or pt_BR'
        ) from error


def address(text: str) -> str:
    """Return the address *text* with a slash at its end, or the empty string if it is empty."""
    url = text.strip()
    if not url:
        return ""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host or not SAFE_LINK.fullmatch(url) or FORBIDDEN_CHARACTER.search(url):
        raise ValueError(
            f'"{one_line(text)}" is not an address; write one such as https://example.org/notes/'
        )
    return f"{url.rstrip('/')}/"
