"""Test what becomes of the quotes of a note when annotations come, change and go."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

import pytest

from papernotes.cli.highlights.annotation import Annotation, Area, line, paragraphs, pdf_name
from papernotes.cli.highlights.block import Merged, Source, UnusableNote, markdown, merge
from papernotes.reading.syntax.extensions import parser_of
from papernotes.reading.syntax.quote_blocks import find_blocks
from papernotes.reading.syntax.unread import problems

NOTE = "---\npaper: alpha2001\n---\n\n# Alpha\n\nThe summary.\n"
ZOTERO = Source("Zotero", "zotero", {"#ffd400": "claim"}, lambda _: True)


def annotation(number: int, text: str = "", **values: object) -> Annotation:
    name = f"zotero:AAAA{number:04}"
    return Annotation(name, f"{number:05}", text or f"Quote {number}", **values)  # type: ignore[arg-type]


ONE, TWO, THREE, FOUR = (
    annotation(10, page="5", colour="#ffd400", comment="Mine.\nIndeed."),
    annotation(20, page="6", colour="#FFD400"),
    annotation(30, colour="#123456"),
    annotation(40),
)


def merged(text: str, *annotations: Annotation, source: Source = ZOTERO) -> Merged:
    return merge(text, "alpha2001", annotations, source, "alpha")


def test_a_first_run_adds_a_block_behind_the_note() -> None:
    result = merged(NOTE, ONE, TWO)
    assert re.sub(r"(AAAA\d+) [0-9a-f]{8}\n", r"\1 DIGEST\n", result.text) == NOTE + (
        "\n::::{quotes} alpha2001\n:imported: zotero:AAAA0010 zotero:AAAA0020\n\n"
        ":::{quote} 1\n:from: zotero:AAAA0010 DIGEST\n:page: 5\n:colour: claim\n\n> Quote 10\n\n"
        "Mine.\n\nIndeed.\n:::\n\n"
        ":::{quote} 2\n:from: zotero:AAAA0020 DIGEST\n:page: 6\n:colour: claim\n\n> Quote 20\n:::\n"
        "::::\n"
    )
    assert (result.added, result.changed, result.told) == (2, 0, [])
    again = merged(result.text, ONE, TWO)
    assert (again.text, again.added, again.changed) == (result.text, 0, 0)
    assert merged(NOTE).text == NOTE


def test_a_later_run_changes_only_what_changed_and_adds_new_ones_at_their_place() -> None:
    text = merged(NOTE, TWO, FOUR).text
    text = text.replace("::::{quotes}", "Above.\n\n::::{quotes}") + "\nBelow.\n"
    text = text.replace("\n\n:::{quote} 2", "\n\nWritten between.\n\n:::{quote} 2")
    result = merged(text, ONE, replace(TWO, comment="New."), THREE, FOUR)
    assert (result.added, result.changed) == (2, 1)
    assert [q.argument for q in find_blocks(result.text)[0].quotes] == ["3", "1", "4", "2"]
    assert "> Quote 20\n\nNew.\n:::\n\n:::{quote} 4\n" in result.text
    assert "> Quote 30\n:::\n\nWritten between.\n\n:::{quote} 2\n" in result.text
    assert result.text.startswith(NOTE + "\nAbove.\n\n::::{quotes}")
    assert result.text.endswith("::::\n\nBelow.\n")
    removed = [each for each in text.splitlines() if each not in result.text.splitlines()]
    assert [each.partition(":")[2].partition(":")[0] for each in removed] == ["imported", "from"]


def test_what_the_author_edited_stays_and_is_told() -> None:
    text = merged(NOTE, ONE, TWO).text.replace("Quote 10", "Quote *ten*")
    assert merged(text, ONE, TWO).text == text
    result = merged(text, replace(ONE, text="Otherwise"), TWO)
    assert result.text == text
    place = text.splitlines().index(":::{quote} 1") + 1
    told = "quote 1 has changed in Zotero, and stays as you have edited it"
    assert result.told == [(place, told)]


def test_what_the_author_moved_out_or_deleted_does_not_come_back() -> None:
    text = merged(NOTE, ONE, TWO, THREE).text
    quote = text[text.index(":::{quote} 2") : text.index(":::{quote} 3")]
    moved = text.replace(quote, "").replace("The summary.\n", f"The summary.\n\n{quote}")
    assert merged(moved, ONE, replace(TWO, text="Otherwise"), THREE).text == moved
    # Its number is not given to another.
    result = merged(text.replace(quote, ""), ONE, TWO, THREE, FOUR)
    assert [q.argument for q in find_blocks(result.text)[0].quotes] == ["1", "3", "4"]
    # An author may give names, and drop the list.
    named = text.replace("{quote} 2", "{quote} main").replace(":imported:", ":imported: x\n:un:")
    (block,) = find_blocks(merged(named, ONE, TWO, THREE, FOUR).text)
    assert [q.argument for q in block.quotes] == ["1", "main", "3", "5"]


def test_what_was_deleted_elsewhere_is_told_and_stays() -> None:
    text = merged(NOTE, ONE, TWO).text
    result = merged(text, TWO)
    assert result.text == text
    assert [message for _, message in result.told] == [
        "quote 1 is no longer in Zotero; delete it here, too, or keep it"
    ]
    # Another source says nothing about it.
    other = replace(ZOTERO, kind="pdf", name="a.pdf")
    assert merged(text, replace(FOUR, name="pdf:0011aabb"), source=other).told == []


PDF = Source("a.pdf", "pdf", ZOTERO.words, lambda _: True)


def exported(number: int, **values: object) -> Annotation:
    """Return the annotation of a PDF that Zotero has exported, whose text was read otherwise."""
    name = pdf_name(f"Zotero-AAAA{number:04}")
    made = annotation(number, f"Quote-{number}, otherwise", **values)
    return replace(made, name=name, twin=f"zotero:AAAA{number:04}")


def twins(*annotations: Annotation) -> list[Annotation]:
    """Return *annotations* as Zotero has them, with the names that they have in a PDF."""
    return [replace(each, twin=pdf_name(f"Zotero-{each.name[-8:]}")) for each in annotations]


@pytest.mark.parametrize("is_pdf_first", [False, True])
def test_what_zotero_has_exported_into_a_pdf_comes_once(is_pdf_first: bool) -> None:
    runs = [(twins(ONE, TWO), ZOTERO), ([exported(10), exported(20), exported(30)], PDF)]
    first, second = reversed(runs) if is_pdf_first else runs
    before = merged(NOTE, *first[0], source=first[1])
    result = merged(before.text, *second[0], source=second[1])
    count = len(find_blocks(result.text)[0].quotes)
    assert (count, result.added, result.changed, result.known) == (3, int(not is_pdf_first), 0, 2)
    shown = [quote.body for quote in find_blocks(before.text)[0].quotes]
    assert [quote.body for quote in find_blocks(result.text)[0].quotes][: len(shown)] == shown
    # Further runs of either change nothing, and what changes in one of them comes along.
    for found, source in (first, second, first):
        again = merged(result.text, *found, source=source)
        assert (again.text, again.known, again.told) == (result.text, 0, [])
    changed = merged(result.text, *twins(replace(ONE, comment="New."), TWO))
    assert (changed.changed, changed.text.count("\nNew.\n")) == (1, 1)
    again = merged(changed.text, *runs[1][0], source=PDF)
    assert again.text == changed.text
    # A quote that the author deleted comes back from neither, and the next has the next number.
    text = re.sub(r":::\{quote\} 1\n.*?\n:::\n", "", result.text, flags=re.DOTALL)
    for found, source in runs:
        assert merged(text, *found, source=source).text == text
    (block,) = find_blocks(merged(result.text, *twins(ONE, TWO), FOUR).text)
    assert sorted(quote.argument for quote in block.quotes) == ["1", "2", "3", "4"]


def test_what_the_author_deleted_does_not_come_back_from_the_other_source() -> None:
    text = merged(NOTE, *twins(ONE, TWO)).text
    text = re.sub(r":::\{quote\} 1\n.*?\n:::\n", "", text, flags=re.DOTALL)
    result = merged(text, exported(10), exported(20), source=PDF)
    assert (result.added, result.known) == (0, 1)


@pytest.mark.parametrize(
    ("values", "is_same"),
    [
        ({"text": "The effi\u00adcient model [1] gen- eralises"}, True),
        ({"text": "The e\ufb03cient model [1] generalises", "comment": "Mine"}, True),
        ({"text": "The efficient model [1] generalises", "page": "6"}, False),
        ({"text": "The efficient model [1] generalises", "colour": "#123456"}, False),
        ({"text": "The efficient model [1] specialises"}, False),
        ({"text": "-"}, False),
    ],
)
def test_the_same_text_on_the_same_page_comes_once(
    values: dict[str, str], *, is_same: bool
) -> None:
    whole = replace(ONE, text="The efficient model [1] generalises")
    text = merged(NOTE, whole).text
    other = replace(replace(whole, name="pdf:0011aabb"), **values)  # type: ignore[arg-type]
    result = merged(text, other, source=PDF)
    assert (result.added, result.known) == ((0, 1) if is_same else (1, 0))
    # Within one source, two are two.
    twice = merged(text, replace(whole, name="zotero:BBBB0001"), whole)
    assert (twice.added, twice.known) == (1, 0)
    once = merged(text, other, replace(other, name="pdf:ffffffff"), source=PDF)
    assert once.added == (1 if is_same else 2)


@pytest.mark.parametrize("comment", ["", "Mine."])
def test_an_area_that_only_the_pdf_can_draw_gets_its_picture_from_there(comment: str) -> None:
    area = Annotation("zotero:AAAA0050", "1", "", comment, "7", area=Area(6, (1, 2, 30.4, 40)))
    text = merged(NOTE, area, source=replace(ZOTERO, draws=lambda _: False)).text
    result = merged(text, replace(area, name="pdf:0011aabb", page="1207"), source=PDF)
    assert (result.added, result.known, list(result.pictures)) == (
        *(0, 1),
        ["highlights/alpha-1.png"],
    )
    assert merged(result.text, area, source=replace(ZOTERO, draws=lambda _: False)).known == 0
    # One that is drawn already stays as it is.
    text = merged(NOTE, area).text
    result = merged(text, replace(area, name="pdf:0011aabb", page="1207"), source=PDF)
    assert (result.known, result.pictures, ":page: 7" in result.text) == (1, {}, True)


def test_an_area_gets_its_picture_when_it_can_be_drawn() -> None:
    area = Annotation("zotero:AAAA0050", "1", page="7", area=Area(6, (1, 2, 30.4, 40)))
    without = replace(ZOTERO, draws=lambda _: False)
    first = merged(NOTE, area, source=without)
    assert ":area: 7 1 2 30 40\n:::" in first.text
    assert first.pictures == {}
    second = merged(first.text, area)
    assert second.changed == 1
    assert ":area: 7 1 2 30 40\n\n> ![p. 7](highlights/alpha-1.png)\n:::" in second.text
    assert second.pictures == {"highlights/alpha-1.png": area}
    assert merged(second.text, area).pictures == {}
    # On a computer without the PDF, the picture stays.
    assert merged(second.text, area, source=without).text == second.text
    moved = replace(area, area=Area(6, (1, 2, 60, 40)))
    assert merged(second.text, moved).pictures == {"highlights/alpha-1.png": moved}


def test_a_block_in_another_directive_stays_there() -> None:
    text = merged(NOTE, ONE).text
    before, block = text[: text.index("::::{")], text[text.index("::::{") :]
    whole = f"{before}::::::{{grid}}\n:::::{{dropdown}} Quotes\n:open:\n\n{block}:::::\n::::::\n"
    result = merged(f"{whole}\nBelow.\n", ONE, TWO)
    assert (result.added, result.text.count("{quotes}")) == (1, 1)
    assert result.text.endswith("> Quote 20\n:::\n::::\n:::::\n::::::\n\nBelow.\n")
    # An example in code is none.
    code = f"{before}:::::{{code-block}} md\n{block}:::::\n"
    assert merged(code, ONE).text.startswith(code)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ends_of_lines_and_all_around_the_block_stay(end: str) -> None:
    note = "\ufeff" + NOTE.replace("\n", end) + "last\x0bline\u2028here"
    text = merged(note, ONE).text
    assert text.startswith(note + end + end + "::::{quotes}")
    assert set(re.findall(r"\r\n|\r|\n", text)) == {end}
    assert merged(text, ONE, TWO).text.startswith(text.partition(":imported:")[0])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (NOTE + "\n::::{quotes} alpha2001\n", "9: the block of quotes that begins here is not"),
        (NOTE + "\n::::{quotes} alpha2001\n:::{quote} 1\n::::\n", "10: the quote that begins"),
        (NOTE + "\n::::{quotes} alpha2001\n::::\n" * 2, "12: there is another block of quotes"),
        (NOTE + "\n> ::::{quotes} alpha2001\n> ::::\n", "9: the block of quotes stands in a list"),
        (NOTE + "\n1. - ```{quotes} alpha2001\n     ```\n", "9: the block of quotes stands in"),
        (NOTE + "\n```\ncode\n", "1: something in the note is not closed"),
        ("---\npaper: alpha2001\n\n# Alpha\n\n<!-- open\n", "1: something in the note"),
    ],
)
def test_a_note_that_cannot_be_read_is_left(text: str, fault: str) -> None:
    with pytest.raises(UnusableNote, match=re.escape(fault)):
        merged(text, ONE)


HOSTILE = (
    "::::", ":::", "::::{quotes} x", "```", "~~~", ":::\n::::\n# Heading", "> more", "- list",
    "+ list", "1. one", "2) two", "# heading", "---", "***", "===", "| a | b |", "% comment",
    "(target)=", "[^1]: note", "<script>alert(1)</script>", "<!-- comment", "![x](y.png)",
    "[x](javascript:alert)", "[[wiki]]", "{role}`x`", "$x$ and $$y$$", "\\[ x = 1 \\]", "[x = 1]",
    "\\(x = 1\\) \\\\(y = 1\\\\)", "\\begin{align} x = 1",
    "{{ name }}", "a\\", "&lt;b&gt;", "==mark==", "%%hidden%%", "@key and [@key]", "`code`",
    "*a* _b_ ~c~", "\x1b[31mred", "\u202eleft", "    indented", "+++", ":from: x", ":field: y",
    "^sup^", "a  \nb",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_more_than_text(text: str) -> None:
    hostile = replace(ONE, text=line(text), comment=paragraphs(text))
    first = merged(NOTE, hostile, TWO)
    (block,) = find_blocks(first.text)
    assert [quote.argument for quote in block.quotes] == ["1", "2"]
    assert merged(first.text, hostile, TWO).text == first.text
    md = parser_of({"myst_enable_extensions": ["amsmath", "deflist", "attrs_block"]})
    for source in block.quotes[0].body:
        tokens = md.parse(source.removeprefix("> "))
        assert not [*chain.from_iterable(problems(t.meta, "", 1) for t in tokens)]
        assert [t.type for t in tokens if t.nesting >= 0] in ([], ["paragraph_open", "inline"])
        if tokens:
            shown = [
                t.content for t in tokens[1].children or () if t.type in ("text", "text_special")
            ]
            assert len(shown) == len(tokens[1].children or ())
            assert "".join(shown) in line(text).split("\n") + paragraphs(text).split("\n")


def test_plain_text_is_written_as_it_is() -> None:
    text = "It's 5% (of 3.5) – see [12], p. 3: a-b & c/d; “x”?"
    assert markdown(text) == text.replace("[", "\\[")
