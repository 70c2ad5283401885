"""Translations: the extension's message catalogue, and plural forms.

``make messages`` extracts the texts and updates the files in ``locale/``.
"""

from __future__ import annotations

import functools
from gettext import NullTranslations
from pathlib import Path

from babel import Locale, UnknownLocaleError
from sphinx.application import Sphinx
from sphinx.locale import get_translation, get_translator

from papernotes.bibliography.formatting import Phrases

CATALOGUE = "papernotes"
FOLDER = Path(__file__).parent / "locale"
# These numbers show every plural form of every language (CLDR's samples do not go higher, except
# for "many", which French uses for whole millions).
_SAMPLES = (*range(201), 1_000_000)

_ = get_translation(CATALOGUE)


def setup(app: Sphinx) -> None:
    """Register the message catalogue with Sphinx."""
    app.add_message_catalog(CATALOGUE, str(FOLDER))


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of a text for *count*, by the plural rules of the site's language."""
    return get_translator(CATALOGUE).ngettext(singular, plural, count)


def forms(singular: str, plural: str, language: str) -> dict[str, str]:
    """Return the forms of a text by plural category, for ``Intl.PluralRules`` in JavaScript.

    The categories are CLDR's: "one", "other" and, in some languages, "zero", "two", "few", "many".
    An unknown *language* has the categories of English.
    """
    try:
        rule = Locale.parse(language.replace("-", "_")).plural_form
    except (UnknownLocaleError, ValueError):
        rule = Locale("en").plural_form
    by_category: dict[str, str] = {}
    for count in _SAMPLES:
        by_category.setdefault(rule(count), ngettext(singular, plural, count))
    return by_category


def language_tag(language: str) -> str:
    """Return Sphinx's name of a language, such as ``zh_CN``, as a tag of BCP 47: ``zh-CN``."""
    return language.replace("@latin", "-Latn").replace("@cyrillic", "-Cyrl").replace("_", "-")


def phrases() -> Phrases:
    """Return the words that references and citations put around names and titles."""
    return _phrases(get_translator(CATALOGUE))


@functools.lru_cache(maxsize=1)
def _phrases(translator: NullTranslations) -> Phrases:
    # Cached, since each card and each reference needs it.
    return Phrases(
        last=_(" and "),
        others=_(" et al."),
        undated=_("n.d."),
        inside=_("In "),
        editor=_(", ed. "),
        editors=_(", eds. "),
        report=_("Technical report"),
        doctoral=_("PhD thesis"),
        masters=_("Master's thesis"),
    )
