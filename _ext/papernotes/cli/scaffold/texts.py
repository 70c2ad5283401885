"""The texts on the pages of a new site, in its language."""

from __future__ import annotations

import gettext
from pathlib import Path

# The catalogue of the extension. Its module i18n belongs to a build.
_CATALOGUE = "papernotes"
_LOCALE = Path(__file__).parents[2] / "locale"


def texts(language: str) -> dict[str, str]:
    """Return the texts by their names, in English if there is no translation.

    They are Markdown, except for the site's default ``title``, ``owner`` and ``tagline``.
    """
    _ = gettext.translation(_CATALOGUE, _LOCALE, [language], fallback=True).gettext
    return {
        "title": _("Notes"),
        "owner": _("the author of these notes"),
        "tagline": _("Notes on research papers"),
        "introduction": _("The title on each page links to the paper."),
        "bibliography": _("Bibliography"),
        "about_bibliography": _("All works that the notes are about or cite, and where."),
        "reading_list": _("Reading list"),
        "about_reading_list": _("Papers to read next."),
        "about_summary": _(
            "The paragraphs before the first section are the summary. They open the page, and up to"
            " 80 words of them are the card on the front page. They can contain formulas, such as"
            " {formula}, and citations: {citation} is one."
        ),
        "tag": _("example"),
        "details": _("Details"),
        "example": _("This note is an example"),
        "about_title": _(
            "The line {line} names the paper, by its key in {file}. The title links to the paper,"
            " and the list of references below follows from the citations."
        ),
        "about_example": _(
            "Change this note or delete it. {command} adds a paper with its note; any other"
            " Markdown file in {folder} becomes a note too, if it begins like this one."
        ),
    }
