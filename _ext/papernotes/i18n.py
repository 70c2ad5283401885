"""Languages: the extension's message catalogue, plural forms, and what language a text is in.

``make messages`` extracts the texts and updates the files in ``locale/``.
"""

from __future__ import annotations

import functools
import re
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


def babel_language(language: str) -> str:
    """Return the name of *language* for Babel, which is that of English if it does not know it."""
    name = language.replace("-", "_")
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return "en"
    return name


def forms(singular: str, plural: str, language: str) -> dict[str, str]:
    """Return the forms of a text by plural category, for ``Intl.PluralRules`` in JavaScript.

    The categories are CLDR's: "one", "other" and, in some languages, "zero", "two", "few", "many".
    An unknown *language* has the categories of English.
    """
    rule = Locale.parse(babel_language(language)).plural_form
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
        locators=(
            ("page", _("p.")),
            ("section", _("sec.")),
            ("chapter", _("chap.")),
            ("equation", _("eq.")),
            ("figure", _("fig.")),
            ("table", _("table")),
            ("theorem", _("thm.")),
            ("lemma", _("lemma")),
            ("proposition", _("prop.")),
            ("corollary", _("cor.")),
            ("definition", _("def.")),
            ("algorithm", _("alg.")),
            ("appendix", _("app.")),
        ),
    )


# Languages that their letters tell, with those letters. Chinese has no letters of its own.
_LETTERS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"),
    "fa": re.compile(r"[\u067e\u0686\u0698\u06a9\u06af\u06cc]"),
    "ar": re.compile(r"[\u0600-\u06ff\u0750-\u077f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
}
_TELLING = re.compile(f"[{''.join(letters.pattern[1:-1] for letters in _LETTERS.values())}]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
# Languages that are written from right to left.
_FROM_THE_RIGHT = frozenset("ar arc ckb dv fa he ps sd ug ur yi".split())
# Code, formulas and addresses, which say nothing about the language of the text around them.
_NO_PROSE = re.compile(
    r"^(`{3,}+|~{3,}+).*?^\1|\$[^$]*\$|`[^`\n]*`|[a-z]{2,9}://\S+", re.MULTILINE | re.DOTALL
)


def told_language(text: str) -> str:
    """Return the language that the letters of the Markdown *text* tell, or the empty string.

    Most of the text must be in it: Chinese names in an English text do not tell.
    """
    if not _TELLING.search(text):
        return ""
    prose = _NO_PROSE.sub(" ", text)
    counts = {tag: len(letters.findall(prose)) for tag, letters in _LETTERS.items()}
    # About so many letters take the place of a word.
    east, west = counts["ja"] + counts["ko"] + counts["zh"], counts["ar"] + counts["he"]
    if max(east / 2, west / 5) <= len(_LATIN_WORD.findall(prose)):
        return ""
    if west > east:
        if counts["he"] > counts["ar"]:
            return "he"
        return "fa" if counts["fa"] * 20 > counts["ar"] else "ar"
    if counts["ko"] * 2 > east:
        return "ko"
    return "ja" if counts["ja"] * 10 > east else "zh"


def own_language(tag: str, site_language: str) -> str:
    """Return the language *tag* of a note, empty if the site's language covers it."""
    site = language_tag(site_language).lower()
    return "" if site == tag.lower() or site.partition("-")[0] == tag.lower() else tag


def direction(tag: str) -> str:
    """Return the direction in which the language *tag* is written, ``ltr`` or ``rtl``."""
    return "rtl" if tag.lower().partition("-")[0] in _FROM_THE_RIGHT else "ltr"


def language_classes(tag: str) -> list[str]:
    """Return the classes for text in the language *tag*; docutils makes an attribute of the first.

    There are none for the site's language, which is empty.
    """
    if not tag:
        return []
    return [f"language-{tag}", *(["pn-rtl"] if direction(tag) == "rtl" else [])]
