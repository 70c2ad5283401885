"""Conversion of works to CSL-JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from papernotes.bibliography import reader
from papernotes.bibliography.export import coins, csl


def item(entry: str) -> dict[str, Any]:
    """Return the CSL item of the only entry of a file."""
    bibliography = reader.read([("refs.bib", entry.encode())])
    assert bibliography.problems == ()
    return csl.item(bibliography.paper("key"))


def test_paper_in_proceedings_becomes_a_complete_csl_item() -> None:
    assert item(
        r"""@inproceedings{key,
          author = {Devansh Arpit and Stanis{\l}aw Jastrz{\k{e}}bski and others},
          title = {A closer look at {DNA}: \emph{memorization} of $x^2$},
          booktitle = {Proceedings of the 34th Meeting}, series = {PMLR}, volume = 70,
          pages = {233--242}, publisher = {Press}, address = {Sydney}, year = 2017, month = aug,
          doi = {https://doi.org/10.1000/x_y}, isbn = {978-0-00-000000-0}, file = {/home/me/a.pdf},
          eprint = {1706.05394}, archiveprefix = {arXiv}, keywords = {to-read}, abstract = {Secret},
        }"""
    ) == {
        "id": "key",
        "type": "paper-conference",
        "title": "A closer look at DNA: memorization of x^2",
        "author": [
            {"family": "Arpit", "given": "Devansh"},
            {"family": "Jastrzębski", "given": "Stanisław"},
        ],
        "issued": {"date-parts": [[2017, 8]]},
        "container-title": "Proceedings of the 34th Meeting",
        "collection-title": "PMLR",
        "volume": "70",
        "page": "233-242",
        "publisher": "Press",
        "publisher-place": "Sydney",
        "DOI": "10.1000/x_y",
        "ISBN": "978-0-00-000000-0",
        "URL": "https://arxiv.org/abs/1706.05394",
        "archive": "arXiv",
        "archive_location": "1706.05394",
    }


def test_article_has_its_journal_as_container() -> None:
    found = item(
        "@article{key, author = {{The Consortium}}, title = {T}, journaltitle = {J}, volume = {3},"
        " number = {4}, issn = {1234-5678}, date = {2020-02-03}, url = {https://example.org/a}}"
    )
    assert found["type"] == "article-journal"
    assert found["author"] == [{"literal": "The Consortium"}]
    assert (found["container-title"], found["volume"], found["issue"]) == ("J", "3", "4")
    assert found["issued"] == {"date-parts": [[2020, 2, 3]]}
    assert found["URL"] == "https://example.org/a"
    assert "publisher" not in found


def test_preprint_has_its_arxiv_number() -> None:
    found = item("@misc{key, author = {A B}, title = {T}, year = 2016, eprint = {1607.06450}}")
    assert (found["type"], found["number"], found["publisher"]) == (
        "article",
        "arXiv:1607.06450",
        "arXiv",
    )


@pytest.mark.parametrize(
    ("names", "people"),
    [
        ("King, Jr., Marta", [{"family": "King", "given": "Marta", "suffix": "Jr."}]),
        (
            "family=Heer, given=Hado P., prefix=van, useprefix=false",
            [{"family": "Heer", "given": "Hado P.", "dropping-particle": "van"}],
        ),
        ("van Heer, Hado", [{"family": "van Heer", "given": "Hado"}]),
        (
            r"Mart{\'{\i}}nez, J.\,P. and {R \& D}",
            [{"family": "Martínez", "given": "J. P."}, {"literal": "R & D"}],
        ),
    ],
)
def test_parts_of_names_become_those_of_csl(names: str, people: list[dict[str, str]]) -> None:
    found = item(f"@misc{{key, author = {{{names}}}}}")
    assert found["author"] == people


def test_context_object_and_full_name_have_the_suffix() -> None:
    found = item("@book{key, author = {King, Jr., Marta}, title = {T}, subtitle = {S}}")
    query = parse_qs(coins.context_object(found))
    assert query["rft.au"] == ["Marta King Jr."]
    assert query["rft.ausuffix"] == ["Jr."]
    assert query["rft.btitle"] == ["T: S"]


def test_article_in_the_journal_arxiv_is_a_preprint() -> None:
    found = item("@article{key, title = {T}, journal = {arXiv preprint arXiv:1706.03762}}")
    assert (found["type"], found["number"]) == ("article", "arXiv:1706.03762")
    assert found["URL"] == "https://arxiv.org/abs/1706.03762"


@pytest.mark.parametrize(
    ("entry", "kind", "publisher", "genre"),
    [
        ("@phdthesis{key, title = {T}, year = 1, school = {U}}", "thesis", "U", "PhD thesis"),
        ("@thesis{key, title = {T}, year = 1, school = {U}, type = {MSc}}", "thesis", "U", "MSc"),
        ("@techreport{key, title = {T}, year = 1, institution = {U}}", "report", "U", None),
        ("@book{key, title = {T}, year = 1, publisher = {P}}", "book", "P", None),
        ("@unheardof{key, title = {T}, year = 1}", "document", None, None),
    ],
)  # fmt: skip
def test_entry_type_determines_csl_type_publisher_and_genre(
    entry: str, kind: str, publisher: str | None, genre: str | None
) -> None:
    found = item(entry)
    assert (found["type"], found.get("publisher"), found.get("genre")) == (kind, publisher, genre)


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ("year = {2017}", {"date-parts": [[2017]]}),
        ("year = {in press}", {"literal": "in press"}),
        ("date = {2017-05}", {"date-parts": [[2017, 5]]}),
        ("date = {2017/2018}", {"date-parts": [[2017]]}),
        ("year = {2017}, month = {13}", {"date-parts": [[2017]]}),
        (f"year = {{2017}}, month = {{{'1' * 5_000}}}", {"date-parts": [[2017]]}),
        ("year = {2017}, month = {Sept.}", {"date-parts": [[2017, 9]]}),
        ("title = {T}", None),
    ],
)
def test_date_fields_become_csl_date_parts(fields: str, issued: dict[str, Any] | None) -> None:
    assert item(f"@misc{{key, {fields}}}").get("issued") == issued
