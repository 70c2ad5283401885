"""Short names of venues."""

from __future__ import annotations

import pytest

from papernotes.bibliography import formatting
from papernotes.bibliography.latex import flatten
from papernotes.bibliography.reader import digest, read

ICML = "Proceedings of the 34th International Conference on Machine Learning"


def short_venue(fields: str, type_: str = "inproceedings", **names: str) -> str:
    sources = [("refs.bib", f"@{type_}{{k, {fields}}}".encode())]
    own = {name.replace("_", " "): short for name, short in names.items()}
    paper = read(sources, venue_names=own).paper("k")
    return flatten(formatting.short_venue(paper)) if paper.short_venue else ""


@pytest.mark.parametrize(
    ("venue", "short"),
    [
        (ICML, "ICML"),
        (f"{ICML}, {{ICML}} 2017, Sydney, NSW, Australia, 6-11 August 2017", "ICML"),
        (f"{ICML} - Volume 70", "ICML"),
        ("Advances in neural information processing systems", "NeurIPS"),
        ("2016 {IEEE} Conference on Things, {CVPR} 2016, Las Vegas, NV, USA", "CVPR"),
        ("Computer Vision -- ECCV 2018", "ECCV"),
        ("Proceedings of the Third Foo Conference ({FOO}'12)", "FOO"),
        ("Proceedings of the Third Foo Conference (FOO)", "FOO"),
        (f"{ICML} and Applications", ""),
        ("Workshop on Foo at the International Conference on Machine Learning, ICML 2018", ""),
        ("Proceedings of Foo, San Francisco, CA 2013", ""),
        ("Proceedings of Foo (Volume 1: Long Papers)", ""),
        ("Symposium on Graph Drawing", ""),
        ("", ""),
    ],
)
def test_conferences_have_short_names(venue: str, short: str) -> None:
    assert short_venue(f"booktitle = {{{venue}}}") == short


@pytest.mark.parametrize(
    ("fields", "short"),
    [
        (
            f"booktitle = {{{ICML}}}, shortbooktitle = {{Proc.~{{ICML}}}}",
            "Proc.\N{NO-BREAK SPACE}ICML",
        ),
        ("booktitle = {Foo}, series = {{KDD} '16}", "KDD"),
        ("booktitle = {Foo}, series = {ICML}", "ICML"),
        ("booktitle = {Foo}, series = {LNCS}, volume = 3", ""),
        ("booktitle = {Foo}, series = {Lecture Notes in Computer Science}", ""),
    ],
)
def test_fields_name_the_venue_first(fields: str, short: str) -> None:
    assert short_venue(fields) == short


def test_journals_keep_their_names_but_for_a_field() -> None:
    journal = "journal = {Journal of Foo, FOO 2012}"
    assert short_venue(journal, "article") == ""
    assert short_venue(f"{journal}, shortjournal = {{J. Foo}}", "article") == "J. Foo"


def test_names_of_the_site_come_before_those_that_are_known() -> None:
    assert short_venue(f"booktitle = {{{ICML}}}", machine_learning="ML") == "ML"
    assert (
        short_venue("journal = {Letters on machine  learning}", "article", machine_learning="ML")
        == "ML"
    )
    # Entries that were read with other names are read again.
    assert digest([], "utf-8", {"a": "b"}) != digest([], "utf-8")
    assert read([], venue_names={"a": "b"}).digest == digest([], "utf-8-sig", {"a": "b"})


def test_reference_has_the_full_name_and_bibtex_the_field() -> None:
    source = f"@inproceedings{{k, title = {{T}}, booktitle = {{{ICML}}}, shortbooktitle = {{I}}}}"
    paper = read([("refs.bib", source.encode())]).paper("k")
    assert ICML in flatten(formatting.reference(paper))
    assert "shortbooktitle = {I}" in formatting.bibtex(paper)
