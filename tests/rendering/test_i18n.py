"""Translations: the message catalogues are complete, and a French site is all French."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from sites import NOTEBOOK, PROJECT, Build, Site, text

LOCALE = PROJECT / "_ext/papernotes/locale"
# Builds in a process of their own import the extension from this repository.
ENGINE = os.environ | {"PYTHONPATH": str(PROJECT / "_ext")}
BABEL = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
BABEL += ["--mapping", "pyproject.toml", "--keyword", "forms:1,2"]


KINDS = """
@phdthesis{un, author = {Ann Un and Bo Deux}, title = {Une}, school = {Paris}, year = 2001}
@techreport{deux, author = {Ann Un and others}, title = {Deux}, institution = {Lyon}, year = 2002}
@misc{trois, author = {Bo Trois}, title = {Trois}}
@proceedings{quatre, editor = {Bo Quatre and Al Deux}, title = {Quatre}, year = 2004}
@mastersthesis{cinq, author = {Ann Cinq}, title = {Cinq}, school = {Paris}, year = 2005}
"""

CITING = """---
orphan: true
---

# Sortes

{cite:t}`un,deux,trois`, {cite:t}`trois,quatre` et {cite:p}`trois,cinq`.
"""


def read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def ids(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


@pytest.mark.parametrize(
    ("catalogue", "sources"),
    [
        ("papernotes", ["_ext/papernotes", "--ignore-dirs", ".* marginalia"]),
        ("sphinx", ["_ext/papernotes/theme/marginalia"]),
    ],
)
def test_every_text_has_a_french_translation(
    tmp_path: Path, catalogue: str, sources: list[str]
) -> None:
    found = tmp_path / "found.pot"
    subprocess.run([*BABEL, "--output", found, *sources], cwd=PROJECT, check=True)
    wanted = ids(read(found))
    assert len(wanted) > 14
    assert ids(read(LOCALE / f"{catalogue}.pot")) == wanted, "run make messages"
    french = read(LOCALE / f"fr/LC_MESSAGES/{catalogue}.po", "fr")
    assert ids(french) == wanted, "run make messages, and translate"
    for message in french:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else message.string
        assert all(forms), f"{message.id} has no translation"
        assert not message.fuzzy, f"{message.id} is marked as fuzzy"
        assert list(message.check(french)) == [], message.id


@pytest.mark.parametrize("catalogue", ["papernotes", "sphinx"])
def test_the_compiled_catalogue_matches_its_source(catalogue: str) -> None:
    folder = LOCALE / "fr/LC_MESSAGES"
    with (folder / f"{catalogue}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in read(folder / f"{catalogue}.po", "fr"):
        if isinstance(message.id, tuple):
            found = tuple(compiled.ngettext(*message.id, count) for count in (1, 2))
            assert found == tuple(message.string), "run make messages"
            assert compiled.ngettext(*message.id, 0) == message.string[0]
        elif message.id:
            assert compiled.gettext(message.id) == message.string, "run make messages"


def test_the_gettext_builder_extracts_the_texts_of_notes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "gettext"]
    subprocess.run(
        [*command, "-d", tmp_path / "trees", NOTEBOOK, tmp_path / "pot"], env=ENGINE, check=True
    )
    assert "Reading list" in ids(read(tmp_path / "pot/reading-list.pot"))


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the notebook in French."""
    folder = tmp_path_factory.mktemp("french") / "site"
    shutil.copytree(NOTEBOOK, folder)
    with (folder / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(KINDS)
    (folder / "kinds.md").write_text(CITING, encoding="utf-8")
    build = Site(folder).build(
        confoverrides={
            "language": "fr",
            "papernotes_page_size": 2,
            "html_theme_options.tagline": "Lu",
        }
    )
    # One work has no year, which is reported.
    assert [line for line in build.messages if "[papernotes.incomplete-entry]" not in line] == []
    return build


def test_a_french_site_has_french_texts_on_all_pages(french: Build) -> None:
    front = french.page("index")
    assert front.getroottree().getroot().get("lang") == "fr"
    shown = text(front)
    for words in (
        *("Aller au contenu", "Articles", "Étiquettes"),
        *("Lire la suite", "résumé", "Page 1 sur 3", "Suivante", "Dernière"),
        *("Les notes sont sous licence", "Fait avec"),
    ):
        assert words in shown, words
    (found,) = front.cssselect(".pn-filter")
    assert found.get("data-none") == "Aucune note trouvée"
    assert found.get("data-found-one") == "%(count)d note"
    assert found.get("data-found-other") == "%(count)d notes"
    page = french.page("papers/choromanski2021rethinking")
    note = text(page)
    for words in (
        *("Lu le 31 mars 2021", "Références", "Cité par", "Notes voisines par le sujet"),
        "Note suivante",
    ):
        assert words in note, words
    assert page.cssselect(".pn-backlinks a")[0].get("aria-label") == "Retour à la citation 1"
    tag = text(french.page("tags/attention"))
    assert "3 notes · toutes les étiquettes" in tag
    assert "1 note · toutes les années" in text(french.page("years/1993"))
    assert "Une flèche mène" in text(french.page("map"))
    (missing,) = french.page("404").cssselect("#content")
    assert text(missing).startswith("Page introuvable Il n’y a rien à cette adresse")


def test_citations_and_references_of_a_french_site_are_french(french: Build) -> None:
    page = text(french.page("kinds"))
    for words in (
        *("Un et Deux (2001), Un et al. (2002) et Trois (s. d.),", "Quatre et Deux (2004)"),
        *("(Trois, s. d.; Cinq, 2005)", "Ann Un et Bo Deux (2001). Une. Thèse de doctorat, Paris."),
        *("Ann Un et al. (2002). Deux. Rapport technique, Lyon.", "Bo Trois (s. d.). Trois."),
        *("Bo Quatre et Al Deux, éds (2004). Quatre.", "Cinq. Mémoire de master, Paris."),
    ):
        assert words in page, words
    note = text(french.page("papers/choromanski2021rethinking"))
    assert "Lucy Colwell et Adrian Weller" in note
    reference = text(
        french.page("bibliography").cssselect("[id=work-choromanski2021rethinking]")[0]
    )
    assert "Dans 9th International" in reference


def test_a_french_site_shows_no_english_text_of_the_catalogues(french: Build) -> None:
    """Texts that are the same in both languages are left out."""
    english = set()
    for catalogue in ("papernotes", "sphinx"):
        for message in read(LOCALE / f"fr/LC_MESSAGES/{catalogue}.po", "fr"):
            # Texts with placeholders, and texts inside longer ones, cannot be found like this.
            if isinstance(message.id, str) and message.id not in ("", message.string):
                english.add(message.id)
    for path in french.outdir.rglob("*.html"):
        page = french.page(path.relative_to(french.outdir).with_suffix("").as_posix())
        shown = {" ".join(each.split()) for each in page.xpath("//body//text()")}
        shown |= set(page.xpath("//body//@aria-label | //body//@placeholder | //body//@title"))
        shown |= set(page.xpath("//*[contains(@class, 'pn-')]/@*[starts-with(name(), 'data-')]"))
        # Authors translate the titles of their own pages themselves.
        shown -= {"Bibliography", "Reading list"}
        assert shown & english == set(), path.name


def test_plural_forms_follow_a_language_without_a_catalogue(tiny: Site) -> None:
    """Polish has no catalogue, so texts stay English, but it has more plural forms than English."""
    settings = {"language": "pl", "papernotes_browse": ["tags", "years", "filter"]}
    build = tiny.build(confoverrides=settings)
    forms = build.page("index").cssselect(".pn-filter")[0]
    assert forms.get("data-found-few") == "%(count)d notes"
    assert forms.get("data-found-many") == "%(count)d notes"


def test_a_translated_note_is_built_with_its_title_and_summary(tiny: Site) -> None:
    """The template of a note contains its own text, and none of the extension's."""
    build = tiny.build("gettext")
    assert build.messages == []
    template = read(build.outdir / "papers.pot")
    said = {str(message.id) for message in template if message.id}
    (summary,) = (each for each in said if each.startswith("A summary with"))
    assert not said & {"References", "Cited by", "Read more"}
    catalogue = Catalog(locale="fr")
    title = next(each for each in said if each.startswith("Alpha"))
    catalogue.add(title, "Le titre en français")
    catalogue.add(summary, summary.replace("A summary with", "Un résumé avec"))
    path = tiny.folder / "locales/fr/LC_MESSAGES/papers.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    tiny.clean()
    french = tiny.build(confoverrides={"language": "fr"})
    assert french.messages == []
    assert "Le titre en français" in text(french.page("papers/alpha"))
    card = text(french.page("index"))
    assert "Le titre en français" in card
    assert "Un résumé avec" in card
