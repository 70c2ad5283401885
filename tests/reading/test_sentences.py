"""The sentence around a citation, from the inline nodes of its paragraph."""

from __future__ import annotations

import itertools

import pytest
from docutils import nodes

from papernotes.reading.sentences import around, ends, take


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", " Two!", " Three?", " Four"]),
        ("(One.) “Two.” 'Three.' Four.", ["(One.)", " “Two.”", " 'Three.'", " Four."]),
        ("As in Fig. 3, cf. Eq. (4). Next", ["As in Fig. 3, cf. Eq. (4).", " Next"]),
        ("Smith et al. (2017) do. J. Smith too.", ["Smith et al. (2017) do.", " J. Smith too."]),
        ("About 3.14, e.g. here vs. there.", ["About 3.14, e.g. here vs. there."]),
        ("It ends... and goes on.", ["It ends... and goes on."]),
        ("Is it? yes.", ["Is it? yes."]),
        ("一。二！三", ["一。", "二！", "三"]),  # noqa: RUF001
        ("Ends here.\nAnd begins\nthere.", ["Ends here.", "\nAnd begins\nthere."]),
        ("", []),
    ],
)  # fmt: skip
def test_ends(text: str, parts: list[str]) -> None:
    cuts = [0, *ends(text), len(text)]
    found = [text[a:b] for a, b in itertools.pairwise(cuts)]
    assert [part for part in found if part] == parts


CITE = nodes.inline("", "CITE")


def quote(*block: str | nodes.Node) -> str:
    content = [nodes.Text(part) if isinstance(part, str) else part for part in block]
    position = next(n for n, node in enumerate(content) if node.astext() == "CITE")
    return "|".join(node.astext() for node in take(content, around(content, position)))


def test_around() -> None:
    bold = nodes.strong("", "Dr. X. Y")
    assert quote("First. In ", bold, " there is ", CITE, " so. Last.") == (
        "In |Dr. X. Y| there is |CITE| so."
    )
    assert quote(CITE, " begins. Then") == "CITE| begins."
    assert quote("It ends with ", CITE) == "It ends with |CITE"
    assert quote("One. ", CITE, ".") == "CITE|."
    # A text that ends with a full stop and no space goes on in what follows it.
    assert quote("One. See p.", CITE, " Two.") == "See p.|CITE| Two."
    assert quote("One.", nodes.math("", "x. Y"), " and ", CITE, ".") == "One.|x. Y| and |CITE|."


def test_what_is_taken_is_a_copy() -> None:
    block = [nodes.Text("See "), nodes.emphasis("", "CITE"), nodes.Text(". Then.")]
    taken = take(block, around(block, 1))
    taken[1]["classes"].append("changed")
    assert block[1]["classes"] == []
    assert block[2].astext() == ". Then."


@pytest.mark.parametrize("unit", [".", ". ", "al. ", ".)", "! \t", "a. B "])
def test_sentences_of_a_long_text_are_found_in_linear_time(unit: str) -> None:
    # In quadratic time, this would take an hour.
    assert ends(unit * 200_000 + "x") is not None
