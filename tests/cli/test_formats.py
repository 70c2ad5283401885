"""Files of other programs, read as entries: RIS, CSL-JSON, nbib and BibTeX without keys."""

from __future__ import annotations

import json

import pytest
from commands import run
from sites import Site

from papernotes.cli.bibfile.clean import clean
from papernotes.cli.bibfile.entry import Entry
from papernotes.cli.errors import CommandError
from papernotes.cli.formats import csl_json, people
from papernotes.cli.formats.detect import read_entries

RIS = """\
TY  - JOUR
TI  - Earning $75,000 per {Year} & 10% of $\\alpha_1$
AU  - LeCun, Yann
AU  - King, Martin Luther, Jr.
AU  - Y. Bengio
AU  - World Health Organization
JO  - Nature
VL  - 521
IS  - 7553
SP  - 436
EP  - 444
SN  - 0028-0836
PY  - 2015/05/28/
UR  - http://x.example/a;b?c_d=1
DO  - https://doi.org/10.1038/nature14539
N1  - not for readers
ER  -

TY - CHAP
T1 - A chapter with a
long title
A1 - Doe, Jane
A2 - Or, Ed
T2 - The book
Y1 - 2001
PB - The press
"""
NBIB = """\

PMID- 16764513
OWN - NLM
IS  - 1530-888X (Electronic)
VI  - 18
IP  - 7
DP  - 2006 Jul
TI  - A fast learning algorithm for deep
      belief nets.
PG  - 1527-54
FAU - Hinton, Geoffrey E
AU  - Hinton GE
FAU - King, Martin L Jr
AU  - King ML Jr
CN  - Deep Group
JT  - Neural computation
AID - 10.1162/neco.2006.18.7.1527 [doi]

PMID- 2
TI  - [An old record].
AU  - Doe JB
JT  - Journal
DP  - 1959
"""
CSL = [
    {
        "id": "http://zotero.org/users/1/items/AB",
        "type": "article-journal",
        "title": 'The <i>E. coli</i> <span class="nocase">Nets</span> & 50%',
        "author": [
            {
                "family": "Beethoven",
                "given": "Ludwig",
                "non-dropping-particle": "van",
                "suffix": "Jr.",
            },
            {"literal": "Bread and Butter Inc."},
        ],
        "issued": {"date-parts": [["2020", 3]]},
        "container-title": "Journal of Nets",
        "page": "1-5",
        "DOI": "10.1000/x",
    },
    {
        "id": "smith2019",
        "type": "thesis",
        "genre": "Master's thesis",
        "title": "A thesis",
        "publisher": "University of Nets",
        "author": [{"family": "Smith", "given": "Ann"}],
        "issued": {"raw": "2019-04-02"},
        "note": "arXiv:0901.1234 [cs]",
    },
]
KEYLESS = """\
@string{press = "The press"}
@article{,
  title = {First}, author = {A. B.}, year = 2001
}
@article{
  author = {C. D.},
  title = {Second}
}
@book{Doe 2001, title = {Third}, publisher = press}
"""


def entries(text: str) -> list[Entry]:
    return [clean(entry) for entry in read_entries(text.encode(), "x")]


def test_ris_is_read_as_entries() -> None:
    article, chapter = entries(RIS)
    assert (article.type, chapter.type) == ("article", "incollection")
    assert article.fields == {
        "author": "LeCun, Yann and King, Jr., Martin Luther and Y. Bengio and"
        " {World Health Organization}",
        "title": r"Earning \$75,000 per {Year} \& 10\% of $\alpha_1$",
        "journal": "Nature",
        "volume": "521",
        "number": "7553",
        "pages": "436--444",
        "year": "2015",
        "month": "may",
        "doi": "10.1038/nature14539",
        "issn": "0028-0836",
        "url": "http://x.example/a;b?c_d=1",
        "annote": "not for readers",
    }
    assert chapter.fields == {
        "author": "Doe, Jane",
        "editor": "Or, Ed",
        "title": "A chapter with a long title",
        "booktitle": "The book",
        "publisher": "The press",
        "year": "2001",
    }


def test_nbib_is_read_as_entries() -> None:
    nets, old = entries(NBIB)
    assert nets.fields == {
        "author": "Hinton, Geoffrey E and King, Jr, Martin L and {Deep Group}",
        "title": "A fast learning algorithm for deep belief nets",
        "journal": "Neural computation",
        "volume": "18",
        "number": "7",
        "pages": "1527--1554",
        "year": "2006",
        "month": "jul",
        "doi": "10.1162/neco.2006.18.7.1527",
        "issn": "1530-888X",
        "pmid": "16764513",
    }
    assert (old.get("title"), old.get("author")) == ("An old record", "Doe, J. B.")


@pytest.mark.parametrize("data", [CSL, {"items": CSL}])
def test_csl_json_is_read_as_entries(data: object) -> None:
    article, thesis = entries(json.dumps(data, indent=1))
    assert (article.type, article.given_key) == ("article", "")
    assert article.fields == {
        "author": "van Beethoven, Jr., Ludwig and {Bread and Butter Inc.}",
        "title": r"The \emph{E. coli} {Nets} \& 50\%",
        "journal": "Journal of Nets",
        "pages": "1--5",
        "year": "2020",
        "month": "mar",
        "doi": "10.1000/x",
    }
    assert (thesis.type, thesis.given_key) == ("mastersthesis", "smith2019")
    assert thesis.get("school") == "University of Nets"
    assert (thesis.get("eprint"), thesis.get("note"), thesis.year()) == ("0901.1234", "", "2019")


def test_lines_within_an_entry_do_not_tell_the_format() -> None:
    (entry,) = entries("[x]\n@misc{a, title={T}, abstract={\nTY  - JOUR\nPMID- 1\n}}")
    assert entry.get("title") == "T"


def test_bibtex_entries_may_lack_keys() -> None:
    read = entries(KEYLESS)
    assert [entry.given_key for entry in read] == ["", "", "Doe2001"]
    assert [entry.get("title") for entry in read] == ["First", "Second", "Third"]
    assert read[2].get("publisher") == "The press"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TY  - JOUR\nAU  - Doe, J.\nER  - \n", "x:1: the entry has no title; add one"),
        (RIS.replace("T1 - A chapter with a\nlong title\n", ""), ""),
        ('[\n{"id": "a", "title": "A"},\n{"id": "b"}]', "x:3: the entry has no title; add one"),
        ("[", "x:1: this is not valid JSON: Expecting value; export the file again"),
        ("[1]", "x is JSON, but not CSL-JSON; export a list of items"),
        ("[]", "x holds no paper; export it again, with at least one"),
        ("@misc{,\n author={A B}}", "x:1: the entry has no title; add one"),
        ("%0 Journal Article\n%T Title\n", "x is in EndNote's own format; export it as BibTeX"),
        ("<?xml version='1.0'?><xml/>", "x is in XML or HTML; export it as BibTeX, RIS"),
        ("hello", "x holds no BibTeX entry, nor a paper in another format; give it BibTeX, RIS"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str) -> None:
    if not message:
        assert len(entries(text)) == 2
        return
    with pytest.raises(CommandError) as raised:
        entries(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_with_a_byte_order_mark_are_read(encoding: str) -> None:
    (entry,) = read_entries("TY  - JOUR\r\nTI  - Übung\r\nER  - \r\n".encode(encoding), "x")
    assert entry.get("title") == "Übung"


def test_other_encodings_are_refused() -> None:
    with pytest.raises(CommandError, match="x is not UTF-8; save it in that encoding"):
        read_entries("TY  - JOUR\nTI  - Übung\n".encode("latin-1"), "x")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Doe, Jane", "Doe, Jane"),
        ("van der Berg, A.", "van der Berg, A."),
        ("J. A. Doe", "J. A. Doe"),
        ("Jane Doe", "Jane Doe"),
        ("Doe, Jane, III", "Doe, III, Jane"),
        ("Doe, Jr, John", "Doe, Jr, John"),
        ("OpenAI", "OpenAI"),
        ("Google Research", "{Google Research}"),
        ("Ministry of Bread and Butter", "{Ministry of Bread and Butter}"),
    ],
)
def test_names_are_written_as_bibtex_reads_them(written: str, name: str) -> None:
    assert people.from_text(written) == name


def test_papers_of_other_programs_are_added_and_pass_the_check(tiny: Site) -> None:
    before = run(tiny, "check").stdout.count("[papernotes.b")
    for name, text in (("a.ris", RIS), ("b.nbib", NBIB), ("c.json", json.dumps(CSL))):
        tiny.write(name, text)
        result = run(tiny, "add", "--to-read", str(tiny.folder / name))
        assert (result.exit_code, result.stderr) == (0, ""), name
    refs = (tiny.folder / "refs.bib").read_text(encoding="utf-8")
    for key in ("lecun2015earning", "hinton2006fast", "vanbeethoven2020e", "smith2019thesis"):
        assert f"{{{key}," in refs
    assert run(tiny, "check").stdout.count("[papernotes.b") == before


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"a": ' + "9" * 5_000 + "}]"])
def test_json_that_cannot_be_read_is_a_message(text: str) -> None:
    with pytest.raises(CommandError, match=r"x\.json cannot be read: it is nested too deeply, or"):
        csl_json.read(text, "x.json")


@pytest.mark.parametrize("month", ["1" * 5_000, "²"])
def test_a_month_that_is_no_number_is_left_out(month: str) -> None:
    [(_, entry)] = csl_json.read(
        f'[{{"id": "a", "type": "book", "issued": {{"date-parts": [["2001", "{month}"]]}}}}]', "x"
    )
    assert not entry.get("month")
