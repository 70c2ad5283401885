"""The site of this repository: its notes, its bibliography, its history and its name.

No other test knows them. Who replaces this site by another deletes this folder.
"""

from __future__ import annotations

import datetime
import re
import runpy
import shutil
import subprocess
import textwrap
from pathlib import Path

import lxml.html
import page_checks
import pytest
from commands import run
from sites import PROJECT, Build, Site, text

from papernotes.bibliography import reader
from papernotes.cli.site import find_site
from papernotes.core import frontmatter

# In the order of the titles.
NOTES = {
    "arpit2017closer": "https://arxiv.org/abs/1706.05394",
    "smith2018disciplined": "https://arxiv.org/abs/1803.09820",
    "franceschi2017forward": "https://arxiv.org/abs/1703.01785",
    "zhang2017understanding": "https://arxiv.org/abs/1611.03530",
    "erhan2010why": "https://jmlr.org/papers/volume11/erhan10a/erhan10a.pdf",
}
CITED = {
    "smith2017cyclical",
    "smith2019super",
    "howard2020fastai",
    "maclaurin2015gradient",
    "williams1989learning",
    "srivastava2014dropout",
    "goodfellow2013empirical",
    "hinton2006fast",
}
TO_READ = {
    "ba2016layer",
    "wu2018group",
    "li2018visualizing",
    "ha2018world",
    "frankle2019lottery",
    "kitaev2020reformer",
}
Element = lxml.html.HtmlElement


def source(key: str) -> str:
    return (PROJECT / "papers" / f"{key}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front(own_site: Build) -> Element:
    return own_site.page("index")


@pytest.fixture(params=NOTES)
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def note(own_site: Build, key: str) -> Element:
    return own_site.page(f"papers/{key}")


def main(page: Element) -> Element:
    return page.cssselect("article")[0]


def heading(page: Element) -> str:
    return text(main(page).cssselect("h1")[0]).removesuffix("#")


# -- The front page ----------------------------------------------------------------------------


def test_front_page_has_its_heading_and_intro(front: Element) -> None:
    assert heading(front) == "papers"
    assert "research papers that I have read" in text(main(front).cssselect("p")[0])


def test_cards_are_sorted_by_title(own_site: Build, front: Element) -> None:
    links = front.cssselect(".sd-card h2 a")
    assert [link.get("href") for link in links] == [f"papers/{key}.html" for key in NOTES]
    assert [text(link) for link in links] == [heading(own_site.page(f"papers/{k}")) for k in NOTES]


def test_card_shows_authors_year_and_venue_of_the_paper(front: Element) -> None:
    bylines = [text(line) for line in front.cssselect(".pn-card .pn-byline")]
    assert bylines == [
        "Devansh Arpit et al. · 2017 · ICML",
        "Leslie N. Smith · 2018 · US Naval Research Laboratory",
        "Luca Franceschi et al. · 2017 · ICML",
        "Chiyuan Zhang et al. · 2017 · ICLR",
        "Dumitru Erhan et al. · 2010 · Journal of Machine Learning Research",
    ]


# -- The notes ---------------------------------------------------------------------------------


def test_title_of_a_note_links_to_the_paper(note: Element, key: str) -> None:
    assert main(note).cssselect("h1 a")[0].get("href") == NOTES[key]


def test_header_of_a_note_shows_paper_day_links_and_tags(own_site: Build) -> None:
    page = own_site.page("papers/arpit2017closer")
    header = page.cssselect(".pn-header")[0]
    assert [text(line) for line in header.cssselect("p")][:3] == [
        (
            "Devansh Arpit, Stanisław Jastrzębski, Nicolas Ballas, David Krueger, Emmanuel Bengio,"
            " Maxinder S. Kanwal, Tegan Maharaj, Asja Fischer, Aaron Courville, Yoshua Bengio and"
            " Simon Lacoste-Julien"
        ),
        "ICML · 2017",
        "Read on 31 August 2020 · abstract · PDF",
    ]
    assert [text(tag) for tag in header.cssselect(".pn-tags li")] == [
        "deep-learning",
        "generalization",
    ]


def test_note_has_the_length_of_a_note(key: str) -> None:
    body = source(key).split("---", 2)[2]
    prose, *figures = re.split(r"^:::\{figure\}", body, flags=re.MULTILINE)
    for figure in figures:
        caption, prose_after = figure.split("\n:::\n", 1)
        assert words(caption) <= 120
        prose += prose_after
    assert (150 if key == "erhan2010why" else 250) <= words(prose) <= 750


def words(markdown: str) -> int:
    return len(re.sub(r"[{}`$\\#*]", " ", markdown).split())


def test_notes_cite_every_entry_that_is_neither_noted_nor_to_be_read() -> None:
    sources = "".join(source(key) for key in NOTES)
    assert {key for key in CITED if key not in sources} == set()


def test_notes_of_this_site_show_when_they_were_changed(own_site: Build) -> None:
    footer = text(own_site.page("papers/arpit2017closer").cssselect(".site-footer")[0])
    shown = footer.partition("Last changed on ")[2].partition("Made with")[0].strip()
    assert shown == last_commit("papers/arpit2017closer.md")
    assert "Last changed" not in text(own_site.page("index"))


def last_commit(file: str) -> str:
    """Return the day of the last commit to a file of this project, or "" without its history."""

    def git(*arguments: str) -> str:
        result = subprocess.run(
            ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        return result.stdout.strip()

    seconds = git("log", "-1", "--format=%at", "--", file)
    if not seconds or git("rev-parse", "--is-shallow-repository") == "true":
        return ""
    day = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    return f"{day.day} {day:%B %Y}"


# -- The lists ---------------------------------------------------------------------------------


def test_bibliography_page_lists_every_work_with_the_notes_that_cite_it(own_site: Build) -> None:
    page = own_site.page("bibliography")
    items = {item.get("id"): item for item in page.cssselect(".pn-works > li")}
    assert set(items) == {f"work-{key}" for key in CITED | NOTES.keys()}
    citing = items["work-zhang2017understanding"].cssselect(".pn-cited-by a")
    assert "papers/arpit2017closer.html" in {link.get("href") for link in citing}


def test_reading_list_has_the_works_to_be_read(own_site: Build) -> None:
    items = own_site.page("reading-list").cssselect(".pn-works > li")
    titles = {text(item.cssselect("a")[0]) for item in items}
    refs = reader.read([("refs.bib", (PROJECT / "refs.bib").read_bytes())])
    assert titles == {refs.paper(key).title for key in TO_READ}


def test_entries_of_the_bibliography_are_complete() -> None:
    refs = reader.read([("refs.bib", (PROJECT / "refs.bib").read_bytes())])
    assert refs.problems == ()
    assert set(refs.places) == NOTES.keys() | CITED | TO_READ
    for key in refs.places:
        paper = refs.paper(key)
        assert paper.authors, key
        assert paper.title, key
        assert paper.year, key
        assert paper.venue, key


# -- Every page --------------------------------------------------------------------------------


def test_pages_have_no_html_parse_errors(own_site: Build) -> None:
    page_checks.assert_markup_parses(own_site)


def test_links_within_the_site_have_a_target(own_site: Build) -> None:
    page_checks.assert_links_have_targets(own_site)


def test_ids_are_unique_on_each_page(own_site: Build) -> None:
    page_checks.assert_ids_are_unique(own_site)


def test_nothing_is_loaded_from_other_hosts(own_site: Build) -> None:
    page_checks.assert_nothing_is_loaded_from_other_hosts(own_site)


def test_page_titles_name_the_page_and_the_site(own_site: Build) -> None:
    page_checks.assert_titles_name_the_site(own_site, "Marginalia")
    note = own_site.page("papers/arpit2017closer").findtext(".//title")
    assert note.startswith("A closer look at memorization in deep networks")


def test_pages_have_an_icon_and_no_links_to_their_sources(own_site: Build) -> None:
    page_checks.assert_icon_and_no_links_to_sources(own_site)


# -- The sources -------------------------------------------------------------------------------


def test_site_of_this_project_has_no_faults_and_no_remarks() -> None:
    result = run(Site(PROJECT), "check")
    assert (result.stdout, result.exit_code) == ("", 0)


def test_the_readme_s_note_is_one_for_this_site(tmp_path: Path) -> None:
    """What the README has a newcomer write is read without a problem, beside what is here."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    entry, note = (
        textwrap.dedent(re.findall(rf"   ```{language}\n(.*?)   ```", text, re.DOTALL)[0])
        for language in ("bibtex", "markdown")
    )
    front, problems = frontmatter.parse(note, "note.md")
    read = reader.read([("refs.bib", entry.encode())])
    assert (problems, read.problems) == ([], ())
    assert [key in read for key in front.papers] == [True]
    for name in ("conf.py", "index.md", "bibliography.md", "reading-list.md", "refs.bib"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("_static", "papers"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    with (tmp_path / "refs.bib").open("a", encoding="utf-8") as refs:
        refs.write(f"\n{entry}")
    (key,) = front.papers
    (tmp_path / "papers" / f"{key}.md").write_text(note, encoding="utf-8")
    result = run(Site(tmp_path), "check")
    assert (result.exit_code, result.stdout) == (0, "")


def test_site_has_no_pages_of_the_manual_and_of_the_repository() -> None:
    assert {path.split("/")[0] for path in find_site(PROJECT).documents()} == {
        *("bibliography.md", "index.md", "papers", "reading-list.md")
    }


# -- Nobody else knows this site -----------------------------------------------------------------


ELSEWHERE = sorted(
    path
    for folder in ("tests", "bench")
    for path in (PROJECT / folder).rglob("*")
    if path.suffix in {".py", ".md", ".bib"} and path.parent != Path(__file__).parent
)


def names_of_the_site() -> list[str]:
    """Return the name of the site and those of its notes; its tagline is that of any new site."""
    return [runpy.run_path(str(PROJECT / "conf.py"))["project"], *NOTES]


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_tests_of_the_engine_do_not_name_this_site(path: Path) -> None:
    """They may write an entry of their own that has the key of a note."""
    content = path.read_text(encoding="utf-8")
    for name in names_of_the_site():
        if f"@misc{{{name}" not in content:
            assert not re.search(rf"\b{re.escape(name)}\b", content), name
