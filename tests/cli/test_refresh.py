"""Test ``papernotes refresh``: published versions of preprints, and missing fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import Result
from commands import run
from servers import Reply, Server, serving
from sites import Site

from papernotes.cli.refresh import proposals as refreshing

PREPRINT = """% Closer look, which is a favourite
@misc{arpit2017closer,
  title = {A Closer Look at Memorization},
  author = {Devansh Arpit and Yoshua Bengio},
  year = {2017},
  eprint = {1706.05394},
  archiveprefix = {arXiv},
  keywords = {mine},
}

@misc{other2001,
  title = {Other},
  author = {O. Other},
  year = {2001},
}
"""
PUBLISHED = (
    " @inproceedings{Arpit_2018, title={A Closer Look at Memorization in Nets}, "
    " DOI={10.1000/closer},"
    " booktitle={Proceedings of Nets}, publisher={Nets Press}, author={Arpit, D. and Bengio, Y.},"
    " year={2018}, pages={1–9}, ISSN={1}, url={http://dx.doi.org/10.1000/closer}, month=jul }"
)
TITLE = "A Closer Look at Memorization"
AUTHORS = "Devansh Arpit and Yoshua Bengio"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.arxiv("1706.05394", None, title=TITLE, authors=AUTHORS, doi="10.1000/closer")
        server.doi("10.1000/closer", PUBLISHED)
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    server.serve(tiny)
    tiny.write("refs.bib", PREPRINT)
    return tiny


def refs(site: Site) -> str:
    return (site.folder / "refs.bib").read_text(encoding="utf-8")


def lines(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines()]


def test_published_preprint_is_updated_to_its_publication(site: Site, server: Server) -> None:
    before = refs(site)
    result = run(site, "refresh", "--yes")
    assert result.exit_code == 0
    assert lines(result)[0].endswith("arpit2017closer: published as DOI:10.1000/closer")
    assert lines(result)[1:] == [
        "- entry type: misc",
        "+ entry type: inproceedings",
        "- title: A Closer Look at Memorization",
        "+ title: A Closer Look at Memorization in Nets",
        "+ booktitle: Proceedings of Nets",
        "+ pages: 1--9",
        "+ publisher: Nets Press",
        "- year: 2017",
        "+ year: 2018",
        "+ doi: 10.1000/closer",
    ]
    wanted = before.replace("@misc{arpit", "@inproceedings{arpit")
    wanted = wanted.replace("Memorization}", "Memorization in Nets}")
    wanted = wanted.replace(
        "Bengio},\n  year = {2017},\n",
        "Bengio},\n  booktitle = {Proceedings of Nets},\n  pages = {1--9},\n"
        "  publisher = {Nets Press},\n  year = {2018},\n  doi = {10.1000/closer},\n",
    )
    assert refs(site) == wanted
    assert result.stderr.endswith("7 changes made.\n")
    # A second run asks only whether there is a notice on the publication.
    requests = len(server.asked)
    again = run(site, "refresh", "--yes")
    assert (again.stdout, len(server.asked), refs(site)) == ("", requests + 1, wanted)


def test_fields_edited_by_the_author_are_kept(site: Site) -> None:
    site.edit("refs.bib", "{A Closer Look at Memorization}", "{My own title of a closer look}")
    site.edit("refs.bib", "year = {2017}", "year = {2016}")
    result = run(site, "refresh", "--yes")
    assert "+ title" not in result.stdout
    assert "{My own title of a closer look}" in refs(site)
    assert "year = {2016}" in refs(site)
    assert "doi = {10.1000/closer}" in refs(site)


@pytest.mark.parametrize("year", ["2017", "2019"])
def test_year_of_any_preprint_version_is_updated(site: Site, year: str) -> None:
    site.edit("refs.bib", "year = {2017}", f"year = {{{year}}}")
    run(site, "refresh", "--yes")
    assert "year = {2018}" in refs(site)


def test_entry_type_chosen_by_the_author_is_kept(site: Site) -> None:
    site.edit("refs.bib", "@misc{arpit", "@techreport{arpit")
    run(site, "refresh", "--yes")
    assert "@techreport{arpit" in refs(site)


def test_only_changes_answered_with_yes_are_made(site: Site) -> None:
    result = run(site, "refresh", text="n\ny\nn\ny\nq\n")
    assert result.exit_code == 0
    text = refs(site)
    assert "@misc{arpit" in text
    assert "in Nets}" in text
    assert "booktitle" not in text
    assert "pages = {1--9}" in text
    assert "publisher" not in text
    assert "2017}" in text
    assert result.stderr.endswith("2 changes made.\n")


def test_answer_a_makes_all_following_changes(site: Site) -> None:
    assert run(site, "refresh", text="n\na\n").stderr.endswith("6 changes made.\n")


@pytest.mark.parametrize("text", ["", "q\n"])
def test_file_is_not_written_if_no_change_is_accepted(site: Site, text: str) -> None:
    before = refs(site)
    stamp = (site.folder / "refs.bib").stat()
    assert run(site, "refresh", text=text).exit_code == 0
    assert (refs(site), (site.folder / "refs.bib").stat()) == (before, stamp)


def test_dry_run_shows_the_changes_and_makes_none(site: Site) -> None:
    before = refs(site)
    result = run(site, "refresh", "--dry-run")
    assert "+ doi: 10.1000/closer" in lines(result)
    assert (result.stderr.endswith("Nothing was changed.\n"), refs(site)) == (True, before)


def test_entry_with_a_doi_gets_only_its_missing_fields(site: Site, server: Server) -> None:
    site.write(
        "refs.bib",
        '@ARTICLE{beta,\r\n\tauthor = "B. Beta",\r\n\ttitle = "On {B}eta",\r\n'
        '\tyear = 1999,\r\n\tdoi = "10.1000/beta"\r\n}\r\n',
    )
    text = "@article{x, title={On Beta}, author={Bo Beta}, journal={Betas}, year=2002, volume=3}"
    server.doi("10.1000/beta", text)
    result = run(site, "refresh", "--yes")
    assert lines(result)[1:] == ["+ journal: Betas", "+ volume: 3"]
    assert (site.folder / "refs.bib").read_bytes().decode() == (
        '@ARTICLE{beta,\r\n\tauthor = "B. Beta",\r\n\ttitle = "On {B}eta",\r\n'
        '\tjournal = "Betas",\r\n\tvolume = 3,\r\n\tyear = 1999,\r\n\tdoi = "10.1000/beta"\r\n}\r\n'
    )


def test_entry_with_only_a_title_and_a_doi_is_completed(site: Site, server: Server) -> None:
    """``papernotes import`` makes such entries."""
    entry = "@misc{nets,\n  title = {A closer look at nets},\n  doi = {10.1000/n},\n}\n"
    site.write("refs.bib", entry)
    server.doi("10.1000/n", PUBLISHED.replace("10.1000/closer", "10.1000/n"))
    run(site, "refresh", "--yes")
    for part in ("@inproceedings{nets,", "author = {D. Arpit and Y. Bengio}", "year = {2018}"):
        assert part in refs(site)


def test_biblatex_field_names_of_the_file_are_used(site: Site, server: Server) -> None:
    site.write(
        "refs.bib",
        "@online{a,\n  author = {Devansh Arpit and Yoshua Bengio},\n  title = {A Closer Look at"
        " Memorization},\n  date = {2017},\n  eprint = {1706.05394},\n  eprinttype = {arxiv},\n}\n",
    )
    server.doi("10.1000/closer", PUBLISHED.replace("booktitle", "journal"))
    run(site, "refresh", "--yes")
    assert "  journaltitle = {Proceedings of Nets},\n" in refs(site)
    assert "  date = {2018},\n" in refs(site)


def test_only_the_entries_with_the_given_keys_are_refreshed(site: Site, server: Server) -> None:
    result = run(site, "refresh", "--yes", "other2001")
    assert "other2001: the entry has no arXiv identifier and no DOI to look up" in result.stdout
    assert server.asked == []
    result = run(site, "refresh", "arpit2017closr")
    assert result.exit_code == 1
    assert 'no entry has the key "arpit2017closr"; did you mean "arpit2017closer"?' in result.stderr


def test_all_preprints_are_looked_up_in_one_request(site: Site, server: Server) -> None:
    entries = [
        f"@misc{{p{number}, title={{P{number}}}, author={{A B}}, eprint={{1706.{number:05}}}}}"
        for number in range(40)
    ]
    site.write("refs.bib", "\n".join(entries))
    assert run(site, "refresh").exit_code == 0
    assert len(server.asked) == 1


def test_preprint_gets_its_missing_fields_from_arxiv(site: Site, server: Server) -> None:
    site.write("refs.bib", "@misc{mine,\n  title = {Mine},\n  eprint = {1706.05394},\n}\n")
    server.arxiv("1706.05394", None, title=f"{TITLE} & BERT", authors=AUTHORS)
    result = run(site, "refresh", "--yes")
    assert lines(result)[1:] == [f"+ author: {AUTHORS}", "+ year: 2017"]
    assert refs(site) == (
        f"@misc{{mine,\n  title = {{Mine}},\n  author = {{{AUTHORS}}},\n  year = {{2017}},\n"
        "  eprint = {1706.05394},\n}\n"
    )


def test_publication_without_a_doi_is_reported_and_not_applied(site: Site, server: Server) -> None:
    server.arxiv("1706.05394", None, title=TITLE, authors=AUTHORS, journal_ref="Nets 70 (2017) 1-9")
    before = refs(site)
    result = run(site, "refresh", "--yes")
    assert lines(result) == [
        lines(result)[0].partition("arpit")[0]
        + 'arpit2017closer: arXiv names a publication without a DOI: "Nets 70 (2017) 1-9"'
    ]
    assert refs(site) == before


def test_doi_of_another_work_is_reported_and_not_applied(site: Site, server: Server) -> None:
    server.doi("10.1000/closer", "@article{x, title={Zebrafish}, author={Z. Fish}, year={1999}}")
    before = refs(site)
    result = run(site, "refresh", "--yes")
    assert 'belongs to another work, "Zebrafish"; the entry is unchanged' in result.stdout
    assert refs(site) == before


def test_doi_without_a_record_does_not_stop_the_others(site: Site, server: Server) -> None:
    server.set("/doi/10.1000/closer", Reply("<html>", "text/html"))
    more = "@article{beta, title={On Beta}, author={Bo Beta}, year={2002}, doi={10.1000/beta}}\n"
    site.write("refs.bib", refs(site) + more)
    server.doi("10.1000/beta", "@article{x, title={On Beta}, author={Bo Beta}, journal={Betas}}")
    result = run(site, "refresh", "--yes")
    assert "no record was found: the DOI registry answers with a web page" in result.stdout
    assert "journal = {Betas}" in refs(site)


def test_refresh_without_a_network_changes_nothing(tiny: Site) -> None:
    with serving() as gone:
        gone.serve(tiny)
    before = refs(tiny)
    result = run(tiny, "refresh", "--yes")
    assert (result.exit_code, result.stdout, refs(tiny)) == (1, "", before)
    assert "cannot be reached; check the network" in result.stderr.splitlines()[-1]


def test_edit_of_the_file_during_the_download_is_kept(site: Site, server: Server) -> None:
    edit = refs(site).replace("mine}", "mine, and more}") + "% the end\n"
    server.before = lambda path: site.write("refs.bib", edit)
    assert run(site, "refresh", "--yes").exit_code == 0
    assert "keywords = {mine, and more}" in refs(site)
    assert "doi = {10.1000/closer}" in refs(site)
    assert refs(site).endswith("% the end\n")


def test_edit_of_a_value_to_change_ends_the_command_and_is_kept(site: Site, server: Server) -> None:
    edit = refs(site).replace("2017},\n  eprint", "2019},\n  eprint")
    server.before = lambda path: site.write("refs.bib", edit) if "doi" in path else None
    result = run(site, "refresh", "--yes")
    assert (result.exit_code, refs(site)) == (1, edit)
    assert '"year" of "arpit2017closer" has just been changed' in result.stderr


@pytest.mark.parametrize(
    ("name", "one", "other", "alike"),
    [
        ("author", "Bengio, Y.", "Yoshua Bengio", True),
        ("author", "Yoshua Bengio", "Samy Bengio and Yoshua Bengio", False),
        ("pages", "1-9", "1--9", True),
        ("title", "On {B}eta", "On beta", True),
        ("title", "On beta", "On gamma", False),
    ],
)
def test_values_that_mean_the_same_are_recognized(
    name: str, one: str, other: str, alike: bool
) -> None:
    assert refreshing.is_same_value(name, one, other) is alike
