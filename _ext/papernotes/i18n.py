"""The extension's texts in the language of the site: its message catalogue, and plural forms.

`make messages` extracts the texts and brings `locale/` up to date.
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
# Every plural form of every language shows itself among these numbers (CLDR's samples do not go
# higher, but for "many", which French has for whole millions).
_SAMPLES = (*range(201), 1_000_000)

_ = get_translation(CATALOGUE)


def setup(app: Sphinx) -> None:
    """Load the texts in the site's language."""
    app.add_message_catalog(CATALOGUE, str(FOLDER))


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of a text that goes with *count*, by the rules of the site's language."""
    return get_translator(CATALOGUE).ngettext(singular, plural, count)


def forms(singular: str, plural: str, language: str) -> dict[str, str]:
    """Return the forms of a text by plural category, as scripts know them (Intl.PluralRules).

    The categories are CLDR's: "one", "other" and, in some languages, "zero", "two", "few", "many".
    """
    try:
        rule = Locale.parse(language.replace("-", "_")).plural_form
    except (UnknownLocaleError, ValueError):
        rule = Locale("en").plural_form
    found: dict[str, str] = {}
    for count in _SAMPLES:
        found.setdefault(rule(count), ngettext(singular, plural, count))
    return found


def phrases() -> Phrases:
    """Return what references and citations say around names and titles."""
    return _phrases(get_translator(CATALOGUE))


@functools.lru_cache(maxsize=1)
def _phrases(translator: NullTranslations) -> Phrases:
    # Asked for with each card and each reference: looked up once.
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
