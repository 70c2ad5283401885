"""Test ``papernotes add`` with arXiv identifiers, DOIs and BibTeX, against a local server."""

from __future__ import annotations

import datetime
import itertools
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import files, run, start
from servers import Reply, Server, serving
from sites import Site

from papernotes.cli import add as adding
from papernotes.cli import storage
from papernotes.cli.errors import CommandError

CLOSER = """@misc{arpit2017closerlookmemorizationdeep,
      title={A Closer Look at Memorization in Deep Networks},
      author={Devansh Arpit and Stanisław Jastrzębski and Yoshua Bengio},
      year={2017},
      eprint={1706.05394},
      archivePrefix={arXiv},
      primaryClass={stat.ML},
      url={https://arxiv.org/abs/1706.05394},
}
"""
# On one line, with a leading space and typographic dashes, as registries write it.
NETS = (
    " @article{Hinton_2006, title={A Fast Learning Algorithm for Deep Belief Nets &amp; RBMs},"
    " volume={18}, ISSN={1530-888X}, url={http://dx.doi.org/10.1162/neco.2006.18.7.1527},"
    " DOI={10.1162/neco.2006.18.7.1527}, number={7}, journal={Neural Computation},"
    " author={HINTON, GEOFFREY E. and Osindero, Simon}, year={2006}, month=July,"
    " pages={1527–1554} }\n"
).replace("month=July", "month=jul")
ADDED = """
@misc{arpit2017closer,
  author = {Devansh Arpit and Stanisław Jastrzębski and Yoshua Bengio},
  title = {A Closer Look at Memorization in Deep Networks},
  year = {2017},
  eprint = {1706.05394},
  archiveprefix = {arXiv},
  primaryclass = {stat.ML},
  read_version = {2},
}
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.arxiv("1706.05394", CLOSER)
        server.doi("10.1162/neco.2006.18.7.1527", NETS)
        yield server


@pytest.fixture
def site(tiny: Site, server: Server) -> Site:
    server.serve(tiny)
    return tiny


def read(site: Site, name: str = "refs.bib") -> str:
    return (site.folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "paper",
    [
        "1706.05394",
        "1706.05394v2",
        "arXiv:1706.05394v1",
        "https://arxiv.org/abs/1706.05394v2",
        "http://export.arxiv.org/pdf/1706.05394v2.pdf",
        "10.48550/arXiv.1706.05394",
        "https://doi.org/10.48550/arXiv.1706.05394",
    ],
)
def test_arxiv_identifier_adds_an_entry_and_a_note(site: Site, server: Server, paper: str) -> None:
    before = read(site)
    result = run(site, "add", paper)
    assert result.exit_code == 0, result.stderr
    version = "1" if paper.endswith("v1") else "2"
    assert read(site) == before + ADDED.replace("n = {2}", f"n = {{{version}}}")
    today = datetime.datetime.now().astimezone().date()
    note = read(site, "papers/arpit2017closer.md")
    assert note.startswith(f"---\npaper: arpit2017closer\ntags: []\nread: {today}\n---\n")
    assert "\n# A Closer Look at Memorization in Deep Networks\n" in note
    line = before.count("\n") + 2
    assert [Path(path).name for path in result.stdout.splitlines()] == [
        f"refs.bib:{line}",
        "arpit2017closer.md",
    ]
    assert server.paths()[0] == "/arxiv/bibtex/1706.05394"


def test_added_paper_builds_without_a_warning(site: Site) -> None:
    run(site, "add", "1706.05394")
    build = site.build()
    assert build.messages == []
    heading = build.page("papers/arpit2017closer").cssselect("h1 a")[0]
    assert heading.get("href") == "https://arxiv.org/abs/1706.05394"


def test_year_of_a_preprint_is_that_of_its_first_version(site: Site, server: Server) -> None:
    server.arxiv("1706.03762", "@misc{x, title={Attention}, author={A. Vaswani}, year={2023}}")
    run(site, "add", "1706.03762")
    assert "@misc{vaswani2017attention," in read(site)
    assert "year = {2023}" not in read(site)


@pytest.mark.parametrize("paper", ["hep-th/9901001v3", "https://arxiv.org/abs/hep-th/9901001"])
def test_old_style_arxiv_identifier_adds_an_entry(site: Site, server: Server, paper: str) -> None:
    server.arxiv("hep-th/9901001", "@misc{x, title={On strings}, author={Ann Onym}}")
    assert run(site, "add", paper).exit_code == 0
    # If the BibTeX has no year, the year comes from the arXiv identifier.
    assert "@misc{onym1999strings," in read(site)
    assert "eprint = {hep-th/9901001}" in read(site)


@pytest.mark.parametrize(
    "paper",
    [
        "10.1162/neco.2006.18.7.1527",
        "doi:10.1162/neco.2006.18.7.1527",
        "https://doi.org/10.1162/neco.2006.18.7.1527",
        "http://dx.doi.org/10.1162/neco.2006.18.7.1527",
    ],
)
def test_doi_adds_an_entry(site: Site, server: Server, paper: str) -> None:
    assert run(site, "add", paper).exit_code == 0
    assert read(site).endswith(
        r"""
@article{hinton2006fast,
  author = {Geoffrey E. Hinton and Simon Osindero},
  title = {A Fast Learning Algorithm for Deep Belief Nets \& {RBMs}},
  journal = {Neural Computation},
  volume = {18},
  number = {7},
  pages = {1527--1554},
  year = {2006},
  month = jul,
  doi = {10.1162/neco.2006.18.7.1527},
  issn = {1530-888X},
}
"""
    )
    (request,) = server.asked
    assert request.headers["Accept"] == "application/x-bibtex"


def test_entries_from_standard_input_and_a_file_are_all_added(site: Site) -> None:
    site.write("more.bib", "@misc{c, title={Third one}, author={C Sea}, year=2020}")
    two = "@misc{a, title={First}, author={A Eh}, year=2020}\n\n@misc{b, title={Second},"
    two += " author={B Bee}, year=2020}"
    result = run(site, "add", "-", str(site.folder / "more.bib"), text=two)
    assert [Path(path).name for path in result.stdout.splitlines()[1::2]] == [
        "eh2020first.md",
        "bee2020second.md",
        "sea2020third.md",
    ]
    assert read(site).count("year = {2020}") == 3


def test_crossref_gets_the_new_key_of_the_parent_entry(site: Site) -> None:
    child = "@inproceedings{a, title={Child}, author={C Hild}, crossref={b}, year=2020}"
    parent = "@proceedings{b, title={Parent}, editor={P Arent}, year=2020}"
    run(site, "add", "-", text=f"{child}\n\n{parent}")
    assert "crossref = {arent2020parent}" in read(site)
    assert "@proceedings{arent2020parent," in read(site)


CHAPTER = "@incollection{ch, title={The chapter}, author={Ann Bee}, crossref={Bk}}"
BOOK = "@book{bk, title={The book}, editor={Ed Itor}, publisher={P}, year={2011}}"


@pytest.mark.parametrize("text", [f"{CHAPTER}\n{BOOK}", f"{BOOK}\n{CHAPTER}"])
def test_chapter_inherits_and_its_book_gets_no_note(site: Site, text: str) -> None:
    result = run(site, "add", "-", text=text)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "crossref = {itor2011book}" in read(site)
    notes = [line for line in result.stdout.splitlines() if line.endswith(".md")]
    assert [Path(note).name for note in notes] == ["bee2011chapter.md"]
    assert "refs.bib:45: remark" not in run(site, "check").stdout
    assert site.build().messages == []


def test_chapter_inherits_from_a_book_of_the_site(site: Site) -> None:
    run(site, "add", "--to-read", "-", text=BOOK)
    result = run(site, "add", "-", text=CHAPTER.replace("Bk", "itor2011book"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "@incollection{bee2011chapter," in read(site)


def test_book_of_a_chapter_is_not_put_on_the_reading_list(site: Site) -> None:
    run(site, "add", "--to-read", "-", text=f"{CHAPTER}\n{BOOK}")
    assert read(site).count("to-read") == read(site).count("to-read}") == 2


def test_entry_of_fields_for_others_is_added_without_a_note(site: Site) -> None:
    text = "@misc{a, title={First}, author={A Eh}, xdata={pub}}\n@xdata{pub, year={2020}}"
    result = run(site, "add", "-", text=text)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "@misc{eh2020first," in read(site)
    assert "@xdata{pub," in read(site)
    assert len(result.stdout.splitlines()) == 3


def test_to_read_puts_the_paper_on_the_reading_list_without_a_note(site: Site) -> None:
    before = files(site.folder / "papers")
    result = run(site, "add", "--to-read", "1706.05394")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert "  keywords = {to-read},\n}\n" in read(site)
    assert files(site.folder / "papers") == before
    build = site.build()
    assert build.messages == []
    assert "A Closer Look" in build.read("reading.html")


def test_to_read_keeps_the_other_keywords(site: Site) -> None:
    text = "@misc{a, title={X}, author={A B}, year=2020, keywords={graphs; nets}}"
    run(site, "add", "--to-read", "-", text=text)
    assert "keywords = {graphs; nets, to-read}" in read(site)


def test_open_starts_the_editor_with_the_new_note(site: Site, tmp_path: Path) -> None:
    editor = tmp_path / "my editor.py"
    editor.write_text("import sys, pathlib\npathlib.Path(sys.argv[1]).write_text(sys.argv[2])\n")
    seen = tmp_path / "seen"
    command = f"{sys.executable} '{editor}' '{seen}'"
    assert run(site, "add", "--open", "1706.05394", EDITOR=command).exit_code == 0
    assert seen.read_text().endswith("/papers/arpit2017closer.md")


def test_new_note_has_the_fields_of_one_s_own(site: Site) -> None:
    conf = (site.folder / "conf.py").read_text(encoding="utf-8")
    fields = '{"status": {"kind": "choice", "choices": ["to do", "done"]}, "rating": "number"}'
    site.write("conf.py", f"{conf}papernotes_fields = {fields}\n")
    run(site, "add", "-", text=CLOSER)
    front = read(site, "papers/arpit2017closer.md").split("---")[1].splitlines()
    assert front[4:] == ["status: # to do, done", "rating:"]
    # The fields are still empty, and that is no fault.
    assert "status" not in run(site, "check").stdout


def test_template_of_the_site_overrides_the_built_in_template(site: Site) -> None:
    site.edit("conf.py", "project =", "templates_path = ['_templates']\nproject =")
    site.write("_templates/note.md", "{{ key }}|{{ authors }}|{{ year }}|{{ venue }}|{{ url }}|")
    run(site, "add", "1706.05394")
    assert read(site, "papers/arpit2017closer.md") == (
        "arpit2017closer|Devansh Arpit, Stanisław Jastrzębski and Yoshua Bengio|2017|arXiv|"
        "https://arxiv.org/abs/1706.05394|"
    )


def test_failing_template_ends_the_command_and_nothing_is_written(site: Site) -> None:
    site.edit("conf.py", "project =", "templates_path = ['_templates']\nproject =")
    site.write("_templates/note.md", "{{ kye }}")
    _nothing_written(
        site, ["1706.05394"], "the template note.md cannot be rendered: 'kye' is undefined"
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (r"H$_2$O and {\"U}bung \emph{in} \texttt{code}", "H2O and Übung in code"),
        (r"[x](y) *a* _b_ `c` {d} @e #f &lt;x&gt;", "[x](y) *a* _b_ `c` d @e #f <x>"),
        (r"100\% of A\&B &amp; C", "100% of A&B & C"),
        # What would be markup in Markdown, were it not escaped.
        (r"\texttt{a`<img src=x onerror=ran()>}", "a`<img src=x onerror=ran()>"),
        (r"a\textsuperscript{2`\{note\}`alpha2001} b", "a 2`{note}`alpha2001  b"),
        # A formula is followed by its TeX.
        (r"\(n<img\)5", "n<imgn<img5"),
        (r"One\\- two \begin{align}3\\:::\end{align}", "One - two 3 :::"),
        (r"\%\% a \%\% ==b== \textbackslash(c\textbackslash)", r"%% a %% ==b== \(c\)"),
    ],
)
def test_bibtex_title_is_shown_correctly_in_the_heading(site: Site, title: str, shown: str) -> None:
    run(site, "add", "-", text=f"@misc{{a, title={{{title}}}, author={{A B}}, year=2020}}")
    (name,) = set(files(site.folder / "papers")) - {"alpha.md", "beta.md", "delta.md"}
    build = site.build()
    assert build.messages == []
    heading = build.page(f"papers/{name.removesuffix('.md')}").cssselect("h1")[0]
    assert heading.text_content().removesuffix("¶") == shown


# Papers that the bibliography already has.


@pytest.mark.parametrize(
    "text",
    [
        "@misc{alpha2001, title={Something else}, author={Some One}, year=2001}",
        "@misc{BETA2002, title={Something else}, author={Some One}, year=2001}",
        "@misc{x, title={Other}, author={Some One}, year=2001, doi={https://doi.org/10.1000/BETA}}",
        "@misc{x, title={Other}, author={Some One}, year=2001, eprint={math/0101001v7}}",
        "@misc{x, title={Other}, author={S One}, url={https://arxiv.org/abs/math.GT/0101001v2}}",
        "@misc{x, title={{On {ALPHA}}}, author={Alpha, A. and Other, O.}, year=1999}",
    ],
)
def test_existing_paper_is_not_added_again(site: Site, text: str) -> None:
    before = files(site.folder)
    result = run(site, "add", "-", text=text)
    assert result.exit_code == 0
    assert files(site.folder) == before
    assert "is already in the bibliography" in result.stderr
    entry, note = result.stdout.splitlines()
    assert re.search(r"refs\.bib:(1|9)$", entry)
    assert note.endswith(".md")


def test_another_version_of_an_existing_paper_is_not_fetched(site: Site, server: Server) -> None:
    result = run(site, "add", "math/0101001v3", "https://doi.org/10.1000/beta")
    assert result.exit_code == 0
    assert server.asked == []
    assert [Path(p).name for p in result.stdout.splitlines()] == [
        "refs.bib:1",
        "alpha.md",
        "refs.bib:9",
        "beta.md",
    ]


def test_existing_paper_without_a_note_gets_one(site: Site) -> None:
    before = read(site)
    text = "@book{x, title={The book of gamma}, author={Gil Gamma}}"
    result = run(site, "add", "-", text=text)
    assert read(site) == before
    assert result.stdout.splitlines()[1].endswith("papers/gamma2003.md")
    assert read(site, "papers/gamma2003.md").startswith("---\npaper: gamma2003\n")
    assert site.build().messages == []


def test_again_adds_a_paper_with_the_title_and_author_of_another(site: Site) -> None:
    text = "@misc{x, title={On alpha}, author={Anna Alpha}, year=2010}"
    run(site, "add", "--again", "-", text=text)
    assert "@misc{alpha2010alpha," in read(site)


def test_paper_given_three_times_is_added_once(site: Site, server: Server) -> None:
    result = run(site, "add", "1706.05394", "arXiv:1706.05394v3", "-", text=CLOSER)
    assert result.exit_code == 0
    assert read(site).count("1706.05394") == 1
    assert sum(path.endswith("closer.md") for path in result.stdout.splitlines()) == 3


def test_existing_note_is_never_overwritten(site: Site) -> None:
    site.write("papers/arpit2017closer.md", "---\npaper: zeta2006\n---\n\n# Mine\n")
    result = run(site, "add", "1706.05394")
    assert read(site, "papers/arpit2017closer.md").endswith("# Mine\n")
    assert result.stdout.splitlines()[1].endswith("papers/arpit2017closer-2.md")


def test_new_note_is_not_written_through_a_symbolic_link(site: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (site.folder / "papers/arpit2017closer.md").symlink_to(elsewhere / "mine.md")
    assert run(site, "add", "1706.05394").exit_code == 0
    assert not list(elsewhere.iterdir())
    assert read(site, "papers/arpit2017closer-2.md").startswith("---\npaper: arpit2017closer\n")


def test_all_notes_on_an_existing_paper_are_shown_and_another_one_is_made_on_demand(
    site: Site,
) -> None:
    site.write("papers/both.md", "---\npaper: [beta2002, alpha2001]\n---\n\n# Both\n")
    names = ["refs.bib:1", "alpha.md", "both.md"]
    result = run(site, "add", "math/0101001")
    assert [Path(line).name for line in result.stdout.splitlines()] == names
    result = run(site, "add", "--new-note", "math/0101001")
    assert [Path(line).name for line in result.stdout.splitlines()] == [*names, "alpha2001.md"]
    assert read(site, "papers/alpha2001.md").startswith("---\npaper: alpha2001\n")


def test_existing_note_on_a_new_paper_is_kept_as_its_note(site: Site) -> None:
    site.write("papers/mine.md", "---\npaper: arpit2017closer\n---\n\n# Mine\n")
    result = run(site, "add", "1706.05394")
    assert "@misc{arpit2017closer," in read(site)
    assert result.stdout.splitlines()[1:] == []
    assert not (site.folder / "papers/arpit2017closer.md").exists()


# Keys.


def test_key_that_is_taken_gets_a_letter(site: Site) -> None:
    for number in range(3):
        text = f"@misc{{x, title={{Super {number}}}, author={{A B}}, year=2019}}"
        assert run(site, "add", "-", text=text).exit_code == 0
    assert re.findall(r"@misc\{(b2019super\w*),", read(site)) == [
        "b2019super",
        "b2019supera",
        "b2019superb",
    ]


def test_key_pattern_setting_determines_new_keys(site: Site) -> None:
    site.write("conf.py", read(site, "conf.py") + 'papernotes_key_pattern = "{Family}:{year}"\n')
    result = run(site, "add", "1706.05394")
    assert "@misc{Arpit:2017," in read(site)
    assert result.stdout.endswith("papers/Arpit-2017.md\n")


@pytest.mark.parametrize("pattern", ["{famly}", "{family", "", "{family} {year}", "{year},"])
def test_invalid_key_pattern_ends_the_command(site: Site, pattern: str) -> None:
    site.write("conf.py", read(site, "conf.py") + f'papernotes_key_pattern = "{pattern}"\n')
    _nothing_written(site, ["1706.05394"], f'papernotes_key_pattern = "{pattern}"')


def test_key_option_sets_the_key_and_rejects_taken_and_invalid_ones(site: Site) -> None:
    run(site, "add", "--key", "memorization", "1706.05394")
    assert "@misc{memorization," in read(site)
    for key, message in [
        ("alpha2001", 'the key "alpha2001" is taken by "On alpha"'),
        ("202510", '"202510" is not a citation key'),
        ("no key", '"no key" is not a citation key'),
    ]:
        _nothing_written(site, ["--key", key, "10.1162/neco.2006.18.7.1527"], message)


# On any failure, the command prints one sentence, exits with status 1 and writes nothing.


def _nothing_written(site: Site, arguments: list[str], message: str, text: str = "") -> None:
    before = files(site.folder)
    result = run(site, "add", *arguments, text=text)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[-1].startswith("papernotes: ")
    assert message in lines[-1]
    assert sum(line.startswith("papernotes: ") for line in lines) == 1
    assert files(site.folder) == before
    assert result.stdout == ""


FAULTS = {
    "an unknown identifier": ("9912.99999", "arXiv has no paper arXiv:9912.99999"),
    "an unknown DOI": ("10.1000/nobody", "the DOI registry has no paper DOI:10.1000/nobody"),
    "not an identifier": ("1706.5394x", '"1706.5394x" is not an arXiv identifier, a DOI'),
    "a missing file": ("no.bib", '"no.bib" is not an arXiv identifier'),
}


@pytest.mark.parametrize(("paper", "message"), FAULTS.values(), ids=FAULTS)
def test_unknown_paper_ends_the_command_and_no_paper_is_added(
    site: Site, paper: str, message: str
) -> None:
    _nothing_written(site, ["10.1162/neco.2006.18.7.1527", paper], message)


def test_add_without_a_network_ends_with_an_error(tiny: Site) -> None:
    with serving() as server:
        server.serve(tiny)
    # The server has stopped, so nothing listens at its port.
    _nothing_written(tiny, ["1706.05394"], "cannot be reached; check the network, and try again")


def test_host_that_cannot_be_resolved_ends_the_command(tiny: Site) -> None:
    tiny.write("conf.py", read(tiny, "conf.py") + 'papernotes_doi_url = "http://doi.invalid"\n')
    _nothing_written(tiny, ["10.1000/x"], "doi.invalid cannot be reached; check the network")


@pytest.mark.parametrize(
    "record",
    [
        {"comment": "This paper has been withdrawn by the authors due to an error in Eq. 3"},
        {"comment": "Withdrawn: see arXiv:1234.56789"},
        {"summary": "This submission has been withdrawn by arXiv administrators."},
    ],
)
def test_withdrawn_paper_is_not_added(site: Site, server: Server, record: dict[str, str]) -> None:
    server.arxiv("1706.05394", CLOSER, **record)
    _nothing_written(site, ["1706.05394"], "arXiv:1706.05394 has been withdrawn")


def test_paper_about_withdrawal_is_not_taken_for_a_withdrawn_one(
    site: Site, server: Server
) -> None:
    comment, summary = "12 pages, withdrawn votes in Table 2", "Withdrawal from opioids is studied."
    server.arxiv("1706.05394", CLOSER, comment=comment, summary=summary)
    assert run(site, "add", "1706.05394").exit_code == 0


def test_paper_without_a_record_in_the_arxiv_api_is_not_added(site: Site, server: Server) -> None:
    del server.replies["record 1706.05394"]
    _nothing_written(site, ["1706.05394"], "the arXiv API has no record of arXiv:1706.05394")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply("<!DOCTYPE html><title>Hello</title>", "text/html"), "a web page instead of BibT"),
        (Reply("\n <html>@misc{a, title={X}}", "text/plain"), "a web page instead of BibTeX"),
        (Reply("", "text/plain"), "something else instead of BibTeX"),
        (Reply("@misc{a, title = {X}", "text/plain"), "that begins here is not closed"),
        (Reply("@misc{a, author = {A B}}", "text/plain"), 'the entry "a" has no title'),
        (Reply(CLOSER * 2, "text/plain"), "the BibTeX of arXiv:1706.05394 has 2 entries"),
        (
            Reply(CLOSER.replace("1706.05394", "1706.05395")),
            "BibTeX of arXiv:1706.05395 instead of",
        ),
        (Reply("x", status=406), "has no BibTeX for arXiv:1706.05394"),
        (Reply("x", status=403), "refuses the request for arXiv:1706.05394 (HTTP status 403)"),
        (Reply("", status=302, headers={"Location": "file:///etc/passwd"}), "not an http or https"),
        (Reply("", status=302, headers={"Location": "ftp://127.0.0.1/x"}), "not an http or https"),
        (
            Reply("", status=302, headers={"Location": "/arxiv/bibtex/1706.05394"}),
            "redirects more than",
        ),
        (Reply(b"x" * 3_000_000), "answers with more than 2 MiB"),
    ],
)
def test_unusable_answer_to_the_bibtex_request_ends_the_command(
    site: Site, server: Server, reply: Reply, message: str
) -> None:
    server.set("/arxiv/bibtex/1706.05394", reply)
    _nothing_written(site, ["1706.05394"], message)


@pytest.mark.parametrize(
    "content",
    [
        "no XML",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><feed>&a;</feed>",
        *(f"<?xml version='1.0' encoding='{name}'?><feed/>" for name in ("x", "utf-7", "rot13")),
        "<feed>" * 100_000,
    ],
)
def test_unusable_answer_of_the_arxiv_api_ends_the_command(
    site: Site, server: Server, content: str
) -> None:
    server.set("/api?id_list=1706.05394&max_results=1", Reply(content, "application/atom+xml"))
    _nothing_written(site, ["1706.05394"], "the arXiv API answers with something that is not")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "standard input holds no BibTeX entry"),
        ("hello", "standard input holds no BibTeX entry"),
        ("\n@misc{a, title = {x}\n\n@misc{b, title={y}}", "standard input:2: the entry"),
        ("@misc{a, title = what}", 'undefined macro "what"'),
        ("@misc{a, title={x}, crossref={b}}", 'the entry "a", crossref names the key "b"'),
        ("@misc{a, title={X}, author={A, B, C, D}}", "has too many commas"),
        ("@misc{a, author={A B}}", 'the entry "a" has no title'),
    ],
)
def test_unreadable_bibtex_on_standard_input_ends_the_command(
    site: Site, text: str, message: str
) -> None:
    _nothing_written(site, ["-"], message, text)


def test_bibtex_on_standard_input_must_be_utf_8(site: Site) -> None:
    result = run(site, "add", "-", text="@misc{a, title={Übung}}".encode("latin-1"))
    assert (result.exit_code, "is not UTF-8" in result.stderr) == (1, True)


def test_bibliography_that_ends_inside_an_entry_is_not_appended_to(site: Site) -> None:
    site.write("refs.bib", read(site) + "\n@misc{eta2007,\n  title = {On eta\n")
    _nothing_written(site, ["1706.05394"], "refs.bib:45: the entry", "")


def test_add_outside_a_site_ends_with_an_error(tiny: Site) -> None:
    tiny.remove("conf.py")
    result = run(tiny, "add", "1706.05394")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "there is no conf.py in" in result.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ValueError('no luck')", "conf.py cannot be read: ValueError: no luck"),
        ("bibtex_bibfiles = []", "names no bibliography file"),
        ("bibtex_bibfiles = [3]", "bibtex_bibfiles = [3] is not a list of names; write one"),
        ("bibtex_encoding = 'x-9'", "bibtex_encoding = 'x-9' is not an encoding; write one"),
        ("papernotes_contact = 3", "papernotes_contact = 3 is not a text in quotes"),
    ],
)
def test_invalid_conf_py_ends_the_command(site: Site, line: str, message: str) -> None:
    site.write("conf.py", read(site, "conf.py") + line + "\n")
    _nothing_written(site, ["1706.05394"], message)


def test_add_does_not_build_the_site(site: Site) -> None:
    run(site, "add", "1706.05394")
    assert not (site.folder / "_build").exists()


# The bibliography file.


def test_missing_bibliography_file_is_created(site: Site) -> None:
    site.remove("refs.bib")
    assert run(site, "add", "1706.05394").exit_code == 0
    text = read(site)
    assert text.startswith("@misc{arpit2017closer,\n  title = {A Closer Look")
    assert (site.folder / "refs.bib").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_symbolic_link_and_file_mode_of_the_bibliography_are_kept(
    site: Site, tmp_path: Path
) -> None:
    real = tmp_path / "elsewhere" / "all.bib"
    real.parent.mkdir()
    (site.folder / "refs.bib").rename(real)
    real.chmod(0o640)
    (site.folder / "refs.bib").symlink_to(os.path.relpath(real, site.folder))
    assert run(site, "add", "1706.05394").exit_code == 0
    assert (site.folder / "refs.bib").is_symlink()
    assert real.read_text(encoding="utf-8").endswith(ADDED)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in real.parent.iterdir()) == ["all.bib"]


def test_folder_without_write_permission_ends_the_command(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    _nothing_written(site, ["1706.05394"], "cannot be written: Permission denied")


def test_note_is_created_on_a_file_system_without_hard_links(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site, "papers/arpit2017closer.md").startswith("---\npaper: arpit")


def test_edit_of_the_bibliography_during_the_download_is_kept(site: Site, server: Server) -> None:
    edit = "\n@misc{eta2007,\n  author = {Eve Eta},\n  title = {On eta},\n}\n"
    before = read(site)
    server.before = lambda path: site.write("refs.bib", before + edit)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site) == before + edit + ADDED


def test_edit_of_the_bibliography_just_before_writing_is_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zotero may save the file after the command reads it and before the command replaces it."""
    edit = "\n@misc{eta2007,\n  author = {Eve Eta},\n  title = {On eta},\n}\n"
    before = read(site)
    original: Callable[..., dict[str, object]] = adding._Addition._new_notes
    calls = []

    def new_notes(self: adding._Addition, *args: object) -> dict[str, object]:
        if not calls:
            site.write("refs.bib", before + edit)
        calls.append(args)
        return original(self, *args)

    monkeypatch.setattr(adding._Addition, "_new_notes", new_notes)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site) == before + edit + ADDED
    assert len(calls) == 2


def test_temporary_files_of_killed_runs_are_removed(site: Site) -> None:
    for name in (".refs.bib-abc.papernotes-tmp", "papers/.x.md-abc.papernotes-tmp"):
        site.write(name, "half of it")
    run(site, "add", "1706.05394")
    assert not [name for name in files(site.folder) if name.endswith("-tmp")]


def test_add_works_if_the_cache_folder_is_not_writable(site: Site, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    result = run(site, "add", "1706.05394", XDG_CACHE_HOME=str(blocked))
    assert (result.exit_code, read(site).endswith(ADDED)) == (0, True)


@pytest.mark.parametrize("kind", ["a link", "writable by all", "of another user", "own"])
def test_temporary_cache_folder_must_be_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"papernotes-{os.getuid()}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if kind == "a link":
        folder.symlink_to(elsewhere)
    elif kind == "writable by all":
        folder.mkdir()
        folder.chmod(0o777)
    elif kind == "of another user":
        uid = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: uid + 1)
        (tmp_path / f"papernotes-{uid + 1}").mkdir(mode=0o700)
    if kind == "own":
        assert storage.cache_folder() == folder
        assert folder.stat().st_mode & 0o777 == 0o700
    else:
        with pytest.raises(
            CommandError, match="is no folder that only you can write to; remove it"
        ):
            storage.cache_folder()
    assert list(elsewhere.iterdir()) == []


def test_registry_fields_that_do_not_belong_in_a_bibliography_are_left_out(
    site: Site, server: Server
) -> None:
    server.doi(
        "10.5281/zenodo.1",
        "@misc{https://doi.org/10.5281/zenodo.1, doi = {10.5281/ZENODO.1}, url ="
        " {https://zenodo.org/record/1}, author = {Ha, David}, keywords = {FOS: Computer},"
        " language = {en}, title = {World models}, publisher = {Zenodo}, year = {2018},"
        " copyright = {CC BY}}",
    )
    run(site, "add", "10.5281/zenodo.1")
    assert read(site).endswith(
        """
@misc{ha2018world,
  author = {David Ha},
  title = {World models},
  publisher = {Zenodo},
  year = {2018},
  doi = {10.5281/ZENODO.1},
  url = {https://zenodo.org/record/1},
}
"""
    )


def test_parallel_runs_share_the_rate_limit_of_arxiv(site: Site, server: Server) -> None:
    site.edit("conf.py", "papernotes_arxiv_interval = 0\n", "papernotes_arxiv_interval = 0.4\n")
    server.arxiv("1706.05395", CLOSER.replace("1706.05394", "1706.05395").replace("A Closer", "My"))
    runs = [start(site, "add", paper) for paper in ("1706.05394", "1706.05395")]
    for process in runs:
        errors = process.communicate()[1]
        assert process.returncode == 0, errors
    times = sorted(request.time for request in server.asked)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    # Each paper needs two requests: one for its BibTeX, one for whether it was withdrawn. The
    # limit is below the interval, because the time that a request takes to arrive varies.
    assert len(gaps) == 3
    assert min(gaps) > 0.3


def test_parallel_runs_add_an_entry_and_a_note_each(site: Site) -> None:
    before = read(site)
    runs = []
    for number in range(16):
        text = f"@misc{{x{number}, title={{Number {number}}}, author={{A B{number}}}, year=2020}}"
        runs.append(start(site, "add", "-", text=text))
    for process in runs:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
    after = read(site)
    assert after.startswith(before)
    assert sorted(re.findall(r"@misc\{b(\d+)2020number,", after), key=int) == [
        str(number) for number in range(16)
    ]
    assert len(files(site.folder / "papers")) == 3 + 16
    assert not [name for name in files(site.folder) if name.endswith("-tmp")]
