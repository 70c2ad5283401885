"""The fold that ends a note: how to cite the note itself."""

from __future__ import annotations

import pytest
from history import Repository
from outputs import build_again
from pybtex.database import parse_string
from sites import Build, Site, text

ADDRESS = "https://example.org/notes/papers/"
ADA = "https://orcid.org/0000-0002-1825-0097"


def cited(made: Build, docname: str) -> tuple[str, str]:
    """Return the reference and the BibTeX of the note *docname*, which stand at its end."""
    (fold,) = made.page(docname).cssselect("details.pn-cite")
    assert fold.getnext() is None
    summary, reference, bibtex = fold
    assert text(summary) == "Cite this note"
    # Sphinx highlights what has raw source, which would take more room.
    assert (bibtex.tag, len(bibtex)) == ("pre", 0)
    return text(reference), bibtex.text_content()


def test_a_note_has_its_own_reference_and_bibtex(tiny: Site) -> None:
    authors = {"Ada Lovelace": ADA, "Bo Beta": "", "Gamma, Inc. and sons": ""}
    tiny.edit("papers/alpha.md", "# Alpha of", "# *Is* Alpha 100% of")
    tiny.edit("papers/alpha.md", "$x^2$", "$x_i^2$ & `C_1`?")
    made = tiny.build(confoverrides={"papernotes_authors": authors, "project": "Mine & yours"})
    assert made.messages == []
    reference, bibtex = cited(made, "papers/alpha")
    assert reference == (
        "Ada Lovelace, Bo Beta and Gamma, Inc. and sons (31 August 2020). Is Alpha 100% of x_i^2 &"
        f" C_1? Mine & yours. {ADDRESS}alpha.html"
    )
    (orcid,) = made.page("papers/alpha").cssselect(".pn-cite a")
    assert (orcid.get("href"), text(orcid)) == (ADA, "Ada Lovelace")
    assert (
        bibtex
        == rf"""@misc{{note:alpha,
  author = {{Ada Lovelace and Bo Beta and {{Gamma, Inc. and sons}}}},
  title = {{{{\emph{{Is}} Alpha 100\% of $x_i^2$ \& \texttt{{C\_1}}?}}}},
  howpublished = {{Mine \& yours}},
  year = {{2020}},
  month = aug,
  day = {{31}},
  url = {{{ADDRESS}alpha.html}},
}}"""
    )
    entry = parse_string(bibtex, "bibtex").entries["note:alpha"]
    assert [str(person) for person in entry.persons["author"]] == [
        "Lovelace, Ada",
        "Beta, Bo",
        "{Gamma, Inc. and sons}",
    ]
    assert entry.fields["month"] == "August"


def test_what_is_not_known_is_left_out(tiny: Site) -> None:
    tiny.edit("papers/alpha.md", "read: 2020-08-31\n", "")
    made = tiny.build(confoverrides={"html_baseurl": "", "papernotes_feed": False})
    reference, bibtex = cited(made, "papers/alpha")
    assert reference == "Alpha of x^2. tiny"
    assert "author" not in bibtex
    assert bibtex.splitlines()[1:] == [
        "  title = {{Alpha of $x^2$}},",
        "  howpublished = {tiny},",
        "}",
    ]
    # Without names, the title takes their place.
    assert cited(made, "papers/beta")[0] == "Beta (2 January 2021). tiny"


def test_the_day_of_the_last_change_is_that_of_the_commit(tiny: Site) -> None:
    tiny.edit("conf.py", '["papernotes"]', '["papernotes", "sphinx_last_updated_by_git"]')
    repository = Repository(tiny)
    repository.commit("2022-03-04")
    reference, bibtex = cited(tiny.build(), "papers/alpha")
    assert reference.endswith("alpha.html. Last changed on 4 March 2022")
    assert "  note = {Last changed on 4 March 2022},\n" in bibtex
    tiny.write("papers/alpha.md", (tiny.folder / "papers/alpha.md").read_bytes() + b"\nMore.\n")
    repository.commit("2023-05-06")
    assert cited(build_again(tiny), "papers/alpha")[0].endswith("Last changed on 6 May 2023")


def test_keys_are_those_of_no_entry_and_of_no_other_note(tiny: Site) -> None:
    note = (tiny.folder / "papers/beta.md").read_text(encoding="utf-8")
    for name in ("papers/Über a, {b}.md", "papers/in/beta.md"):
        tiny.write(name, note.replace("# Beta", "# Another"))
    made = tiny.build()
    keys = [
        cited(made, name)[1].splitlines()[0]
        for name in ("papers/Über a, {b}", "papers/in/beta", "papers/beta")
    ]
    assert keys == [
        "@misc{note:Über+20a+2c+20+7bb+7d,",
        "@misc{note:in/beta,",
        "@misc{note:beta,",
    ]
    bibliography = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    tiny.write("refs.bib", bibliography + "\n@misc{note:beta, title = {Mine}, year = 2000}\n")
    assert cited(tiny.build(), "papers/beta")[1].startswith("@misc{note:note:beta,")


def test_formulas_that_only_this_site_can_read_become_text(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "# Beta", "# In $\\R^n$ and $\\mathrm{a}$")
    settings = {"papernotes_macros": {"R": r"\mathbb{R}"}, "papernotes_markdown": True}
    made = tiny.build(confoverrides=settings)
    (title,) = [line for line in cited(made, "papers/beta")[1].splitlines() if "title" in line]
    assert title == r"  title = {{In ℝ\textasciicircum{}n and $\mathrm{a}$}},"
    # Markdown has no folds.
    assert "@misc" not in made.read("papers/beta.md")


@pytest.mark.parametrize("builder", ["singlehtml", "epub"])
def test_other_formats_have_no_addresses_of_pages_to_cite(tiny: Site, builder: str) -> None:
    settings = {"version": "1", "copyright": "2026"}
    made = tiny.build(builder, confoverrides=settings)
    assert made.messages == []
    for path in made.outdir.rglob("*"):
        if path.suffix in (".html", ".xhtml"):
            assert "Cite this note" not in path.read_text(encoding="utf-8"), path


def test_drafts_and_sites_that_do_not_want_it_have_no_fold(tiny: Site) -> None:
    tiny.edit("papers/beta.md", "paper: beta2002", "paper: beta2002\ndraft: true")
    made = tiny.build("dirhtml", confoverrides={"papernotes_drafts": True})
    assert "Cite this note" not in made.read("papers/beta/index.html")
    assert f"{ADDRESS}alpha/</p>" in made.read("papers/alpha/index.html")
    made = tiny.build("dirhtml", confoverrides={"papernotes_cite_this_note": False})
    assert "Cite this note" not in made.read("papers/alpha/index.html")
