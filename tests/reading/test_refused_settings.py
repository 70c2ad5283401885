"""Invalid settings of Sphinx and of other libraries are reported, and the site is built.

At most of them, the libraries would end the build with a traceback. For one of its own, MyST would
ignore all others, and so the syntax of notes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sphinx.locale
from sites import Site
from sphinx.config import Config

from papernotes.settings import checks

NO_CODE = "is not a language code; write one such as en, fr or pt_BR"
NO_FUNCTION = "'heading_slug_func' could not be loaded from string: 'no.such'"
UNTIL = "correct it, until then it is"


@pytest.mark.parametrize(
    ("language", "fault", "shown"),
    [
        *((language, NO_CODE, "en") for language in ("", "../../etc", "de DE", "_", "français")),
        ("de-AT", 'is not in Sphinx\'s form; write "de_AT"', "de-AT"),
        ("zh-Hant-TW", 'is not in Sphinx\'s form; write "zh_Hant_TW"', "zh-Hant-TW"),
        ("klingon", "is unknown to Babel; correct it, or dates are in English", "klingon"),
    ],
)
def test_an_invalid_language_is_reported_once(
    tiny: Site, language: str, fault: str, shown: str
) -> None:
    """It is reported once, however many dates there are. docutils reports it, too."""
    build = tiny.build(confoverrides={"language": language})
    assert [line for line in build.messages if "[docutils]" not in line] == [
        f'conf.py:1: WARNING: language = "{language}" {fault} [papernotes.bad-option]'
    ]
    assert build.page("index").get("lang") == shown


def test_languages_of_sphinx_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []
    monkeypatch.setattr(checks, "_warn", faults.append)
    for path in Path(sphinx.locale.__file__).parent.glob("*/LC_MESSAGES"):
        config = Config({"language": path.parent.name})
        checks._check_language(config)
        assert config.language == path.parent.name
    # Babel has no Kaqchikel, and older releases have no English of France.
    unknown = {'language = "cak"', 'language = "en_FR"'}
    assert {fault.partition(" is ")[0] for fault in faults} <= unknown


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("bibtex_default_style = 'plian'", f'is no style that is installed; {UNTIL} "alpha"'),
        ("bibtex_default_style = ['plain']", f'is no style that is installed; {UNTIL} "alpha"'),
        ("bibtex_tooltips_style = 'plian'", f'is no style that is installed; {UNTIL} ""'),
        (
            "bibtex_reference_style = 'autor_year'",
            f'is no style that is installed; {UNTIL} "label"',
        ),
        ("bibtex_foot_reference_style = 3", f'is no style that is installed; {UNTIL} "foot"'),
        ("suppress_warnings = 'ref.doc'", 'is not a list of kinds; write one, such as ["ref.doc"]'),
        ("suppress_warnings = None", 'is not a list of kinds; write one, such as ["ref.doc"]'),
        (
            "myst_enable_extensions = ['dollarmth', 'deflist', 5]",
            f"is invalid: MyST does not know 'dollarmth', 5; {UNTIL} ['deflist']",
        ),
        (
            "myst_enable_extensions = 'deflist'",
            f"is invalid: it is not a list of names; {UNTIL} []",
        ),
        (
            "myst_heading_anchors = 8",
            f"is invalid: 'heading_anchors' must be in {[*range(8)]} (got 8); {UNTIL} 0",
        ),
        (
            "myst_heading_slug_func = 'no.such'",
            f"is invalid: {NO_FUNCTION}; {UNTIL} None",
        ),
        ("myst_gfm_only = True", f"is invalid: notes use more than that; {UNTIL} False"),
    ],
)
def test_an_invalid_setting_of_a_library_is_reported_and_replaced(
    tiny: Site, setting: str, fault: str
) -> None:
    conf = (tiny.folder / "conf.py").read_text("utf-8")
    tiny.write("conf.py", f"{conf}\n{setting}\n")
    tiny.write(
        "plain.md", "# Works\n\n{footcite:p}`beta2002` $x^2$\n\n```{bibliography}\n:all:\n```\n"
    )
    build = tiny.build()
    assert build.messages == [f"conf.py:1: WARNING: {setting} {fault} [papernotes.bad-option]"]
    assert build.page("plain").cssselect("math")


def test_a_document_keeps_the_syntax_of_notes(tiny: Site) -> None:
    tiny.write("plain.md", "---\nmyst:\n  gfm_only: true\n---\n\n# Page\n\n$x^2$\n")
    build = tiny.build()
    message = "notes use more than CommonMark or GFM [myst.topmatter]"
    assert build.messages == [f"{tiny.folder}/plain.md:1: WARNING: {message}"]
    assert build.page("plain").cssselect("math")


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        (":style: plian", "is no style that is installed; correct it, or delete it"),
        (":filter: year > 2000", "'>' not supported between instances of 'str' and 'int'"),
        (':filter: author % "("', "missing ), unterminated subpattern at position 0"),
    ],
)
def test_an_invalid_option_of_a_bibliography_is_reported(
    tiny: Site, option: str, fault: str
) -> None:
    """The filter of a list is reported by each build, like all else that the library says of it."""
    tiny.write(
        "plain.md", f"# Works\n\n{{cite:p}}`beta2002`\n\n```{{bibliography}}\n{option}\n```\n"
    )
    name, _, value = option.partition(": ")
    expected = f'{name}: "{value}" {fault}'
    if name == ":filter":
        expected = (
            f'{name}: cannot be applied: {fault}; correct it (a field is text: year > "2015"),'
        )
        expected += " until then the list has what is cited"
    for _ in range(2):
        build = tiny.build()
        assert build.messages == [f"plain.md:5: WARNING: {expected} [papernotes.bad-option]"]
        assert build.page("plain").cssselect("div.citation")
