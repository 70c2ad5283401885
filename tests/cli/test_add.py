"""``papernotes add``: papers by arXiv identifier, DOI and BibTeX, against a server of our own."""

from __future__ import annotations

import datetime
import itertools
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import files, run, start
from servers import Reply, Server, serving
from sites import Site

from papernotes.cli import add as adding

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
# On one line, with a space before it and typographic dashes, as registries have it.
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
def test_a_paper_by_arxiv_identifier(site: Site, server: Server, paper: str) -> None:
    before = read(site)
    result = run(site, "add", paper)
    assert result.exit_code == 0, result.stderr
    assert read(site) == before + ADDED
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


def test_the_added_paper_builds_without_a_warning(site: Site) -> None:
    run(site, "add", "1706.05394")
    build = site.build()
    assert build.messages == []
    heading = build.page("papers/arpit2017closer").cssselect("h1 a")[0]
    assert heading.get("href") == "https://arxiv.org/abs/1706.05394"


def test_the_year_of_a_preprint_is_that_of_its_first_version(site: Site, server: Server) -> None:
    server.arxiv("1706.03762", "@misc{x, title={Attention}, author={A. Vaswani}, year={2023}}")
    run(site, "add", "1706.03762")
    assert "@misc{vaswani2017attention," in read(site)
    assert "year = {2023}" not in read(site)


@pytest.mark.parametrize("paper", ["hep-th/9901001v3", "https://arxiv.org/abs/hep-th/9901001"])
def test_an_old_identifier_of_arxiv(site: Site, server: Server, paper: str) -> None:
    server.arxiv("hep-th/9901001", "@misc{x, title={On strings}, author={Ann Onym}}")
    assert run(site, "add", paper).exit_code == 0
    # arXiv's year is in its identifier where the BibTeX has none.
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
def test_a_paper_by_doi(site: Site, server: Server, paper: str) -> None:
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
    (asked,) = server.asked
    assert asked.headers["Accept"] == "application/x-bibtex"


def test_several_entries_from_standard_input_and_a_file(site: Site) -> None:
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


def test_entries_that_take_from_others_follow_their_new_keys(site: Site) -> None:
    child = "@inproceedings{a, title={Child}, author={C Hild}, crossref={b}, year=2020}"
    parent = "@proceedings{b, title={Parent}, editor={P Arent}, year=2020}"
    run(site, "add", "-", text=f"{child}\n\n{parent}")
    assert "crossref = {arent2020parent}" in read(site)
    assert "@proceedings{arent2020parent," in read(site)


def test_the_reading_list_in_place_of_a_note(site: Site) -> None:
    before = files(site.folder / "papers")
    result = run(site, "add", "--to-read", "1706.05394")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert "  keywords = {to-read},\n}\n" in read(site)
    assert files(site.folder / "papers") == before
    build = site.build()
    assert build.messages == []
    assert "A Closer Look" in build.read("reading.html")


def test_keywords_stay_beside_to_read(site: Site) -> None:
    text = "@misc{a, title={X}, author={A B}, year=2020, keywords={graphs; nets}}"
    run(site, "add", "--to-read", "-", text=text)
    assert "keywords = {graphs; nets, to-read}" in read(site)


def test_the_editor_opens_the_notes(site: Site, tmp_path: Path) -> None:
    editor = tmp_path / "my editor.py"
    editor.write_text("import sys, pathlib\npathlib.Path(sys.argv[1]).write_text(sys.argv[2])\n")
    seen = tmp_path / "seen"
    command = f"{sys.executable} '{editor}' '{seen}'"
    assert run(site, "add", "--open", "1706.05394", EDITOR=command).exit_code == 0
    assert seen.read_text().endswith("/papers/arpit2017closer.md")


def test_the_site_s_template_goes_before_ours(site: Site) -> None:
    site.edit("conf.py", "project =", "templates_path = ['_templates']\nproject =")
    site.write("_templates/note.md", "{{ key }}|{{ authors }}|{{ year }}|{{ venue }}|{{ url }}|")
    run(site, "add", "1706.05394")
    assert read(site, "papers/arpit2017closer.md") == (
        "arpit2017closer|Devansh Arpit, Stanisław Jastrzębski and Yoshua Bengio|2017|arXiv|"
        "https://arxiv.org/abs/1706.05394|"
    )


def test_a_template_that_fails_is_told_and_nothing_is_written(site: Site) -> None:
    site.edit("conf.py", "project =", "templates_path = ['_templates']\nproject =")
    site.write("_templates/note.md", "{{ kye }}")
    _nothing_written(site, ["1706.05394"], "the template note.md fails: 'kye' is undefined")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (r"H$_2$O and {\"U}bung \emph{in} \texttt{code}", "H2O and Übung in code"),
        (r"[x](y) *a* _b_ `c` {d} @e #f &lt;x&gt;", "[x](y) *a* _b_ `c` d @e #f <x>"),
        (r"100\% of A\&B &amp; C", "100% of A&B & C"),
    ],
)
def test_a_title_is_shown_as_bibtex_means_it(site: Site, title: str, shown: str) -> None:
    run(site, "add", "-", text=f"@misc{{a, title={{{title}}}, author={{A B}}, year=2020}}")
    (name,) = set(files(site.folder / "papers")) - {"alpha.md", "beta.md", "delta.md"}
    build = site.build()
    assert build.messages == []
    heading = build.page(f"papers/{name.removesuffix('.md')}").cssselect("h1")[0]
    assert heading.text_content().removesuffix("¶") == shown


# What is there already.


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
def test_a_paper_that_is_there_is_not_added_again(site: Site, text: str) -> None:
    before = files(site.folder)
    result = run(site, "add", "-", text=text)
    assert result.exit_code == 0
    assert files(site.folder) == before
    assert "is there already" in result.stderr
    where, note = result.stdout.splitlines()
    assert re.search(r"refs\.bib:(1|9)$", where)
    assert note.endswith(".md")


def test_another_version_of_a_paper_that_is_there_is_not_asked_for(
    site: Site, server: Server
) -> None:
    result = run(site, "add", "math/0101001v3", "https://doi.org/10.1000/beta")
    assert result.exit_code == 0
    assert server.asked == []
    assert [Path(p).name for p in result.stdout.splitlines()] == [
        "refs.bib:1",
        "alpha.md",
        "refs.bib:9",
        "beta.md",
    ]


def test_a_paper_that_is_there_gets_the_note_that_it_lacks(site: Site) -> None:
    before = read(site)
    text = "@book{x, title={The book of gamma}, author={Gil Gamma}}"
    result = run(site, "add", "-", text=text)
    assert read(site) == before
    assert result.stdout.splitlines()[1].endswith("papers/gamma2003.md")
    assert read(site, "papers/gamma2003.md").startswith("---\npaper: gamma2003\n")
    assert site.build().messages == []


def test_a_title_and_author_can_be_added_again_on_demand(site: Site) -> None:
    text = "@misc{x, title={On alpha}, author={Anna Alpha}, year=2010}"
    run(site, "add", "--again", "-", text=text)
    assert "@misc{alpha2010alpha," in read(site)


def test_one_paper_twice_in_one_call_is_added_once(site: Site, server: Server) -> None:
    result = run(site, "add", "1706.05394", "arXiv:1706.05394v3", "-", text=CLOSER)
    assert result.exit_code == 0
    assert read(site).count("1706.05394") == 1
    assert sum(path.endswith("closer.md") for path in result.stdout.splitlines()) == 3


def test_an_existing_note_is_never_overwritten(site: Site) -> None:
    site.write("papers/arpit2017closer.md", "---\npaper: zeta2006\n---\n\n# Mine\n")
    result = run(site, "add", "1706.05394")
    assert read(site, "papers/arpit2017closer.md").endswith("# Mine\n")
    assert result.stdout.splitlines()[1].endswith("papers/arpit2017closer-2.md")


def test_a_note_that_waits_for_its_paper_gets_it(site: Site) -> None:
    site.write("papers/mine.md", "---\npaper: arpit2017closer\n---\n\n# Mine\n")
    result = run(site, "add", "1706.05394")
    assert "@misc{arpit2017closer," in read(site)
    assert result.stdout.splitlines()[1:] == []
    assert not (site.folder / "papers/arpit2017closer.md").exists()


# Keys.


def test_a_key_that_is_taken_gets_a_letter(site: Site) -> None:
    for number in range(3):
        text = f"@misc{{x, title={{Super {number}}}, author={{A B}}, year=2019}}"
        assert run(site, "add", "-", text=text).exit_code == 0
    assert re.findall(r"@misc\{(b2019super\w*),", read(site)) == [
        "b2019super",
        "b2019supera",
        "b2019superb",
    ]


def test_the_pattern_of_keys_is_a_setting(site: Site) -> None:
    site.write("conf.py", read(site, "conf.py") + 'papernotes_key_pattern = "{Family}:{year}"\n')
    result = run(site, "add", "1706.05394")
    assert "@misc{Arpit:2017," in read(site)
    assert result.stdout.endswith("papers/Arpit-2017.md\n")


@pytest.mark.parametrize("pattern", ["{famly}", "{family", "", "{family} {year}", "{year},"])
def test_a_pattern_that_makes_no_keys(site: Site, pattern: str) -> None:
    site.write("conf.py", read(site, "conf.py") + f'papernotes_key_pattern = "{pattern}"\n')
    _nothing_written(site, ["1706.05394"], f'papernotes_key_pattern = "{pattern}"')


def test_a_key_can_be_asked_for(site: Site) -> None:
    run(site, "add", "--key", "memorization", "1706.05394")
    assert "@misc{memorization," in read(site)
    for key, message in [
        ("alpha2001", 'the key "alpha2001" is taken by "On alpha"'),
        ("no key", '"no key" is not a citation key'),
    ]:
        _nothing_written(site, ["--key", key, "10.1162/neco.2006.18.7.1527"], message)


# Whatever goes wrong: one sentence, a status, and nothing is written.


def _nothing_written(site: Site, arguments: list[str], message: str, text: str = "") -> None:
    before = files(site.folder)
    result = run(site, "add", *arguments, text=text)
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert told[-1].startswith("papernotes: ")
    assert message in told[-1]
    assert sum(line.startswith("papernotes: ") for line in told) == 1
    assert files(site.folder) == before
    assert result.stdout == ""


FAULTS = {
    "an unknown identifier": ("9912.99999", "arXiv has no paper arXiv:9912.99999"),
    "an unknown DOI": ("10.1000/nobody", "the DOI registry has no paper DOI:10.1000/nobody"),
    "no identifier": ("1706.5394x", '"1706.5394x" is no arXiv identifier, no DOI'),
    "a file that is not there": ("no.bib", '"no.bib" is no arXiv identifier'),
}


@pytest.mark.parametrize(("paper", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_not_there(site: Site, paper: str, message: str) -> None:
    _nothing_written(site, ["10.1162/neco.2006.18.7.1527", paper], message)


def test_without_a_network(tiny: Site) -> None:
    with serving() as server:
        server.serve(tiny)
    # Now nobody listens there.
    _nothing_written(tiny, ["1706.05394"], "cannot be reached; check the network, and try again")


def test_a_host_without_an_address(tiny: Site) -> None:
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
def test_a_withdrawn_paper(site: Site, server: Server, record: dict[str, str]) -> None:
    server.arxiv("1706.05394", CLOSER, **record)
    _nothing_written(site, ["1706.05394"], "arXiv:1706.05394 has been withdrawn")


def test_a_paper_about_withdrawal_is_none(site: Site, server: Server) -> None:
    comment, summary = "12 pages, withdrawn votes in Table 2", "Withdrawal from opioids is studied."
    server.arxiv("1706.05394", CLOSER, comment=comment, summary=summary)
    assert run(site, "add", "1706.05394").exit_code == 0


def test_a_paper_that_arxiv_s_interface_does_not_know(site: Site, server: Server) -> None:
    del server.replies["record 1706.05394"]
    _nothing_written(site, ["1706.05394"], "arXiv's interface knows no arXiv:1706.05394")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply("<!DOCTYPE html><title>Hello</title>", "text/html"), "a web page instead of BibT"),
        (Reply("\n <html>@misc{a, title={X}}", "text/plain"), "a web page instead of BibTeX"),
        (Reply("", "text/plain"), "something else instead of BibTeX"),
        (Reply("@misc{a, title = {X}", "text/plain"), "that begins here is not closed"),
        (Reply("@misc{a, author = {A B}}", "text/plain"), 'the entry "a" has no title'),
        (Reply(CLOSER * 2, "text/plain"), "2 entries came for arXiv:1706.05394"),
        (Reply(CLOSER.replace("1706.05394", "1706.05395")), "BibTeX of arXiv:1706.05395 came"),
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
def test_an_answer_that_is_none(site: Site, server: Server, reply: Reply, message: str) -> None:
    server.set("/arxiv/bibtex/1706.05394", reply)
    _nothing_written(site, ["1706.05394"], message)


@pytest.mark.parametrize("content", ["no XML", "<!DOCTYPE x [<!ENTITY a 'b'>]><feed>&a;</feed>"])
def test_a_feed_that_is_none(site: Site, server: Server, content: str) -> None:
    server.set("/api?id_list=1706.05394&max_results=1", Reply(content, "application/atom+xml"))
    _nothing_written(site, ["1706.05394"], "the arXiv API answers with something that is not")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "standard input holds no BibTeX entry"),
        ("hello", "standard input holds no BibTeX entry"),
        ("\n@misc{a, title = {x}\n\n@misc{b, title={y}}", "standard input:2: the entry"),
        ("@misc{a, title = what}", 'undefined macro "what"'),
        ("@misc{a, title={X}, author={A, B, C, D}}", "has too many commas"),
        ("@misc{a, author={A B}}", 'the entry "a" has no title'),
    ],
)
def test_bibtex_that_cannot_be_read(site: Site, text: str, message: str) -> None:
    _nothing_written(site, ["-"], message, text)


def test_bibtex_in_another_encoding(site: Site) -> None:
    result = run(site, "add", "-", text="@misc{a, title={Übung}}".encode("latin-1"))
    assert (result.exit_code, "is not UTF-8" in result.stderr) == (1, True)


def test_a_bibliography_that_ends_in_the_middle_of_an_entry(site: Site) -> None:
    site.write("refs.bib", read(site) + "\n@misc{eta2007,\n  title = {On eta\n")
    _nothing_written(site, ["1706.05394"], "refs.bib:45: the entry", "")


def test_a_folder_without_a_site(tiny: Site) -> None:
    tiny.remove("conf.py")
    result = run(tiny, "add", "1706.05394")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "no conf.py in" in result.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ValueError('no luck')", "conf.py cannot be read: ValueError: no luck"),
        ("bibtex_bibfiles = []", "names no bibliography"),
        ("bibtex_bibfiles = [3]", "bibtex_bibfiles = [3] is not a list of names; write one"),
        ("bibtex_encoding = 'x-9'", "bibtex_encoding = 'x-9' is no encoding; write one"),
        ("papernotes_contact = 3", "papernotes_contact = 3 is no str"),
    ],
)
def test_a_conf_py_that_will_not_do(site: Site, line: str, message: str) -> None:
    site.write("conf.py", read(site, "conf.py") + line + "\n")
    _nothing_written(site, ["1706.05394"], message)


def test_reading_conf_py_starts_no_build(site: Site) -> None:
    run(site, "add", "1706.05394")
    assert not (site.folder / "_build").exists()


# The file.


def test_a_bibliography_that_is_not_there_is_made(site: Site) -> None:
    site.remove("refs.bib")
    assert run(site, "add", "1706.05394").exit_code == 0
    text = read(site)
    assert text.startswith("@misc{arpit2017closer,\n  title = {A Closer Look")
    assert (site.folder / "refs.bib").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_a_link_stays_a_link_and_a_mode_what_it_is(site: Site, tmp_path: Path) -> None:
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


def test_a_folder_that_cannot_be_written_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    _nothing_written(site, ["1706.05394"], "cannot be written: Permission denied")


def test_a_disk_without_hard_links(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site, "papers/arpit2017closer.md").startswith("---\npaper: arpit")


def test_an_edit_made_while_arxiv_is_asked_is_kept(site: Site, server: Server) -> None:
    edit = "\n@misc{eta2007,\n  author = {Eve Eta},\n  title = {On eta},\n}\n"
    before = read(site)
    server.before = lambda path: site.write("refs.bib", before + edit)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site) == before + edit + ADDED


def test_an_edit_made_just_before_the_writing_is_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zotero saves between the reading of the file and the putting of the new one in its place."""
    edit = "\n@misc{eta2007,\n  author = {Eve Eta},\n  title = {On eta},\n}\n"
    before = read(site)
    original: Callable[..., dict[str, object]] = adding._Addition._notes
    calls = []

    def notes(self: adding._Addition, *args: object) -> dict[str, object]:
        if not calls:
            site.write("refs.bib", before + edit)
        calls.append(args)
        return original(self, *args)

    monkeypatch.setattr(adding._Addition, "_notes", notes)
    assert run(site, "add", "1706.05394").exit_code == 0
    assert read(site) == before + edit + ADDED
    assert len(calls) == 2


def test_what_killed_runs_left_is_swept_up(site: Site) -> None:
    for name in (".refs.bib-abc.papernotes-tmp", "papers/.x.md-abc.papernotes-tmp"):
        site.write(name, "half of it")
    run(site, "add", "1706.05394")
    assert not [name for name in files(site.folder) if name.endswith("-tmp")]


def test_a_cache_that_cannot_be_written_to(site: Site, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    result = run(site, "add", "1706.05394", XDG_CACHE_HOME=str(blocked))
    assert (result.exit_code, read(site).endswith(ADDED)) == (0, True)


def test_what_a_registry_adds_for_itself_is_left_out(site: Site, server: Server) -> None:
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


def test_programs_at_once_keep_one_pace_at_arxiv(site: Site, server: Server) -> None:
    site.edit("conf.py", "papernotes_arxiv_interval = 0\n", "papernotes_arxiv_interval = 0.4\n")
    server.arxiv("1706.05395", CLOSER.replace("1706.05394", "1706.05395").replace("A Closer", "My"))
    runs = [start(site, "add", paper) for paper in ("1706.05394", "1706.05395")]
    for process in runs:
        told = process.communicate()[1]
        assert process.returncode == 0, told
    times = sorted(asked.time for asked in server.asked)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    # For each paper its BibTeX, and whether it was withdrawn. A request is on its way for a moment.
    assert len(gaps) == 3
    assert min(gaps) > 0.3


def test_fifty_at_once(site: Site) -> None:
    """Fifty programs at once add fifty entries and fifty notes."""
    before = read(site)
    runs = []
    for number in range(50):
        process = start(site, "add", "-")
        text = f"@misc{{x{number}, title={{Number {number}}}, author={{A B{number}}}, year=2020}}"
        assert process.stdin is not None
        process.stdin.write(text.encode())
        process.stdin.close()
        process.stdin = None
        runs.append(process)
    for process in runs:
        _, told = process.communicate()
        assert (process.returncode, told) == (0, b"")
    after = read(site)
    assert after.startswith(before)
    assert sorted(re.findall(r"@misc\{b(\d+)2020number,", after), key=int) == [
        str(number) for number in range(50)
    ]
    assert len(files(site.folder / "papers")) == 3 + 50
    assert not [name for name in files(site.folder) if name.endswith("-tmp")]
